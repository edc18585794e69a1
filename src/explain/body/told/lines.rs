//! What is told of lines that were rewritten.

use crate::explain::Cause;
use crate::explain::body::appended::is_white;
use crate::explain::body::quotation::{quote_change, told_change};
use crate::explain::body::rules::{Lines, PREAMBLES, Told};
use crate::explain::body::story::{Story, count};
use crate::explain::body::undone::{Edit, Edits, Line, content, in_context, lines};
use crate::explain::quote::quote;

/// What is told of lines of a text.
pub(super) fn tell(rewritten: &Lines, edits: &Edits, text: &[u8]) -> Story {
    let changes = Changes::of(edits, text);
    match rewritten {
        Lines::Rewritten(told) => changes.story(*told, lines(text).count()),
        Lines::Preamble => {
            let edit = edits.stretches().first();
            let is = edit.map_or(&[][..], |edit| &text[edit.range.clone()]);
            preamble(is, edit.map_or(&[], |edit| &edit.was))
        }
        Lines::OneSpace => changes.one_space(),
    }
}

/// Lines that were changed.
struct Changes<'t> {
    count: usize,
    first: Option<First<'t>>,
}

/// The first of them.
struct First<'t> {
    /// The line before it.
    previous: &'t [u8],
    /// Its number, from 0.
    number: usize,
    is: &'t [u8],
    was: Vec<u8>,
}

impl<'t> Changes<'t> {
    fn of(edits: &Edits, text: &'t [u8]) -> Self {
        let edits = match edits {
            Edits::Lines(undo) => return Self::everywhere(*undo, text),
            Edits::Some(edits) => edits,
        };
        let mut start = 0;
        let place = edits.first().map_or(0, |edit| edit.range.start);
        let mut all = in_context(text);
        let first = all.find_map(|at| {
            let from = start;
            start += at.line.len();
            let is_there = place < start || (place == start && start == text.len());
            is_there.then(|| First {
                previous: at.previous,
                number: at.number,
                is: at.line,
                was: was(edits.first(), at.line, from),
            })
        });
        Self {
            count: edits.len(),
            first,
        }
    }

    fn everywhere(undo: fn(Line<'_>, &mut Vec<u8>), text: &'t [u8]) -> Self {
        let mut changes = Self {
            count: 0,
            first: None,
        };
        let mut was = Vec::new();
        for at in in_context(text) {
            was.clear();
            undo(at, &mut was);
            if was != at.line {
                changes.count += 1;
                changes.first.get_or_insert_with(|| First {
                    previous: at.previous,
                    number: at.number,
                    is: at.line,
                    was: was.clone(),
                });
            }
        }
        changes
    }

    fn story(self, told: Told, lines_in_all: usize) -> Story {
        let changed = self.count;
        // A footer has no part in it.
        let is_in_places = changed < 2 || 3 * changed < lines_in_all;
        let in_places = told.in_places.filter(|_| is_in_places);
        let (cause, what) = in_places.unwrap_or((told.cause, told.what));
        let verb = if changed == 1 { "was" } else { "were" };
        let all = format!("{what}: {} {verb} changed", count(changed, "line"));
        let Some(first) = self.first else {
            return Story::new(cause, all);
        };
        let the_first = if changed == 1 { "" } else { ", the first" };
        if let Some((number, before)) = first.empty_line() {
            // Nothing can be shown of an empty line but its place.
            let places = match (in_places, changed) {
                (None, _) => format!("{all}{the_first}"),
                (Some(_), 1) => what.to_owned(),
                (Some(_), _) => format!("{what} in {changed} places, the first"),
            };
            let mut detail = format!("{places} after line {number} of the body");
            if !content(before).is_empty() {
                detail += &format!(", {}", quote(before));
            }
            return Story::new(cause, detail);
        }
        let Some(shown) = quote_change(first.is, &first.was) else {
            return Story::new(cause, all);
        };
        let story = Story::new(cause, format!("{all}{the_first}: {shown}"));
        if changed == 1 {
            story.with_original(content(&first.was))
        } else {
            story
        }
    }

    /// What is told of white space in one place.
    fn one_space(self) -> Story {
        let Some(first) = self.first else {
            return Story::new(Cause::WhitespaceChanged, "white space was changed");
        };
        let what = if first.is.len() > first.was.len() {
            "added"
        } else {
            "removed"
        };
        let shown = quote_change(first.is, &first.was).unwrap_or_default();
        let line = first.number + 1;
        let detail = format!("white space was {what} in line {line} of the body: {shown}");
        Story::new(Cause::WhitespaceChanged, detail).with_original(content(&first.was))
    }
}

impl First<'_> {
    /// If the change is that of an empty line: behind which line it was, by number, and that line.
    fn empty_line(&self) -> Option<(usize, &[u8])> {
        let is = content(self.is);
        if self.was.is_empty() {
            return Some((self.number, self.previous));
        }
        let is_put_before = self.was.ends_with(self.is)
            && self.was.len() > self.is.len()
            && is_white(&self.was[..self.was.len() - self.is.len()])
            && self.was.starts_with(b"\r\n");
        if is_put_before {
            return Some((self.number, self.previous));
        }
        let is_put_behind =
            content(self.was.trim_ascii_end()) == is && lines(&self.was).count() > 1;
        is_put_behind.then_some((self.number + 1, is))
    }
}

