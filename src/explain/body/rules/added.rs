//! Stretches that may have been added: at the end, at the beginning, within.
//!
//! Those that bear a mark of what adds them cost least, then whole paragraphs and elements at either
//! end, then lines there, then anything between lines and tags.

mod elements;
mod found;
mod marks;
#[cfg(test)]
mod tests;

use self::found::Found;
use self::marks::Marks;
use crate::explain::body::mime::Media;
use crate::explain::body::undone::{Text, Undone, Where};

/// Lines at the end of a text that may be the first of a footer, and those that begin a block
/// further up.
const FOOTER_LINES: usize = 120;
/// Lines at the beginning that may be the last of a banner.
const BANNER_LINES: usize = 80;
/// Lines beyond these that are hardly so.
const MORE_LINES: usize = 200;
/// Blocks at either end beyond these lines.
const MORE_BLOCKS: usize = 40;
/// Blocks of which each pair is taken.
const MOST_BLOCKS: usize = 26;
/// Stretches between any two lines or tags, the short ones first.
const MOST_WITHIN: usize = 800;
/// Stretches within lines.
const MOST_IN_LINES: usize = 300;

/// The text without what may have been added to it.
pub(super) fn undo(text: Text<'_>) -> Vec<Undone> {
    let mut found = Found::new(text);
    let marks = match text.media {
        Media::Text | Media::Html => Marks::of(text.bytes),
        Media::Other => return Vec::new(),
    };
    let lines = lines(text.bytes, &marks);
    if text.media == Media::Html {
        elements::put(&marks, &lines, &mut found);
    } else {
        footers(&lines, &mut found);
        banners(&lines, &mut found);
        blocks(&lines, &mut found);
        let starts: Vec<_> = lines.iter().map(|line| line.start).collect();
        between(&starts, &mut found);
    }
    in_lines(&lines, &mut found);
    found.undone
}

/// A multipart without what may have been added before its first boundary line, or behind its last.
pub(super) fn undo_around_parts(text: Text<'_>) -> Vec<Undone> {
    let lines = lines(text.bytes, &Marks::of(&[]));
    let is_boundary = |line: &Line| {
        let line = &text.bytes[line.start..line.end];
        let mut known = text.boundaries.iter();
        line.starts_with(b"--") && known.any(|boundary| line.starts_with(boundary))
    };
    let first = lines.iter().position(is_boundary);
    let last = lines.iter().rposition(is_boundary);
    let mut found = Found::new(text);
    if let (Some(first), Some(last)) = (first, last) {
        banners(&lines[..=first], &mut found);
        footers(&lines[last..], &mut found);
        let behind = lines[last].end;
        found.put(Where::End, behind..text.bytes.len(), 1);
    }
    // There is little that is no part.
    for undone in &mut found.undone {
        undone.cost = undone.cost.min(2);
    }
    found.undone
}

/// A line of a text.
struct Line {
    start: usize,
    end: usize,
    is_empty: bool,
    /// Whether it is a rule: `____`, `-- `, `-=-=-=-`.
    is_rule: bool,
    is_marked: bool,
}

/// The lines of a text.
fn lines(text: &[u8], marks: &Marks) -> Vec<Line> {
    /// More are not looked at.
    const MOST: usize = 100_000;
    let mut start = 0;
    let lines = text.split_inclusive(|byte| *byte == b'\n').take(MOST);
    lines
        .map(|line| {
            let range = start..start + line.len();
            start = range.end;
            let said = line.trim_ascii();
            // Of quoted-printable too: `=3D` is a `=`.
            let is_rule = [
                &b"--"[..],
                b"__",
                b"==",
                b"**",
                b"##",
                b"~~",
                b"-=",
                b"=3D=3D",
            ];
            Line {
                start: range.start,
                end: range.end,
                is_empty: said.is_empty(),
                is_rule: is_rule.iter().any(|rule| said.starts_with(rule)),
                // `[EXTERNAL]`, `[Advertisement: …]`.
                is_marked: said.starts_with(b"[") || marks.are_in(&range),
            }
        })
        .collect()
}

/// Whether a block begins with this line.
fn begins_block(lines: &[Line], at: usize) -> bool {
    let line = &lines[at];
    at == 0 || line.is_empty || line.is_rule || lines[at - 1].is_empty
}

/// Lines at the end.
fn footers(lines: &[Line], found: &mut Found<'_>) {
    let mut blocks = 0;
    // Whether the block that begins behind bears a mark, or the rest of one that began before.
    let (mut is_marked, mut rest_is_marked) = (false, false);
    for (number, at) in (1..lines.len()).rev().enumerate() {
        let line = &lines[at];
        let is_block = begins_block(lines, at);
        if !line.is_empty {
            let goes_on = lines
                .get(at + 1)
                .is_some_and(|next| !next.is_empty && !next.is_rule);
            rest_is_marked = line.is_marked || (goes_on && rest_is_marked);
            is_marked = line.is_rule || rest_is_marked;
        }
        let cost = match (is_block, number) {
            _ if is_marked && (is_block || line.is_marked) => 1,
            (true, _) if blocks < 2 => 2,
            (true, _) if blocks < 12 => 3,
            (_, ..20) => 4,
            _ => 5,
        };
        let is_far = number >= FOOTER_LINES;
        blocks += usize::from(is_block && (is_far || !line.is_empty));
        // A mark far from the end is one of the author's own words.
        let cost = if number < FOOTER_LINES && blocks < 12 {
            cost
        } else {
            cost.max(3)
        };
        if is_far && blocks >= MORE_BLOCKS {
            return;
        }
        if is_block || !is_far {
            found.put_end(line.start, cost);
        }
    }
}

