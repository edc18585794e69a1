//! What to do first.

use super::report::SelectorReport;
use crate::finding::{Code, Finding};
use crate::lint::{FindingCode, NameStatus, Severity};

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

/// The one thing to do first, given the findings in order.
pub(super) fn of(findings: &[Finding], selectors: &[SelectorReport]) -> String {
    let has_key = selectors
        .iter()
        .any(|selector| selector.status == NameStatus::Found);
    let urgent = findings.first().filter(|finding| {
        let is_more_than_note = finding.severity != Severity::Note;
        is_more_than_note && (has_key || finding.severity == Severity::Error)
    });
    match urgent {
        Some(finding) => match &finding.selector {
            Some(selector) => format!("{selector}: {}", finding.remedy),
            None => finding.remedy.clone(),
        },
        None if has_key => "nothing: no finding asks for anything".to_owned(),
        None => {
            "name the selectors that the domain signs with (--selector), or give messages that \
                 it signed (--from-messages): none of the names that were tried has a usable key"
                .to_owned()
        }
    }
}
