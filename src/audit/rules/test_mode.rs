//! Keys that are marked as a test although mail has been signed with them for weeks.

use super::Facts;
use crate::audit::SelectorReport;
use crate::finding::{DomainCode, Finding};
use crate::lint::FindingCode;

/// For how long a test lasts, in seconds: two weeks.
const TEST: u64 = 14 * 24 * 60 * 60;

pub(super) fn examine(facts: &Facts<'_>) -> Vec<Finding> {
    let left_on = facts.selectors.iter();
    let left_on = left_on.filter(|selector| is_left_on(facts, selector));
    left_on
        .map(|selector| {
            let age = facts.audit.now.saturating_sub(selector.first_seen.unwrap_or(0));
            let finding = Finding::new(
                DomainCode::TestModeLeftOn,
                format!(
                    "mail has been signed with it for {} days, and t=y still says that the domain is \
                     testing: receivers may treat its mail like unsigned mail",
                    age / (24 * 60 * 60)
                ),
                "remove t=y from the record",
            );
            finding.about(&selector.selector)
        })
        .collect()
}

/// Whether the key has been in use for longer than a test lasts.
pub(super) fn is_left_on(facts: &Facts<'_>, selector: &SelectorReport) -> bool {
    let mut findings = selector.report.findings.iter();
    let is_test = findings.any(|finding| finding.code == FindingCode::TestingFlag);
    let since = selector.first_seen.filter(|_| !selector.is_dated_by_name);
    let is_long = since.is_some_and(|since| since + TEST <= facts.audit.now);
    is_test && selector.is_in_use && is_long
}
