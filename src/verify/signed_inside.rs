//! Signed messages within a message: attached where it was forwarded, or by a filter for spam.

use crate::message::{self, Header, LineEndings};
use crate::parts::{Part, each_part, has_parts};
use crate::signature::{FIELD_NAME, claimed_identifiers};
use crate::verdict::{Warning, WarningCode};

/// So many bytes of a body are looked at for messages within it.
pub const MAX_LOOKED_AT: usize = 1024 * 1024;
/// So many messages are told.
const MOST: usize = 10;

/// Looks for signed messages within a message, while its body is read.
///
/// The first [`MAX_LOOKED_AT`] bytes of a body in parts are kept for that; of another body,
/// nothing.
#[derive(Clone, Debug)]
pub struct SignedInside {
    body: Vec<u8>,
}

impl SignedInside {
    /// Begins with a message's header; `None` where the message has no parts.
    #[must_use]
    pub fn new(header: &Header) -> Option<Self> {
        has_parts(header).then(|| {
            let mut inside = Self { body: Vec::new() };
            inside.push(header.below());
            inside
        })
    }

    /// Takes the next bytes of the body.
    pub fn push(&mut self, bytes: &[u8]) {
        let room = MAX_LOOKED_AT - self.body.len();
        self.body.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    /// How many bytes are kept.
    #[must_use]
    pub fn size(&self) -> usize {
        self.body.len()
    }

    /// A warning for each message within the message that has signatures: which part it is, and
    /// how to verify it. `header` is that of the message.
    #[must_use]
    pub fn warnings(&self, header: &Header) -> Vec<Warning> {
        let mut found = Vec::new();
        each_part(header, &self.body, |part| {
            if found.len() < MOST {
                found.extend(warning(part));
            }
        });
        found
    }
}

/// What is said of a part that is a signed message, whatever its type says: filters and mail
/// programs attach messages as text or as bytes of any kind.
fn warning(part: &Part<'_>) -> Option<Warning> {
    let (header, _) = message::parse(&part.content, LineEndings::Lenient).ok()?;
    let mut signatures = header.fields_named(FIELD_NAME);
    let first = signatures.next()?;
    if !part.is_message() && header.fields_named("from").next().is_none() {
        return None;
    }
    let number = &part.number;
    let domain = claimed_identifiers(first).0;
    let domain = domain.map_or(String::new(), |domain| format!(" of {}", domain.to_ascii()));
    let signed = match 1 + signatures.count() {
        1 => format!("a signature{domain}"),
        count => format!("{count} signatures, the first{domain}"),
    };
    let message = format!("part {number} is a message with {signed}: that is not verified here");
    let remedy = format!("dkim inspect --part {number} FILE | dkim verify");
    Some(Warning::new(WarningCode::SignedMessageInside, message).with_remedy(remedy))
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    const SIGNED: &str =
        "DKIM-Signature: v=1; d=example.com; s=s1\r\nFrom: a@example.com\r\n\r\nHi\r\n";

    /// What is said of a message, read in pieces of a few bytes.
    fn said(message: &str) -> Vec<(String, Option<String>)> {
        let (header, body) = message::parse(message.as_bytes(), LineEndings::Lenient).unwrap();
        let Some(mut inside) = SignedInside::new(&header) else {
            return Vec::new();
        };
        for piece in body.chunks(7) {
            inside.push(piece);
        }
        let warnings = inside.warnings(&header).into_iter();
        warnings
            .map(|warning| (warning.message.clone(), warning.remedy().map(str::to_owned)))
            .collect()
    }

    /// A message with these parts.
    fn with_parts(parts: &[&str]) -> String {
        let parts: String = parts
            .iter()
            .map(|part| format!("--b\r\n{part}\r\n"))
            .collect();
        format!(
            "From: b@example.org\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n{parts}--b--\r\n"
        )
    }

    fn check(message: &str, number: &str) {
        let expected = (
            format!(
                "part {number} is a message with a signature of example.com: that is not verified here"
            ),
            Some(format!("dkim inspect --part {number} FILE | dkim verify")),
        );
        assert_eq!(said(message), [expected], "{message}");
    }

    #[test]
    fn attached_messages_are_found() {
        let attached = format!("Content-Type: message/rfc822\r\n\r\n{SIGNED}");
        check(&with_parts(&[&attached]), "1");
        check(&with_parts(&["\r\nsee below", &attached]), "2");
        check(
            &with_parts(&[
                "\r\nsee below",
                &format!("Content-Type: multipart/x; boundary=c\r\n\r\n--c\r\n{attached}"),
            ]),
            "2.1",
        );
        check(&format!("From: b@example.org\r\n{attached}"), "1");
        // Within a message that is attached.
        let outer = format!(
            "Content-Type: message/rfc822\r\n\r\n{}",
            with_parts(&[&attached])
                .replace("=b\r\n", "=c\r\n")
                .replace("--b", "--c")
        );
        check(&with_parts(&[&outer]), "1.1");
        let digest = with_parts(&[&format!("\r\n{SIGNED}")]).replace("mixed", "digest");
        check(&digest, "1");
        let base64 = STANDARD.encode(SIGNED);
        check(
            &with_parts(&[&format!(
                "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n{base64}"
            )]),
            "1",
        );
    }

    #[test]
    fn a_message_may_be_attached_as_something_else() {
        for media in [
            "text/plain; x-spam-type=original",
            "application/octet-stream",
        ] {
            check(
                &with_parts(&[
                    "\r\nspam",
                    &format!("Content-Type: {media}\r\n\r\n{SIGNED}"),
                ]),
                "2",
            );
        }
    }

    #[test]
    fn nothing_else_is_taken_for_one() {
        assert_eq!(said(&format!("From: a\r\n\r\n{SIGNED}")), []);
        let quoted = format!("\r\nSee:\r\n\r\n{SIGNED}");
        let unsigned = "Content-Type: message/rfc822\r\n\r\nFrom: a\r\n\r\n";
        let field = "\r\nDKIM-Signature: is a field";
        assert_eq!(said(&with_parts(&[&quoted, unsigned, field])), []);
    }

    #[test]
    fn there_are_limits() {
        let attached = format!("Content-Type: message/rfc822\r\n\r\n{SIGNED}");
        let two = SIGNED.replace("From", "DKIM-Signature: x\r\nFrom");
        let two = format!("Content-Type: message/rfc822\r\n\r\n{two}");
        let first = &said(&with_parts(&[&two]))[0].0;
        assert!(
            first.contains("with 2 signatures, the first of example.com"),
            "{first}"
        );
        assert_eq!(said(&with_parts(&[&*attached; MOST + 1])).len(), MOST);
        let far = format!("\r\n{}", "x".repeat(MAX_LOOKED_AT));
        assert_eq!(said(&with_parts(&[&far, &attached])), []);
    }
}
