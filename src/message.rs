//! Messages: octets into header fields, kept verbatim, and a body (RFC 5322 §2.1; RFC 6376 §2.8).

mod field_index;
mod long_line;

use std::error::Error;
use std::fmt;

use crate::syntax::escape::printable;
use crate::syntax::folding::is_wsp;

pub use crate::syntax::folding::LineEndings;
pub use field_index::FieldIndex;
pub(crate) use long_line::LongLine;

/// The longest header field that is read, in octets.
pub const MAX_FIELD: usize = 1024 * 1024;
/// The longest header that is read, in octets.
pub const MAX_HEADER: usize = 8 * 1024 * 1024;
/// The most fields of a header that is read: lines of a few octets would take many times their
/// size in memory.
pub const MAX_FIELDS: usize = 100_000;
/// The longest line that mail servers must carry, in octets without its line end
/// (RFC 5322 §2.1.1).
pub const MAX_LINE: usize = 998;

/// A line end as it stands in a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineEnd {
    /// CR and LF.
    Crlf,
    /// A bare LF.
    Lf,
}

impl LineEnd {
    /// The line end's octets.
    #[must_use]
    pub const fn octets(self) -> &'static str {
        match self {
            Self::Crlf => "\r\n",
            Self::Lf => "\n",
        }
    }
}

/// A message's header: its fields in order, every octet as it was.
#[derive(Clone, Debug)]
pub struct Header {
    octets: Vec<u8>,
    fields: Vec<FieldSpan>,
    line_endings: LineEndings,
    first_line_end: Option<LineEnd>,
    length: u64,
    /// The length of an mbox separator line at the top, which is no part of the header.
    envelope: usize,
}

#[derive(Clone, Copy, Debug)]
struct FieldSpan {
    start: u32,
    end: u32,
    /// The offset of the colon from `start`.
    colon: Option<u32>,
}

/// One field of a [`Header`], verbatim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeaderField<'a> {
    raw: &'a [u8],
    colon: Option<usize>,
}

impl<'a> HeaderField<'a> {
    /// The field as it stands in the message, with its folds and its final line end.
    #[must_use]
    pub fn raw(&self) -> &'a [u8] {
        self.raw
    }

    /// The field's name without white space before the colon; empty for a line that is no field.
    #[must_use]
    pub fn name(&self) -> &'a [u8] {
        let name = &self.raw[..self.colon.unwrap_or(0)];
        let blanks = name
            .iter()
            .rev()
            .take_while(|&&octet| is_wsp(octet))
            .count();
        &name[..name.len() - blanks]
    }

    /// What follows the colon, with its folds, without the final line end.
    #[must_use]
    pub fn value(&self) -> &'a [u8] {
        let value = self.colon.map_or(&[][..], |colon| &self.raw[colon + 1..]);
        let without_crlf = value.strip_suffix(b"\r\n");
        without_crlf
            .or_else(|| value.strip_suffix(b"\n"))
            .unwrap_or(value)
    }

    /// The offset of the value in [`HeaderField::raw`].
    #[must_use]
    pub fn value_offset(&self) -> usize {
        self.colon.map_or(0, |colon| colon + 1)
    }

    /// Whether the field has this name, in any letter case.
    #[must_use]
    pub fn is_named(&self, name: &str) -> bool {
        self.name().eq_ignore_ascii_case(name.as_bytes())
    }

    /// A field from its octets alone.
    pub(crate) fn from_raw(raw: &'a [u8]) -> Self {
        Self {
            raw,
            colon: memchr::memchr(b':', raw),
        }
    }
}

