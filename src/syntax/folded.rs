//! Text that is folded while it is written (RFC 5322 §2.2.3).

use super::folding::LineEnd;

/// Lines have at most this many columns, where their pieces allow it (RFC 5322 §2.1.1).
pub(crate) const COLUMNS: usize = 78;

/// A header field that is being written.
#[derive(Clone, Debug)]
pub(crate) struct FoldedText {
    text: String,
    column: usize,
    line_end: LineEnd,
    is_wrapped: bool,
}

impl FoldedText {
    /// A field that begins with `start` and whose lines end in `line_end`.
    pub(crate) fn new(start: &str, line_end: LineEnd) -> Self {
        // Few fields are longer.
        let mut text = String::with_capacity(1000);
        text.push_str(start);
        Self {
            text,
            column: start.len(),
            line_end,
            is_wrapped: true,
        }
    }

    /// The same field, all of it on one line.
    pub(crate) fn unwrapped(self) -> Self {
        let is_wrapped = false;
        Self { is_wrapped, ..self }
    }

    /// What is written so far.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// Writes text on the same line.
    pub(crate) fn push(&mut self, text: &str) {
        self.text.push_str(text);
        // Almost all text is ASCII, where a byte is a column.
        self.column += if text.is_ascii() {
            text.len()
        } else {
            text.chars().count()
        };
    }

    /// Begins a line with `indent`.
    pub(crate) fn fold(&mut self, indent: &str) {
        self.text.push_str(self.line_end.octets());
        self.text.push_str(indent);
        self.column = indent.len();
    }

    /// Writes a piece that stays whole: behind `separator`, or on a new line where it does not fit.
    pub(crate) fn piece(&mut self, separator: &str, piece: &str, indent: &str) {
        self.piece_of(separator, &[piece], indent);
    }

    /// The same for a piece of several parts with nothing between.
    pub(crate) fn piece_of(&mut self, separator: &str, parts: &[&str], indent: &str) {
        let length: usize = parts.iter().map(|part| part.len()).sum();
        if self.has_room(separator.len() + length) {
            self.push(separator);
        } else {
            self.fold(indent);
        }
        for part in parts {
            self.push(part);
        }
    }

    /// Writes ASCII text that may be broken anywhere.
    pub(crate) fn breakable(&mut self, text: &str, indent: &str) {
        let mut rest = text;
        while !self.has_room(rest.len()) {
            // A few characters at the end of a line would only be hard to read.
            let room = COLUMNS.saturating_sub(self.column + 1);
            let (here, behind) = rest.split_at(if room < 8 { 0 } else { room });
            self.push(here);
            self.fold(indent);
            rest = behind;
        }
        self.push(rest);
    }

    /// The whole field with its final line end.
    pub(crate) fn end(mut self) -> String {
        self.text.push_str(self.line_end.octets());
        self.text
    }

    /// Whether the line has room for so many more bytes and a semicolon behind them.
    fn has_room(&self, length: usize) -> bool {
        !self.is_wrapped || self.column + length < COLUMNS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field() -> FoldedText {
        FoldedText::new("Name:", LineEnd::Crlf)
    }

    #[test]
    fn pieces_fill_a_line_but_for_a_semicolon() {
        let fits = "x".repeat(71);
        let mut text = field();
        text.piece(" ", &fits, "  ");
        text.push(";");
        text.piece(" ", "y", "  ");
        assert_eq!(text.end(), format!("Name: {fits};\r\n  y\r\n"));
        let mut text = field();
        text.piece(" ", &format!("{fits}x"), "  ");
        assert_eq!(text.end(), format!("Name:\r\n  {fits}x\r\n"));
    }

    #[test]
    fn breakable_text_is_broken_where_the_line_ends() {
        let mut text = field();
        text.breakable(&"x".repeat(150), " ");
        let lines = ["x".repeat(72), "x".repeat(76), "x".repeat(2)];
        assert_eq!(text.end(), format!("Name:{}\r\n", lines.join("\r\n ")));
        let mut text = FoldedText::new(&"n".repeat(70), LineEnd::Lf);
        text.breakable(&"x".repeat(20), " ");
        assert_eq!(
            text.end(),
            format!("{}\n {}\n", "n".repeat(70), "x".repeat(20))
        );
    }

    #[test]
    fn an_unwrapped_field_is_one_line() {
        let mut text = field().unwrapped();
        text.piece(" ", &"x".repeat(100), " ");
        text.breakable(&"y".repeat(100), " ");
        assert_eq!(text.end().matches("\r\n").count(), 1);
    }
}
