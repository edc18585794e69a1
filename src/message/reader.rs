//! Reading a header, in pieces of any size.

use std::error::Error;
use std::fmt;

use super::foreign;
use super::{
    FieldSpan, Foreign, Header, HeaderField, LineEnd, LineEndings, MAX_FIELD, MAX_FIELDS,
    MAX_HEADER, Malformation, byte_order_mark, is_name_byte, offset,
};
use crate::syntax::escape::printable;
use crate::syntax::folding::is_wsp;

/// So much is taken at once, what is behind the header's end among it: most headers, and of a short
/// message not more than there is.
const PIECE: usize = 4096;

/// Reads a header piece by piece.
///
/// Push octets until [`HeaderReader::push`] says where the body begins or the input ends, then
/// call [`HeaderReader::finish`].
#[derive(Debug)]
pub struct HeaderReader {
    octets: Vec<u8>,
    fields: Vec<FieldSpan>,
    line_endings: LineEndings,
    first_line_end: Option<LineEnd>,
    line_start: usize,
    /// The length of what is above the header and no part of it.
    above: usize,
    /// The length of the empty line that ended the header; `None` before its end.
    separator: Option<usize>,
    /// What it is that was given in place of a message, once that is known.
    foreign: Option<Foreign>,
    /// Whether the first bytes were looked at.
    looked: bool,
    /// The first field that is not a name, a colon and a value right behind each other.
    unusual: Option<usize>,
    /// How many of the lines end in CRLF, the empty line not counted.
    crlf_lines: usize,
}

impl HeaderReader {
    /// A reader at the start of a message.
    #[must_use]
    pub fn new(line_endings: LineEndings) -> Self {
        Self {
            octets: Vec::with_capacity(PIECE),
            fields: Vec::with_capacity(32),
            line_endings,
            first_line_end: None,
            line_start: 0,
            above: 0,
            separator: None,
            foreign: None,
            looked: false,
            unusual: None,
            crlf_lines: 0,
        }
    }

    /// Takes the next octets. `Some(n)`: the header ended within them, and the body begins at
    /// octet `n` of `chunk`. `None`: more is needed.
    ///
    /// After its end the header takes nothing: every further chunk is body, which begins at `0`.
    /// What is no message by its first bytes ([`Header::foreign`]) has ended with them.
    ///
    /// # Errors
    ///
    /// A [`HeaderError`] if the header or one field of it is longer than the limit.
    pub fn push(&mut self, chunk: &[u8]) -> Result<Option<usize>, HeaderError> {
        if self.separator.is_some() || self.foreign.is_some() {
            return Ok(Some(0));
        }
        let mut rest = chunk;
        while !rest.is_empty() {
            let (piece, behind) = rest.split_at(rest.len().min(PIECE));
            rest = behind;
            let taken = self.octets.len();
            self.octets.extend_from_slice(piece);
            if let Some(end) = self.take_lines(taken)? {
                return Ok(Some(chunk.len() - rest.len() - piece.len() + end - taken));
            }
        }
        Ok(None)
    }

    /// Takes the lines that end behind `searched`, then looks at the open one; where the header
    /// ended.
    fn take_lines(&mut self, mut searched: usize) -> Result<Option<usize>, HeaderError> {
        while let Some(at) = memchr::memchr(b'\n', &self.octets[searched..]) {
            searched += at + 1;
            if self.is_foreign(searched) {
                self.octets.truncate(searched);
                return Ok(Some(searched));
            }
            if self.end_line(searched)? {
                return Ok(Some(searched));
            }
        }
        let end = self.octets.len();
        if self.is_foreign(end) {
            return Ok(Some(end));
        }
        self.check_limits(end)?;
        Ok(None)
    }

    /// The header, at its end or at the end of the input.
    ///
    /// # Errors
    ///
    /// A [`HeaderError`] if the last field is longer than the limit.
    pub fn finish(mut self) -> Result<Header, HeaderError> {
        if !self.looked {
            self.foreign = Foreign::at_start(&self.octets);
        }
        if self.foreign.is_some() {
            self.fields.clear();
            self.above = 0;
        } else {
            self.pass_byte_order_mark();
            if self.line_start < self.octets.len() {
                self.take_line(self.octets.len())?;
            }
        }
        let mut header = Header {
            length: (self.octets.len() + self.separator.unwrap_or(0)) as u64,
            octets: self.octets,
            fields: self.fields,
            line_endings: self.line_endings,
            first_line_end: self.first_line_end,
            above: self.above,
            malformation: None,
            foreign: self.foreign,
            below: Vec::new(),
        };
        if header.foreign.is_none() {
            header.malformation = Malformation::find(&header, self.unusual, self.crlf_lines);
            header.foreign = Foreign::without_fields(&header);
        }
        Ok(header)
    }

