//! The parts of a message (RFC 2045, RFC 2046), decoded: what is attached to it.
//!
//! Messages of all kinds come here, many of them broken, so whatever can be read is read.

use std::borrow::Cow;

use memchr::memmem;

use crate::message::{self, Header, LineEndings};
use crate::syntax::base64::{decode_base64, is_base64};
use crate::syntax::hex::hex_pair;

/// The most parts of a message that are looked at.
pub const MAX_PARTS: usize = 200;
/// How deep parts may be nested.
pub const MAX_NESTED: usize = 8;

/// A part of a message that has no parts of its own, or a message within the message.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Part<'a> {
    /// Its number, as IMAP counts parts (RFC 9051): `2`, or `2.1` for the first part of a
    /// message that is the second part.
    pub number: String,
    /// Its type in lower case, without parameters: `text/plain`.
    pub media: String,
    /// What is in it, without its transfer encoding.
    pub content: Cow<'a, [u8]>,
}

impl Part<'_> {
    /// Whether it is a message within the message, whose parts follow it.
    #[must_use]
    pub fn is_message(&self) -> bool {
        matches!(&*self.media, "message/rfc822" | "message/global")
    }
}

/// Gives each part of a message to `visit`, in order: parts without parts of their own, and
/// messages before the parts in them. A body that is not in parts is part 1. No more than
/// [`MAX_PARTS`] are looked at, and none deeper than [`MAX_NESTED`].
///
/// The body may be cut short: what there is of its last part is given.
///
/// ```
/// use dkim_toolkit::message::{LineEndings, parse};
/// use dkim_toolkit::parts::each_part;
///
/// let message = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n\
///     --b\r\n\r\nHello\r\n--b\r\nContent-Type: text/html\r\n\
///     Content-Transfer-Encoding: base64\r\n\r\nPGI+\r\n--b--\r\n";
/// let (header, body) = parse(message, LineEndings::Lenient)?;
/// let mut parts = Vec::new();
/// each_part(&header, body, |part| parts.push(format!("{} {}", part.number, part.media)));
/// assert_eq!(parts, ["1 text/plain", "2 text/html"]);
/// # Ok::<(), dkim_toolkit::message::HeaderError>(())
/// ```
pub fn each_part(header: &Header, body: &[u8], mut visit: impl FnMut(&Part<'_>)) {
    let mut walk = Walk {
        visit: &mut visit,
        left: MAX_PARTS,
    };
    walk.message(header, body, "", 0);
}

/// Whether a message has parts, or is one whole message within another.
#[must_use]
pub fn has_parts(header: &Header) -> bool {
    let content_type = value(header, "content-type").to_ascii_lowercase();
    content_type.starts_with("multipart/") || content_type.starts_with("message/")
}

struct Walk<'v> {
    visit: &'v mut dyn FnMut(&Part<'_>),
    /// How many more parts may be looked at.
    left: usize,
}

impl Walk<'_> {
    /// Gives the parts of a message; `number` is its own within another.
    fn message(&mut self, header: &Header, body: &[u8], number: &str, depth: usize) {
        let kind = Kind::of(header, "text/plain");
        if kind.boundary.is_some() {
            self.part(&kind, body, number, depth);
        } else {
            self.part(&kind, body, &joined(number, 1), depth);
        }
    }

    fn part(&mut self, kind: &Kind, body: &[u8], number: &str, depth: usize) {
        if self.left == 0 || depth > MAX_NESTED {
            return;
        }
        self.left -= 1;
        if let Some(boundary) = &kind.boundary {
            for (place, section) in sections(body, boundary).enumerate() {
                if let Ok((header, body)) = message::parse(section, LineEndings::Lenient) {
                    let kind = Kind::of(&header, kind.default_of_parts());
                    self.part(&kind, body, &joined(number, place + 1), depth + 1);
                }
            }
            return;
        }
        let part = Part {
            number: number.to_owned(),
            media: kind.media.clone(),
            content: decoded(body, &kind.encoding),
        };
        (self.visit)(&part);
        if part.is_message()
            && let Ok((header, body)) = message::parse(&part.content, LineEndings::Lenient)
        {
            self.message(&header, body, number, depth + 1);
        }
    }
}

/// What a header says of its content.
struct Kind {
    media: String,
    /// The boundary, where the content is in parts.
    boundary: Option<String>,
    encoding: String,
}

impl Kind {
    /// Reads it; the type is `default` where the header does not say it.
    fn of(header: &Header, default: &str) -> Self {
        let content_type = value(header, "content-type");
        let media = content_type.split(';').next().unwrap_or_default().trim();
        let media = match media.to_ascii_lowercase() {
            media if media.is_empty() => default.to_owned(),
            media => media,
        };
        let is_multipart = media.starts_with("multipart/");
        Self {
            boundary: is_multipart.then(|| boundary(&content_type)).flatten(),
            media,
            encoding: value(header, "content-transfer-encoding"),
        }
    }

    /// The type of parts that do not say it (RFC 2046 §5.1.5).
    fn default_of_parts(&self) -> &'static str {
        match &*self.media {
            "multipart/digest" => "message/rfc822",
            _ => "text/plain",
        }
    }
}

/// The number of a part within what `number` is.
fn joined(number: &str, place: usize) -> String {
    match number {
        "" => place.to_string(),
        _ => format!("{number}.{place}"),
    }
}

/// The value of a field on one line.
fn value(header: &Header, name: &str) -> String {
    let field = header.fields_named(name).next();
    let value = field.map_or(&[][..], |field| field.value());
    String::from_utf8_lossy(value)
        .replace(['\r', '\n'], "")
        .trim()
        .to_owned()
}

