//! The text of `dkim lookup` and of `dkim record --check`, for people.

use dkim_toolkit::escape::{escape, escape_octets};
use dkim_toolkit::lint::{
    Expectation, ExplainedTag, Finding, NameReport, NameStatus, RecordReport, RecordState,
};

use crate::print::report::{BAD, GOOD, PLAIN, Report, UNSURE, severity_style};
use crate::print::without_dot;

/// Tags are shown up to so many characters, and their meanings behind that.
const TAG_WIDTH: usize = 22;

/// Records of another purpose are shown up to so many characters.
const FOREIGN_WIDTH: usize = 60;

/// The report on a name; a blank line parts it from the one before.
pub fn report(name: &str, found: &NameReport, is_first: bool, columns: usize) -> Report {
    let mut report = Report::new(columns);
    if !is_first {
        report.blank();
    }
    heading(&mut report, without_dot(name), found, found.status.name());
    for target in &found.chain {
        report.wrapped(2, PLAIN, "alias of:", without_dot(target));
    }
    if let Some(provider) = found.provider(name) {
        report.wrapped(2, PLAIN, "provider:", &provider.to_string());
    }
    let dnssec = match found.dnssec_state() {
        Some(state) => format!("DNSSEC: {state}"),
        None => "DNSSEC: not validated".to_owned(),
    };
    let line = match found.ttl {
        Some(seconds) => format!("TTL: {}; {dnssec}", duration(seconds)),
        None => dnssec,
    };
    report.wrapped(2, PLAIN, "", &line);
    for fulfilled in found.expectations.iter().filter_map(Expectation::fulfilled) {
        report.wrapped(2, GOOD, "as expected:", &fulfilled);
    }
    body(&mut report, found);
    report
}

/// The report on a record that is under no name.
pub fn record_report(found: &NameReport, columns: usize) -> Report {
    let mut report = Report::new(columns);
    let status = match found.status {
        NameStatus::Found => "usable",
        _ => found.status.name(),
    };
    heading(&mut report, "record", found, status);
    body(&mut report, found);
    report
}

fn heading(report: &mut Report, name: &str, found: &NameReport, status: &str) {
    let style = match found.status {
        NameStatus::Found => GOOD,
        NameStatus::Temporary => UNSURE,
        _ => BAD,
    };
    report.line_of(&[(PLAIN, &format!("{name}: ")), (style, status)]);
    report.wrapped(2, PLAIN, "", &found.detail);
}

fn body(report: &mut Report, found: &NameReport) {
    let is_one = found.records.len() == 1;
    for (place, each) in found.records.iter().enumerate() {
        let label = if is_one {
            "record:".to_owned()
        } else {
            format!("record {}:", place + 1)
        };
        record(report, &label, each);
    }
    for each in &found.findings {
        finding(report, each, is_one);
    }
    if let Some(fixed) = &found.fixed {
        report.line_of(&[(PLAIN, "  "), (GOOD, "corrected record:")]);
        // In one line, so that it can be copied as it must be entered.
        report.line_of(&[(PLAIN, &escape(fixed))]);
    }
}

fn record(report: &mut Report, label: &str, record: &RecordReport) {
    let length = record.text.len();
    if record.state == RecordState::Foreign {
        let beginning = shortened(&escape_octets(&record.text), FOREIGN_WIDTH);
        report.wrapped(
            2,
            PLAIN,
            label,
            &format!("not a key record, {length} bytes"),
        );
        report.line_of(&[(PLAIN, &format!("    {beginning}"))]);
        return;
    }
    report.wrapped(2, PLAIN, label, &format!("{length} bytes"));
    for tag in &record.tags {
        report.wrapped(4, PLAIN, &shown(tag), &tag.meaning);
    }
}

/// A tag, as wide as all others.
fn shown(tag: &ExplainedTag) -> String {
    let text = shortened(&escape(&format!("{}={}", tag.name, tag.value)), TAG_WIDTH);
    format!("{text:TAG_WIDTH$}")
}

fn shortened(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let beginning: String = text.chars().take(width - 1).collect();
    format!("{beginning}…")
}

fn finding(report: &mut Report, finding: &Finding, is_one: bool) {
    let label = format!("{}: {}:", finding.severity().name(), finding.code.name());
    let message = match finding.record {
        Some(place) if !is_one => format!("record {}: {}", place + 1, finding.message),
        _ => finding.message.clone(),
    };
    report.wrapped(2, severity_style(finding.severity()), &label, &message);
    report.wrapped(4, PLAIN, "remedy:", &finding.remedy);
}

/// Seconds, and in larger units where they are a whole number of them.
fn duration(seconds: u32) -> String {
    let units = [(86_400, "d"), (3_600, "h"), (60, "min")];
    let larger = units
        .iter()
        .find(|(unit, _)| seconds >= *unit && seconds.is_multiple_of(*unit));
    match larger {
        Some((unit, name)) => format!("{seconds} s ({} {name})", seconds / unit),
        None => format!("{seconds} s"),
    }
}
