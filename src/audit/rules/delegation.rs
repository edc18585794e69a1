//! CNAME records of providers that are missing or lead elsewhere, as `delegate --check` judges them.

use crate::audit::{Audit, SelectorReport, Source};
use crate::delegation::{Delegation, Given, Plan};
use crate::finding::{Code, DomainCode, Finding};
use crate::identifier::Selector;
use crate::lookup::{Answer, Asked, Question, ServersAnswer};

pub(super) fn examine(audit: &Audit, selectors: &[SelectorReport]) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    let mut judged: Vec<(&SelectorReport, Vec<Selector>)> = Vec::new();
    for selector in selectors {
        let Some(provider) = selector.certain_provider() else {
            continue;
        };
        let siblings = provider.siblings(&selector.selector);
        let is_judged = judged.iter().any(|(other, siblings)| {
            other.domain == selector.domain && siblings.contains(&selector.selector)
        });
        if is_judged || selector.report.chain.is_empty() {
            continue;
        }
        let mut together = siblings.clone();
        together.insert(0, selector.selector.clone());
        let given = together.into_iter().map(Given::without_target).collect();
        if let Ok(plan) = Plan::new(selector.domain.clone(), Some(provider), given) {
            findings.extend(of_plan(audit, selectors, selector, plan));
        }
        judged.push((selector, siblings));
    }
    findings
}

/// What the check of a plan finds about CNAME records.
fn of_plan(
    audit: &Audit,
    selectors: &[SelectorReport],
    selector: &SelectorReport,
    plan: Plan,
) -> Vec<Finding> {
    let mut delegation = Delegation::begin(plan);
    loop {
        let questions = delegation.pending();
        if questions.is_empty() {
            break;
        }
        for question in questions {
            let answer = answer(audit, &question);
            delegation.answer(&question, answer);
        }
    }
    let reports = delegation.finish().selectors.into_iter();
    let findings = reports.flat_map(|report| report.findings);
    let is_wanted = |finding: &Finding| match finding.code {
        Code::Domain(DomainCode::CnameWrong | DomainCode::SingleSelector) => true,
        // That a record is missing beside another one is said of that one.
        Code::Domain(DomainCode::CnameMissing) => {
            let missing = finding.selector.as_ref();
            missing.is_some_and(|missing| is_needed(selectors, selector, missing))
        }
        _ => false,
    };
    findings.filter(is_wanted).collect()
}

/// Whether a selector beside another one was named, or is in use.
fn is_needed(selectors: &[SelectorReport], beside: &SelectorReport, selector: &Selector) -> bool {
    selectors.iter().any(|other| {
        other.domain == beside.domain
            && other.selector == *selector
            && (other.is_in_use || other.sources.contains(&Source::Named))
    })
}

/// What the audit knows; the servers by themselves have a rule of their own.
fn answer(audit: &Audit, question: &Question) -> Answer {
    match question.asked() {
        Asked::EveryServer => {
            Answer::EveryServer(Ok(ServersAnswer::new(String::new(), Vec::new(), 0)))
        }
        Asked::Resolver => audit.questions.resolved(question),
    }
}
