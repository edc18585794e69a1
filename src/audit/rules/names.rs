//! What `lookup` finds about each selector's name and record.

use super::Facts;
use crate::audit::{SelectorReport, Source};
use crate::finding::{Finding, Record};
use crate::lint::{self, FindingCode, Severity};
use crate::lookup::RecordType;

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
        FindingCode::CnameDangling => facts.has_wrong_alias(selector),
        _ => false,
    };
    let findings = selector.report.findings.iter();
    let findings = findings.filter(|finding| !is_told_elsewhere(finding));
    findings.map(|finding| told(selector, finding)).collect()
}

fn told(selector: &SelectorReport, finding: &lint::Finding) -> Finding {
    let mut told = Finding::of_name(finding, &selector.selector);
    if let Some(fixed) = selector
        .report
        .fixed
        .as_ref()
        .filter(|_| finding.code.is_correctable())
    {
        let record = Record::new(selector.owner_name(), RecordType::Txt, fixed);
        told = told.with_records(vec![record]);
    }
    if finding.code == FindingCode::Revoked && !selector.sources.contains(&Source::Named) {
        // This is how a key ends: nobody signs with it, as far as is known.
        told.severity = Severity::Note;
        "nothing, if no mail is signed with it any more".clone_into(&mut told.remedy);
    }
    told
}
