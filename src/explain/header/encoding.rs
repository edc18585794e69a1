//! Encoded words, written in another way (RFC 2047 §2, §4).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mail_parser::MessageParser;

use super::alternative::Alternatives;
use super::charset::is_charset;
use super::text::{collapsed, unfolded};
use crate::explain::Cause;

/// The longest encoded word (RFC 2047 §2).
const LONG_WORD: usize = 75;
/// Texts that are longer are not encoded anew.
const LONG_TEXT: usize = 600;
/// Fields whose text may hold encoded words anywhere; in those of addresses, names do.
const UNSTRUCTURED: [&str; 6] = [
    "subject",
    "comments",
    "keywords",
    "organization",
    "content-description",
    "thread-topic",
];

/// Adds other encodings of texts.
pub(super) fn add(alternatives: &mut Alternatives<'_, '_>) {
    for name in UNSTRUCTURED {
        for instance in alternatives.form.instances_of(name) {
            if alternatives.is_full() {
                return;
            }
            let value = instance.field.value();
            let Some(text) = decoded(value).filter(|_| is_encoded(value)) else {
                continue;
            };
            for (cost, encoded) in encodings(&text) {
                let then = [b" ", &encoded[..]].concat();
                alternatives.value(&instance, &then, cost, Cause::HeaderReencoded);
            }
        }
    }
}

/// Whether there are encoded words in a value, or characters that ask for them.
pub(super) fn is_encoded(value: &[u8]) -> bool {
    !value.is_ascii() || memchr::memmem::find(value, b"=?").is_some()
}

/// The text that every reader sees of a value: unfolded, its encoded words decoded (RFC 2047 §6).
/// `None` where readers may differ: at control characters, at encoded words with other text right
/// beside them, and where something cannot be decoded.
pub(super) fn readable(value: &[u8]) -> Option<String> {
    let text = String::from_utf8(collapsed(value)).ok()?;
    if text.contains(char::is_control) {
        return None;
    }
    if !text.contains("=?") {
        return Some(text);
    }
    let is_plain = |word: &str| !word.contains("=?") || is_encoded_word(word);
    let decoded = decoded(text.as_bytes()).filter(|_| text.split(' ').all(is_plain))?;
    (!decoded.contains(char::REPLACEMENT_CHARACTER)).then_some(decoded)
}

/// Whether a word is encoded, and nothing else (RFC 2047 §2).
fn is_encoded_word(word: &str) -> bool {
    let inner = word
        .strip_prefix("=?")
        .and_then(|word| word.strip_suffix("?="));
    let pieces: Vec<&str> = inner.unwrap_or_default().split('?').collect();
    matches!(pieces[..], [_, "b" | "B" | "q" | "Q", _])
}

/// What a value may say, its encoded words decoded by a lenient reader: to be guessed with.
/// `None` if one has a charset that is not known.
pub(super) fn decoded(value: &[u8]) -> Option<String> {
    if !charsets(value).iter().all(|charset| is_charset(charset)) {
        return None;
    }
    let text = [b"Subject:", &unfolded(value)[..], b"\r\n\r\n"].concat();
    let message = MessageParser::new()
        .with_mime_headers()
        .header_text("Subject")
        .parse_headers(&text[..])?;
    Some(message.subject()?.to_owned())
}

/// The charsets that the encoded words of a value name (RFC 2047 §2).
fn charsets(value: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = value;
    while let Some(start) = memchr::memmem::find(rest, b"=?") {
        rest = &rest[start + 2..];
        let mut pieces = rest.splitn(3, |&octet| octet == b'?');
        let (Some(charset), Some(_), Some(behind)) = (pieces.next(), pieces.next(), pieces.next())
        else {
            break;
        };
        // It may have a language behind it (RFC 2231 §5).
        let charset = charset.split(|&octet| octet == b'*').next();
        found.push(String::from_utf8_lossy(charset.unwrap_or_default()).into_owned());
        let end = memchr::memmem::find(behind, b"?=").map_or(behind.len(), |end| end + 2);
        rest = &behind[end..];
    }
    found
}

/// How a charset is named, and how text is written in it.
type Charset = (&'static str, fn(&str) -> Option<Vec<u8>>);

const CHARSETS: [Charset; 8] = [
    ("UTF-8", utf8),
    ("utf-8", utf8),
    ("iso-8859-1", latin1),
    ("ISO-8859-1", latin1),
    ("Windows-1252", latin1),
    ("windows-1252", latin1),
    ("us-ascii", ascii),
    ("US-ASCII", ascii),
];

#[allow(
    clippy::unnecessary_wraps,
    reason = "the type that charsets have in common"
)]
fn utf8(text: &str) -> Option<Vec<u8>> {
    Some(text.as_bytes().to_vec())
}

