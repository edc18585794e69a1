//! The key, or its beginning, is there twice.

use super::{Step, with_key};
use crate::lint::{FindingCode, Part};

pub(super) const STEP: Step = Step {
    code: FindingCode::KeyDamaged,
    part: Some(Part::Doubled),
    message: "the key, or a piece of it, is in p= twice",
    remedy: "publish each piece of the key once",
    undo,
};

/// The shortest piece that is not there twice by chance.
const SHORTEST: usize = 16;

fn undo(text: &str) -> Vec<String> {
    with_key(text, |value| {
        let value = value.trim();
        let is_repeated = |at: &usize| {
            let halves = value.split_at_checked(*at);
            halves.is_some_and(|(piece, rest)| rest.starts_with(piece))
        };
        let at = (SHORTEST..=value.len() / 2).find(is_repeated);
        at.map(|at| value[at..].to_owned()).into_iter().collect()
    })
}
