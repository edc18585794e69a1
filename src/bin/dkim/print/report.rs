//! Reports for people: lines in styles, wrapped.

use anstyle::{AnsiColor, Style};
use dkim_toolkit::lint::Severity;
use unicode_width::UnicodeWidthStr as _;

use super::wrap::wrap;

/// Where further lines of a row begin on a narrow terminal.
const NARROW: usize = 6;

/// The text of a report under construction.
pub struct Report {
    text: String,
    columns: usize,
}

impl Report {
    /// An empty report, whose lines have this many columns at most where words allow it.
    pub fn new(columns: usize) -> Self {
        Self {
            text: String::new(),
            columns,
        }
    }

    /// Adds a line of pieces, each in its style.
    pub fn line_of(&mut self, pieces: &[(Style, &str)]) {
        for (style, text) in pieces {
            self.styled(*style, text);
        }
        self.text.push('\n');
    }

    /// The text, ready to be printed.
    pub fn into_text(self) -> String {
        self.text
    }

    /// Adds an empty line.
    pub fn blank(&mut self) {
        self.text.push('\n');
    }

    /// Adds text behind a label, wrapped between its words and indented.
    pub fn wrapped(&mut self, indent: usize, style: Style, label: &str, text: &str) {
        self.text.extend(std::iter::repeat_n(' ', indent));
        self.styled(style, label);
        let column = indent + label.width();
        let gap = usize::from(!label.is_empty());
        wrap(&mut self.text, column, indent + 2, gap, text, self.columns);
        self.text.push('\n');
    }

    /// Adds a line that begins a report: a start without a style, then a word and what belongs to it
    /// in a style. What belongs to the word is wrapped, and never the word.
    pub fn heading(&mut self, start: &str, style: Style, word: &str, text: &str) {
        let mut rest = String::new();
        if !text.is_empty() {
            let column = start.width() + word.width();
            wrap(&mut rest, column, 4, 1, text, self.columns);
        }
        self.line_of(&[(PLAIN, start), (style, &format!("{word}{rest}"))]);
    }

    /// The columns of a line.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Adds a row of a table: a label that fills its column, and text in a style, wrapped between
    /// its words behind that column. On a narrow terminal further lines begin further left.
    pub fn row(&mut self, label: &str, style: Style, text: &str) {
        let column = label.width();
        let is_narrow = column * 2 > self.columns;
        let hanging = if is_narrow { NARROW } else { column };
        let (label, column) = match label.trim() {
            "" => (" ".repeat(hanging), hanging),
            _ => (label.to_owned(), column),
        };
        let mut lines = String::new();
        wrap(&mut lines, column, hanging, 0, text, self.columns);
        self.text.push_str(&label);
        self.styled(style, &lines);
        self.text.push('\n');
    }

    fn styled(&mut self, style: Style, text: &str) {
        self.text
            .push_str(&format!("{}{text}{}", style.render(), style.render_reset()));
    }
}

/// The style of a finding's label.
pub const fn severity_style(severity: Severity) -> Style {
    match severity {
        Severity::Error => BAD,
        Severity::Warning => UNSURE,
        Severity::Note => STRONG,
    }
}

/// Good news.
pub const GOOD: Style = AnsiColor::Green.on_default().bold();
/// Bad news.
pub const BAD: Style = AnsiColor::Red.on_default().bold();
/// Neither.
pub const UNSURE: Style = AnsiColor::Yellow.on_default().bold();
/// What is to be seen, and says nothing of good or bad.
pub const STRONG: Style = Style::new().bold();
/// No style.
pub const PLAIN: Style = Style::new();
