//! Base64 as tags hold it (RFC 6376 §2.10, §3.2).

use base64::Engine as _;

use super::folding::{is_fws, without_fws};

/// The library's decoder: it takes what has its padding and what has none.
const TOLERANT: base64::engine::GeneralPurpose = base64::engine::GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    base64::engine::GeneralPurposeConfig::new()
        .with_decode_padding_mode(base64::engine::DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// Stands in [`VALUES`] for an octet that has no value.
const NONE: u8 = u8::MAX;

/// The value of each octet of the alphabet.
const VALUES: [u8; 256] = values();

const fn values() -> [u8; 256] {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut values = [NONE; 256];
    let mut value = 0;
    while value < 64 {
        values[alphabet[value as usize] as usize] = value;
        value += 1;
    }
    values
}

/// Decodes base64 as tags hold it (`b=`, `bh=`, `p=`): with folding white space anywhere, with or
/// without its padding. `None` if it is not base64.
#[must_use]
pub fn decode_base64(value: &[u8]) -> Option<Vec<u8>> {
    let mut decoded = Vec::with_capacity(value.len() / 4 * 3 + 3);
    let mut rest = value;
    // Whole groups go here, without a copy that has no white space. The end, and whatever else is
    // not a group of the alphabet, is for the library to judge: groups do not depend on each other.
    while let Some((octets, behind)) = decode_group(rest) {
        decoded.extend_from_slice(&octets);
        rest = behind;
    }
    if !rest.is_empty() {
        TOLERANT.decode_vec(without_fws(rest), &mut decoded).ok()?;
    }
    Some(decoded)
}

/// Decodes four octets of the alphabet, with or without white space among them, into three; also
/// what follows them.
fn decode_group(text: &[u8]) -> Option<([u8; 3], &[u8])> {
    let (group, behind) = text.split_first_chunk::<4>()?;
    if let Some(octets) = decode_octets(*group) {
        return Some((octets, behind));
    }
    let mut significant = text
        .iter()
        .enumerate()
        .filter(|(_, octet)| !is_fws(**octet));
    let mut group = [0; 4];
    let mut end = 0;
    for room in &mut group {
        let (at, &octet) = significant.next()?;
        (*room, end) = (octet, at + 1);
    }
    Some((decode_octets(group)?, &text[end..]))
}

fn decode_octets(group: [u8; 4]) -> Option<[u8; 3]> {
    let values = group.map(|octet| VALUES[usize::from(octet)]);
    // Only what has no value has the high bit.
    if values.iter().fold(0, |any, value| any | value) >= 64 {
        return None;
    }
    let number = values
        .iter()
        .fold(0, |number, &value| number << 6 | u32::from(value));
    let [_, first, second, third] = number.to_be_bytes();
    Some([first, second, third])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &[u8]) {
        assert_eq!(
            decode_base64(text),
            TOLERANT.decode(without_fws(text)).ok(),
            "{text:?}"
        );
    }

    #[test]
    fn ends_of_all_kinds() {
        for start in ["", "AAAA", "QUJD\r\n ", "Q U\tJD"] {
            for end in [
                "", "A", "AA", "AB", "AAA", "AAB", "=", "==", "===", "====", "A=", "A==", "A===",
                "AA=", "AA==", "AA===", "AAA=", "AAA==", "AA=A", "A=AA", "=AAA", "AA==AAAA", " ",
                "\r\n", "AA = =", "!", "AAA!", "AAAA!", "-_-_",
            ] {
                check(format!("{start}{end}").as_bytes());
            }
        }
        let all: Vec<u8> = (0..=u8::MAX).collect();
        for octet in &all {
            check(&[b'A', *octet, b'z', b'/']);
        }
    }

    proptest! {
        #[test]
        fn the_library_decodes_the_same(text in "([A-Za-z0-9+/]{1,9}[ \t\r\n]{0,3}){0,12}=?[ ]?=?[!A]?") {
            check(text.as_bytes());
        }
    }
}
