//! The page of `dkim audit --format html`.

mod findings;
mod selector;

use dkim_toolkit::audit::{AuditReport, AuditStatus, SelectorReport};
use dkim_toolkit::finding::Finding;
use dkim_toolkit::lint::{NameStatus, Severity};
use maud::{Markup, html};

use self::findings::{findings, is_about, records};
use self::selector::selector;
use super::frame::{self, Mood, badge, first, shown};
use super::timeline::{Span, timeline};
use super::words::{counted, marked, sentence};
use crate::print::time::date;

/// The whole page about one domain or several; `now` is the time of the audit, in Unix seconds.
pub fn page(reports: &[AuditReport], now: u64) -> String {
    let title = match reports {
        [only] => format!("DKIM of {}", only.domain),
        _ => format!("DKIM of {}", counted(reports.len() as u64, "domain")),
    };
    let below = format!("{} · as the DNS shows it", date(now));
    let contents = html! {
        (what_first(reports))
        @if reports.len() > 1 { (overview(reports)) }
        @for (place, report) in reports.iter().enumerate() {
            (domain(place, report, reports.len() > 1, now))
        }
    };
    frame::page(&title, &below, &contents, now)
}

/// What an audit comes to, in words.
const fn status(report: AuditStatus) -> (Mood, &'static str) {
    match report {
        AuditStatus::Good => (Mood::Good, "in order"),
        AuditStatus::Bad => (Mood::Bad, "needs work"),
        AuditStatus::Unknown => (Mood::Unsure, "not fully known"),
    }
}

fn what_first(reports: &[AuditReport]) -> Markup {
    match reports {
        [] => first(Mood::Unsure, &html! { "No domain was audited." }, &html! {}),
        [only] => {
            let (mood, _) = status(only.status());
            let (lead, why) = first_of(only);
            first(mood, &lead, &why)
        }
        _ => {
            let count = |wanted| {
                let of_status = reports.iter().filter(|report| report.status() == wanted);
                of_status.count() as u64
            };
            let bad = reports
                .iter()
                .find(|report| report.status() == AuditStatus::Bad);
            let unknown = || {
                let mut reports = reports.iter();
                reports.find(|report| report.status() == AuditStatus::Unknown)
            };
            let Some(worst) = bad.or_else(unknown) else {
                return first(
                    Mood::Good,
                    &html! { "Every domain is in order." },
                    &html! {},
                );
            };
            let (mood, _) = status(worst.status());
            let (bad, unknown) = (count(AuditStatus::Bad), count(AuditStatus::Unknown));
            let lead = match (bad, unknown) {
                (0, unknown) => format!("Of {} not enough is known.", counted(unknown, "domain")),
                (1, _) => "One domain needs work.".to_owned(),
                (bad, _) => format!("{} need work.", counted(bad, "domain")),
            };
            let (what, why) = first_of(worst);
            let rest = html! {
                p { strong { (worst.domain.as_str()) } ": " (what) }
                (why)
            };
            first(mood, &html! { (lead) }, &rest)
        }
    }
}

/// What to do first about a domain, and why.
fn first_of(report: &AuditReport) -> (Markup, Markup) {
    let is_first = |finding: &&Finding| match &finding.selector {
        Some(selector) => report.first == format!("{selector}: {}", finding.remedy),
        None => report.first == finding.remedy,
    };
    let Some(finding) = report.findings.iter().find(is_first) else {
        return (marked(&report.first), html! {});
    };
    let what = html! {
        @if let Some(selector) = &finding.selector { "Selector " (selector.as_str()) ": " }
        (marked(&finding.remedy))
    };
    let why = html! {
        p { "Why: " (sentence(&finding.message)) }
        (records(finding))
    };
    (what, why)
}

/// A row for each domain.
fn overview(reports: &[AuditReport]) -> Markup {
    html! {
        section.sheet {
            h2 { "Domains" }
            table {
                thead { tr {
                    th scope="col" { "Domain" }
                    th scope="col" { "What to do first" }
                } }
                tbody {
                    @for (place, report) in reports.iter().enumerate() {
                        @let (mood, word) = status(report.status());
                        tr {
                            th scope="row" {
                                p.title {
                                    a href={ "#d" (place) } { (report.domain.as_str()) }
                                    (badge(mood, word))
                                }
                                p.small.soft { (counts(report)) }
                            }
                            td.small { (first_of(report).0) }
                        }
                    }
                }
            }
        }
    }
}

