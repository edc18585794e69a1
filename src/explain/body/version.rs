//! What a part may have said: its text, with the changes undone one after the other.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::mem;
use std::rc::Rc;

use super::encodings::decode;
use super::quotation::words;
use super::rules;
use super::undone::{Change, Text, Undone, Where};

/// A text, and how it came about. Only the text as it is is kept: the others are made of it.
#[derive(Debug)]
pub(super) struct Version {
    /// The text as it is; of another version what it was made of.
    origin: Origin,
    /// What it may have been in turn, where that is asked for more than once.
    undone: OnceCell<Rc<[Listed]>>,
}

#[derive(Debug)]
enum Origin {
    Text(Vec<u8>),
    Undone(Rc<Version>, Listed),
}

/// What a rule said, with what it is compared by.
#[derive(Clone, Debug)]
pub(super) struct Listed {
    pub(super) undone: Undone,
    /// What has the same likeness in another part was most likely done to both: the same words
    /// were added, or links led elsewhere.
    pub(super) likeness: u64,
}

impl Version {
    /// The text as it is.
    pub(super) const fn first(text: Vec<u8>) -> Self {
        Self {
            origin: Origin::Text(text),
            undone: OnceCell::new(),
        }
    }

    /// A text with something undone.
    pub(super) const fn without(version: Rc<Self>, undone: Listed) -> Self {
        Self {
            origin: Origin::Undone(version, undone),
            undone: OnceCell::new(),
        }
    }

    /// The text.
    pub(super) fn bytes(&self) -> Cow<'_, [u8]> {
        match &self.origin {
            Origin::Text(text) => Cow::Borrowed(text),
            Origin::Undone(before, listed) => {
                Cow::Owned(listed.undone.edits.apply(&before.bytes()))
            }
        }
    }

    /// Whether nothing is undone.
    pub(super) const fn is_first(&self) -> bool {
        matches!(self.origin, Origin::Text(_))
    }

    /// The changes that are undone, the last that happened first.
    pub(super) fn changes(&self) -> Vec<(&Self, &Listed)> {
        let mut changes = Vec::new();
        let mut version = self;
        while let Origin::Undone(before, listed) = &version.origin {
            changes.push((&**before, listed));
            version = before;
        }
        changes.reverse();
        changes
    }

    /// What it may have been in turn, if that was kept.
    pub(super) fn known(&self) -> Option<Rc<[Listed]>> {
        self.undone.get().cloned()
    }

    /// Keeps that.
    pub(super) fn keep(&self, list: &Rc<[Listed]>) {
        let _ = self.undone.set(Rc::clone(list));
    }
}

/// What a text may have been, by the rules of parts, the likely ones first.
pub(super) fn undone(text: Text<'_>) -> Rc<[Listed]> {
    let with_likeness = |undone: Undone| Listed {
        likeness: likeness(&undone, text),
        undone,
    };
    let all = rules::OF_PARTS.iter().flat_map(|rule| rule(text));
    let mut all: Vec<_> = all.map(with_likeness).collect();
    all.sort_by_key(|each| each.undone.cost);
    all.into()
}

/// So many letters and digits tell one footer from another by how they begin, and banners by how
/// they end: systems write more into HTML than into text.
const TELLING: usize = 24;
/// Bytes at either end of what was added that are looked at for them.
const NEAR: usize = 4 * 1024;

/// What a change has in common with the same one to another part.
fn likeness(undone: &Undone, text: Text<'_>) -> u64 {
    let mut hasher = DefaultHasher::new();
    mem::discriminant(&undone.change).hash(&mut hasher);
    if let Change::Added(place) = undone.change {
        place.hash(&mut hasher);
        for added in undone.edits.taken_out(text.bytes) {
            let added = match place {
                Where::Beginning => &added[added.len().saturating_sub(NEAR)..],
                _ => &added[..added.len().min(NEAR)],
            };
            let decoded = decode(text.encoding, added);
            let words = words(decoded.as_deref().unwrap_or(added)).into_iter();
            let words = words.filter(|byte| byte.is_ascii_alphanumeric() || !byte.is_ascii());
            let words: Vec<_> = words.collect();
            let few = words.len().saturating_sub(TELLING);
            hasher.write(match place {
                Where::End => &words[..words.len() - few],
                Where::Beginning => &words[few..],
                Where::Within | Where::Around => &words,
            });
        }
    }
    hasher.finish()
}
