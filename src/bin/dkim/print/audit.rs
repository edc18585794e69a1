//! What `dkim audit` prints.

mod change;
mod github;
mod json;
mod providers;
mod text;

use dkim_toolkit::audit::AuditReport;

use super::Output;
use crate::error::Error;

pub use change::{Change, Kind};
pub use providers::print_providers;

/// Prints what was found about a domain; with `changes`, only those, but in JSON all.
/// `is_first` unless a report is above it.
pub fn print_audit(
    report: &AuditReport,
    changes: Option<&[Change]>,
    is_verbose: bool,
    is_first: bool,
    output: &mut Output,
) -> Result<(), Error> {
    note_warnings(report, output);
    if output.quiet {
        return Ok(());
    }
    if output.json {
        return output.json(&json::Domain::new(report, changes));
    }
    match changes {
        Some(changes) => output.report(text::changes(report, changes, output.columns)),
        None => output.report(text::report(report, is_verbose, is_first, output.columns)),
    }
}

/// Prints the findings as annotations for a workflow of GitHub.
pub fn print_annotations(report: &AuditReport, output: &mut Output) -> Result<(), Error> {
    note_warnings(report, output);
    if output.quiet {
        return Ok(());
    }
    output.lines(&github::annotations(report))
}

/// Notes warnings for `--fail-on warning`.
pub fn note_warnings(report: &AuditReport, output: &Output) {
    output.note_severities(report.findings.iter().map(|finding| finding.severity));
}
