//! What happened to the body (`bh=`, RFC 6376 §3.7).
//!
//! Each hypothesis undoes a change that mail systems make and compares hashes. A hash that comes
//! out right is the proof, and ends the search: it was the very body that was signed, so that
//! another hypothesis could only tell the same in other words. The cheap ones come first:
//!
//! | undone | where | cost in bodies hashed |
//! |---|---|---|
//! | octets added at the end, at any line end | [`claim`] | 1 |
//! | mistakes of signers | [`signer`] | 1 each |
//! | a multipart put around the body | [`wrapped`] | 1 in all |
//! | a whole part added to a multipart | [`added_part`] | 1, and what is behind each part |
//! | base64 in lines of another length | [`rewrapped`] | 1 for each length |
//! | a banner or a footer in text parts | [`parts`] | what is behind them, for a few guesses |
//! | white space in one place | [`white_space`] | what is behind each, within a share |
//! | changes all over the body, line by line, with what was added at the end | [`rewrites`] | 1 each |
//! | text added to parts, other encodings of parts, rewritten links | [`parts`] | 1 for each guess, within a share |
//! | lines added before the body or within | [`inserted`] | 1 for each guess, within a share |
//! | octets added within a line | [`signer::cut_anywhere`] | 1, and the end of a hash per octet |

mod added_part;
mod appended;
mod claim;
mod encodings;
mod inserted;
mod leaf;
mod mime;
mod parts;
mod quotation;
mod rewrapped;
mod rewrites;
mod rules;
mod search;
mod shape;
mod share;
mod signer;
mod story;
#[cfg(test)]
mod tests;
mod told;
mod trial;
mod truncated;
mod undone;
mod version;
mod white_space;
mod wrapped;
mod writing;

use self::claim::{Claim, Fit};
use self::inserted::Source;
use self::mime::Structure;
use self::story::Story;
use super::{Budget, Evidence, Exhausted, Explanation};

/// Explains a body hash that is not that of the body.
pub(super) fn explain_body(
    evidence: &Evidence<'_>,
    budget: &mut Budget<'_>,
    found: &mut Vec<Explanation>,
) -> Result<(), Exhausted> {
    let Some(claim) = Claim::of(evidence) else {
        return Ok(());
    };
    let Some(body) = evidence.body else {
        return Ok(());
    };
    let structure = mime::structure(evidence.header, body, budget)?;
    let claim = Claim {
        form: structure.form(),
        ..claim
    };
    let searched = searched(&claim, evidence, body, budget);
    match searched {
        Ok(Some(stories)) => found.extend(story::proven(stories)),
        Ok(None) => found.extend(truncated::trace(&claim, &structure, evidence, body)),
        Err(exhausted) => {
            found.extend(truncated::trace(&claim, &structure, evidence, body));
            return Err(exhausted);
        }
    }
    Ok(())
}

/// What was changed, so that the body fits when it is undone; the signer's own mistakes come before
/// what can look like them.
fn searched(
    claim: &Claim<'_>,
    evidence: &Evidence<'_>,
    body: &[u8],
    budget: &mut Budget<'_>,
) -> Found {
    if let Some(stories) = at_the_end(claim, body, budget)? {
        return Ok(Some(stories));
    }
    if let Some(stories) = signer::search(claim, body, budget)? {
        return Ok(Some(stories));
    }
    if let Some(stories) = signer::own_way(claim, body, budget)? {
        return Ok(Some(stories));
    }
    search::search(*claim, evidence.header, body, budget)
}

/// The changes that a hypothesis found; undone together, they make the body hash come out right.
type Found = Result<Option<Vec<Story>>, Exhausted>;

/// A hypothesis that takes the body as it came.
type OfBody = fn(&Claim<'_>, &Structure, &[u8], &mut Budget<'_>) -> Found;

/// A hypothesis that takes the canonicalized body as well, which is a copy.
type OfCanonical = fn(&Claim<'_>, Source<'_>, &mut Budget<'_>) -> Found;

/// The hypotheses in their order.
const OF_BODY: [OfBody; 4] = [
    |claim, _, body, budget| at_the_end(claim, body, budget),
    |claim, _, body, budget| rewrites::search_certain(claim, body, budget),
    |claim, _, body, budget| signer::search(claim, body, budget),
    wrapped::search,
];
const OF_CANONICAL: [OfCanonical; 12] = [
    added_part::search,
    rewrapped::search,
    parts::search_likely,
    inserted::search_likely,
    |claim, source, budget| wrapped::search_changed(claim, source.structure, source.body, budget),
    added_part::search_changed,
    |claim, source, budget| white_space::search(claim, source.canonical, budget),
    |claim, source, budget| rewrites::search(claim, source.structure, source.body, budget),
    |claim, source, budget| signer::own_way(claim, source.body, budget),
    parts::search,
    inserted::search,
    |claim, source, budget| signer::cut_anywhere(claim, source.canonical, budget),
];

fn search(claim: &Claim<'_>, structure: &Structure, body: &[u8], budget: &mut Budget<'_>) -> Found {
    for hypothesis in OF_BODY {
        let found = hypothesis(claim, structure, body, budget)?;
        if found.is_some() {
            return Ok(found);
        }
    }
    let canonical = claim.canonical(body, budget)?;
    let source = Source {
        body,
        canonical: &canonical,
        structure,
    };
    for hypothesis in OF_CANONICAL {
        let found = hypothesis(claim, source, budget)?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

/// The body as it is, as far as any line end.
fn at_the_end(
    claim: &Claim<'_>,
    body: &[u8],
    budget: &mut Budget<'_>,
) -> Result<Option<Vec<Story>>, Exhausted> {
    let Some(fit) = claim.scan(body, budget)?.map(|fit| match fit {
        // Only where l= says more than there is: the hash is right without it.
        Fit::Whole => Fit::Prefix(u64::MAX),
        Fit::Prefix(_) => fit,
    }) else {
        return Ok(None);
    };
    let story = appended::behind(fit, claim, body, budget)?;
    Ok(story.map(|story| vec![story]))
}
