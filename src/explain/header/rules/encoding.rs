//! Encoded words, written in another way (RFC 2047 §2, §4).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mail_parser::decoders::charsets::map::charset_decoder;

use super::{Clues, Costed, Text};
use crate::explain::header::text::collapsed;
use crate::syntax::encoded_word::decoded as lenient;

/// The longest encoded word (RFC 2047 §2).
const LONG_WORD: usize = 75;
/// Texts that are longer are not encoded anew.
const LONG_TEXT: usize = 600;
/// Fields whose text may hold encoded words anywhere; in those of addresses, names do.
pub(super) const TEXTS: &str =
    "subject comments keywords organization content-description thread-topic";

/// A text without encoded words.
pub(super) fn plain(text: &Text<'_>, _: &Clues<'_>) -> Vec<Costed> {
    let is_worded = memchr::memmem::find(text.value, b"=?").is_some();
    let plain = decoded(text.value).filter(|_| is_worded);
    let plain = plain.map(|plain| (0, [b" ", &collapsed(plain.as_bytes())[..]].concat()));
    plain.into_iter().collect()
}

/// The same text in other encodings.
pub(super) fn encoded(text: &Text<'_>, _: &Clues<'_>) -> Vec<Costed> {
    let plain = decoded(text.value).filter(|_| is_encoded(text.value));
    let encoded = plain.map(|plain| encodings(&plain)).unwrap_or_default();
    let spaced = |(cost, encoded): Costed| (cost, [b" ", &encoded[..]].concat());
    encoded.into_iter().map(spaced).collect()
}

/// Whether there are encoded words in a value, or characters that ask for them.
pub(in crate::explain::header) fn is_encoded(value: &[u8]) -> bool {
    !value.is_ascii() || memchr::memmem::find(value, b"=?").is_some()
}

