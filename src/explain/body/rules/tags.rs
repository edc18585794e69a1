//! The tags of HTML, each with that which belongs to it.

use std::ops::Range;

/// Tags that are looked at.
const MOST: usize = 50_000;
/// Bytes of a name.
const LONGEST_NAME: usize = 32;
/// Elements in each other.
const DEEPEST: usize = 500;
/// Elements without an end (WHATWG HTML "Elements").
const VOID: [&str; 13] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track",
    "wbr",
];

/// A tag, or a comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tag {
    pub(super) range: Range<usize>,
    /// Its name in lower case; empty of a comment.
    pub(super) name: Vec<u8>,
    pub(super) kind: Kind,
}

/// What a tag does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Opens an element that the tag in this place closes.
    Opens(usize),
    /// Closes an element that the tag in this place opens.
    Closes(usize),
    /// Neither: there is no such tag, or need not be.
    Alone,
}

impl Tag {
    /// Where the whole element ends.
    pub(super) fn end_in(&self, tags: &[Self]) -> usize {
        match self.kind {
            Kind::Opens(at) => tags[at].range.end,
            Kind::Closes(_) | Kind::Alone => self.range.end,
        }
    }

    /// Whether it begins an element, or is one.
    pub(super) const fn begins(&self) -> bool {
        !matches!(self.kind, Kind::Closes(_))
    }
}

/// The tags of a text in order.
pub(super) fn tags(html: &[u8]) -> Vec<Tag> {
    let mut tags: Vec<Tag> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    let mut ends = Ends::default();
    let mut at = 0;
    while let Some(start) = memchr::memchr(b'<', &html[at..]) {
        let start = at + start;
        if tags.len() >= MOST {
            break;
        }
        let Some((name, closes, end)) = tag_at(html, start, &mut ends) else {
            at = start + 1;
            continue;
        };
        let number = tags.len();
        let mut kind = Kind::Alone;
        if closes {
            let depth = open.iter().rposition(|other| tags[*other].name == name);
            if let Some(depth) = depth {
                kind = Kind::Closes(open[depth]);
                tags[open[depth]].kind = Kind::Opens(number);
                open.truncate(depth);
            }
        } else if is_open(&name) && open.len() < DEEPEST {
            open.push(number);
        }
        let raw = match &name[..] {
            b"style" if !closes => ends.style.of(html, end, |rest| find_end(rest, b"style")),
            b"script" if !closes => ends.script.of(html, end, |rest| find_end(rest, b"script")),
            _ => None,
        };
        at = raw.unwrap_or(end);
        let range = start..end;
        tags.push(Tag { range, name, kind });
    }
    tags
}

/// Where the next of each is that ends something: looked for once.
#[derive(Default)]
struct Ends {
    tag: Next,
    comment: Next,
    style: Next,
    script: Next,
}

#[derive(Clone, Copy, Default)]
enum Next {
    #[default]
    Unknown,
    At(usize),
    Nowhere,
}

impl Next {
    /// The first that is behind this place.
    fn of(
        &mut self,
        html: &[u8],
        at: usize,
        find: impl Fn(&[u8]) -> Option<usize>,
    ) -> Option<usize> {
        let is_known = match *self {
            Self::Unknown => false,
            Self::At(next) => next >= at,
            Self::Nowhere => true,
        };
        if !is_known {
            let next = find(&html[at..]);
            *self = next.map_or(Self::Nowhere, |next| Self::At(at + next));
        }
        match *self {
            Self::At(next) => Some(next),
            Self::Unknown | Self::Nowhere => None,
        }
    }
}

/// Where the tag is that ends what is no HTML.
fn find_end(rest: &[u8], name: &[u8]) -> Option<usize> {
    let closes = |at: &usize| {
        let found = rest.get(at + 2..at + 2 + name.len());
        found.is_some_and(|found| found.eq_ignore_ascii_case(name))
    };
    memchr::memmem::find_iter(rest, b"</").find(closes)
}

