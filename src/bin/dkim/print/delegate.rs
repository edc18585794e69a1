//! What `dkim delegate` prints.

mod json;
mod text;

use dkim_toolkit::delegation::{Alias, Plan, Report};

use super::Output;
use crate::error::Error;

/// Prints a record that there should be, as JSON.
pub fn print_planned(plan: &Plan, alias: &Alias, output: &mut Output) -> Result<(), Error> {
    output.json(&json::Selector::planned(plan, alias))
}

/// Prints what there is.
pub fn print_report(report: &Report, output: &mut Output) -> Result<(), Error> {
    let findings = report
        .selectors
        .iter()
        .flat_map(|selector| &selector.findings);
    output.note_severities(findings.map(|finding| finding.severity));
    if output.quiet {
        return Ok(());
    }
    if !output.json {
        return output.report(text::report(report, output.columns));
    }
    for selector in &report.selectors {
        output.json(&json::Selector::found(report, selector))?;
    }
    if let Some(next) = report.next_step() {
        output.advice(next);
    }
    Ok(())
}
