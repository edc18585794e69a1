//! What a part may have said: its text, with the changes undone one after the other.

use std::cell::OnceCell;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::mem;
use std::rc::Rc;

use super::encodings::decode;
use super::quotation::words;
use super::rules;
use super::undone::{Change, Text, Undone, Where};

/// A text, and how it came about.
#[derive(Debug)]
pub(super) struct Version {
    pub(super) bytes: Vec<u8>,
    /// What it was made of; `None` for the text as it is.
    pub(super) of: Option<(Rc<Self>, Undone)>,
    /// What it may have been in turn; kept for the text as it is alone.
    undone: OnceCell<Rc<[Listed]>>,
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
    pub(super) const fn first(bytes: Vec<u8>) -> Self {
        Self {
            bytes,
            of: None,
            undone: OnceCell::new(),
        }
    }

    /// A text with something undone.
    pub(super) fn without(version: &Rc<Self>, undone: Undone) -> Self {
        Self {
            bytes: undone.edits.apply(&version.bytes),
            of: Some((Rc::clone(version), undone)),
            undone: OnceCell::new(),
        }
    }

    /// Whether nothing is undone.
    pub(super) const fn is_first(&self) -> bool {
        self.of.is_none()
    }

    /// The changes that are undone, the last that happened first.
    pub(super) fn changes(&self) -> Vec<(&Self, &Undone)> {
        let mut changes = Vec::new();
        let mut version = self;
        while let Some((before, undone)) = &version.of {
            changes.push((&**before, undone));
            version = before;
        }
        changes.reverse();
        changes
    }

    /// What it may have been in turn, by the rules of parts.
    pub(super) fn undone(&self, text: Text<'_>) -> Rc<[Listed]> {
        let list = || listed(rules::OF_PARTS.iter().flat_map(|rule| rule(text)), text);
        if self.is_first() {
            Rc::clone(self.undone.get_or_init(list))
        } else {
            list()
        }
    }
}

/// These with their likeness, the likely ones first.
pub(super) fn listed(all: impl Iterator<Item = Undone>, text: Text<'_>) -> Rc<[Listed]> {
    let with_likeness = |undone: Undone| Listed {
        likeness: likeness(&undone, text),
        undone,
    };
    let mut listed: Vec<_> = all.map(with_likeness).collect();
    listed.sort_by_key(|each| each.undone.cost);
    listed.into()
}

/// So many letters and digits tell one footer from another by how they begin, and banners by how
/// they end: systems write more into HTML than into text.
const TELLING: usize = 24;

/// What a change has in common with the same one to another part.
pub(super) fn likeness(undone: &Undone, text: Text<'_>) -> u64 {
    let mut hasher = DefaultHasher::new();
    mem::discriminant(&undone.change).hash(&mut hasher);
    if let Change::Added(place) = undone.change {
        place.hash(&mut hasher);
        for added in undone.edits.taken_out(text.bytes) {
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

/// About how many bytes of memory a list takes.
pub(super) fn size_of(list: &[Listed]) -> usize {
    /// An edit or two, and what they put in.
    const EDITS: usize = 96;
    list.len() * (mem::size_of::<Listed>() + EDITS)
}
