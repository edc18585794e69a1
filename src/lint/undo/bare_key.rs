//! The key is there, and `p=` in front of it is not.

use super::{Step, with_key_between};
use crate::algorithm::KeyType;
use crate::lint::reading::Reading;
use crate::lint::{FindingCode, key};

pub(super) const STEP: Step = Step {
    code: FindingCode::NoKeyTag,
    part: None,
    message: "there is a key and no p= in front of it",
    remedy: "publish the whole record: v=DKIM1; and p= in front of the key",
    undo,
};

fn undo(text: &str) -> Vec<String> {
    with_tag(text).into_iter().collect()
}

fn with_tag(text: &str) -> Option<String> {
    let reading = Reading::new(text.as_bytes());
    if reading.get("p").is_some() {
        return None;
    }
    let announced = reading.get("k").and_then(|name| {
        let name = name.split_ascii_whitespace().next()?;
        KeyType::from_name(name.as_bytes())
    });
    let word = key::stray(text, announced)?;
    let at = text.find(word)?;
    let before = &text[..at];
    // What is left of a tag whose = is missing, or that has no name, goes with the key.
    let before = before.rfind(';').map_or("", |end| &before[..=end]);
    let after = text[at + word.len()..].trim_start_matches('=');
    let key = &text[at..text.len() - after.len()];
    let after = after.find(';').map_or("", |end| &after[end..]);
    Some(with_key_between(before, key, after))
}
