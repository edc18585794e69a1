//! What was changed in a way that was not found.

use std::borrow::Cow;

use super::key::lookup;
use super::{Cause, Explanation, Part, Proof, Unfinished};
use crate::key::PublicKey;
use crate::verdict::{Verdict, VerificationResult};

/// The parts that were changed and of which nothing is proven that tells how.
pub(super) fn unexplained(verdict: &Verdict, found: &[Explanation]) -> Vec<Part> {
    let is_of_key = |cause| {
        matches!(
            cause,
            Cause::WrongKey | Cause::KeyRotated | Cause::KeyTruncated | Cause::SelectorMisspelled
        )
    };
    let explains = |part: Part| {
        found.iter().any(|explanation| {
            // A trace may be there beside what broke the signature; that a field was changed,
            // whichever, is all that can be said.
            let is_told = explanation.proof == Proof::Proven || explanation.is_general();
            (explanation.part() == Some(part) && is_told)
                || (part == Part::Header && is_of_key(explanation.cause))
        })
    };
    let changed = [
        (Part::Header, verdict.signature_matches),
        (Part::Body, verdict.body_hash_matches()),
    ];
    let parts = changed
        .iter()
        .filter(|(_, matches)| *matches == Some(false));
    parts
        .map(|(part, _)| *part)
        .filter(|part| !explains(*part))
        .collect()
}

/// What is told where nothing was found; `searched`: whether the body was looked into,
/// `unfinished`: why not all was tried.
pub(super) fn explanation(
    verdict: &Verdict,
    searched: bool,
    unfinished: Option<Unfinished>,
) -> Explanation {
    if let Some(why) = unfinished {
        let detail = format!("nothing was found before the search ended: {why}");
        return Explanation::new(Cause::Unknown, Proof::Possible, detail).with_remedy(why.remedy());
    }
    let changed =
        |part| format!("the {part} was changed, and not in a way that mail systems are known for");
    let (body, header) = (changed(Part::Body), changed(Part::Header));
    let (detail, remedy): (_, Cow<'static, str>) = match (
        verdict.signature_matches,
        verdict.body_hash_matches(),
    ) {
        (_, Some(false)) if !searched => (
            "the body was changed, and it is too large to be searched: over 128 MiB".to_owned(),
            Part::Body.remedy().into(),
        ),
        (None, matches) => without_key(verdict, matches, &body),
        (Some(true), _) => (body, Part::Body.remedy().into()),
        (Some(false), Some(false)) => (
            body + "; the header was changed likewise, or the signature was made with another key",
            "do not rely on it; ask the sender, or compare: dkim inspect --canonical header FILE; \
             dkim inspect --canonical body FILE"
                .into(),
        ),
        (Some(false), _) if is_of_ed25519(verdict) => (
            header + ", or the signature was made with another key",
            Part::Header.remedy().into(),
        ),
        (Some(false), _) => (header, Part::Header.remedy().into()),
    };
    Explanation::new(Cause::Unknown, Proof::Possible, detail).with_remedy(remedy)
}

/// Whether the key does not tell by itself that it is the wrong one.
fn is_of_ed25519(verdict: &Verdict) -> bool {
    let key = verdict.key.as_ref().map(|key| &key.record.key);
    matches!(key, Some(PublicKey::Ed25519(_)))
}

/// Of a key that could not be had or used; one that is missing is told as that.
fn without_key(
    verdict: &Verdict,
    body_matches: Option<bool>,
    body: &str,
) -> (String, Cow<'static, str>) {
    let nothing = "without a key nothing can be told of the signature";
    let detail = match body_matches {
        Some(true) => {
            format!("{nothing}; bh= is the hash of this body, but anybody may have written it")
        }
        Some(false) => format!("{body}; of the header nothing is known without a key"),
        None => nothing.to_owned(),
    };
    let remedy = match &verdict.signature {
        _ if verdict.result() == VerificationResult::TempError => "try again later".into(),
        None => "rely on nothing".into(),
        Some(signature) => format!(
            "without the key, rely on nothing; see what is published: {}",
            lookup(signature)
        )
        .into(),
    };
    (detail, remedy)
}
