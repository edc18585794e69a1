//! What is told of a candidate that fits: each change that was undone, in the order of the text.

use super::candidate::{Node, OfBody};
use crate::explain::Budget;
use crate::explain::body::claim::{Claim, Fit};
use crate::explain::body::shape::Shape;
use crate::explain::body::undone::{Change, Where};
use crate::explain::body::version::{Listed, Version};
use crate::explain::body::writing::Writing;
use crate::explain::body::{Found, appended, mime, told, writing};

/// What makes a candidate of a node.
#[derive(Clone, Copy, Debug)]
pub(super) enum Last<'w> {
    /// One more change of the body as a whole.
    OfBody(&'w OfBody),
    /// Its parts, written so; and all of the body then, in pieces.
    Written(&'w Writing, &'w [&'w [u8]]),
}

impl Node<'_> {
    /// What is told of a candidate that fits.
    pub(super) fn told(&self, last: Last<'_>, fit: Fit, budget: &mut Budget<'_>) -> Found {
        let body = &*self.body;
        let mut of_body = Vec::new();
        if let Last::OfBody(change) = last {
            of_body.push((body, change));
        }
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
            changes.sort_by_key(|(_, listed)| listed.undone.change.place());
            if let Last::Written(writing, _) = last {
                let is_appended = |(_, listed): &(&Version, &Listed)| {
                    matches!(listed.undone.change, Change::Added(Where::End))
                };
                stories.extend(writing.stories(leaf, changes.iter().any(is_appended)));
                if writing.recoding.is_none()
                    && leaf.is_encoded_anew(version, body.bytes(), budget)?
                {
                    stories.push(writing::encoded_anew(leaf));
                }
            }
            for (before, Listed { undone, .. }) in changes {
                let before = before.bytes();
                let text = leaf.text(&before);
                let name = leaf.name();
                stories.extend(told::tell(&undone.change, &undone.edits, text, &name));
            }
        }
        stories.append(&mut behind);
        if let Fit::Prefix(_) = fit {
            let (whole, form) = match last {
                Last::Written(_, pieces) => (pieces.concat(), body.structure.form()),
                Last::OfBody(change) => {
                    let whole = change.apply(body.bytes());
                    let header = body.header_before(change);
                    let header = header.as_ref().unwrap_or(&body.header);
                    let structure = mime::structure(header, &whole, budget)?;
                    (whole, structure.form())
                }
            };
            let claim = Claim {
                form,
                ..body.hashed.claim
            };
            stories.extend(appended::behind(fit, &claim, &whole, budget)?);
        }
        Ok(Some(stories))
    }
}
