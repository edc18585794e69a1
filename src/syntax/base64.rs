//! Base64 as tags hold it (RFC 6376 §2.10, §3.2).

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::folding::without_fws;

/// Accepts any padding or none, and bits behind the last byte: other verifiers do.
const TOLERANT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// Decodes base64 as tags hold it (`b=`, `bh=`, `p=`): with folding white space anywhere, with or
/// without its padding. `None` if it is not base64.
#[must_use]
pub fn decode_base64(value: &[u8]) -> Option<Vec<u8>> {
    // With room for it all the vector is made once; `decode` would have it zeroed by the allocator,
    // which takes longer.
    let mut decoded = Vec::with_capacity(base64::decoded_len_estimate(value.len()));
    let value = without_fws(value);
    TOLERANT.decode_vec(value, &mut decoded).ok()?;
    Some(decoded)
}

/// Whether a byte is of the alphabet of base64 or its padding (RFC 4648 §4).
pub(crate) const fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks text alone, and behind whole groups with white space between and in them.
    fn check(text: &str, expected: Option<&[u8]>) {
        for (start, decoded) in [
            ("", ""),
            ("AAAA", "\0\0\0"),
            ("QUJD\r\n ", "ABC"),
            ("Q U\tJD", "ABC"),
        ] {
            let expected = expected.map(|bytes| [decoded.as_bytes(), bytes].concat());
            let text = format!("{start}{text}");
            assert_eq!(decode_base64(text.as_bytes()), expected, "{text:?}");
        }
    }

    /// The vectors of RFC 4648 §10.
    #[test]
    fn text_is_decoded_with_and_without_padding() {
        for (text, decoded) in [
            ("", ""),
            ("Zg==", "f"),
            ("Zm8=", "fo"),
            ("Zm9v", "foo"),
            ("Zm9vYg==", "foob"),
            ("Zm9vYmE=", "fooba"),
            ("Zm9vYmFy", "foobar"),
        ] {
            check(text, Some(decoded.as_bytes()));
            check(text.trim_end_matches('='), Some(decoded.as_bytes()));
            let folded: String = text
                .chars()
                .flat_map(|digit| [digit, '\r', '\n', ' '])
                .collect();
            check(&folded, Some(decoded.as_bytes()));
        }
    }

    #[test]
    fn ends_of_all_kinds() {
        // Padding that is half there, and bits that belong to no byte.
        for text in ["AA", "AA=", "AA==", "AB", "AB==", "AA = ="] {
            check(text, Some(&[0]));
        }
        for text in ["AAA", "AAA=", "AAB"] {
            check(text, Some(&[0, 0]));
        }
        for text in [
            "A", "=", "==", "===", "====", "A=", "A==", "A===", "AA===", "AAA==", "AA=A", "A=AA",
            "=AAA", "AA==AAAA", "!", "AAA!", "AAAA!", "-_-_",
        ] {
            check(text, None);
        }
    }

    #[test]
    fn the_alphabet_has_64_digits_and_the_padding() {
        let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
        for byte in 0..=u8::MAX {
            assert_eq!(
                is_base64(byte),
                alphabet.as_bytes().contains(&byte),
                "{byte}"
            );
            let is_ignored = b" \t\r\n".contains(&byte);
            let decoded = decode_base64(&[b'A', byte, b'z', b'/']);
            let is_digit = is_base64(byte) && byte != b'=';
            assert_eq!(decoded.is_some(), is_digit || is_ignored, "{byte}");
        }
    }
}
