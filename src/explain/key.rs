//! What happened to the key (RFC 6376 §6.1.2).

mod missing;
mod nearby;
mod past_results;
mod record;
mod target;
#[cfg(test)]
pub(super) mod tests;

use super::{Budget, Cause, Evidence, Exhausted, Explanation, Proof};
use crate::identifier::KeyQuery;
use crate::key::PublicKey;
use crate::key_record::{KeyRecord, too_many_keys};
use crate::lookup::KeyAnswer;
use crate::signature::{FIELD_NAME, Signature, SignatureError};
use crate::verdict::{Reason, Verdict};

use record::explain_record;
use target::ED25519_LENGTH;
pub(super) use target::Target;

/// The lengths that RSA signatures usually have, in bytes.
const USUAL_LENGTHS: [usize; 6] = [64, 96, 128, 256, 384, 512];

/// The names near a verdict's own, of which one may have the key: to be asked for, and the answers
/// to be given in [`Evidence::nearby`]. Empty where the key is there and, as far as can be told,
/// the one that made the signature.
pub(super) fn nearby_queries(verdict: &Verdict) -> Vec<KeyQuery> {
    let Some(signature) = &verdict.signature else {
        return Vec::new();
    };
    let is_missing = matches!(
        verdict.key_reason,
        Some(Reason::KeyNotFound(_) | Reason::KeyTypeMismatch)
    );
    if is_missing || is_wrong_key(verdict, signature) || may_be_wrong_key(verdict) {
        nearby::names(signature)
    } else {
        Vec::new()
    }
}

/// What a hash of the header has to be for the signature to be good: by the key that was judged
/// with, or by one nearby that made the signature.
pub(super) fn target<'a>(evidence: &Evidence<'a>) -> Option<Target<'a>> {
    let verdict = evidence.verdict;
    let signature = verdict.signature.as_ref()?;
    if verdict.signature_matches == Some(true) {
        return None;
    }
    let own = verdict.key.as_ref().map(|key| &key.record.key);
    own.and_then(|key| Target::new(key, signature)).or_else(|| {
        let mut keys = nearby_keys(evidence).filter(|(_, record)| is_of_rsa(&record.key));
        keys.find_map(|(_, record)| Target::new(&record.key, signature))
    })
}

/// Explains a key that is missing, or that did not make the signature.
pub(super) fn explain_key(
    evidence: &Evidence<'_>,
    budget: &mut Budget<'_>,
    found: &mut Vec<Explanation>,
) -> Result<(), Exhausted> {
    let verdict = evidence.verdict;
    let Some(signature) = &verdict.signature else {
        found.extend(unreadable_field(verdict));
        return Ok(());
    };
    let passed = past_results::passed_at(evidence.header, verdict.field_index, signature);
    let before = found.len();
    match &verdict.key_reason {
        Some(Reason::KeyNotFound(reason)) => {
            explain_nearby(evidence, signature, budget, found)?;
            if let Some(said) = said_good(&passed) {
                let detail = format!("{said}; if so, the key was there then, and was removed");
                found.push(Explanation::new(Cause::KeyRotated, Proof::Possible, detail));
            }
            if found.len() == before {
                found.push(missing::key_missing(evidence, signature, *reason));
            }
        }
        None if verdict.key.is_none() => found.push(missing::not_asked(verdict, signature)),
        Some(Reason::Record(error)) => {
            explain_record(signature, error, verdict.unreadable_record, &passed, found);
        }
        Some(Reason::KeyTypeMismatch) => {
            let wanted = signature.algorithm.key_type().name();
            let mut detail = format!("the published key is not of the type {wanted}");
            if let Some(key) = &verdict.key {
                let other = key.record.key.key_type().name();
                detail.push_str(&format!(", but {other}"));
            }
            detail.push_str(&format!("; a={} needs it", signature.algorithm.name()));
            found.push(wrong_key(signature, Proof::Likely, detail));
            explain_nearby(evidence, signature, budget, found)?;
        }
        _ if is_wrong_key(verdict, signature) => {
            explain_wrong_key(evidence, signature, &passed, budget, found)?;
        }
        _ if may_be_wrong_key(verdict) => {
            explain_nearby(evidence, signature, budget, found)?;
            // One that did not make it is not nearer than the one that is there.
            found.retain(|each| each.proof == Proof::Proven);
        }
        _ => {}
    }
    let changed =
        verdict.signature_matches == Some(false) || verdict.body_hash_matches() == Some(false);
    if let Some(said) = said_good(&passed).filter(|_| changed && found.len() == before) {
        let detail = format!("{said}; if so, the message or the key was changed after that");
        found.push(Explanation::new(
            Cause::PassedAtDelivery,
            Proof::Possible,
            detail,
        ));
    }
    Ok(())
}

