//! Selectors of a provider of which some are set up, and others are not.

use super::Facts;
use crate::audit::SelectorReport;
use crate::finding::{Confidence, DomainCode, Finding};
use crate::identifier::Selector;

pub(super) fn examine(facts: &Facts<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut told: Vec<(&SelectorReport, Vec<Selector>)> = Vec::new();
    for selector in facts.selectors {
        let Some(provider) = selector.certain_provider() else {
            continue;
        };
        let siblings = provider.siblings(&selector.selector);
        let is_told = told.iter().any(|(other, siblings)| {
            other.domain == selector.domain && siblings.contains(&selector.selector)
        });
        let missing: Vec<&Selector> = siblings
            .iter()
            .filter(|sibling| facts.audit.is_missing_at(sibling, &selector.domain))
            .collect();
        if missing.is_empty() || is_told {
            continue;
        }
        let names: Vec<String> = missing.iter().map(ToString::to_string).collect();
        let finding = Finding::new(
            DomainCode::SingleSelector,
            format!(
                "{} leads to {provider}, and {} does not exist: {provider} cannot replace its key \
                 without it",
                selector.selector,
                names.join(" or ")
            ),
            format!(
                "publish the CNAME record that {provider} shows for {}",
                names.join(", and for ")
            ),
        );
        let confidence = match siblings.len() {
            1 => Confidence::Certain,
            _ => Confidence::Likely,
        };
        findings.push(
            finding
                .about(&selector.selector)
                .with_confidence(confidence),
        );
        told.push((selector, siblings));
    }
    findings
}
