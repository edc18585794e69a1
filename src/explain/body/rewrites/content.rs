//! White space within lines, and characters.

use super::line_ends::{is_blank, replace};
use super::{Line, Rewrite, content};
use crate::explain::Cause;
use crate::syntax::folding::is_wsp;

/// The rewrites of what stands in lines.
pub(super) fn rewrites() -> Vec<Rewrite> {
    let mut all = at_ends();
    all.extend(within());
    all.extend(characters());
    all
}

/// White space at the end of lines: one space more than there was, or all of it.
pub(super) fn trailing() -> [Rewrite; 2] {
    let cause = Cause::WhitespaceChanged;
    let one = "a space was put at the end of lines";
    let all = "white space was put at the end of lines";
    [
        Rewrite::new(cause, one, |at, out| {
            let text = content(at.line);
            out.extend_from_slice(text.strip_suffix(b" ").unwrap_or(text));
            out.extend_from_slice(line_end(at.line));
        }),
        Rewrite::new(cause, all, |at, out| {
            out.extend_from_slice(content(at.line).trim_ascii_end());
            out.extend_from_slice(line_end(at.line));
        }),
    ]
}

/// What was removed at line ends, and lines of nothing else.
fn at_ends() -> Vec<Rewrite> {
    let cause = Cause::WhitespaceChanged;
    vec![
        Rewrite::new(
            cause,
            "the space behind a signature's \"--\" was removed",
            |at, out| {
                put_with(at, content(at.line) == b"--", b" ", out);
            },
        ),
        Rewrite::new(
            cause,
            "a space at the end of lines that go on was removed (format=flowed)",
            |at, out| {
                let text = content(at.line);
                let flows = !text.is_empty() && !content(at.next).trim_ascii().is_empty();
                put_with(at, flows, b" ", out);
            },
        ),
        Rewrite::new(
            cause,
            "a space at the end of all lines was removed",
            |at, out| {
                put_with(at, !content(at.line).is_empty(), b" ", out);
            },
        ),
        Rewrite::new(
            cause,
            "a space in otherwise empty lines was removed",
            |at, out| {
                put_with(at, content(at.line).is_empty(), b" ", out);
            },
        ),
        Rewrite::new(
            cause,
            "empty lines at the beginning were removed",
            |at, out| {
                if at.number == 0 {
                    out.extend_from_slice(b"\r\n");
                }
                out.extend_from_slice(at.line);
            },
        ),
    ]
}

/// White space elsewhere.
fn within() -> Vec<Rewrite> {
    let cause = Cause::WhitespaceChanged;
    vec![
        Rewrite::new(cause, "a space was put before lines", |at, out| {
            out.extend_from_slice(at.line.strip_prefix(b" ").unwrap_or(at.line));
        }),
        Rewrite::new(
            cause,
            "a space was put before lines that begin with white space, \">\" or \"From \" (format=flowed)",
            |at, out| {
                let line = at.line.strip_prefix(b" ").filter(|rest| {
                    rest.starts_with(b" ") || rest.starts_with(b">") || rest.starts_with(b"From ")
                });
                out.extend_from_slice(line.unwrap_or(at.line));
            },
        ),
        Rewrite::new(cause, "white space was put before lines", |at, out| {
            if is_blank(at) {
                out.extend_from_slice(at.line);
            } else {
                out.extend_from_slice(at.line.trim_ascii_start());
            }
        }),
        Rewrite::new(cause, "a space before all lines was removed", |at, out| {
            if !is_blank(at) {
                out.push(b' ');
            }
            out.extend_from_slice(at.line);
        }),
        Rewrite::new(
            cause,
            "TABs became spaces, up to the next column of eight",
            |at, out| {
                unexpand(at.line, Runs::Whole, out);
            },
        ),
        Rewrite::new(
            cause,
            "TABs, some with spaces behind them, became spaces, up to the next column of eight",
            |at, out| {
                unexpand(at.line, Runs::Any, out);
            },
        ),
        Rewrite::new(
            cause,
            "TABs at the beginning of lines became spaces, up to the next column of eight",
            |at, out| {
                unexpand(at.line, Runs::Leading, out);
            },
        ),
        Rewrite::new(cause, "each TAB became eight spaces", |at, out| {
            replace(at.line, b"        ", b"\t", out);
        }),
        Rewrite::new(cause, "each TAB became four spaces", |at, out| {
            replace(at.line, b"    ", b"\t", out);
        }),
        Rewrite::new(cause, "each TAB became a space", |at, out| {
            let blanks = at.line.iter().take_while(|octet| **octet == b' ').count();
            out.extend(std::iter::repeat_n(b'\t', blanks));
            out.extend_from_slice(&at.line[blanks..]);
        }),
        Rewrite::new(
            cause,
            "spaces became TABs, up to the next column of eight",
            |at, out| {
                expand(at.line, out);
            },
        ),
        Rewrite::new(cause, "a space became a TAB", |at, out| {
            replace(at.line, b"\t", b" ", out);
        }),
        Rewrite::new(
            cause,
            "no-break spaces became spaces of the common kind, or the other way round",
            |at, out| {
                replace(at.line, "\u{a0}".as_bytes(), b" ", out);
            },
        ),
    ]
}

/// Other characters.
fn characters() -> Vec<Rewrite> {
    let cause = Cause::TransferEncodingChanged;
    vec![
        Rewrite::new(
            cause,
            "the text was converted from ISO-8859-1 to UTF-8",
            |at, out| {
                let text = std::str::from_utf8(at.line).ok();
                let latin1 = text.and_then(to_latin1);
                out.extend_from_slice(latin1.as_deref().unwrap_or(at.line));
            },
        ),
        Rewrite::new(
            cause,
            "the text was converted from UTF-8 to ISO-8859-1",
            |at, out| {
                out.extend_from_slice(&to_utf8(at.line));
            },
        ),
        Rewrite::new(
            Cause::ContentInserted,
            "a byte order mark was put at the beginning",
            |at, out| {
                let line = Some(at.line).filter(|_| at.number == 0);
                let line = line.and_then(|line| line.strip_prefix("\u{feff}".as_bytes()));
                out.extend_from_slice(line.unwrap_or(at.line));
            },
        ),
    ]
}

/// A line's own line end, which may be none.
fn line_end(line: &[u8]) -> &[u8] {
    &line[content(line).len()..]
}

/// Appends a line, with something at its end if `wanted`.
fn put_with(at: Line<'_>, wanted: bool, more: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(content(at.line));
    let end = line_end(at.line);
    if wanted && !end.is_empty() {
        out.extend_from_slice(more);
    }
    out.extend_from_slice(end);
}

/// Appends a line with spaces for its TABs.
fn expand(line: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    for octet in line {
        if *octet == b'\t' {
            let column = out.len() - start;
            out.extend(std::iter::repeat_n(b' ', 8 - column % 8));
        } else {
            out.push(*octet);
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
        let blanks = line[at..].iter().take_while(|octet| is_wsp(**octet));
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

/// A text in ISO-8859-1; `None` if that has not all of its characters.
pub(in crate::explain::body) fn to_latin1(text: &str) -> Option<Vec<u8>> {
    let octets = text.chars().map(|each| u8::try_from(u32::from(each)).ok());
    octets.collect()
}

/// Octets of ISO-8859-1 in UTF-8.
pub(in crate::explain::body) fn to_utf8(latin1: &[u8]) -> Vec<u8> {
    let text: String = latin1.iter().copied().map(char::from).collect();
    text.into_bytes()
}
