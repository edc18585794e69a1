//! Reports out of the messages that bring them (RFC 7489 §7.2.1.1).

use super::unpacking::is_packed;
use crate::message::{self, LineEndings};
use crate::parts::each_part;

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
    let mut found = Vec::new();
    if let Ok((header, body)) = message::parse(message, LineEndings::Lenient) {
        each_part(&header, body, |part| {
            let content = &part.content;
            let may_be_xml = part.media != "text/html" && is_xml(content);
            if !part.is_message() && (is_packed(content) || may_be_xml) {
                found.push(content.to_vec());
            }
        });
    }
    found
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
    use crate::parts::{MAX_NESTED, MAX_PARTS};

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
        assert_eq!(attachments(multipart(&most).as_bytes()).len(), MAX_PARTS);
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
