//! A wildcard that answers for selectors that do not exist (RFC 4592).

use super::Facts;
use crate::finding::{Code, Finding};
use crate::lint::FindingCode;

pub(super) fn examine(facts: &Facts<'_>) -> Vec<Finding> {
    if !facts.wildcard {
        return Vec::new();
    }
    let domain = &facts.audit.domain;
    vec![Finding::new(
        Code::Name(FindingCode::Wildcard),
        format!(
            "a random selector of {domain} has an answer, which comes from a wildcard: guesses with \
             the same answer are left out here"
        ),
        format!(
            "publish the wildcard record so that it does not cover _domainkey.{}",
            domain.to_ascii()
        ),
    )]
}
