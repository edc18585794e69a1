//! The key was encoded in base64 twice.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::Step;
use crate::lint::{FindingCode, Part};
use crate::syntax::base64::{decode_base64, is_base64};

pub(super) const STEP: Step = Step {
    code: FindingCode::KeyDamaged,
    part: Some(Part::Doubled),
    message: "the key was encoded in base64 twice",
    remedy: "put the base64 of the key into p= as it is, without encoding it again",
    undo,
};

/// The shortest word that is taken for the base64 of base64.
const SHORTEST: usize = 32;

/// A word of a text that is longer than any word of a language.
const LONG_WORD: usize = 20;

fn undo(text: &str) -> Vec<String> {
    let mut decoded = String::new();
    let mut rest = text;
    let mut is_encoded = false;
    while !rest.is_empty() {
        let end = rest
            .find(|digit: char| !is_digit(digit))
            .unwrap_or(rest.len());
        if end == 0 {
            let length = rest.chars().next().map_or(rest.len(), char::len_utf8);
            decoded.push_str(&rest[..length]);
            rest = &rest[length..];
            continue;
        }
        let (word, after) = rest.split_at(end);
        rest = after;
        match inner(word) {
            Some(inner) => {
                is_encoded = true;
                decoded.push_str(&inner);
                rest = rest.trim_start_matches('=');
            }
            None => decoded.push_str(word),
        }
    }
    is_encoded.then_some(decoded).into_iter().collect()
}

fn is_digit(character: char) -> bool {
    character != '=' && u8::try_from(character).is_ok_and(is_base64)
}

/// The text that a word encodes, if that is text with base64 in it.
fn inner(word: &str) -> Option<String> {
    if word.len() < SHORTEST {
        return None;
    }
    // The end may be missing.
    let whole = word.len() - usize::from(word.len() % 4 == 1);
    let bytes =
        decode_base64(&word.as_bytes()[..whole]).or_else(|| STANDARD_NO_PAD.decode(word).ok())?;
    let text = String::from_utf8(bytes).ok()?;
    let is_text = |byte: u8| byte.is_ascii_graphic() || byte.is_ascii_whitespace();
    let mut words = text.split(|digit: char| !is_digit(digit));
    let has_key = words.any(|word| word.len() >= LONG_WORD);
    (text.bytes().all(is_text) && has_key).then_some(text)
}
