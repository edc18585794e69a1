//! The parts of a message (RFC 2045, RFC 2046), decoded: what is attached to it.
//!
//! Messages of all kinds come here, many of them broken, so whatever can be read is read.

pub(crate) mod structure;

use std::borrow::Cow;

use self::structure::Encoding;
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
    walk.message(header, body, "");
}

/// Whether a message has parts, or is one whole message within another.
#[must_use]
pub fn has_parts(header: &Header) -> bool {
    let field = header.fields_named("content-type").next();
    let content_type = field
        .map_or(&[][..], |field| field.value())
        .trim_ascii_start();
    let begins = |prefix: &str| {
        let start = content_type.get(..prefix.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()))
    };
    begins("multipart/") || begins("message/")
}

struct Walk<'v> {
    visit: &'v mut dyn FnMut(&Part<'_>),
    /// How many more parts may be looked at.
    left: usize,
}

impl Walk<'_> {
    /// Gives the parts of a message; `number` is its own within another.
    fn message(&mut self, header: &Header, body: &[u8], number: &str) {
        for found in structure::structure(header, body).parts {
            let number = match number {
                "" => found.number.clone(),
                _ => format!("{number}.{}", found.number),
            };
            if self.left == 0 || number.matches('.').count() > MAX_NESTED {
                continue;
            }
            self.left -= 1;
            let part = Part {
                content: decoded(content(&found, body), found.encoding),
                media: found.media_type,
                number,
            };
            (self.visit)(&part);
            if part.is_message()
                && let Ok((header, body)) = message::parse(&part.content, LineEndings::Lenient)
            {
                self.message(&header, body, &part.number);
            }
        }
    }
}

/// The content of a part, without the line end that belongs to the boundary line behind it.
fn content<'a>(part: &structure::Part, body: &'a [u8]) -> &'a [u8] {
    let content = &body[part.content.clone()];
    if part.is_body() {
        return content;
    }
    let content = content.strip_suffix(b"\n").unwrap_or(content);
    content.strip_suffix(b"\r").unwrap_or(content)
}

/// Content without its transfer encoding (RFC 2045 §6), as far as it can be read.
fn decoded(content: &[u8], encoding: Encoding) -> Cow<'_, [u8]> {
    match encoding {
        Encoding::Identity => content.into(),
        Encoding::QuotedPrintable => decode_quoted(content).0.into(),
        Encoding::Base64 => {
            let letters = content.iter().copied();
            let mut letters: Vec<u8> = letters
                .filter(|&byte| is_base64(byte) && byte != b'=')
                .collect();
            // One letter alone is no byte: the content is cut short.
            if letters.len() % 4 == 1 {
                letters.pop();
            }
            decode_base64(&letters).unwrap_or_default().into()
        }
    }
}

/// Decodes quoted-printable (RFC 2045 §6.7), and says whether all of it is; what breaks its rules
/// stays as it is.
pub(crate) fn decode_quoted(content: &[u8]) -> (Vec<u8>, bool) {
    let mut decoded = Vec::with_capacity(content.len());
    let mut is_all = true;
    for line in content.split_inclusive(|&byte| byte == b'\n') {
        let text = line.trim_ascii_end();
        // White space at the end of a line was added on the way.
        let end = [&b"\r\n"[..], b"\n"]
            .into_iter()
            .find(|end| line.ends_with(end));
        let (text, end) = match text.strip_suffix(b"=") {
            Some(text) => (text, None),
            None => (text, end),
        };
        let mut bytes = text.iter();
        while let Some(&byte) = bytes.next() {
            let mut ahead = bytes.clone();
            match hex_pair(&mut ahead).filter(|_| byte == b'=') {
                Some(byte) => {
                    decoded.push(byte);
                    bytes = ahead;
                }
                None => {
                    decoded.push(byte);
                    is_all &= byte != b'=';
                }
            }
        }
        decoded.extend_from_slice(end.unwrap_or_default());
    }
    (decoded, is_all)
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

    #[test]
    fn white_space_at_the_end_of_a_quoted_line_is_not_content() {
        let message = "Content-Transfer-Encoding: quoted-printable\n\na=3D \nb=20\nc=\n";
        check(message, &["1 text/plain a=\nb \nc"]);
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
