//! Signatures without a key: of them nothing can be told.

use super::lookup;
use crate::explain::{Cause, Evidence, Explanation, Proof};
use crate::lookup::KeyAnswer;
use crate::signature::Signature;
use crate::verdict::{KeyNotFound, Reason, Verdict};

/// No key is published under the signature's name (RFC 6376 §6.1.2 step 3).
pub(super) fn key_missing(
    evidence: &Evidence<'_>,
    signature: &Signature,
    reason: KeyNotFound,
) -> Explanation {
    let name = signature.query.name();
    let mut detail = match reason {
        KeyNotFound::NoSuchName => format!("nothing is published at {name}"),
        KeyNotFound::NoRecords => format!("no TXT record is published at {name}"),
        KeyNotFound::OnlyForeign => {
            format!("no key is published at {name}, only other TXT records")
        }
    };
    let answers = evidence.nearby.iter().map(|(_, answer)| answer);
    let heard = answers.filter(|answer| !matches!(answer, KeyAnswer::Failed(_)));
    match heard.count() {
        0 => {}
        1 => detail += ", nor the signature's key at a name near it",
        count => detail += &format!(", nor the signature's key at {count} names near it"),
    }
    detail += ", so nothing can be told of the signature";
    detail += of_body(evidence.verdict);
    let lookup = lookup(signature);
    let remedy = format!("without the key, rely on nothing; see what is published: {lookup}");
    Explanation::new(Cause::KeyMissing, Proof::Possible, detail).with_remedy(remedy)
}

/// The signature is refused for what it is, whatever its key (RFC 6376 §6.1.1).
pub(super) fn not_asked(verdict: &Verdict, signature: &Signature) -> Explanation {
    let domain = signature.domain.domain().to_ascii();
    let reason = verdict.reason.as_ref();
    let (why, remedy) = match reason.and_then(Reason::otherwise).or(reason) {
        Some(Reason::FromMissing) => (
            "a message without a From field is refused",
            "do not rely on the message, which does not say who it is from; find what sends it, or \
             what removed the field"
                .to_owned(),
        ),
        Some(Reason::FromNotSigned) => (
            "the signer did not sign the From field, for which a signature is refused",
            "have the signer list From in h=".to_owned(),
        ),
        Some(Reason::IdentityMismatch) => (
            "the signer named another domain in i= than in d=, for which a signature is refused",
            format!("have the signer leave out i=, or use one of {domain}"),
        ),
        Some(Reason::ExpirationBeforeTimestamp) => (
            "the signer gave an end (x=) before the beginning (t=), for which a signature is \
             refused",
            "correct the clock of the signer, or the lifetime that it gives signatures (x=)"
                .to_owned(),
        ),
        _ => (
            "the signature is refused for how it is written",
            "see what is wrong with it: dkim inspect FILE".to_owned(),
        ),
    };
    let detail = format!(
        "{why}, whatever its key: the key was not asked for{}",
        of_body(verdict)
    );
    Explanation::new(Cause::NotAsked, Proof::Possible, detail).with_remedy(remedy)
}

/// What is known of a body that was not changed.
fn of_body(verdict: &Verdict) -> &'static str {
    if verdict.body_hash_matches() == Some(true) {
        "; bh= is the hash of this body, but anybody may have written it"
    } else {
        ""
    }
}
