//! What is told of what was added.

use std::ops::Range;

use crate::explain::Cause;
use crate::explain::body::appended::is_white;
use crate::explain::body::mime::{Form, Media};
use crate::explain::body::quotation::{quote_added, words};
use crate::explain::body::story::{Story, size};
use crate::explain::body::undone::{Edit, Text, Where};

/// Each stretch by itself.
pub(super) fn tell(at: Where, edits: &[Edit], text: Text<'_>, name: &str) -> Vec<Story> {
    let stretch = |(number, edit): (usize, &Edit)| {
        let at = match at {
            // Something was put around all between.
            Where::Around if number == 0 => Where::Beginning,
            Where::Around => Where::End,
            at => at,
        };
        let range = match edits {
            [edit] if edit.was.is_empty() => at_line(edit.range.clone(), text.bytes),
            _ => edit.range.clone(),
        };
        story(at, range, text, name)
    };
    edits.iter().enumerate().map(stretch).collect()
}

/// A stretch that was added.
fn story(at: Where, range: Range<usize>, text: Text<'_>, name: &str) -> Story {
    let (start, added) = (range.start, &text.bytes[range.clone()]);
    let is_outermost = match at {
        Where::Beginning => shows_nothing(&text.bytes[..start], text.media),
        Where::End => shows_nothing(&text.bytes[range.end..], text.media),
        Where::Around | Where::Within => false,
    };
    let lines = memchr::memchr_iter(b'\n', &text.bytes[..start]).count();
    let begins_line = begins_line(start, text.bytes);
    let (at, place) = match at {
        Where::End if is_outermost => (at, "at the end of".to_owned()),
        Where::Beginning if is_outermost => (at, "at the beginning of".to_owned()),
        _ if begins_line => (Where::Within, format!("after line {lines} of")),
        _ => (Where::Within, format!("in line {} of", lines + 1)),
    };
    let mut place = format!("{place} the {name}");
    let form = Form {
        media: text.media,
        encoding: text.encoding,
    };
    let is_in_line = !begins_line && !added.contains(&b'\n') && !is_white(added);
    if at != Where::End || !is_in_line || text.media != Media::Text {
        return sentence(at, &place, added, form);
    }
    place += ", within its last line";
    let line = text.bytes[..start].rsplit(|byte| *byte == b'\n').next();
    let mut story = sentence(at, &place, added, form);
    story.detail += &format!(" behind {}", quote_added(form, line.unwrap_or_default()));
    story
}

/// Whether there is nothing to read here: in HTML, outside of its body or in tags.
fn shows_nothing(bytes: &[u8], media: Media) -> bool {
    if media != Media::Html {
        return is_white(bytes);
    }
    let bytes = &bytes[memchr::memmem::rfind(bytes, b"<body").unwrap_or(0)..];
    words(bytes).trim_ascii().is_empty()
}

/// What was added at a place.
pub(in crate::explain::body) fn sentence(
    at: Where,
    place: &str,
    added: &[u8],
    form: Form,
) -> Story {
    let (white, text) = match at {
        Where::End => (Cause::TrailingLinesChanged, Cause::ContentAppended),
        Where::Beginning => (Cause::WhitespaceChanged, Cause::ContentPrepended),
        Where::Around | Where::Within => (Cause::WhitespaceChanged, Cause::ContentInserted),
    };
    let size = size(added);
    if is_white(added) {
        return Story::new(white, format!("white space was added {place}: {size}"));
    }
    let shown = quote_added(form, added);
    Story::new(text, format!("text was added {place}, {size}: {shown}"))
}

fn begins_line(at: usize, bytes: &[u8]) -> bool {
    at == 0 || bytes[at - 1] == b'\n'
}

