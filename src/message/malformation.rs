//! Headers that readers take in different ways (RFC 5322 §2.2, RFC 6376 §3.8).

use std::fmt;

use super::{FILE, Header, HeaderField, LineEndings, byte_order_mark, is_field_name};
use crate::syntax::escape::printable;
use crate::syntax::folding::is_wsp;

/// The first line that makes a header malformed, and what is wrong with it.
///
/// Mail software disagrees on such lines: what one program passes over is a field to another, and
/// to a third the start of the body. A signature says nothing about what a reader sees of them, so
/// a message with one is neither accepted nor signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformation {
    /// Where the line begins in the header's octets, or what is wrong in it.
    start: usize,
    line: usize,
    kind: MalformationKind,
    text: String,
}

/// What is wrong with a line of a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MalformationKind {
    /// The header begins with white space: there is no field that the line could continue.
    ContinuesNothing,
    /// The line has no colon and does not begin with white space.
    NoColon,
    /// The line is white space where the empty line must be that ends the header: what is below it
    /// is no field.
    WhiteSpaceLine,
    /// Nothing but white space is before the colon.
    EmptyName,
    /// The field's name has a byte outside `ftext` (RFC 5322 §3.6.8), which is printable ASCII
    /// without the colon. White space between name and colon is fine (RFC 5322 §4.5).
    NameByte,
    /// A CR without LF behind it.
    BareCarriageReturn,
    /// An LF without CR before it, where only CRLF ends a line ([`LineEndings::Strict`]).
    BareLineFeed,
}

impl Malformation {
    /// Where the line begins in the header's octets, or what is wrong in it.
    pub(super) fn start(&self) -> usize {
        self.start
    }

    /// The line's number in the message, from 1; envelope lines above the header count.
    #[must_use]
    pub fn line(&self) -> usize {
        self.line
    }

    /// What is wrong with the line.
    #[must_use]
    pub fn kind(&self) -> MalformationKind {
        self.kind
    }

    /// The beginning of the line, fit to print.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// A command that mends the message, with `FILE` where the file's name goes; `None` where
    /// nobody but the sender can.
    #[must_use]
    pub fn remedy(&self) -> Option<String> {
        let Self { line, kind, .. } = self;
        (*kind == MalformationKind::WhiteSpaceLine)
            .then(|| format!("sed '{line}s/[[:blank:]]*//' {FILE} > mended.eml"))
    }

    /// Finds the first malformed line of a header. The first field that is not a name, a colon and
    /// a value right behind each other is `unusual`; of the lines, `crlf_lines` end in CRLF.
    pub(super) fn find(header: &Header, unusual: Option<usize>, crlf_lines: usize) -> Option<Self> {
        let misread = header.fields[unusual.unwrap_or(header.fields.len())..]
            .iter()
            .find_map(|span| Some((span.start as usize, misread(header.resolve(span))?)));
        let stray = find_stray(&header.octets, header.line_endings, crlf_lines);
        let (at, kind) = [misread, stray]
            .into_iter()
            .flatten()
            .min_by_key(|found| found.0)?;
        let (at, kind) = match white_space_above(header, at, kind) {
            Some(at) => (at, MalformationKind::WhiteSpaceLine),
            None => (at, kind),
        };
        let (line, text) = line_at(&header.octets, at, header.line_endings);
        Some(Self {
            start: at,
            line,
            kind,
            text: printable(text),
        })
    }
}

impl fmt::Display for Malformation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            line, kind, text, ..
        } = self;
        write!(f, "the header is malformed: line {line} {kind}: \"{text}\"")
    }
}

impl fmt::Display for MalformationKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ContinuesNothing => "begins with white space, but there is no field above it",
            Self::NoColon => "is neither a field nor the continuation of one",
            Self::WhiteSpaceLine => {
                "is white space, in the place of the empty line that ends a header"
            }
            Self::EmptyName => "has no field name before its colon",
            Self::NameByte => "has a byte in its field name that no name may have",
            Self::BareCarriageReturn => "has a CR without LF behind it",
            Self::BareLineFeed => "has an LF without CR before it",
        })
    }
}

/// What is wrong with the beginning of a field.
fn misread(field: HeaderField<'_>) -> Option<MalformationKind> {
    if field.raw().first().is_some_and(|&byte| is_wsp(byte)) {
        return Some(MalformationKind::ContinuesNothing);
    }
    if field.colon.is_none() {
        return Some(MalformationKind::NoColon);
    }
    match field.name() {
        [] => Some(MalformationKind::EmptyName),
        name if !is_field_name(name) => Some(MalformationKind::NameByte),
        _ => None,
    }
}

