//! One thing that a part may have been, and what is told of it.

use std::ops::Range;

use super::super::appended::is_white;
use super::super::mime::Form;
use super::super::quotation::quote_added;
use super::super::story::{Story, size};
use super::alternatives::Place;
use super::cuts::{Cut, Where};
use super::links::Links;
use super::recoding::Recoding;
use crate::explain::Cause;

/// What happened to the empty lines at the end of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tail {
    Kept,
    /// There is one that was not there.
    Longer,
    /// There was one that is not there.
    Shorter,
}

impl Tail {
    /// The empty lines as they were; `None` if that cannot be.
    pub(super) fn octets(self, place: &Place<'_>) -> Option<Vec<u8>> {
        let is_last = place.is_body();
        match self {
            Self::Kept => Some(place.tail.to_vec()),
            Self::Shorter => (!is_last).then(|| [place.tail, b"\r\n"].concat()),
            Self::Longer => {
                let line = memchr::memchr(b'\n', place.tail).filter(|_| !is_last)?;
                Some(place.tail[line + 1..].to_vec())
            }
        }
    }

    fn story(self, place: &Place<'_>) -> Option<Story> {
        let what = match self {
            Self::Kept => return None,
            Self::Longer => "added",
            Self::Shorter => "removed",
        };
        Some(Story::new(
            Cause::TrailingLinesChanged,
            format!(
                "an empty line at the end of the {} was {what}",
                place.name()
            ),
        ))
    }
}

/// Something that a part may have been.
#[derive(Clone, Debug)]
pub(super) struct Alternative {
    pub(super) kind: Kind,
    /// The part, with its header, in canonicalized form.
    pub(super) canonical: Vec<u8>,
    pub(super) recoding: Option<Recoding>,
    /// What was added.
    pub(super) added: Vec<Added>,
    /// The letters and digits of that, without HTML tags.
    pub(super) words: Vec<u8>,
    /// Links that were rewritten.
    pub(super) links: Option<Links>,
    pub(super) tail: Tail,
}

/// A stretch that was added to a part.
#[derive(Clone, Debug)]
pub(super) struct Added {
    pub(super) at: Where,
    pub(super) text: Vec<u8>,
    pub(super) form: Form,
    /// How many lines are before it, without that in which it begins.
    lines_before: usize,
    /// Whether it begins where a line begins.
    begins_line: bool,
}

/// Which alternatives of two parts go together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Another encoding, or other empty lines at the end.
    Recoded,
    /// Something added, and perhaps one certain other encoding.
    Added(Where, Option<Recoding>),
    /// Something added at the beginning and at the end.
    Around(Option<Recoding>),
    /// Links as they were.
    Linked,
}

impl Alternative {
    /// What is told of it.
    pub(super) fn stories(&self, place: &Place<'_>) -> Vec<Story> {
        // What was encoded like this before was changed by the addition alone.
        let recoded = self
            .recoding
            .filter(|recoding| recoding.changes(place))
            .map(|recoding| recoding.story(place));
        let name = place.name();
        let added = self.added.iter().map(|added| added.story(&name));
        let linked = self.links.as_ref().map(|links| links.story(&name));
        // Empty lines go with what was added behind them; it tells of them as well.
        let is_appended = self.added.iter().any(|added| added.at == Where::End);
        let tail = self.tail.story(place).filter(|_| !is_appended);
        let stories = recoded.into_iter().chain(added).chain(linked);
        stories.chain(tail).collect()
    }
}

impl Added {
    /// The stretches of a text in this form, each with its place.
    pub(super) fn all(cuts: &[Cut], text: &[u8], form: Form) -> Vec<Self> {
        let mut added = Vec::with_capacity(cuts.len());
        for (number, cut) in cuts.iter().enumerate() {
            // Each may take up half of what is between it and the next.
            let middle = |before: &Cut, behind: &Cut| before.range.end.midpoint(behind.range.start);
            let from = match number.checked_sub(1) {
                Some(before) => middle(&cuts[before], cut),
                None => 0,
            };
            let to = cuts.get(number + 1);
            let to = to.map_or(text.len(), |behind| middle(cut, behind));
            let range = at_line(cut.range.clone(), from..to, text);
            added.push(Self {
                at: cut.at,
                form,
                lines_before: memchr::memchr_iter(b'\n', &text[..range.start]).count(),
                begins_line: begins_line(range.start, text),
                text: text[range].to_vec(),
            });
        }
        added
    }

    fn story(&self, name: &str) -> Story {
        let size = size(&self.text);
        let after = if self.begins_line {
            format!("after line {} of", self.lines_before)
        } else {
            format!("in line {} of", self.lines_before + 1)
        };
        if is_white(&self.text) {
            let (cause, at) = match self.at {
                Where::End => (Cause::TrailingLinesChanged, "at the end of"),
                Where::Beginning => (Cause::WhitespaceChanged, "at the beginning of"),
                Where::Within => (Cause::WhitespaceChanged, after.as_str()),
            };
            let detail = format!("white space was added {at} the {name}: {size}");
            return Story::new(cause, detail);
        }
        let (cause, at) = match self.at {
            Where::End => (Cause::ContentAppended, "at the end of"),
            Where::Beginning => (Cause::ContentPrepended, "at the beginning of"),
            Where::Within => (Cause::ContentInserted, after.as_str()),
        };
        let shown = quote_added(self.form, &self.text);
        Story::new(
            cause,
            format!("text was added {at} the {name}, {size}: {shown}"),
        )
    }
}

fn begins_line(at: usize, text: &[u8]) -> bool {
    at == 0 || text[at - 1] == b'\n'
}

/// The stretch, or one beside it without which the text is the same and that begins a line.
fn at_line(range: Range<usize>, within: Range<usize>, text: &[u8]) -> Range<usize> {
    /// Octets by which it is shifted.
    const FARTHEST: usize = 1024;
    let Range { start, end } = range;
    let forwards = FARTHEST.min(within.end - end);
    let backwards = FARTHEST.min(start - within.start);
    let forwards = (0..forwards).take_while(|by| text[start + by] == text[end + by]);
    let backwards = (1..=backwards).take_while(|by| text[start - by] == text[end - by]);
    let behind = forwards.map(|by| (start + by + 1, end + by + 1));
    let before = backwards.map(|by| (start - by, end - by));
    let mut all = std::iter::once((start, end)).chain(behind).chain(before);
    let found = all.find(|(start, _)| begins_line(*start, text));
    found.map_or(range, |(start, end)| start..end)
}
