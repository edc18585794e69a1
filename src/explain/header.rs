//! What happened to the signed header fields (`b=`, RFC 6376 §3.7).
//!
//! The signature says which hash the signed form of the header has to have: an RSA signature
//! opens to it, an Ed25519 signature tells of each hash whether it is the one. [Rules](rules) say
//! what each field may have been; the [search] tries that, the cheapest first, one field or a few
//! together, [on top of](start) what is done to a whole header. What made the signature right is
//! [told](tell) from the fields as they are and as they were.

mod clues;
mod copies;
mod form;
mod mailbox;
mod mistakes;
mod order;
mod rules;
mod search;
mod start;
mod story;
mod systems;
mod tell;
#[cfg(test)]
mod tests;
mod text;
mod timestamp;
mod traces;
mod value;

pub(super) use tell::tells_length;

use clues::Clues;
use form::SignedForm;
use search::Search;
use start::Start;
use story::Story;
use tell::stories;

use super::key::{Target, target};
use super::{Budget, Cause, Evidence, Exhausted, Explanation, Part, Proof};
use crate::signature::Signature;

/// Explains a signature that is not one of the header.
pub(super) fn explain_header(
    evidence: &Evidence<'_>,
    budget: &mut Budget<'_>,
    found: &mut Vec<Explanation>,
) -> Result<(), Exhausted> {
    let verdict = evidence.verdict;
    let (Some(signature), Some(target)) = (&verdict.signature, target(evidence)) else {
        return Ok(());
    };
    let Some(form) = SignedForm::new(evidence.header, verdict.field_index, signature) else {
        return Ok(());
    };
    let clues = Clues::new(&form, evidence, budget)?;
    let (starts, complete) = Start::all(&form, &clues, budget);
    let as_it_is = &starts[0];
    let outcome = match complete {
        Ok(()) if target.is_met(&as_it_is.hash_with(&mut []).0, budget)? => return Ok(()),
        Ok(()) => search(&form, &clues, &target, &starts, budget),
        Err(Exhausted) => Err(Exhausted),
    };
    let mut told = Vec::new();
    if let Ok(Some(stories)) = &outcome {
        let stories = stories.iter().cloned();
        told.extend(stories.map(|story| story.told(Proof::Proven)));
    } else {
        traces::find(&form, &clues, signature, &mut told);
        if target.is_cheap() {
            told.push(some_field_changed(signature, outcome.is_ok()));
        }
    }
    found.extend(order::in_order(told));
    outcome.map(|_| ())
}

/// What made the signature right, if anything did.
fn search(
    form: &SignedForm<'_>,
    clues: &Clues<'_>,
    target: &Target<'_>,
    starts: &[Start],
    budget: &mut Budget<'_>,
) -> Result<Option<Vec<Story>>, Exhausted> {
    let mut search = Search::new(form, clues, target, starts, budget);
    if let Some(found) = search.run()? {
        return Ok(Some(stories(form, clues, &found)));
    }
    if target.is_cheap() {
        timestamp::find(form, &starts[0], target, budget)
    } else {
        Ok(None)
    }
}

/// The key made the signature, and not of this header; `is_complete`: whether all was tried.
fn some_field_changed(signature: &Signature, is_complete: bool) -> Explanation {
    let within = if is_complete {
        ""
    } else {
        " within the budget"
    };
    let mut detail = format!(
        "the signature was made with this key, of a header with another hash: a signed field, or the \
         signature's own, was changed in a way that was not found{within}"
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
        remedy: Part::Header.remedy().into(),
    }
}
