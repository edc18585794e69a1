//! The key has characters in it that are not of base64.

use super::{Step, with_key};
use crate::lint::{FindingCode, key};

pub(super) const STEP: Step = Step {
    code: FindingCode::BadBase64,
    part: None,
    message: "p= is not base64: there are characters in it that do not belong to the key",
    remedy: "remove what is neither a letter, a digit, +, / nor =; write + for - and / for _",
    undo,
};

fn undo(text: &str) -> Vec<String> {
    with_key(text, |value| {
        let cleaned = String::from_utf8(key::cleaned(value)).unwrap_or_default();
        // Behind another =, where p= was entered twice.
        let last = cleaned.trim_end_matches('=').rsplit('=').next();
        let last = last.unwrap_or_default().to_owned();
        let is_changed = |key: &String| super::without_space(value) != *key && !key.is_empty();
        [cleaned, last].into_iter().filter(is_changed).collect()
    })
}
