//! What is around the boundary lines of a multipart: empty lines, and text that nobody is shown
//! (RFC 2046 §5.1.1).

use super::{Lines, Told, in_places};
use crate::explain::Cause;
use crate::explain::body::undone::{
    Change, Edit, Edits, Text, Undone, content, in_context, is_blank,
};

/// What mail programs write before the first boundary line.
pub(in crate::explain::body) const PREAMBLES: [&str; 7] = [
    "",
    "\r\n",
    "This is a multi-part message in MIME format.\r\n",
    "This is a multi-part message in MIME format.\r\n\r\n",
    "This is a multipart message in MIME format.\r\n\r\n",
    "This is a cryptographically signed message in MIME format.\r\n\r\n",
    "This is a MIME-formatted message.  If you see this text it means that your\r\n\
     E-mail software does not support MIME-formatted messages.\r\n\r\n",
];

const ADDED: Told = Told {
    cause: Cause::TrailingLinesChanged,
    what: "an empty line was added before boundary lines",
    in_places: None,
};
const REMOVED: Told = Told {
    cause: Cause::TrailingLinesChanged,
    what: "an empty line before boundary lines was removed",
    in_places: None,
};

/// Boundary lines of which more are left as they are.
const MOST: usize = 1_000;

/// What a body in parts may have been, by its boundary lines.
pub(super) fn undo(text: Text<'_>) -> Vec<Undone> {
    let (mut added, mut removed) = (Vec::new(), Vec::new());
    let mut first = None;
    let mut start = 0;
    for at in in_context(text.bytes) {
        if is_boundary(at.line, text.boundaries) {
            first = first.or(Some(start));
            if content(at.previous).is_empty() && !at.previous.is_empty() {
                added.push(Edit::added(start - at.previous.len()..start));
            }
            if removed.len() > MOST {
                break;
            }
            removed.push(Edit {
                range: start..start,
                was: b"\r\n".to_vec(),
            });
        }
        start += at.line.len();
    }
    let Some(first) = first.filter(|_| removed.len() <= MOST) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for (told, edits) in [(ADDED, added), (REMOVED, removed)] {
        found.extend(in_places(told, &edits));
        if !edits.is_empty() {
            found.push(Undone {
                edits: Edits::of(edits),
                cost: 2,
                change: Change::Lines(Lines::Rewritten(told)),
            });
        }
    }
    let is = &text.bytes[..first];
    let others = PREAMBLES.iter().filter(|was| was.as_bytes() != is);
    found.extend(others.map(|was| Undone {
        edits: Edits::of(vec![Edit {
            range: 0..first,
            was: was.as_bytes().to_vec(),
        }]),
        cost: if is_blank(was.as_bytes()) { 2 } else { 3 },
        change: Change::Lines(Lines::Preamble),
    }));
    found
}

/// Whether a line is one of the boundary lines.
fn is_boundary(line: &[u8], boundaries: &[Vec<u8>]) -> bool {
    let line = line.trim_ascii_end();
    line.starts_with(b"--")
        && boundaries.iter().any(|boundary| {
            let rest = line.strip_prefix(boundary.as_slice());
            rest.is_some_and(|rest| matches!(rest, b"" | b"--"))
        })
}
