//! What stands behind the bytes that `bh=` is the hash of.

use super::claim::{Claim, Fit};
use super::story::{Story, count, size};
use super::told;
use super::undone::Where;
use crate::explain::quote::quote;
use crate::explain::{Budget, Cause, Exhausted};

/// Tells of what was added behind the bytes that a claim fits; nothing if it fits all.
pub(super) fn behind(
    fit: Fit,
    claim: &Claim<'_>,
    body: &[u8],
    budget: &mut Budget<'_>,
) -> Result<Option<Story>, Exhausted> {
    let Fit::Prefix(length) = fit else {
        return Ok(None);
    };
    let (signed, rest) = claim.canonical_behind(length, body, budget)?;
    let mut told = story(claim, signed, &rest);
    if claim.length == Some(body.len() as u64)
        && rest.is_empty()
        && let Some(told) = &mut told
    {
        told.detail += ": it counts the body as it is, before it is canonicalized";
    }
    Ok(told)
}

/// Tells of a canonicalized body of which only the first `signed` bytes were hashed, and not the
/// `rest`; nothing if there is none, and as many as `l=` says.
pub(super) fn story(claim: &Claim<'_>, signed: usize, rest: &[u8]) -> Option<Story> {
    if let Some(length) = claim.length {
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        return (length != signed).then(|| {
            let all = if rest.is_empty() { ", all of it" } else { "" };
            let length = count(length, "byte");
            let detail = format!(
                "l= says to sign {length} of the body, and bh= is the hash of {signed}{all}"
            );
            Story::new(Cause::BodyLengthWrong, detail)
        });
    }
    match rest {
        b"" => None,
        b".\r\n" => {
            let detail = "the dot that ends a message in SMTP was taken for its last line";
            Some(Story::new(Cause::DotStuffing, detail))
        }
        _ => {
            let place = "at the end of the body";
            Some(told::sentence(Where::End, place, rest, claim.form))
        }
    }
}

/// Tells of a canonicalized body of which `bh=` is the hash up to a place within a line.
pub(super) fn story_within_line(claim: &Claim<'_>, signed: usize, rest: &[u8]) -> Option<Story> {
    if claim.length.is_some() || rest.is_empty() {
        return story(claim, signed, rest);
    }
    let (signed, size, shown) = (count(signed, "byte"), size(rest), quote(rest));
    let detail = format!(
        "bh= is the hash of the first {signed} of the body, which end within a line, and there is \
         no l= that says so; {size} follow: {shown}"
    );
    Some(Story::new(Cause::BodyLengthWrong, detail))
}

/// Whether there is nothing to see in the bytes.
pub(super) fn is_white(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| b" \t\r\n".contains(byte))
}
