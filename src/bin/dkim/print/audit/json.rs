//! The JSON of `dkim audit`: one object for each domain.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dkim_toolkit::audit::{AuditReport, DmarcReport, SelectorReport, Source};
use dkim_toolkit::dmarc::Policy;
use dkim_toolkit::key::PublicKey;
use serde::Serialize;

use super::Change;
use crate::print::finding::Finding;
use crate::print::key_report::Key;
use crate::print::time::rfc3339;

/// A domain.
#[derive(Serialize)]
pub struct Domain<'a> {
    domain: &'a str,
    asked: Asked,
    wildcard: bool,
    delegated_to: Option<&'a str>,
    dmarc: Option<Dmarc<'a>>,
    selectors: Vec<Selector<'a>>,
    findings: Vec<Finding<'a>>,
    first: &'a str,
    changes: Option<&'a [Change]>,
}

#[derive(Serialize)]
struct Asked {
    names: usize,
    questions: usize,
    unanswered: usize,
}

#[derive(Serialize)]
struct Dmarc<'a> {
    name: &'a str,
    record: &'a str,
    policy: Option<&'static str>,
    adkim: &'static str,
    findings: Vec<Finding<'a>>,
}

#[derive(Serialize)]
struct Selector<'a> {
    selector: &'a str,
    domain: &'a str,
    source: Vec<&'static str>,
    provider: Option<&'static str>,
    chain: &'a [String],
    status: &'static str,
    key: Option<PublicKeyObject>,
    first_seen: Option<String>,
    last_seen: Option<String>,
    messages: u64,
    passed: u64,
    failed: u64,
    aligned: &'static str,
    rotate_by: Option<String>,
}

/// A key, with what tells it from all others.
#[derive(Serialize)]
struct PublicKeyObject {
    #[serde(flatten)]
    key: Key,
    public_key: String,
}

impl<'a> Domain<'a> {
    /// What was found, and what changed since an earlier audit, if there was one.
    pub fn new(report: &'a AuditReport, changes: Option<&'a [Change]>) -> Self {
        Self {
            domain: report.domain.as_str(),
            asked: Asked {
                names: report.asked.names,
                questions: report.asked.questions,
                unanswered: report.asked.unanswered,
            },
            wildcard: report.wildcard,
            delegated_to: report.delegated_to.as_deref(),
            dmarc: report.dmarc.as_ref().map(Dmarc::new),
            selectors: report.selectors.iter().map(Selector::new).collect(),
            findings: report.findings.iter().map(Finding::new).collect(),
            first: &report.first,
            changes,
        }
    }
}

impl<'a> Dmarc<'a> {
    fn new(dmarc: &'a DmarcReport) -> Self {
        Self {
            name: &dmarc.name,
            record: &dmarc.record,
            policy: dmarc.policy.map(Policy::name),
            adkim: dmarc.adkim.name(),
            findings: dmarc.findings.iter().map(Finding::new).collect(),
        }
    }
}

impl<'a> Selector<'a> {
    fn new(selector: &'a SelectorReport) -> Self {
        let time = |seconds: Option<u64>| seconds.and_then(rfc3339);
        Self {
            selector: selector.selector.as_str(),
            domain: selector.domain.as_str(),
            source: selector.sources.iter().copied().map(Source::name).collect(),
            provider: selector.provider.map(|of_key| of_key.provider.name()),
            chain: &selector.report.chain,
            status: selector.status.name(),
            key: selector.key.as_ref().map(PublicKeyObject::new),
            first_seen: time(selector.first_seen.filter(|_| !selector.is_dated_by_name)),
            last_seen: time(selector.last_seen),
            messages: selector.in_messages,
            passed: selector.passed,
            failed: selector.failed,
            aligned: selector.alignment.name(),
            rotate_by: time(selector.rotate_by),
        }
    }
}

impl PublicKeyObject {
    fn new(key: &PublicKey) -> Self {
        Self {
            key: Key::new(key),
            public_key: STANDARD.encode(key.to_record()),
        }
    }
}
