//! Which stretches of a part may have been added.

use std::ops::Range;

use super::super::mime::Media;

/// Where in a part something was added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Where {
    /// At its end.
    End,
    /// At its beginning.
    Beginning,
    /// Elsewhere.
    Within,
}

/// A stretch that may have been added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cut {
    pub(super) at: Where,
    pub(super) range: Range<usize>,
}

/// Stretches at either end that are tried before all others, for text and for HTML.
const LIKELY: usize = 8;
/// Lines at the end of a part that may be the first of a footer.
const FOOTER_LINES: usize = 120;
/// Lines at the beginning that may be the last of a banner.
const BANNER_LINES: usize = 80;
/// HTML elements at either end that may be so.
const HTML_EDGES: usize = 80;
/// HTML elements of a part that may be added blocks anywhere in it.
const MOST_EDGES: usize = 160;

/// A text without stretches of it, which are in order.
pub(super) fn without(text: &[u8], cuts: &[Cut]) -> Vec<u8> {
    let mut rest = Vec::with_capacity(text.len());
    let mut at = 0;
    for cut in cuts {
        rest.extend_from_slice(&text[at..cut.range.start]);
        at = cut.range.end;
    }
    rest.extend_from_slice(&text[at..]);
    rest
}

/// The stretches that may have been added to a text, the most likely first.
pub(super) fn cuts(text: &[u8], media: Media) -> Vec<Cut> {
    let mut cuts = Vec::new();
    if media == Media::Html {
        html(text, &mut cuts);
    }
    if media != Media::Other {
        lines(text, &mut cuts);
    }
    cuts
}

/// The few that are most likely: of plain text paragraphs, of HTML whole elements.
pub(super) fn likely(text: &[u8], media: Media) -> Vec<Cut> {
    let (beginnings, ends) = match media {
        Media::Text => paragraphs(text),
        Media::Html => whole_elements(text),
        Media::Other => (Vec::new(), Vec::new()),
    };
    let mut cuts = Vec::with_capacity(beginnings.len() + ends.len());
    let (mut beginnings, mut ends) = (beginnings.into_iter(), ends.into_iter());
    loop {
        let beginning = beginnings.next().map(|range| Cut {
            at: Where::Beginning,
            range,
        });
        let end = ends.next().map(|range| Cut {
            at: Where::End,
            range,
        });
        if beginning.is_none() && end.is_none() {
            return cuts;
        }
        cuts.extend(beginning);
        cuts.extend(end);
    }
}

/// Stretches at the beginning and at the end.
type Ends = (Vec<Range<usize>>, Vec<Range<usize>>);

/// Up to an empty line, and the first lines; from a rule or an empty line on, and the last lines.
fn paragraphs(text: &[u8]) -> Ends {
    /// Octets at either end that are looked at.
    const NEAR: usize = 16 * 1024;
    /// Lines that are taken alone.
    const FEW: usize = 2;
    let near = &text[..text.len().min(NEAR)];
    let starts = memchr::memchr_iter(b'\n', near).map(|line_feed| line_feed + 1);
    let starts: Vec<_> = starts.filter(|start| *start < text.len()).collect();
    let is_empty = |at: usize| text[at..].starts_with(b"\r\n") || text[at..].starts_with(b"\n");
    let is_behind_empty =
        |at: usize| text[..at].ends_with(b"\n\r\n") || text[..at].ends_with(b"\n\n");
    let blocks = starts
        .iter()
        .copied()
        .filter(|at| is_behind_empty(*at) && !is_empty(*at));
    let mut beginnings: Vec<_> = blocks.take(LIKELY - FEW).collect();
    beginnings.extend(starts.iter().take(FEW));
    let line_ends = text.strip_suffix(b"\n").unwrap_or(text);
    let from = text.len().saturating_sub(NEAR);
    let last = memchr::memrchr_iter(b'\n', &line_ends[from..]);
    let last: Vec<_> = last.map(|line_feed| from + line_feed + 1).collect();
    let is_rule = |at: usize| matches!(&text[at..][..2], b"--" | b"__" | b"==" | b"**");
    let is_edge =
        |at: usize| (at + 2 <= text.len() && is_rule(at)) || is_empty(at) || is_behind_empty(at);
    let blocks = last.iter().copied().filter(|at| is_edge(*at));
    let mut ends: Vec<_> = blocks.take(LIKELY).collect();
    ends.extend(last.iter().take(FEW));
    (
        distinct(beginnings).into_iter().map(|end| 0..end).collect(),
        distinct(ends)
            .into_iter()
            .map(|start| start..text.len())
            .collect(),
    )
}

