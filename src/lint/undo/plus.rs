//! The key was decoded as web forms are, in which a plus sign stands for a space.

use super::{Step, with_key};
use crate::lint::FindingCode;

pub(super) const STEP: Step = Step {
    code: FindingCode::BadBase64,
    part: None,
    message: "p= has spaces where the key has plus signs, as if it was decoded like a web form",
    remedy: "write + in the place of each space inside p=",
    undo,
};

fn undo(text: &str) -> Vec<String> {
    with_key(text, |value| {
        let value = value.trim();
        let is_changed = value.contains(' ');
        is_changed
            .then(|| value.replace(' ', "+"))
            .into_iter()
            .collect()
    })
}
