//! What is told of a candidate that fits: each change that was undone, in the order of the text.

use super::candidate::{Node, OfBody};
use crate::explain::Budget;
use crate::explain::body::claim::{Claim, Fit};
use crate::explain::body::shape::Shape;
use crate::explain::body::undone::{Change, Undone, Where};
use crate::explain::body::version::Version;
use crate::explain::body::writing::Writing;
use crate::explain::body::{Found, appended, told};

/// How the parts of a candidate were written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Written<'w> {
    pub(super) writing: &'w Writing,
    /// How many bytes at the beginning are those of the body.
    pub(super) same: usize,
    /// What comes then.
    pub(super) pieces: &'w [&'w [u8]],
}

impl Node<'_> {
    /// What is told of a candidate that fits.
    pub(super) fn told(
        &self,
        written: Option<Written<'_>>,
        fit: Fit,
        budget: &mut Budget<'_>,
    ) -> Found {
        let body = &self.body;
        let mut of_body = Vec::new();
        let mut made = body;
        while let Some((before, change)) = &made.of {
            of_body.push((before, change));
            made = before;
        }
        of_body.reverse();
        let is_all = of_body.len() == 1 && self.changed.is_empty() && fit == Fit::Whole;
        let mut stories = Vec::new();
        // What was added behind the parts is told behind what was done to them.
        let mut behind = Vec::new();
        for (before, change) in of_body {
            match change {
                OfBody::Shape(shape @ Shape::Added { .. }) => {
                    behind.extend(shape.stories(before.bytes(), is_all));
                }
                OfBody::Shape(shape) => stories.extend(shape.stories(before.bytes(), is_all)),
                OfBody::Text(undone) => {
                    let told = told::tell(&undone.change, &undone.edits, before.text(), "body");
                    match undone.change {
                        Change::Added(Where::End) => behind.extend(told),
                        _ => stories.extend(told),
                    }
                }
            }
        }
        for (leaf, version) in &self.changed {
            let leaf = &body.leaves[*leaf];
            let mut changes = version.changes();
            changes.sort_by_key(|(_, undone)| undone.change.place());
            if let Some(Written { writing, .. }) = written {
                let is_appended = |(_, undone): &(&Version, &Undone)| {
                    matches!(undone.change, Change::Added(Where::End))
                };
                stories.extend(writing.stories(leaf, changes.iter().any(is_appended)));
            }
            for (before, undone) in changes {
                let text = leaf.text(&before.bytes);
                stories.extend(told::tell(
                    &undone.change,
                    &undone.edits,
                    text,
                    &leaf.name(),
                ));
            }
        }
        stories.append(&mut behind);
        if let Fit::Prefix(_) = fit {
            let whole = match written {
                Some(Written { same, pieces, .. }) => {
                    [&[&body.bytes()[..same]], pieces].concat().concat()
                }
                None => body.bytes().to_vec(),
            };
            let claim = Claim {
                form: body.structure.form(),
                ..body.hashed.claim
            };
            stories.extend(appended::behind(fit, &claim, &whole, budget)?);
        }
        Ok(Some(stories))
    }
}
