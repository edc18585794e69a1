//! The text of `dkim audit`, for people.

use dkim_toolkit::alignment::Alignment;
use dkim_toolkit::audit::{AuditReport, AuditStatus, SelectorReport, Source};
use dkim_toolkit::dmarc::{AlignmentMode, Policy};
use dkim_toolkit::escape::escape;
use dkim_toolkit::finding::{Confidence, Finding, Record};
use dkim_toolkit::key::PublicKey;
use dkim_toolkit::lint::{NameStatus, Severity};

use super::{Change, Kind};
use crate::print::count as count_of;
use crate::print::report::{BAD, GOOD, PLAIN, Report, STRONG, UNSURE, severity_style};
use crate::print::time::{date, due_in_words};

/// The report on a domain; a blank line parts it from the one before.
pub fn report(found: &AuditReport, is_verbose: bool, is_first: bool, columns: usize) -> Report {
    let mut report = Report::new(columns);
    if !is_first {
        report.blank();
    }
    heading(&mut report, found);
    report.wrapped(2, STRONG, "first:", &found.first);
    for selector in &found.selectors {
        report.blank();
        self::selector(&mut report, selector, found.time);
    }
    report.blank();
    report.wrapped(2, PLAIN, "DMARC:", &dmarc(found));
    if let Some(servers) = &found.delegated_to {
        report.wrapped(2, PLAIN, "_domainkey is delegated to", servers);
    }
    report.wrapped(2, PLAIN, "asked:", &asked(found));
    if !found.findings.is_empty() {
        report.blank();
    }
    let mut records: &[Record] = &[];
    for finding in &found.findings {
        self::finding(&mut report, finding);
        // Several findings can have one correction.
        let is_new = finding.records != records;
        for record in finding.records.iter().filter(|_| is_new) {
            // In one line, so that it can be copied.
            report.line_of(&[(PLAIN, &format!("    {}", escape(&record.to_string())))]);
        }
        records = &finding.records;
    }
    if is_verbose {
        report.blank();
        report.line_of(&[(PLAIN, "  names that were asked for:")]);
        for name in &found.names {
            report.line_of(&[(PLAIN, &format!("    {}", name.trim_end_matches('.')))]);
        }
    }
    report
}

/// What changed; nothing if nothing did.
pub fn changes(found: &AuditReport, changes: &[Change], columns: usize) -> Report {
    let mut report = Report::new(columns);
    if changes.is_empty() {
        return report;
    }
    report.line_of(&[(PLAIN, &format!("{}:", found.domain))]);
    for change in changes {
        let style = match change.kind {
            Kind::Worse => BAD,
            Kind::Unknown => UNSURE,
            Kind::Changed => STRONG,
            Kind::Better => GOOD,
        };
        let label = format!("{}:", change.kind.name());
        report.wrapped(2, style, &label, &change.message);
    }
    report
}

fn heading(report: &mut Report, found: &AuditReport) {
    let mut findings = found.findings.iter();
    let has_error = findings.any(|finding| finding.severity == Severity::Error);
    let (style, status) = match found.status() {
        AuditStatus::Good => (GOOD, "in order"),
        AuditStatus::Bad if has_error => (BAD, "needs work"),
        AuditStatus::Bad => (BAD, "no key confirmed"),
        AuditStatus::Unknown => (UNSURE, "not fully known"),
    };
    let count = |severity| {
        let findings = found.findings.iter();
        findings
            .filter(|finding| finding.severity == severity)
            .count()
    };
    let counts = [
        (count(Severity::Error), "error"),
        (count(Severity::Warning), "warning"),
        (count(Severity::Note), "note"),
    ];
    let counts: Vec<String> = counts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| count_of(count, what))
        .collect();
    let counts = match counts.as_slice() {
        [] => String::new(),
        counts => format!(" ({})", counts.join(", ")),
    };
    report.line_of(&[
        (PLAIN, &format!("{}: ", found.domain)),
        (style, status),
        (PLAIN, &counts),
    ]);
}

