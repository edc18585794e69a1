//! The record was encoded for a web page.

use super::Step;
use crate::lint::{FindingCode, Part};

pub(super) const STEP: Step = Step {
    code: FindingCode::KeyDamaged,
    part: Some(Part::Encoding),
    message: "the record was encoded as HTML: it has character references such as &#43; or tags",
    remedy: "enter the record as plain text",
    undo,
};

const NAMES: [(&str, char); 10] = [
    ("amp", '&'),
    ("quot", '"'),
    ("lt", '<'),
    ("gt", '>'),
    ("nbsp", ' '),
    ("plus", '+'),
    ("sol", '/'),
    ("equals", '='),
    ("semi", ';'),
    ("apos", '\''),
];

fn undo(text: &str) -> Vec<String> {
    let decoded = without_tags(&without_references(text));
    (decoded != text).then_some(decoded).into_iter().collect()
}

fn without_references(text: &str) -> String {
    let mut pieces = text.split('&');
    let mut decoded = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        match piece
            .split_once(';')
            .and_then(|(name, after)| Some((character(name)?, after)))
        {
            Some((character, after)) => {
                decoded.push(character);
                decoded.push_str(after);
            }
            None => {
                decoded.push('&');
                decoded.push_str(piece);
            }
        }
    }
    decoded
}

/// The character that a reference names.
fn character(name: &str) -> Option<char> {
    let lower = name.to_ascii_lowercase();
    let number = match lower.strip_prefix('#') {
        None => {
            return NAMES
                .iter()
                .find(|(known, _)| *known == lower)
                .map(|(_, character)| *character);
        }
        Some(digits) => match digits.strip_prefix('x') {
            Some(digits) => u32::from_str_radix(digits, 16),
            None => digits.parse(),
        },
    };
    number.ok().and_then(char::from_u32)
}

/// The text without tags such as `<br />`.
fn without_tags(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        plain.push_str(before);
        let is_tag = after.starts_with(|first: char| first.is_ascii_alphabetic() || first == '/');
        match after.split_once('>') {
            Some((_, after)) if is_tag => rest = after,
            _ => {
                plain.push('<');
                rest = after;
            }
        }
    }
    plain + rest
}
