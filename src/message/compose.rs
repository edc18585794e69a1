//! Headers that were not read from bytes, and bytes of headers with new fields.

use std::error::Error;
use std::fmt;

use super::{
    Header, HeaderError, HeaderReader, LineEnd, LineEndings, byte_order_mark, is_field_name,
};
use crate::syntax::escape::printable;
use crate::syntax::folding::is_wsp;

impl Header {
    /// Makes a header of fields that are apart already, each its name and its value, as a milter
    /// has them.
    ///
    /// The value is all that follows the colon, white space included: a milter that did not ask
    /// for leading space (`SMFIP_HDR_LEADSPC`) puts the one space before it that the mail server
    /// took away. A fold is CRLF or a bare LF with white space behind it, and becomes CRLF.
    ///
    /// ```
    /// use dkim_toolkit::message::Header;
    ///
    /// let pairs = [("From", " Joe <joe@example.com>"), ("Subject", " Hello,\n Joe")];
    /// let header = Header::from_pairs(pairs)?;
    /// assert_eq!(
    ///     header.octets(),
    ///     b"From: Joe <joe@example.com>\r\nSubject: Hello,\r\n Joe\r\n"
    /// );
    /// assert!(Header::from_pairs([("Subject", " Hello\nBcc: all")]).is_err());
    /// # Ok::<(), dkim_toolkit::message::PairError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// A [`PairError`] for the first pair that cannot be a field (RFC 5322 §2.2), so that no
    /// header made this way is malformed; or if the header is over a limit. A message with such a
    /// pair is malformed: its signatures get `policy` with the reason `malformed-header`.
    pub fn from_pairs<I, N, V>(pairs: I) -> Result<Self, PairError>
    where
        I: IntoIterator<Item = (N, V)>,
        N: AsRef<[u8]>,
        V: AsRef<[u8]>,
    {
        let mut reader = HeaderReader::new(LineEndings::Lenient);
        for (name, value) in pairs {
            let name = name.as_ref();
            let field = field(name, value.as_ref())?;
            reader.push(&field).map_err(PairError::Limit)?;
        }
        reader.push(b"\r\n").map_err(PairError::Limit)?;
        reader.finish().map_err(PairError::Limit)
    }

    /// The bytes of the message up to its body, with these fields on top of the others: below what
    /// is [above the header](Header::above). The body follows as it was.
    ///
    /// A field, or a line above the header, that lacks its final line end gets one. A line break
    /// in a field that is no fold makes two fields of it: check what a stranger wrote.
    #[must_use]
    pub fn with_fields_on_top<S: AsRef<str>>(&self, fields: &[S]) -> Vec<u8> {
        let separator = self.length - (self.octets.len() as u64);
        let empty_line = match separator {
            0 => "",
            1 => LineEnd::Lf.octets(),
            _ => LineEnd::Crlf.octets(),
        };
        let line_end = self.first_line_end.unwrap_or(LineEnd::Crlf).octets();
        let mut bytes = self.above().to_vec();
        let mark = byte_order_mark(&bytes);
        let end_line = |bytes: &mut Vec<u8>| {
            if bytes.len() > mark && !bytes.ends_with(b"\n") {
                bytes.extend_from_slice(line_end.as_bytes());
            }
        };
        for field in fields {
            end_line(&mut bytes);
            bytes.extend_from_slice(field.as_ref().as_bytes());
        }
        if !fields.is_empty() {
            end_line(&mut bytes);
        }
        bytes.extend_from_slice(self.octets());
        bytes.extend_from_slice(empty_line.as_bytes());
        bytes
    }
}

/// The bytes of a field.
fn field(name: &[u8], value: &[u8]) -> Result<Vec<u8>, PairError> {
    // The obsolete syntax has white space before the colon (RFC 5322 §4.5).
    let blanks = name.iter().rev().take_while(|&&byte| is_wsp(byte)).count();
    let word = &name[..name.len() - blanks];
    if !is_field_name(word) {
        return Err(PairError::Name(printable(name)));
    }
    let mut field = Vec::with_capacity(name.len() + value.len() + 3);
    field.extend_from_slice(name);
    field.push(b':');
    let mut lines = value.split(|&byte| byte == b'\n').peekable();
    while let Some(line) = lines.next() {
        let folds = lines
            .peek()
            .is_none_or(|next| next.first().copied().is_some_and(is_wsp));
        let line = match lines.peek() {
            Some(_) => line.strip_suffix(b"\r").unwrap_or(line),
            None => line,
        };
        if !folds || line.contains(&b'\r') {
            return Err(PairError::LineBreak(printable(name)));
        }
        field.extend_from_slice(line);
        field.extend_from_slice(b"\r\n");
    }
    Ok(field)
}

