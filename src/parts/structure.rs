//! Where the parts of a message are (RFC 2046 §5.1).
//!
//! Messages of all kinds come here, many of them broken, so whatever can be read is read.

use std::ops::Range;

use memchr::{memchr, memmem};

use super::{MAX_NESTED, MAX_PARTS};
use crate::message::{self, Header, LineEndings};

/// Different boundary lines that are kept.
const MAX_BOUNDARIES: usize = 32;
/// Boundary lines that are looked at.
const MAX_DELIMITERS: usize = 10_000;
/// A part's header that is longer is not read.
const LONGEST_HEADER: usize = 64 * 1024;

/// The parts of a body.
#[derive(Clone, Debug, Default)]
pub(crate) struct Structure {
    /// The parts that have no parts of their own, in order; the whole body, if it is not in parts.
    pub(crate) parts: Vec<Part>,
    /// The boundary lines that are in use, without what ends them; the outermost multipart's first.
    pub(crate) boundaries: Vec<Vec<u8>>,
    /// Where they are, in order.
    pub(crate) delimiters: Vec<Delimiter>,
    /// Whether a multipart's last boundary line is missing.
    pub(crate) is_open: bool,
}

/// A part that has no parts of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// Its number, as IMAP counts parts (RFC 9051): `2.1`.
    pub(crate) number: String,
    /// Its header fields, in the body; empty for the only part of a message.
    pub(crate) header: Range<usize>,
    /// What is between the empty line behind them and the boundary line.
    pub(crate) content: Range<usize>,
    /// Its type in lower case, without parameters: `text/plain`.
    pub(crate) media_type: String,
    pub(crate) encoding: Encoding,
}

/// A boundary line.
#[derive(Clone, Debug)]
#[cfg_attr(
    not(feature = "explain"),
    expect(dead_code, reason = "others decode the parts alone")
)]
pub(crate) struct Delimiter {
    /// Which it is of [`Structure::boundaries`].
    pub(crate) boundary: usize,
    pub(crate) range: Range<usize>,
    /// Where the content of the part behind it begins.
    pub(crate) content: Option<usize>,
}

/// How a part is encoded for its transfer (RFC 2045 §6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// `7bit`, `8bit` or `binary`: not at all.
    Identity,
    /// `quoted-printable` (RFC 2045 §6.7).
    QuotedPrintable,
    /// `base64` (RFC 2045 §6.8).
    Base64,
}

impl Part {
    /// Whether it is the whole body, and in no multipart: what is in one is behind a boundary line.
    pub(crate) const fn is_body(&self) -> bool {
        self.content.start == 0
    }
}

/// Finds the parts of a body. No more than [`MAX_PARTS`] are given, and none that is within more
/// than [`MAX_NESTED`] multiparts.
pub(crate) fn structure(header: &Header, body: &[u8]) -> Structure {
    let mut reader = Reader {
        body,
        open: Vec::new(),
        leaf: None,
        found: Structure::default(),
    };
    let kind = Kind::of(header, "text/plain");
    match Multipart::of(&kind) {
        Some(outermost) => reader.open.push(outermost),
        None => reader.leaf = Some(kind.part("1".to_owned(), 0..0, 0)),
    }
    let is_line = |at: &usize| *at == 0 || body[at - 1] == b'\n';
    for at in memmem::find_iter(body, b"--").filter(is_line) {
        if reader.open.is_empty() {
            break;
        }
        reader.dashes(at);
        if reader.found.delimiters.len() >= MAX_DELIMITERS {
            // Where the others are is not known.
            reader.found.delimiters.clear();
            break;
        }
    }
    reader.end_part(body.len());
    reader.found.is_open = !reader.open.is_empty();
    reader.found
}

struct Reader<'a> {
    body: &'a [u8],
    /// The multiparts that are not over yet, the innermost last.
    open: Vec<Multipart>,
    /// The part that is not over yet.
    leaf: Option<Part>,
    found: Structure,
}

struct Multipart {
    /// Its boundary line, without what ends it.
    boundary: Vec<u8>,
    /// Its parts so far.
    parts: usize,
    /// The type of those that do not say it (RFC 2046 §5.1.5).
    default: &'static str,
}