    /// Looks at the first bytes as soon as there are enough up to `end`; whether they are of no
    /// message.
    fn is_foreign(&mut self, end: usize) -> bool {
        if !self.looked && end >= foreign::START {
            self.looked = true;
            self.foreign = Foreign::at_start(&self.octets[..end]);
        }
        self.foreign.is_some()
    }

    /// Puts a byte order mark at the start of the message above the header.
    fn pass_byte_order_mark(&mut self) {
        if self.line_start == 0 {
            self.above = byte_order_mark(&self.octets);
            self.line_start = self.above;
        }
    }

    /// Handles a line feed right before `end`; whether it ended the header.
    fn end_line(&mut self, end: usize) -> Result<bool, HeaderError> {
        self.pass_byte_order_mark();
        let line = &self.octets[self.line_start..end];
        let ending = if line.ends_with(b"\r\n") {
            LineEnd::Crlf
        } else {
            LineEnd::Lf
        };
        if ending == LineEnd::Lf && self.line_endings == LineEndings::Strict {
            self.check_limits(end)?;
            return Ok(false);
        }
        self.first_line_end.get_or_insert(ending);
        if line.len() == ending.octets().len() {
            self.separator = Some(line.len());
            self.octets.truncate(self.line_start);
            return Ok(true);
        }
        self.crlf_lines += usize::from(ending == LineEnd::Crlf);
        self.take_line(end)?;
        Ok(false)
    }

    /// Makes the line from `line_start` to `end` a field or a part of one.
    fn take_line(&mut self, end: usize) -> Result<(), HeaderError> {
        self.check_limits(end)?;
        let start = self.line_start;
        let line = &self.octets[start..end];
        let is_fold = is_wsp(line[0]) && !self.fields.is_empty();
        if !is_fold && self.fields.len() >= MAX_FIELDS {
            return Err(HeaderError::ManyFields);
        }
        self.line_start = end;
        if self.fields.is_empty() && is_envelope(line.strip_prefix(b">").unwrap_or(line)) {
            self.above = end;
            return Ok(());
        }
        if is_fold && let Some(field) = self.fields.last_mut() {
            field.end = offset(end);
            return Ok(());
        }
        let name = line.iter().position(|&byte| !is_name_byte(byte));
        let is_name = name.is_some_and(|end| end > 0 && line[end] == b':');
        let colon = if is_name {
            name
        } else {
            self.unusual.get_or_insert(self.fields.len());
            memchr::memchr(b':', line)
        };
        self.fields.push(FieldSpan {
            start: offset(start),
            end: offset(end),
            colon: colon.map(offset),
        });
        Ok(())
    }

    /// Refuses a header, or a field that the line up to `length` belongs to, of over-long size.
    fn check_limits(&self, length: usize) -> Result<(), HeaderError> {
        // No field is longer than the header.
        if length <= MAX_FIELD {
            return Ok(());
        }
        let continues = self
            .octets
            .get(self.line_start)
            .is_some_and(|&octet| is_wsp(octet));
        let field_start = match self.fields.last() {
            Some(field) if continues => field.start as usize,
            _ => self.line_start,
        };
        if length - field_start > MAX_FIELD {
            let field = HeaderField::from_raw(&self.octets[field_start..length], self.line_endings);
            let name = field.name();
            let name = (!name.is_empty()).then(|| printable(name));
            return Err(HeaderError::LongField(name));
        }
        if length > MAX_HEADER {
            return Err(HeaderError::LongHeader);
        }
        Ok(())
    }
}

/// Why a header cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HeaderError {
    /// A field is longer than [`MAX_FIELD`]; its name, made printable, if it has one.
    LongField(Option<String>),
    /// The header is longer than [`MAX_HEADER`].
    LongHeader,
    /// The header has more than [`MAX_FIELDS`] fields.
    ManyFields,
}

impl fmt::Display for HeaderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LongField(None) => f.write_str("a line of the header is longer than 1 MiB"),
            Self::LongField(Some(name)) => {
                write!(f, "the header field {name} is longer than 1 MiB")
            }
            Self::LongHeader => f.write_str("the header is longer than 8 MiB"),
            Self::ManyFields => f.write_str("the header has more than 100,000 fields"),
        }
    }
}

impl Error for HeaderError {}

/// Whether a line above a header is an mbox separator and not the field `From :` in its
/// obsolete form (RFC 5322 §4.5).
pub(crate) fn is_envelope(line: &[u8]) -> bool {
    line.strip_prefix(b"From ")
        .is_some_and(|rest| rest.iter().find(|&&octet| !is_wsp(octet)) != Some(&b':'))
}
