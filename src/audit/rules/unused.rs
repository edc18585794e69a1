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
    let evidence = &facts.audit.options.evidence;
    // Where nothing of the domain was seen, or not all that was seen is known, nothing is known of
    // what it does not use.
    if !facts.selectors.iter().any(is_seen) || evidence.left_out.signatures > 0 {
        return Vec::new();
    }
    let unused = facts.selectors.iter().filter(|selector| {
        selector.status == NameStatus::Found
            && !is_seen(selector)
            && !has_sibling_in_use(facts, selector)
    });
    unused
        .map(|selector| {
            let unnamed = evidence.without_selector.get(&selector.domain);
            let (besides, confidence) = match unnamed {
                None => (String::new(), Confidence::Likely),
                Some(counts) => (
                    format!(
                        "; but reports do not say the selectors of {} signed messages",
                        counts.in_reports
                    ),
                    Confidence::Guess,
                ),
            };
            let finding = Finding::new(
                DomainCode::SelectorUnused,
                format!(
                    "its key is published, and no message or report that was read names it in a \
                     signature{besides}"
                ),
                "revoke it, if nothing signs with it",
            );
            finding
                .about(&selector.selector)
                .with_confidence(confidence)
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
