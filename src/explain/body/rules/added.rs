//! Stretches that may have been added: at the end, at the beginning, within.
//!
//! Those that bear a mark of what adds them cost least, then whole paragraphs and elements at either
//! end, then lines there, then anything between lines and tags.

mod elements;
mod found;
mod marks;
#[cfg(test)]
mod tests;

use std::ops::Range;

use self::found::Found;
use self::marks::Marks;
use crate::explain::body::mime::Media;
use crate::explain::body::undone::{Text, Undone, Where, lines as lines_of};

/// Edges that are gone through from either end, and those of whole blocks beyond them.
const MOST_EDGES: usize = 120;
const MOST_BLOCKS: usize = 80;
/// Blocks near an end, and so near that a mark among them is hardly one of the author's own words.
const NEAR: usize = 14;
const NEAREST: usize = 6;
/// Whole blocks within, those that bear a mark, and stretches between any two edges.
const MOST_WITHIN: usize = 400;
const MOST_MARKED: usize = 80;
const MOST_BETWEEN: usize = 800;
/// Ends of blocks in a row up to which stretches go, with a line end and without: some four blocks.
const MOST_IN_A_ROW: usize = 8;
/// A block within that bears a mark is no longer.
const LONGEST_MARKED: usize = 16 * 1024;

/// The text without what may have been added to it.
pub(super) fn undo(text: Text<'_>) -> Vec<Undone> {
    let mut found = Found::new(text);
    match text.media {
        Media::Text => in_text(text.bytes, &mut found),
        Media::Html => elements::put(text.bytes, &mut found),
        Media::Other => {}
    }
    found.undone
}

/// A multipart without what may have been added before its first boundary line, or behind its last.
pub(super) fn undo_around_parts(text: Text<'_>) -> Vec<Undone> {
    let lines = lines(text.bytes);
    let is_boundary = |line: &Line| {
        let line = &text.bytes[line.range.clone()];
        let mut known = text.boundaries.iter();
        line.starts_with(b"--") && known.any(|boundary| line.starts_with(boundary))
    };
    let first = lines.iter().position(is_boundary);
    let last = lines.iter().rposition(is_boundary);
    let mut found = Found::new(text);
    if let (Some(first), Some(last)) = (first, last) {
        let marks = Marks::of(&[]);
        from_start(0, &starts_of_lines(&lines[..=first]), &marks, &mut found);
        let behind = &lines[last + 1..];
        from_end(
            text.bytes.len(),
            &starts_of_lines(behind),
            &marks,
            &mut found,
        );
        found.put(Where::End, lines[last].range.end..text.bytes.len(), 1);
    }
    // There is little that is no part.
    for undone in &mut found.undone {
        undone.cost = undone.cost.min(2);
    }
    found.undone
}

/// A place in a text where something that was added may begin or end.
#[derive(Clone, Copy)]
struct Edge {
    at: usize,
    /// Whether whole blocks are on either side: paragraphs, or elements.
    is_of_block: bool,
}

/// A line of a text.
struct Line {
    range: Range<usize>,
    is_empty: bool,
    /// Whether it begins as what systems add: `____`, `-- `, `-=-=-=-`, `[EXTERNAL]`.
    is_marked: bool,
}

/// The lines of a text.
fn lines(text: &[u8]) -> Vec<Line> {
    /// More are not looked at.
    const MOST: usize = 100_000;
    /// Of quoted-printable too: `=3D` is a `=`.
    const BEGINNINGS: [&[u8]; 9] = [
        b"--", b"__", b"==", b"**", b"##", b"~~", b"-=", b"=3D=3D", b"[",
    ];
    let mut end = 0;
    let each = |line: &[u8]| {
        let start = end;
        end += line.len();
        let said = line.trim_ascii();
        Line {
            range: start..end,
            is_empty: said.is_empty(),
            is_marked: BEGINNINGS
                .iter()
                .any(|beginning| said.starts_with(beginning)),
        }
    };
    lines_of(text).take(MOST).map(each).collect()
}

/// Where lines begin: blocks, with the empty lines before them and without.
fn starts_of_lines(lines: &[Line]) -> Vec<Edge> {
    let edge = |(at, line): (usize, &Line)| Edge {
        at: line.range.start,
        is_of_block: at == 0 || line.is_empty || line.is_marked || lines[at - 1].is_empty,
    };
    lines.iter().enumerate().map(edge).collect()
}