/// Where the line right above a malformed one begins, if it is white space: then the body begins
/// there, and its first line is no field.
fn white_space_above(header: &Header, at: usize, kind: MalformationKind) -> Option<usize> {
    if !matches!(
        kind,
        MalformationKind::NoColon | MalformationKind::NameByte | MalformationKind::EmptyName
    ) {
        return None;
    }
    let above = header.octets.get(..at)?.strip_suffix(b"\n")?;
    let start = memchr::memrchr(b'\n', above)? + 1;
    let line = &above[start..];
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    (!line.is_empty() && line.iter().all(|&byte| is_wsp(byte))).then_some(start)
}

/// Finds the first CR or LF that is no part of a line end, in bytes with so many lines that end in
/// CRLF.
fn find_stray(
    bytes: &[u8],
    line_endings: LineEndings,
    crlf_lines: usize,
) -> Option<(usize, MalformationKind)> {
    let mut carriage_returns = memchr::memchr_iter(b'\r', bytes);
    // To count them all takes less than to look behind each.
    let carriage_return = if carriage_returns.clone().count() == crlf_lines {
        None
    } else {
        carriage_returns
            .find(|&at| bytes.get(at + 1) != Some(&b'\n'))
            .map(|at| (at, MalformationKind::BareCarriageReturn))
    };
    let line_feed = match line_endings {
        LineEndings::Lenient => None,
        LineEndings::Strict => memchr::memchr_iter(b'\n', bytes)
            .find(|&at| !bytes[..at].ends_with(b"\r"))
            .map(|at| (at, MalformationKind::BareLineFeed)),
    };
    [carriage_return, line_feed]
        .into_iter()
        .flatten()
        .min_by_key(|found| found.0)
}

/// The number of the line that the byte at `at` is in, and the line without its end.
fn line_at(bytes: &[u8], at: usize, line_endings: LineEndings) -> (usize, &[u8]) {
    let ends = memchr::memchr_iter(b'\n', bytes)
        .filter(|&end| line_endings == LineEndings::Lenient || bytes[..end].ends_with(b"\r"));
    let mut number = 1;
    let mut start = byte_order_mark(bytes);
    for end in ends {
        if end > at {
            let line = &bytes[start..end];
            return (number, line.strip_suffix(b"\r").unwrap_or(line));
        }
        number += 1;
        start = end + 1;
    }
    (number, &bytes[start..])
}

#[cfg(test)]
mod tests {
    use super::MalformationKind::{
        BareCarriageReturn, BareLineFeed, ContinuesNothing, EmptyName, NameByte, NoColon,
    };
    use super::*;
    use crate::message::parse;

    /// Checks the kind, the line's number and its text.
    fn check(
        message: &str,
        line_endings: LineEndings,
        expected: Option<(MalformationKind, usize, &str)>,
    ) {
        let (header, _) = parse(message.as_bytes(), line_endings).unwrap();
        let found = header.malformation();
        let found = found.map(|found| (found.kind(), found.line(), found.text()));
        assert_eq!(found, expected, "{message:?} {line_endings:?}");
    }

    /// In both ways of telling lines apart.
    fn both(message: &str, expected: Option<(MalformationKind, usize, &str)>) {
        check(message, LineEndings::Lenient, expected);
        check(message, LineEndings::Strict, expected);
    }

    #[test]
    fn well_formed_headers() {
        both("", None);
        both("A: b", None);
        both("A: b\r\n\r\nno field, and a \r", None);
        both("A \t: b\r\n c\r\n \r\n\td\r\n", None);
        both("!\"#$%&'()*+,-./09;<=>?@AZ[\\]^_`az{|}~: b\r\n", None);
        both("A:\r\nB: \0\u{1}\u{b}\u{7f}\u{80}\u{e4}\r\n", None);
        both("From joe Sat\r\n>From joe\r\nA: b\r\n", None);
        both("\u{feff}From joe Sat\r\nA: b\r\n", None);
        check("A: b\nC: d\n", LineEndings::Lenient, None);
    }

