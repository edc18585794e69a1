//! The text of `dkim delegate --check`, for people.

use dkim_toolkit::delegation::{Report as Found, SelectorReport, State};
use dkim_toolkit::escape::escape;
use dkim_toolkit::finding::{Confidence, Finding, Record};
use dkim_toolkit::lint::{NameReport, NameStatus, Severity};
use dkim_toolkit::provider::Provider;

use crate::print::report::{BAD, GOOD, PLAIN, Report, STRONG, UNSURE, severity_style};
use crate::print::{in_a_row, without_dot};

/// TXT records are shown up to so many characters.
const TEXT_WIDTH: usize = 60;

/// The report on a domain.
pub fn report(found: &Found, columns: usize) -> Report {
    let mut report = Report::new(columns);
    let all = found.selectors.len();
    let is_set = |selector: &&SelectorReport| selector.state == State::Set;
    let set = found.selectors.iter().filter(is_set).count();
    let who = found.provider.map_or(String::new(), |provider| {
        format!(" at {}", Provider::name(provider))
    });
    let is_done = found.selectors.iter().all(SelectorReport::is_done);
    report.line_of(&[
        (PLAIN, &format!("{}{who}: ", found.domain)),
        (
            if is_done { GOOD } else { BAD },
            &format!("{set} of {all} set"),
        ),
    ]);
    if found.is_offline {
        let line = "from master files alone: no authoritative server was asked";
        report.wrapped(2, PLAIN, "", line);
    }
    let mut said = Vec::new();
    for each in &found.selectors {
        report.blank();
        selector(&mut report, each, &mut said);
    }
    if let Some(next) = found.next_step() {
        report.blank();
        report.wrapped(0, STRONG, "next:", &next);
    }
    report
}

/// `said` has the remedies that were printed before.
fn selector<'a>(report: &mut Report, found: &'a SelectorReport, said: &mut Vec<&'a str>) {
    let (style, state) = match found.state {
        State::Set if found.is_done() => (GOOD, "set"),
        State::Set => (BAD, "set"),
        State::ToSet => (BAD, "to set"),
        State::ToFix => (BAD, "to fix"),
        State::Unknown => (UNSURE, "unknown"),
    };
    report.line_of(&[
        (PLAIN, &format!("{}: ", without_dot(&found.name))),
        (style, state),
    ]);
    // An error says it, and more.
    let has_error = found
        .findings
        .iter()
        .any(|finding| finding.severity == Severity::Error);
    if found.state == State::Set || !has_error {
        report.wrapped(2, PLAIN, "", &found.detail);
    }
    for remark in &found.remarks {
        report.wrapped(2, PLAIN, "", remark);
    }
    let is = found.found.as_ref().map(|found| {
        let value = shortened(&escape(without_dot(&found.value)));
        format!("{} {value}", found.record_type)
    });
    let should = found
        .target
        .as_deref()
        .map(|target| format!("CNAME {}", without_dot(target)));
    let is_right = is == should && found.state == State::Set;
    if let Some(is) = &is {
        report.wrapped(2, PLAIN, "there is:", is);
    }
    if let Some(should) = should.filter(|_| !is_right) {
        report.wrapped(2, PLAIN, "should be:", &should);
    }
    servers(report, found);
    if let Some(of_target) = &found.key {
        let label = match found.state {
            State::Set => "key:",
            _ => "key at the target:",
        };
        key(report, label, of_target);
    }
    for each in &found.findings {
        finding(report, each, said);
    }
    let mut to_publish = found.findings.iter().flat_map(|finding| &finding.records);
    if let Some(record) = to_publish.next().filter(|_| found.state != State::Set) {
        publish(report, record);
    }
}

/// What each server says, if they do not all say what is said above.
fn servers(report: &mut Report, found: &SelectorReport) {
    let count = found.servers.len();
    let is_same = found
        .servers
        .iter()
        .all(|server| server.state == found.state);
    let has_one_detail = found
        .servers
        .windows(2)
        .all(|pair| pair[0].detail == pair[1].detail);
    if count > 0 && is_same && has_one_detail {
        let names = names(found);
        report.wrapped(2, PLAIN, "servers:", &format!("{names} say the same"));
        return;
    }
    let there = found.found.as_ref().map(|found| without_dot(&found.value));
    for server in &found.servers {
        let name = without_dot(&server.server);
        let address = server
            .address
            .map_or(String::new(), |address| format!(" ({})", address.ip()));
        let label = format!("{name}{address}:");
        // What is there is said above.
        let is_said = there.is_some_and(|there| server.detail.ends_with(there));
        let detail = if is_said { "" } else { &server.detail };
        let separator = if is_said { "" } else { ": " };
        let line = format!("{}{separator}{detail}", server.state.name());
        report.wrapped(2, PLAIN, &label, &line);
    }
}

/// The names of the servers, each once.
fn names(found: &SelectorReport) -> String {
    let mut names: Vec<&str> = Vec::new();
    for server in &found.servers {
        let name = without_dot(&server.server);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    match names.len() {
        0 | 1 => format!("all addresses of {}", names.concat()),
        _ => in_a_row(&names, "and"),
    }
}

/// Whether the key is usable where the record leads, or has to lead.
fn key(report: &mut Report, label: &str, found: &NameReport) {
    let mut keys = found
        .records
        .iter()
        .filter_map(|record| record.key.as_ref());
    let key = keys.next().map_or(String::new(), |key| {
        format!(" ({}, {} bits)", key.key_type().name(), key.bits())
    });
    let style = match found.status {
        NameStatus::Found => GOOD,
        NameStatus::Temporary => UNSURE,
        _ => PLAIN,
    };
    report.wrapped(2, style, label, &format!("{}{key}", found.detail));
}

fn finding<'a>(report: &mut Report, finding: &'a Finding, said: &mut Vec<&'a str>) {
    let sure = match finding.confidence {
        Confidence::Certain => String::new(),
        less => format!(" ({})", less.name()),
    };
    let label = format!(
        "{}{sure}: {}:",
        finding.severity.name(),
        finding.code.name()
    );
    report.wrapped(
        2,
        severity_style(finding.severity),
        &label,
        &finding.message,
    );
    // How a target is learnt is long, and the same for each selector.
    let is_said = finding.records.is_empty() && said.contains(&finding.remedy.as_str());
    let remedy = if is_said { "as above" } else { &finding.remedy };
    report.wrapped(4, PLAIN, "remedy:", remedy);
    said.push(&finding.remedy);
}

fn publish(report: &mut Report, record: &Record) {
    report.line_of(&[(PLAIN, "  "), (GOOD, "record to publish:")]);
    // In one line, so that it can be copied as it must be entered.
    let line = format!("{} IN {} {}", record.name, record.record_type, record.value);
    report.line_of(&[(PLAIN, &escape(&line))]);
}

fn shortened(text: &str) -> String {
    // A target is shown whole.
    if !text.contains(' ') || text.chars().count() <= TEXT_WIDTH {
        return text.to_owned();
    }
    let beginning: String = text.chars().take(TEXT_WIDTH - 1).collect();
    format!("{beginning}…")
}