/// The text that every reader sees of a value: unfolded, its encoded words decoded (RFC 2047 §6).
/// `None` where readers may differ: at control characters, at encoded words with other text right
/// beside them, and where something cannot be decoded.
pub(in crate::explain::header) fn readable(value: &[u8]) -> Option<String> {
    let text = String::from_utf8(collapsed(value)).ok()?;
    if text.contains(char::is_control) {
        return None;
    }
    if !text.contains("=?") {
        return Some(text);
    }
    let is_plain = |word: &str| !word.contains("=?") || is_encoded_word(word);
    let decoded = decoded(text.as_bytes()).filter(|_| text.split(' ').all(is_plain))?;
    let is_whole = !decoded.contains(char::REPLACEMENT_CHARACTER) && !decoded.contains("=?");
    is_whole.then_some(decoded)
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
pub(in crate::explain::header) fn decoded(value: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(value);
    let mut rest = &*text;
    while let Some((_, word)) = rest.split_once("=?") {
        let pieces: Vec<&str> = word.splitn(4, '?').collect();
        let [charset, _, _, behind] = pieces[..] else {
            break;
        };
        // It may have a language behind it (RFC 2231 §5).
        if !is_charset(charset.split('*').next().unwrap_or_default()) {
            return None;
        }
        rest = behind;
    }
    Some(lenient(value))
}

/// Whether a charset of this name is known.
pub(super) fn is_charset(name: &str) -> bool {
    let is_utf_8 = ["utf-8", "utf8"]
        .iter()
        .any(|utf_8| name.eq_ignore_ascii_case(utf_8));
    is_utf_8 || charset_decoder(name.as_bytes()).is_some()
}

/// Charsets by their names, with the greatest character of those that have one byte for each.
const CHARSETS: [(&str, Option<u8>); 8] = [
    ("UTF-8", None),
    ("utf-8", None),
    ("iso-8859-1", Some(0xff)),
    ("ISO-8859-1", Some(0xff)),
    ("Windows-1252", Some(0xff)),
    ("windows-1252", Some(0xff)),
    ("us-ascii", Some(0x7f)),
    ("US-ASCII", Some(0x7f)),
];

/// A text in a charset with this greatest character.
fn in_charset(text: &str, greatest: Option<u8>) -> Option<Vec<u8>> {
    let Some(greatest) = greatest else {
        return Some(text.as_bytes().to_vec());
    };
    let byte = |character| u8::try_from(u32::from(character)).ok();
    text.chars()
        .map(|character| byte(character).filter(|byte| *byte <= greatest))
        .collect()
}

/// A way to write bytes in an encoded word: the letter for it, and in Q the bytes that stand for
/// themselves.
type Encoding = (&'static str, Option<fn(u8) -> bool>);

const ENCODINGS: [Encoding; 8] = [
    ("Q", Some(is_safe_in_text)),
    ("B", None),
    ("q", Some(is_safe_in_text)),
    ("b", None),
    ("Q", Some(is_safe_in_phrase)),
    ("q", Some(is_safe_in_phrase)),
    ("Q", Some(|byte| byte.is_ascii_alphanumeric())),
    ("q", Some(|byte| byte.is_ascii_alphanumeric())),
];

/// A way to write encoded words: the charset with its greatest character, and the encoding.
pub(in crate::explain::header) type Wording = ((&'static str, Option<u8>), Encoding);

/// A text in one encoded word; `None` if the charset lacks a character of it.
fn encoded_word(text: &str, wording: Wording) -> Option<String> {
    let ((charset, greatest), (letter, is_safe)) = wording;
    let bytes = in_charset(text, greatest)?;
    let encoded = match is_safe {
        Some(is_safe) => q_encoded(&bytes, is_safe),
        None => STANDARD.encode(bytes),
    };
    Some(format!("=?{charset}?{letter}?{encoded}?="))
}

fn q_encoded(bytes: &[u8], is_safe: fn(u8) -> bool) -> String {
    let mut encoded = String::with_capacity(bytes.len());
    for &byte in bytes {
        if byte == b' ' {
            encoded.push('_');
        } else if is_safe(byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("={byte:02X}"));
        }
    }
    encoded
}

/// What stands for itself in Q (RFC 2047 §4.2).
fn is_safe_in_text(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b'=' | b'?' | b'_')
}

/// What stands for itself in Q within a phrase (RFC 2047 §5).
fn is_safe_in_phrase(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'!' | b'*' | b'+' | b'-' | b'/')
}

/// The ways to write a text in a header field, the likely ones first, each with its cost.
pub(super) fn encodings(text: &str) -> Vec<(u32, Vec<u8>)> {
    let text = String::from_utf8_lossy(&collapsed(text.as_bytes())).into_owned();
    let mut found = vec![(0, text.clone().into_bytes())];
    if text.is_empty() || text.len() > LONG_TEXT {
        return found;
    }
    found.extend(
        in_charset(&text, Some(0xff))
            .filter(|_| !text.is_ascii())
            .map(|raw| (3, raw)),
    );
    let spans = encoded_spans(&text);
    for (charset_cost, charset) in (0..).zip(CHARSETS) {
        for (letter_cost, encoding) in (0..).zip(ENCODINGS) {
            for (span_cost, span) in (0..).zip(&spans) {
                let cost = charset_cost / 2 + letter_cost / 2 + span_cost;
                for (more, cut) in [(0, true), (1, false)] {
                    if let Some(encoded) = in_words(&text, span, (charset, encoding), cut) {
                        found.push((cost + more, encoded.into_bytes()));
                    }
                }
            }
        }
    }
    found
}

/// A name in encodings, each with its cost.
pub(super) fn encoded_phrases(name: &str) -> impl Iterator<Item = (u32, String)> + use<> {
    let text = |(cost, bytes): Costed| (cost, String::from_utf8_lossy(&bytes).into_owned());
    encodings(name).into_iter().map(text)
}

/// The ways to write all encoded words of a header.
pub(in crate::explain::header) fn wordings() -> impl Iterator<Item = Wording> {
    let charsets = CHARSETS.into_iter().take(4);
    charsets.flat_map(|charset| ENCODINGS.map(|encoding| (charset, encoding)))
}

/// A value with its encoded words, and words that are not ASCII, written in one way; `None` if it
/// has none.
pub(in crate::explain::header) fn reworded(value: &[u8], wording: Wording) -> Option<Vec<u8>> {
    let text = String::from_utf8(collapsed(value)).ok()?;
    let is_worded = |word: &str| is_encoded_word(word) || !word.is_ascii();
    let words: Vec<&str> = text.split(' ').collect();
    let write = |run: &[&str]| {
        if !is_worded(run[0]) {
            return Some(run.join(" "));
        }
        let plain = decoded(run.join(" ").as_bytes())?;
        in_words(
            &plain,
            std::slice::from_ref(&(0..plain.len())),
            wording,
            true,
        )
    };
    let runs = words.chunk_by(|one, other| is_worded(one) == is_worded(other));
    let written = runs.map(write).collect::<Option<Vec<_>>>()?;
    let is_any = words.iter().any(|word| is_worded(word));
    is_any.then(|| format!(" {}", written.join(" ")).into_bytes())
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
    wording: Wording,
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
                longest_piece(rest, wording)?
            } else {
                rest
            };
            encoded.push_str(&encoded_word(piece, wording)?);
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
fn longest_piece(text: &str, wording: Wording) -> Option<&str> {
    let fits = |piece: &str| Some(encoded_word(piece, wording)?.len() <= LONG_WORD);
    if fits(text)? {
        return Some(text);
    }
    let mut longest = None;
    for (at, character) in text.char_indices() {
        let piece = &text[..at + character.len_utf8()];
        if !fits(piece)? {
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
    fn charsets() {
        for name in [
            "UTF-8",
            "us-ascii",
            "iso-8859-15",
            "Windows-1252",
            "gb18030",
        ] {
            assert!(is_charset(name), "{name}");
        }
        for name in ["", "utf_9", "us-aacii", "nothing-8"] {
            assert!(!is_charset(name), "{name}");
        }
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
