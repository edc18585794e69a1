//! Who a message says it is from (RFC 5322 §3.6.2).

use mail_parser::MessageParser;

use crate::message::Header;

/// The addresses of every From field, in order, as they are written there. Not validated: they
/// are whatever stands where an address should.
#[must_use]
pub fn author_addresses(header: &Header) -> Vec<String> {
    let parser = MessageParser::new().with_address_headers();
    let mut addresses = Vec::new();
    for field in header.fields_named("from") {
        // The parser wants a header, and the field may lack its colon's obsolete form.
        let text = [b"From:", field.value(), b"\r\n\r\n"].concat();
        let message = parser.parse_headers(&text[..]);
        let from = message.as_ref().and_then(|message| message.from());
        let found = from.into_iter().flat_map(|from| from.iter());
        addresses.extend(found.filter_map(|each| each.address()).map(str::to_owned));
    }
    addresses
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{LineEndings, parse};

    fn check(message: &str, expected: &[&str]) {
        let (header, _) = parse(message.as_bytes(), LineEndings::Lenient).unwrap();
        assert_eq!(author_addresses(&header), expected, "{message:?}");
    }

    #[test]
    fn addresses() {
        check("From: joe@example.com\r\n\r\n", &["joe@example.com"]);
        check("From : Joe <joe@example.com>\n\n", &["joe@example.com"]);
        check(
            "FROM:\r\n \"Joe, or <x@y.example>\"\r\n <joe@example.com>\r\n",
            &["joe@example.com"],
        );
        check(
            "From: a@example.com, B <b@example.org>\r\n",
            &["a@example.com", "b@example.org"],
        );
        check(
            "From: a@example.com\r\nFrom: b@example.org\r\n",
            &["a@example.com", "b@example.org"],
        );
        check(
            "From: friends: a@example.com, b@example.com;\r\n",
            &["a@example.com", "b@example.com"],
        );
        check("Subject: hello\r\n\r\n", &[]);
        check("From:\r\n\r\n", &[]);
    }
}
