//! Where the parts of a multipart body are (RFC 2046 §5.1).

use std::ops::Range;

use super::undone;
use crate::explain::{Budget, Exhausted};
use crate::message::{self, Header, LineEndings};

/// Multiparts within multiparts that are looked into.
const DEEPEST: usize = 8;
/// Parts that are looked at.
const MOST_PARTS: usize = 200;
/// Different boundary lines that are kept.
const MOST_BOUNDARIES: usize = 32;
/// A part's header that is longer is not read.
const LONGEST_HEADER: usize = 64 * 1024;

/// A part that has no parts of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    /// Its header fields, in the body; empty for the only part of a message.
    pub(super) header: Range<usize>,
    /// What is between the empty line behind them and the boundary line.
    pub(super) content: Range<usize>,
    pub(super) media: Media,
    pub(super) encoding: Encoding,
}

/// What content is, and how it is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Form {
    pub(super) media: Media,
    pub(super) encoding: Encoding,
}

impl Form {
    /// Text that is not encoded.
    pub(super) const PLAIN: Self = Self {
        media: Media::Text,
        encoding: Encoding::Identity,
    };
}

impl Part {
    /// Whether it is the whole body, and in no multipart: what is in one is behind a boundary line.
    pub(super) const fn is_body(&self) -> bool {
        self.content.start == 0
    }

    /// The part in words, as one of so many; its number begins at 1.
    pub(super) fn name(&self, number: usize, count: usize) -> String {
        if self.is_body() {
            return "body".to_owned();
        }
        let media = match self.media {
            Media::Text => "text part",
            Media::Html => "HTML part",
            Media::Other => "attachment",
        };
        format!("{media} (part {number} of {count})")
    }

    pub(super) const fn form(&self) -> Form {
        Form {
            media: self.media,
            encoding: self.encoding,
        }
    }
}

/// What a part shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Media {
    /// Text that is no HTML.
    Text,
    /// HTML.
    Html,
    /// Anything else.
    Other,
}

/// How a part is encoded for its transfer (RFC 2045 §6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    /// `7bit`, `8bit` or `binary`: not at all.
    Identity,
    /// `quoted-printable` (RFC 2045 §6.7).
    QuotedPrintable,
    /// `base64` (RFC 2045 §6.8).
    Base64,
}

/// The parts of a body.
#[derive(Clone, Debug, Default)]
pub(super) struct Structure {
    /// The parts in order; the whole body, if it is not in parts.
    pub(super) parts: Vec<Part>,
    /// The boundary lines that are in use, without what ends them.
    pub(super) boundaries: Vec<Vec<u8>>,
    /// The number of the first boundary line, from 0.
    pub(super) first_boundary: Option<usize>,
    /// Whether a multipart's last boundary is missing.
    pub(super) is_open: bool,
}

/// What a header says of its content.
enum Content {
    Multipart(Vec<u8>),
    Leaf(Media, Encoding),
}

fn content_of(header: &Header) -> Content {
    let value = |name| {
        let field = header.fields_named(name).next();
        field.map_or(&[][..], |field| field.value()).trim_ascii()
    };
    let kind = value("Content-Type");
    let begins = |prefix: &str| {
        kind.get(..prefix.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()))
    };
    if begins("multipart/")
        && let Some(boundary) = boundary(kind)
    {
        return Content::Multipart(boundary);
    }
    let media = if begins("text/html") {
        Media::Html
    } else if kind.is_empty() || begins("text/") {
        Media::Text
    } else {
        Media::Other
    };
    let encoding = value("Content-Transfer-Encoding");
    let encoding = if encoding.eq_ignore_ascii_case(b"base64") {
        Encoding::Base64
    } else if encoding.eq_ignore_ascii_case(b"quoted-printable") {
        Encoding::QuotedPrintable
    } else {
        Encoding::Identity
    };
    Content::Leaf(media, encoding)
}

/// The boundary line that a Content-Type field names, without what ends it (RFC 2046 §5.1.1).
fn boundary(value: &[u8]) -> Option<Vec<u8>> {
    const NAME: &[u8] = b"boundary";
    let at = value
        .windows(NAME.len())
        .position(|window| window.eq_ignore_ascii_case(NAME))?;
    let rest = value[at + NAME.len()..].trim_ascii_start();
    let rest = rest.strip_prefix(b"=")?.trim_ascii_start();
    let name = match rest.strip_prefix(b"\"") {
        Some(quoted) => quoted.split(|octet| *octet == b'"').next()?,
        None => rest
            .split(|octet| octet.is_ascii_whitespace() || *octet == b';')
            .next()?,
    };
    (!name.is_empty()).then(|| [b"--", name].concat())
}

/// Where in the structure a line is.
enum State {
    /// Before the first part of a multipart, or behind its last.
    Between,
    Header(usize),
    Leaf(Part),
}

/// Finds the parts of a body.
pub(super) fn structure(
    header: &Header,
    body: &[u8],
    budget: &mut Budget<'_>,
) -> Result<Structure, Exhausted> {
    let outer = match content_of(header) {
        Content::Multipart(boundary) => boundary,
        Content::Leaf(media, encoding) => {
            let part = Part {
                header: 0..0,
                content: 0..body.len(),
                media,
                encoding,
            };
            return Ok(Structure {
                parts: vec![part],
                ..Structure::default()
            });
        }
    };
    let mut reader = Reader {
        body,
        open: vec![outer],
        state: State::Between,
        found: Structure::default(),
    };
    let mut start = 0;
    for (number, line) in undone::lines(body).enumerate() {
        budget.spend(line.len())?;
        reader.line(number, start, line);
        start += line.len();
        if reader.found.parts.len() >= MOST_PARTS {
            break;
        }
    }
    Ok(reader.finish())
}

