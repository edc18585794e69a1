//! What is between the parts of a multipart: empty lines, and text that nobody is shown.

use super::super::appended::is_white;
use super::super::mime::Structure;
use super::super::quotation::quote;
use super::super::story::Story;
use super::{Rewrite, content};
use crate::explain::Cause;

/// The rewrites of what is around boundary lines (RFC 2046 §5.1.1).
pub(super) fn rewrites(structure: &Structure) -> Vec<Rewrite> {
    let Some(first) = structure.first_boundary else {
        return Vec::new();
    };
    let lines = Cause::TrailingLinesChanged;
    let mut all = Vec::new();
    let boundaries = Boundaries(structure.boundaries.clone());
    let known = boundaries.clone();
    let what = "an empty line was added before boundary lines";
    all.push(Rewrite::new(lines, what, move |at, out| {
        if !content(at.line).is_empty() || !known.have(at.next) {
            out.extend_from_slice(at.line);
        }
    }));
    let known = boundaries.clone();
    let what = "an empty line before boundary lines was removed";
    all.push(Rewrite::new(lines, what, move |at, out| {
        if known.have(at.line) {
            out.extend_from_slice(b"\r\n");
        }
        out.extend_from_slice(at.line);
    }));
    let what = "the text before the first boundary line was changed";
    for text in std::iter::once("").chain(PREAMBLES) {
        let cause = Cause::ContentPrepended;
        let rewrite = Rewrite::new(cause, what, move |at, out| {
            if at.number == first {
                out.extend_from_slice(text.as_bytes());
            }
            if at.number >= first {
                out.extend_from_slice(at.line);
            }
        });
        all.push(rewrite.of_preamble(first, text));
    }
    all
}

/// What is told where one text stands before the first boundary line, and stood another.
pub(in crate::explain::body) fn preamble_story(is: &[u8], was: &[u8]) -> Story {
    let place = "before the first boundary line";
    let (is_empty, was_empty) = (is_white(is), is_white(was));
    if is_empty && was_empty {
        let detail = format!("empty lines {place} were added or removed");
        return Story::new(Cause::TrailingLinesChanged, detail);
    }
    let (is_text, was_text) = (quote(is), quote(was));
    let is_usual = PREAMBLES
        .iter()
        .any(|usual| quote(usual.as_bytes()) == is_text);
    let (cause, detail) = if is_empty {
        let detail = format!("the text {place} was removed: {was_text}");
        (Cause::TransferEncodingChanged, detail)
    } else if was_empty {
        let detail = format!("text {place} was added: {is_text}");
        (Cause::ContentPrepended, detail)
    } else {
        let detail = format!("the text {place} was changed: {is_text}, originally {was_text}");
        // Only programs write what is usual, when they put the parts together anew.
        let cause = if is_usual {
            Cause::TransferEncodingChanged
        } else {
            Cause::ContentPrepended
        };
        (cause, detail)
    };
    Story::new(cause, detail).with_original(was)
}

/// What mail programs write before the first boundary line.
pub(in crate::explain::body) const PREAMBLES: [&str; 6] = [
    "\r\n",
    "This is a multi-part message in MIME format.\r\n",
    "This is a multi-part message in MIME format.\r\n\r\n",
    "This is a multipart message in MIME format.\r\n\r\n",
    "This is a cryptographically signed message in MIME format.\r\n\r\n",
    "This is a MIME-formatted message.  If you see this text it means that your\r\n\
     E-mail software does not support MIME-formatted messages.\r\n\r\n",
];

/// The boundary lines of a body.
#[derive(Clone, Debug)]
struct Boundaries(Vec<Vec<u8>>);

impl Boundaries {
    /// Whether a line is one of them.
    fn have(&self, line: &[u8]) -> bool {
        let line = line.trim_ascii_end();
        line.starts_with(b"--")
            && self.0.iter().any(|boundary| {
                line.strip_prefix(boundary.as_slice())
                    .is_some_and(|rest| matches!(rest, b"" | b"--"))
            })
    }
}