/// Lines at the beginning.
fn banners(lines: &[Line], found: &mut Found<'_>) {
    let mut blocks = 0;
    let mut is_marked = false;
    for at in 0..lines.len().saturating_sub(1) {
        let line = &lines[at];
        is_marked |= line.is_marked;
        let is_end = line.is_empty || begins_block(lines, at + 1);
        let cost = match (is_end, at) {
            (true, _) if is_marked && blocks < 3 => 1,
            _ if line.is_marked && at < 3 => 1,
            (true, _) if blocks < 2 => 2,
            (true, _) if blocks < 12 => 3,
            (_, ..20) => 4,
            _ => 5,
        };
        let is_far = at >= BANNER_LINES;
        blocks += usize::from(line.is_empty || (is_far && is_end));
        if is_far && blocks >= MORE_BLOCKS {
            return;
        }
        if is_end || !is_far {
            found.put(Where::Beginning, 0..line.end, cost);
        } else if at < BANNER_LINES + MORE_LINES {
            found.put(Where::Beginning, 0..line.end, 6);
        }
    }
}

/// Blocks within: one that bears a mark, and those between any two.
fn blocks(lines: &[Line], found: &mut Found<'_>) {
    let edges: Vec<_> = (1..lines.len())
        .filter(|at| begins_block(lines, *at))
        .collect();
    for pair in edges.windows(2) {
        let is_marked = lines[pair[0]..pair[1]].iter().any(|line| line.is_marked);
        if is_marked {
            let start = lines[pair[0]].start;
            found.put(Where::Within, start..lines[pair[1]].start, 3);
            // With the empty line behind it.
            let behind = lines.get(pair[1] + 1).filter(|_| lines[pair[1]].is_empty);
            if let Some(behind) = behind {
                found.put(Where::Within, start..behind.start, 3);
            }
        }
        if found.undone.len() > MOST_WITHIN {
            return;
        }
    }
    let few = &edges[..edges.len().min(MOST_BLOCKS)];
    for (number, start) in few.iter().enumerate() {
        for end in &few[number + 1..] {
            found.put(Where::Within, lines[*start].start..lines[*end].start, 6);
        }
    }
}

/// What is between any two of these places, the nearest first.
fn between(edges: &[usize], found: &mut Found<'_>) {
    let mut left = if found.dearest < 6 { 0 } else { MOST_WITHIN };
    for apart in 1..edges.len() {
        for pair in edges.windows(apart + 1) {
            if left == 0 {
                return;
            }
            left -= 1;
            if let [start, .., end] = pair {
                let (at, cost) = match *start {
                    0 => (Where::Beginning, 6),
                    _ => (Where::Within, 7),
                };
                found.put(at, *start..*end, cost);
            }
        }
    }
}

/// Words at the end of the last line, at the beginning of the first, and at the ends of others.
fn in_lines(lines: &[Line], found: &mut Found<'_>) {
    /// Words at the end of a line.
    const FEW: usize = 3;
    if found.dearest < 7 {
        return;
    }
    let text = found.text;
    let content = |line: &Line| line.start + text[line.start..line.end].trim_ascii_end().len();
    let most = found.undone.len() + MOST_IN_LINES;
    let said = lines.iter().rev().filter(|line| !line.is_empty);
    for (number, line) in said.enumerate() {
        let end = content(line);
        if found.undone.len() > most {
            return;
        }
        let place = if number == 0 {
            Where::End
        } else {
            Where::Within
        };
        let words = memchr::memrchr_iter(b' ', &text[line.start..end]);
        let words = words
            .map(|at| line.start + at)
            .filter(|at| *at > line.start);
        let most = if number == 0 { usize::MAX } else { FEW };
        for at in words.take(most.min(MOST_IN_LINES / 2)) {
            found.put(place, at..end, 7);
        }
        if number == 0 {
            let bytes = (line.start + 1..end).rev().take(MOST_IN_LINES / 4);
            for at in bytes {
                found.put(place, at..end, 7);
            }
        }
    }
    let first = lines.iter().find(|line| !line.is_empty);
    let words = first.into_iter().flat_map(|line| {
        let spaces = memchr::memchr_iter(b' ', &text[line.start..content(line)]);
        spaces.take(MOST_IN_LINES / 8).map(|at| line.start + at + 1)
    });
    for end in words.collect::<Vec<_>>() {
        found.put(Where::Beginning, 0..end, 7);
    }
}
