//! Signatures that leave out the From field (RFC 6376 §5.4).

use super::Facts;
use crate::finding::{DomainCode, Finding};

pub(super) fn examine(facts: &Facts<'_>) -> Vec<Finding> {
    let domain = facts.audit.domain.domain();
    let sightings = facts.audit.options.evidence.sightings.iter();
    let wrong = sightings.filter(|((signer, _), sighting)| {
        signer.domain().is_within(domain) && sighting.from_not_signed > 0
    });
    wrong
        .map(|((signer, selector), sighting)| {
            let count = sighting.from_not_signed;
            Finding::new(
                DomainCode::FromNotSigned,
                format!(
                    "{count} of {} messages that {signer} signed with {selector} do not have From \
                     among the signed fields: no verifier accepts such a signature",
                    sighting.in_messages
                ),
                "list From in h=, in the signer's list of fields to sign",
            )
            .about(selector)
        })
        .collect()
}
