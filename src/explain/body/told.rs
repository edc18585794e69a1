//! What is told of changes that were undone: each from the change itself, and all of them here.

mod lines;

use super::story::Story;
use super::undone::{Change, Edits, Text};

/// What is told of a change to the text of what `name` says (`body`, `HTML part (part 2 of 2)`).
pub(super) fn tell(change: &Change, edits: &Edits, text: Text<'_>, _name: &str) -> Vec<Story> {
    match change {
        Change::Lines(lines) => vec![lines::tell(lines, edits, text.bytes)],
        Change::Added(_) | Change::Linked(_) => Vec::new(),
    }
}
