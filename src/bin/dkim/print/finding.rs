//! The JSON of a finding about a domain, as `dkim audit` and `dkim delegate` print it.

use dkim_toolkit::finding;
use dkim_toolkit::identifier::Selector;
use serde::Serialize;

/// A finding about a domain.
#[derive(Serialize)]
pub struct Finding<'a> {
    code: &'static str,
    severity: &'static str,
    confidence: &'static str,
    selector: Option<&'a str>,
    message: &'a str,
    remedy: &'a str,
    records: Vec<Record<'a>>,
}

#[derive(Serialize)]
struct Record<'a> {
    name: &'a str,
    r#type: &'static str,
    value: &'a str,
}

impl<'a> Finding<'a> {
    /// As the library has it.
    pub fn new(finding: &'a finding::Finding) -> Self {
        Self {
            code: finding.code.name(),
            severity: finding.severity.name(),
            confidence: finding.confidence.name(),
            selector: finding.selector.as_ref().map(Selector::as_str),
            message: &finding.message,
            remedy: &finding.remedy,
            records: finding.records.iter().map(Record::new).collect(),
        }
    }
}

impl<'a> Record<'a> {
    fn new(record: &'a finding::Record) -> Self {
        Self {
            name: &record.name,
            r#type: record.record_type.name(),
            value: &record.value,
        }
    }
}
