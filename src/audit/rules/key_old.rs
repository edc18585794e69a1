//! Keys that are older than the interval after which their kind is replaced.

use super::Facts;
use crate::audit::{SelectorReport, rotation_interval};
use crate::finding::{Confidence, DomainCode, Finding};
use crate::lint::NameStatus;

const DAY: u64 = 24 * 60 * 60;

pub(super) fn examine(facts: &Facts<'_>) -> Vec<Finding> {
    let now = facts.audit.now;
    let old = |selector: &SelectorReport| finding(selector, now);
    facts.selectors.iter().filter_map(old).collect()
}

fn finding(selector: &SelectorReport, now: u64) -> Option<Finding> {
    let (rotate_by, first_seen) = (selector.rotate_by?, selector.first_seen?);
    let interval = rotation_interval(selector.key.as_ref()?) / DAY;
    // A key that is too weak at any age has a finding of its own.
    if selector.status != NameStatus::Found || rotate_by > now || interval == 0 {
        return None;
    }
    let age = now.saturating_sub(first_seen) / DAY;
    let (how, confidence) = if selector.is_dated_by_name {
        ("by the date in its name", Confidence::Likely)
    } else {
        ("by the first signature that was seen", Confidence::Certain)
    };
    let finding = Finding::new(
        DomainCode::KeyOld,
        format!("the key is {age} days old {how}; keys of its kind are replaced after {interval}"),
        "make a new key under a new selector, publish it, wait until it is seen everywhere, then \
         sign with it",
    );
    Some(
        finding
            .about(&selector.selector)
            .with_confidence(confidence),
    )
}