    #[test]
    fn lines_that_are_no_fields() {
        both(" A: b\r\n", Some((ContinuesNothing, 1, " A: b")));
        both("\t\r\nA: b\r\n", Some((ContinuesNothing, 1, "\\t")));
        both("From joe\r\n b\r\n", Some((ContinuesNothing, 2, " b")));
        both(
            "A: b\r\n c\r\njunk\r\n d: e\r\n",
            Some((NoColon, 3, "junk")),
        );
        both("A: b\r\n>From joe\r\n", Some((NoColon, 2, ">From joe")));
        both("A: b\r\nC", Some((NoColon, 2, "C")));
        both(": b\r\n", Some((EmptyName, 1, ": b")));
        both("A: b\r\n:\r\n", Some((EmptyName, 2, ":")));
        for name in [
            "A B",
            "A\tB",
            "A\0",
            "A\u{b}",
            "\u{7f}",
            "\u{e4}",
            "\u{feff}A",
        ] {
            let text = printable(format!("{name} : c").as_bytes());
            both(
                &format!("X: y\r\n{name} : c\r\n"),
                Some((NameByte, 2, &text)),
            );
        }
        both(
            "A: b\r\nFrom joe 10:00\r\n",
            Some((NameByte, 2, "From joe 10:00")),
        );
    }

    #[test]
    fn parts_of_line_ends() {
        both(
            "A: b\rC: d\r\n",
            Some((BareCarriageReturn, 1, "A: b\\rC: d")),
        );
        both("A: b\r\r\n", Some((BareCarriageReturn, 1, "A: b\\r")));
        both("A: b\r", Some((BareCarriageReturn, 1, "A: b\\r")));
        both(
            "A: b\r\n c\r d\r\n",
            Some((BareCarriageReturn, 2, " c\\r d")),
        );
        both(
            "From joe\rA: b\r\nC: d\r\n",
            Some((BareCarriageReturn, 1, "From joe\\rA: b")),
        );
        both("A: b\r\nC\r: d\r\n", Some((NameByte, 2, "C\\r: d")));
        check(
            "A: b\n\rC: d\n",
            LineEndings::Lenient,
            Some((NameByte, 2, "\\rC: d")),
        );
        let strictly = |message, expected| check(message, LineEndings::Strict, Some(expected));
        strictly("A: b\nC: d\r\n", (BareLineFeed, 1, "A: b\\nC: d"));
        strictly("A: b\r\nC: d\n", (BareLineFeed, 2, "C: d\\n"));
        strictly("A: b\r\n\nC: d\r\n", (NameByte, 2, "\\nC: d"));
    }

    #[test]
    fn white_space_in_the_place_of_the_empty_line() {
        for body in ["Hello\r\n", "Dear Bob: hello\r\n", ": x\r\n", "Hello"] {
            let message = format!("A: b\r\n \t\r\n{body}");
            both(
                &message,
                Some((MalformationKind::WhiteSpaceLine, 2, " \\t")),
            );
            let (header, _) = parse(message.as_bytes(), LineEndings::Lenient).unwrap();
            let remedy = header.malformation().unwrap().remedy();
            let expected = "sed '2s/[[:blank:]]*//' FILE > mended.eml";
            assert_eq!(remedy.as_deref(), Some(expected));
        }
        // Such a line continues a field where another follows.
        both("A: b\r\n \r\nC: d\r\n", None);
        both("A: b\r\n \r\n c\r\nC: d\r\n", None);
        both("A: b\r\n \r\nC: d\r\njunk\r\n", Some((NoColon, 4, "junk")));
    }

    #[test]
    fn the_first_line_is_told() {
        both("A\0: b\r\njunk\r\n", Some((NameByte, 1, "A\\u{0}: b")));
        both(
            "A: b\r\r\njunk\r\n",
            Some((BareCarriageReturn, 1, "A: b\\r")),
        );
        both("junk\r\nA: b\r\r\n", Some((NoColon, 1, "junk")));
        both("\u{feff}junk\r\n", Some((NoColon, 1, "junk")));
    }

    #[test]
    fn strangers_write_the_text() {
        let long = format!("A: b\r\n\u{1b}[31m{}\r\n", "x".repeat(100));
        let (header, _) = parse(long.as_bytes(), LineEndings::Lenient).unwrap();
        let sentence = header.malformation().unwrap().to_string();
        let expected = "the header is malformed: line 2 is neither a field nor the continuation of \
                        one: \"\\u{1b}[31mxxx";
        assert!(sentence.starts_with(expected), "{sentence}");
        assert!(sentence.ends_with("xx…\""), "{sentence}");
    }
}
