//! What SMTP and mailboxes do at the beginning of lines: dots (RFC 5321 §4.5.2) and `From `
//! (RFC 4155 Appendix A).

use super::{Row, Undo};
use crate::explain::Cause;

pub(super) static ROWS: &[Row] = &[
    dots(
        2,
        "the dot at the beginning of lines was doubled",
        |at, out| {
            strip(at.line, b".", |rest| rest.starts_with(b"."), out);
        },
    ),
    dots(
        2,
        "a dot at the beginning of lines was removed",
        |at, out| {
            put(at.line.starts_with(b"."), b'.', at.line, out);
        },
    ),
    dots(
        4,
        "the dot at the beginning of a line was removed",
        |at, out| {
            put(true, b'.', at.line, out);
        },
    ),
    dots(3, "a dot was put before lines", |at, out| {
        strip(at.line, b".", |rest| !rest.starts_with(b"."), out);
    }),
    from(
        2,
        "\"From \" at the beginning of lines became \">From \"",
        |at, out| strip(at.line, b">", |rest| rest.starts_with(b"From "), out),
    ),
    from(
        3,
        "\"From \" at the beginning of lines, quoted or not, got a \">\"",
        |at, out| strip(at.line, b">", is_quoted_from, out),
    ),
    from(
        2,
        "\">From \" at the beginning of lines became \"From \"",
        |at, out| put(is_quoted_from(at.line), b'>', at.line, out),
    ),
    from(
        3,
        "\"From \" at the beginning of lines got a space before it",
        |at, out| strip(at.line, b" ", |rest| rest.starts_with(b"From "), out),
    ),
];

const fn dots(cost: u32, what: &'static str, undo: Undo) -> Row {
    Row::new(cost, Cause::DotStuffing, what, undo)
}

const fn from(cost: u32, what: &'static str, undo: Undo) -> Row {
    Row::new(cost, Cause::FromStuffing, what, undo)
}

/// Appends a line without this at its beginning, if that stands there and before what it should.
fn strip(line: &[u8], prefix: &[u8], before: impl Fn(&[u8]) -> bool, out: &mut Vec<u8>) {
    let rest = line.strip_prefix(prefix).filter(|rest| before(rest));
    out.extend_from_slice(rest.unwrap_or(line));
}

/// Appends a line with this before it if `wanted`.
fn put(wanted: bool, prefix: u8, line: &[u8], out: &mut Vec<u8>) {
    out.extend(wanted.then_some(prefix));
    out.extend_from_slice(line);
}

/// Whether a line begins with `From `, with any number of `>` before it.
fn is_quoted_from(line: &[u8]) -> bool {
    let quotes = line.iter().take_while(|byte| **byte == b'>').count();
    line[quotes..].starts_with(b"From ")
}
