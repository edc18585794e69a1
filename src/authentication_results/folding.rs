//! Folding a field at the places where its grammar allows white space (RFC 5322 §2.2.3).

use crate::message::LineEnd;

/// Lines have at most this many columns, where their pieces allow it (RFC 5322 §2.1.1).
const COLUMNS: usize = 78;

/// A field that is being written from pieces that stay whole.
pub(super) struct Folded {
    text: String,
    column: usize,
    line_end: LineEnd,
}

impl Folded {
    pub(super) fn new(start: String, line_end: LineEnd) -> Self {
        Self {
            column: start.len(),
            text: start,
            line_end,
        }
    }

    /// Begins a line with a result.
    pub(super) fn result(&mut self, result: &str) {
        self.fold(" ");
        self.attach(result);
    }

    /// Adds a piece, on a new line where it does not fit.
    pub(super) fn piece(&mut self, piece: &str) {
        // Room for a semicolon behind it.
        if self.column + 1 + piece.len() + 1 > COLUMNS {
            self.fold("  ");
        } else {
            self.attach(" ");
        }
        self.attach(piece);
    }

    /// Adds text that may be broken between its words.
    pub(super) fn words(&mut self, text: &str) {
        text.split(' ').for_each(|word| self.piece(word));
    }

    /// Adds text to the last piece.
    pub(super) fn attach(&mut self, text: &str) {
        self.text.push_str(text);
        self.column += text.len();
    }

    /// The whole field.
    pub(super) fn end(mut self) -> String {
        self.text.push_str(self.line_end.octets());
        self.text
    }

    fn fold(&mut self, indent: &str) {
        self.text.push_str(self.line_end.octets());
        self.text.push_str(indent);
        self.column = indent.len();
    }
}
