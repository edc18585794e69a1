//! Elements of HTML that may have been added.

use super::found::Found;
use super::marks::Marks;
use super::{Edge, MOST_IN_A_ROW, between, from_end, from_start, lines, within};
use crate::explain::body::rules::tags::{self, Kind, Tag};
use crate::explain::body::undone::Where;

/// Adds the stretches that may have been added to HTML.
pub(super) fn put(html: &[u8], found: &mut Found<'_>) {
    let tags = tags::tags(html);
    let marks = Marks::of(html);
    let edges = edges(&tags, html);
    outside(&tags, found);
    // The text begins behind the tag of its body, or at once.
    let body = tags.iter().find(|tag| tag.name == b"body" && tag.begins());
    let start = body.map_or(0, |tag| tag.range.end);
    for start in with_line_ends(html, start).into_iter().take(2) {
        let ends = tags::ends_of_elements(&tags, start).into_iter();
        let ends = ends.flat_map(|end| with_line_ends(html, end));
        let behind = edges.partition_point(|edge| *edge <= start);
        from_start(start, &merged(ends, &edges[behind..]), &marks, found);
    }
    for (from, end) in zones(&tags, found) {
        let starts = tags::starts_of_elements(&tags, end).into_iter();
        let starts = starts.filter(|start| *start >= from).flat_map(|start| {
            // The line end behind what is before belongs to that.
            let before = html[..start].strip_suffix(b"\r\n");
            std::iter::once(start).chain(before.map(<[u8]>::len))
        });
        let first = edges.partition_point(|edge| *edge < from);
        let last = edges.partition_point(|edge| *edge < end).max(first);
        from_end(end, &merged(starts, &edges[first..last]), &marks, found);
    }
    let rows = tags.iter().filter(|tag| tag.begins()).map(|tag| {
        let ends = tags::ends_of_elements(&tags, tag.range.start).into_iter();
        let ends = ends.flat_map(|end| with_line_ends(html, end).into_iter().take(2));
        (tag.range.start, ends.take(MOST_IN_A_ROW).collect())
    });
    within(&rows.collect::<Vec<_>>(), 2, &marks, found);
    commented(&tags, &marks, found);
    between(&merged(std::iter::empty(), &edges), found);
}

/// These blocks among all edges, in order.
fn merged(blocks: impl Iterator<Item = usize>, edges: &[usize]) -> Vec<Edge> {
    let edge = |is_of_block| move |at| Edge { at, is_of_block };
    let blocks = blocks.map(edge(true));
    let mut all: Vec<_> = blocks
        .chain(edges.iter().copied().map(edge(false)))
        .collect();
    all.sort_by_key(|edge| (edge.at, !edge.is_of_block));
    all.dedup_by_key(|edge| edge.at);
    all
}

/// What is before the HTML, and behind it.
fn outside(tags: &[Tag], found: &mut Found<'_>) {
    let first = tags
        .iter()
        .find(|tag| tag.name == b"html" || tag.name == b"!doctype");
    if let Some(first) = first {
        found.put(Where::Beginning, 0..first.range.start, 1);
    }
    let last = tags
        .iter()
        .rfind(|tag| tag.name == b"html" && !tag.begins());
    let behind = last.map(|last| with_line_ends(found.text, last.range.end));
    for start in behind.unwrap_or_default() {
        found.put_end(start, found.text.len(), 1);
    }
}

/// What is between two comments that bear a mark: `<!-- BannerStart --> … <!-- BannerEnd -->`.
fn commented(tags: &[Tag], marks: &Marks, found: &mut Found<'_>) {
    const MOST: usize = 16;
    let comments = tags.iter().filter(|tag| tag.name == tags::COMMENT);
    let comments = comments.filter(|tag| marks.are_in(&tag.range)).take(MOST);
    let comments: Vec<_> = comments.map(|tag| tag.range.clone()).collect();
    for (number, first) in comments.iter().enumerate() {
        for last in &comments[number + 1..] {
            for end in with_line_ends(found.text, last.end) {
                found.put(Where::Within, first.start..end, 1);
            }
        }
    }
}

/// A place, and those behind the next two line ends if they are there.
fn with_line_ends(text: &[u8], at: usize) -> Vec<usize> {
    let two = text[at..]
        .chunks(2)
        .take(2)
        .take_while(|two| two == b"\r\n");
    (0..=two.count()).map(|count| at + 2 * count).collect()
}

/// Where the text may end: before the end of its body, of the HTML, or of all; and where what was
/// added before that may begin.
fn zones(tags: &[Tag], found: &Found<'_>) -> Vec<(usize, usize)> {
    let body = tags.iter().find(|tag| tag.name == b"body" && tag.begins());
    let mut from = body.map_or(0, |tag| tag.range.end);
    let mut zones = Vec::new();
    for name in [&b"body"[..], b"html"] {
        let closing = tags
            .iter()
            .rfind(|tag| tag.name == name && matches!(tag.kind, Kind::Closes(_)));
        if let Some(closing) = closing {
            zones.push((from, closing.range.start));
            from = closing.range.end;
        }
    }
    zones.extend([(from, found.core), (from, found.text.len())]);
    zones.dedup();
    zones
}

/// Where tags and lines begin and end.
fn edges(tags: &[Tag], html: &[u8]) -> Vec<usize> {
    let of_tags = tags.iter().flat_map(|tag| [tag.range.start, tag.range.end]);
    let of_lines = lines(html).into_iter().map(|line| line.range.start);
    let mut edges: Vec<_> = of_tags.chain(of_lines).chain([html.len()]).collect();
    edges.sort_unstable();
    edges.dedup();
    edges
}
