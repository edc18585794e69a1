//! What stands behind the octets that `bh=` is the hash of.

use super::claim::Claim;
use super::story::{Story, count, quote, size};
use crate::canonicalization::Canonicalization;
use crate::explain::Cause;

/// Tells of a canonicalized body of which only the first `signed` octets were hashed.
pub(super) fn story(claim: &Claim<'_>, canonical: &[u8], signed: usize) -> Story {
    let rest = canonical.get(signed..).unwrap_or_default();
    if let Some(length) = claim.length {
        return Story::new(
            Cause::BodyLengthWrong,
            format!(
                "l= says that {} of the body are signed, and bh= is the hash of {signed}{}",
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
            quote(rest)
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

/// Tells of a signer that hashed the body in another way than `c=` says.
pub(super) fn mislabelled(claim: &Claim<'_>) -> Story {
    let detail = match claim.canonicalization {
        Canonicalization::Simple => {
            "bh= is the hash of the body in relaxed canonicalization, though c= says simple; or \
             white space was added to a body that had no more than one space anywhere"
        }
        Canonicalization::Relaxed => {
            "bh= is the hash of the body in simple canonicalization, though c= says relaxed"
        }
    };
    Story::new(Cause::CanonicalizationMislabelled, detail)
}
