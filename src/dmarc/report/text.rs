//! The text of a report, whatever its encoding is.

use std::borrow::Cow;

/// UTF-16 if the first bytes are, or else UTF-8. What is neither becomes U+FFFD.
pub(super) fn decode(bytes: &[u8]) -> Cow<'_, str> {
    match bytes {
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes).into(),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes).into(),
        [b'<', 0, ..] => utf16(bytes, u16::from_le_bytes).into(),
        [0, b'<', ..] => utf16(bytes, u16::from_be_bytes).into(),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest),
        _ => String::from_utf8_lossy(bytes),
    }
}

fn utf16(bytes: &[u8], unit: impl Fn([u8; 2]) -> u16) -> String {
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    char::decode_utf16(units)
        .map(|character| character.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bytes_tell_the_encoding() {
        let check = |bytes: &[u8], expected: &str| assert_eq!(decode(bytes), expected, "{bytes:?}");
        check(b"", "");
        check(b"<a>\xc3\xa4</a>", "<a>\u{e4}</a>");
        check(b"\xef\xbb\xbf<a>", "<a>");
        check(b"<a>\xe4", "<a>\u{fffd}");
        check(b"\xff\xfe<\0\xe4\0", "<\u{e4}");
        check(b"\xfe\xff\0<\0\xe4", "<\u{e4}");
        check(b"<\0a\0>", "<a");
        check(b"\0<\0a", "<a");
        check(b"<\0\0\xd8>\0", "<\u{fffd}>");
    }
}
