//! The CNAME record leads to another name.

mod customer;
mod domain;
mod dot;
mod provider;
mod swapped;
mod underscore;

use super::case::Case;
use crate::finding::{Confidence, DomainCode, Finding};
use crate::identifier::DomainName;

/// Why a target is wrong.
struct Cause {
    /// After "the CNAME record leads to …", safe to print.
    why: String,
    /// What to do, where it is more than to publish the record.
    remedy: Option<String>,
    /// The right target, where the wrong one tells it.
    target: Option<DomainName>,
}

impl Cause {
    fn new(why: impl Into<String>) -> Self {
        Self {
            why: why.into(),
            remedy: None,
            target: None,
        }
    }
}

/// The causes, the most telling first.
const CAUSES: &[fn(&Case<'_>, &DomainName) -> Option<Cause>] = &[
    dot::find,
    underscore::find,
    swapped::find,
    customer::find,
    domain::find,
    provider::find,
];

/// What is there, what has to be, and which mistake explains it.
pub(super) fn examine(case: &Case<'_>, published: &str) -> Vec<Finding> {
    if case.scene.has_text_beside(case.number) && case.scene.is_right(case.number, published) {
        // What is beside it is the mistake.
        return Vec::new();
    }
    let name: Option<DomainName> = published.parse().ok();
    let found = name.and_then(|name| CAUSES.iter().find_map(|find| find(case, &name)));
    let of_cause = found.as_ref().and_then(|cause| cause.target.as_ref());
    let target = case.target().or(of_cause);
    let instead = target.map_or(String::new(), |target| {
        format!(" and not to {}", target.to_ascii())
    });
    let why = found.as_ref().map_or("", |cause| cause.why.as_str());
    let publish = match target {
        Some(_) => "publish this record in its place".to_owned(),
        None => case.scene.plan.how_to_learn_targets(),
    };
    let remedy = found.as_ref().and_then(|cause| cause.remedy.clone());
    let finding = Finding::new(
        DomainCode::CnameWrong,
        format!("the CNAME record leads to {published}{instead}{why}"),
        remedy.unwrap_or(publish),
    );
    // A target that was made from what is published for another selector may be the wrong one.
    let is_sure =
        case.scene.is_checked(case.number) || !case.scene.has_form(case.number, published);
    let confidence = if is_sure {
        Confidence::Certain
    } else {
        Confidence::Likely
    };
    let finding = finding.with_confidence(confidence).about(case.selector());
    vec![finding.with_records(case.record_to(target))]
}
