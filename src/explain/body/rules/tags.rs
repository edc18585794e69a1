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
/// The name of what is no tag but a comment.
pub(super) const COMMENT: &[u8] = b"!--";

/// A tag, or a comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tag {
    pub(super) range: Range<usize>,
    /// Its name in lower case; of a comment [`COMMENT`].
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
    let html = &html.to_ascii_lowercase()[..];
    let [tag_end, comment_end, style_end, script_end] =
        [&b">"[..], b"-->", b"</style", b"</script"].map(|needle| Finder::new(html, needle));
    let mut tags: Vec<Tag> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    let mut at = 0;
    while let Some(start) = memchr::memchr(b'<', &html[at..]).map(|found| at + found) {
        if tags.len() >= MOST {
            break;
        }
        let tag = if html[start..].starts_with(b"<!--") {
            let end = comment_end.find(html, start).map(|found| found + 3);
            end.map(|end| (COMMENT.to_vec(), false, end))
        } else {
            let end = tag_end.find(html, start).map(|found| found + 1);
            name_at(&html[start..]).and_then(|(name, closes)| Some((name, closes, end?)))
        };
        let Some((name, closes, end)) = tag else {
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
        } else if has_end(&name) && open.len() < DEEPEST {
            open.push(number);
        }
        // What is in these is no HTML.
        let raw = match &name[..] {
            b"style" if !closes => style_end.find(html, end),
            b"script" if !closes => script_end.find(html, end),
            _ => None,
        };
        at = raw.unwrap_or(end);
        let range = start..end;
        tags.push(Tag { range, name, kind });
    }
    tags
}

/// Finds what ends something, and looks for nothing where there is no more of it.
struct Finder {
    needle: &'static [u8],
    last: Option<usize>,
}

impl Finder {
    fn new(html: &[u8], needle: &'static [u8]) -> Self {
        let last = memchr::memmem::rfind(html, needle);
        Self { needle, last }
    }

    /// The first that is not before this place.
    fn find(&self, html: &[u8], from: usize) -> Option<usize> {
        self.last.filter(|last| *last >= from)?;
        memchr::memmem::find(&html[from..], self.needle).map(|at| from + at)
    }
}

/// Whether an element of this name has an end.
pub(in crate::explain::body) fn has_end(name: &[u8]) -> bool {
    name.first() != Some(&b'!') && !VOID.iter().any(|void| void.as_bytes() == name)
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
    let mut at = tags.partition_point(|tag| tag.range.start < start);
    while let Some(tag) = tags.get(at).filter(|tag| tag.begins())
        && ends.len() < MOST_ELEMENTS
    {
        let last = match tag.kind {
            Kind::Opens(closing) => closing,
            Kind::Closes(_) | Kind::Alone => at,
        };
        ends.push(tags[last].range.end);
        at = last + 1;
    }
    ends
}

/// Where stretches that end here begin, likewise.
pub(super) fn starts_of_elements(tags: &[Tag], end: usize) -> Vec<usize> {
    let mut starts = Vec::new();
    let mut at = tags.partition_point(|tag| tag.range.end <= end);
    while let Some(last) = at.checked_sub(1)
        && starts.len() < MOST_ELEMENTS
    {
        at = match tags[last].kind {
            Kind::Opens(_) => break,
            Kind::Closes(opening) => opening,
            Kind::Alone => last,
        };
        starts.push(tags[at].range.start);
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
