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
mod mime;
mod parts;
mod quotation;
mod rewrapped;
mod rewrites;
mod share;
mod signer;
mod story;
#[cfg(test)]
mod tests;
mod truncated;
mod white_space;
mod wrapped;

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
    let searched = search(&claim, &structure, body, budget);
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

/// The changes that, undone together, make the body hash come out right.
fn search(
    claim: &Claim<'_>,
    structure: &Structure,
    body: &[u8],
    budget: &mut Budget<'_>,
) -> Result<Option<Vec<Story>>, Exhausted> {
    if let Some(stories) = at_the_end(claim, body, budget)? {
        return Ok(Some(stories));
    }
    if let Some(stories) = rewrites::search_certain(claim, body, budget)? {
        return Ok(Some(stories));
    }
    if let Some(stories) = signer::search(claim, body, budget)? {
        return Ok(Some(stories));
    }
    if let Some(stories) = wrapped::search(claim, structure, body, budget)? {
        return Ok(Some(stories));
    }
    let canonical = claim.canonical(body, budget)?;
    let source = Source {
        body,
        canonical: &canonical,
        structure,
    };
    if let Some(stories) = added_part::search(claim, source, budget)? {
        return Ok(Some(stories));
    }
    if let Some(stories) = rewrapped::search(claim, source, budget)? {
        return Ok(Some(stories));
    }
    if let Some(stories) = parts::search_likely(claim, source, budget)? {
        return Ok(Some(stories));
    }
    if let Some(stories) = inserted::search_likely(claim, source, budget)? {
        return Ok(Some(stories));
    }
    if let Some(stories) = wrapped::search_changed(claim, structure, body, budget)? {
        return Ok(Some(stories));
    }
    if let Some(stories) = added_part::search_changed(claim, source, budget)? {
        return Ok(Some(stories));
    }
    if let Some(stories) = white_space::search(claim, &canonical, budget)? {
        return Ok(Some(stories));
    }
    if let Some(stories) = rewrites::search(claim, structure, body, budget)? {
        return Ok(Some(stories));
    }
    if let Some(stories) = signer::own_way(claim, body, budget)? {
        return Ok(Some(stories));
    }
    if let Some(stories) = parts::search(claim, source, budget)? {
        return Ok(Some(stories));
    }
    if let Some(stories) = inserted::search(claim, source, budget)? {
        return Ok(Some(stories));
    }
    signer::cut_anywhere(claim, &canonical, budget)
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