fn latin1(text: &str) -> Option<Vec<u8>> {
    text.chars()
        .map(|character| u8::try_from(u32::from(character)).ok())
        .collect()
}

fn ascii(text: &str) -> Option<Vec<u8>> {
    text.is_ascii().then(|| text.as_bytes().to_vec())
}

/// A way to write octets in an encoded word: the letter for it, and the writing.
type Encoding = (&'static str, fn(&[u8]) -> String);

const ENCODINGS: [Encoding; 8] = [
    ("Q", |octets| q_encoded(octets, is_safe_in_text)),
    ("B", |octets| STANDARD.encode(octets)),
    ("q", |octets| q_encoded(octets, is_safe_in_text)),
    ("b", |octets| STANDARD.encode(octets)),
    ("Q", |octets| q_encoded(octets, is_safe_in_phrase)),
    ("q", |octets| q_encoded(octets, is_safe_in_phrase)),
    ("Q", |octets| {
        q_encoded(octets, |octet| octet.is_ascii_alphanumeric())
    }),
    ("q", |octets| {
        q_encoded(octets, |octet| octet.is_ascii_alphanumeric())
    }),
];

fn q_encoded(octets: &[u8], is_safe: fn(u8) -> bool) -> String {
    let mut encoded = String::with_capacity(octets.len());
    for &octet in octets {
        if octet == b' ' {
            encoded.push('_');
        } else if is_safe(octet) {
            encoded.push(char::from(octet));
        } else {
            encoded.push_str(&format!("={octet:02X}"));
        }
    }
    encoded
}

/// What stands for itself in Q (RFC 2047 §4.2).
fn is_safe_in_text(octet: u8) -> bool {
    octet.is_ascii_graphic() && !matches!(octet, b'=' | b'?' | b'_')
}

/// What stands for itself in Q within a phrase (RFC 2047 §5).
fn is_safe_in_phrase(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || matches!(octet, b'!' | b'*' | b'+' | b'-' | b'/')
}

/// The ways to write a text in a header field, the likely ones first, each with its cost.
pub(super) fn encodings(text: &str) -> Vec<(u32, Vec<u8>)> {
    let text = String::from_utf8_lossy(&collapsed(text.as_bytes())).into_owned();
    let mut found = vec![(2, text.clone().into_bytes())];
    if text.is_empty() || text.len() > LONG_TEXT {
        return found;
    }
    found.extend(
        latin1(&text)
            .filter(|_| !text.is_ascii())
            .map(|raw| (5, raw)),
    );
    let spans = encoded_spans(&text);
    for (charset_cost, (charset, in_charset)) in (0..).zip(CHARSETS) {
        for (letter_cost, (letter, encode)) in (0..).zip(ENCODINGS) {
            let word = |piece: &str| {
                let octets = in_charset(piece)?;
                Some(format!("=?{charset}?{letter}?{}?=", encode(&octets)))
            };
            for (span_cost, span) in (0..).zip(&spans) {
                let cost = 2 + charset_cost / 2 + letter_cost / 2 + span_cost;
                if let Some(encoded) = in_words(&text, span, &word, true) {
                    found.push((cost, encoded.into_bytes()));
                }
                if let Some(encoded) = in_words(&text, span, &word, false) {
                    found.push((cost + 1, encoded.into_bytes()));
                }
            }
        }
    }
    found
}

/// The spans of a text that programs encode: all of it; from the first word that needs it to the
/// last; each word that needs it alone.
fn encoded_spans(text: &str) -> Vec<Vec<std::ops::Range<usize>>> {
    let mut words = Vec::new();
    let mut start = 0;
    for word in text.split(' ') {
        if !word.is_ascii() {
            words.push(start..start + word.len());
        }
        start += word.len() + 1;
    }
    let whole = 0..text.len();
    let mut spans = vec![vec![whole.clone()]];
    if let (Some(first), Some(last)) = (words.first(), words.last()) {
        let middle = first.start..last.end;
        let behind = first.start..text.len();
        for span in [middle, behind] {
            if !spans.iter().any(|there| there[0] == span) {
                spans.push(vec![span]);
            }
        }
        if words.len() > 1 {
            spans.push(words);
        }
    }
    spans
}

/// A text with these spans of it in encoded words: cut at [`LONG_WORD`], or not.
fn in_words(
    text: &str,
    spans: &[std::ops::Range<usize>],
    word: &dyn Fn(&str) -> Option<String>,
    cut: bool,
) -> Option<String> {
    let mut encoded = String::new();
    let mut end = 0;
    for span in spans {
        encoded.push_str(text.get(end..span.start)?);
        let mut rest = text.get(span.clone())?;
        end = span.end;
        while !rest.is_empty() {
            let piece = if cut {
                longest_piece(rest, word)?
            } else {
                rest
            };
            encoded.push_str(&word(piece)?);
            rest = rest.get(piece.len()..)?;
            if !rest.is_empty() {
                encoded.push(' ');
            }
        }
    }
    encoded.push_str(text.get(end..)?);
    Some(encoded)
}

/// The longest start of a text that one encoded word holds.
fn longest_piece<'t>(text: &'t str, word: &dyn Fn(&str) -> Option<String>) -> Option<&'t str> {
    if word(text)?.len() <= LONG_WORD {
        return Some(text);
    }
    let ends = text
        .char_indices()
        .map(|(at, character)| at + character.len_utf8());
    let mut longest = None;
    for end in ends {
        let piece = &text[..end];
        if word(piece)?.len() > LONG_WORD {
            break;
        }
        longest = Some(piece);
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: &str, then: &str) {
        let text = decoded(value.as_bytes()).unwrap();
        let found = encodings(&text);
        let texts: Vec<_> = found
            .iter()
            .map(|(_, then)| String::from_utf8_lossy(then))
            .collect();
        assert!(
            texts.iter().any(|text| text == then),
            "{value:?} is {text:?}"
        );
    }

    #[test]
    fn words_of_unknown_charsets_have_no_text() {
        assert_eq!(
            decoded(b" =?utf-8*en?b?w6Q=?= =?US-ASCII?q?=5F?=").as_deref(),
            Some("\u{e4}_")
        );
        assert_eq!(decoded(b" =?utf-8?b?w6Q=?= =?utx-8?b?w6Q=?="), None);
    }

    #[test]
    fn what_readers_may_differ_about_is_not_readable() {
        let check = |value: &str, expected: Option<&str>| {
            assert_eq!(readable(value.as_bytes()).as_deref(), expected, "{value}");
        };
        check(
            " Gr\u{fc}\u{df}e\r\n an  alle",
            Some("Gr\u{fc}\u{df}e an alle"),
        );
        check(
            "to =?utf-8?q?J=C3=B6?=\r\n =?iso-8859-1?B?9g==?= and me",
            Some("to J\u{f6}\u{f6} and me"),
        );
        check("1=?utf-8?q?0?=", None);
        check("=?utf-8?q?1?=0", None);
        check("=?utf-8?q?1?==?utf-8?q?0?=", None);
        check("=?utf-8?q?1 0?=", None);
        check("=?utf-8?x?1?=", None);
        check("=?utf-8?q?=E4?=", None);
        check("=?nothing-8?q?a?=", None);
        check("1\r0", None);
        assert_eq!(readable(b"\xe4"), None);
    }

    #[test]
    fn one_text_in_many_forms() {
        check(
            "=?UTF-8?Q?Gr=C3=BC=C3=9Fe_an_alle?=",
            "=?utf-8?B?R3LDvMOfZSBhbiBhbGxl?=",
        );
        check("=?utf-8?B?R3LDvMOfZSBhbiBhbGxl?=", "Grüße an alle");
        check("Grüße an alle", "=?UTF-8?Q?Gr=C3=BC=C3=9Fe?= an alle");
        check("Grüße an alle", "=?iso-8859-1?q?Gr=FC=DFe_an_alle?=");
        check(
            "Schöne Grüße",
            "=?UTF-8?Q?Sch=C3=B6ne?= =?UTF-8?Q?Gr=C3=BC=C3=9Fe?=",
        );
    }

    #[test]
    fn long_texts_are_cut_into_words() {
        let text = "ü".repeat(40);
        for (_, encoded) in encodings(&text) {
            // Raw in ISO-8859-1, it is no UTF-8.
            let Ok(encoded) = String::from_utf8(encoded) else {
                continue;
            };
            assert_eq!(
                decoded(encoded.as_bytes()).as_deref(),
                Some(&text[..]),
                "{encoded}"
            );
        }
    }
}
