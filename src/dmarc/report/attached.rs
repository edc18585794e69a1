//! Reports out of the messages that bring them (RFC 7489 §7.2.1.1).

use std::borrow::Cow;

use memchr::memmem;

use super::unpacking::is_packed;
use crate::message::{self, Header, LineEndings};
use crate::syntax::base64::{decode_base64, is_base64};
use crate::syntax::hex::hex_pair;

/// The most parts of a message that are looked at.
const MAX_PARTS: usize = 200;
/// How deep parts may be nested.
const MAX_NESTED: usize = 8;

/// The parts of a message that may be reports, decoded: those that are gzip, zip or XML by their
/// first bytes, HTML aside. Each is for [`unpack`](super::unpack).
///
/// Parts of messages within the message are among them, because people forward reports. No more
/// than 200 parts are looked at, and no deeper than 8 in one another.
///
/// ```
/// use dkim_toolkit::dmarc::report::attachments;
///
/// let message = b"From: dmarc@receiver.test\r\n\
///     Content-Type: application/xml\r\nContent-Transfer-Encoding: base64\r\n\r\n\
///     PGZlZWRiYWNrLz4=\r\n";
/// assert_eq!(attachments(message), [b"<feedback/>"]);
/// ```
#[must_use]
pub fn attachments(message: &[u8]) -> Vec<Vec<u8>> {
    let mut parts = Parts {
        found: Vec::new(),
        left: MAX_PARTS,
    };
    parts.add(message, "text/plain", 0);
    parts.found
}

struct Parts {
    found: Vec<Vec<u8>>,
    /// How many more parts may be looked at.
    left: usize,
}

impl Parts {
    /// Adds what is in a part, whose type is `default` if it does not say it.
    fn add(&mut self, part: &[u8], default: &str, depth: usize) {
        if self.left == 0 || depth > MAX_NESTED {
            return;
        }
        self.left -= 1;
        let Ok((header, body)) = message::parse(part, LineEndings::Lenient) else {
            return;
        };
        let content_type = value(&header, "content-type");
        let media = content_type.split(';').next().unwrap_or_default().trim();
        let media = match media.to_ascii_lowercase() {
            media if media.is_empty() => default.to_owned(),
            media => media,
        };
        if media.starts_with("multipart/")
            && let Some(boundary) = boundary(&content_type)
        {
            let default = match &*media {
                "multipart/digest" => "message/rfc822",
                _ => "text/plain",
            };
            for section in sections(body, &boundary) {
                self.add(section, default, depth + 1);
            }
            return;
        }
        let content = decoded(body, &value(&header, "content-transfer-encoding"));
        if media == "message/rfc822" {
            self.add(&content, "text/plain", depth + 1);
        } else if is_packed(&content) || media != "text/html" && is_xml(&content) {
            self.found.push(content.into_owned());
        }
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

/// Whether content begins as XML does, in UTF-8 or UTF-16.
fn is_xml(content: &[u8]) -> bool {
    let text = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content);
    let utf16 = [&b"\xff\xfe"[..], b"\xfe\xff", b"\0<"];
    text.trim_ascii_start().starts_with(b"<") || utf16.iter().any(|start| text.starts_with(start))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const XML: &str = "<feedback/>";

    /// Checks which parts of a message are found.
    fn check(message: &str, expected: &[&str]) {
        for message in [message.replace('\n', "\r\n"), message.to_owned()] {
            let found = attachments(message.as_bytes());
            let found: Vec<_> = found
                .iter()
                .map(|part| String::from_utf8_lossy(part))
                .collect();
            assert_eq!(found, expected, "{message}");
        }
    }

    /// A multipart body with these parts.
    fn multipart(parts: &[&str]) -> String {
        let parts = parts
            .iter()
            .map(|part| format!("--b\n{part}\n"))
            .collect::<String>();
        format!(
            "MIME-Version: 1.0\nContent-Type: multipart/mixed; x=\"y\";\n boundary=\"b\"\n\nno part\n{parts}--b--\nno part\n"
        )
    }

    #[test]
    fn a_message_may_be_the_report() {
        check(&format!("From: a\n\n{XML}"), &[XML]);
        check(
            &format!("Content-Type: application/gzip\n\n\u{feff} {XML}"),
            &[&format!("\u{feff} {XML}")],
        );
        check(&format!("Content-Type: TEXT/HTML; charset=x\n\n{XML}"), &[]);
        check("From: a\n\nHello", &[]);
        check("", &[]);
        check(
            "Content-Transfer-Encoding: BASE64\n\nPGZl\nZWRi*YWNr Lz4=\n",
            &[XML],
        );
        check(
            "Content-Transfer-Encoding: base64\n\nPGZlZWRiYWNrL\n",
            &["<feedback"],
        );
        check(
            "Content-Transfer-Encoding: base64\n\nUEsDBA==\n",
            &["PK\u{3}\u{4}"],
        );
        check(
            "Content-Transfer-Encoding: quoted-printable\n\n=3cfeed=\nback  a=3D=27=zz=  \n'/=3E",
            &["<feedbac\u{6b}  a='=zz'/>"],
        );
    }

    #[test]
    fn parts_are_between_boundary_lines() {
        let xml = format!("Content-Type: text/xml\n\n{XML}");
        check(&multipart(&["\nHello <b>", &xml, "\nx--b\n"]), &[XML]);
        check(&multipart(&[&xml, &xml]), &[XML, XML]);
        // Deeper, in a forwarded message, and in a digest.
        check(
            &multipart(&[&multipart(&[&xml])
                .replace("--b", "--bb")
                .replace("\"b\"", "bb")]),
            &[XML],
        );
        check(
            &multipart(&[&format!("Content-Type: message/rfc822\n\n{xml}")]),
            &[XML],
        );
        let digest = multipart(&[&format!("\n{xml}")]).replace("mixed", "digest");
        check(&digest, &[XML]);
        // Cut short, and without any boundary.
        check(multipart(&[&xml]).split("\n--b--").next().unwrap(), &[XML]);
        check(
            "Content-Type: multipart/mixed; boundary=b\n\n<feedback/>",
            &[],
        );
        check(&format!("Content-Type: multipart/mixed\n\n{XML}"), &[XML]);
    }

    #[test]
    fn parts_have_limits() {
        let xml = format!("\n{XML}");
        let most = vec![&*xml; MAX_PARTS + 10];
        assert_eq!(
            attachments(multipart(&most).as_bytes()).len(),
            MAX_PARTS - 1
        );
        let nested = |depth: usize| {
            format!(
                "{}From: a\n\n{XML}",
                "Content-Type: message/rfc822\n\n".repeat(depth)
            )
        };
        check(&nested(MAX_NESTED), &[XML]);
        check(&nested(MAX_NESTED + 1), &[]);
        check(&nested(100_000), &[]);
    }

    proptest! {
        #[test]
        fn any_message_is_read(parts in proptest::collection::vec(prop::sample::select(vec![
            "\n", "--b", "--", "Content-Type: multipart/mixed; boundary=b\n\n", "<a/>", "=", "=3",
            "Content-Type: message/rfc822\n", "Content-Transfer-Encoding: base64\n\n", "QUJD", ";",
            "Content-Transfer-Encoding: quoted-printable\n\n", "\u{e4}", "\0", "boundary=\"",
        ]), 0..30)) {
            let _ = attachments(parts.concat().as_bytes());
        }
    }
}
