//! Keys that no message and no report at hand has.

use super::Facts;
use crate::audit::{SelectorReport, Source};
use crate::finding::{Confidence, DomainCode, Finding};
use crate::lint::NameStatus;

pub(super) fn examine(facts: &Facts<'_>) -> Vec<Finding> {
    let is_seen = |selector: &SelectorReport| {
        let sources = &selector.sources;
        sources.contains(&Source::Messages) || sources.contains(&Source::Reports)
    };
    // Where nothing of the domain was seen, nothing is known of what it uses.
    if !facts.selectors.iter().any(is_seen) {
        return Vec::new();
    }
    let unused = facts.selectors.iter().filter(|selector| {
        selector.status == NameStatus::Found
            && !is_seen(selector)
            && !has_sibling_in_use(facts, selector)
    });
    unused
        .map(|selector| {
            let finding = Finding::new(
                DomainCode::SelectorUnused,
                "its key is published, and no message or report that was read has a signature of it",
                "revoke it, if nothing signs with it",
            );
            finding
                .about(&selector.selector)
                .with_confidence(Confidence::Likely)
        })
        .collect()
}

/// Whether it waits for its turn beside another selector of the same provider.
fn has_sibling_in_use(facts: &Facts<'_>, selector: &SelectorReport) -> bool {
    let Some(provider) = selector.certain_provider() else {
        return false;
    };
    let siblings = provider.siblings(&selector.selector);
    facts.selectors.iter().any(|other| {
        other.domain == selector.domain && other.is_in_use && siblings.contains(&other.selector)
    })
}
