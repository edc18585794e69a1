//! What happened to the signed header fields (`b=`, RFC 6376 §3.7).
//!
//! The signature says which hash the signed form of the header has to have: an RSA signature
//! opens to it, an Ed25519 signature tells of each hash whether it is the one. So for each field
//! [alternatives](alternative::Alternative) are gathered, what it may have been when it was signed,
//! and tried, the likely ones first, one by one and then several together.

mod address;
mod all_fields;
mod alternative;
mod author;
mod change;
mod charset;
mod content_type;
mod copies;
mod date;
mod encoding;
mod folding;
mod form;
mod instances;
mod lists;
mod mailbox;
mod order;
mod own_field;
mod refolding;
mod search;
mod spacing;
mod subject;
#[cfg(test)]
mod tests;
mod text;
mod timestamp;
mod traces;
mod usual;
mod value;

pub(super) use own_field::tells_length;

use alternative::{Alternatives, Story};
use form::SignedForm;
use search::{search_one, search_several};

use super::key::{Target, target};
use super::{Budget, Cause, Evidence, Exhausted, Explanation, Proof};
use crate::signature::Signature;

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
    let mut alternatives = Alternatives::new(&form, budget);
    let outcome = search(&mut alternatives, evidence, &target);
    let mut told = Vec::new();
    if let Ok(Some(stories)) = &outcome {
        let stories = stories.iter().cloned();
        told.extend(stories.map(|story| story.told(Proof::Proven)));
    } else {
        traces::find(&alternatives, signature, target.is_cheap(), &mut told);
        // Traces may be there beside what broke the signature.
        if target.is_cheap() {
            told.push(some_field_changed(signature, outcome.is_ok()));
        }
    }
    found.extend(order::in_order(told));
    outcome.map(|_| ())
}

/// Gathers what the fields may have been, the likeliest kinds first, and tries it: each at once,
/// and several together when all are there.
fn search(
    alternatives: &mut Alternatives<'_, '_>,
    evidence: &Evidence<'_>,
    target: &Target<'_>,
) -> Result<Option<Vec<Story>>, Exhausted> {
    let kinds: [fn(&mut Alternatives<'_, '_>, &Evidence<'_>); 11] = [
        |alternatives, _| copies::add(alternatives),
        |alternatives, _| instances::add(alternatives),
        |alternatives, _| subject::add(alternatives),
        |alternatives, _| author::add(alternatives),
        own_field::add,
        |alternatives, evidence| usual::add(alternatives, evidence.body.unwrap_or_default()),
        |alternatives, _| address::add(alternatives),
        |alternatives, _| encoding::add(alternatives),
        |alternatives, _| spacing::add(alternatives),
        |alternatives, _| all_fields::add(alternatives),
        |alternatives, _| refolding::add(alternatives),
    ];
    let form = alternatives.form;
    for add in kinds {
        add(alternatives, evidence);
        let (new, budget) = alternatives.end_kind()?;
        let stories = search_one(form, target, &new, budget)?;
        if stories.is_some() {
            return Ok(stories);
        }
    }
    let (all, budget) = alternatives.all();
    let mut stories = search_several(form, target, &all, budget)?;
    if stories.is_none() {
        stories = all_fields::find_with_one(alternatives, target)?;
    }
    if stories.is_some() || !target.is_cheap() {
        return Ok(stories);
    }
    let (_, budget) = alternatives.all();
    timestamp::find(form, target, budget)
}

/// The key made the signature, and not of this header; `is_complete`: whether all was tried.
fn some_field_changed(signature: &Signature, is_complete: bool) -> Explanation {
    let in_time = if is_complete {
        ""
    } else {
        " within the budget"
    };
    let mut detail = format!(
        "a header field that is signed, or the signature's own, was changed in a way that was not \
         found{in_time}: the signature opens with the key, to another hash"
    );
    if signature.timestamp.is_none() {
        detail.push_str("; it has no t=, which may have been removed");
    }
    Explanation {
        cause: Cause::HeaderValueChanged,
        proof: Proof::Likely,
        detail,
        field: None,
        original: None,
        remedy: crate::explain::Part::Header.remedy().into(),
    }
}
