//! What signers do wrong: ways of hashing a body that RFC 6376 §3.4 does not know.
//!
//! The body stays as it is. Cost: one pass over it for each way.

mod fields;
mod forms;
mod lengths;
mod ways;
mod white_space;

use self::forms::Form;
use self::white_space::WhiteSpace;
use super::appended::{self, is_white};
use super::claim::{Claim, Fit};
use super::quotation::quote_added;
use super::story::Story;
use crate::canonicalization::Canonicalization;
use crate::explain::{Budget, Cause, Exhausted};
use crate::message::LineEndings;

/// What is told of a mistake.
type Found = Result<Option<Vec<Story>>, Exhausted>;

/// A kind of mistakes.
type Mistake = fn(&Claim<'_>, &[u8], &mut Budget<'_>) -> Found;

/// The most common first.
const MISTAKES: [Mistake; 7] = [
    other_canonicalization,
    |claim, body, _| Ok(empty(claim, body).map(|story| vec![story])),
    lengths::of_the_raw_body,
    ways::search,
    fields::search,
    bare_line_feeds,
    lengths::within_line,
];

/// Tries the mistakes of signers.
pub(super) fn search(claim: &Claim<'_>, body: &[u8], budget: &mut Budget<'_>) -> Found {
    for mistake in MISTAKES {
        let found = mistake(claim, body, budget)?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

/// The hash is that of the body, or of its beginning, in the other canonicalization.
fn other_canonicalization(claim: &Claim<'_>, body: &[u8], budget: &mut Budget<'_>) -> Found {
    let other = claim.in_other_canonicalization();
    let Some(fit) = other.scan(body, budget)? else {
        return Ok(None);
    };
    if is_white(body) {
        return Ok(empty(claim, body).map(|story| vec![story]));
    }
    let (_, canonical) = other.canonical_behind(0, body, budget)?;
    let length = match fit {
        Fit::Whole => canonical.len(),
        Fit::Prefix(length) => usize::try_from(length).unwrap_or(usize::MAX),
    };
    let (signed, rest) = canonical.split_at(length.min(canonical.len()));
    let lines = memchr::memchr_iter(b'\n', signed).count();
    let mut stories = vec![mislabelled(claim, body, lines)];
    if matches!(fit, Fit::Prefix(_)) {
        stories.extend(appended::story(&other, signed.len(), rest));
    }
    Ok(Some(stories))
}

/// The hash is that of the first `lines` of the body in the other canonicalization.
///
/// Under `c=simple` that says two things: the signer hashed another form than it says, or the
/// body was in that form, and somebody put white space into it.
fn mislabelled(claim: &Claim<'_>, body: &[u8], lines: usize) -> Story {
    if claim.canonicalization == Canonicalization::Relaxed {
        let own = "bh= is the hash of the body in simple canonicalization, though c= says relaxed";
        return Story::new(Cause::CanonicalizationMislabelled, own);
    }
    let own = "bh= is the hash of the body in relaxed canonicalization, though c= says simple";
    WhiteSpace::in_lines(Form::RELAXED, body, lines)
        .story(own, "a body that had no more than one space anywhere")
}

/// The hash of nothing (RFC 6376 §3.4.3, §3.4.4): the signer did not see the body, or it had none,
/// or hashed an empty one in the other canonicalization.
fn empty(claim: &Claim<'_>, body: &[u8]) -> Option<Story> {
    let simple = claim.is_hash_of(b"\r\n");
    if !simple && !claim.is_hash_of(b"") {
        return None;
    }
    let hashed = if simple { "simple" } else { "relaxed" };
    let is_empty = body.iter().all(|byte| b"\r\n".contains(byte));
    if !is_white(body) {
        let shown = quote_added(claim.form, body);
        return Some(Story::new(
            Cause::EmptyBodySigned,
            format!(
                "bh= is the hash of an empty body in {hashed} canonicalization, so nothing of this \
                 body is signed: either the signer never saw it, or all of it was added since: \
                 {shown}"
            ),
        ));
    }
    let said = match claim.canonicalization {
        Canonicalization::Relaxed if simple && is_empty => {
            "bh= is the hash of CRLF, which is what simple canonicalization makes of an empty body; \
             c= says relaxed, which makes nothing of it (RFC 6376 §3.4.4)"
        }
        Canonicalization::Relaxed if simple => {
            "bh= is the hash of CRLF; the body is white space alone, of which relaxed \
             canonicalization makes nothing (RFC 6376 §3.4.4)"
        }
        Canonicalization::Simple if !simple && is_empty => {
            "bh= is the hash of nothing, which is what relaxed canonicalization makes of an empty \
             body; c= says simple, which makes CRLF of it (RFC 6376 §3.4.3)"
        }
        _ => {
            return Some(Story::new(
                Cause::WhitespaceChanged,
                format!(
                    "bh= is the hash of an empty body in {hashed} canonicalization; the white space \
                     that this one is made of was added, or the signer left it out"
                ),
            ));
        }
    };
    let remedy = match claim.canonicalization {
        Canonicalization::Relaxed => {
            "have the signer hash nothing where relaxed canonicalization leaves nothing (RFC 6376 \
             §3.4.4)"
        }
        Canonicalization::Simple => {
            "have the signer hash CRLF where the body is empty (RFC 6376 §3.4.3)"
        }
    };
    Some(Story::new(Cause::CanonicalizationMislabelled, said).with_remedy(remedy))
}

/// The hash is right where only CRLF ends a line (RFC 6376 §5.3).
fn bare_line_feeds(claim: &Claim<'_>, body: &[u8], budget: &mut Budget<'_>) -> Found {
    if claim.line_endings == LineEndings::Strict {
        return Ok(None);
    }
    let strict = Claim {
        line_endings: LineEndings::Strict,
        ..*claim
    };
    let fit = strict.scan(body, budget)?;
    Ok(fit.filter(|fit| *fit == Fit::Whole).map(|_| {
        let said = "bh= is right if LF alone ends no line, as over the wire; this verification took \
                    each bare LF of the body for a line end";
        let remedy = "verify with --line-endings strict, and have the signer make CRLF of all line \
                      ends before it signs (RFC 6376 §5.3)";
        vec![Story::new(Cause::LineEndingsChanged, said).with_remedy(remedy)]
    }))
}
