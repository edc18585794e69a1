//! Encoded words, as a lenient reader takes them (RFC 2047).

use std::borrow::Cow;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::folding::trim;
use super::hex::hex_pair;

/// Takes what is there, whatever its padding.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// The text that a person reads of a field's value: unfolded, without white space at its ends, its
/// encoded words decoded (RFC 2047 §6). What cannot be decoded becomes U+FFFD. Takes time in
/// proportion to the value's length.
pub(crate) fn decoded(value: &[u8]) -> String {
    let value = unfolded(trim(value));
    let mut text = String::with_capacity(value.len());
    // Words of one charset side by side may share a character between them.
    let mut pending: Option<(&[u8], Vec<u8>)> = None;
    let mut rest = &value[..];
    while let Some(start) = memchr::memmem::find(rest, b"=?") {
        let (before, from_word) = rest.split_at(start);
        let Some((word, behind)) = EncodedWord::read(from_word) else {
            flush(&mut text, pending.take());
            text.push_str(&String::from_utf8_lossy(&rest[..start + 2]));
            rest = &rest[start + 2..];
            continue;
        };
        // White space between two encoded words separates nothing.
        if pending.is_none() || !before.iter().all(u8::is_ascii_whitespace) {
            flush(&mut text, pending.take());
            text.push_str(&String::from_utf8_lossy(before));
        }
        match &mut pending {
            Some((charset, bytes)) if charset.eq_ignore_ascii_case(word.charset) => {
                bytes.extend(word.bytes);
            }
            _ => {
                flush(&mut text, pending.take());
                pending = Some((word.charset, word.bytes));
            }
        }
        rest = behind;
    }
    flush(&mut text, pending);
    text.push_str(&String::from_utf8_lossy(rest));
    text
}

/// A value without line ends.
fn unfolded(value: &[u8]) -> Cow<'_, [u8]> {
    let is_line_end = |byte: &u8| matches!(byte, b'\r' | b'\n');
    if memchr::memchr2(b'\r', b'\n', value).is_none() {
        return Cow::Borrowed(value);
    }
    value
        .iter()
        .copied()
        .filter(|byte| !is_line_end(byte))
        .collect()
}

fn flush(text: &mut String, pending: Option<(&[u8], Vec<u8>)>) {
    if let Some((charset, bytes)) = pending {
        text.push_str(&in_charset(charset, &bytes));
    }
}

/// A word that was taken apart.
struct EncodedWord<'a> {
    charset: &'a [u8],
    bytes: Vec<u8>,
}

impl<'a> EncodedWord<'a> {
    /// The word that a text begins with, and what is behind it.
    fn read(text: &'a [u8]) -> Option<(Self, &'a [u8])> {
        /// The longest name of a charset with its language (RFC 2231 §5).
        const LONGEST_NAME: usize = 64;
        let inner = text.strip_prefix(b"=?")?;
        let end = memchr::memchr(b'?', &inner[..inner.len().min(LONGEST_NAME)])?;
        let (charset, inner) = inner.split_at(end);
        let charset = charset.split(|&byte| byte == b'*').next()?;
        let [b'?', encoding, b'?', encoded @ ..] = inner else {
            return None;
        };
        // An encoded text has no question mark in it. Of the word's end a part may be missing.
        let end = memchr::memchr(b'?', encoded)?;
        let (encoded, behind) = encoded.split_at(end);
        let behind = match behind {
            [b'?', b'=', behind @ ..] => behind,
            [b'?', behind @ ..] if !matches!(behind, [b'=' | b'?', ..]) => behind,
            _ => return None,
        };
        let bytes = match encoding {
            b'b' | b'B' => base64(encoded)?,
            b'q' | b'Q' => quoted(encoded),
            _ => return None,
        };
        Some((Self { charset, bytes }, behind))
    }
}

/// Decodes B (RFC 2047 §4.1); what is not of its alphabet is passed over (RFC 2045 §6.8).
fn base64(encoded: &[u8]) -> Option<Vec<u8>> {
    let letters: Vec<u8> = encoded
        .iter()
        .copied()
        .filter(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='))
        .collect();
    if letters.is_empty() && !encoded.is_empty() {
        return None;
    }
    LENIENT.decode(letters).ok()
}

/// Decodes Q (RFC 2047 §4.2); what is no escape stays.
fn quoted(encoded: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.iter();
    while let Some(&byte) = rest.next() {
        let mut ahead = rest.clone();
        match (byte, hex_pair(&mut ahead)) {
            (b'_', _) => bytes.push(b' '),
            (b'=', Some(escaped)) => {
                bytes.push(escaped);
                rest = ahead;
            }
            _ => bytes.push(byte),
        }
    }
    bytes
}

/// Bytes in a charset as text.
fn in_charset(charset: &[u8], bytes: &[u8]) -> String {
    let is_utf_8 = charset.eq_ignore_ascii_case(b"utf-8") || charset.eq_ignore_ascii_case(b"utf8");
    if is_utf_8 {
        return String::from_utf8_lossy(bytes).into_owned();
    }
    #[cfg(feature = "explain")]
    if let Some(decode) = mail_parser::decoders::charsets::map::charset_decoder(charset) {
        return decode(bytes);
    }
    if charset.eq_ignore_ascii_case(b"iso-8859-1") {
        return bytes.iter().copied().map(char::from).collect();
    }
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_decoded_as_a_person_reads_them() {
        for (value, expected) in [
            (" plain ", "plain"),
            (" folded\r\n value", "folded value"),
            ("=?utf-8?q?a=40b_c?=", "a@b c"),
            ("=?UTF-8*en?B?R3LDvMOfZQ==?= <a@b>", "Grüße <a@b>"),
            ("=?utf-8?b?R3LDvMOfZQ?=", "Grüße"),
            ("=?iso-8859-1?Q?J=F6rg?= x", "Jörg x"),
            // Words side by side, which may share a character.
            ("=?utf-8?q?a?= =?utf-8?q?b?=\r\n =?utf-8?q?c?= d", "abc d"),
            ("=?utf-8?q?=C3?= =?utf-8?q?=BC?=", "ü"),
            ("=?utf-8?q?a?= =?iso-8859-1?q?=FC?=", "aü"),
            ("x=?utf-8?q?a?=y", "xay"),
            ("=?utf-8?b?R3LD vMOf*ZQ?=", "Grüße"),
            ("=?utf-8?q?a=40b? <c@d>", "a@b <c@d>"),
            ("=?utf-8?q?a=40b?", "a@b"),
            // What is not encoded stays.
            ("=?utf-8?x?a?=", "=?utf-8?x?a?="),
            ("=?utf-8?q?a", "=?utf-8?q?a"),
            ("=?=?=?utf-8?q?a?=", "=?=?a"),
            ("=?utf-8?b?***?=", "=?utf-8?b?***?="),
            ("=?utf-8?q?=zz=4?=", "=zz=4"),
            ("=?", "=?"),
            ("", ""),
        ] {
            assert_eq!(decoded(value.as_bytes()), expected, "{value}");
        }
        assert_eq!(decoded(b"J\xf6rg"), "J\u{fffd}rg");
        assert_eq!(decoded(b"=?nothing-8?q?a=FF?="), "a\u{fffd}");
    }
}
