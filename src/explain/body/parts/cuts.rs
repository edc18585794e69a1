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

/// Lines at the end of a part that may be the first of a footer.
const FOOTER_LINES: usize = 120;
/// Lines at the beginning that may be the last of a banner.
const BANNER_LINES: usize = 80;
/// HTML elements at either end that may be so.
const HTML_EDGES: usize = 80;
/// HTML elements of a part that may be added blocks anywhere in it.
const MOST_EDGES: usize = 160;

/// The stretches that may have been added to a text, the most likely first.
pub(super) fn cuts(text: &[u8], media: Media) -> Vec<(Where, Range<usize>)> {
    let mut cuts = Vec::new();
    if media == Media::Html {
        html(text, &mut cuts);
    }
    if media != Media::Other {
        lines(text, &mut cuts);
    }
    cuts
}

/// Whole lines at the end and at the beginning.
fn lines(text: &[u8], cuts: &mut Vec<(Where, Range<usize>)>) {
    let body = text.strip_suffix(b"\n").unwrap_or(text);
    let footers = memchr::memrchr_iter(b'\n', body).take(FOOTER_LINES);
    cuts.extend(footers.map(|line_feed| (Where::End, line_feed + 1..text.len())));
    let banners = memchr::memchr_iter(b'\n', body).take(BANNER_LINES);
    cuts.extend(banners.map(|line_feed| (Where::Beginning, 0..line_feed + 1)));
}

/// HTML elements: before the end of the body element, behind its beginning, and anywhere.
fn html(text: &[u8], cuts: &mut Vec<(Where, Range<usize>)>) {
    let lower = text.to_ascii_lowercase();
    let edges = edges(&lower);
    let finder = |tag: &[u8]| memchr::memmem::rfind(&lower, tag);
    let ends = [finder(b"</body"), finder(b"</html"), Some(text.len())];
    for end in ends.into_iter().flatten() {
        let before = edges.iter().rev().filter(|edge| **edge < end);
        cuts.extend(before.take(HTML_EDGES).map(|edge| (Where::End, *edge..end)));
    }
    let body = memchr::memmem::find(&lower, b"<body")
        .and_then(|at| memchr::memchr(b'>', &lower[at..]).map(|length| at + length + 1));
    for start in [body, Some(0)].into_iter().flatten() {
        // The text may begin in a line of its own.
        let line = lower[start..].starts_with(b"\r\n").then_some(start + 2);
        for start in [Some(start), line].into_iter().flatten() {
            let behind = edges.iter().filter(|edge| **edge > start);
            let behind = behind.take(HTML_EDGES);
            cuts.extend(behind.map(|edge| (Where::Beginning, start..*edge)));
        }
    }
    if edges.len() <= MOST_EDGES {
        for (at, start) in edges.iter().enumerate() {
            let behind = edges[at + 1..].iter();
            cuts.extend(behind.map(|end| (Where::Within, *start..*end)));
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
