//! What happened to the body (`bh=`, RFC 6376 §3.7).
//!
//! What mail systems do to bodies is undone, and the hash computed again. A hash that comes out
//! right is the proof, and ends the search: it was the very body that was signed, so that another
//! explanation could only tell the same in other words ([`search`]).
//!
//! To say what one more system does, add a rule, or a row to the table of one: see [`rules`].

mod appended;
mod claim;
mod encodings;
mod leaf;
mod mime;
mod quotation;
mod rules;
mod search;
mod shape;
mod signer;
mod story;
#[cfg(test)]
mod tests;
mod told;
mod trial;
mod truncated;
mod undone;
mod version;
mod writing;

use self::claim::Claim;
use self::story::Story;
use super::{Budget, Evidence, Exhausted, Explanation};

/// The changes that were found; undone together, they make the body hash come out right.
type Found = Result<Option<Vec<Story>>, Exhausted>;

/// Explains a body hash that is not that of the body.
pub(super) fn explain_body(
    evidence: &Evidence<'_>,
    budget: &mut Budget<'_>,
    found: &mut Vec<Explanation>,
) -> Result<(), Exhausted> {
    let (Some(claim), Some(body)) = (Claim::of(evidence), evidence.body) else {
        return Ok(());
    };
    let structure = mime::structure(evidence.header, body, budget)?;
    let claim = Claim {
        form: structure.form(),
        ..claim
    };
    match search::search(claim, evidence.header, structure.clone(), body, budget) {
        Ok(Some(stories)) => {
            found.extend(story::proven(stories));
            Ok(())
        }
        nothing => {
            found.extend(truncated::trace(&claim, &structure, evidence, body));
            nothing.map(|_| ())
        }
    }
}
