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
    let lower = text.to_ascii_lowercase();
    let end = lower.find("-----end ");
    let (before, body) = match lower.find("-----begin ") {
        Some(begin) => {
            let label = begin + "-----begin ".len();
            let body = label + text[label..].find("-----")? + 5;
            (&text[..begin], body)
        }
        // Without its first line, the key begins where p= does, or the text.
        None => {
            let body = text[..end?].rfind('=').map_or(0, |equals| equals + 1);
            (&text[..body], body)
        }
    };
    let end = end.filter(|end| *end >= body);
    let key = &text[body..end.unwrap_or(text.len())];
    let (key, rest) = match key.split_once(';') {
        Some((key, _)) => (key, &text[body + key.len()..]),
        None => (key, end.map_or("", |end| after_line(&text[end..]))),
    };
    Some(with_key_between(before, &without_space(key), rest))
}

/// What comes after the end line.
fn after_line(text: &str) -> &str {
    let after = text.trim_start_matches('-');
    after
        .split_once("-----")
        .map_or("", |(_, after)| after.trim_start_matches('-'))
}
