//! What a rule is about: a text, and what it may have been.
//!
//! A rule knows nothing of hashes, budgets, MIME or other rules: it looks at a [`Text`] and says what
//! that may have been ([`Undone`]). The [search](super::search) puts rules together.

use std::convert::Infallible;
use std::ops::Range;
use std::rc::Rc;

use super::claim::PIECE;
use super::mime::{Encoding, Media};
use super::rules::Lines;
use crate::explain::Cause;

/// A text as a rule sees it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Text<'t> {
    /// Of a part, what it says: decoded, and with CRLF at line ends. Else the body as it came.
    pub(super) bytes: &'t [u8],
    pub(super) media: Media,
    /// The boundary lines that are in use, without what ends them; none of a part.
    pub(super) boundaries: &'t [Vec<u8>],
    /// Whether canonicalization takes no notice of how much white space is in lines (RFC 6376
    /// §3.4.4), so that there is nothing to undo.
    pub(super) relaxed: bool,
    /// What costs more than this is not asked for, so that a rule may leave it out.
    pub(super) dearest: u32,
    /// How it is encoded still: text that was added to quoted-printable may not be in its style.
    pub(super) encoding: Encoding,
}

#[cfg(test)]
impl<'t> Text<'t> {
    /// A text that is not encoded, and of which all is asked for.
    pub(super) const fn of(bytes: &'t [u8], media: Media) -> Self {
        Self {
            bytes,
            media,
            boundaries: &[],
            relaxed: false,
            dearest: u32::MAX,
            encoding: Encoding::Identity,
        }
    }
}

/// What a rule looks at a text for: all that it may have been, each by itself.
pub(super) type Rule = fn(Text<'_>) -> Vec<Undone>;

/// A text as it may have been.
#[derive(Clone, Debug)]
pub(super) struct Undone {
    pub(super) edits: Edits,
    /// How unlikely it is, beside what else may have happened: 1 for what bears a system's own
    /// mark, 3 for what many do, 6 for what is only thinkable.
    pub(super) cost: u32,
    /// What happened, if this is right.
    pub(super) change: Change,
}

/// What happened to a text; together with the edits that undo it, all that is told of it.
#[derive(Clone, Debug)]
pub(super) enum Change {
    /// What the edits take out was added.
    Added(Where),
    /// Links lead elsewhere first.
    Linked,
    /// Lines were written in another way.
    Lines(Lines),
}

impl Change {
    /// Whether it is told before others: what was put at the beginning first, at the end last.
    pub(super) const fn place(&self) -> u8 {
        match self {
            Self::Added(Where::Beginning) => 0,
            Self::Added(Where::End) => 2,
            _ => 1,
        }
    }

    /// Whether lines end in another way.
    pub(super) fn is_of_line_ends(&self) -> bool {
        match self {
            Self::Lines(Lines::Rewritten(told)) => told.cause == Cause::LineEndingsChanged,
            _ => false,
        }
    }
}

/// Where in a text something was added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Where {
    /// At its end.
    End,
    /// At its beginning.
    Beginning,
    /// Elsewhere.
    Within,
    /// Around all of it, or all that an element has in it.
    Around,
}

/// What makes a text what it was.
#[derive(Clone, Debug)]
pub(super) enum Edits {
    /// These stretches were something else; they are in order and do not overlap.
    Some(Rc<[Edit]>),
    /// Each line was what this makes of it.
    Lines(fn(Line<'_>, &mut Vec<u8>)),
}

/// A stretch of a text that was something else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Edit {
    pub(super) range: Range<usize>,
    /// What was there; empty where the stretch was added.
    pub(super) was: Vec<u8>,
}

/// A line with what stands around it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'a> {
    /// The line before, with its line end; empty at the beginning.
    pub(super) previous: &'a [u8],
    /// The line with its line end, if it has one.
    pub(super) line: &'a [u8],
    /// The line behind; empty at the end.
    pub(super) next: &'a [u8],
    /// The line's number, from 0.
    pub(super) number: usize,
}

impl Edit {
    /// That a stretch was added.
    pub(super) const fn added(range: Range<usize>) -> Self {
        Self {
            range,
            was: Vec::new(),
        }
    }
}

impl Edits {
    /// Gives the text as it was, in pieces.
    pub(super) fn feed<E>(
        &self,
        text: &[u8],
        mut take: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        match self {
            Self::Some(edits) => {
                let mut at = 0;
                for Edit { range, was } in edits.iter() {
                    take(&text[at..range.start])?;
                    take(was)?;
                    at = range.end;
                }
                take(&text[at..])
            }
            Self::Lines(undo) => {
                let mut piece = Vec::with_capacity(PIECE.min(text.len()) + 1024);
                for line in in_context(text) {
                    undo(line, &mut piece);
                    if piece.len() >= PIECE {
                        take(&piece)?;
                        piece.clear();
                    }
                }
                take(&piece)
            }
        }
    }

    /// The text as it was.
    pub(super) fn apply(&self, text: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(text.len() + 64);
        let Ok(()) = self.feed::<Infallible>(text, |piece| {
            out.extend_from_slice(piece);
            Ok(())
        });
        out
    }

    /// Those of some stretches.
    pub(super) fn of(edits: Vec<Edit>) -> Self {
        Self::Some(edits.into())
    }

    /// Whether each line is rewritten.
    pub(super) const fn are_everywhere(&self) -> bool {
        matches!(self, Self::Lines(_))
    }

    /// The stretches that were something else; none where lines were.
    pub(super) fn stretches(&self) -> &[Edit] {
        match self {
            Self::Some(edits) => edits,
            Self::Lines(_) => &[],
        }
    }

    /// About how many bytes of memory they take.
    pub(super) fn size(&self) -> usize {
        self.stretches().len() * (size_of::<Edit>() + 32)
    }

    /// What they take out of a text.
    pub(super) fn taken_out<'t>(&self, text: &'t [u8]) -> impl Iterator<Item = &'t [u8]> {
        let stretches = self.stretches().iter();
        stretches.map(move |edit| &text[edit.range.clone()])
    }
}

/// The lines of a text, each with its line end. A CR alone ends no line.
pub(super) fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split_inclusive(|octet| *octet == b'\n')
}

/// A line without its line end.
pub(super) fn content(line: &[u8]) -> &[u8] {
    let without = line.strip_suffix(b"\n").unwrap_or(line);
    match line.len() - without.len() {
        0 => line,
        _ => without.strip_suffix(b"\r").unwrap_or(without),
    }
}

/// The lines with what stands around them.
pub(super) fn in_context(text: &[u8]) -> impl Iterator<Item = Line<'_>> {
    let mut lines = lines(text).peekable();
    let mut previous: &[u8] = &[];
    let mut number = 0;
    std::iter::from_fn(move || {
        let line = lines.next()?;
        let found = Line {
            previous,
            line,
            next: lines.peek().copied().unwrap_or_default(),
            number,
        };
        previous = line;
        number += 1;
        Some(found)
    })
}

/// Whether there is nothing to see in a line, or in what is between two others.
pub(super) fn is_blank(text: &[u8]) -> bool {
    text.trim_ascii().is_empty()
}

/// Appends a text with one sequence of bytes for another.
pub(super) fn replace(text: &[u8], from: &[u8], to: &[u8], out: &mut Vec<u8>) {
    let mut rest = text;
    while let Some(at) = memchr::memmem::find(rest, from) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(to);
        rest = &rest[at + from.len()..];
    }
    out.extend_from_slice(rest);
}
