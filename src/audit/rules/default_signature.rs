//! Mail of the domain that its provider signs in the provider's own name.

use super::Facts;
use crate::finding::{Confidence, DomainCode, Finding};
use crate::provider::{Provider, Publication};

pub(super) fn examine(facts: &Facts<'_>) -> Vec<Finding> {
    let seen = seen(facts);
    if seen.is_empty() {
        guessed(facts).into_iter().collect()
    } else {
        seen
    }
}

/// What messages or reports show.
fn seen(facts: &Facts<'_>) -> Vec<Finding> {
    let author = facts.audit.domain.domain();
    let sightings = facts.audit.options.evidence.sightings.iter();
    let mut findings: Vec<Finding> = Vec::new();
    for ((signer, _), sighting) in sightings {
        let Some(provider) = Provider::by_default_domain(signer) else {
            continue;
        };
        let Some(messages) = sighting.authors.get(author) else {
            continue;
        };
        let counted = match messages {
            1 => "1 message".to_owned(),
            messages => format!("{messages} messages"),
        };
        let finding = Finding::new(
            DomainCode::DefaultProviderSignature,
            format!(
                "{counted} from {author} have a signature of {signer}, which is {provider}'s own: \
                 DMARC does not count it for {author}"
            ),
            remedy(facts, provider),
        );
        if !findings
            .iter()
            .any(|other| other.message == finding.message)
        {
            findings.push(finding);
        }
    }
    findings
}

/// What it looks like where no mail is at hand: the provider receives the mail, and none of its
/// selectors is there.
fn guessed(facts: &Facts<'_>) -> Option<Finding> {
    let mut exchangers = facts.audit.servers(&facts.audit.exchangers);
    let provider = exchangers.find_map(|exchanger| Provider::by_mx(&exchanger))?;
    let domain = &facts.audit.domain;
    let is_known_missing = |selector| facts.audit.is_missing_at(&selector, domain);
    let selectors = provider.selectors();
    if !provider.has_default_domain()
        || !facts.audit.options.evidence.sightings.is_empty()
        || selectors.is_empty()
        || !selectors.into_iter().all(is_known_missing)
    {
        return None;
    }
    Some(
        Finding::new(
            DomainCode::DefaultProviderSignature,
            format!(
                "the mail of {domain} goes to {provider}, and none of {provider}'s usual selectors \
                 exists: what is sent from there may be signed in {provider}'s name alone"
            ),
            remedy(facts, provider),
        )
        .with_confidence(Confidence::Guess),
    )
}

fn remedy(facts: &Facts<'_>, provider: &Provider) -> String {
    let domain = facts.audit.domain.to_ascii();
    match provider.publication() {
        Publication::Txt => {
            format!("set up DKIM for {domain} at {provider}, and publish the key that it shows")
        }
        _ => format!(
            "set up DKIM for {domain} at {provider}: dkim delegate --domain {domain} --provider {}",
            provider.id()
        ),
    }
}
