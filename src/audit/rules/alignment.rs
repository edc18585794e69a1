//! `adkim=s`, and mail of the domain that a subdomain signs (RFC 9989 §4.4.1).

use super::Facts;
use crate::dmarc::AlignmentMode;
use crate::finding::{DomainCode, Finding};

pub(super) fn examine(facts: &Facts<'_>) -> Vec<Finding> {
    let Some(policy) = facts.discovery.policy() else {
        return Vec::new();
    };
    if policy.record.adkim != AlignmentMode::Strict {
        return Vec::new();
    }
    let author = facts.audit.domain.domain();
    let sightings = facts.audit.options.evidence.sightings.iter();
    let unaligned = sightings.filter(|((signer, _), sighting)| {
        let signer = signer.domain();
        signer != author && signer.is_within(author) && sighting.authors.contains_key(author)
    });
    unaligned
        .map(|((signer, selector), _)| {
            Finding::new(
                DomainCode::AlignmentStrictSubdomain,
                format!(
                    "mail from {author} is signed by {signer}, and adkim=s in the DMARC record of \
                     {} accepts {author} alone: DMARC does not count these signatures",
                    policy.domain
                ),
                format!("sign with d={author}, or publish adkim=r"),
            )
            .about(selector)
        })
        .collect()
}