/// What a line that begins at `from` was.
fn was(edit: Option<&Edit>, line: &[u8], from: usize) -> Vec<u8> {
    let Some(edit) = edit else {
        return line.to_vec();
    };
    let start = edit.range.start.saturating_sub(from).min(line.len());
    let end = edit.range.end.saturating_sub(from).clamp(start, line.len());
    [&line[..start], &edit.was, &line[end..]].concat()
}

/// What is told where one text stands before the first boundary line, and stood another.
fn preamble(is: &[u8], was: &[u8]) -> Story {
    let place = "before the first boundary line";
    let (is_empty, was_empty) = (is_white(is), is_white(was));
    if is_empty && was_empty {
        let detail = format!("empty lines {place} were added or removed");
        return Story::new(Cause::TrailingLinesChanged, detail);
    }
    let (cause, detail) = if is_empty {
        let detail = format!("the text {place} was removed: {}", quote(was));
        (Cause::TransferEncodingChanged, detail)
    } else if was_empty {
        let detail = format!("text {place} was added: {}", quote(is));
        (Cause::ContentPrepended, detail)
    } else if words(is).eq(words(was)) {
        let detail = format!("white space of the text {place} was changed: {}", quote(is));
        (Cause::WhitespaceChanged, detail)
    } else {
        let change = told_change(is.trim_ascii(), was.trim_ascii());
        let detail = format!("the text {place} was changed: {change}");
        // Only programs write what is usual, when they put the parts together anew.
        let mut usual = PREAMBLES.iter().filter(|usual| !is_white(usual.as_bytes()));
        let cause = if usual.any(|usual| words(usual.as_bytes()).eq(words(is))) {
            Cause::TransferEncodingChanged
        } else {
            Cause::ContentPrepended
        };
        (cause, detail)
    };
    Story::new(cause, detail).with_original(was)
}

/// The words of a text, whatever the white space between them.
fn words(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let words = text.split(u8::is_ascii_whitespace);
    words.filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn preambles_are_told_by_all_their_words() {
        let check = |is: &str, was: &str, cause, detail: &str| {
            let story = preamble(is.as_bytes(), was.as_bytes());
            assert_eq!((story.cause, &story.detail[..]), (cause, detail));
        };
        let usual = PREAMBLES[2];
        check(
            &usual.replace("multi-part ", "multi-part\r\n"),
            usual,
            Cause::WhitespaceChanged,
            "white space of the text before the first boundary line was changed: “This is a \
             multi-part message in MIME format.”",
        );
        check(
            PREAMBLES[4],
            usual,
            Cause::TransferEncodingChanged,
            "the text before the first boundary line was changed: “This is a multipart message in \
             MIME format.”, originally “This is a multi-part message in MIME format.”",
        );
        let long = format!("{}pay 900 {0}", "as agreed ".repeat(20));
        let told = preamble(long.as_bytes(), long.replace('9', "1").as_bytes());
        assert_eq!(told.cause, Cause::ContentPrepended);
        for words in ["pay 900", "originally “…", "pay 100"] {
            assert!(told.detail.contains(words), "{}", told.detail);
        }
    }
}
