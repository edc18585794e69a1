//! The record was encoded for a URL or a web form.

use super::Step;
use crate::lint::{FindingCode, Part};

pub(super) const STEP: Step = Step {
    code: FindingCode::KeyDamaged,
    part: Some(Part::Encoding),
    message: "the record has the percent encoding of a URL, such as %2B in the place of +",
    remedy: "enter the record as plain text",
    undo,
};

/// With `+` as the space that web forms encode so, and as itself.
fn undo(text: &str) -> Vec<String> {
    let Some(decoded) = decoded(text) else {
        return Vec::new();
    };
    let of_form = text
        .contains('+')
        .then(|| self::decoded(&text.replace('+', " ")));
    [of_form.flatten(), Some(decoded)]
        .into_iter()
        .flatten()
        .collect()
}

/// `None` where nothing is encoded, or where that is not text.
fn decoded(text: &str) -> Option<String> {
    let mut pieces = text.split('%');
    let mut bytes = pieces.next()?.as_bytes().to_vec();
    let mut is_encoded = false;
    for piece in pieces {
        let number = piece
            .get(..2)
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match number {
            Some(byte) => {
                is_encoded = true;
                bytes.push(byte);
                bytes.extend(piece.bytes().skip(2));
            }
            None => {
                bytes.push(b'%');
                bytes.extend(piece.bytes());
            }
        }
    }
    is_encoded.then(|| String::from_utf8(bytes).ok()).flatten()
}
