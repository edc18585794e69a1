//! The rules: what mail systems do to texts, undone.
//!
//! Each is a pure function of a text ([`Rule`]); one that is added here is tried alone and together
//! with all others. The costs say in which order.

mod added;
mod html;
mod lines;
pub(super) mod links;
pub(super) mod tags;

pub(super) use self::lines::{Lines, PREAMBLES, SHORT, Told, of_windows_1252, windows_1252};

use super::undone::Rule;

/// What is done to the text of a part.
pub(super) const OF_PARTS: &[Rule] = &[links::undo, added::undo, html::undo];

/// What is done to the body as a whole.
pub(super) const OF_BODIES: &[Rule] = &[lines::undo, added::undo_around_parts];
