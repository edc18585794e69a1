//! Names and targets in sentences or under labels: what Microsoft 365 says where the records are
//! missing, or OVH's console of an answer.

use super::{Entry, ExpectedError, name};
use crate::identifier::Sdid;

/// The labels of targets, in lower case.
const LABELS: [&str; 4] = ["points to", "value:", "value :", "targetrecord"];

/// The text has a label of targets. The first name of a selector belongs to the first target, and so on,
/// whichever comes first.
pub(super) fn read(text: &str, domain: &Sdid) -> Option<Result<Vec<Entry>, ExpectedError>> {
    let lower = text.to_lowercase();
    if !LABELS.iter().any(|label| lower.contains(label)) {
        return None;
    }
    let mut names: Vec<(usize, String)> = Vec::new();
    let mut targets: Vec<String> = Vec::new();
    for (line, content) in text.lines().enumerate() {
        for word in content.split(is_between) {
            let word = word.trim_end_matches('.');
            if name::selector(word, domain).is_some() {
                names.push((line + 1, word.to_owned()));
            } else if is_target(word) {
                targets.push(word.to_owned());
            }
        }
    }
    if names.len() != targets.len() {
        let (names, targets) = (names.len(), targets.len());
        let why = format!(
            "it has {names} names of selectors of {domain} and {targets} targets: expected a target \
             for each name"
        );
        return Some(Err(ExpectedError::at(None, why)));
    }
    let entry = |((line, name), target)| Entry {
        name,
        target: Some(target),
        line: Some(line),
    };
    Some(Ok(names.into_iter().zip(targets).map(entry).collect()))
}

fn is_between(character: char) -> bool {
    character.is_whitespace()
        || matches!(
            character,
            ',' | ';' | '|' | '"' | '\'' | '`' | '(' | ')' | '{' | '}' | ':' | '<' | '>'
        )
}

/// Whether a word may be a target: a name of some labels with the label of keys, as all have that
/// come in sentences.
fn is_target(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    let mut labels = lower.split('.');
    let is_key = labels.any(|label| matches!(label, "_domainkey" | "domainkey" | "dkim"));
    is_key && lower.split('.').count() >= 4
}
