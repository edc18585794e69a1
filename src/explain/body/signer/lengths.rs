//! `bh=` is the hash of another number of bytes than `l=` says (RFC 6376 §3.5), or than there are.

use super::Found;
use crate::explain::Budget;
use crate::explain::Cause;
use crate::explain::body::appended;
use crate::explain::body::claim::{Claim, FINISH, Fit};
use crate::explain::body::story::{Story, count};
use crate::hash::Digest;

/// What `l=` leaves of the body before it is canonicalized.
pub(super) fn of_the_raw_body(claim: &Claim<'_>, body: &[u8], budget: &mut Budget<'_>) -> Found {
    let length = claim.length.and_then(|length| usize::try_from(length).ok());
    let Some(cut) = length.and_then(|length| body.get(..length)) else {
        return Ok(None);
    };
    let whole = Claim {
        length: None,
        ..*claim
    };
    let fit = whole.scan(cut, budget)?;
    Ok(fit.filter(|fit| *fit == Fit::Whole).map(|_| {
        let said = format!(
            "l= says to sign {}, and bh= is the hash of as many of the body as it is, canonicalized \
             then; l= counts the canonicalized body (RFC 6376 §3.5)",
            count(cut.len(), "byte")
        );
        vec![Story::new(Cause::BodyLengthWrong, said)]
    }))
}

/// Any number of bytes, for `l=` cuts lines.
///
/// Cost: the end of a hash for each byte, so only for bodies up to a limit.
pub(super) fn within_line(claim: &Claim<'_>, body: &[u8], budget: &mut Budget<'_>) -> Found {
    const LONGEST: usize = 256 * 1024;
    if body.len() > LONGEST {
        return Ok(None);
    }
    let (_, canonical) = claim.canonical_behind(0, body, budget)?;
    let mut digest = Digest::new(claim.algorithm);
    for (at, byte) in canonical.iter().enumerate() {
        budget.spend(FINISH)?;
        digest.update(&[*byte]);
        let signed = at + 1;
        if digest.is_now(claim.hash) {
            let story = appended::story_within_line(claim, signed, &canonical[signed..]);
            return Ok(story.map(|story| vec![story]));
        }
    }
    Ok(None)
}