fn selector(report: &mut Report, found: &SelectorReport, now: u64) {
    let style = match found.status {
        NameStatus::Found => GOOD,
        NameStatus::Temporary => UNSURE,
        _ => BAD,
    };
    let mut rest = String::new();
    if let Some(key) = &found.key {
        rest.push_str(&format!(", {}", key_in_words(key)));
    }
    if let Some(provider) = &found.provider {
        rest.push_str(&format!(", {provider}"));
    }
    let name = match found.alignment {
        Alignment::Strict => found.selector.to_string(),
        _ => format!("{} of {}", found.selector, found.domain),
    };
    report.line_of(&[
        (PLAIN, "  "),
        (STRONG, &name),
        (PLAIN, ": "),
        (style, found.status.name()),
        (PLAIN, &rest),
    ]);
    if found.status != NameStatus::Found {
        report.wrapped(4, PLAIN, "", &found.report.detail);
    }
    for target in &found.report.chain {
        report.wrapped(4, PLAIN, "alias of:", target.trim_end_matches('.'));
    }
    if let Some(seen) = seen(found) {
        report.wrapped(4, PLAIN, "seen:", &seen);
    }
    if let Some(date_in_name) = found.first_seen.filter(|_| found.is_dated_by_name) {
        report.wrapped(4, PLAIN, "dated by its name:", &date(date_in_name));
    }
    if let Some(rotate_by) = found.rotate_by {
        let (due, is_late) = due_in_words(rotate_by, now);
        let style = if is_late { UNSURE } else { PLAIN };
        report.wrapped(4, style, "replace", &due);
    }
    if found.alignment != Alignment::Strict {
        let text = "only where DMARC is relaxed (adkim=r)";
        report.wrapped(4, PLAIN, "aligned:", text);
    }
    // Of several guesses, the first tells most.
    let is_guess = |place: &usize| found.sources[*place].is_guess();
    let count = (0..found.sources.len()).find(is_guess);
    let count = count.map_or(found.sources.len(), |guess| guess.max(1));
    let sources = found.sources.iter().take(count).copied().map(source);
    let sources: Vec<&str> = sources.collect();
    report.wrapped(4, PLAIN, "known from:", &sources.join(", "));
}

/// When a selector was seen, and what reports count.
fn seen(found: &SelectorReport) -> Option<String> {
    let mut parts = Vec::new();
    match (found.first_seen, found.last_seen) {
        (Some(first), Some(last)) if date(first) == date(last) => parts.push(date(first)),
        (Some(first), Some(last)) => parts.push(format!("{} to {}", date(first), date(last))),
        _ => {}
    }
    if found.in_messages > 0 {
        parts.push(format!(
            "in {}",
            count_of(
                usize::try_from(found.in_messages).unwrap_or(usize::MAX),
                "message"
            )
        ));
    }
    if found.passed + found.failed > 0 {
        let (passed, failed) = (found.passed, found.failed);
        parts.push(format!("by reports {passed} passed and {failed} failed"));
    }
    (!parts.is_empty()).then(|| parts.join(", "))
}

const fn source(source: Source) -> &'static str {
    match source {
        Source::Named => "--selector",
        Source::Messages => "messages",
        Source::Reports => "reports",
        Source::Earlier => "the earlier audit",
        Source::Provider => "a guess by provider",
        Source::Date => "a guess by date",
        _ => "a guess",
    }
}

fn dmarc(found: &AuditReport) -> String {
    let Some(dmarc) = &found.dmarc else {
        return if found.is_dmarc_known {
            "no policy found".to_owned()
        } else {
            "not answered".to_owned()
        };
    };
    let policy = match dmarc.policy {
        Some(Policy::None) => "none (nothing is asked of receivers)",
        Some(Policy::Quarantine) => "quarantine",
        Some(Policy::Reject) => "reject",
        None => "not valid",
    };
    let mode = match dmarc.adkim {
        AlignmentMode::Relaxed => "relaxed (a subdomain of the organization may sign)",
        AlignmentMode::Strict => "strict (only the very domain may sign)",
    };
    let name = dmarc.name.trim_end_matches('.');
    format!("policy {policy}, alignment {mode}, from {name}")
}

fn asked(found: &AuditReport) -> String {
    let asked = found.asked;
    let unanswered = match asked.unanswered {
        0 => "all answered".to_owned(),
        count => format!("{count} not answered"),
    };
    format!(
        "{} with {}, {unanswered}",
        count_of(asked.names, "name"),
        count_of(asked.questions, "question")
    )
}

fn finding(report: &mut Report, finding: &Finding) {
    let label = format!("{}: {}:", finding.severity.name(), finding.code.name());
    let likelihood = match finding.confidence {
        Confidence::Certain => "",
        Confidence::Likely => "likely: ",
        Confidence::Guess => "a guess: ",
    };
    let about = match &finding.selector {
        Some(selector) => format!("{selector}: "),
        None => String::new(),
    };
    let message = format!("{about}{likelihood}{}", finding.message);
    report.wrapped(2, severity_style(finding.severity), &label, &message);
    report.wrapped(4, PLAIN, "remedy:", &finding.remedy);
}

fn key_in_words(key: &PublicKey) -> String {
    match key {
        PublicKey::Rsa(key) => format!("RSA {}", key.bits()),
        _ => "Ed25519".to_owned(),
    }
}
