//! The pieces of a pattern in the table: text, and `<…>` for what differs.

/// A piece of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// Text that is the same for everybody.
    Text(&'static str),
    /// The name of what differs, without its brackets.
    Field(&'static str),
}

/// The pieces of a pattern, in order; `None` if a bracket is not closed.
pub(super) fn pieces(pattern: &'static str) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    let mut rest = pattern;
    while let Some((before, behind)) = rest.split_once('<') {
        let (field, after) = behind.split_once('>')?;
        if !before.is_empty() {
            pieces.push(Piece::Text(before));
        }
        pieces.push(Piece::Field(field));
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    Some(pieces)
}
