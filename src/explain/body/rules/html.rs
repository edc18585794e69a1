//! What gateways and programs that write HTML anew do to it, besides a block of text.

mod anew;
#[cfg(test)]
mod tests;

use std::ops::Range;

use super::tags::{self, Kind, Tag};
use crate::explain::body::mime::Media;
use crate::explain::body::undone::{Change, Edit, Edits, Text, Undone, Where};

pub(in crate::explain::body) use self::anew::Markup;

/// Elements of one name that are looked at.
const MOST: usize = 8;
/// Elements that stand around all, one in the other: a table with its row and its cell.
const MOST_AROUND: usize = 6;
/// A head is no longer.
const LONGEST: usize = 64 * 1024;

/// Elements that are put into HTML, and what each costs.
const ELEMENTS: &[(&str, u32)] = &[
    ("meta", 1),
    ("base", 1),
    ("!doctype", 2),
    ("style", 2),
    ("head", 2),
    ("", 3),
];
/// Attributes that are given to links, and what each costs.
const ATTRIBUTES: &[(&[u8], u32)] = &[
    (b" originalsrc=\"", 2),
    (b" shash=\"", 2),
    (b" data-auth=\"", 2),
    (b" data-linkindex=\"", 2),
    (b" data-ogsb=\"", 2),
    (b" data-ogsc=\"", 2),
    (b" data-saferedirecturl=\"", 2),
    (b" rel=\"", 3),
    (b" target=\"", 3),
];

/// HTML as it may have been.
pub(super) fn undo(text: Text<'_>) -> Vec<Undone> {
    if text.media != Media::Html {
        return Vec::new();
    }
    let tags = tags::tags(text.bytes);
    let mut undone = Vec::new();
    elements(text.bytes, &tags, &mut undone);
    pixels(text.bytes, &tags, &mut undone);
    around(text.bytes, &tags, &mut undone);
    attributes(text.bytes, &tags, &mut undone);
    anew::put(text.bytes, &tags, &mut undone);
    undone.retain(|each| each.cost <= text.dearest);
    undone
}

/// The text without these stretches, if it has any.
fn put(
    at: Where,
    cost: u32,
    ranges: impl IntoIterator<Item = Range<usize>>,
    undone: &mut Vec<Undone>,
) {
    let edits: Vec<_> = ranges.into_iter().map(Edit::added).collect();
    if !edits.is_empty() {
        undone.push(Undone {
            edits: Edits::Some(edits),
            cost,
            change: Change::Added(at),
        });
    }
}

/// A stretch alone, with the line end behind it, and with the one before it.
fn with_line_ends(text: &[u8], range: Range<usize>) -> Vec<Range<usize>> {
    let Range { start, end } = range;
    let behind = text[end..].starts_with(b"\r\n").then_some(start..end + 2);
    let before = text[..start].strip_suffix(b"\r\n");
    let before = before.map(|before| before.len()..end);
    std::iter::once(range).chain(behind).chain(before).collect()
}

/// Elements that are put in by what sends on: each by itself, and all of one name.
fn elements(text: &[u8], tags: &[Tag], undone: &mut Vec<Undone>) {
    for (name, cost) in ELEMENTS {
        let own = tags
            .iter()
            .filter(|tag| tag.begins() && tag.name == name.as_bytes());
        let ranges = own.map(|tag| tag.range.start..tag.end_in(tags));
        let ranges: Vec<_> = ranges
            .filter(|range| range.len() < LONGEST)
            .take(MOST)
            .collect();
        for range in &ranges {
            for range in with_line_ends(text, range.clone()) {
                put(Where::Within, *cost, [range], undone);
            }
        }
        if ranges.len() > 1 {
            put(Where::Within, cost + 1, ranges, undone);
        }
    }
}

