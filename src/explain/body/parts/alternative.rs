//! One thing that a part may have been, and what is told of it.

use super::super::appended::is_white;
use super::super::mime::Form;
use super::super::quotation::quote_added;
use super::super::story::{Story, size};
use super::alternatives::Place;
use super::cuts::Where;
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
    /// How many lines are before it.
    pub(super) lines_before: usize,
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
    fn story(&self, name: &str) -> Story {
        let size = size(&self.text);
        let after = format!("after line {} of", self.lines_before);
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
