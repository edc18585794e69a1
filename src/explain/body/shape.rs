//! What systems do to the parts of a multipart as a whole: one is added, or all that was there is
//! put into one.

use std::ops::Range;

use super::appended::is_white;
use super::mime::Structure;
use super::quotation::quote_parts;
use super::story::{Story, count, size};
use crate::explain::Cause;

/// Boundary lines of a multipart that are looked at.
const MOST_LINES: usize = 64;
/// Multiparts, one within the other, that are looked at.
const MOST_MULTIPARTS: usize = 2;
/// Parts that may be the whole body: the first, or one behind a banner.
const MOST_UNWRAPPED: usize = 3;
/// Of the last parts, it is tried whether the empty line before them is another.
const MOST_VARIED: usize = 2;

/// What was done to a body as a whole.
#[derive(Clone, Debug)]
pub(super) enum Shape {
    /// A part was added: what is from one boundary line to the next.
    Added {
        lines: Lines,
        /// Its number among the parts, from 0.
        at: usize,
        before: EmptyLine,
    },
    /// The body was put into a multipart, as one of its parts.
    Wrapped {
        parts: Vec<Outer>,
        /// How many there are before the last that are not among `parts`.
        more: usize,
        at: usize,
    },
}

/// Where the boundary lines of one multipart begin.
type Lines = std::rc::Rc<[usize]>;

/// What happened to an empty line before a part that was added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EmptyLine {
    Kept,
    Removed,
    Added,
}

/// A part of the outermost multipart, which may be a multipart itself.
#[derive(Clone, Debug)]
pub(super) struct Outer {
    /// Its header with the empty line behind it.
    pub(super) header: Range<usize>,
    /// What is behind, up to the boundary line.
    pub(super) content: Range<usize>,
}

impl Shape {
    /// What may have been done, each with its cost.
    pub(super) fn all_of(structure: &Structure, body: &[u8]) -> Vec<(u32, Self)> {
        let mut shapes = Vec::new();
        for boundary in 0..MOST_MULTIPARTS {
            let lines = structure.lines_of(boundary).take(MOST_LINES);
            let lines: Lines = lines.map(|line| line.range.start).collect();
            let parts = lines.len().saturating_sub(1);
            for (rank, at) in (0..parts).rev().enumerate() {
                let added = |before| Self::Added {
                    lines: lines.clone(),
                    at,
                    before,
                };
                let cost = if rank == 0 { 1 } else { 4 };
                shapes.push((cost, added(EmptyLine::Kept)));
                if rank < MOST_VARIED {
                    shapes.push((cost + 2, added(EmptyLine::Removed)));
                    if body[..lines[at]].ends_with(b"\n\r\n") {
                        shapes.push((cost + 2, added(EmptyLine::Added)));
                    }
                }
            }
        }
        let (parts, more) = outer_parts(structure, body);
        for (cost, at) in (1..).zip(0..parts.len().min(MOST_UNWRAPPED)) {
            if !is_white(&body[parts[at].content.clone()]) {
                let parts = parts.clone();
                shapes.push((cost, Self::Wrapped { parts, more, at }));
            }
        }
        shapes
    }

    /// The body as it was, in pieces.
    pub(super) fn undo<'b>(&self, body: &'b [u8]) -> Vec<&'b [u8]> {
        match self {
            Self::Added { lines, at, before } => {
                let (start, rest) = (lines[*at], &body[lines[at + 1]..]);
                match before {
                    EmptyLine::Kept => vec![&body[..start], rest],
                    EmptyLine::Removed => vec![&body[..start], b"\r\n", rest],
                    EmptyLine::Added => vec![&body[..start - 2], rest],
                }
            }
            Self::Wrapped { parts, at, .. } => vec![&body[parts[*at].content.clone()]],
        }
    }

    /// The header fields that the body then has, if those are not the message's.
    pub(super) fn header<'b>(&self, body: &'b [u8]) -> Option<&'b [u8]> {
        match self {
            Self::Added { .. } => None,
            Self::Wrapped { parts, at, .. } => Some(&body[parts[*at].header.clone()]),
        }
    }

    /// What is told of it; `is_all`: whether nothing else was done.
    pub(super) fn stories(&self, body: &[u8], is_all: bool) -> Vec<Story> {
        match self {
            Self::Added { lines, at, before } => {
                let what = match before {
                    EmptyLine::Kept => None,
                    EmptyLine::Removed => Some("removed"),
                    EmptyLine::Added => Some("added"),
                };
                let line = what.map(|what| {
                    let detail = format!("an empty line before that part was {what}");
                    Story::new(Cause::TrailingLinesChanged, detail)
                });
                std::iter::once(added(body, lines, *at))
                    .chain(line)
                    .collect()
            }
            Self::Wrapped { parts, more, at } => vec![wrapped(body, parts, *more, *at, is_all)],
        }
    }
}

/// Tells of the part between two boundary lines.
fn added(body: &[u8], lines: &[usize], at: usize) -> Story {
    let parts = lines.len() - 1;
    let part = &body[lines[at]..lines[at + 1]];
    let line = memchr::memchr(b'\n', part).map_or(part.len(), |line_feed| line_feed + 1);
    let text = &part[line..];
    let (cause, place) = if at + 1 == parts {
        (Cause::ContentAppended, "at the end of the multipart")
    } else if at == 0 {
        (Cause::ContentPrepended, "at the beginning of the multipart")
    } else {
        (Cause::ContentInserted, "within the multipart")
    };
    let detail = format!(
        "a part was added {place}, as number {} of {}, {}: {}",
        at + 1,
        count(parts, "part"),
        size(text),
        quote_parts(std::iter::once(text), 0)
    );
    Story::new(cause, detail)
}

/// Tells of a body that is now one part among others.
fn wrapped(body: &[u8], parts: &[Outer], more: usize, at: usize, is_all: bool) -> Story {
    let signed = if is_all {
        "the body as it was signed"
    } else {
        "the body that was signed"
    };
    let mut detail = format!(
        "the message was wrapped in a multipart: part {} of {} is {signed}",
        at + 1,
        parts.len() + more,
    );
    let (before, behind) = (&parts[..at], &parts[at + 1..]);
    for (others, more, place) in [(before, 0, "before"), (behind, more, "after")] {
        if !others.is_empty() {
            let texts = others
                .iter()
                .map(|other| &body[other.header.start..other.content.end]);
            detail += &format!(
                ", with {} {place} it: {}",
                count(others.len() + more, "part"),
                quote_parts(texts, more)
            );
        }
    }
    let cause = match (before, behind) {
        (_, [_, ..]) => Cause::ContentAppended,
        ([_, ..], []) => Cause::ContentPrepended,
        ([], []) => Cause::ContentInserted,
    };
    Story::new(cause, detail)
}

/// A multipart's own parts, each up to its boundary line: the first ones and the last, and how
/// many there are between.
fn outer_parts(structure: &Structure, body: &[u8]) -> (Vec<Outer>, usize) {
    /// Parts that are kept.
    const MOST: usize = 16;
    let mut parts = Vec::new();
    let mut more = 0;
    let mut lines = structure.lines_of(0).peekable();
    while let Some(line) = lines.next() {
        let end = lines.peek().map_or(body.len(), |next| next.range.start);
        let Some(content) = line.content else {
            continue;
        };
        if parts.len() >= MOST {
            parts.pop();
            more += 1;
        }
        parts.push(Outer {
            header: line.range.end..content,
            content: content..end,
        });
    }
    (parts, more)
}
