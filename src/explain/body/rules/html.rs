//! What gateways put into HTML, besides a block of text.

#[cfg(test)]
mod tests;

use std::ops::Range;

use super::tags::{self, Kind, Tag};
use crate::explain::body::mime::Media;
use crate::explain::body::undone::{Change, Edit, Edits, Text, Undone, Where};

/// Elements of one name that are looked at.
const MOST: usize = 8;
/// Elements that stand around all, one in the other: a table with its row and its cell.
const MOST_AROUND: usize = 6;
/// A head is no longer.
const LONGEST: usize = 64 * 1024;

/// Elements that are put into HTML, and what each costs. Of images only those that nobody sees, by
/// which a sender learns that a message was read.
const ELEMENTS: &[(&[u8], u32)] = &[
    (b"meta", 1),
    (b"base", 1),
    (b"img", 1),
    (b"!doctype", 2),
    (b"style", 2),
    (b"head", 2),
    (tags::COMMENT, 3),
];
/// By which such an image is known.
const UNSEEN: [&[u8]; 5] = [
    b"width=\"1\"",
    b"width=1 ",
    b"height=\"1\"",
    b"height:1px",
    b"display:none",
];

/// HTML as it may have been.
pub(super) fn undo(text: Text<'_>) -> Vec<Undone> {
    if text.media != Media::Html {
        return Vec::new();
    }
    let tags = tags::tags(text.bytes);
    let mut undone = Vec::new();
    elements(text.bytes, &tags, &mut undone);
    around(text.bytes, &tags, &mut undone);
    undone.retain(|each| each.cost <= text.dearest);
    undone
}

/// The text without what these take out.
fn without(at: Where, cost: u32, edits: Vec<Edit>) -> Undone {
    Undone {
        edits: Edits::of(edits),
        cost,
        change: Change::Added(at),
    }
}

/// Elements that are put in: each by itself, with the line end on either side too, and all of one
/// name.
fn elements(text: &[u8], tags: &[Tag], undone: &mut Vec<Undone>) {
    let is_unseen = |tag: &Tag| {
        let lower = text[tag.range.clone()].to_ascii_lowercase();
        let has = |attribute: &&[u8]| memchr::memmem::find(&lower, attribute).is_some();
        UNSEEN.iter().any(has)
    };
    for (name, cost) in ELEMENTS {
        let own = tags.iter().filter(|tag| tag.begins() && tag.name == *name);
        let own = own.filter(|tag| tag.name != b"img" || is_unseen(tag));
        let ranges = own.map(|tag| tag.range.start..tag.end_in(tags));
        let ranges = ranges.filter(|range| range.len() < LONGEST).take(MOST);
        let ranges: Vec<_> = ranges.collect();
        for range in &ranges {
            let Range { start, end } = *range;
            let behind = text[end..].starts_with(b"\r\n").then_some((start, end + 2));
            let before = text[..start].strip_suffix(b"\r\n");
            let before = before.map(|before| (before.len(), end));
            for (start, end) in [Some((start, end)), behind, before].into_iter().flatten() {
                let edit = Edit::added(start..end);
                undone.push(without(Where::Within, *cost, vec![edit]));
            }
        }
        if ranges.len() > 1 {
            let edits = ranges.into_iter().map(Edit::added).collect();
            undone.push(without(Where::Within, cost + 1, edits));
        }
    }
}

/// Elements that were put around all: an HTML document, or elements within its body.
fn around(text: &[u8], tags: &[Tag], undone: &mut Vec<Undone>) {
    let end = text.trim_ascii_end().len();
    let body = tags.iter().find(|tag| tag.name == b"body");
    let closing = |tag: &Tag| match tag.kind {
        Kind::Opens(at) => Some(&tags[at]),
        Kind::Closes(_) | Kind::Alone => None,
    };
    let inner = body.and_then(|body| Some(body.range.end..closing(body)?.range.start));
    let is_last = |tag: &Tag| (tag.name == b"html" || tag.name == b"body") && tag.range.end == end;
    if let Some(inner) = inner.clone().filter(|_| tags.last().is_some_and(is_last)) {
        put_around(text, 2, 0..end, inner, undone);
    }
    for all in inner.into_iter().chain(std::iter::once(0..end)) {
        let trimmed = trimmed(text, all.clone());
        let mut within = trimmed.clone();
        for _ in 0..MOST_AROUND {
            let at = tags.partition_point(|tag| tag.range.start < within.start);
            let opens = tags.get(at).filter(|tag| tag.range.start == within.start);
            let Some((opens, closes)) = opens.and_then(|tag| Some((tag, closing(tag)?))) else {
                break;
            };
            if closes.range.end != within.end {
                break;
            }
            let inner = opens.range.end..closes.range.start;
            within = self::trimmed(text, inner.clone());
            put_around(text, 3, trimmed.clone(), inner.clone(), undone);
            if trimmed != all {
                put_around(text, 3, all.clone(), inner, undone);
            }
        }
    }
}

/// A stretch without the white space at either end.
fn trimmed(text: &[u8], range: Range<usize>) -> Range<usize> {
    let rest = text[range.clone()].trim_ascii_start();
    let start = range.end - rest.len();
    start..start + rest.trim_ascii_end().len()
}

/// The text without what of one stretch is around another within it, each side with the line end that
/// is on its inner side or without.
fn put_around(
    text: &[u8],
    cost: u32,
    outer: Range<usize>,
    inner: Range<usize>,
    undone: &mut Vec<Undone>,
) {
    let within = &text[inner.clone()];
    let behind = within.starts_with(b"\r\n").then_some(2);
    let before = (within.len() >= 4 && within.ends_with(b"\r\n")).then_some(2);
    for more in [Some(0), behind].into_iter().flatten() {
        for less in [Some(0), before].into_iter().flatten() {
            let ranges = [outer.start..inner.start + more, inner.end - less..outer.end];
            let edits = ranges.into_iter().map(Edit::added).collect();
            undone.push(without(Where::Around, cost, edits));
        }
    }
}
