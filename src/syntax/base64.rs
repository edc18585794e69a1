//! Base64 as tags hold it (RFC 6376 §2.10, §3.2).

use super::folding::is_fws;

/// What is no digit in [`DIGITS`]: white space, which is passed over, padding, and any other byte.
const BLANK: u8 = 64;
const PADDING: u8 = 65;
const OTHER: u8 = 66;

/// The value of each byte as a digit, or what else it is.
const DIGITS: [u8; 256] = {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut digits = [OTHER; 256];
    let mut value = 0;
    while value < 64 {
        digits[alphabet[value as usize] as usize] = value;
        value += 1;
    }
    digits[b'=' as usize] = PADDING;
    let mut byte = 0;
    while byte < 128 {
        if is_fws(byte) {
            digits[byte as usize] = BLANK;
        }
        byte += 1;
    }
    digits
};

/// Decodes base64 as tags hold it (`b=`, `bh=`, `p=`): with folding white space anywhere, with any
/// padding or none, and with bits behind the last byte, as other verifiers do. `None` if it is not
/// base64.
#[must_use]
pub fn decode_base64(value: &[u8]) -> Option<Vec<u8>> {
    // Room for all of it, so that no byte has to ask for any.
    let room = value.len() / 4 * 3 + 3;
    #[expect(
        clippy::slow_vector_initialization,
        reason = "of a few hundred bytes an allocator takes longer to hand out zeros"
    )]
    let mut decoded = Vec::with_capacity(room);
    decoded.resize(room, 0);
    let mut length = 0;
    let mut rest = value;
    // The digits of a group that is not complete, and their number.
    let (mut group, mut count) = (0, 0);
    let end = loop {
        if count == 0 {
            let groups = decode_groups(rest, &mut decoded[length..]);
            length += 3 * groups;
            rest = &rest[4 * groups..];
        }
        let Some((&first, behind)) = rest.split_first() else {
            break rest;
        };
        let digit = DIGITS[usize::from(first)];
        match digit {
            BLANK => {}
            PADDING => break rest,
            OTHER => return None,
            _ => {
                group = group << 6 | u32::from(digit);
                count += 1;
                if count == 4 {
                    decoded[length..length + 3].copy_from_slice(&group.to_be_bytes()[1..]);
                    length += 3;
                    (group, count) = (0, 0);
                }
            }
        }
        rest = behind;
    };
    let padding = end.iter().filter(|&&byte| !is_fws(byte));
    let is_padded = padding.clone().all(|&byte| byte == b'=');
    let bytes = match (count, padding.count()) {
        (0, 0) => 0,
        (2, ..=2) => 1,
        (3, ..=1) => 2,
        _ => return None,
    };
    let open = (group << (6 * (4 - count))).to_be_bytes();
    decoded[length..length + bytes].copy_from_slice(&open[1..=bytes]);
    decoded.truncate(length + bytes);
    is_padded.then_some(decoded)
}

/// Decodes the groups of four digits that a text begins with; how many there are.
fn decode_groups(text: &[u8], decoded: &mut [u8]) -> usize {
    let (groups, _) = text.as_chunks::<4>();
    let (room, _) = decoded.as_chunks_mut::<3>();
    let mut count = 0;
    for (group, bytes) in groups.iter().zip(room) {
        let [a, b, c, d] = group.map(|byte| DIGITS[usize::from(byte)]);
        if (a | b | c | d) >= BLANK {
            break;
        }
        *bytes = [a << 2 | b >> 4, b << 4 | c >> 2, c << 6 | d];
        count += 1;
    }
    count
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
