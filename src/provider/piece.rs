//! The pieces of a pattern in the table: text, and `<…>` for what differs.

/// A piece of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// Text that is the same for everybody.
    Text(&'static str),
    /// The name of what differs, without its brackets.
    Field(&'static str),
}

/// The pieces of a pattern, in order. An unclosed bracket is text.
pub(super) fn pieces(pattern: &'static str) -> impl Iterator<Item = Piece> {
    let mut rest = pattern;
    std::iter::from_fn(move || {
        let field = rest.strip_prefix('<');
        if let Some((field, after)) = field.and_then(|behind| behind.split_once('>')) {
            rest = after;
            return Some(Piece::Field(field));
        }
        let end = rest.bytes().skip(1).position(|byte| byte == b'<');
        let (text, after) = rest.split_at(end.map_or(rest.len(), |end| end + 1));
        rest = after;
        (!text.is_empty()).then_some(Piece::Text(text))
    })
}