/// The command that shows what is published for a signature.
pub(super) fn lookup(signature: &Signature) -> String {
    format!("dkim lookup {}", selector_and_domain(signature))
}

fn selector_and_domain(signature: &Signature) -> String {
    let (selector, domain) = (signature.selector.as_str(), signature.domain.domain());
    format!("--selector {selector} --domain {}", domain.to_ascii())
}

/// A key that did not make the signature, or that cannot have made it.
fn wrong_key(signature: &Signature, proof: Proof, detail: String) -> Explanation {
    let remedy = format!(
        "rely on nothing: a forged signature looks the same; the signer may compare keys: {} \
         --expect-key {}.pem",
        lookup(signature),
        signature.selector.as_str()
    );
    Explanation::new(Cause::WrongKey, proof, detail).with_remedy(remedy)
}

/// A DKIM-Signature field that was damaged.
fn damaged(proof: Proof, detail: impl Into<String>) -> Explanation {
    Explanation {
        field: Some(FIELD_NAME.to_owned()),
        ..Explanation::new(Cause::SignatureFieldChanged, proof, detail)
    }
}

/// Whether an RSA key is there that did not make the signature, or an Ed25519 signature has not the
/// length of one.
fn is_wrong_key(verdict: &Verdict, signature: &Signature) -> bool {
    let is_wrong = |key: &PublicKey| match key {
        PublicKey::Rsa(_) => Target::new(key, signature).is_none(),
        PublicKey::Ed25519(_) => signature.signature.len() != ED25519_LENGTH,
    };
    let key = verdict.key.as_ref().map(|key| &key.record.key);
    verdict.signature_matches == Some(false) && key.is_some_and(is_wrong)
}

/// Whether it may be the key that is the wrong one: an Ed25519 signature does not tell whether key or
/// header is, and the body was not changed.
fn may_be_wrong_key(verdict: &Verdict) -> bool {
    let key = verdict.key.as_ref().map(|key| &key.record.key);
    verdict.signature_matches == Some(false)
        && verdict.body_hash_matches() == Some(true)
        && key.is_some_and(|key| !is_of_rsa(key))
}

fn is_of_rsa(key: &PublicKey) -> bool {
    matches!(key, PublicKey::Rsa(_))
}

/// What up to three systems say, and how sure that is; `None` for none.
fn said_good(systems: &[String]) -> Option<String> {
    (!systems.is_empty()).then(|| {
        let listed = systems[..systems.len().min(3)].join(" and ");
        format!(
            "an Authentication-Results field, which anybody may have written, says that {listed} \
             found the signature good"
        )
    })
}

/// A field that could not be read as a signature, for damage that a mail system did.
fn unreadable_field(verdict: &Verdict) -> Option<Explanation> {
    let Some(Reason::Signature(error)) = &verdict.reason else {
        return None;
    };
    Some(match error {
        SignatureError::BodyHash(error) => {
            let detail = format!("the signer wrote no body hash into bh=: {error}");
            damaged(Proof::Likely, detail).with_remedy(error.remedy())
        }
        SignatureError::Base64(tag) => {
            let detail = format!("{tag}= is not base64: the field was damaged, or cut off");
            damaged(Proof::Likely, detail)
        }
        SignatureError::MissingTag(tag) => {
            let detail = format!("the field may have been damaged or cut off, for it lacks {tag}=");
            damaged(Proof::Possible, detail)
        }
        SignatureError::TagList(_) | SignatureError::EmptyTag(_) => {
            let detail = "the field cannot be read: it may have been damaged or cut off";
            damaged(Proof::Possible, detail)
        }
        _ => return None,
    })
}

