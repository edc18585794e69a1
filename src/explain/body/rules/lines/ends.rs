//! Line ends: CRLF, LF and CR (RFC 5321 §2.3.8), and how many there are.

use super::{Row, content, replace};
use crate::explain::Cause;

const CAUSE: Cause = Cause::LineEndingsChanged;

pub(super) static ROWS: &[Row] = &[
    Row::new(1, CAUSE, "CRLF became a bare LF", |at, out| {
        out.extend_from_slice(content(at.line));
        if at.line.ends_with(b"\n") {
            out.extend_from_slice(b"\r\n");
        }
    }),
    Row::new(1, CAUSE, "CRLF became CR CR LF", |at, out| {
        replace(at.line, b"\r\r\n", b"\r\n", out);
    }),
    Row::new(1, CAUSE, "CRLF became a bare CR", |at, out| {
        bare_cr(at.line, b"\r\n", out);
    }),
    Row::new(4, CAUSE, "bare CRs were put in", |at, out| {
        bare_cr(at.line, b"", out);
    }),
    Row::new(
        4,
        CAUSE,
        "a bare CR became CRLF at every line end",
        |at, out| {
            out.extend_from_slice(content(at.line));
            if at.line.ends_with(b"\n") {
                out.push(b'\r');
            }
        },
    ),
    Row::new(4, CAUSE, "CR CR LF became CRLF", |at, out| {
        out.extend_from_slice(content(at.line));
        if at.line.ends_with(b"\n") {
            out.extend_from_slice(b"\r\r\n");
        }
    }),
    Row::new(
        2,
        CAUSE,
        "CRLF became CRLF CRLF, so that every other line is empty",
        |at, out| {
            if at.number % 2 == 0 || !content(at.line).is_empty() {
                out.extend_from_slice(at.line);
            }
        },
    )
    .in_places(Cause::WhitespaceChanged, "an empty line was added"),
    Row::new(
        3,
        CAUSE,
        "an empty line between two lines was removed everywhere",
        |at, out| {
            out.extend_from_slice(at.line);
            if at.line.ends_with(b"\n") && !at.next.is_empty() {
                out.extend_from_slice(b"\r\n");
            }
        },
    )
    .in_places(Cause::WhitespaceChanged, "an empty line was removed"),
    Row::new(
        4,
        Cause::WhitespaceChanged,
        "empty lines were added",
        |at, out| {
            if !content(at.line).is_empty() {
                out.extend_from_slice(at.line);
            }
        },
    )
    .in_places(Cause::WhitespaceChanged, "an empty line was added"),
    Row::new(
        3,
        Cause::WhitespaceChanged,
        "empty lines were doubled",
        |at, out| {
            if !content(at.line).is_empty() || !is_empty(at.previous) {
                out.extend_from_slice(at.line);
            }
        },
    )
    .in_places(Cause::WhitespaceChanged, "an empty line was added"),
    Row::new(
        3,
        Cause::WhitespaceChanged,
        "one of two empty lines was removed everywhere",
        |at, out| {
            if is_empty(at.line) && !is_empty(at.previous) {
                out.extend_from_slice(at.line);
            }
            out.extend_from_slice(at.line);
        },
    )
    .in_places(Cause::WhitespaceChanged, "an empty line was removed"),
    Row::new(
        3,
        Cause::WhitespaceChanged,
        "empty lines were removed between lines that are not empty",
        |at, out| {
            out.extend_from_slice(at.line);
            let is_last = at.next.is_empty() || is_empty(at.next);
            if at.line.ends_with(b"\n") && !is_empty(at.line) && !is_last {
                out.extend_from_slice(b"\r\n");
            }
        },
    ),
    Row::new(
        3,
        Cause::WhitespaceChanged,
        "empty lines at the beginning were removed",
        |at, out| {
            if at.number == 0 {
                out.extend_from_slice(b"\r\n");
            }
            out.extend_from_slice(at.line);
        },
    ),
    Row::new(
        3,
        Cause::WhitespaceChanged,
        "an empty line was added at the beginning",
        |at, out| {
            if at.number > 0 || !content(at.line).is_empty() {
                out.extend_from_slice(at.line);
            }
        },
    ),
];

/// Whether a line has nothing but its line end.
fn is_empty(line: &[u8]) -> bool {
    !line.is_empty() && content(line).is_empty()
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
