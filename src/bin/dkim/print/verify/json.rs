//! The JSON of `dkim verify`: one object for each message, its keys always there.

use std::borrow::Cow;
use std::collections::BTreeSet;

use dkim_toolkit::alignment::Alignment;
use dkim_toolkit::canonicalization::body::LineEndsSeen;
use dkim_toolkit::explain::{Explained as Found, Explanation};
use dkim_toolkit::identifier::DomainName;
use dkim_toolkit::key_record::KeyRecord;
use dkim_toolkit::lookup::Dnssec;
use dkim_toolkit::message::{Header, received_time};
use dkim_toolkit::signature::Signature as Stated;
use dkim_toolkit::verdict::{KeyEvidence, Reason, Verdict, Warning as Warned};
use serde::Serialize;

use super::outcome::Outcome;
use crate::error::Error;
use crate::files::Place;
use crate::print::json::{BodyHash, FileName};

/// A message.
#[derive(Serialize)]
pub struct Message<'a> {
    #[serde(flatten)]
    source: FileName<'a>,
    index: Option<u64>,
    result: Option<&'static str>,
    from: &'a [String],
    /// The domains of these addresses in A-labels.
    from_domains: Vec<Option<String>>,
    subject: Option<String>,
    date: Option<String>,
    message_id: Option<String>,
    received: Option<u64>,
    line_endings: Option<&'static str>,
    size: Option<u64>,
    signatures: Vec<Signature<'a>>,
    warnings: Vec<Warning<'a>>,
    error: Option<String>,
}

#[derive(Serialize)]
struct Signature<'a> {
    result: &'static str,
    reason: Option<&'static str>,
    detail: Option<String>,
    domain: Option<String>,
    /// The domain in A-labels.
    domain_ascii: Option<String>,
    selector: Option<String>,
    identity: Option<String>,
    algorithm: Option<&'static str>,
    canonicalization: Option<String>,
    signed_headers: Option<Vec<&'a str>>,
    oversigned_headers: Option<Vec<&'a str>>,
    body_length: Option<u64>,
    timestamp: Option<u64>,
    expiration: Option<u64>,
    body_hash: BodyHash,
    signature_matches: Option<bool>,
    key: Option<Key<'a>>,
    alignment: Option<&'static str>,
    warnings: Vec<Warning<'a>>,
    explanation: Option<Vec<Explained<'a>>>,
}

#[derive(Serialize)]
struct Key<'a> {
    name: &'a str,
    provider: Option<&'static str>,
    r#type: &'static str,
    bits: usize,
    testing: bool,
    strict: bool,
    dnssec: Option<&'static str>,
}

#[derive(Serialize)]
struct Warning<'a> {
    code: &'static str,
    message: Cow<'a, str>,
    field: Option<Cow<'a, str>>,
    remedy: Option<Cow<'a, str>>,
}

#[derive(Serialize)]
struct Explained<'a> {
    cause: &'static str,
    proof: &'static str,
    detail: &'a str,
    field: Option<&'a str>,
    original: Option<&'a str>,
    remedy: Cow<'a, str>,
}

impl<'a> Message<'a> {
    /// What is said of a message, or why it could not be read.
    pub fn new(place: &'a Place, outcome: Result<&'a Outcome, &Error>) -> Self {
        let source = FileName::from(&*place.source);
        let index = place.index;
        match outcome {
            Ok(outcome) => Self {
                source,
                index,
                result: Some(outcome.result.name()),
                from: &outcome.report.from,
                from_domains: from_domains(&outcome.report.from),
                subject: text(&outcome.report.header, "subject"),
                date: text(&outcome.report.header, "date"),
                message_id: text(&outcome.report.header, "message-id"),
                received: received_time(&outcome.report.header),
                line_endings: line_endings(outcome.report.line_ends),
                size: Some(outcome.report.size),
                signatures: outcome
                    .report
                    .verdicts
                    .iter()
                    .enumerate()
                    .map(|(at, verdict)| Signature {
                        explanation: outcome
                            .explained(at)
                            .map(|found| Explained::list(outcome, found)),
                        warnings: signature_warnings(outcome, at),
                        ..Signature::new(&outcome.report.header, verdict)
                    })
                    .collect(),
                warnings: message_warnings(outcome),
                error: None,
            },
            Err(error) => Self {
                source,
                index,
                result: None,
                from: &[],
                from_domains: Vec::new(),
                subject: None,
                date: None,
                message_id: None,
                received: None,
                line_endings: None,
                size: None,
                signatures: Vec::new(),
                warnings: Vec::new(),
                error: Some(error.message.clone()),
            },
        }
    }
}

