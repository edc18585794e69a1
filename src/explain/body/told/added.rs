//! What is told of what was added.

use std::ops::Range;

use crate::explain::Cause;
use crate::explain::body::appended::is_white;
use crate::explain::body::mime::{Form, Media};
use crate::explain::body::quotation::quote_added;
use crate::explain::body::story::{Story, count, size};
use crate::explain::body::undone::{Edit, Text, Where};

/// Each stretch by itself; many within a text at once.
pub(super) fn tell(at: Where, edits: &[Edit], text: Text<'_>, name: &str) -> Vec<Story> {
    /// More than these are told of together.
    const MOST: usize = 2;
    let edits: Vec<_> = edits.iter().filter(|edit| !is_empty(edit)).collect();
    if edits.len() > MOST {
        return together(&edits, text, name);
    }
    let stretch = |(number, edit): (usize, &&Edit)| {
        // Each may take up half of what is between it and the next.
        let middle = |before: &Edit, behind: &Edit| before.range.end.midpoint(behind.range.start);
        let from = number.checked_sub(1);
        let from = from.map_or(0, |before| middle(edits[before], edit));
        let to = edits.get(number + 1);
        let to = to.map_or(text.bytes.len(), |behind| middle(edit, behind));
        let at = match (at, edits.len()) {
            // Something was put around all between.
            (Where::Around, 2) if number == 0 => Where::Beginning,
            (Where::Around, 2) => Where::End,
            (at, _) => at,
        };
        story(at, edit, from..to, text, name)
    };
    edits.iter().enumerate().map(stretch).collect()
}

/// Whether an edit changes nothing.
fn is_empty(edit: &Edit) -> bool {
    edit.range.is_empty() && edit.was.is_empty()
}

/// A stretch that was added, between others.
fn story(at: Where, edit: &Edit, within: Range<usize>, text: Text<'_>, name: &str) -> Story {
    let bytes = text.bytes;
    if edit.range.is_empty() && is_white(&edit.was) {
        return removed(at, edit, text, name);
    }
    let range = if edit.was.is_empty() {
        at_line(edit.range.clone(), within, bytes)
    } else {
        edit.range.clone()
    };
    let start = range.start;
    let added = &bytes[range];
    let is_within = !begins_line(start, bytes) && !added.contains(&b'\n');
    if at == Where::End && is_within && !is_white(added) && text.media == Media::Text {
        return in_last_line(start, added, text, name);
    }
    let place = match at {
        Where::End => "at the end of".to_owned(),
        Where::Beginning => "at the beginning of".to_owned(),
        Where::Around | Where::Within => place(start, bytes),
    };
    sentence(at, &format!("{place} the {name}"), added, form(text))
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

/// What was added to the last line.
fn in_last_line(start: usize, added: &[u8], text: Text<'_>, name: &str) -> Story {
    let before = &text.bytes[..start];
    let line = memchr::memrchr(b'\n', before).map_or(0, |line_feed| line_feed + 1);
    let detail = format!(
        "text was added at the end of the {name}, within its last line, {}: {} behind {}",
        count(added.len(), "byte"),
        quoted(added, text),
        quoted(&before[line..], text),
    );
    Story::new(Cause::ContentAppended, detail)
}

/// White space that is not there any more.
fn removed(at: Where, edit: &Edit, text: Text<'_>, name: &str) -> Story {
    let (cause, at) = match at {
        Where::End => (Cause::TrailingLinesChanged, "at the end of".to_owned()),
        _ => (
            Cause::WhitespaceChanged,
            place(edit.range.start, text.bytes),
        ),
    };
    let what = match &edit.was[..] {
        b"\r\n" => "an empty line".to_owned(),
        was => format!("white space ({})", count(was.len(), "byte")),
    };
    Story::new(cause, format!("{what} {at} the {name} was removed"))
}

/// Of stretches that differ, so many are shown behind the first.
const MOST_SHOWN: usize = 6;

/// Stretches that were added in many places.
fn together(edits: &[&Edit], text: Text<'_>, name: &str) -> Vec<Story> {
    let added: Vec<_> = edits
        .iter()
        .map(|edit| &text.bytes[edit.range.clone()])
        .collect();
    let Some(shown) = added.iter().find(|added| !is_white(added)) else {
        let length: usize = added.iter().map(|added| added.len()).sum();
        let detail = format!(
            "white space was added in {} of the {name}, {} in all",
            count(edits.len(), "place"),
            count(length, "byte"),
        );
        return vec![Story::new(Cause::WhitespaceChanged, detail)];
    };
    // Each that says something else: the first may be harmless.
    let mut others: Vec<&[u8]> = Vec::new();
    for each in added
        .iter()
        .filter(|each| !is_white(each) && *each != shown)
    {
        if !others.contains(each) && others.len() <= MOST_SHOWN {
            others.push(each);
        }
    }
    let mut detail = format!(
        "text was added in {} of the {name}, first: {}",
        count(edits.len(), "place"),
        quoted(shown, text),
    );
    for other in others.iter().take(MOST_SHOWN) {
        detail += &format!(", then: {}", quoted(other, text));
    }
    if others.len() > MOST_SHOWN {
        detail += ", and more";
    }
    vec![Story::new(Cause::ContentInserted, detail)]
}

fn quoted(added: &[u8], text: Text<'_>) -> String {
    quote_added(form(text), added)
}

const fn form(text: Text<'_>) -> Form {
    Form {
        media: text.media,
        encoding: text.encoding,
    }
}

/// Behind which line something is, or in which.
fn place(start: usize, bytes: &[u8]) -> String {
    let lines = memchr::memchr_iter(b'\n', &bytes[..start]).count();
    if begins_line(start, bytes) {
        format!("after line {lines} of")
    } else {
        format!("in line {} of", lines + 1)
    }
}

fn begins_line(at: usize, bytes: &[u8]) -> bool {
    at == 0 || bytes[at - 1] == b'\n'
}

/// The stretch, or one beside it without which the text is the same and that begins a line.
fn at_line(range: Range<usize>, within: Range<usize>, text: &[u8]) -> Range<usize> {
    /// Bytes by which it is shifted.
    const FARTHEST: usize = 1024;
    let Range { start, end } = range;
    let forwards = FARTHEST.min(within.end.saturating_sub(end));
    let backwards = FARTHEST.min(start.saturating_sub(within.start));
    let forwards = (0..forwards).take_while(|by| text[start + by] == text[end + by]);
    let backwards = (1..=backwards).take_while(|by| text[start - by] == text[end - by]);
    let behind = forwards.map(|by| (start + by + 1, end + by + 1));
    let before = backwards.map(|by| (start - by, end - by));
    let mut all = std::iter::once((start, end)).chain(behind).chain(before);
    let found = all.find(|(start, _)| begins_line(*start, text));
    found.map_or(range, |(start, end)| start..end)
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
                "text was added at the end of the body, within its last line, 10 bytes: \
                 “[scanned]” behind “Joe”",
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
        use Where::{Around, End, Within};
        let text = Media::Text;
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
        check(
            Within,
            text,
            "a⟦ ⟧b⟦ ⟧c⟦ ⟧d",
            &[(
                Cause::WhitespaceChanged,
                "white space was added in 3 places of the body, 3 bytes in all",
            )],
        );
        check(
            Within,
            text,
            "a⟦ x⟧b⟦ ⟧c⟦ ⟧d",
            &[(
                Cause::ContentInserted,
                "text was added in 3 places of the body, first: “x”",
            )],
        );
        check(End, text, "a⟦⟧", &[]);
    }
}