impl Header {
    /// The fields from the top. A line that is no field (it has no colon) is among them, with an
    /// empty name.
    #[must_use]
    pub fn fields(&self) -> impl DoubleEndedIterator<Item = HeaderField<'_>> + ExactSizeIterator {
        self.fields.iter().map(|span| self.resolve(span))
    }

    /// The field at `index`, counted from the top and from 0.
    #[must_use]
    pub fn field(&self, index: usize) -> Option<HeaderField<'_>> {
        self.fields.get(index).map(|span| self.resolve(span))
    }

    /// The fields of this name, in any letter case, from the top.
    #[must_use]
    pub fn fields_named<'a>(
        &'a self,
        name: &'a str,
    ) -> impl DoubleEndedIterator<Item = HeaderField<'a>> {
        self.fields().filter(move |field| field.is_named(name))
    }

    /// Whether anything in the header is a field at all: a line with a colon behind a name.
    #[must_use]
    pub fn has_fields(&self) -> bool {
        let is_name = |name: &[u8]| !name.is_empty() && name.iter().all(u8::is_ascii_graphic);
        self.fields().any(|field| is_name(field.name()))
    }

    /// The header's octets, without an mbox separator line above it and without the empty line
    /// below it.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        &self.octets[self.envelope..]
    }

    /// The mbox separator line (`From ` …) that stood above the header, with its line end.
    #[must_use]
    pub fn envelope(&self) -> &[u8] {
        &self.octets[..self.envelope]
    }

    /// How lines were told apart.
    #[must_use]
    pub fn line_endings(&self) -> LineEndings {
        self.line_endings
    }

    /// The first line end of the message; `None` if it has none.
    #[must_use]
    pub fn first_line_end(&self) -> Option<LineEnd> {
        self.first_line_end
    }

    /// How many octets of the message came before the body: separator line, header, empty line.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.length
    }

    fn resolve(&self, span: &FieldSpan) -> HeaderField<'_> {
        HeaderField {
            raw: &self.octets[span.start as usize..span.end as usize],
            colon: span.colon.map(|colon| colon as usize),
        }
    }
}

/// Parses a whole message: its header and its body.
///
/// # Errors
///
/// A [`HeaderError`] if the header is over a limit.
pub fn parse(message: &[u8], line_endings: LineEndings) -> Result<(Header, &[u8]), HeaderError> {
    let mut reader = HeaderReader::new(line_endings);
    let consumed = reader.push(message)?.unwrap_or(message.len());
    Ok((reader.finish()?, &message[consumed..]))
}

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
    envelope: usize,
    separator: usize,
}

impl HeaderReader {
    /// A reader at the start of a message.
    #[must_use]
    pub fn new(line_endings: LineEndings) -> Self {
        Self {
            octets: Vec::with_capacity(4096),
            fields: Vec::with_capacity(32),
            line_endings,
            first_line_end: None,
            line_start: 0,
            envelope: 0,
            separator: 0,
        }
    }

    /// Takes the next octets. `Some(n)`: the header ended within them, and the body begins at
    /// octet `n` of `chunk`. `None`: more is needed.
    ///
    /// # Errors
    ///
    /// A [`HeaderError`] if the header or one field of it is longer than the limit.
    pub fn push(&mut self, chunk: &[u8]) -> Result<Option<usize>, HeaderError> {
        let mut taken = 0;
        for line_feed in memchr::memchr_iter(b'\n', chunk) {
            self.octets.extend_from_slice(&chunk[taken..=line_feed]);
            taken = line_feed + 1;
            if self.end_line()? {
                return Ok(Some(taken));
            }
        }
        // Of an open line no more than what is too much.
        let open = &chunk[taken..];
        self.octets
            .extend_from_slice(&open[..open.len().min(MAX_FIELD + 1)]);
        self.check_limits()?;
        Ok(None)
    }

    /// The header, at its end or at the end of the input.
    ///
    /// # Errors
    ///
    /// A [`HeaderError`] if the last field is longer than the limit.
    pub fn finish(mut self) -> Result<Header, HeaderError> {
        if self.line_start < self.octets.len() {
            self.take_line()?;
        }
        Ok(Header {
            length: (self.octets.len() + self.separator) as u64,
            octets: self.octets,
            fields: self.fields,
            line_endings: self.line_endings,
            first_line_end: self.first_line_end,
            envelope: self.envelope,
        })
    }