impl<'a> Signature<'a> {
    fn new(header: &Header, verdict: &'a Verdict) -> Self {
        let stated = verdict.signature.as_ref();
        let (domain, selector) = verdict.identifiers(header);
        Self {
            result: verdict.result().name(),
            reason: verdict.reason.as_ref().map(Reason::code),
            detail: verdict.detail(),
            domain_ascii: domain.as_ref().map(|domain| domain.to_ascii().to_owned()),
            domain: domain.map(|domain| domain.as_str().to_owned()),
            selector: selector.map(|selector| selector.as_str().to_owned()),
            identity: stated.map(|stated| {
                let identity = stated.identity();
                format!("{}@{}", identity.local_part(), identity.domain().as_str())
            }),
            algorithm: stated.map(|stated| stated.algorithm.name()),
            canonicalization: stated.map(|stated| stated.canonicalization.to_string()),
            signed_headers: stated.map(signed_headers),
            oversigned_headers: stated.map(|_| verdict.oversigned_headers().collect()),
            body_length: stated.and_then(|stated| stated.body_length),
            timestamp: stated.and_then(|stated| stated.timestamp),
            expiration: stated.and_then(|stated| stated.expiration),
            body_hash: BodyHash::new(verdict),
            signature_matches: verdict.signature_matches,
            key: verdict.key.as_ref().map(Key::new),
            alignment: verdict.alignment.map(Alignment::name),
            warnings: Vec::new(),
            explanation: None,
        }
    }
}

impl<'a> Key<'a> {
    fn new(evidence: &'a KeyEvidence) -> Self {
        let KeyEvidence {
            name,
            record,
            dnssec,
            ..
        } = evidence;
        let KeyRecord {
            key,
            testing,
            strict,
            ..
        } = record;
        Self {
            name: &**name,
            provider: evidence
                .provider()
                .map(|attribution| attribution.provider.name()),
            r#type: key.key_type().name(),
            bits: key.bits(),
            testing: *testing,
            strict: *strict,
            dnssec: dnssec.map(Dnssec::name),
        }
    }
}

/// The distinct names of `h=`, in order.
pub fn signed_headers(stated: &Stated) -> Vec<&str> {
    let mut seen = BTreeSet::new();
    stated
        .signed_headers()
        .filter(|name| seen.insert(*name))
        .collect()
}

fn line_endings(seen: LineEndsSeen) -> Option<&'static str> {
    match (seen.crlf, seen.bare_line_feed) {
        (true, true) => Some("mixed"),
        (true, false) => Some("crlf"),
        (false, true) => Some("lf"),
        (false, false) => None,
    }
}

/// The text of the topmost field of this name.
fn text(header: &Header, name: &str) -> Option<String> {
    let field = header.fields_named(name).next();
    field.map(|field| field.text())
}

/// The domain of each address in A-labels, where it has one.
fn from_domains(addresses: &[String]) -> Vec<Option<String>> {
    let domain = |address: &String| {
        let (_, domain) = address.rsplit_once('@')?;
        let name = DomainName::parse(domain.as_bytes()).ok()?;
        Some(name.to_ascii().to_owned())
    };
    addresses.iter().map(domain).collect()
}

fn message_warnings(outcome: &Outcome) -> Vec<Warning<'_>> {
    let warnings = outcome.unmet.iter().chain(&outcome.report.warnings);
    warnings.map(Warning::new).collect()
}

fn signature_warnings(outcome: &Outcome, at: usize) -> Vec<Warning<'_>> {
    let own = outcome.report.verdicts[at].warnings.iter();
    let explained = outcome.explained(at).map(Found::warnings);
    own.map(Warning::new)
        .chain(
            explained
                .into_iter()
                .flatten()
                .map(|warned| Warning::owned(outcome, warned)),
        )
        .collect()
}

impl<'a> Warning<'a> {
    fn new(warned: &'a Warned) -> Self {
        Self {
            code: warned.code.name(),
            message: Cow::Borrowed(&warned.message),
            field: warned.field.as_deref().map(Cow::Borrowed),
            remedy: warned.remedy().map(Cow::Borrowed),
        }
    }

    fn owned(outcome: &Outcome, warned: Warned) -> Self {
        let remedy = warned.remedy();
        let remedy = remedy.map(|remedy| outcome.named(remedy).into_owned());
        Self {
            code: warned.code.name(),
            message: Cow::Owned(warned.message),
            field: warned.field.map(Cow::Owned),
            remedy: remedy.map(Cow::Owned),
        }
    }
}

impl<'a> Explained<'a> {
    fn list(outcome: &Outcome, found: &'a Found) -> Vec<Self> {
        let one = |explanation: &'a Explanation| Self {
            cause: explanation.cause.name(),
            proof: explanation.proof.name(),
            detail: &explanation.detail,
            field: explanation.field.as_deref(),
            original: explanation.original.as_deref(),
            remedy: outcome.named(&explanation.remedy),
        };
        found.explanations.iter().map(one).collect()
    }
}
