//! The whole message with other line ends: as a file that was written, or is read, in another way.
//!
//! Line ends are a matter of header and body at once. So one hypothesis is one reading of the whole
//! message, which is verified anew: what is good there, in both of its hashes, is proven.

use super::{Budget, Cause, Exhausted, Explained, Explanation, Proof};
use crate::identifier::KeyQuery;
use crate::lookup::KeyAnswer;
use crate::message::{Header, HeaderReader, LineEndings};
use crate::verify::{Report, Verification, Verifier};

/// Bytes of work that the verification of one signature counts for.
const VERIFICATION: usize = 256 * 1024;

/// What the line ends of the message may have been.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// A bare LF is data: only CRLF ends a line (RFC 5322 §2.3).
    Strict,
    /// A bare LF ends a line.
    Lenient,
    /// Each CRLF became CR CR LF.
    Doubled,
    /// Each CRLF became CR.
    CarriageReturns,
}

/// The message in another reading, to be verified.
#[derive(Clone, Debug)]
pub(super) struct OtherLineEnds {
    kind: Kind,
    /// The message with other line ends; `None` where its bytes are the same.
    rewritten: Option<Vec<u8>>,
    verification: Verification,
    /// How many bytes of the message are before the body.
    start: usize,
}

/// A message in pieces, in order: what its header was read from, and the body.
fn pieces<'a>(header: &'a Header, body: &'a [u8]) -> Option<[&'a [u8]; 4]> {
    let (above, own) = (header.above(), header.octets());
    let empty_line: &[u8] = match header.length() - (above.len() + own.len()) as u64 {
        0 => b"",
        1 => b"\n",
        2 => b"\r\n",
        // A line of white space in its place.
        _ => return None,
    };
    header
        .below()
        .is_empty()
        .then_some([above, own, empty_line, body])
}

impl OtherLineEnds {
    /// The readings in which the message is another one, and has a header without fault.
    pub(super) fn all(report: &Report, body: &[u8]) -> Vec<Self> {
        let header = &report.header;
        let Some(pieces) = pieces(header, body) else {
            return Vec::new();
        };
        let seen = report.line_ends;
        let mut found = Vec::new();
        if seen.bare_line_feed {
            let (kind, line_endings) = match header.line_endings() {
                LineEndings::Lenient => (Kind::Strict, LineEndings::Strict),
                LineEndings::Strict => (Kind::Lenient, LineEndings::Lenient),
            };
            // A message of bare LFs alone has no lines where they are data.
            if seen.crlf || kind == Kind::Lenient {
                found.extend(Self::new(kind, &pieces, line_endings));
            }
        }
        // Without an empty line that ends it, all of the message is taken for the header.
        if seen.bare_carriage_return && body.is_empty() {
            let whole = pieces.concat();
            let kinds = [
                (Kind::Doubled, undoubled(&whole)),
                (Kind::CarriageReturns, ended(&whole)),
            ];
            for (kind, rewritten) in kinds {
                found.extend(rewritten.and_then(|message| {
                    let pieces = [&message[..], b"", b"", b""];
                    let other = Self::new(kind, &pieces, LineEndings::Lenient)?;
                    Some(Self {
                        rewritten: Some(message),
                        ..other
                    })
                }));
            }
        }
        found
    }

    fn new(kind: Kind, pieces: &[&[u8]; 4], line_endings: LineEndings) -> Option<Self> {
        let mut reader = HeaderReader::new(line_endings);
        let mut start = 0;
        for piece in pieces {
            let end = reader.push(piece).ok()?;
            start += end.unwrap_or(piece.len());
            if end.is_some() {
                break;
            }
        }
        let header = reader.finish().ok()?;
        (header.malformation().is_none() && header.foreign().is_none()).then(|| Self {
            kind,
            rewritten: None,
            // Whether it is good does not depend on the time.
            verification: Verifier::default().begin(header, 0),
            start,
        })
    }

    /// The keys that are needed.
    pub(super) fn pending(&self) -> Vec<KeyQuery> {
        self.verification.pending()
    }

    /// Takes the answer to a query.
    pub(super) fn answer(&mut self, query: &KeyQuery, answer: &KeyAnswer) {
        self.verification.answer(query, answer.clone());
    }