/// How many keys and findings there are.
fn counts(report: &AuditReport) -> String {
    let findings = |severity, thing| {
        let found = report
            .findings
            .iter()
            .filter(|found| found.severity == severity);
        let count = found.count() as u64;
        (count > 0).then(|| counted(count, thing))
    };
    let counts = [
        Some(usable_keys(report)),
        findings(Severity::Error, "error"),
        findings(Severity::Warning, "warning"),
    ];
    counts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// The number of usable keys.
fn usable_keys(report: &AuditReport) -> String {
    let selectors = report.selectors.iter();
    let usable = selectors.filter(|selector| selector.status == NameStatus::Found);
    match usable.count() as u64 {
        0 => "no usable key".to_owned(),
        count => counted(count, "usable key"),
    }
}

fn domain(place: usize, report: &AuditReport, is_one_of_several: bool, now: u64) -> Markup {
    let (mood, word) = status(report.status());
    let of_domain = report.findings.iter().filter(|finding| {
        let mut selectors = report.selectors.iter();
        !selectors.any(|selector| is_about(finding, selector))
    });
    let mut selectors: Vec<(&SelectorReport, String)> = report
        .selectors
        .iter()
        .map(|selector| (selector, label(report, selector)))
        .collect();
    // Findings are in order, the worst first; so are the selectors that they are about.
    selectors.sort_by_key(|(each, _)| {
        let mut findings = report.findings.iter();
        let place = findings.position(|finding| is_about(finding, each));
        place.unwrap_or(usize::MAX)
    });
    let mut spans: Vec<Span> = selectors.iter().map(span).collect();
    spans.sort_by_key(|span| (span.due.is_none(), span.due, span.first));
    html! {
        section.sheet id={ "d" (place) } {
            div.title {
                h2 { @if is_one_of_several { (report.domain.as_str()) } @else { "Overview" } }
                (badge(mood, word))
            }
            (facts(report))
            (findings(of_domain))
            @if spans.iter().any(Span::is_known) {
                h3 { "Keys, and when to replace them" }
                (timeline(&spans, now))
            }
            @for (each, label) in &selectors { (selector(label, each, report, now)) }
        }
    }
}

/// A selector, with its domain where that is another than the one that was audited.
fn label(report: &AuditReport, selector: &SelectorReport) -> String {
    if selector.domain == report.domain {
        selector.selector.as_str().to_owned()
    } else {
        format!(
            "{} of {}",
            selector.selector.as_str(),
            selector.domain.as_str()
        )
    }
}

fn span<'a>((selector, label): &'a (&SelectorReport, String)) -> Span<'a> {
    Span {
        label,
        first: selector.first_seen,
        is_dated_by_name: selector.is_dated_by_name,
        last: selector.last_seen,
        due: selector.rotate_by,
    }
}

fn facts(report: &AuditReport) -> Markup {
    let asked = report.asked;
    html! {
        dl.facts {
            dt { "Keys" }
            dd { (usable_keys(report)) }
            dt { "DMARC" }
            dd {
                @match &report.dmarc {
                    None if report.is_dmarc_known => "no policy was found",
                    None => "not answered",
                    Some(dmarc) => {
                        @match dmarc.policy {
                            Some(policy) => { strong { (policy.name()) } },
                            None => "no policy that receivers apply",
                        }
                        ", alignment " (dmarc.adkim.name())
                        @if dmarc.is_inherited { ", of a domain above" }
                        pre { (shown(&format!("{} TXT {}", dmarc.name, dmarc.record))) }
                    }
                }
            }
            @if let Some(servers) = &report.delegated_to {
                dt { "Delegated to" }
                dd { (shown(servers)) }
            }
            @if report.wildcard {
                dt { "Wildcard" }
                dd { "a wildcard answers for selectors that do not exist" }
            }
            dt { "Asked" }
            dd {
                (counted(asked.names as u64, "name")) ", "
                (counted(asked.questions as u64, "question"))
                @if asked.unanswered > 0 { ", " (asked.unanswered as u64) " without an answer" }
                "; a selector that was not asked for may exist all the same"
            }
        }
    }
}

#[cfg(test)]
mod tests;
