//! The key was published with the lines around it in a PEM file.

use super::{Step, with_key_between, without_space};
use crate::lint::{FindingCode, Part};

pub(super) const STEP: Step = Step {
    code: FindingCode::KeyDamaged,
    part: Some(Part::Wrapper),
    message: "the key was published with the BEGIN and END lines of a PEM file",
    remedy: "publish v=DKIM1; k=…; p= and after it the base64 between those lines, in one piece",
    undo,
};

fn undo(text: &str) -> Vec<String> {
    unwrapped(text).into_iter().collect()
}

fn unwrapped(text: &str) -> Option<String> {
    let (mut before, mut rest) = split_at_line(text)?;
    // Without its first line, the key begins where p= does, or the text.
    if let Some(at) = before.trim_end_matches('=').rfind('=')
        && before.len() > at + 1
        && !before[at + 1..].contains(';')
    {
        rest = &text[at + 1..];
        before = &text[..=at];
    } else if !before.contains('=') {
        (before, rest) = ("", text);
    }
    let end = rest.find(';').unwrap_or(rest.len());
    let (mut body, after) = rest.split_at(end);
    let mut key = String::new();
    while let Some((piece, rest)) = split_at_line(body) {
        key.push_str(piece);
        body = rest;
    }
    key.push_str(body);
    let key = without_space(&key);
    Some(with_key_between(before, key.trim_matches('-'), after))
}

/// What comes before the first BEGIN or END line, and after it.
fn split_at_line(text: &str) -> Option<(&str, &str)> {
    let lower = text.to_ascii_lowercase();
    let starts = ["-----begin ", "-----end "].map(|line| lower.find(line));
    let start = starts.into_iter().flatten().min()?;
    let label = &text[start + 5..];
    let rest = label.split_once("-----").map_or("", |(_, rest)| rest);
    Some((&text[..start], rest))
}