/// Each once, in order.
fn distinct<T: PartialEq>(all: Vec<T>) -> Vec<T> {
    let mut kept = Vec::with_capacity(all.len());
    for each in all {
        if !kept.contains(&each) {
            kept.push(each);
        }
    }
    kept
}

/// The first elements of the body element, each with its end, and the last.
fn whole_elements(text: &[u8]) -> Ends {
    let lower = text.to_ascii_lowercase();
    let mut beginnings = Vec::new();
    for start in beginnings_of_body(&lower) {
        let ends = balanced(&lower[start..], Direction::Forwards);
        beginnings.extend(ends.into_iter().map(|length| start..start + length));
    }
    let mut ends = Vec::new();
    for end in ends_of_body(&lower) {
        let starts = balanced(&lower[..end], Direction::Backwards);
        ends.extend(starts.into_iter().map(|start| start..end));
    }
    (distinct(beginnings), distinct(ends))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    Forwards,
    Backwards,
}

/// Where stretches from one end of a text end in which each element has its end: behind its last
/// tag, and behind the line end that follows it.
fn balanced(lower: &[u8], direction: Direction) -> Vec<usize> {
    /// Tags that are gone through.
    const MOST_TAGS: usize = 400;
    let forwards = direction == Direction::Forwards;
    let tag_at = |at: usize| {
        let end = memchr::memchr(b'>', &lower[at..]).map(|length| at + length + 1);
        (at, end.unwrap_or(lower.len()))
    };
    let tags: Vec<_> = if forwards {
        let all = memchr::memchr_iter(b'<', lower);
        all.take(MOST_TAGS).map(tag_at).collect()
    } else {
        let all = memchr::memrchr_iter(b'<', lower);
        all.take(MOST_TAGS).map(tag_at).collect()
    };
    let edges_beside = |start: usize, end: usize| {
        let (edge, beyond) = if forwards {
            let beyond = lower[end..].starts_with(b"\r\n").then_some(end + 2);
            (end, beyond)
        } else {
            // The line end behind what is before belongs to that.
            let beyond = lower[..start].ends_with(b"\r\n").then(|| start - 2);
            (start, beyond)
        };
        std::iter::once(edge).chain(beyond)
    };
    let mut found = Vec::new();
    let mut depth = 0_i32;
    let tag = tags.first().copied();
    for (start, end) in tags {
        let step = step_of(&lower[start..end]);
        depth += if forwards { step } else { -step };
        if depth < 0 || found.len() >= LIKELY {
            break;
        }
        if depth > 0 {
            continue;
        }
        found.extend(edges_beside(start, end));
    }
    // One element may have been put around all others.
    found.extend(
        tag.into_iter()
            .flat_map(|(start, end)| edges_beside(start, end)),
    );
    distinct(found)
}

/// Whether a tag opens an element, 1, or closes one, -1, or neither.
fn step_of(tag: &[u8]) -> i32 {
    const VOID: [&[u8]; 6] = [b"br", b"hr", b"img", b"input", b"meta", b"link"];
    let name = &tag[1..];
    let is = |void: &&[u8]| {
        let behind = name.get(void.len());
        name.starts_with(void) && !behind.is_some_and(u8::is_ascii_alphanumeric)
    };
    if name.starts_with(b"/") {
        return -1;
    }
    let is_void = name.starts_with(b"!") || VOID.iter().any(is) || tag.ends_with(b"/>");
    i32::from(!is_void)
}