    /// What explains the signatures of `report` that are good in this reading, each at its place.
    pub(super) fn explain(
        self,
        report: &Report,
        body: &[u8],
        budget: &mut Budget<'_>,
    ) -> Result<Vec<Option<Explained>>, Exhausted> {
        let Self {
            kind,
            rewritten,
            mut verification,
            start,
        } = self;
        let pieces = match &rewritten {
            Some(message) => Some([&message[..], b"", b"", b""]),
            None => pieces(&report.header, body),
        };
        let pieces = pieces.unwrap_or_default();
        let length: usize = pieces.iter().map(|piece| piece.len()).sum();
        budget.spend(length + VERIFICATION * report.verdicts.len())?;
        let mut skipped = start;
        for piece in pieces {
            let above = skipped.min(piece.len());
            skipped -= above;
            verification.body(&piece[above..]);
        }
        let found = verification.finish();
        let mut explained = vec![None; report.verdicts.len()];
        for (slot, verdict) in explained.iter_mut().zip(&found.verdicts) {
            *slot = verdict.is_good().then(|| kind.explained());
        }
        Ok(explained)
    }
}

impl Kind {
    fn explained(self) -> Explained {
        let (detail, remedy) = match self {
            Self::Strict => (
                "the signature is good where only CRLF ends a line, as it is over SMTP, and a bare \
                 LF is data; here each LF was taken for a line end",
                "verify the message as it came over the wire: dkim verify --line-endings strict \
                 FILE; have the sender encode content with bare LFs in quoted-printable or base64",
            ),
            Self::Lenient => (
                "the signature is good where a bare LF ends a line: CRLF became LF, at each line end \
                 or at some",
                "let a bare LF end a line: dkim verify --line-endings lenient FILE",
            ),
            Self::Doubled => (
                "each line end CRLF became CR CR LF, in header and body: with CRLF again the \
                 signature is good",
                "take the second CR out: sed 's/\\r$//' FILE > mended.eml; find what writes CRLF for \
                 each LF, as programs do that write CRLF into a file in text mode",
            ),
            Self::CarriageReturns => (
                "each line end CRLF became CR, in header and body: with CRLF again the signature is \
                 good",
                "write line feeds again: tr '\\r' '\\n' < FILE > mended.eml; find what writes CR as a \
                 line end",
            ),
        };
        Explained {
            explanations: vec![
                Explanation::new(Cause::LineEndingsChanged, Proof::Proven, detail)
                    .with_remedy(remedy),
            ],
            unexplained: Vec::new(),
            unfinished: None,
        }
    }
}

/// The message with CRLF for CR CR LF, if each LF stands behind two CRs.
fn undoubled(message: &[u8]) -> Option<Vec<u8>> {
    let doubled = memchr::memmem::find_iter(message, b"\r\r\n").count();
    let is_so = doubled > 0 && doubled == memchr::memchr_iter(b'\n', message).count();
    is_so.then(|| with_line_ends(message, b"\r\r\n"))
}

/// The message with CRLF for CR, if it has no LF.
fn ended(message: &[u8]) -> Option<Vec<u8>> {
    let is_so = memchr::memchr(b'\n', message).is_none();
    is_so.then(|| with_line_ends(message, b"\r"))
}

