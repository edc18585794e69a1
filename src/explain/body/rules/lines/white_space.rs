//! White space within lines and at their ends, all over a text.

use super::{Row, content, is_base64, line_end};
use crate::explain::Cause;
use crate::explain::body::undone::{Line, is_blank, replace};
use crate::syntax::folding::is_wsp;

const CAUSE: Cause = Cause::WhitespaceChanged;

pub(super) static ROWS: &[Row] = &[
    Row::white(1, "a space was put at the end of lines", |at, out| {
        // That of a signature's "-- " was there before.
        let text = Some(content(at.line)).filter(|text| *text != b"-- ");
        let kept = text.and_then(|text| text.strip_suffix(b" "));
        out.extend_from_slice(kept.unwrap_or(content(at.line)));
        out.extend_from_slice(line_end(at.line));
    }),
    Row::white(2, "white space was put at the end of lines", |at, out| {
        out.extend_from_slice(content(at.line).trim_ascii_end());
        out.extend_from_slice(line_end(at.line));
    }),
    Row::white(
        2,
        "the space behind a signature's \"--\" was removed",
        |at, out| put_with(at, content(at.line) == b"--", out),
    ),
    Row::white(
        3,
        "a space at the end of lines that go on was removed (format=flowed)",
        |at, out| put_with(at, !is_blank(at.line) && !is_blank(at.next), out),
    ),
    Row::white(
        4,
        "a space at the end of all lines was removed",
        |at, out| {
            put_with(at, !content(at.line).is_empty(), out);
        },
    ),
    Row::white(
        3,
        "a space in otherwise empty lines was removed",
        |at, out| put_with(at, content(at.line).is_empty(), out),
    ),
    Row::new(3, CAUSE, "a space was put before lines", |at, out| {
        out.extend_from_slice(at.line.strip_prefix(b" ").unwrap_or(at.line));
    })
    .in_places(CAUSE, "a space was put before some lines"),
    Row::new(
        3,
        CAUSE,
        "a space was put before lines that begin with white space, \">\" or \"From \" (format=flowed)",
        |at, out| {
            let line = at.line.strip_prefix(b" ").filter(|rest| {
                rest.starts_with(b" ") || rest.starts_with(b">") || rest.starts_with(b"From ")
            });
            out.extend_from_slice(line.unwrap_or(at.line));
        },
    ),
    Row::new(4, CAUSE, "white space was put before lines", |at, out| {
        let line = Some(at.line).filter(|line| !is_blank(line));
        out.extend_from_slice(line.map_or(at.line, <[u8]>::trim_ascii_start));
    }),
    Row::new(
        4,
        CAUSE,
        "a space before all lines was removed",
        |at, out| {
            out.extend((!is_blank(at.line) && !is_base64(at)).then_some(b' '));
            out.extend_from_slice(at.line);
        },
    )
    .in_places(CAUSE, "a space before some lines was removed"),
    Row::white(
        3,
        "TABs became spaces, up to the next column of eight",
        |at, out| unexpand(at.line, Runs::Whole, out),
    ),
    Row::white(
        4,
        "TABs, some with spaces behind them, became spaces, up to the next column of eight",
        |at, out| unexpand(at.line, Runs::Any, out),
    ),
    Row::white(
        3,
        "TABs at the beginning of lines became spaces, up to the next column of eight",
        |at, out| unexpand(at.line, Runs::Leading, out),
    ),
    Row::white(4, "each TAB became eight spaces", |at, out| {
        replace(at.line, b"        ", b"\t", out);
    }),
    Row::white(4, "each TAB became four spaces", |at, out| {
        replace(at.line, b"    ", b"\t", out);
    }),
    Row::white(4, "each TAB became a space", |at, out| {
        let blanks = at.line.iter().take_while(|byte| **byte == b' ').count();
        out.extend(std::iter::repeat_n(b'\t', blanks));
        out.extend_from_slice(&at.line[blanks..]);
    }),
    Row::white(
        3,
        "spaces became TABs, up to the next column of eight",
        |at, out| expand(at.line, out),
    ),
    Row::white(3, "a space became a TAB", |at, out| {
        replace(at.line, b"\t", b" ", out);
    }),
];

/// Appends a line, with a space at its end if `wanted`.
fn put_with(at: Line<'_>, wanted: bool, out: &mut Vec<u8>) {
    out.extend_from_slice(content(at.line));
    let end = line_end(at.line);
    out.extend((wanted && !end.is_empty() && !is_base64(at)).then_some(b' '));
    out.extend_from_slice(end);
}

/// Appends a line with spaces for its TABs.
fn expand(line: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    for byte in line {
        if *byte == b'\t' {
            let column = out.len() - start;
            out.extend(std::iter::repeat_n(b' ', 8 - column % 8));
        } else {
            out.push(*byte);
        }
    }
}

/// Which runs of blanks may have been TABs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Runs {
    /// Those that end at a column of eight, as TABs do.
    Whole,
    /// Those that go beyond one as well: the rest were spaces.
    Any,
    /// Those at the beginning of lines.
    Leading,
}

/// Appends a line with TABs for runs of two and more blanks, up to the last column of eight.
fn unexpand(line: &[u8], runs: Runs, out: &mut Vec<u8>) {
    let mut at = 0;
    while at < line.len() {
        let blanks = line[at..].iter().take_while(|byte| is_wsp(**byte));
        let end = at + blanks.count();
        let column = end - end % 8;
        let wanted = match runs {
            Runs::Whole => end == column,
            Runs::Any => true,
            Runs::Leading => at == 0,
        };
        if end == at {
            out.push(line[at]);
            at += 1;
        } else if wanted && end - at > 1 && column > at {
            out.extend((at / 8..column / 8).map(|_| b'\t'));
            out.extend_from_slice(&line[column..end]);
            at = end;
        } else {
            out.extend_from_slice(&line[at..end]);
            at = end;
        }
    }
}
