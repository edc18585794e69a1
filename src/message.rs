//! Messages: octets into header fields, kept verbatim, and a body (RFC 5322 §2.1; RFC 6376 §2.8).

mod compose;
mod field_index;
mod foreign;
mod long_line;
mod malformation;
mod reader;
mod received;

use crate::syntax::encoded_word::decoded;
use crate::syntax::folding::is_wsp;

pub use crate::syntax::folding::{LineEnd, LineEndings};
pub use compose::PairError;
pub(crate) use field_index::FieldIndex;
pub(crate) use foreign::FILE;
pub use foreign::{Foreign, apple_mail, with_file};
pub(crate) use long_line::LongLine;
pub use malformation::{Malformation, MalformationKind};
pub(crate) use reader::is_envelope;
pub use reader::{HeaderError, HeaderReader};
pub use received::received_time;
#[cfg(feature = "admin")]
pub(crate) use received::written_time;

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

/// U+FEFF in UTF-8, which some editors put before a text.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// A message's header: its fields in order, every octet as it was.
#[derive(Clone, Debug)]
pub struct Header {
    octets: Vec<u8>,
    fields: Vec<FieldSpan>,
    line_endings: LineEndings,
    first_line_end: Option<LineEnd>,
    length: u64,
    /// The length of what is above the header and no part of it.
    above: usize,
    malformation: Option<Malformation>,
    foreign: Option<Foreign>,
    /// The start of the body, where that was taken for a part of the header.
    below: Vec<u8>,
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
    line_endings: LineEndings,
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
        let without_end = match (value.strip_suffix(b"\r\n"), self.line_endings) {
            (None, LineEndings::Lenient) => value.strip_suffix(b"\n"),
            (without_end, _) => without_end,
        };
        without_end.unwrap_or(value)
    }

    /// The value for people: unfolded, without white space at its ends, its encoded words decoded
    /// (RFC 2047 §6). What cannot be decoded is U+FFFD. Nothing is escaped.
    ///
    /// ```
    /// use dkim_toolkit::message::{LineEndings, parse};
    ///
    /// let (header, _) = parse(b"Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n", LineEndings::Lenient)?;
    /// assert_eq!(header.field(0).map(|field| field.text()), Some("Grüße".to_owned()));
    /// # Ok::<(), dkim_toolkit::message::HeaderError>(())
    /// ```
    #[must_use]
    pub fn text(&self) -> String {
        decoded(self.value())
    }

    /// Which octets end the field's lines.
    #[must_use]
    pub fn line_endings(&self) -> LineEndings {
        self.line_endings
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
    pub(crate) fn from_raw(raw: &'a [u8], line_endings: LineEndings) -> Self {
        Self {
            raw,
            colon: memchr::memchr(b':', raw),
            line_endings,
        }
    }
}

impl Header {
    /// The fields from the top. A line that is no field (it has no colon) is among them, with an
    /// empty name; [`Header::malformation`] tells whether there is one.
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
        self.fields().any(|field| is_field_name(field.name()))
    }

    /// What makes the header malformed, if anything does: its first line that mail software takes
    /// in different ways.
    #[must_use]
    pub fn malformation(&self) -> Option<&Malformation> {
        self.malformation.as_ref()
    }

    /// What was given in place of a message, if it is none: an archive, a document, text without a
    /// header. Such a header has no fields.
    #[must_use]
    pub fn foreign(&self) -> Option<&Foreign> {
        self.foreign.as_ref()
    }

    /// The header's octets, without what is above it and without the empty line below it.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        &self.octets[self.above..]
    }

    /// What is above the header and no part of it: a byte order mark, envelope lines. New fields
    /// go below it.
    #[must_use]
    pub fn above(&self) -> &[u8] {
        &self.octets[..self.above]
    }

    /// Whether a byte order mark (U+FEFF in UTF-8) is above the header.
    #[must_use]
    pub fn has_byte_order_mark(&self) -> bool {
        byte_order_mark(&self.octets) > 0
    }

    /// The envelope lines above the header, with their line ends: an mbox's separator line
    /// (`From ` …), and lines with a `>` before that (`>From ` …), which mail servers write when
    /// they forward.
    #[must_use]
    pub fn envelope(&self) -> &[u8] {
        &self.octets[byte_order_mark(&self.octets)..self.above]
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

    /// The line end for fields that are put on top of the header: that of the first line, so that
    /// the message gets no line ends of a further kind; CRLF where bare line feeds are data.
    pub(crate) fn line_end_on_top(&self) -> LineEnd {
        match self.line_endings {
            LineEndings::Strict => LineEnd::Crlf,
            LineEndings::Lenient => self.first_line_end.unwrap_or(LineEnd::Crlf),
        }
    }

    /// How many octets of the message came before the body: what is above the header, the header,
    /// the empty line.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.length
    }

    /// The start of the body that [`Header::mended`] found among the header's lines; else empty.
    pub(crate) fn below(&self) -> &[u8] {
        &self.below
    }

    /// The header as it is once [`Malformation::remedy`] is followed: a line of white space that is
    /// in the place of the empty line ends it, and what is below that line is [`Header::below`]. It
    /// still tells the malformation. Any other header is as it was.
    pub(crate) fn mended(mut self) -> Self {
        let Some(malformation) = &self.malformation else {
            return self;
        };
        if malformation.kind() != MalformationKind::WhiteSpaceLine {
            return self;
        }
        let start = malformation.start();
        let line_feed = memchr::memchr(b'\n', &self.octets[start..]);
        let end = line_feed.map_or(self.octets.len(), |at| start + at + 1);
        let empty_line = self.length - self.octets.len() as u64;
        self.below = self.octets.split_off(end);
        self.length = end as u64;
        self.octets.truncate(start);
        self.below.extend_from_slice(match empty_line {
            0 => b"",
            1 => b"\n",
            _ => b"\r\n",
        });
        self.fields.retain(|field| (field.start as usize) < start);
        if let Some(last) = self.fields.last_mut() {
            last.end = last.end.min(offset(start));
        }
        self
    }

    fn resolve(&self, span: &FieldSpan) -> HeaderField<'_> {
        HeaderField {
            raw: &self.octets[span.start as usize..span.end as usize],
            colon: span.colon.map(|colon| colon as usize),
            line_endings: self.line_endings,
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

/// Whether a name is that of a field: `ftext` throughout (RFC 5322 §3.6.8).
pub(crate) fn is_field_name(name: &[u8]) -> bool {
    !name.is_empty() && name.iter().copied().all(is_name_byte)
}

/// Whether a byte may be in a field's name: `ftext` (RFC 5322 §3.6.8).
pub(crate) const fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_graphic() && byte != b':'
}

/// The length of the byte order mark that a message begins with; 0 if it begins with none.
fn byte_order_mark(message: &[u8]) -> usize {
    if message.starts_with(BYTE_ORDER_MARK) {
        BYTE_ORDER_MARK.len()
    } else {
        0
    }
}

/// An offset within a header, which [`MAX_HEADER`] keeps far below 4 GiB.
pub(crate) fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
