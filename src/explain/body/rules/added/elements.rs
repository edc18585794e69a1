//! Elements of HTML that may have been added.

use super::found::Found;
use super::marks::Marks;
use super::{BANNER_LINES, Line, MOST_WITHIN, between};
use crate::explain::body::rules::tags::{self, Tag};
use crate::explain::body::undone::Where;

/// Elements that bear a mark, anywhere.
const MOST_MARKED: usize = 40;
/// Tags and lines at either end.
const MOST_EDGES: usize = 80;
/// Elements anywhere.
const MOST_ELEMENTS: usize = 400;
/// An element that bears a mark is no longer.
const LONGEST: usize = 16 * 1024;

/// Adds the stretches that may have been added to HTML.
pub(super) fn put(marks: &Marks, lines: &[Line], found: &mut Found<'_>) {
    let tags = tags::tags(found.text);
    outside(&tags, found);
    let starts = beginnings(&tags, found.text);
    let ends = ends(&tags, found);
    for start in &starts {
        let stretches = tags::ends_of_elements(&tags, *start).into_iter();
        let stretches = stretches.flat_map(|end| with_line_ends(found.text, end));
        for (number, end) in stretches.collect::<Vec<_>>().into_iter().enumerate() {
            let cost = likely(marks.are_in(&(*start..end)), number);
            found.put(Where::Beginning, *start..end, cost);
        }
    }
    for (from, end) in &ends {
        let stretches = tags::starts_of_elements(&tags, *end).into_iter();
        let stretches = stretches.filter(|start| start >= from);
        let stretches = stretches.flat_map(|start| {
            // The line end behind what is before belongs to that.
            let before = found.text[..start].strip_suffix(b"\r\n");
            std::iter::once(start).chain(before.map(<[u8]>::len))
        });
        for (number, start) in stretches.collect::<Vec<_>>().into_iter().enumerate() {
            let cost = likely(marks.are_in(&(start..*end)), number);
            put_end(start, *end, cost, found);
        }
    }
    commented(&tags, marks, found);
    marked(&tags, marks, found);
    let edges = edges(&tags, lines, found.text.len());
    for (from, end) in ends {
        let first = edges.partition_point(|edge| *edge < from);
        let before = edges.partition_point(|edge| *edge < end).max(first);
        for (number, start) in edges[first..before]
            .iter()
            .rev()
            .take(MOST_EDGES)
            .enumerate()
        {
            put_end(*start, end, if number < 20 { 4 } else { 5 }, found);
        }
    }
    for start in starts {
        let behind = edges.partition_point(|edge| *edge <= start);
        for (number, end) in edges[behind..].iter().take(BANNER_LINES).enumerate() {
            let cost = if number < 20 { 4 } else { 5 };
            found.put(Where::Beginning, start..*end, cost);
        }
    }
    anywhere(&tags, found);
    between(&edges[..edges.len().min(MOST_WITHIN)], found);
}

/// Elements anywhere, one or a few in a row.
fn anywhere(tags: &[Tag], found: &mut Found<'_>) {
    const MOST_IN_A_ROW: usize = 4;
    let most = found.undone.len() + MOST_ELEMENTS;
    let first = tags.iter().filter(|tag| tag.begins()).take(MOST_ELEMENTS);
    let first: Vec<_> = first.map(|tag| tag.range.start).collect();
    let rows: Vec<_> = first
        .iter()
        .map(|start| tags::ends_of_elements(tags, *start))
        .collect();
    for length in 0..MOST_IN_A_ROW {
        for (start, row) in first.iter().zip(&rows) {
            let Some(end) = row.get(length) else {
                continue;
            };
            for end in with_line_ends(found.text, *end).take(2).collect::<Vec<_>>() {
                found.put(Where::Within, *start..end, 6);
            }
            if found.undone.len() > most {
                return;
            }
        }
    }
}

/// What whole elements at an end cost.
const fn likely(is_marked: bool, number: usize) -> u32 {
    match number {
        _ if is_marked => 1,
        0..4 => 2,
        _ => 3,
    }
}