/// The stretch, or one beside it without which the text is the same and that begins a line.
fn at_line(range: Range<usize>, text: &[u8]) -> Range<usize> {
    /// Bytes by which it is shifted.
    const FARTHEST: usize = 1024;
    let Range { start, end } = range;
    let forwards =
        (0..FARTHEST.min(text.len() - end)).take_while(|by| text[start + by] == text[end + by]);
    let backwards = (1..=FARTHEST.min(start)).take_while(|by| text[start - by] == text[end - by]);
    let behind = forwards.map(|by| start + by + 1);
    let before = backwards.map(|by| start - by);
    let mut all = std::iter::once(start).chain(behind).chain(before);
    let found = all.find(|start| begins_line(*start, text));
    found.map_or(range, |found| found..found + end - start)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The added stretches are in brackets.
    fn told(at: Where, media: Media, marked: &str) -> Vec<(Cause, String)> {
        let mut bytes = String::new();
        let mut edits = Vec::new();
        for (number, piece) in marked.split(['⟦', '⟧']).enumerate() {
            let start = bytes.len();
            bytes += piece;
            if number % 2 == 1 {
                edits.push(Edit::added(start..bytes.len()));
            }
        }
        let text = Text::of(bytes.as_bytes(), media);
        let stories = tell(at, &edits, text, "body").into_iter();
        stories.map(|story| (story.cause, story.detail)).collect()
    }

    fn check(at: Where, media: Media, marked: &str, expected: &[(Cause, &str)]) {
        let expected: Vec<_> = expected
            .iter()
            .map(|(cause, text)| (*cause, (*text).to_owned()))
            .collect();
        assert_eq!(told(at, media, marked), expected, "{marked}");
    }

    #[test]
    fn stretches() {
        use Where::{Beginning, End, Within};
        let text = Media::Text;
        check(
            End,
            text,
            "a\r\n⟦__\r\nlist\r\n⟧",
            &[(
                Cause::ContentAppended,
                "text was added at the end of the body, 2 lines (10 bytes): “__ list”",
            )],
        );
        check(
            Beginning,
            text,
            "⟦CAUTION\r\n⟧a\r\n",
            &[(
                Cause::ContentPrepended,
                "text was added at the beginning of the body, 1 line (9 bytes): “CAUTION”",
            )],
        );
        check(
            Within,
            text,
            "a\r\n⟦b\r\n⟧c",
            &[(
                Cause::ContentInserted,
                "text was added after line 1 of the body, 1 line (3 bytes): “b”",
            )],
        );
        check(
            Within,
            text,
            "a⟦\r\nb⟧\r\nc",
            &[(
                Cause::ContentInserted,
                "text was added after line 1 of the body, 1 line (3 bytes): “b”",
            )],
        );
        check(
            Within,
            text,
            "a⟦ b⟧\r\nc",
            &[(
                Cause::ContentInserted,
                "text was added in line 1 of the body, 1 line (2 bytes): “b”",
            )],
        );
        check(
            End,
            text,
            "Joe⟦ [scanned]⟧\r\n",
            &[(
                Cause::ContentAppended,
                "text was added at the end of the body, within its last line, 1 line (10 \
                 bytes): “[scanned]” behind “Joe”",
            )],
        );
        check(
            End,
            text,
            "a\r\n⟦\r\n⟧",
            &[(
                Cause::TrailingLinesChanged,
                "white space was added at the end of the body: 1 line (2 bytes)",
            )],
        );
    }

    #[test]
    fn several() {
        use Where::{Around, Beginning, Within};
        let hides = "which may hide or change other text";
        check(
            Around,
            Media::Html,
            "⟦<div>⟧a⟦</div>⟧",
            &[
                (
                    Cause::ContentPrepended,
                    "text was added at the beginning of the body, 1 line (5 bytes): “<div>”; it has \
                 <div> that is not closed, which may hide or change other text",
                ),
                (
                    Cause::ContentAppended,
                    "text was added at the end of the body, 1 line (6 bytes): “</div>”; it has </div> \
                 without its beginning, which may hide or change other text",
                ),
            ],
        );
        let within = "text was added in line 1 of the body, 1 line";
        check(
            Within,
            Media::Html,
            "<p>⟦<i>⟧b⟦<b>⟧",
            &[
                (
                    Cause::ContentInserted,
                    &format!("{within} (3 bytes): “<i>”; it has <i> that is not closed, {hides}"),
                ),
                (
                    Cause::ContentInserted,
                    &format!("{within} (3 bytes): “<b>”; it has <b> that is not closed, {hides}"),
                ),
            ],
        );
        // Not at the beginning of what is read.
        check(
            Beginning,
            Media::Html,
            "<body>Pay ⟦now⟧ or <b>later</b>",
            &[(
                Cause::ContentInserted,
                &format!("{within} (3 bytes): “now”"),
            )],
        );
        check(
            Beginning,
            Media::Html,
            "<head><title>x</title></head><body><p>⟦now⟧ or <b>later</b>",
            &[(
                Cause::ContentPrepended,
                "text was added at the beginning of the body, 1 line (3 bytes): “now”",
            )],
        );
    }
}
