//! Lines that were written in another way, all over a body or in some places.
//!
//! What is done to lines stands in tables, one for each idea; a [`Row`] undoes it for one line.

mod beginnings;
mod boundaries;
mod characters;
mod ends;
mod long;
mod one_space;
mod white_space;

pub(in crate::explain::body) use self::boundaries::PREAMBLES;
pub(in crate::explain::body) use self::characters::{of_windows_1252, windows_1252};

use crate::explain::Cause;
use crate::explain::body::undone::{Change, Edit, Edits, Line, Text, Undone, content, in_context};

/// Up to so many lines that a row changes, one of them alone may have been changed.
const MOST_SINGLE: usize = 200;
/// Up to so many, some of them may have been.
const FEW: usize = 24;
/// In longer bodies a change is looked for everywhere alone: each place costs a hash of the rest.
pub(in crate::explain::body) const SHORT: usize = 512 * 1024;
/// What it costs that some of few lines were changed, which is less than that all were and then
/// some of them back; and that one of many was.
const SOME_OF_FEW: u32 = 4;
const ONE_OF_MANY: u32 = 6;

/// Lines that were rewritten.
#[derive(Clone, Copy, Debug)]
pub(in crate::explain::body) enum Lines {
    /// As a row says.
    Rewritten(Told),
    /// The text before the first boundary line (RFC 2046 §5.1.1).
    Preamble,
    /// White space in one place within a line.
    OneSpace,
}

/// How a change to lines is told.
#[derive(Clone, Copy, Debug)]
pub(in crate::explain::body) struct Told {
    pub(in crate::explain::body) cause: Cause,
    /// What was done, as it reads before a number of lines.
    pub(in crate::explain::body) what: &'static str,
    /// The same, where it was not done all over the body.
    pub(in crate::explain::body) in_places: Option<(Cause, &'static str)>,
}

/// Appends what a line was.
type Undo = fn(Line<'_>, &mut Vec<u8>);

/// A change to lines, and how it is undone.
struct Row {
    told: Told,
    cost: u32,
    /// Whether it is seen under `c=relaxed`.
    relaxed: bool,
    undo: Undo,
}

impl Row {
    const fn new(cost: u32, cause: Cause, what: &'static str, undo: Undo) -> Self {
        Self {
            told: Told {
                cause,
                what,
                in_places: None,
            },
            cost,
            relaxed: true,
            undo,
        }
    }

    /// The same with what is told where a part of the lines was changed.
    const fn in_places(mut self, cause: Cause, what: &'static str) -> Self {
        self.told.in_places = Some((cause, what));
        self
    }

    /// White space within or at the end of lines.
    const fn white(cost: u32, what: &'static str, undo: Undo) -> Self {
        Self {
            relaxed: false,
            ..Self::new(cost, Cause::WhitespaceChanged, what, undo)
        }
    }

    /// What undoes it in each of the lines that it changes; not all, where those are many.
    fn edits(&self, text: &[u8]) -> Vec<Edit> {
        let mut edits = Vec::new();
        let mut was = Vec::new();
        let mut start = 0;
        for at in in_context(text) {
            was.clear();
            (self.undo)(at, &mut was);
            if was != at.line {
                edits.push(edit(start, at.line, &was));
                if edits.len() > MOST_SINGLE {
                    break;
                }
            }
            start += at.line.len();
        }
        edits
    }
}

/// What made a line at `start` what it was, without what is the same at its ends.
fn edit(start: usize, line: &[u8], was: &[u8]) -> Edit {
    let same = |(a, b): &(&u8, &u8)| a == b;
    let behind = line.iter().rev().zip(was.iter().rev());
    let behind = behind.take_while(same).count();
    let (line, was) = (&line[..line.len() - behind], &was[..was.len() - behind]);
    let before = line.iter().zip(was).take_while(same).count();
    Edit {
        range: start + before..start + line.len(),
        was: was[before..].to_vec(),
    }
}

/// What a body may have been before its lines were rewritten.
pub(super) fn undo(text: Text<'_>) -> Vec<Undone> {
    let tables = [
        ends::ROWS,
        beginnings::ROWS,
        white_space::ROWS,
        long::ROWS,
        characters::ROWS,
    ];
    let rows = tables.into_iter().flatten();
    let mut found = Vec::new();
    let is_seen = |row: &&Row| row.cost <= text.dearest && (row.relaxed || !text.relaxed);
    let is_short = text.bytes.len() <= SHORT;
    for row in rows.filter(is_seen) {
        // In a long body that a row changes nothing is seen when it is tried.
        let edits = if is_short {
            row.edits(text.bytes)
        } else {
            Vec::new()
        };
        if is_short && edits.is_empty() {
            continue;
        }
        found.push(Undone {
            edits: Edits::Lines(row.undo),
            cost: row.cost,
            change: Change::Lines(Lines::Rewritten(row.told)),
        });
        if text.dearest >= SOME_OF_FEW {
            found.extend(in_places(row.told, &edits));
        }
    }
    found.extend(boundaries::undo(text));
    if is_short && text.dearest >= one_space::COST {
        found.extend(one_space::undo(text));
    }
    found
}

/// Some of the edits that would be done everywhere: each alone, and if they are few, all but one,
/// the first ones and the last.
fn in_places(told: Told, edits: &[Edit]) -> impl Iterator<Item = Undone> {
    let (single, few) = match edits.len() {
        0 | 1 => (0, 0),
        count @ ..=FEW => (count, count),
        count @ ..=MOST_SINGLE => (count, 0),
        _ => (0, 0),
    };
    let cost = if few > 0 { SOME_OF_FEW } else { ONE_OF_MANY };
    let single = (0..single).map(|only| edits[only..=only].to_vec());
    let inner = 1..few.saturating_sub(1);
    let but_one = inner
        .clone()
        .map(|but| [&edits[..but], &edits[but + 1..]].concat());
    let last = inner.map(|start| edits[start..].to_vec());
    let first = (2..few).map(|end| edits[..end].to_vec());
    let all = single.chain(but_one).chain(first).chain(last);
    all.map(move |some| Undone {
        edits: Edits::of(some),
        cost,
        change: Change::Lines(Lines::Rewritten(told)),
    })
}

/// A line's own line end, which may be none.
fn line_end(line: &[u8]) -> &[u8] {
    &line[content(line).len()..]
}

/// Whether a line is of base64, in which nothing has a space at its end, is indented or wrapped.
fn is_base64(at: Line<'_>) -> bool {
    const SHORTEST: usize = 40;
    let digits = |line: &[u8]| {
        let line = content(line);
        let mut bytes = line.iter();
        let all = bytes.all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(byte));
        (all && line.len().is_multiple_of(4)).then_some(line.len())
    };
    let is_full = |line| digits(line).is_some_and(|count| count >= SHORTEST);
    is_full(at.line) || (digits(at.line).is_some() && is_full(at.previous))
}

#[cfg(test)]
mod tests;
