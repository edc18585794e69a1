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
    cut::<998, NONE, b' '>("lines were cut after 998 bytes, with a space before the rest"),
    cut::<998, NONE, NONE>("lines were cut after 998 bytes"),
    cut::<990, b'!', b' '>(
        "lines were cut after 990 bytes, with \"!\" there and a space before the rest",
    ),
    cut::<990, NONE, b' '>("lines were cut after 990 bytes, with a space before the rest"),
    cut::<990, NONE, NONE>("lines were cut after 990 bytes"),
    cut::<1000, NONE, NONE>("lines were cut after 1000 bytes"),
    cut::<2048, NONE, b' '>("lines were cut after 2048 bytes, with a space before the rest"),
    cut::<2048, NONE, NONE>("lines were cut after 2048 bytes"),
    cut::<1024, NONE, NONE>("lines were cut after 1024 bytes"),
    cut::<ANY, b'!', b' '>("long lines were cut, with \"!\" there and a space before the rest"),
    cut::<ANY, NONE, b' '>("long lines were cut, with a space before the rest"),
    cut::<ANY, NONE, NONE>("long lines were cut"),
    wrapped::<72>("text was wrapped to lines of no more than 72 characters"),
    wrapped::<76>("text was wrapped to lines of no more than 76 characters"),
    wrapped::<78>("text was wrapped to lines of no more than 78 characters"),
    wrapped::<80>("text was wrapped to lines of no more than 80 characters"),
    wrapped::<70>("text was wrapped to lines of no more than 70 characters"),
    wrapped::<74>("text was wrapped to lines of no more than 74 characters"),
    wrapped::<75>("text was wrapped to lines of no more than 75 characters"),
];

const fn cut<const LENGTH: usize, const BEFORE: u8, const BEHIND: u8>(what: &'static str) -> Row {
    let cost = if LENGTH == ANY { 3 } else { 2 };
    Row::new(cost, CAUSE, what, join::<LENGTH, BEFORE, BEHIND>)
}

const fn wrapped<const WIDTH: usize>(what: &'static str) -> Row {
    Row::new(3, CAUSE, what, unwrap::<WIDTH>)
}

/// Appends a line without the cuts at its beginning and at its end: those after so many bytes, with
/// what stands before the cut and behind it.
fn join<const LENGTH: usize, const BEFORE: u8, const BEHIND: u8>(at: Line<'_>, out: &mut Vec<u8>) {
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