/// A stretch before one of the ends.
fn put_end(start: usize, end: usize, cost: u32, found: &mut Found<'_>) {
    if end == found.text.len() || end == found.core {
        found.put_end(start, cost);
    } else {
        found.put(Where::End, start..end, cost);
    }
}

/// What is before the HTML, and behind it.
fn outside(tags: &[Tag], found: &mut Found<'_>) {
    let is = |tag: &Tag, name: &[u8]| tag.name == name;
    let first = tags
        .iter()
        .find(|tag| is(tag, b"html") || is(tag, b"!doctype"));
    if let Some(first) = first {
        found.put(Where::Beginning, 0..first.range.start, 1);
    }
    let last = tags.iter().rfind(|tag| is(tag, b"html") && !tag.begins());
    let Some(last) = last else {
        return;
    };
    for start in with_line_ends(found.text, last.range.end).collect::<Vec<_>>() {
        found.put_end(start, 1);
    }
}

/// A place, and those behind the next two line ends if they are there.
fn with_line_ends(text: &[u8], at: usize) -> impl Iterator<Item = usize> + use<> {
    let line_ends = text[at..]
        .chunks(2)
        .take(2)
        .take_while(|two| two == b"\r\n");
    (0..=line_ends.count()).map(move |count| at + 2 * count)
}

/// Where the text of HTML may begin: behind the tag of its body, or at once.
fn beginnings(tags: &[Tag], text: &[u8]) -> Vec<usize> {
    let body = tags.iter().find(|tag| tag.name == b"body" && tag.begins());
    let start = body.map_or(0, |tag| tag.range.end);
    with_line_ends(text, start).take(2).collect()
}

/// Where it may end: before the end of its body, of the HTML, or of the text; and where what was
/// added before that may begin.
fn ends(tags: &[Tag], found: &Found<'_>) -> Vec<(usize, usize)> {
    let mut from = tags.iter().find(|tag| tag.name == b"body" && tag.begins());
    let mut ends = Vec::new();
    for name in [&b"body"[..], b"html"] {
        let closing = tags.iter().rfind(|tag| tag.name == name && !tag.begins());
        if let Some(closing) = closing {
            ends.push((from.map_or(0, |tag| tag.range.end), closing.range.start));
            from = Some(closing);
        }
    }
    let from = ends.last().and(from).map_or(0, |tag| tag.range.end);
    ends.extend([(from, found.core), (from, found.text.len())]);
    ends.dedup();
    ends
}

/// Where tags and lines begin and end.
fn edges(tags: &[Tag], lines: &[Line], end: usize) -> Vec<usize> {
    let of_tags = tags.iter().flat_map(|tag| [tag.range.start, tag.range.end]);
    let of_lines = lines.iter().map(|line| line.start);
    let mut edges: Vec<_> = of_tags.chain(of_lines).chain([end]).collect();
    edges.sort_unstable();
    edges.dedup();
    edges
}

/// What is between two comments that bear a mark: `<!-- BannerStart --> … <!-- BannerEnd -->`.
fn commented(tags: &[Tag], marks: &Marks, found: &mut Found<'_>) {
    const MOST: usize = 16;
    let comments = tags.iter().filter(|tag| tag.name.is_empty());
    let comments: Vec<_> = comments
        .filter(|tag| marks.are_in(&tag.range))
        .take(MOST)
        .collect();
    for (number, first) in comments.iter().enumerate() {
        for last in &comments[number + 1..] {
            for end in with_line_ends(found.text, last.range.end).collect::<Vec<_>>() {
                found.put(Where::Within, first.range.start..end, 1);
            }
        }
    }
}

/// Whole elements that bear a mark.
fn marked(tags: &[Tag], marks: &Marks, found: &mut Found<'_>) {
    let whole = tags.iter().filter(|tag| tag.begins());
    let ranges = whole.map(|tag| tag.range.start..tag.end_in(tags));
    let marked = ranges.filter(|range| range.len() < LONGEST && marks.are_in(range));
    for range in marked.take(MOST_MARKED) {
        for end in with_line_ends(found.text, range.end).collect::<Vec<_>>() {
            found.put(Where::Within, range.start..end, 2);
        }
    }
}
