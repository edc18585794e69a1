//! What is between the parts of a multipart: empty lines, and text that nobody is shown.

use super::super::mime::Structure;
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
    let what = "text before the first boundary line was added";
    all.push(Rewrite::new(
        Cause::ContentPrepended,
        what,
        move |at, out| {
            if at.number >= first {
                out.extend_from_slice(at.line);
            }
        },
    ));
    let what = "the text before the first boundary line was changed or removed";
    for text in PREAMBLES {
        all.push(Rewrite::new(
            Cause::TransferEncodingChanged,
            what,
            move |at, out| {
                if at.number == first {
                    out.extend_from_slice(text.as_bytes());
                }
                if at.number >= first {
                    out.extend_from_slice(at.line);
                }
            },
        ));
    }
    all
}

/// What mail programs write before the first boundary line.
const PREAMBLES: [&str; 6] = [
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
