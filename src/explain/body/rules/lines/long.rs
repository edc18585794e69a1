//! Lines that were cut because they are longer than a server sends (RFC 5321 §4.5.3.1.6), and text
//! that was wrapped.

use super::{Row, content, is_base64};
use crate::explain::Cause;
use crate::explain::body::undone::Line;

const CAUSE: Cause = Cause::LinesRewrapped;

/// Nothing, where a byte would be put.
const NONE: u8 = 0;
/// A length that is not known.
const ANY: usize = 0;

/// Sendmail puts `!` before the cut and a space behind it, Postfix the space alone, others nothing.
pub(super) static ROWS: &[Row] = &[
    Row::new(
        2,
        CAUSE,
        "lines were cut after 998 bytes, with a space before the rest",
        cut::<998, NONE, b' '>,
    ),
    Row::new(
        2,
        CAUSE,
        "lines were cut after 998 bytes",
        cut::<998, NONE, NONE>,
    ),
    Row::new(
        2,
        CAUSE,
        "lines were cut after 990 bytes, with \"!\" there and a space before the rest",
        cut::<990, b'!', b' '>,
    ),
    Row::new(
        2,
        CAUSE,
        "lines were cut after 990 bytes, with a space before the rest",
        cut::<990, NONE, b' '>,
    ),
    Row::new(
        2,
        CAUSE,
        "lines were cut after 990 bytes",
        cut::<990, NONE, NONE>,
    ),
    Row::new(
        2,
        CAUSE,
        "lines were cut after 1000 bytes",
        cut::<1000, NONE, NONE>,
    ),
    Row::new(
        2,
        CAUSE,
        "lines were cut after 2048 bytes, with a space before the rest",
        cut::<2048, NONE, b' '>,
    ),
    Row::new(
        2,
        CAUSE,
        "lines were cut after 2048 bytes",
        cut::<2048, NONE, NONE>,
    ),
    Row::new(
        2,
        CAUSE,
        "lines were cut after 1024 bytes",
        cut::<1024, NONE, NONE>,
    ),
    Row::new(
        3,
        CAUSE,
        "long lines were cut, with \"!\" there and a space before the rest",
        cut::<ANY, b'!', b' '>,
    ),
    Row::new(
        3,
        CAUSE,
        "long lines were cut, with a space before the rest",
        cut::<ANY, NONE, b' '>,
    ),
    Row::new(3, CAUSE, "long lines were cut", cut::<ANY, NONE, NONE>),
    Row::new(
        4,
        CAUSE,
        "text was wrapped to lines of 70 characters",
        unwrap::<70>,
    ),
    Row::new(
        3,
        CAUSE,
        "text was wrapped to lines of 72 characters",
        unwrap::<72>,
    ),
    Row::new(
        4,
        CAUSE,
        "text was wrapped to lines of 74 characters",
        unwrap::<74>,
    ),
    Row::new(
        4,
        CAUSE,
        "text was wrapped to lines of 75 characters",
        unwrap::<75>,
    ),
    Row::new(
        3,
        CAUSE,
        "text was wrapped to lines of 76 characters",
        unwrap::<76>,
    ),
    Row::new(
        3,
        CAUSE,
        "text was wrapped to lines of 78 characters",
        unwrap::<78>,
    ),
    Row::new(
        3,
        CAUSE,
        "text was wrapped to lines of 80 characters",
        unwrap::<80>,
    ),
];

/// Appends a line without the cuts at its beginning and at its end: those after so many bytes, with
/// what stands before the cut and behind it.
fn cut<const LENGTH: usize, const BEFORE: u8, const BEHIND: u8>(at: Line<'_>, out: &mut Vec<u8>) {
    /// Where it is not known at which length.
    const LEAST: usize = 900;
    let is_full = |line: &[u8]| match LENGTH {
        ANY => line.len() >= LEAST,
        _ => line.len() == LENGTH,
    };
    let is_cut = |line: &[u8], next: &[u8]| {
        !next.is_empty()
            && is_full(content(line))
            && (BEFORE == NONE || content(line).last() == Some(&BEFORE))
            && (BEHIND == NONE || next.first() == Some(&BEHIND))
    };
    let mut line = at.line;
    if is_cut(at.previous, at.line) {
        line = &line[usize::from(BEHIND != NONE)..];
    }
    if is_cut(at.line, at.next) {
        let kept = content(line);
        line = &kept[..kept.len() - usize::from(BEFORE != NONE).min(kept.len())];
    }
    out.extend_from_slice(line);
}

/// Appends a line with a space for its line end, if it ends where it does because the first word of
/// the next did not fit.
fn unwrap<const WIDTH: usize>(at: Line<'_>, out: &mut Vec<u8>) {
    let (line, next) = (content(at.line), content(at.next));
    let word = memchr::memchr(b' ', next).unwrap_or(next.len());
    let fits = line.len() + 1 + word <= WIDTH;
    if word > 0 && !line.is_empty() && line.len() <= WIDTH && !fits && !is_base64(at) {
        out.extend_from_slice(line);
        out.push(b' ');
    } else {
        out.extend_from_slice(at.line);
    }
}