    /// Handles a line feed at the end of what was taken; whether it ended the header.
    fn end_line(&mut self) -> Result<bool, HeaderError> {
        let line = &self.octets[self.line_start..];
        let ending = if line.ends_with(b"\r\n") {
            LineEnd::Crlf
        } else {
            LineEnd::Lf
        };
        if ending == LineEnd::Lf && self.line_endings == LineEndings::Strict {
            self.check_limits()?;
            return Ok(false);
        }
        self.first_line_end.get_or_insert(ending);
        if line.len() == ending.octets().len() {
            self.separator = line.len();
            self.octets.truncate(self.line_start);
            return Ok(true);
        }
        self.take_line()?;
        Ok(false)
    }

    /// Makes the line behind `line_start` a field or a part of one.
    fn take_line(&mut self) -> Result<(), HeaderError> {
        self.check_limits()?;
        let start = self.line_start;
        let end = self.octets.len();
        let line = &self.octets[start..];
        self.line_start = end;
        if start == 0 && is_envelope(line) {
            self.envelope = end;
            return Ok(());
        }
        if is_wsp(line[0])
            && let Some(field) = self.fields.last_mut()
        {
            field.end = offset(end);
            return Ok(());
        }
        if self.fields.len() >= MAX_FIELDS {
            return Err(HeaderError::ManyFields);
        }
        self.fields.push(FieldSpan {
            start: offset(start),
            end: offset(end),
            colon: memchr::memchr(b':', line).map(offset),
        });
        Ok(())
    }