fn in_text(text: &[u8], found: &mut Found<'_>) {
    let lines = lines(text);
    let mut marks = Marks::of(text);
    marks.add(
        lines
            .iter()
            .filter(|line| line.is_marked)
            .map(|line| line.range.start),
    );
    let mut edges = starts_of_lines(&lines);
    // A line that bears a mark is a block of its own.
    for at in 0..lines.len() {
        if marks.are_in(&lines[at].range) {
            edges[at].is_of_block = true;
            if let Some(behind) = edges.get_mut(at + 1) {
                behind.is_of_block = true;
            }
        }
    }
    from_end(text.len(), &edges, &marks, found);
    from_start(0, &edges, &marks, found);
    let blocks = edges.iter().filter(|edge| edge.is_of_block);
    let blocks: Vec<_> = blocks.map(|edge| edge.at).collect();
    let row = |at: usize| {
        let ends = blocks[at + 1..].iter().copied().take(MOST_IN_A_ROW);
        (blocks[at], ends.collect())
    };
    let mut rows: Vec<_> = (0..blocks.len()).map(row).collect();
    // Empty lines belong to what is before them.
    rows.sort_by_key(|(start, _)| text[*start..].starts_with(b"\r\n"));
    within(&rows, 3, &marks, found);
    between(&edges, found);
    in_lines(&lines, found);
}

/// What is behind these edges, up to this place.
fn from_end(end: usize, edges: &[Edge], marks: &Marks, found: &mut Found<'_>) {
    for (at, cost) in likely(edges.iter().rev(), |at| marks.are_in(&(at..end))) {
        found.put_end(at, end, cost);
    }
}

/// What is before these edges, from this place on.
fn from_start(start: usize, edges: &[Edge], marks: &Marks, found: &mut Found<'_>) {
    for (at, cost) in likely(edges.iter(), |at| marks.are_in(&(start..at))) {
        found.put(Where::Beginning, start..at, cost);
    }
}

/// Edges, the nearest to an end first, with what it costs that something was added up to them there;
/// `is_marked`: whether that bears a mark.
fn likely<'e>(
    edges: impl Iterator<Item = &'e Edge>,
    is_marked: impl Fn(usize) -> bool,
) -> impl Iterator<Item = (usize, u32)> {
    // A block with the line end beside it and without is one.
    let mut last = None;
    let numbered = edges.enumerate().scan(0, move |blocks, (number, edge)| {
        let is_beside = last.is_some_and(|last| edge.at.abs_diff(last) <= 2);
        if edge.is_of_block && !is_beside {
            last = Some(edge.at);
            *blocks += 1;
        }
        (*blocks <= MOST_BLOCKS).then_some((number, blocks.saturating_sub(1), edge))
    });
    let near = numbered.filter(|(number, _, edge)| edge.is_of_block || *number < MOST_EDGES);
    near.map(move |(number, blocks, edge)| {
        let cost = match (edge.is_of_block, number, blocks) {
            (true, _, ..NEAREST) if is_marked(edge.at) => 1,
            (true, _, ..4) => 2,
            (true, _, ..NEAR) => 3,
            (_, ..20, _) => 4,
            _ => 5,
        };
        (edge.at, cost)
    })
}

/// Whole blocks within, given as where each begins, and where it and those behind it end; one that
/// bears a mark has this cost.
fn within(rows: &[(usize, Vec<usize>)], cost_of_marked: u32, marks: &Marks, found: &mut Found<'_>) {
    let (mut left, mut left_marked) = (MOST_WITHIN, MOST_MARKED);
    for length in 0..MOST_IN_A_ROW {
        for (start, ends) in rows {
            let Some(end) = ends.get(length) else {
                continue;
            };
            let range = *start..*end;
            // One block, with the line end behind it or without.
            let is_one = length < 2 && range.len() < LONGEST_MARKED;
            let (left, cost) = if is_one && marks.are_in(&range) {
                (&mut left_marked, cost_of_marked)
            } else {
                (&mut left, 6)
            };
            if let Some(less) = left.checked_sub(1) {
                *left = less;
                found.put(Where::Within, range, cost);
            }
        }
    }
}

/// What is between any two of these edges, the nearest first.
fn between(edges: &[Edge], found: &mut Found<'_>) {
    let most = if found.dearest < 7 { 0 } else { MOST_BETWEEN };
    let edges = &edges[..edges.len().min(most)];
    let pairs = (1..edges.len()).flat_map(|apart| edges.windows(apart + 1));
    for pair in pairs.take(most) {
        if let [start, .., end] = pair {
            found.put(Where::Within, start.at..end.at, 7);
        }
    }
}

/// Words at the end of the last line, and at the beginning of the first.
fn in_lines(lines: &[Line], found: &mut Found<'_>) {
    /// So many of each.
    const MOST: usize = 100;
    if found.dearest < 7 {
        return;
    }
    let text = found.text;
    let mut said = lines
        .iter()
        .filter(|line| !line.is_empty)
        .map(|line| line.range.clone());
    let (Some(first), last) = (said.next(), said.next_back()) else {
        return;
    };
    let last = last.unwrap_or(first.clone());
    for at in memchr::memchr_iter(b' ', &text[first.clone()]).take(MOST) {
        found.put(Where::Beginning, 0..first.start + at + 1, 7);
    }
    let end = last.start + text[last.clone()].trim_ascii_end().len();
    for at in memchr::memrchr_iter(b' ', &text[last.start..end]).take(MOST) {
        found.put(Where::End, last.start + at..end, 7);
    }
}
