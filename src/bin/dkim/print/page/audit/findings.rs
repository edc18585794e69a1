//! Findings with what to do about them and the records to publish.

use dkim_toolkit::audit::{AuditReport, SelectorReport};
use dkim_toolkit::finding::{Code, Confidence, Finding};
use dkim_toolkit::lint::Severity;
use maud::{Markup, html};

use crate::print::page::frame::{Mood, badge, shown};
use crate::print::page::words::{marked, sentence};

/// Whether a finding is about a selector. One that several signing domains have is told apart by
/// what is under its name.
pub fn is_about(finding: &Finding, selector: &SelectorReport) -> bool {
    let is_under_name = || {
        let mut found = selector.report.findings.iter();
        found.any(|found| found.message == finding.message)
    };
    finding.selector.as_ref() == Some(&selector.selector)
        && (matches!(finding.code, Code::Domain(_)) || is_under_name())
}

/// How bad the worst finding about a selector is.
pub fn worst(report: &AuditReport, selector: &SelectorReport) -> Option<Severity> {
    let findings = report.findings.iter();
    let about = findings.filter(|finding| is_about(finding, selector));
    about.map(|finding| finding.severity).min()
}

/// The findings in their order; nothing if there is none.
pub fn findings<'a>(findings: impl Iterator<Item = &'a Finding>) -> Markup {
    let mut findings = findings.peekable();
    html! {
        @if findings.peek().is_some() {
            ul.findings {
                @for finding in findings { (item(finding)) }
            }
        }
    }
}

fn item(finding: &Finding) -> Markup {
    let severity = finding.severity.name();
    html! {
        li class=(severity) {
            div.title {
                (badge(mood(finding.severity), severity))
                code.soft { (finding.code.name()) }
                @if finding.confidence != Confidence::Certain {
                    span.small.soft { (finding.confidence.name()) }
                }
            }
            p { (sentence(&finding.message)) }
            p { span.soft { "What to do: " } (marked(&finding.remedy)) }
            (records(finding))
        }
    }
}

/// The records to publish or to change, one a line.
pub fn records(finding: &Finding) -> Markup {
    let records = finding.records.iter();
    let lines: Vec<String> = records.map(|record| shown(&record.to_string())).collect();
    html! {
        @if !lines.is_empty() { pre { (lines.join("\n")) } }
    }
}

const fn mood(severity: Severity) -> Mood {
    match severity {
        Severity::Error => Mood::Bad,
        Severity::Warning => Mood::Unsure,
        Severity::Note => Mood::Plain,
    }
}
