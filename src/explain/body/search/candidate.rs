//! What may have been signed: a body, and its parts, with changes undone.

use std::rc::Rc;

use super::{DEAREST, SURE, TOGETHER};
use crate::canonicalization::Canonicalization;
use crate::explain::body::leaf::Leaf;
use crate::explain::body::mime::Structure;
use crate::explain::body::shape::Shape;
use crate::explain::body::trial::Hashed;
use crate::explain::body::undone::{Text, Undone};
use crate::explain::body::version::{Version, likeness};
use crate::message::Header;

/// A body, as it is or may have been.
#[derive(Debug)]
pub(super) struct Body<'c> {
    pub(super) hashed: Hashed<'c>,
    /// The header fields that say what it is.
    pub(super) header: Rc<Header>,
    pub(super) structure: Structure,
    pub(super) leaves: Vec<Leaf>,
    /// What it was made of.
    pub(super) of: Option<(Rc<Self>, OfBody)>,
    pub(super) depth: usize,
}

/// A change to a body as a whole.
#[derive(Clone, Debug)]
pub(super) enum OfBody {
    Shape(Shape),
    Text(Undone),
}

impl<'c> Body<'c> {
    pub(super) fn new(hashed: Hashed<'c>, header: Rc<Header>, structure: Structure) -> Self {
        let leaves = Leaf::all_of(&structure, &hashed.bytes);
        Self {
            hashed,
            header,
            structure,
            leaves,
            of: None,
            depth: 0,
        }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.hashed.bytes
    }

    /// How a rule sees it.
    pub(super) fn text(&self) -> Text<'_> {
        let form = self.structure.form();
        Text {
            bytes: self.bytes(),
            media: form.media,
            boundaries: &self.structure.boundaries,
            dearest: u32::MAX,
            relaxed: self.hashed.claim.canonicalization == Canonicalization::Relaxed,
            encoding: form.encoding,
        }
    }
}

/// A body with some of its parts as they may have been.
#[derive(Clone, Debug)]
pub(super) struct Node<'c> {
    pub(super) body: Rc<Body<'c>>,
    /// The parts that say something else, or are written in another way; in order.
    pub(super) changed: Vec<(usize, Rc<Version>)>,
    pub(super) cost: u32,
}

impl<'c> Node<'c> {
    /// A body with its parts as they are.
    pub(super) const fn of(body: Rc<Body<'c>>, cost: u32) -> Self {
        Self {
            body,
            changed: Vec::new(),
            cost,
        }
    }

    /// What a change may cost that was done besides.
    pub(super) const fn dearest(&self) -> u32 {
        if self.cost <= SURE {
            DEAREST
        } else {
            TOGETHER.saturating_sub(self.cost)
        }
    }

    /// The same with one part as it may have been; `None` if that cannot be.
    pub(super) fn with(&self, leaf: usize, version: Rc<Version>) -> Option<Self> {
        let place = |at: usize| self.body.leaves[at].start();
        let mut changed = self.changed.clone();
        changed.retain(|(at, _)| *at != leaf);
        // One part is not taken both encoded and decoded.
        if changed.iter().any(|(at, _)| place(*at) == place(leaf)) {
            return None;
        }
        changed.push((leaf, version));
        changed.sort_by_key(|(at, _)| *at);
        Some(Self {
            changed,
            ..self.clone()
        })
    }

    /// The text of a part, and how many changes in it are undone.
    pub(super) fn version(&self, leaf: usize) -> Option<(&Rc<Version>, usize)> {
        let changed = self.changed.iter().find(|(at, _)| *at == leaf);
        match changed {
            Some((_, version)) => Some((version, version.changes().len())),
            None => {
                let first = self.body.leaves[leaf].decoded(self.body.bytes())?;
                Some((first, 0))
            }
        }
    }

    /// What was done to other parts than this, and not to this one.
    pub(super) fn likenesses(&self, leaf: usize) -> Vec<u64> {
        let mut others = Vec::new();
        let mut own = Vec::new();
        for (at, version) in &self.changed {
            let text = |bytes| self.body.leaves[*at].text(bytes);
            let changes = version.changes().into_iter();
            let changes = changes.map(|(before, undone)| likeness(undone, text(&before.bytes)));
            if *at == leaf {
                own.extend(changes);
            } else {
                others.extend(changes);
            }
        }
        others.retain(|each| !own.contains(each));
        others
    }
}
