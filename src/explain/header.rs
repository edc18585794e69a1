//! What happened to the signed header fields (`b=`, RFC 6376 §3.7).
//!
//! The signature says which hash the signed form of the header has to have: an RSA signature
//! opens to it, an Ed25519 signature tells of each hash whether it is the one. So for each field
//! [alternatives](alternative::Alternative) are gathered, what it may have been when it was signed,
//! and tried, the likely ones first, one by one and then several together.

mod address;
mod alternative;
mod author;
mod copies;
mod encoding;
mod form;
mod instances;
mod lists;
mod mailbox;
mod own_field;
mod search;
mod spacing;
mod subject;
#[cfg(test)]
mod tests;
mod text;
mod traces;
mod usual;

use alternative::{Alternatives, Story};
use form::SignedForm;

use super::key::target;
use super::{Budget, Cause, Evidence, Exhausted, Explanation, Proof};

/// Explains a signature that is not one of the header.
pub(super) fn explain_header(
    evidence: &Evidence<'_>,
    budget: &mut Budget<'_>,
    found: &mut Vec<Explanation>,
) -> Result<(), Exhausted> {
    let verdict = evidence.verdict;
    let Some(signature) = &verdict.signature else {
        return Ok(());
    };
    let Some(target) = target(evidence) else {
        return Ok(());
    };
    let Some(form) = SignedForm::new(evidence.header, verdict.field_index, signature) else {
        return Ok(());
    };
    let (unchanged, octets) = form.hash_with(&[]);
    budget.spend(octets)?;
    if target.is_met(&unchanged, budget)? {
        return Ok(());
    }
    let mut alternatives = Alternatives::new(&form);
    copies::add(&mut alternatives);
    instances::add(&mut alternatives);
    subject::add(&mut alternatives);
    author::add(&mut alternatives);
    let body_hash = verdict.computed_body_hash.as_deref();
    own_field::add(&mut alternatives, body_hash);
    usual::add(&mut alternatives, evidence.body);
    address::add(&mut alternatives);
    encoding::add(&mut alternatives);
    spacing::add(&mut alternatives);

    let mut traces = Vec::new();
    traces::find(&alternatives, signature, &mut traces);
    if target.is_cheap() {
        traces.push(some_field_changed(signature.signed_headers().count()));
    }
    let outcome = search::search(&form, &target, &alternatives.into_sorted(), budget);
    match outcome {
        Ok(Some(stories)) => {
            found.extend(stories.into_iter().map(|story| story.told(Proof::Proven)));
        }
        Ok(None) => found.extend(traces),
        Err(exhausted) => {
            found.extend(traces);
            return Err(exhausted);
        }
    }
    Ok(())
}

/// The key made the signature, and not of this header.
fn some_field_changed(count: usize) -> Explanation {
    let story = Story {
        cause: Cause::HeaderValueChanged,
        field: None,
        original: None,
        detail: format!(
            "the key made this signature, but of another header: one of the {count} fields that \
             h= names, or the signature's own, was changed in a way that was not found"
        ),
    };
    story.told(Proof::Likely)
}