/// A text with CRLF for these bytes.
fn with_line_ends(text: &[u8], from: &[u8]) -> Vec<u8> {
    let mut rewritten = Vec::with_capacity(text.len() + text.len() / 32);
    let mut taken = 0;
    for at in memchr::memmem::find_iter(text, from) {
        rewritten.extend_from_slice(&text[taken..at]);
        rewritten.extend_from_slice(b"\r\n");
        taken = at + from.len();
    }
    rewritten.extend_from_slice(&text[taken..]);
    rewritten
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::key::tests::{ED25519, HERE, MESSAGE, RSA, record, sign, sign_parsed};
    use crate::explain::{Explaining, KeptBody};
    use crate::message::parse;

    /// Verifies and explains a message, as somebody who asks for what is pending.
    fn explained(message: &[u8], line_endings: LineEndings, file: &[u8]) -> Option<Explained> {
        let answer = |query: &KeyQuery| match query.name() {
            HERE => KeyAnswer::from_txt([record(file)], None),
            _ => KeyAnswer::NoSuchName,
        };
        let (header, body) = parse(message, line_endings).unwrap();
        let mut verification = Verifier::default().begin(header, 1_700_000_100);
        for query in verification.pending() {
            verification.answer(&query, answer(&query));
        }
        verification.body(body);
        let mut explaining = Explaining::begin(verification.finish(), KeptBody::from(body));
        for query in explaining.pending() {
            explaining.answer(&query, answer(&query));
        }
        let found = explaining.finish(&mut Budget::unlimited());
        found.signatures.into_iter().next().flatten()
    }

    /// Checks that with this for CRLF the line ends alone are told, in these words.
    fn check(line_end: &str, line_endings: LineEndings, detail: &str, remedy: &str) {
        for file in [RSA, ED25519] {
            let signed = sign(MESSAGE, file, "s1");
            assert!(explained(signed.as_bytes(), line_endings, file).is_none());
            let changed = signed.replace("\r\n", line_end);
            let found = explained(changed.as_bytes(), line_endings, file).unwrap();
            let [told] = &found.explanations[..] else {
                panic!("{found:#?}");
            };
            assert_eq!(told.cause, Cause::LineEndingsChanged);
            assert_eq!(told.proof, Proof::Proven);
            assert!(told.detail.starts_with(detail), "{told:#?}");
            assert!(told.remedy.contains(remedy), "{told:#?}");
            assert!(found.unexplained.is_empty() && found.warnings().is_empty());
            // What was changed besides is no matter of line ends.
            let tampered = changed.replace("Hello", "Bye");
            let found = explained(tampered.as_bytes(), line_endings, file);
            let told = found.iter().flat_map(|found| &found.explanations);
            let told: Vec<_> = told
                .filter(|each| each.detail.starts_with(detail))
                .collect();
            assert!(told.is_empty(), "{told:#?}");
        }
    }

    #[test]
    fn files_with_other_line_ends() {
        for line_endings in [LineEndings::Lenient, LineEndings::Strict] {
            check(
                "\r\r\n",
                line_endings,
                "each line end CRLF became CR CR LF",
                "sed 's/\\r$//' FILE > mended.eml",
            );
            check(
                "\r",
                line_endings,
                "each line end CRLF became CR, in header and body",
                "tr '\\r' '\\n' < FILE > mended.eml",
            );
        }
        check(
            "\n",
            LineEndings::Strict,
            "the signature is good where a bare LF ends a line",
            "--line-endings lenient FILE",
        );
    }

    #[test]
    fn a_bare_line_feed_that_is_data() {
        // Signed with the LF in a line, which a lenient verifier takes for a line end.
        let text = MESSAGE.replace("Hello.", "one \n two");
        for file in [RSA, ED25519] {
            let (header, body) = parse(text.as_bytes(), LineEndings::Strict).unwrap();
            let signed = sign_parsed(header, body, file) + &text;
            assert!(explained(signed.as_bytes(), LineEndings::Strict, file).is_none());
            let found = explained(signed.as_bytes(), LineEndings::Lenient, file).unwrap();
            let told = &found.explanations[0];
            assert_eq!(
                (told.cause, told.proof),
                (Cause::LineEndingsChanged, Proof::Proven)
            );
            assert!(
                told.remedy.contains("--line-endings strict FILE"),
                "{told:#?}"
            );
            // What was changed besides is no matter of line ends.
            let changed = signed.replace("two", "three");
            let found = explained(changed.as_bytes(), LineEndings::Lenient, file).unwrap();
            assert_ne!(found.explanations[0].proof, Proof::Proven, "{found:#?}");
        }
    }

    #[test]
    fn line_ends_are_rewritten_where_all_are_alike() {
        let text = |bytes: Option<Vec<u8>>| bytes.map(|bytes| String::from_utf8(bytes).unwrap());
        let check = |message: &[u8], one: Option<&str>, other: Option<&str>| {
            assert_eq!(text(undoubled(message)).as_deref(), one);
            assert_eq!(text(ended(message)).as_deref(), other);
        };
        check(b"", None, Some(""));
        check(b"a\r\r\n\r\r\nb", Some("a\r\n\r\nb"), None);
        check(b"a\r\r\n\r\nb", None, None);
        check(b"\n", None, None);
        check(b"a\r\rb\r", None, Some("a\r\n\r\nb\r\n"));
    }
}
