//! What was not found, and what was not answered.

use super::Facts;
use crate::audit::{SelectorReport, Source};
use crate::finding::{DomainCode, Finding};
use crate::lint::{NameStatus, Severity};

pub(super) fn examine(facts: &Facts<'_>) -> Vec<Finding> {
    let counts = facts.audit.questions.counts();
    let mut findings = Vec::new();
    if counts.unanswered > 0 {
        findings.push(Finding::new(
            DomainCode::NotConfirmed,
            format!(
                "{} of {} questions were not answered: what is there is not confirmed",
                counts.unanswered, counts.questions
            ),
            "run it again later, or with another --nameserver or a longer --dns-timeout",
        ));
    }
    let untold = facts.selectors.iter();
    let untold = untold.filter(|selector| !facts.has_wrong_alias(selector));
    findings.extend(untold.filter_map(of_named));
    let has_key = facts
        .selectors
        .iter()
        .any(|selector| selector.status == NameStatus::Found);
    if !has_key {
        let tried = facts.audit.candidates.iter().count();
        let message = match (tried, facts.audit.denies_selectors()) {
            (_, true) => format!(
                "_domainkey.{} does not exist, so there is no key below it (RFC 8020); keys of \
                 subdomains are not confirmed",
                facts.audit.domain
            ),
            (0, false) => "no selector was tried, so no key is confirmed".to_owned(),
            (1, false) => "no usable key is confirmed: 1 selector was tried, and the DNS does not \
                           list others"
                .to_owned(),
            (tried, false) => format!(
                "no usable key is confirmed: {tried} selectors were tried, and the DNS does not \
                 list others"
            ),
        };
        findings.push(Finding::new(
            DomainCode::NotConfirmed,
            message,
            "name the selectors that the domain signs with (--selector), or give messages that it \
             signed (--from-messages)",
        ));
    }
    findings
}

/// A selector that was named has no key.
fn of_named(selector: &SelectorReport) -> Option<Finding> {
    let mut findings = selector.report.findings.iter();
    let is_told_elsewhere =
        selector.is_in_use || findings.any(|finding| finding.severity() == Severity::Error);
    if !selector.sources.contains(&Source::Named) || !selector.is_absent() || is_told_elsewhere {
        return None;
    }
    let name = selector.owner_name();
    let finding = Finding::new(
        DomainCode::NotConfirmed,
        format!("{}: {}", name.trim_end_matches('.'), selector.report.detail),
        "publish the key record there, or correct the selector",
    );
    Some(finding.about(&selector.selector))
}
