//! Selectors that mail is signed with, and that have no key any more.
//!
//! Anybody can write a signature with any selector. That the domain signs with one is certain where
//! a report counts mail that passed, and likely where the domain still has a record for it.

use super::Facts;
use crate::audit::SelectorReport;
use crate::finding::{Confidence, DomainCode, Finding};
use crate::lint::{self, NameStatus, Severity};

/// How many selectors are named that may be somebody else's.
const NAMED: usize = 5;

pub(super) fn examine(facts: &Facts<'_>) -> Vec<Finding> {
    let is_error = |finding: &lint::Finding| finding.severity() == Severity::Error;
    let is_told = |selector: &SelectorReport| {
        // A record at another name, say.
        selector.status == NameStatus::Missing && selector.report.findings.iter().any(is_error)
    };
    let used = facts.selectors.iter().filter(|selector| {
        selector.is_in_use && !facts.has_wrong_alias(selector) && !is_told(selector)
    });
    let mut unproven = Vec::new();
    let mut findings = Vec::new();
    for selector in used {
        match selector.status {
            NameStatus::Revoked => findings.push(revoked(selector)),
            NameStatus::Missing if !selector.is_absent() => {}
            NameStatus::Missing if selector.passed > 0 => findings.push(missing(selector)),
            NameStatus::Missing => unproven.push(selector),
            _ => {}
        }
    }
    findings.extend(claimed(&unproven));
    findings
}

fn revoked(selector: &SelectorReport) -> Finding {
    let confidence = if selector.passed > 0 {
        Confidence::Certain
    } else {
        Confidence::Likely
    };
    let finding = Finding::new(
        DomainCode::KeyInUseRevoked,
        format!(
            "{}, and its key is revoked: what is signed with it fails",
            seen(selector)
        ),
        "sign with a selector whose key is published",
    );
    finding
        .about(&selector.selector)
        .with_confidence(confidence)
}

fn missing(selector: &SelectorReport) -> Finding {
    let finding = Finding::new(
        DomainCode::KeyInUseMissing,
        format!(
            "{}, and it has no key now: what is signed with it fails",
            seen(selector)
        ),
        "sign with a selector whose key is published; nothing, if nothing signs with this one any \
         more",
    );
    finding.about(&selector.selector)
}

/// Selectors that signatures claim, and that nothing shows to be the domain's.
fn claimed(selectors: &[&SelectorReport]) -> Option<Finding> {
    let (code, all) = (DomainCode::KeyInUseMissing, selectors.len());
    let names: Vec<String> = selectors
        .iter()
        .take(NAMED)
        .map(|selector| format!("{} of {}", selector.selector, selector.domain))
        .collect();
    let more = match all.checked_sub(NAMED) {
        None | Some(0) => String::new(),
        Some(more) => format!(" and {more} more"),
    };
    let mut finding = Finding::new(
        code,
        format!(
            "signatures of the last month name {}{more}, which {} no key; no report counts one that \
             passed, so they may be forged",
            names.join(", "),
            if all == 1 { "has" } else { "have" },
        ),
        "publish the key, if the domain signs with it; else nothing",
    )
    .with_confidence(Confidence::Guess);
    finding.severity = Severity::Note;
    match selectors {
        [] => None,
        [only] => Some(finding.about(&only.selector)),
        _ => Some(finding),
    }
}

/// What was seen of a selector, in words.
fn seen(selector: &SelectorReport) -> String {
    let name = format!("{} of {}", selector.selector, selector.domain);
    match (selector.passed, selector.last_seen) {
        (0, Some(_)) => format!("mail of the last month is signed with {name}"),
        (0, None) => format!("mail of an unknown time is signed with {name}"),
        (passed, _) => format!("reports count {passed} messages that passed with {name}"),
    }
}
