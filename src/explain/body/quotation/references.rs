//! Character references in HTML (WHATWG HTML "Named character references").

use mail_parser::decoders::html::html_to_text;

/// Octets of the longest reference behind its `&`; of a number with zeros before it.
const LONGEST: usize = 32;

/// HTML with its character references decoded. Those that are not known remain.
pub(in crate::explain::body) fn decode_references(html: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(html.len());
    let mut rest = html;
    while let Some(start) = memchr::memchr(b'&', rest) {
        text.extend_from_slice(&rest[..start]);
        rest = &rest[start + 1..];
        if let Some((character, length)) = reference(&rest[..rest.len().min(LONGEST)]) {
            let mut octets = [0; 4];
            text.extend_from_slice(character.encode_utf8(&mut octets).as_bytes());
            rest = &rest[length..];
        } else {
            text.push(b'&');
        }
    }
    text.extend_from_slice(rest);
    text
}

/// The character that is behind a `&`, and how long its reference is; a space for what is not seen.
fn reference(rest: &[u8]) -> Option<(char, usize)> {
    let (character, length) = match rest.strip_prefix(b"#") {
        Some(number) => numeric(number).map(|(character, length)| (character, length + 1))?,
        None => {
            let end = memchr::memchr(b';', rest)?;
            (named(&rest[..end])?, end + 1)
        }
    };
    let is_seen = !character.is_control() && !character.is_whitespace();
    Some((if is_seen { character } else { ' ' }, length))
}

fn named(name: &[u8]) -> Option<char> {
    let is_name = name.iter().all(u8::is_ascii_alphanumeric);
    let name = std::str::from_utf8(name).ok().filter(|_| is_name)?;
    let decoded = html_to_text(&format!("&{name};"));
    let mut characters = decoded.chars();
    // What is not known remains as it is.
    characters.next().filter(|_| characters.next().is_none())
}

fn numeric(number: &[u8]) -> Option<(char, usize)> {
    let (digits, radix) = match number {
        [b'x' | b'X', digits @ ..] => (digits, 16),
        digits => (digits, 10),
    };
    let is_digit = |octet: &&u8| char::from(**octet).is_digit(radix);
    let length = digits.iter().take_while(is_digit).count();
    let value = std::str::from_utf8(&digits[..length]).ok()?;
    let character = char::from_u32(u32::from_str_radix(value, radix).ok()?)?;
    let has_end = digits.get(length) == Some(&b';');
    let end = number.len() - digits.len() + length + usize::from(has_end);
    Some((character, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references() {
        let check = |html: &str, expected: &str| {
            let text = decode_references(html.as_bytes());
            assert_eq!(String::from_utf8_lossy(&text), expected, "{html}");
        };
        check("a &amp; b&lt;&#x50;&#0080;&#80 x&nbsp;", "a & b<PPP x ");
        check("&amp;lt; &#27;[1m", "&lt;  [1m");
        check(
            "https&colon;&sol;&sol;a&period;b&Tab;&Auml;",
            "https://a.b Ä",
        );
        check(
            "?a&b=c &unknown; &#; &#x; & &#1114112; &",
            "?a&b=c &unknown; &#; &#x; & &#1114112; &",
        );
    }
}
