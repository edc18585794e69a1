//! What `dkim lookup` and `dkim record --check` print of a key record.

mod json;
mod text;

use dkim_toolkit::lint::{Finding, NameReport};

use super::Output;
use crate::error::Error;

pub use json::Key;

/// Prints what is said of what is under a name; `is_first` unless a report stands above it.
pub fn print_name(
    name: &str,
    report: &NameReport,
    is_first: bool,
    output: &mut Output,
) -> Result<(), Error> {
    note_warnings(report, output);
    if output.quiet {
        return Ok(());
    }
    if output.json {
        return output.json(&json::Name::new(Some(name), report));
    }
    output.report(text::report(name, report, is_first, output.columns))
}

/// Prints what is said of a record that is under no name.
pub fn print_record(report: &NameReport, output: &mut Output) -> Result<(), Error> {
    note_warnings(report, output);
    if output.quiet {
        return Ok(());
    }
    if output.json {
        return output.json(&json::Name::new(None, report));
    }
    output.report(text::record_report(report, output.columns))
}

fn note_warnings(report: &NameReport, output: &Output) {
    output.note_severities(report.findings.iter().map(Finding::severity));
}
