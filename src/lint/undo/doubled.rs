//! The key, or its beginning, is there twice.

use super::{Step, with_key, without_space};
use crate::lint::loss::beginnings;
use crate::lint::{FindingCode, Part};

pub(super) const STEP: Step = Step {
    code: FindingCode::KeyDamaged,
    part: Some(Part::Doubled),
    message: "the key, or a piece of it, is in p= twice",
    remedy: "publish each piece of the key once",
    undo,
};

fn undo(text: &str) -> Vec<String> {
    with_key(text, |value| {
        let value = without_space(value);
        if let Some((half, other)) = value.split_at_checked(value.len() / 2)
            && half == other
            && !half.is_empty()
        {
            return vec![half.to_owned()];
        }
        let last = beginnings(&value).last();
        // What is left out must be what the key begins with.
        let is_repeated = |at: &usize| value[*at..].starts_with(&value[..*at]) && *at > 0;
        let key = last.filter(is_repeated).map(|at| value[at..].to_owned());
        key.into_iter().collect()
    })
}