/// Images that nobody sees, by which a sender learns that a message was read.
fn pixels(text: &[u8], tags: &[Tag], undone: &mut Vec<Undone>) {
    let is_pixel = |tag: &&Tag| {
        let lower = text[tag.range.clone()].to_ascii_lowercase();
        let has = |attribute: &[u8]| memchr::memmem::find(&lower, attribute).is_some();
        let one = [
            &b"width=\"1\""[..],
            b"width=1 ",
            b"height=\"1\"",
            b"height:1px",
            b"display:none",
        ];
        tag.name == b"img" && one.iter().any(|attribute| has(attribute))
    };
    for tag in tags.iter().filter(is_pixel).take(MOST) {
        for range in with_line_ends(text, tag.range.clone()) {
            put(Where::Within, 1, [range], undone);
        }
    }
}

/// Elements that were put around all: an HTML document, or elements within its body.
fn around(text: &[u8], tags: &[Tag], undone: &mut Vec<Undone>) {
    let end = text.trim_ascii_end().len();
    let body = tags.iter().find(|tag| tag.name == b"body" && tag.begins());
    let closing = |tag: &Tag| match tag.kind {
        Kind::Opens(at) => Some(&tags[at]),
        Kind::Closes(_) | Kind::Alone => None,
    };
    let inner = body.and_then(|body| Some((body.range.end, closing(body)?.range.start)));
    let is_last = |tag: &Tag| tag.name == b"html" || tag.name == b"body";
    let is_whole = tags
        .last()
        .is_some_and(|tag| is_last(tag) && tag.range.end == end);
    if let Some((first, last)) = inner.filter(|_| is_whole) {
        put_around(text, 2, (0..first, last..end), undone);
    }
    for (first, last) in inner.into_iter().chain([(0, end)]) {
        let (mut start, mut stop) = (first, last);
        let outer = (
            first + white(&text[first..last]),
            first + text[first..last].trim_ascii_end().len(),
        );
        for _ in 0..MOST_AROUND {
            let next = start + white(&text[start..stop]);
            let at = tags.partition_point(|tag| tag.range.start < next);
            let opens = tags.get(at).filter(|tag| tag.range.start == next);
            let Some((opens, closes)) = opens.and_then(|tag| Some((tag, closing(tag)?))) else {
                break;
            };
            let rest = text.get(closes.range.end..stop);
            if !rest.is_some_and(|rest| rest.trim_ascii().is_empty()) {
                break;
            }
            (start, stop) = (opens.range.end, closes.range.start);
            put_around(text, 3, (outer.0..start, stop..outer.1), undone);
            if outer != (first, last) {
                put_around(text, 3, (first..start, stop..last), undone);
            }
        }
    }
}

/// How many bytes at the beginning are white space.
fn white(text: &[u8]) -> usize {
    text.len() - text.trim_ascii_start().len()
}

/// The text without two stretches, each with the line end that is on its inner side or without.
fn put_around(
    text: &[u8],
    cost: u32,
    (first, last): (Range<usize>, Range<usize>),
    undone: &mut Vec<Undone>,
) {
    if first.end > last.start {
        return;
    }
    let inner = &text[first.end..last.start];
    let behind = if inner.starts_with(b"\r\n") { 2 } else { 0 };
    let before = if inner.len() >= 4 && inner.ends_with(b"\r\n") {
        2
    } else {
        0
    };
    for (more, less) in [(0, 0), (behind, 0), (0, before), (behind, before)] {
        let ranges = [first.start..first.end + more, last.start - less..last.end];
        put(Where::Around, cost, ranges, undone);
    }
}

/// Attributes that were given to links: each by itself, and those of Safe Links together.
fn attributes(text: &[u8], tags: &[Tag], undone: &mut Vec<Undone>) {
    let all = |name: &[u8]| -> Vec<Range<usize>> {
        let found = tags.iter().filter_map(|tag| {
            let inner = &text[tag.range.clone()];
            let at = memchr::memmem::find(inner, name)?;
            let value = at + name.len();
            let length = memchr::memchr(b'"', &inner[value..])?;
            Some(tag.range.start + at..tag.range.start + value + length + 1)
        });
        found.collect()
    };
    for (name, cost) in ATTRIBUTES {
        put(Where::Within, *cost, all(name), undone);
    }
    let mut both = [all(ATTRIBUTES[0].0), all(ATTRIBUTES[1].0)].concat();
    both.sort_by_key(|range| range.start);
    put(Where::Within, 2, both, undone);
}