/// The value of the parameter `boundary`.
fn boundary(content_type: &str) -> Option<String> {
    content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let value = value.trim();
        let value = match value.strip_prefix('"') {
            Some(quoted) => quoted.split('"').next()?,
            None => value.split_ascii_whitespace().next()?,
        };
        let is_it = name.trim().eq_ignore_ascii_case("boundary") && !value.is_empty();
        is_it.then(|| value.to_owned())
    })
}

/// What is between the boundary lines of a multipart body (RFC 2046 §5.1.1); what is behind the
/// last of them as well if the body is cut short.
fn sections<'a>(body: &'a [u8], boundary: &str) -> impl Iterator<Item = &'a [u8]> {
    let delimiter = format!("--{boundary}").into_bytes();
    let is_line = move |at: usize| at == 0 || body[at - 1] == b'\n';
    let mut lines: Vec<usize> = memmem::find_iter(body, &delimiter)
        .filter(|&at| is_line(at))
        .take(MAX_PARTS + 1)
        .collect();
    if let Some(last) = lines
        .iter()
        .position(|at| body[at + delimiter.len()..].starts_with(b"--"))
    {
        lines.truncate(last + 1);
    } else {
        lines.push(body.len());
    }
    (1..lines.len()).map(move |index| {
        let section = &body[lines[index - 1]..lines[index]];
        let line = memchr::memchr(b'\n', section).map_or(section.len(), |at| at + 1);
        let section = &section[line..];
        let section = section.strip_suffix(b"\n").unwrap_or(section);
        section.strip_suffix(b"\r").unwrap_or(section)
    })
}

/// Content without its transfer encoding (RFC 2045 §6), as far as it can be read.
fn decoded<'a>(content: &'a [u8], encoding: &str) -> Cow<'a, [u8]> {
    if encoding.eq_ignore_ascii_case("base64") {
        let letters = content.iter().copied();
        let mut letters: Vec<u8> = letters
            .filter(|&byte| is_base64(byte) && byte != b'=')
            .collect();
        // One letter alone is no byte: the content is cut short.
        if letters.len() % 4 == 1 {
            letters.pop();
        }
        decode_base64(&letters).unwrap_or_default().into()
    } else if encoding.eq_ignore_ascii_case("quoted-printable") {
        quoted_printable(content).into()
    } else {
        content.into()
    }
}

/// Decodes quoted-printable (RFC 2045 §6.7); what breaks its rules stays as it is.
fn quoted_printable(content: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(content.len());
    for line in content.split_inclusive(|&byte| byte == b'\n') {
        let text = line.trim_ascii_end();
        let (text, end) = match text.strip_suffix(b"=") {
            Some(text) => (text, &[][..]),
            None => (text, &line[text.len()..]),
        };
        let mut bytes = text.iter();
        while let Some(&byte) = bytes.next() {
            let mut ahead = bytes.clone();
            match hex_pair(&mut ahead).filter(|_| byte == b'=') {
                Some(byte) => {
                    decoded.push(byte);
                    bytes = ahead;
                }
                None => decoded.push(byte),
            }
        }
        decoded.extend_from_slice(end);
    }
    decoded
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Each part: its number, its type, and its content.
    fn found(message: &str) -> Vec<String> {
        let (header, body) = message::parse(message.as_bytes(), LineEndings::Lenient).unwrap();
        let mut found = Vec::new();
        each_part(&header, body, |part| {
            let content = String::from_utf8_lossy(&part.content).replace('\r', "");
            found.push(format!("{} {} {content}", part.number, part.media));
        });
        found
    }

    fn check(message: &str, expected: &[&str]) {
        for message in [message.replace('\n', "\r\n"), message.to_owned()] {
            assert_eq!(found(&message), expected, "{message}");
        }
    }

    #[test]
    fn parts_have_the_numbers_of_imap() {
        check("From: a\n\nx", &["1 text/plain x"]);
        check("", &["1 text/plain "]);
        let inner = "From: b\nContent-Type: multipart/alternative; boundary=i\n\n--i\n\nx\n--i\n\
                     Content-Type: TEXT/html\n\ny\n--i--";
        let plain = "From: c\n\nz";
        let message = format!(
            "Content-Type: multipart/mixed; boundary=\"o\"\n\n--o\n\nHello\n--o\n\
             Content-Type: message/rfc822\n\n{inner}\n--o\n\
             Content-Type: message/rfc822; x=y\n\n{plain}\n--o--\n"
        );
        let expected = [
            "1 text/plain Hello",
            &format!("2 message/rfc822 {inner}"),
            "2.1 text/plain x",
            "2.2 text/html y",
            &format!("3 message/rfc822 {plain}"),
            "3.1 text/plain z",
        ];
        check(&message, &expected);
        let alone = format!("Content-Type: message/rfc822\n\n{plain}");
        let expected = [&format!("1 message/rfc822 {plain}"), "1.1 text/plain z"];
        check(&alone, &expected);
    }

    #[test]
    fn messages_may_be_encoded() {
        let message = "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n\
                       RnJvbTogYQoKeA==\n";
        let expected = ["1 message/rfc822 From: a\n\nx", "1.1 text/plain x"];
        check(message, &expected);
    }

    proptest! {
        #[test]
        fn any_message_is_read(parts in proptest::collection::vec(prop::sample::select(vec![
            "\n", "--b", "--", "Content-Type: multipart/mixed; boundary=b\n\n", "<a/>", "=", "=3",
            "Content-Type: message/rfc822\n", "Content-Transfer-Encoding: base64\n\n", "QUJD", ";",
            "Content-Transfer-Encoding: quoted-printable\n\n", "\u{e4}", "\0", "boundary=\"",
        ]), 0..30)) {
            let _ = found(&parts.concat());
        }
    }
}
