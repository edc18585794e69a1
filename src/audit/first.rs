//! What to do first.

use super::report::SelectorReport;
use crate::finding::{Code, DomainCode, Finding};
use crate::lint::{FindingCode, NameStatus, Severity};
use crate::syntax::escape::escape;

/// Puts the worst first: what was given away, then by severity, then by what is surest.
pub(super) fn sort(findings: &mut [Finding]) {
    findings.sort_by_key(|finding| {
        let is_given_away = finding.code == Code::Name(FindingCode::PrivateKeyPublished);
        (
            !is_given_away,
            finding.severity,
            finding.confidence,
            finding.code,
            finding.selector.clone(),
        )
    });
}

/// The one thing to do first, given the findings in order: what is wrong, then what is not known
/// though it has to be, then what is unwise.
pub(super) fn of(findings: &[Finding], selectors: &[SelectorReport]) -> String {
    let has = |status| selectors.iter().any(|selector| selector.status == status);
    let is_open = !has(NameStatus::Found) || has(NameStatus::Temporary);
    let is_error = |finding: &&Finding| finding.severity == Severity::Error;
    let is_unknown =
        |finding: &&Finding| is_open && finding.code == Code::Domain(DomainCode::NotConfirmed);
    let is_warning = |finding: &&Finding| finding.severity == Severity::Warning;
    let find = |wanted: &dyn Fn(&&Finding) -> bool| findings.iter().find(wanted);
    let urgent = find(&is_error)
        .or_else(|| find(&is_unknown))
        .or_else(|| find(&is_warning));
    match urgent {
        Some(finding) => sentence(finding),
        None => "nothing to do".to_owned(),
    }
}

/// The remedy, with the selector and the record that it is about.
fn sentence(finding: &Finding) -> String {
    let mut sentence = match &finding.selector {
        Some(selector) => format!("{selector}: {}", finding.remedy),
        None => finding.remedy.clone(),
    };
    if let [record] = finding.records.as_slice() {
        sentence.push_str(&format!(": {}", escape(&record.to_string())));
    }
    sentence
}
