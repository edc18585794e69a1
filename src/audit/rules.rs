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
mod siblings;
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
}

type Rule = fn(&Facts<'_>) -> Vec<Finding>;

/// Every rule. One that needs to know what another one found looks at the same facts.
const RULES: &[Rule] = &[
    alignment::examine,
    default_signature::examine,
    delegation::examine,
    dmarc::examine,
    from_not_signed::examine,
    in_use::examine,
    key_old::examine,
    names::examine,
    not_confirmed::examine,
    servers_disagree::examine,
    siblings::examine,
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
