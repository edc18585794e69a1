//! Line ends: CRLF, LF and CR (RFC 5321 §2.3.8), and how many there are.

use super::{Row, Undo, content, line_end};
use crate::explain::Cause;
use crate::explain::body::undone::{Line, replace};

pub(super) static ROWS: &[Row] = &[
    ends(1, "CRLF became a bare LF", |at, out| {
        ended(at.line, b"\r\n", out);
    }),
    ends(1, "CRLF became CR CR LF", |at, out| {
        replace(at.line, b"\r\r\n", b"\r\n", out);
    }),
    ends(1, "CRLF became a bare CR", |at, out| {
        bare_cr(at.line, b"\r\n", out);
    }),
    ends(4, "bare CRs were put in", |at, out| {
        bare_cr(at.line, b"", out);
    }),
    ends(4, "a bare CR became CRLF at every line end", |at, out| {
        ended(at.line, b"\r", out);
    }),
    ends(4, "CR CR LF became CRLF", |at, out| {
        ended(at.line, b"\r\r\n", out);
    }),
    ends(
        2,
        "CRLF became CRLF CRLF, so that every other line is empty",
        |at, out| keep(at.number % 2 == 0 || !is_empty(at.line), at, out),
    )
    .in_places(LINES, ADDED),
    ends(
        3,
        "an empty line between two lines was removed everywhere",
        |at, out| behind(!at.next.is_empty(), at, out),
    )
    .in_places(LINES, REMOVED),
    empty(4, "empty lines were added", |at, out| {
        keep(!is_empty(at.line), at, out);
    })
    .in_places(LINES, ADDED),
    empty(3, "empty lines were doubled", |at, out| {
        keep(!is_empty(at.line) || !is_empty(at.previous), at, out);
    })
    .in_places(LINES, ADDED),
    empty(
        3,
        "one of two empty lines was removed everywhere",
        |at, out| {
            behind(is_empty(at.line) && !is_empty(at.previous), at, out);
        },
    )
    .in_places(LINES, REMOVED),
    empty(
        3,
        "empty lines were removed between lines that are not empty",
        |at, out| {
            let is_between = !is_empty(at.line) && !at.next.is_empty() && !is_empty(at.next);
            behind(is_between, at, out);
        },
    ),
    empty(3, "empty lines at the beginning were removed", |at, out| {
        let before: &[u8] = if at.number == 0 { b"\r\n" } else { b"" };
        out.extend_from_slice(before);
        out.extend_from_slice(at.line);
    }),
    empty(3, "an empty line was added at the beginning", |at, out| {
        keep(at.number > 0 || !is_empty(at.line), at, out);
    }),
];

const LINES: Cause = Cause::WhitespaceChanged;
const ADDED: &str = "an empty line was added";
const REMOVED: &str = "an empty line was removed";

/// A change to line ends.
const fn ends(cost: u32, what: &'static str, undo: Undo) -> Row {
    Row::new(cost, Cause::LineEndingsChanged, what, undo)
}

/// A change to empty lines.
const fn empty(cost: u32, what: &'static str, undo: Undo) -> Row {
    Row::new(cost, LINES, what, undo)
}

/// Whether a line has nothing but its line end.
fn is_empty(line: &[u8]) -> bool {
    !line.is_empty() && content(line).is_empty()
}

/// Appends a line with this line end, if it has one.
fn ended(line: &[u8], end: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(content(line));
    let has_end = !line_end(line).is_empty();
    out.extend_from_slice(if has_end { end } else { b"" });
}

/// Appends a line if it `was` there.
fn keep(was: bool, at: Line<'_>, out: &mut Vec<u8>) {
    out.extend_from_slice(if was { at.line } else { b"" });
}

/// Appends a line, with an empty one behind it if that `was` there.
fn behind(was: bool, at: Line<'_>, out: &mut Vec<u8>) {
    out.extend_from_slice(at.line);
    let was = was && !line_end(at.line).is_empty();
    out.extend_from_slice(if was { b"\r\n" } else { b"" });
}

/// Appends a line with something else for each CR that is not part of a CRLF.
fn bare_cr(line: &[u8], to: &[u8], out: &mut Vec<u8>) {
    for (at, byte) in line.iter().enumerate() {
        if *byte == b'\r' && line.get(at + 1) != Some(&b'\n') {
            out.extend_from_slice(to);
        } else {
            out.push(*byte);
        }
    }
}
