//! What happened to a key record on its way into the DNS, undone step by step.
//!
//! A [`Step`] is a pure function from a text to the texts that it may have been before one thing
//! happened to it. Steps know nothing of each other: the search applies them to the results of
//! steps, those with the fewest first, until a text is a record with a key. So whatever happens to
//! records in pairs needs no rule of its own.

mod bare_key;
mod base64_twice;
mod capitals;
mod certificate;
mod characters;
mod doubled;
mod header;
mod html;
mod line_break;
mod openssh;
mod order;
mod pem;
mod percent;
mod plus;
mod semicolon;

use std::collections::HashSet;
use std::ops::Range;

use super::loss::Loss;
use super::private::{self, Private};
use super::reading::{Reading, normalized, trimmed};
use super::{Finding, FindingCode, Part, key};
use crate::key::PublicKey;

/// So many things may have happened to one record.
const DEPTH: usize = 4;

/// So many texts are looked at.
const MAX_TEXTS: usize = 80;

/// One thing that happens to records.
pub(super) struct Step {
    pub(super) code: FindingCode,
    pub(super) part: Option<Part>,
    pub(super) message: &'static str,
    pub(super) remedy: &'static str,
    /// The texts that a text may have been before; none if it cannot have happened to it.
    pub(super) undo: fn(&str) -> Vec<String>,
}

/// How many of the steps come first whose traces cannot be there by chance: where one of them was
/// not undone yet, what is missing of the key is not known.
const SURE: usize = 10;

/// All steps. Of two that lead to a key, the one that comes first is told.
const STEPS: [&Step; 15] = [
    &html::STEP,
    &percent::STEP,
    &semicolon::STEP,
    &capitals::STEP,
    &pem::STEP,
    &openssh::STEP,
    &certificate::STEP,
    &base64_twice::STEP,
    &doubled::STEP,
    &order::STEP,
    &line_break::STEP,
    &plus::STEP,
    &header::STEP,
    &characters::STEP,
    &bare_key::STEP,
];

impl Step {
    pub(super) fn finding(&self) -> Finding {
        let mut finding = Finding::new(self.code, self.message, self.remedy);
        finding.part = self.part;
        finding
    }
}

/// What came of the search.
pub(super) struct Undone {
    /// What happened to the record, the last thing first.
    pub(super) steps: Vec<&'static Step>,
    /// The record before that.
    pub(super) text: String,
    /// A private key that is in one of the texts.
    pub(super) private: Option<Private>,
    /// What is missing of the key, if there is no key in the text.
    pub(super) loss: Option<Loss>,
}

impl Undone {
    const fn new(steps: Vec<&'static Step>, text: String) -> Self {
        Self {
            steps,
            text,
            private: None,
            loss: None,
        }
    }
}

/// Looks for the record that a text was made of. One that `is_usable` was made of nothing else.
pub(super) fn search(octets: &[u8], is_usable: bool, expected: Option<&PublicKey>) -> Undone {
    let raw = String::from_utf8_lossy(octets);
    let mut start = Undone::new(Vec::new(), normalized(&raw));
    if start.text != raw {
        start.private = private::find(&raw, expected);
    }
    let mut seen = HashSet::from([start.text.clone()]);
    let mut states = vec![start];
    let (mut whole, mut with_key) = (None, None);
    let (mut lost, mut last_lost) = (None, None);
    let mut at = 0;
    while let Some(state) = states.get_mut(at) {
        if state.private.is_none() {
            state.private = private::find(&state.text, expected);
        }
        if state.private.is_some() {
            return states.swap_remove(at);
        }
        let reading = Reading::new(state.text.as_bytes());
        let has_key = has_key(&reading);
        let is_undone = (semicolon::STEP.undo)(&state.text).is_empty();
        if whole.is_none() && has_key && (is_undone || (is_usable && state.steps.is_empty())) {
            whole = Some(at);
        }
        if with_key.is_none() && has_key {
            with_key = Some(at);
        }
        state.loss = Loss::of(&reading).filter(|_| !has_key);
        let is_lost = state.loss.is_some();
        let (text, steps) = (state.text.clone(), state.steps.clone());
        let mut is_final = true;
        for (rank, step) in STEPS.iter().enumerate() {
            for text in (step.undo)(&text) {
                is_final &= rank >= SURE;
                let text = normalized(&text);
                if steps.len() == DEPTH || states.len() == MAX_TEXTS || !seen.insert(text.clone()) {
                    continue;
                }
                let steps = [steps.as_slice(), &[*step]].concat();
                states.push(Undone::new(steps, text));
            }
        }
        if lost.is_none() && is_lost {
            lost = Some(at);
        }
        if last_lost.is_none() && is_lost && is_final {
            last_lost = Some(at);
        }
        at += 1;
    }
    let found = whole.or(with_key).or(last_lost).or(lost);
    states.swap_remove(found.unwrap_or_default())
}

/// Whether this is a record with a key, or one whose key is revoked.
fn has_key(reading: &Reading) -> bool {
    let is_key = |value| key::direct(value, key::declared_type(reading)).is_some();
    reading.is_revoked() || reading.get("p").is_some_and(is_key)
}

/// The text with other values in the place of that of `p=`; none for a text without `p=`.
fn with_key(text: &str, keys: impl Fn(&str) -> Vec<String>) -> Vec<String> {
    let Some(place) = key_place(text) else {
        return Vec::new();
    };
    let (before, after) = (&text[..place.start], &text[place.end..]);
    keys(&text[place])
        .into_iter()
        .map(|key| format!("{before}{key}{after}"))
        .collect()
}

/// Where in a text the value of `p=` is.
fn key_place(text: &str) -> Option<Range<usize>> {
    let mut start = 0;
    text.split(';').find_map(|spec| {
        let (name, value) = spec.split_once('=').unwrap_or((spec, ""));
        let end = start + spec.len();
        let place = end - value.len()..end;
        start = end + 1;
        (trimmed(name) == "p" && name.len() < spec.len()).then_some(place)
    })
}

/// A record in which `key` takes the place of what was between `before` and `after`, as the value
/// of `p=`.
fn with_key_between(before: &str, key: &str, after: &str) -> String {
    let before = before.trim_end();
    let after = after.trim_start();
    let after = if after.starts_with(';') { after } else { "" };
    if before.is_empty() {
        format!("v=DKIM1; p={key}{after}")
    } else if before.ends_with("p=") {
        format!("{before}{key}{after}")
    } else if before.ends_with(';') {
        format!("{before} p={key}{after}")
    } else {
        format!("{before}; p={key}{after}")
    }
}

/// The text without white space.
fn without_space(text: &str) -> String {
    text.split_ascii_whitespace().collect()
}
