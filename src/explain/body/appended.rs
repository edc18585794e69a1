//! What stands behind the octets that `bh=` is the hash of.

use super::claim::{Claim, Fit};
use super::quotation::quote_added;
use super::story::{Story, count, size};
use crate::explain::quote::quote;
use crate::explain::{Budget, Cause, Exhausted};

/// Tells of what was added behind the octets that a claim fits; nothing if it fits all.
pub(super) fn behind(
    fit: Fit,
    claim: &Claim<'_>,
    body: &[u8],
    budget: &mut Budget<'_>,
) -> Result<Option<Story>, Exhausted> {
    let Fit::Prefix(length) = fit else {
        return Ok(None);
    };
    let canonical = claim.canonical(body, budget)?;
    let signed = usize::try_from(length).unwrap_or(usize::MAX);
    Ok(Some(story(claim, &canonical, signed.min(canonical.len()))))
}

/// Tells of a canonicalized body of which only the first `signed` octets were hashed.
pub(super) fn story(claim: &Claim<'_>, canonical: &[u8], signed: usize) -> Story {
    let rest = canonical.get(signed..).unwrap_or_default();
    if let Some(length) = claim.length {
        return Story::new(
            Cause::BodyLengthWrong,
            format!(
                "l= says to sign {} of the body, and bh= is the hash of {signed}{}",
                count_long(length),
                if rest.is_empty() { ", all of it" } else { "" },
            ),
        );
    }
    if rest == b".\r\n" {
        return Story::new(
            Cause::DotStuffing,
            "the dot that ends a message in SMTP was taken for its last line",
        );
    }
    if is_white(rest) {
        return Story::new(
            Cause::TrailingLinesChanged,
            format!(
                "white space was added at the end of the body: {}",
                size(rest)
            ),
        );
    }
    Story::new(
        Cause::ContentAppended,
        format!(
            "text was added at the end of the body, {}: {}",
            size(rest),
            quote_added(claim.form, rest)
        ),
    )
}

/// Tells of a canonicalized body of which `bh=` is the hash up to a place within a line.
pub(super) fn story_within_line(claim: &Claim<'_>, canonical: &[u8], signed: usize) -> Story {
    if claim.length.is_some() {
        return story(claim, canonical, signed);
    }
    let rest = &canonical[signed..];
    Story::new(
        Cause::BodyLengthWrong,
        format!(
            "bh= is the hash of the first {} of the body, which end within a line, and there is no \
             l= that says so; {} follow: {}",
            count(signed, "octet"),
            size(rest),
            quote(rest),
        ),
    )
}

/// Tells of a last line that is longer than it was.
pub(super) fn story_in_last_line(canonical: &[u8], signed: usize) -> Story {
    let (before, rest) = canonical.split_at(signed);
    let line = memchr::memrchr(b'\n', before).map_or(0, |line_feed| line_feed + 1);
    Story::new(
        Cause::ContentAppended,
        format!(
            "text was added at the end of the body, within its last line, {}: {} behind {}",
            count(rest.len(), "octet"),
            quote(rest),
            quote(&before[line..]),
        ),
    )
}

/// Whether there is nothing to see in the octets.
pub(super) fn is_white(octets: &[u8]) -> bool {
    octets
        .iter()
        .all(|octet| matches!(octet, b' ' | b'\t' | b'\r' | b'\n'))
}

fn count_long(number: u64) -> String {
    count(usize::try_from(number).unwrap_or(usize::MAX), "octet")
}
