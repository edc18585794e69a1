//! A report that grows with the elements that are read.

use super::element::Element;
use super::error::Place;
use super::{
    DateRange, DkimResult, MAX_RECORDS, MAX_SIGNATURES, PolicyEvaluated, Record, Report,
    ReportError, SignatureResult,
};
use crate::syntax::escape::printable;

/// What was read of a report.
///
/// Where an element comes twice, the first that is not empty counts.
#[derive(Debug, Default)]
pub(super) struct Builder {
    org_name: Option<String>,
    email: Option<String>,
    report_id: Option<String>,
    begin: Option<u64>,
    end: Option<u64>,
    domain: Option<String>,
    records: Vec<Record>,
    /// The record that is being read.
    record: Option<RecordBuilder>,
}

#[derive(Debug, Default)]
struct RecordBuilder {
    record: Record,
    count: Option<u64>,
    header_from: Option<String>,
    signature: SignatureBuilder,
}

#[derive(Debug, Default)]
struct SignatureBuilder {
    domain: Option<String>,
    selector: Option<String>,
    result: Option<DkimResult>,
}

impl Builder {
    /// Begins an element.
    pub(super) fn begin(&mut self, element: Element) -> Result<(), ReportError> {
        match element {
            Element::Record if self.records.len() == MAX_RECORDS => {
                return Err(ReportError::TooManyRecords);
            }
            Element::Record => self.record = Some(RecordBuilder::default()),
            _ => {}
        }
        Ok(())
    }

    /// Takes the text of an element, without white space around it.
    pub(super) fn text(&mut self, element: Element, text: &str) -> Result<(), ReportError> {
        if text.is_empty() {
            return Ok(());
        }
        let place = || self.place(element);
        match element {
            Element::Begin | Element::End | Element::Count => {
                let number = number(text);
                let number = number
                    .ok_or_else(|| ReportError::NotANumber(place(), printable(text.as_bytes())))?;
                self.number(element, number);
            }
            Element::OrgName => set(&mut self.org_name, text),
            Element::Email => set(&mut self.email, text),
            Element::ReportId => set(&mut self.report_id, text),
            Element::PolicyDomain => set(&mut self.domain, text),
            _ => {
                if let Some(record) = &mut self.record {
                    record.text(element, text);
                }
            }
        }
        Ok(())
    }

    fn number(&mut self, element: Element, number: u64) {
        match (element, &mut self.record) {
            (Element::Begin, _) => self.begin.get_or_insert(number),
            (Element::End, _) => self.end.get_or_insert(number),
            (_, Some(record)) => record.count.get_or_insert(number),
            (_, None) => return,
        };
    }

    /// Ends an element.
    pub(super) fn end(&mut self, element: Element) -> Result<(), ReportError> {
        match (element, &mut self.record) {
            (Element::Signature, Some(record)) => record.end_signature(),
            (Element::Record, Some(record)) => {
                let record = std::mem::take(record);
                let count = record.count;
                let count = count.ok_or_else(|| self.missing(Element::Count))?;
                self.records.push(Record {
                    count,
                    header_from: record.header_from.unwrap_or_default(),
                    ..record.record
                });
                self.record = None;
            }
            _ => {}
        }
        Ok(())
    }

    /// The report, once its root element has ended.
    pub(super) fn finish(self) -> Result<Report, ReportError> {
        let missing = |element| self.missing(element);
        let (report_id, domain) = (self.report_id.clone(), self.domain.clone());
        Ok(Report {
            report_id: report_id.ok_or_else(|| missing(Element::ReportId))?,
            date_range: DateRange {
                begin: self.begin.ok_or_else(|| missing(Element::Begin))?,
                end: self.end.ok_or_else(|| missing(Element::End))?,
            },
            domain: domain.ok_or_else(|| missing(Element::PolicyDomain))?,
            org_name: self.org_name.or(self.email).unwrap_or_default(),
            records: self.records,
        })
    }

    /// Where an element is.
    pub(super) fn place(&self, element: Element) -> Place {
        let record = self.record.as_ref().map(|_| self.records.len() + 1);
        let is_whole = matches!(element, Element::Feedback | Element::Record);
        Place {
            record,
            path: if is_whole {
                String::new()
            } else {
                element.path()
            },
        }
    }

    fn missing(&self, element: Element) -> ReportError {
        ReportError::Missing(self.place(element))
    }
}

impl RecordBuilder {
    fn text(&mut self, element: Element, text: &str) {
        let PolicyEvaluated { dkim, spf } = &mut self.record.policy_evaluated;
        match element {
            Element::SourceIp => self.record.source_ip = text.parse().ok(),
            Element::EvaluatedDkim => set_passed(dkim, text),
            Element::EvaluatedSpf => set_passed(spf, text),
            Element::HeaderFrom => set(&mut self.header_from, text),
            Element::EnvelopeFrom => set(&mut self.record.envelope_from, text),
            Element::SignatureDomain => set(&mut self.signature.domain, text),
            Element::Selector => set(&mut self.signature.selector, text),
            Element::SignatureResult => {
                self.signature
                    .result
                    .get_or_insert(DkimResult::from_name(text));
            }
            _ => {}
        }
    }

    fn end_signature(&mut self) {
        let signature = std::mem::take(&mut self.signature);
        let is_none = signature
            .result
            .is_none_or(|result| result == DkimResult::None);
        if is_none && signature.domain.is_none() && signature.selector.is_none() {
            return;
        }
        if self.record.signatures.len() == MAX_SIGNATURES {
            self.record.signatures_left_out += 1;
            return;
        }
        self.record.signatures.push(SignatureResult {
            domain: signature.domain.unwrap_or_default(),
            selector: signature.selector,
            result: signature.result.unwrap_or_default(),
        });
    }
}

impl DkimResult {
    /// A result by its word, in any letter case.
    fn from_name(name: &str) -> Self {
        match &*name.to_ascii_lowercase() {
            "none" => Self::None,
            "pass" => Self::Pass,
            // Words that are meant for SPF are there as well.
            "fail" | "hardfail" | "softfail" => Self::Fail,
            "policy" => Self::Policy,
            "neutral" => Self::Neutral,
            "temperror" => Self::TempError,
            "permerror" => Self::PermError,
            _ => Self::Unknown,
        }
    }
}

fn set(field: &mut Option<String>, text: &str) {
    field.get_or_insert_with(|| text.to_owned());
}

fn set_passed(field: &mut Option<bool>, text: &str) {
    let passed = match &*text.to_ascii_lowercase() {
        "pass" => true,
        "fail" => false,
        _ => return,
    };
    field.get_or_insert(passed);
}

/// A number of digits alone.
fn number(text: &str) -> Option<u64> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_number)
}
