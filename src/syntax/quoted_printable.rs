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

#[cfg(test)]
mod tests {
    use super::*;

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
