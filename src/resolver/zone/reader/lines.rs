//! A master file cut into lines of tokens (RFC 1035 §5.1): comments, quotes and parentheses.

use super::{FaultAt, ZoneFault};

/// A line that is not blank; between parentheses a line goes on behind its end.
#[derive(Debug)]
pub(super) struct Line<'a> {
    /// Where it begins, counted from 1.
    pub(super) number: usize,
    /// It begins with white space, so that it has no owner name of its own.
    pub(super) continues: bool,
    pub(super) tokens: Vec<Token<'a>>,
}

/// A word or a quoted string, its escapes as they stand.
#[derive(Clone, Copy, Debug)]
pub(in crate::resolver) struct Token<'a> {
    pub(in crate::resolver) text: &'a [u8],
    pub(in crate::resolver) quoted: bool,
}

impl Token<'_> {
    /// Whether this is the unquoted `word`, in any letter case.
    pub(super) fn is(&self, word: &[u8]) -> bool {
        !self.quoted && self.text.eq_ignore_ascii_case(word)
    }

    /// The beginning of the text, for an error.
    pub(super) fn shown(&self) -> String {
        let end = self.text.len().min(60);
        self.text[..end].escape_ascii().to_string()
    }
}

/// Cuts a file into lines.
pub(super) struct Lines<'a> {
    rest: &'a [u8],
    number: usize,
}

impl<'a> Lines<'a> {
    pub(super) fn new(contents: &'a [u8]) -> Self {
        let rest = contents.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(contents);
        Self { rest, number: 1 }
    }

    /// The next line that has tokens.
    pub(super) fn next_line(&mut self) -> Result<Option<Line<'a>>, FaultAt> {
        while !self.rest.is_empty() {
            let line = self.line()?;
            if !line.tokens.is_empty() {
                return Ok(Some(line));
            }
        }
        Ok(None)
    }

    fn line(&mut self) -> Result<Line<'a>, FaultAt> {
        let mut line = Line {
            number: self.number,
            continues: matches!(self.rest.first(), Some(b' ' | b'\t')),
            tokens: Vec::new(),
        };
        let mut open = Vec::new();
        while let Some((&octet, rest)) = self.rest.split_first() {
            match octet {
                b'\n' => {
                    self.rest = rest;
                    self.number += 1;
                    if open.is_empty() {
                        break;
                    }
                }
                b' ' | b'\t' | b'\r' => self.rest = rest,
                b';' => self.skip_to_line_end(),
                b'(' => {
                    open.push(self.number);
                    self.rest = rest;
                }
                b')' => {
                    open.pop()
                        .ok_or_else(|| self.fault(ZoneFault::UnopenedParenthesis))?;
                    self.rest = rest;
                }
                b'"' => line.tokens.push(self.quoted(rest)?),
                _ => line.tokens.push(self.word()),
            }
        }
        match open.first() {
            Some(&line) => Err(FaultAt {
                line,
                fault: ZoneFault::UnclosedParenthesis,
            }),
            None => Ok(line),
        }
    }

    /// The string whose opening quote stands before `text`.
    fn quoted(&mut self, text: &'a [u8]) -> Result<Token<'a>, FaultAt> {
        let mut end = 0;
        loop {
            match text.get(end) {
                Some(b'"') => break,
                Some(b'\\') if text.get(end + 1).is_some_and(|&octet| octet != b'\n') => end += 2,
                None | Some(b'\n') => return Err(self.fault(ZoneFault::UnclosedQuote)),
                Some(_) => end += 1,
            }
        }
        self.rest = &text[end + 1..];
        Ok(Token {
            text: &text[..end],
            quoted: true,
        })
    }

    fn word(&mut self) -> Token<'a> {
        let mut end = 0;
        while let Some(octet) = self.rest.get(end) {
            match octet {
                b' ' | b'\t' | b'\r' | b'\n' | b'"' | b'(' | b')' | b';' => break,
                b'\\' if self.rest.get(end + 1).is_some_and(|&octet| octet != b'\n') => end += 2,
                _ => end += 1,
            }
        }
        let (text, rest) = self.rest.split_at(end);
        self.rest = rest;
        Token {
            text,
            quoted: false,
        }
    }

    fn skip_to_line_end(&mut self) {
        let end = memchr::memchr(b'\n', self.rest).unwrap_or(self.rest.len());
        self.rest = &self.rest[end..];
    }

    fn fault(&self, fault: ZoneFault) -> FaultAt {
        FaultAt {
            line: self.number,
            fault,
        }
    }
}