    /// Refuses a header, or a field that the open line would belong to, of over-long size.
    fn check_limits(&self) -> Result<(), HeaderError> {
        let length = self.octets.len();
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
            let name = HeaderField::from_raw(&self.octets[field_start..]).name();
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

/// Whether a message's first line is an mbox separator and not the field `From :` in its
/// obsolete form (RFC 5322 §4.5).
fn is_envelope(line: &[u8]) -> bool {
    line.strip_prefix(b"From ")
        .is_some_and(|rest| rest.iter().find(|&&octet| !is_wsp(octet)) != Some(&b':'))
}

/// An offset within a header, which [`MAX_HEADER`] keeps far below 4 GiB.
fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(message: &[u8], line_endings: LineEndings) -> (Vec<(String, String)>, String) {
        let (header, body) = parse(message, line_endings).unwrap();
        let text = |octets: &[u8]| String::from_utf8(octets.to_vec()).unwrap();
        let fields = header
            .fields()
            .map(|field| (text(field.name()), text(field.value())))
            .collect();
        (fields, text(body))
    }

    fn check(message: &str, expected: &[(&str, &str)], body: &str) {
        let owned: Vec<_> = expected
            .iter()
            .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()))
            .collect();
        assert_eq!(
            fields(message.as_bytes(), LineEndings::Lenient),
            (owned, body.to_owned()),
            "{message:?}"
        );
        // The same in pieces of any size.
        for size in [1, 2, 3] {
            let mut reader = HeaderReader::new(LineEndings::Lenient);
            let mut rest = Vec::new();
            for chunk in message.as_bytes().chunks(size) {
                if rest.is_empty() {
                    match reader.push(chunk).unwrap() {
                        None => {}
                        Some(taken) => rest.push(chunk[taken..].to_vec()),
                    }
                } else {
                    rest.push(chunk.to_vec());
                }
            }
            let header = reader.finish().unwrap();
            assert_eq!(header.fields().count(), expected.len(), "{message:?}");
            assert_eq!(rest.concat(), body.as_bytes(), "{message:?}");
            assert_eq!(
                header.length() + body.len() as u64,
                message.len() as u64,
                "{message:?}"
            );
        }
    }

    #[test]
    fn headers_and_bodies() {
        check("", &[], "");
        check("\r\nbody", &[], "body");
        check("A: b\r\n", &[("A", " b")], "");
        check("A: b", &[("A", " b")], "");
        check("A: b\r\n\r\n", &[("A", " b")], "");
        check(
            "A: b\r\n c\r\nD : e\r\n\r\nx",
            &[("A", " b\r\n c"), ("D", " e")],
            "x",
        );
        check(
            "A: b\n\tc\nD:e\n\nx\n",
            &[("A", " b\n\tc"), ("D", "e")],
            "x\n",
        );
        check(
            "A: b\r\n \r\nC: d\r\n\r\n",
            &[("A", " b\r\n "), ("C", " d")],
            "",
        );
        check(
            "A: b\r\njunk\r\nC: d\r\n\r\n",
            &[("A", " b"), ("", ""), ("C", " d")],
            "",
        );
        check(" odd\r\nC: d\r\n\r\n", &[("", ""), ("C", " d")], "");
        check("A: b\r\r\n\r\n", &[("A", " b\r")], "");
    }

    #[test]
    fn a_separator_line_is_not_a_field() {
        check(
            "From joe Sat Jan  3 01:05:34 1996\nA: b\n\nx",
            &[("A", " b")],
            "x",
        );
        check("From joe@[::1] Sat Jan  3\nA: b\n\nx", &[("A", " b")], "x");
        check(
            "From : joe\nA: b\n\nx",
            &[("From", " joe"), ("A", " b")],
            "x",
        );
        let (header, _) = parse(b"From joe\nA: b\n\n", LineEndings::Lenient).unwrap();
        assert_eq!(
            (header.envelope(), header.octets()),
            (&b"From joe\n"[..], &b"A: b\n"[..])
        );
    }

    #[test]
    fn on_the_wire_a_bare_line_feed_is_data() {
        let (fields, body) = fields(b"A: b\nC: d\r\n\n\r\n\r\nx", LineEndings::Strict);
        assert_eq!(fields[0], ("A".into(), " b\nC: d".into()));
        assert_eq!((fields.len(), body.as_str()), (2, "x"));
    }

    #[test]
    fn limits_hold_for_fields_and_headers() {
        let field = [b"A: ".as_slice(), &vec![b'x'; MAX_FIELD - 4], b"\n"].concat();
        assert!(parse(&field, LineEndings::Lenient).is_ok());
        let long = [b"A: ".as_slice(), &vec![b'x'; MAX_FIELD], b"\n"].concat();
        let error = Some(HeaderError::LongField(Some("A".into())));
        assert_eq!(parse(&long, LineEndings::Lenient).err(), error);
        for size in [4096, MAX_FIELD, MAX_FIELD + 1] {
            let mut reader = HeaderReader::new(LineEndings::Lenient);
            let pushed = long.chunks(size).map(|chunk| reader.push(chunk).err());
            assert_eq!(pushed.last(), Some(error.clone()), "{size}");
        }
        let folded = [b"A: ".as_slice(), &b"x\n ".repeat(MAX_FIELD / 3)].concat();
        assert!(matches!(
            parse(&folded, LineEndings::Lenient),
            Err(HeaderError::LongField(_))
        ));
        let line = vec![b'x'; MAX_FIELD + 1];
        assert_eq!(
            parse(&line, LineEndings::Lenient).err(),
            Some(HeaderError::LongField(None))
        );
        let many = field.repeat(9);
        assert_eq!(
            parse(&many, LineEndings::Lenient).err(),
            Some(HeaderError::LongHeader)
        );
        assert!(parse(&b"\n".repeat(MAX_HEADER + 2), LineEndings::Strict).is_err());
    }

    #[test]
    fn names_select_from_the_bottom_up() {
        let (header, _) = parse(b"A: 1\nB: 2\na: 3\nA: 4\n\n", LineEndings::Lenient).unwrap();
        let index = FieldIndex::new(&header);
        let selected: Vec<_> = index
            .select(["a", "b", "A", "c", "a", "a", "B"], None)
            .collect();
        assert_eq!(
            selected,
            [Some(3), Some(1), Some(2), None, Some(0), None, None]
        );
        assert_eq!(
            (
                index.count("A", 9),
                index.count("A", 2),
                index.count("x", 9)
            ),
            (3, 2, 0)
        );
    }
}
