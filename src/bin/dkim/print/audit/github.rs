//! Annotations of a workflow of GitHub: one line for each finding.

use dkim_toolkit::audit::AuditReport;
use dkim_toolkit::finding::Finding;
use dkim_toolkit::lint::Severity;

/// A line for each finding, the worst first.
pub fn annotations(report: &AuditReport) -> String {
    let lines = report.findings.iter();
    lines.map(|finding| line(report, finding)).collect()
}

fn line(report: &AuditReport, finding: &Finding) -> String {
    let command = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let about = match &finding.selector {
        Some(selector) => format!("{selector} of {}", report.domain),
        None => report.domain.to_string(),
    };
    let title = property(&format!("{} ({about})", finding.code.name()));
    let text = data(&format!("{}\nRemedy: {}", finding.message, finding.remedy));
    format!("::{command} title={title}::{text}\n")
}

/// Text behind the second `::`.
fn data(text: &str) -> String {
    let text = text.replace('%', "%25").replace('\r', "%0D");
    text.replace('\n', "%0A")
}

/// The value of a property, which ends at a comma or a colon.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_ends_it() {
        assert_eq!(data("100 %\r\na: b, c"), "100 %25%0D%0Aa: b, c");
        assert_eq!(property("a: b, c"), "a%3A b%2C c");
    }
}
