//! CNAME records of providers that are missing or lead elsewhere.

use super::Facts;
use crate::audit::{SelectorReport, Source};
use crate::finding::{DomainCode, Finding, Record};
use crate::identifier::Selector;
use crate::lint::NameStatus;
use crate::lookup::RecordType;
use crate::provider::Provider;

pub(super) fn examine(facts: &Facts<'_>) -> Vec<Finding> {
    let examine = |selector: &SelectorReport| missing(facts, selector).or_else(|| wrong(selector));
    facts.selectors.iter().filter_map(examine).collect()
}

/// A selector that was named or is in use, whose siblings lead to a provider, does not exist.
pub(super) fn missing(facts: &Facts<'_>, selector: &SelectorReport) -> Option<Finding> {
    let is_needed = selector.is_in_use || selector.sources.contains(&Source::Named);
    if selector.status != NameStatus::Missing || !selector.report.chain.is_empty() || !is_needed {
        return None;
    }
    let sibling = facts.selectors.iter().find(|other| {
        let provider = other.certain_provider();
        provider.is_some_and(|provider| {
            other.domain == selector.domain
                && provider
                    .siblings(&other.selector)
                    .contains(&selector.selector)
        })
    })?;
    let provider = sibling.certain_provider()?;
    let name = selector.owner_name();
    let target = target(
        provider,
        selector,
        sibling.report.chain.first()?,
        &sibling.selector,
    );
    let finding = Finding::new(
        DomainCode::CnameMissing,
        format!(
            "{} does not exist, and {} leads to {provider}",
            name.trim_end_matches('.'),
            sibling.owner_name().trim_end_matches('.')
        ),
        match &target {
            Some(target) => format!("publish {name} CNAME {target}"),
            None => format!(
                "publish the CNAME record that {provider} shows for {}",
                selector.selector
            ),
        },
    );
    let record = target.map(|target| Record::new(name, RecordType::Cname, target));
    Some(
        finding
            .about(&selector.selector)
            .with_records(record.into_iter().collect()),
    )
}

/// A selector leads to a name of the provider that is for another selector.
fn wrong(selector: &SelectorReport) -> Option<Finding> {
    let provider = selector.certain_provider()?;
    let found = selector.report.chain.first()?;
    let siblings = provider.siblings(&selector.selector);
    let is_for = |other: &Selector| {
        let first = found.split('.').next().unwrap_or_default();
        let rest = first.strip_prefix(other.to_ascii());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    };
    let other = siblings.iter().find(|other| is_for(other))?;
    if is_for(&selector.selector) {
        return None;
    }
    let name = selector.owner_name();
    let right = target(provider, selector, found, other)?;
    let finding = Finding::new(
        DomainCode::CnameWrong,
        format!(
            "{} leads to {}, which is the target of {other}",
            name.trim_end_matches('.'),
            found.trim_end_matches('.')
        ),
        format!("publish {name} CNAME {right}"),
    );
    let record = Record::new(name, RecordType::Cname, right);
    Some(finding.about(&selector.selector).with_records(vec![record]))
}

/// The target of a selector, made from that of its sibling: the sibling's name in it is replaced.
/// `None` if the sibling's name is not in it, as where the provider chooses each target.
fn target(
    provider: &Provider,
    selector: &SelectorReport,
    other_target: &str,
    other: &Selector,
) -> Option<String> {
    let rest = other_target.strip_prefix(other.to_ascii())?;
    let target = format!("{}{rest}", selector.selector.to_ascii());
    let name = target.trim_end_matches('.').parse().ok()?;
    let is_known =
        Provider::by_cname_target(&name).is_some_and(|found| found.id() == provider.id());
    is_known.then_some(target)
}
