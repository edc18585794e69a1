//! dkim-quoted-printable (RFC 6376 §2.11).

use super::folding::without_fws;
use super::hex::hex_pair;

/// Decodes dkim-quoted-printable (RFC 6376 §2.11); `None` if a `=` is not followed by two
/// hexadecimal digits.
#[must_use]
pub fn decode_quoted_printable(value: &[u8]) -> Option<Vec<u8>> {
    let mut decoded = Vec::with_capacity(value.len());
    let value = without_fws(value);
    let mut octets = value.iter();
    while let Some(&octet) = octets.next() {
        if octet != b'=' {
            decoded.push(octet);
            continue;
        }
        decoded.push(hex_pair(&mut octets)?);
    }
    Some(decoded)
}

/// Encodes text; characters beyond ASCII stay as they are where the message is internationalized
/// (RFC 8616 §5).
pub(crate) fn encode_quoted_printable(text: &str, internationalized: bool) -> String {
    text.chars()
        .map(|character| {
            if internationalized && !character.is_ascii() {
                return character.to_string();
            }
            let mut bytes = [0; 4];
            let bytes = character.encode_utf8(&mut bytes).bytes();
            bytes.map(|byte| encode_byte(byte, b"")).collect()
        })
        .collect()
}

/// A byte as it is if it is a `dkim-safe-char` and not `special` besides, else as `=XX`.
pub(crate) fn encode_byte(byte: u8, special: &[u8]) -> String {
    let is_safe = byte.is_ascii_graphic() && !matches!(byte, b';' | b'=');
    if is_safe && !special.contains(&byte) {
        char::from(byte).to_string()
    } else {
        format!("={byte:02X}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_but_safe_characters_is_encoded() {
        // RFC 6376 §2.11: %x21-3A, %x3C and %x3E-7E are safe.
        for byte in 0..=u8::MAX {
            let is_safe = matches!(byte, 0x21..=0x3a | 0x3c | 0x3e..=0x7e);
            let encoded = encode_byte(byte, b"");
            assert_eq!(encoded.len(), if is_safe { 1 } else { 3 }, "{byte}");
            assert_eq!(
                decode_quoted_printable(encoded.as_bytes()),
                Some(vec![byte])
            );
        }
        assert_eq!(encode_byte(b'|', b"|"), "=7C");
        assert_eq!(encode_quoted_printable("a b;ü", false), "a=20b=3B=C3=BC");
        assert_eq!(encode_quoted_printable("a b;ü", true), "a=20b=3Bü");
    }

    #[test]
    fn quoted_printable() {
        assert_eq!(decode_quoted_printable(b"a=3Bb =\t=20"), None);
        assert_eq!(
            decode_quoted_printable(b"a=3Bb\r\n c").as_deref(),
            Some(&b"a;bc"[..])
        );
        assert_eq!(decode_quoted_printable(b"a=3"), None);
        assert_eq!(decode_quoted_printable(b"a=+3"), None);
    }
}
