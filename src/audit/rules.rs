//! The rules of an audit: one file each, from facts to findings.

mod alignment;
mod default_signature;
mod delegation;
mod dmarc;
mod from_not_signed;
mod in_use;
mod key_old;
mod names;
mod not_confirmed;
mod servers_disagree;
mod test_mode;
mod unused;
mod wildcard;

use super::{Audit, SelectorReport};
use crate::dmarc::Discovery;
use crate::finding::{Code, DomainCode, Finding};

/// What the rules judge.
pub(super) struct Facts<'a> {
    pub(super) audit: &'a Audit,
    pub(super) discovery: &'a Discovery,
    pub(super) selectors: &'a [SelectorReport],
    pub(super) wildcard: bool,
    /// What is wrong with CNAME records of providers.
    delegation: Vec<Finding>,
}

impl<'a> Facts<'a> {
    pub(super) fn new(
        audit: &'a Audit,
        discovery: &'a Discovery,
        selectors: &'a [SelectorReport],
        wildcard: bool,
    ) -> Self {
        Self {
            audit,
            discovery,
            selectors,
            wildcard,
            delegation: delegation::examine(audit, selectors),
        }
    }

    /// Whether the selector has a finding about its CNAME record, which says all that there is.
    fn has_wrong_alias(&self, selector: &SelectorReport) -> bool {
        let mut findings = self.delegation.iter();
        findings.any(|finding| finding.selector.as_ref() == Some(&selector.selector))
    }
}

type Rule = fn(&Facts<'_>) -> Vec<Finding>;

/// Every rule. One that needs to know what another one found looks at the same facts.
const RULES: &[Rule] = &[
    alignment::examine,
    default_signature::examine,
    |facts| facts.delegation.clone(),
    dmarc::examine,
    from_not_signed::examine,
    in_use::examine,
    key_old::examine,
    names::examine,
    not_confirmed::examine,
    servers_disagree::examine,
    test_mode::examine,
    unused::examine,
    wildcard::examine,
];

/// What all rules find, in no order.
pub(super) fn examine(facts: &Facts<'_>) -> Vec<Finding> {
    RULES.iter().flat_map(|rule| rule(facts)).collect()
}

/// Whether a finding is about the DMARC record.
pub(super) fn is_about_dmarc(finding: &Finding) -> bool {
    matches!(
        finding.code,
        Code::Domain(DomainCode::DmarcInvalid | DomainCode::DmarcNone)
    )
}
