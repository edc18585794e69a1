//! Lines that were cut because they are longer than a server sends (RFC 5321 §4.5.3.1.6).

use super::{Line, Rewrite, content};
use crate::explain::Cause;

/// Lengths at which lines are cut, without the line end, and what stands before the cut and behind
/// it: Sendmail puts `!` before it and a space behind it, Postfix the space alone, others nothing.
const CUTS: [(usize, &[u8], &[u8], &str); 9] = [
    (
        998,
        b"",
        b" ",
        "lines were cut after 998 octets, with a space before the rest",
    ),
    (998, b"", b"", "lines were cut after 998 octets"),
    (
        990,
        b"!",
        b" ",
        "lines were cut after 990 octets, with \"!\" there and a space before the rest",
    ),
    (
        990,
        b"",
        b" ",
        "lines were cut after 990 octets, with a space before the rest",
    ),
    (990, b"", b"", "lines were cut after 990 octets"),
    (1000, b"", b"", "lines were cut after 1000 octets"),
    (
        2048,
        b"",
        b" ",
        "lines were cut after 2048 octets, with a space before the rest",
    ),
    (2048, b"", b"", "lines were cut after 2048 octets"),
    (1024, b"", b"", "lines were cut after 1024 octets"),
];

/// The rewrites that join lines.
pub(super) fn rewrites() -> Vec<Rewrite> {
    let cause = Cause::LinesRewrapped;
    let mut all: Vec<_> = CUTS
        .into_iter()
        .map(|(length, before, behind, what)| {
            Rewrite::new(cause, what, move |at, out| {
                join(at, before, behind, &|line| line.len() == length, out);
            })
        })
        .collect();
    // Where it is not known at which length.
    let marked: fn(&[u8]) -> bool = |line| line.len() >= 900;
    all.push(Rewrite::new(
        cause,
        "long lines were cut, with \"!\" there and a space before the rest",
        move |at, out| {
            join(at, b"!", b" ", &marked, out);
        },
    ));
    all.push(Rewrite::new(
        cause,
        "long lines were cut, with a space before the rest",
        move |at, out| {
            join(at, b"", b" ", &marked, out);
        },
    ));
    all.push(Rewrite::new(
        cause,
        "long lines were cut",
        move |at, out| {
            join(at, b"", b"", &marked, out);
        },
    ));
    all.extend(WRAPPED.into_iter().map(|(width, what)| {
        Rewrite::new(cause, what, move |at, out| {
            let text = content(at.line);
            if is_wrapped(text, content(at.next), width) {
                out.extend_from_slice(text);
                out.push(b' ');
            } else {
                out.extend_from_slice(at.line);
            }
        })
    }));
    all
}

/// Lengths that text is wrapped to, at spaces.
const WRAPPED: [(usize, &str); 6] = [
    (72, "text was wrapped to lines of 72 characters"),
    (74, "text was wrapped to lines of 74 characters"),
    (75, "text was wrapped to lines of 75 characters"),
    (76, "text was wrapped to lines of 76 characters"),
    (78, "text was wrapped to lines of 78 characters"),
    (80, "text was wrapped to lines of 80 characters"),
];

/// Whether a line ends where it does because the first word of the next did not fit.
fn is_wrapped(line: &[u8], next: &[u8], width: usize) -> bool {
    let word = next
        .split(|octet| *octet == b' ')
        .next()
        .unwrap_or_default();
    let fits = line.len() + 1 + word.len() <= width;
    !word.is_empty() && !line.is_empty() && line.len() <= width && !fits
}

/// Appends a line without the cuts at its beginning and at its end.
fn join(
    at: Line<'_>,
    before: &[u8],
    behind: &[u8],
    is_full: &dyn Fn(&[u8]) -> bool,
    out: &mut Vec<u8>,
) {
    let is_cut = |line: &[u8], next: &[u8]| {
        !next.is_empty()
            && is_full(content(line))
            && content(line).ends_with(before)
            && next.starts_with(behind)
    };
    let mut line = at.line;
    if is_cut(at.previous, at.line) {
        line = &line[behind.len()..];
    }
    if is_cut(at.line, at.next) {
        let kept = content(line);
        line = kept.strip_suffix(before).unwrap_or(kept);
    }
    out.extend_from_slice(line);
}