/// Whether an element of this name has an end.
pub(in crate::explain::body) fn is_open(name: &[u8]) -> bool {
    !name.is_empty() && name[0] != b'!' && !VOID.iter().any(|void| void.as_bytes() == name)
}

/// The name of the tag that begins here, whether it closes an element, and where it ends.
fn tag_at(html: &[u8], start: usize, ends: &mut Ends) -> Option<(Vec<u8>, bool, usize)> {
    let rest = &html[start..];
    if rest.starts_with(b"<!--") {
        let find = |rest: &[u8]| memchr::memmem::find(rest, b"-->");
        let end = ends.comment.of(html, start, find)?;
        return Some((Vec::new(), false, end + 3));
    }
    let (name, closes) = name_at(rest)?;
    let find = |rest: &[u8]| memchr::memchr(b'>', rest);
    let end = ends.tag.of(html, start, find)?;
    Some((name, closes, end + 1))
}

/// The name of the tag that a text begins with, in lower case, and whether it closes an element.
pub(in crate::explain::body) fn name_at(html: &[u8]) -> Option<(Vec<u8>, bool)> {
    let closes = html.get(1) == Some(&b'/');
    let name = html.get(1 + usize::from(closes)..)?;
    let name = &name[..name.len().min(LONGEST_NAME)];
    let is_in_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"!:-".contains(byte);
    let length = name.iter().take_while(|byte| is_in_name(byte)).count();
    let name = name[..length].to_ascii_lowercase();
    let first = name.first()?;
    let is_name = first.is_ascii_alphabetic() || *first == b'!';
    is_name.then_some((name, closes))
}

/// Where stretches that begin here end in which each element has its end, the shortest first.
pub(super) fn ends_of_elements(tags: &[Tag], start: usize) -> Vec<usize> {
    let mut ends = Vec::new();
    let mut at = start;
    let first = tags.partition_point(|tag| tag.range.start < start);
    for tag in &tags[first..] {
        if tag.range.start < at {
            continue;
        }
        if !tag.begins() || ends.len() >= MOST_ELEMENTS {
            break;
        }
        at = tag.end_in(tags);
        ends.push(at);
    }
    ends
}

/// Where stretches that end here begin, likewise.
pub(super) fn starts_of_elements(tags: &[Tag], end: usize) -> Vec<usize> {
    let mut starts = Vec::new();
    let mut at = end;
    let last = tags.partition_point(|tag| tag.range.end <= end);
    for tag in tags[..last].iter().rev() {
        if tag.range.end > at {
            continue;
        }
        at = match tag.kind {
            Kind::Opens(_) => break,
            Kind::Closes(opening) => tags[opening].range.start,
            Kind::Alone => tag.range.start,
        };
        starts.push(at);
        if starts.len() >= MOST_ELEMENTS {
            break;
        }
    }
    starts
}

/// Elements that are taken together.
const MOST_ELEMENTS: usize = 12;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements() {
        let html = b"<body><P>a<br><p>b<!-- <p> --></p><style>a<b></style><x y='1'></div></body>";
        let tags = tags(html);
        let texts = |at: &usize| String::from_utf8_lossy(&html[6..*at]).into_owned();
        let found: Vec<_> = ends_of_elements(&tags, 6).iter().map(texts).collect();
        assert_eq!(
            found[..3],
            [
                "<P>".to_owned(),
                "<P>a<br>".to_owned(),
                "<P>a<br><p>b<!-- <p> --></p>".to_owned(),
            ]
        );
        assert_eq!(found.len(), 6, "{found:?}");
        let end = html.len() - b"</body>".len();
        let starts = starts_of_elements(&tags, end);
        assert_eq!(
            html[starts[2]..end],
            b"<style>a<b></style><x y='1'></div>"[..]
        );
        assert_eq!(tags[0].kind, Kind::Opens(tags.len() - 1));
    }

    #[test]
    fn hostile_ones_take_little() {
        for text in [
            "<", "<a", "<a>", "</a>", "<!--", "<style>", "<a <", "<!-- -->",
        ] {
            tags(text.repeat(200_000 / text.len()).as_bytes());
        }
    }
}