/// An RSA key that the signature does not open with, or an Ed25519 signature that is none.
fn explain_wrong_key(
    evidence: &Evidence<'_>,
    signature: &Signature,
    passed: &[String],
    budget: &mut Budget<'_>,
    found: &mut Vec<Explanation>,
) -> Result<(), Exhausted> {
    let Some(key) = evidence.verdict.key.as_ref().map(|key| &key.record.key) else {
        return Ok(());
    };
    let length = signature.signature.len();
    let (expected, is_usual) = match key {
        PublicKey::Rsa(key) => (key.bits().div_ceil(8), USUAL_LENGTHS.contains(&length)),
        PublicKey::Ed25519(_) => (ED25519_LENGTH, false),
    };
    if length != expected && !is_usual {
        let detail = format!(
            "b= has {length} bytes, and a signature by this key has {expected}: the field was \
             damaged, or cut off"
        );
        found.push(damaged(Proof::Likely, detail));
        return Ok(());
    }
    explain_nearby(evidence, signature, budget, found)?;
    let detail = if length == expected {
        "the published key did not make the signature: it was made with another key, or b= is \
         damaged"
            .to_owned()
    } else {
        format!(
            "b= has the length of a signature by a key of {} bits, and the published key has {}: the \
             signature was made with another key, or b= was cut off",
            length * 8,
            key.bits()
        )
    };
    let mut proof = Proof::Likely;
    if let Some(said) = said_good(passed) {
        proof = Proof::Possible;
        let detail = format!(
            "{said}, and the key that is published now did not make it; if so, the key was replaced \
             since"
        );
        found.push(Explanation::new(Cause::KeyRotated, proof, detail));
    }
    found.push(wrong_key(signature, proof, detail));
    Ok(())
}

/// The key records at the names that were asked for.
fn nearby_keys<'a>(
    evidence: &Evidence<'a>,
) -> impl Iterator<Item = (&'a KeyQuery, &'a KeyRecord)> + use<'a> {
    let records = evidence.nearby.iter().flat_map(|(query, answer)| {
        let records = match answer {
            KeyAnswer::Records { records, .. } if too_many_keys(records).is_none() => &records[..],
            KeyAnswer::Records { .. }
            | KeyAnswer::NoSuchName
            | KeyAnswer::NoRecords
            | KeyAnswer::Failed(_) => &[],
        };
        records.iter().map(move |record| (query, record))
    });
    records.filter_map(|(query, record)| Some((query, record.key_record()?.as_ref().ok()?)))
}

/// A key under another name: one that made the signature, else one that may have.
fn explain_nearby(
    evidence: &Evidence<'_>,
    signature: &Signature,
    budget: &mut Budget<'_>,
    found: &mut Vec<Explanation>,
) -> Result<(), Exhausted> {
    let wanted = signature.key_query().name();
    let mut possible = None;
    for (query, record) in nearby_keys(evidence) {
        let key = &record.key;
        if key.key_type() != signature.algorithm.key_type() {
            continue;
        }
        budget.spend(signature.signature.len() * 1000)?;
        let verifies =
            evidence.verdict.header_hash.as_ref().is_some_and(|hash| {
                key.verify(signature.algorithm.hash(), hash, &signature.signature)
            });
        if verifies || (is_of_rsa(key) && Target::new(key, signature).is_some()) {
            let detail =
                format!("the key that made the signature is at {query} and not at {wanted}");
            found.push(misspelled(query, signature, Proof::Proven, detail));
            return Ok(());
        }
        if !is_of_rsa(key) {
            possible.get_or_insert(query);
        }
    }
    if let Some(query) = possible {
        let detail = format!("there is a key at {query}, and s= and d= lead to {wanted}");
        found.push(misspelled(query, signature, Proof::Possible, detail));
    }
    Ok(())
}

/// A key under another name. One with the domain twice comes from a zone file.
fn misspelled(
    query: &KeyQuery,
    signature: &Signature,
    proof: Proof,
    mut detail: String,
) -> Explanation {
    let wanted = signature.query.name();
    let remedy = if nearby::lacks_a_dot(query, signature) {
        detail.push_str(
            ": the name in the zone file lacks its final dot, and the zone's own was added to it",
        );
        format!("write the name in the zone file with its final dot: {wanted}")
    } else {
        format!("have the signer name the key where it is (s=, d=), or publish it at {wanted}")
    };
    Explanation {
        original: Some(query.name().to_owned()),
        ..Explanation::new(Cause::SelectorMisspelled, proof, detail).with_remedy(remedy)
    }
}
