//! Who a message says it is from (RFC 5322 §3.6.2).

use mail_parser::MessageParser;

use crate::identifier::DomainName;
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

/// The domain of the author, which DMARC holds against signing domains (RFC 9989 §5.3.1).
///
/// `None` where there is not one that can be relied on: without From, with several From fields
/// even if they say the same (RFC 9989 §4.4), with addresses of several domains, or where any
/// address has no domain name (`user@[192.0.2.1]`, say). Several addresses of one domain are fine.
#[must_use]
pub fn author_domain(header: &Header, addresses: &[String]) -> Option<DomainName> {
    if header.fields_named("from").nth(1).is_some() {
        return None;
    }
    let (first, others) = addresses.split_first()?;
    let domain = address_domain(first)?;
    others
        .iter()
        .all(|other| address_domain(other).as_ref() == Some(&domain))
        .then_some(domain)
}

/// The domain name of an address. With two `@`, readers differ about where it begins: none.
fn address_domain(address: &str) -> Option<DomainName> {
    let (_, domain) = address.split_once('@')?;
    let name = DomainName::parse(domain.as_bytes()).ok()?;
    // Digits behind the last dot are those of an IP address.
    let last = name.to_ascii().rsplit('.').next().unwrap_or_default();
    let is_number = last.bytes().all(|octet| octet.is_ascii_digit());
    (!is_number).then_some(name)
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

    fn check_domain(message: &str, expected: Option<&str>) {
        let (header, _) = parse(message.as_bytes(), LineEndings::Lenient).unwrap();
        let domain = author_domain(&header, &author_addresses(&header));
        assert_eq!(
            domain.as_ref().map(DomainName::to_ascii),
            expected,
            "{message:?}"
        );
    }

    #[test]
    fn one_domain_or_none() {
        check_domain("From: Joe <joe@Example.COM>\r\n", Some("example.com"));
        check_domain("From: a@x.example, b@X.example\r\n", Some("x.example"));
        check_domain("From: a@x.example, b@y.example\r\n", None);
        check_domain("From: a@x.example, b@mail.x.example\r\n", None);
        check_domain("From: a@x.example\r\nFrom: a@x.example\r\n", None);
        check_domain("From: a@x.example\r\nFrom:\r\n", None);
        check_domain("From: f: a@x.example, b@x.example;\r\n", Some("x.example"));
        check_domain(
            "From: j@bücher.example, k@xn--bcher-kva.example\r\n",
            Some("xn--bcher-kva.example"),
        );
        check_domain("From: \"a@y.example\" <a@x.example>\r\n", Some("x.example"));
        check_domain("From: a@[192.0.2.1]\r\n", None);
        check_domain("From: a@192.0.2.1\r\n", None);
        check_domain("From: a@y.example@x.example\r\n", None);
        check_domain("From: a@x.example.\r\n", None);
        check_domain("From: a@x..example\r\n", None);
        check_domain("From: <>\r\n", None);
        check_domain("From: undisclosed\r\n", None);
        check_domain("From: a@localhost\r\n", Some("localhost"));
        check_domain("From: a@co.uk\r\n", Some("co.uk"));
        check_domain("Subject: hello\r\n", None);
    }
}
