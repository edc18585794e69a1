//! Character references in HTML.

/// Those with names that are decoded: what hides words or addresses from a reader.
const NAMED: [(&str, char); 32] = [
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("nbsp", ' '),
    ("Tab", ' '),
    ("NewLine", ' '),
    ("colon", ':'),
    ("sol", '/'),
    ("bsol", '\\'),
    ("period", '.'),
    ("commat", '@'),
    ("num", '#'),
    ("quest", '?'),
    ("equals", '='),
    ("lpar", '('),
    ("rpar", ')'),
    ("semi", ';'),
    ("comma", ','),
    ("excl", '!'),
    ("percnt", '%'),
    ("dollar", '$'),
    ("euro", '€'),
    ("pound", '£'),
    ("copy", '©'),
    ("ndash", '–'),
    ("mdash", '—'),
    ("hellip", '…'),
    ("lowbar", '_'),
    ("hyphen", '-'),
    ("plus", '+'),
];
/// Octets of the longest reference behind its `&`; of a number with zeros before it.
const LONGEST: usize = 32;

/// HTML with its character references decoded. Those that are not known remain.
pub(super) fn decode_references(html: &[u8]) -> Vec<u8> {
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

/// The character that is behind a `&`, and how long its reference is.
fn reference(rest: &[u8]) -> Option<(char, usize)> {
    let Some(number) = rest.strip_prefix(b"#") else {
        let end = memchr::memchr(b';', rest)?;
        let named = NAMED
            .iter()
            .find(|(name, _)| name.as_bytes() == &rest[..end])?;
        return Some((named.1, end + 1));
    };
    let (digits, radix) = match number {
        [b'x' | b'X', digits @ ..] => (digits, 16),
        digits => (digits, 10),
    };
    let is_digit = |octet: &&u8| char::from(**octet).is_digit(radix);
    let length = digits.iter().take_while(is_digit).count();
    let value = std::str::from_utf8(&digits[..length]).ok()?;
    let character = char::from_u32(u32::from_str_radix(value, radix).ok()?)?;
    let end = rest.len() - digits.len() + length;
    let has_end = rest.get(end) == Some(&b';');
    let character = if character.is_control() {
        ' '
    } else {
        character
    };
    Some((character, end + usize::from(has_end)))
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
            "?a&b=c &unknown; &#; &#x; & &#1114112; &",
            "?a&b=c &unknown; &#; &#x; & &#1114112; &",
        );
    }
}
