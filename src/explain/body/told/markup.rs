//! What is told of HTML that was written anew.

use crate::explain::Cause;
use crate::explain::body::quotation::told_change;
use crate::explain::body::rules::Markup;
use crate::explain::body::story::{Story, count};
use crate::explain::body::undone::{Edit, Text};

/// What to do about it, whatever it was.
const REMEDY: &str = "find the system that writes HTML anew, and have it leave signed mail alone";

/// How many places there are, and what the first is and was.
pub(super) fn tell(markup: Markup, edits: &[Edit], text: Text<'_>, name: &str) -> Vec<Story> {
    let Some(first) = edits.first() else {
        return Vec::new();
    };
    let places = count(edits.len(), "place");
    let line = 1 + memchr::memchr_iter(b'\n', &text.bytes[..first.range.start]).count();
    let first_in = match edits {
        [_] => format!("in line {line}"),
        _ => format!("in {places}, first in line {line}"),
    };
    if markup == Markup::Breaks {
        let what = match (first.range.is_empty(), edits) {
            (true, [_]) => "a line break between HTML tags was removed",
            (true, _) => "line breaks between HTML tags were removed",
            (false, [_]) => "a line break was put between HTML tags",
            (false, _) => "line breaks were put between HTML tags",
        };
        let detail = format!("{what} {first_in} of the {name}");
        return vec![Story::new(Cause::LinesRewrapped, detail).with_remedy(REMEDY)];
    }
    let what = match markup {
        Markup::Names => "the names of HTML tags were put into another letter case",
        Markup::Slashes | Markup::Breaks => {
            "HTML tags were given a slash at their end, or lost it,"
        }
    };
    let shown = told_change(&around(first, text.bytes), &was_around(first, text.bytes));
    let detail = format!("{what} {first_in} of the {name}: {shown}");
    vec![Story::new(Cause::TransferEncodingChanged, detail).with_remedy(REMEDY)]
}

/// The tag with the edit in it.
fn around(edit: &Edit, bytes: &[u8]) -> Vec<u8> {
    let (before, behind) = sides(edit, bytes);
    [before, &bytes[edit.range.clone()], behind].concat()
}

/// That tag as it was.
fn was_around(edit: &Edit, bytes: &[u8]) -> Vec<u8> {
    let (before, behind) = sides(edit, bytes);
    [before, &edit.was, behind].concat()
}

/// What of a tag is before an edit in it, and behind it.
fn sides<'b>(edit: &Edit, bytes: &'b [u8]) -> (&'b [u8], &'b [u8]) {
    let before = &bytes[..edit.range.start];
    let start = memchr::memrchr(b'<', before).unwrap_or(before.len());
    let behind = &bytes[edit.range.end..];
    let is_done = bytes[edit.range.clone()].ends_with(b">");
    let end = memchr::memchr(b'>', behind).filter(|_| !is_done);
    (&before[start..], &behind[..end.map_or(0, |end| end + 1)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::body::mime::Media;

    #[test]
    fn html_written_anew() {
        let check = |markup, html: &str, edits: &[(usize, usize, &str)], expected: &str| {
            let text = Text::of(html.as_bytes(), Media::Html);
            let edits = edits.iter().map(|(start, end, was)| Edit {
                range: *start..*end,
                was: was.as_bytes().to_vec(),
            });
            let stories = tell(markup, &edits.collect::<Vec<_>>(), text, "body");
            let [story] = &stories[..] else {
                panic!("{stories:?}");
            };
            assert_eq!(story.detail, expected);
        };
        check(
            Markup::Names,
            "<p>a</p>",
            &[(1, 2, "P"), (6, 7, "P")],
            "the names of HTML tags were put into another letter case in 2 places, first in line 1 \
             of the body: “<p>”, originally “<P>”",
        );
        check(
            Markup::Slashes,
            "a\r\n<br>b",
            &[(6, 7, " />")],
            "HTML tags were given a slash at their end, or lost it, in line 2 of the body: “<br>”, \
             originally “<br />”",
        );
        check(
            Markup::Breaks,
            "<p>a</p>\r\n<p>b</p>",
            &[(8, 10, "")],
            "a line break was put between HTML tags in line 1 of the body",
        );
        check(
            Markup::Breaks,
            "<p>a</p><p>b</p><p>c</p>",
            &[(8, 8, "\r\n"), (16, 16, "\r\n")],
            "line breaks between HTML tags were removed in 2 places, first in line 1 of the body",
        );
    }
}