/// Where the text of HTML may begin: behind the body element's tag, or at once; and in the line
/// behind that.
fn beginnings_of_body(lower: &[u8]) -> Vec<usize> {
    let body = memchr::memmem::find(lower, b"<body")
        .and_then(|at| memchr::memchr(b'>', &lower[at..]).map(|length| at + length + 1));
    let mut starts = Vec::new();
    for start in [body, Some(0)].into_iter().flatten() {
        starts.push(start);
        if lower[start..].starts_with(b"\r\n") {
            starts.push(start + 2);
        }
    }
    starts
}

/// Where it may end.
fn ends_of_body(lower: &[u8]) -> impl Iterator<Item = usize> {
    let finder = |tag: &[u8]| memchr::memmem::rfind(lower, tag);
    let ends = [finder(b"</body"), finder(b"</html"), Some(lower.len())];
    ends.into_iter().flatten()
}

/// Whole lines at the end and at the beginning.
fn lines(text: &[u8], cuts: &mut Vec<Cut>) {
    let body = text.strip_suffix(b"\n").unwrap_or(text);
    let footers = memchr::memrchr_iter(b'\n', body).take(FOOTER_LINES);
    cuts.extend(footers.map(|line_feed| Cut {
        at: Where::End,
        range: line_feed + 1..text.len(),
    }));
    let banners = memchr::memchr_iter(b'\n', body).take(BANNER_LINES);
    cuts.extend(banners.map(|line_feed| Cut {
        at: Where::Beginning,
        range: 0..line_feed + 1,
    }));
}

/// HTML elements: before the end of the body element, behind its beginning, and anywhere.
fn html(text: &[u8], cuts: &mut Vec<Cut>) {
    let lower = text.to_ascii_lowercase();
    let edges = edges(&lower);
    for end in ends_of_body(&lower) {
        let before = edges.iter().rev().filter(|edge| **edge < end);
        cuts.extend(before.take(HTML_EDGES).map(|edge| Cut {
            at: Where::End,
            range: *edge..end,
        }));
    }
    for start in beginnings_of_body(&lower) {
        let behind = edges.iter().filter(|edge| **edge > start);
        cuts.extend(behind.take(HTML_EDGES).map(|edge| Cut {
            at: Where::Beginning,
            range: start..*edge,
        }));
    }
    if edges.len() <= MOST_EDGES {
        for (at, start) in edges.iter().enumerate() {
            let behind = edges[at + 1..].iter();
            cuts.extend(behind.map(|end| Cut {
                at: Where::Within,
                range: *start..*end,
            }));
        }
    }
}

/// Where elements and lines begin and end.
fn edges(lower: &[u8]) -> Vec<usize> {
    const OPENING: [&[u8]; 9] = [
        b"<div", b"<table", b"<p", b"<hr", b"<br", b"<!--", b"<span", b"<img", b"<center",
    ];
    const CLOSING: [&[u8]; 8] = [
        b"</div",
        b"</table",
        b"</p",
        b"<br",
        b"<hr",
        b"-->",
        b"</span",
        b"</center",
    ];
    let mut edges = Vec::new();
    for at in memchr::memchr3_iter(b'<', b'-', b'\n', lower) {
        let rest = &lower[at..];
        if rest[0] == b'\n' {
            edges.push(at + 1);
        }
        if OPENING.iter().any(|tag| rest.starts_with(tag)) {
            edges.push(at);
        }
        if CLOSING.iter().any(|tag| rest.starts_with(tag)) {
            // A tag is not longer than this.
            let tag = &rest[..rest.len().min(4096)];
            edges.extend(memchr::memchr(b'>', tag).map(|length| at + length + 1));
        }
    }
    edges.sort_unstable();
    edges.dedup();
    edges
}