impl Multipart {
    fn of(kind: &Kind) -> Option<Self> {
        let is_digest = kind.media_type == "multipart/digest";
        Some(Self {
            boundary: kind.boundary.clone()?,
            parts: 0,
            default: if is_digest {
                "message/rfc822"
            } else {
                "text/plain"
            },
        })
    }
}

impl Reader<'_> {
    /// Looks at a line that begins with `--`.
    fn dashes(&mut self, start: usize) {
        let line = line_at(self.body, start);
        let Some((level, closes)) = self.boundary(line) else {
            return;
        };
        self.end_part(start);
        self.open.truncate(level + 1);
        let boundary = self.noted(level);
        let end = start + line.len();
        let content = if closes {
            self.open.truncate(level);
            None
        } else {
            self.open[level].parts += 1;
            self.begin_part(end)
        };
        if let Some(boundary) = boundary {
            let range = start..end;
            self.found.delimiters.push(Delimiter {
                boundary,
                range,
                content,
            });
        }
    }

    /// Which open multipart's boundary a line is, and whether it is the last.
    fn boundary(&self, line: &[u8]) -> Option<(usize, bool)> {
        let line = line.trim_ascii_end();
        let mut levels = self.open.iter().enumerate().rev();
        levels.find_map(
            |(level, open)| match line.strip_prefix(&open.boundary[..])? {
                b"" => Some((level, false)),
                b"--" => Some((level, true)),
                _ => None,
            },
        )
    }

    /// The place of an open multipart's boundary among those in use, if there is room for it.
    fn noted(&mut self, level: usize) -> Option<usize> {
        let known = &mut self.found.boundaries;
        let name = &self.open[level].boundary;
        let place = known.iter().position(|other| other == name);
        if place.is_none() && known.len() < MAX_BOUNDARIES {
            known.push(name.clone());
            return Some(known.len() - 1);
        }
        place
    }

    /// Reads the header of a part of the innermost multipart; gives where its content begins.
    fn begin_part(&mut self, start: usize) -> Option<usize> {
        let end = self.end_of_header(start)?;
        let content = end + line_at(self.body, end).len();
        let header = self.body.get(start..end)?;
        if let Ok((parsed, _)) = message::parse(header, LineEndings::Lenient) {
            let default = self.open.last().map_or("text/plain", |open| open.default);
            let kind = Kind::of(&parsed, default);
            match Multipart::of(&kind) {
                Some(inner) if self.open.len() < MAX_NESTED => self.open.push(inner),
                Some(_) => {}
                None => self.leaf = Some(kind.part(self.number(), start..end, content)),
            }
        }
        Some(content)
    }

    /// Where the empty line behind a header is; `None` if a boundary line comes before.
    fn end_of_header(&self, start: usize) -> Option<usize> {
        let mut at = start;
        while at < self.body.len() && at - start <= LONGEST_HEADER {
            let line = line_at(self.body, at);
            if matches!(line, b"\n" | b"\r\n") {
                return Some(at);
            }
            if line.starts_with(b"--") && self.boundary(line).is_some() {
                return None;
            }
            at += line.len();
        }
        None
    }

    /// The number of the part that was begun last.
    fn number(&self) -> String {
        let places: Vec<_> = self
            .open
            .iter()
            .map(|open| open.parts.to_string())
            .collect();
        places.join(".")
    }

    fn end_part(&mut self, end: usize) {
        if let Some(mut part) = self.leaf.take()
            && self.found.parts.len() < MAX_PARTS
        {
            part.content.end = end;
            self.found.parts.push(part);
        }
    }
}

/// What a header says of its content.
struct Kind {
    media_type: String,
    /// The boundary line, where the content is in parts.
    boundary: Option<Vec<u8>>,
    encoding: Encoding,
}

impl Kind {
    /// Reads it; the type is `default` where the header does not say it.
    fn of(header: &Header, default: &str) -> Self {
        let value = |name| {
            let field = header.fields_named(name).next();
            field.map_or(&[][..], |field| field.value()).trim_ascii()
        };
        let content_type = value("Content-Type");
        let end = memchr(b';', content_type).unwrap_or(content_type.len());
        let media_type = match content_type[..end].trim_ascii() {
            b"" => default.to_owned(),
            said => String::from_utf8_lossy(said).to_ascii_lowercase(),
        };
        let is_multipart = media_type.starts_with("multipart/");
        let encoding = value("Content-Transfer-Encoding");
        Self {
            boundary: is_multipart.then(|| boundary(content_type)).flatten(),
            media_type,
            encoding: if encoding.eq_ignore_ascii_case(b"base64") {
                Encoding::Base64
            } else if encoding.eq_ignore_ascii_case(b"quoted-printable") {
                Encoding::QuotedPrintable
            } else {
                Encoding::Identity
            },
        }
    }

