//! The JSON of `dkim lookup` and of `dkim record --check`: one object for each name or record, its
//! keys always there.

use dkim_toolkit::key::{PublicKey, RsaEncoding};
use dkim_toolkit::lint::{self, ExplainedTag, NameReport, Part, RecordReport};
use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};

/// A name; or a record that is under none.
#[derive(Serialize)]
pub struct Name<'a> {
    name: Option<&'a str>,
    status: &'static str,
    detail: &'a str,
    chain: &'a [String],
    provider: Option<&'static str>,
    ttl: Option<u32>,
    dnssec: Option<&'static str>,
    records: Vec<Record<'a>>,
    expectations: Vec<Expectation<'a>>,
    findings: Vec<Finding<'a>>,
    fixed: Option<&'a str>,
}

#[derive(Serialize)]
struct Record<'a> {
    text: String,
    tags: Tags<'a>,
    key: Option<Key>,
}

struct Tags<'a>(&'a [ExplainedTag]);

/// A key, without its numbers.
#[derive(Serialize)]
pub struct Key {
    r#type: &'static str,
    bits: usize,
    exponent: Option<u64>,
    encoding: &'static str,
}

#[derive(Serialize)]
struct Expectation<'a> {
    kind: &'static str,
    expected: &'a str,
    holds: Option<bool>,
}

#[derive(Serialize)]
struct Finding<'a> {
    code: &'static str,
    severity: &'static str,
    part: Option<&'static str>,
    record: Option<usize>,
    message: &'a str,
    remedy: &'a str,
}

impl<'a> Name<'a> {
    /// What is said of what is under `name`.
    pub fn new(name: Option<&'a str>, report: &'a NameReport) -> Self {
        Self {
            name,
            status: report.status.name(),
            detail: &report.detail,
            chain: &report.chain,
            provider: name
                .and_then(|name| report.provider(name))
                .map(|attribution| attribution.provider.name()),
            ttl: report.ttl,
            dnssec: report.dnssec_state(),
            records: report.records.iter().map(Record::new).collect(),
            expectations: report.expectations.iter().map(Expectation::new).collect(),
            findings: report.findings.iter().map(Finding::new).collect(),
            fixed: report.fixed.as_deref(),
        }
    }
}

impl<'a> Record<'a> {
    fn new(report: &'a RecordReport) -> Self {
        Self {
            text: String::from_utf8_lossy(&report.text).into_owned(),
            tags: Tags(&report.tags),
            key: report.key.as_ref().map(Key::new),
        }
    }
}

impl Key {
    /// What kind of key it is, and how it is written.
    pub fn new(key: &PublicKey) -> Self {
        let (exponent, encoding) = match key {
            PublicKey::Rsa(key) => {
                let encoding = match key.encoding() {
                    RsaEncoding::SubjectPublicKeyInfo => "spki",
                    RsaEncoding::RsaPublicKey => "pkcs1",
                };
                (Some(key.exponent_number()), encoding)
            }
            _ => (None, "raw"),
        };
        Self {
            r#type: key.key_type().name(),
            bits: key.bits(),
            exponent,
            encoding,
        }
    }
}

impl<'a> Expectation<'a> {
    fn new(expectation: &'a lint::Expectation) -> Self {
        Self {
            kind: expectation.kind.name(),
            expected: &expectation.expected,
            holds: expectation.holds,
        }
    }
}

impl<'a> Finding<'a> {
    fn new(finding: &'a lint::Finding) -> Self {
        Self {
            code: finding.code.name(),
            severity: finding.severity().name(),
            part: finding.part.map(Part::name),
            record: finding.record,
            message: &finding.message,
            remedy: &finding.remedy,
        }
    }
}

impl Serialize for Tags<'_> {
    /// An object of names and values in the record's order; of a tag that stands twice, the first.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (place, tag) in self.0.iter().enumerate() {
            if !self.0[..place].iter().any(|other| other.name == tag.name) {
                map.serialize_entry(&tag.name, &tag.value)?;
            }
        }
        map.end()
    }
}
