//! What is told of changes that were undone: each from the change itself, and all of them here.

use super::story::Story;
use super::undone::{Change, Edits, Text};

/// What is told of a change to the text of what `name` says (`body`, `HTML part (part 2 of 2)`).
pub(super) fn tell(_change: &Change, _edits: &Edits, _text: Text<'_>, _name: &str) -> Vec<Story> {
    Vec::new()
}