    /// A part of this kind whose content begins here.
    fn part(self, number: String, header: Range<usize>, content: usize) -> Part {
        Part {
            number,
            header,
            content: content..content,
            media_type: self.media_type,
            encoding: self.encoding,
        }
    }
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
        Some(quoted) => quoted.split(|byte| *byte == b'"').next()?,
        None => rest
            .split(|byte| byte.is_ascii_whitespace() || *byte == b';')
            .next()?,
    };
    (!name.is_empty()).then(|| [b"--", name].concat())
}

/// The line that begins here, with its line end.
fn line_at(body: &[u8], start: usize) -> &[u8] {
    let rest = &body[start..];
    &rest[..memchr(b'\n', rest).map_or(rest.len(), |at| at + 1)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(kind: &str, body: &str) -> (Vec<String>, bool) {
        let header = format!("Content-Type: {kind}\r\n\r\n");
        let (header, _) = message::parse(header.as_bytes(), LineEndings::Lenient).unwrap();
        let found = structure(&header, body.as_bytes());
        let said = found.parts.iter().map(|part| {
            let content = &body[part.content.clone()];
            format!(
                "{} {} {:?} {content}",
                part.number, part.media_type, part.encoding
            )
        });
        (said.collect(), found.is_open)
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
        let text = |text: &str| format!("1 text/plain Identity {text}");
        check("text/plain", "x\n--b\n", &[&text("x\n--b\n")], false);
        let whole = "1 multipart/mixed Identity x\n";
        check("multipart/mixed", "x\n", &[whole], false);
        let alternative = "preamble\n--b\n\nx\n--b\nContent-Type: text/html;\n charset=utf-8\n\
                           Content-Transfer-Encoding: BASE64\n\ny\n--b--\nepilogue\n";
        let both = [&text("x\n")[..], "2 text/html Base64 y\n"];
        for kind in [
            "Multipart/Alternative; boundary=b",
            "multipart/mixed; charset=x; boundary=\"b\"",
        ] {
            check(kind, alternative, &both, false);
        }
        let nested = "--o\nContent-Type: multipart/x; boundary=\"i i\"\n\n--i i\n\nx\n--i i--\n\n\
                      --o\nContent-Type: image/png\n\ny\n--o--\n";
        let both = ["1.1 text/plain Identity x\n", "2 image/png Identity y\n"];
        check("multipart/mixed; boundary=o", nested, &both, false);
        let digest = ["1 message/rfc822 Identity x\n"];
        check(
            "multipart/digest; boundary=o",
            "--o\n\nx\n--o--",
            &digest,
            false,
        );
        let check = |body: &str, expected: &[&str]| {
            check("multipart/mixed; boundary=o", body, expected, true);
        };
        check("--o\n\nx\n", &[&text("x\n")]);
        check("--o\n--o\n\n--o", &["2 text/plain Identity "]);
        check("--p\n", &[]);
        check("-\n--oo\n--o\n\n--o x\n--oo\n", &[&text("--o x\n--oo\n")]);
    }

    #[test]
    fn boundary_lines() {
        let header = "Content-Type: multipart/mixed; boundary=o\n\n";
        let body = "--o\nContent-Type: multipart/x; boundary=i\n\n--i\n\nx\n--i--\n--o--\n--o\n";
        let (header, _) = message::parse(header.as_bytes(), LineEndings::Lenient).unwrap();
        let found = structure(&header, body.as_bytes());
        let lines = found.delimiters.iter().map(|line| {
            let text = &body[line.range.clone()];
            let content = line.content.map(|at| body[at..].lines().next());
            (line.boundary, text, content.flatten())
        });
        let expected = [
            (0, "--o\n", Some("--i")),
            (1, "--i\n", Some("x")),
            (1, "--i--\n", None),
            (0, "--o--\n", None),
        ];
        assert_eq!(lines.collect::<Vec<_>>(), expected);
    }
}
