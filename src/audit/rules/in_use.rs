//! Selectors that mail is signed with, and that have no key any more.

use super::Facts;
use crate::audit::SelectorReport;
use crate::finding::{Confidence, DomainCode, Finding};
use crate::lint::NameStatus;

pub(super) fn examine(facts: &Facts<'_>) -> Vec<Finding> {
    let used = facts.selectors.iter();
    let used = used.filter(|selector| selector.is_in_use && !facts.has_wrong_alias(selector));
    used.filter_map(finding).collect()
}

fn finding(selector: &SelectorReport) -> Option<Finding> {
    let code = match selector.status {
        NameStatus::Revoked => DomainCode::KeyInUseRevoked,
        NameStatus::Missing if selector.report.chain.is_empty() => DomainCode::KeyInUseMissing,
        _ => return None,
    };
    let what = match code {
        DomainCode::KeyInUseRevoked => "its key is revoked",
        _ => "it has no key",
    };
    let name = format!("{} of {}", selector.selector, selector.domain);
    let (seen, confidence) = match selector.last_seen {
        Some(_) => ("within the last month", Confidence::Certain),
        None => ("at a time that nothing tells", Confidence::Likely),
    };
    let finding = Finding::new(
        code,
        format!("mail was signed with {name} {seen}, and {what}: these signatures fail"),
        "sign with a selector whose key is published, or publish the key again",
    );
    Some(
        finding
            .about(&selector.selector)
            .with_confidence(confidence),
    )
}
