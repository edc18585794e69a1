use crate::explain::body::undone::{Text, Undone};

pub(super) fn undo(_text: Text<'_>) -> Vec<Undone> {
    Vec::new()
}