/// Why a pair is not a header field.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PairError {
    /// This is not the name of a field, made printable (RFC 5322 §3.6.8).
    Name(String),
    /// The value of the field of this name has a line break that is not a fold: what follows it
    /// would be a field of its own, or the body (RFC 5322 §2.2.3).
    LineBreak(String),
    /// The header is over a limit.
    Limit(HeaderError),
}

impl fmt::Display for PairError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => write!(f, "\"{name}\" is not the name of a header field"),
            Self::LineBreak(name) => {
                write!(f, "the value of {name} has a line break that is not a fold")
            }
            Self::Limit(error) => error.fmt(f),
        }
    }
}

impl Error for PairError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Limit(error) => Some(error),
            Self::Name(_) | Self::LineBreak(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::parse;

    fn check(pairs: &[(&str, &str)], expected: Result<&str, PairError>) {
        let header = Header::from_pairs(pairs.iter().copied());
        let bytes = header.as_ref().map(Header::octets).map_err(Clone::clone);
        assert_eq!(bytes, expected.map(str::as_bytes), "{pairs:?}");
    }

    #[test]
    fn pairs_are_fields_or_refused() {
        let name = |name: &str| Err(PairError::Name(name.to_owned()));
        let line_break = |name: &str| Err(PairError::LineBreak(name.to_owned()));
        check(&[], Ok(""));
        check(&[("A", "b"), ("C", " d")], Ok("A:b\r\nC: d\r\n"));
        check(&[("A", "")], Ok("A:\r\n"));
        check(&[("A", " b\n\tc\r\n d")], Ok("A: b\r\n\tc\r\n d\r\n"));
        check(&[("A", " b\r\n ")], Ok("A: b\r\n \r\n"));
        check(&[("A", " \u{e4}\0")], Ok("A: \u{e4}\0\r\n"));
        check(
            &[("From", " joe@example.com")],
            Ok("From: joe@example.com\r\n"),
        );
        check(&[("", " b")], name(""));
        check(&[("A B", " c")], name("A B"));
        check(&[("A:", " b")], name("A:"));
        check(&[(" A", " b")], name(" A"));
        check(&[(" ", " b")], name(" "));
        check(&[("From ", " b")], Ok("From : b\r\n"));
        check(&[("\u{e4}", " b")], name("\u{e4}"));
        check(&[("A", " b"), ("C", " d\nE: f")], line_break("C"));
        check(&[("A", " b\n")], line_break("A"));
        check(&[("A", " b\r\n")], line_break("A"));
        check(&[("A", " b\n\n c")], line_break("A"));
        check(&[("A", " b\rc")], line_break("A"));
        check(&[("A", " b\r")], line_break("A"));
        check(&[("A", " b\r\r\n c")], line_break("A"));
    }

    #[test]
    fn pairs_have_the_limits_of_a_header() {
        let long = "x".repeat(crate::message::MAX_FIELD);
        let error = HeaderError::LongField(Some("A".to_owned()));
        check(&[("A", &long)], Err(PairError::Limit(error)));
    }

    #[test]
    fn fields_go_on_top_of_the_others() {
        let rows = [
            ("A: b\r\n\r\nbody", "N: 1\r\nA: b\r\n\r\nbody"),
            ("A: b\n\nbody", "N: 1\r\nA: b\n\nbody"),
            ("A: b\n\r\nbody", "N: 1\r\nA: b\n\r\nbody"),
            ("A: b", "N: 1\r\nA: b"),
            ("\n", "N: 1\r\n\n"),
            ("From x Mon", "From x Mon\r\nN: 1\r\n"),
            ("\u{feff}A: b\n", "\u{feff}N: 1\r\nA: b\n"),
            (
                "From x Mon\nA: b\n\nbody",
                "From x Mon\nN: 1\r\nA: b\n\nbody",
            ),
            (
                "\u{feff}>From x\nA: b\n\nbody",
                "\u{feff}>From x\nN: 1\r\nA: b\n\nbody",
            ),
        ];
        for (message, expected) in rows {
            let (header, body) = parse(message.as_bytes(), LineEndings::Lenient).unwrap();
            let on_top = [&header.with_fields_on_top(&["N: 1\r\n"]), body].concat();
            assert_eq!(String::from_utf8_lossy(&on_top), expected);
            let unended = [&header.with_fields_on_top(&["N: 1"]), body].concat();
            assert_eq!(
                String::from_utf8_lossy(&unended).replace("\r\n", "\n"),
                expected.replace("\r\n", "\n")
            );
            let none: [&str; 0] = [];
            let as_it_was = [&header.with_fields_on_top(&none), body].concat();
            assert_eq!(String::from_utf8_lossy(&as_it_was), message);
        }
    }
}
