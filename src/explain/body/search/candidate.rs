//! What may have been signed: a body, and its parts, with changes undone.

use std::rc::Rc;

use super::{DEAREST, SURE, TOGETHER};
use crate::canonicalization::Canonicalization;
use crate::explain::body::leaf::Leaf;
use crate::explain::body::mime::Structure;
use crate::explain::body::shape::Shape;
use crate::explain::body::trial::Hashed;
use crate::explain::body::undone::{Text, Undone};
use crate::explain::body::version::Version;
use crate::message::{self, Header};

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

impl OfBody {
    /// Gives the body as it was, in pieces.
    pub(super) fn feed<E>(
        &self,
        body: &[u8],
        take: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        match self {
            Self::Shape(shape) => shape.undo(body).into_iter().try_for_each(take),
            Self::Text(undone) => undone.edits.feed(body, take),
        }
    }

    /// The body as it was.
    pub(super) fn apply(&self, body: &[u8]) -> Vec<u8> {
        match self {
            Self::Shape(shape) => shape.undo(body).concat(),
            Self::Text(undone) => undone.edits.apply(body),
        }
    }

    /// Whether lines end in another way.
    pub(super) fn is_of_line_ends(&self) -> bool {
        matches!(self, Self::Text(undone) if undone.change.is_of_line_ends())
    }
}

impl Body<'_> {
    pub(super) fn bytes(&self) -> &[u8] {
        &self.hashed.bytes
    }

    /// The header that the body had before a change, if that is not its own and can be read.
    pub(super) fn header_before(&self, change: &OfBody) -> Option<Rc<Header>> {
        let OfBody::Shape(shape) = change else {
            return None;
        };
        let own = shape.header(self.bytes())?;
        let (header, _) = message::parse(own, self.hashed.claim.line_endings).ok()?;
        Some(Rc::new(header))
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

    /// The text of a part, if it is known.
    pub(super) fn version(&self, leaf: usize) -> Option<&Rc<Version>> {
        let changed = self.changed.iter().find(|(at, _)| *at == leaf);
        match changed {
            Some((_, version)) => Some(version),
            None => self.body.leaves[leaf].decoded.as_ref(),
        }
    }
}
