//! The list of known providers.

use dkim_toolkit::provider::Provider;
use serde::Serialize;

use crate::error::Error;
use crate::print::Output;
use crate::print::report::{PLAIN, Report, STRONG};

/// A provider as a line of JSON.
#[derive(Serialize)]
struct Line {
    provider: &'static str,
    name: &'static str,
    publication: &'static str,
    selectors: Vec<&'static str>,
    targets: Vec<String>,
    source: &'static str,
}

/// Prints every provider that is known.
pub fn print_providers(output: &mut Output) -> Result<(), Error> {
    for provider in Provider::all() {
        let line = Line::new(provider);
        if output.json {
            output.json(&line)?;
        } else {
            let mut report = Report::new(output.columns);
            report.line_of(&[
                (STRONG, line.provider),
                (PLAIN, &format!("  {} ({})", line.name, line.publication)),
            ]);
            if !line.selectors.is_empty() {
                report.wrapped(4, PLAIN, "selectors:", &line.selectors.join(", "));
            }
            if !line.targets.is_empty() {
                report.wrapped(4, PLAIN, "targets:", &line.targets.join(", "));
            }
            output.report(report)?;
        }
    }
    Ok(())
}

impl Line {
    fn new(provider: &'static Provider) -> Self {
        Self {
            provider: provider.id(),
            name: provider.name(),
            publication: provider.publication().name(),
            selectors: provider.selector_patterns().collect(),
            targets: provider.targets().iter().map(ToString::to_string).collect(),
            source: provider.source(),
        }
    }
}
