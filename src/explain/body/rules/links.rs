use crate::explain::body::undone::{Text, Undone};

/// Links that were rewritten.
#[derive(Clone, Debug)]
pub(in crate::explain::body) struct Links;

pub(super) fn undo(_text: Text<'_>) -> Vec<Undone> {
    Vec::new()
}
