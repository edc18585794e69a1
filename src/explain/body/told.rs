//! What is told of changes that were undone: each from the change itself, and all of them here.

mod added;
mod lines;
mod linked;

pub(super) use self::added::sentence;

use super::story::Story;
use super::undone::{Change, Edits, Text};

/// What is told of a change to the text of what `name` says (`body`, `HTML part (part 2 of 2)`).
pub(super) fn tell(change: &Change, edits: &Edits, text: Text<'_>, name: &str) -> Vec<Story> {
    match change {
        Change::Lines(lines) => vec![lines::tell(lines, edits, text.bytes)],
        Change::Added(at) => added::tell(*at, edits.stretches(), text, name),
        Change::Linked => linked::tell(edits.stretches(), text, name),
    }
}
