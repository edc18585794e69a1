//! What `lookup` finds about each selector's name and record.

use super::Facts;
use crate::audit::{SelectorReport, Source};
use crate::finding::Finding;
use crate::lint::{self, FindingCode, Severity};

pub(super) fn examine(facts: &Facts<'_>) -> Vec<Finding> {
    let of_selector = |selector| of_selector(facts, selector);
    facts.selectors.iter().flat_map(of_selector).collect()
}

fn of_selector(facts: &Facts<'_>, selector: &SelectorReport) -> Vec<Finding> {
    let is_left_on = super::test_mode::is_left_on(facts, selector);
    let is_told_elsewhere = |finding: &&lint::Finding| match finding.code {
        // That a key in use is revoked is said with more.
        FindingCode::Revoked => selector.is_in_use,
        FindingCode::TestingFlag => is_left_on,
        _ => false,
    };
    let findings = selector.report.findings.iter();
    let findings = findings.filter(|finding| !is_told_elsewhere(finding));
    findings.map(|finding| told(selector, finding)).collect()
}

fn told(selector: &SelectorReport, finding: &lint::Finding) -> Finding {
    let mut told = Finding::of_name(finding, &selector.selector);
    if finding.code == FindingCode::Revoked && !selector.sources.contains(&Source::Named) {
        // This is how a key ends: nobody signs with it, as far as is known.
        told.severity = Severity::Note;
        told.remedy = "nothing, if no mail is signed with it any more".to_owned();
    }
    told
}