struct Reader<'a> {
    body: &'a [u8],
    /// The boundary lines of the multiparts that are not over yet, the innermost last.
    open: Vec<Vec<u8>>,
    state: State,
    found: Structure,
}

impl Structure {
    /// The form of the body where it is not in parts; what is at the end of a multipart is behind
    /// its last boundary line, and text.
    pub(super) fn form(&self) -> Form {
        match &self.parts[..] {
            [part] if part.is_body() => part.form(),
            _ => Form::PLAIN,
        }
    }
}

impl Reader<'_> {
    fn line(&mut self, number: usize, start: usize, line: &[u8]) {
        if line.starts_with(b"--")
            && let Some((level, closes)) = self.boundary(line)
        {
            self.end_part(start);
            self.found.first_boundary.get_or_insert(number);
            self.note(level);
            self.open.truncate(level + usize::from(!closes));
            self.state = if closes {
                State::Between
            } else {
                State::Header(start + line.len())
            };
        } else if let State::Header(from) = self.state
            && undone::content(line).is_empty()
        {
            self.end_header(from..start, start + line.len());
        }
    }

    /// Notes a boundary line that is in use.
    fn note(&mut self, level: usize) {
        let known = &mut self.found.boundaries;
        let name = &self.open[level];
        if known.len() < MOST_BOUNDARIES && !known.contains(name) {
            known.push(name.clone());
        }
    }

    /// Which open multipart's boundary a line is, and whether it is the last.
    fn boundary(&self, line: &[u8]) -> Option<(usize, bool)> {
        let line = line.trim_ascii_end();
        self.open
            .iter()
            .enumerate()
            .rev()
            .find_map(|(level, name)| match line.strip_prefix(name.as_slice())? {
                b"" => Some((level, false)),
                b"--" => Some((level, true)),
                _ => None,
            })
    }

    fn end_header(&mut self, header: Range<usize>, content: usize) {
        if header.len() > LONGEST_HEADER {
            self.state = State::Between;
            return;
        }
        let parsed = message::parse(&self.body[header.clone()], LineEndings::Lenient);
        self.state = match parsed.map(|(parsed, _)| content_of(&parsed)) {
            Ok(Content::Multipart(boundary)) if self.open.len() < DEEPEST => {
                self.open.push(boundary);
                State::Between
            }
            Ok(Content::Leaf(media, encoding)) => State::Leaf(Part {
                header,
                content: content..content,
                media,
                encoding,
            }),
            _ => State::Between,
        };
    }

    fn end_part(&mut self, end: usize) {
        if let State::Leaf(mut part) = std::mem::replace(&mut self.state, State::Between) {
            part.content.end = end;
            self.found.parts.push(part);
        }
    }

    fn finish(mut self) -> Structure {
        self.end_part(self.body.len());
        self.found.is_open = !self.open.is_empty() && self.found.parts.len() < MOST_PARTS;
        self.found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(kind: &str, body: &str) -> (Vec<String>, bool) {
        let header = format!("Content-Type: {kind}\r\n\r\n");
        let (header, _) = message::parse(header.as_bytes(), LineEndings::Lenient).unwrap();
        let mut budget = Budget::unlimited();
        let found = structure(&header, body.as_bytes(), &mut budget).unwrap();
        let said = found
            .parts
            .iter()
            .map(|part| {
                let content = &body[part.content.clone()];
                format!("{:?} {:?} {content}", part.media, part.encoding)
            })
            .collect();
        (said, found.is_open)
    }

    #[test]
    fn structures() {
        let check = |kind: &str, body: &str, expected: &[&str], open: bool| {
            let (found, is_open) = parts(kind, &body.replace('\n', "\r\n"));
            let expected: Vec<_> = expected
                .iter()
                .map(|part| part.replace('\n', "\r\n"))
                .collect();
            assert_eq!((found, is_open), (expected, open), "{body:?}");
        };
        check("text/plain", "x\n", &["Text Identity x\n"], false);
        check("multipart/mixed", "x\n", &["Other Identity x\n"], false);
        let alternative = "preamble\n--b\n\nx\n--b\nContent-Type: text/html;\n charset=utf-8\n\
                           Content-Transfer-Encoding: BASE64\n\ny\n--b--\nepilogue\n";
        let both = ["Text Identity x\n", "Html Base64 y\n"];
        check(
            "Multipart/Alternative; boundary=b",
            alternative,
            &both,
            false,
        );
        check(
            "multipart/mixed; charset=x; boundary=\"b\"",
            alternative,
            &both,
            false,
        );
        let nested = "--o\nContent-Type: multipart/x; boundary=\"i i\"\n\n--i i\n\nx\n--i i--\n\n\
                      --o\nContent-Type: image/png\n\ny\n--o--\n";
        let both = ["Text Identity x\n", "Other Identity y\n"];
        check("multipart/mixed; boundary=o", nested, &both, false);
        check(
            "multipart/mixed; boundary=o",
            "--o\n\nx\n",
            &["Text Identity x\n"],
            true,
        );
        check(
            "multipart/mixed; boundary=o",
            "--o\n--o\n\n--o",
            &["Text Identity "],
            true,
        );
        check("multipart/mixed; boundary=o", "--p\n", &[], true);
    }
}
