//! Line ends, and what SMTP and mailboxes do at the beginning of lines.

use super::{Line, Rewrite, content};
use crate::explain::Cause;

/// Between CRLF, LF and CR (RFC 5321 §2.3.8).
pub(super) fn ends() -> Vec<Rewrite> {
    let cause = Cause::LineEndingsChanged;
    vec![
        Rewrite::new(cause, "CRLF became a bare LF", |at, out| {
            out.extend_from_slice(content(at.line));
            if at.line.ends_with(b"\n") {
                out.extend_from_slice(b"\r\n");
            }
        }),
        Rewrite::new(cause, "CRLF became CR CR LF", |at, out| {
            replace(at.line, b"\r\r\n", b"\r\n", out);
        }),
        Rewrite::new(cause, "CRLF became a bare CR", |at, out| {
            bare_cr(at.line, b"\r\n", out);
        }),
        Rewrite::new(cause, "bare CRs were put in", |at, out| {
            bare_cr(at.line, b"", out);
        }),
        Rewrite::new(
            cause,
            "a bare CR became CRLF at every line end",
            |at, out| {
                out.extend_from_slice(content(at.line));
                if at.line.ends_with(b"\n") {
                    out.push(b'\r');
                }
            },
        ),
        Rewrite::new(cause, "CR CR LF became CRLF", |at, out| {
            out.extend_from_slice(content(at.line));
            if at.line.ends_with(b"\n") {
                out.extend_from_slice(b"\r\r\n");
            }
        }),
        Rewrite::new(
            cause,
            "CRLF became CRLF CRLF, so that every other line is empty",
            |at, out| {
                if at.number % 2 == 0 || !content(at.line).is_empty() {
                    out.extend_from_slice(at.line);
                }
            },
        )
        .in_places(Cause::WhitespaceChanged, "an empty line was added"),
        Rewrite::new(
            cause,
            "an empty line between two lines was removed everywhere",
            |at, out| {
                out.extend_from_slice(at.line);
                if at.line.ends_with(b"\n") && !at.next.is_empty() {
                    out.extend_from_slice(b"\r\n");
                }
            },
        )
        .in_places(Cause::WhitespaceChanged, "an empty line was removed"),
    ]
}

/// Dots (RFC 5321 §4.5.2) and `From ` (RFC 4155 Appendix A).
pub(super) fn beginnings() -> Vec<Rewrite> {
    let dots = Cause::DotStuffing;
    let from = Cause::FromStuffing;
    vec![
        Rewrite::new(
            dots,
            "the dot at the beginning of lines was doubled",
            |at, out| {
                strip(at.line, b".", |rest| rest.starts_with(b"."), out);
            },
        ),
        Rewrite::new(
            dots,
            "a dot at the beginning of lines was removed",
            |at, out| {
                if at.line.starts_with(b".") {
                    out.push(b'.');
                }
                out.extend_from_slice(at.line);
            },
        ),
        Rewrite::new(
            dots,
            "the dot at the beginning of a line was removed",
            |at, out| {
                out.push(b'.');
                out.extend_from_slice(at.line);
            },
        ),
        Rewrite::new(dots, "a dot was put before lines", |at, out| {
            strip(at.line, b".", |rest| !rest.starts_with(b"."), out);
        }),
        Rewrite::new(
            from,
            "\"From \" at the beginning of lines became \">From \"",
            |at, out| {
                strip(at.line, b">", |rest| rest.starts_with(b"From "), out);
            },
        ),
        Rewrite::new(
            from,
            "\"From \" at the beginning of lines, quoted or not, got a \">\"",
            |at, out| {
                strip(at.line, b">", is_quoted_from, out);
            },
        ),
        Rewrite::new(
            from,
            "\">From \" at the beginning of lines became \"From \"",
            |at, out| {
                if is_quoted_from(at.line) {
                    out.push(b'>');
                }
                out.extend_from_slice(at.line);
            },
        ),
        Rewrite::new(
            from,
            "\"From \" at the beginning of lines got a space before it",
            |at, out| {
                strip(at.line, b" ", |rest| rest.starts_with(b"From "), out);
            },
        ),
    ]
}

/// Appends a line without this at its beginning, if that stands there and before what it should.
fn strip(line: &[u8], prefix: &[u8], before: impl Fn(&[u8]) -> bool, out: &mut Vec<u8>) {
    let rest = line.strip_prefix(prefix).filter(|rest| before(rest));
    out.extend_from_slice(rest.unwrap_or(line));
}

/// Whether a line begins with `From `, with any number of `>` before it.
fn is_quoted_from(line: &[u8]) -> bool {
    let quotes = line.iter().take_while(|octet| **octet == b'>').count();
    line[quotes..].starts_with(b"From ")
}

/// Appends a line with one sequence of octets for another.
pub(in crate::explain::body) fn replace(line: &[u8], from: &[u8], to: &[u8], out: &mut Vec<u8>) {
    let mut rest = line;
    while let Some(at) = memchr::memmem::find(rest, from) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(to);
        rest = &rest[at + from.len()..];
    }
    out.extend_from_slice(rest);
}

/// Appends a line with something else for each CR that is not part of a CRLF.
fn bare_cr(line: &[u8], to: &[u8], out: &mut Vec<u8>) {
    for (at, octet) in line.iter().enumerate() {
        if *octet == b'\r' && line.get(at + 1) != Some(&b'\n') {
            out.extend_from_slice(to);
        } else {
            out.push(*octet);
        }
    }
}

/// Whether a line is blank.
pub(super) fn is_blank(at: Line<'_>) -> bool {
    content(at.line).trim_ascii().is_empty()
}
