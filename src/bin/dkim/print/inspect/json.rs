//! The JSON of `dkim inspect`: one object for each message, its keys always there.

use dkim_toolkit::identifier::KeyQuery;
use dkim_toolkit::inspect::{CopiedField, DefaultValue, InspectedTag, SignedField, Value};
use dkim_toolkit::verdict::{Reason, Warning as Warned};
use serde::Serialize;

use super::claims::Claims;
use super::inspected::{Inspected, Signature as InspectedSignature, status};
use crate::error::Error;
use crate::files::Place;
use crate::print::json::{BodyHash, FileName};
use crate::print::time::{distance, rfc3339};

/// A message.
#[derive(Serialize)]
pub struct Message<'a> {
    #[serde(flatten)]
    source: FileName<'a>,
    index: Option<u64>,
    signatures: Vec<Signature<'a>>,
    /// What others claim to have found; null where the message could not be read.
    claims: Option<&'a Claims>,
    warnings: Vec<MessageWarning<'a>>,
    error: Option<&'a str>,
}

/// A warning about the message.
#[derive(Serialize)]
struct MessageWarning<'a> {
    code: &'static str,
    message: &'a str,
    remedy: Option<&'a str>,
}

#[derive(Serialize)]
struct Signature<'a> {
    index: usize,
    tags: Vec<Tag<'a>>,
    missing: Vec<&'static str>,
    defaults: Vec<Default<'a>>,
    raw: Option<&'a str>,
    key_name: Option<&'a str>,
    body_hash: BodyHash,
    refused: Option<Vec<Refusal>>,
    warnings: Vec<Warning<'a>>,
}

#[derive(Serialize)]
struct Tag<'a> {
    name: &'a str,
    value: &'a str,
    meaning: Option<&'static str>,
    status: &'static str,
    decoded: Option<Decoded<'a>>,
    other_case: bool,
    problem: Option<String>,
}

/// A decoded value, which is its content alone.
#[derive(Serialize)]
#[serde(untagged)]
enum Decoded<'a> {
    Version(u8),
    Algorithm {
        key_type: &'static str,
        hash: &'static str,
    },
    Octets {
        octets: usize,
    },
    Canonicalization {
        header: &'static str,
        body: &'static str,
    },
    /// As written, and as the DNS has it.
    Name {
        name: &'a str,
        ascii: &'a str,
    },
    Identity {
        local_part: &'a str,
        domain: &'a str,
    },
    Fields(Vec<Field<'a>>),
    Length {
        length: u64,
        body: Option<u64>,
        unsigned: Option<u64>,
    },
    Methods(&'a [String]),
    Time {
        seconds: u64,
        time: Option<String>,
        distance: String,
    },
    Copies(Vec<Copy<'a>>),
}

#[derive(Serialize)]
struct Field<'a> {
    name: &'a str,
    named: usize,
    present: usize,
    /// The places of the signed ones among all header fields, from 1.
    fields: Vec<usize>,
    oversigned: bool,
}

#[derive(Serialize)]
struct Copy<'a> {
    name: &'a str,
    value: &'a str,
}

#[derive(Serialize)]
struct Default<'a> {
    name: &'static str,
    value: &'a str,
}

#[derive(Serialize)]
struct Refusal {
    reason: &'static str,
    detail: String,
}

#[derive(Serialize)]
struct Warning<'a> {
    code: &'static str,
    message: &'a str,
}

impl<'a> Message<'a> {
    /// What is said of a message, or why it could not be read.
    pub fn new(place: &'a Place, outcome: &'a Result<Inspected, Error>) -> Self {
        let (inspected, error) = match outcome {
            Ok(inspected) => (Some(inspected), None),
            Err(error) => (None, Some(error.message.as_str())),
        };
        let signatures = inspected.map_or_else(
            Vec::new,
            |Inspected {
                 signatures, now, ..
             }| {
                let signatures = signatures.iter();
                let signatures = signatures.map(|signature| Signature::new(signature, *now));
                signatures.collect()
            },
        );
        let warnings = inspected
            .into_iter()
            .flat_map(|inspected| &inspected.warnings);
        let warnings = warnings.map(|warning| MessageWarning {
            code: warning.code.name(),
            message: &warning.message,
            remedy: warning.remedy(),
        });
        Self {
            claims: inspected.map(|inspected| &inspected.claims),
            warnings: warnings.collect(),
            source: (&*place.source).into(),
            index: place.index,
            signatures,
            error,
        }
    }
}

impl<'a> Signature<'a> {
    fn new(signature: &'a InspectedSignature, now: u64) -> Self {
        let inspection = &signature.inspection;
        let tags = inspection.tags.iter().map(|tag| Tag::new(tag, now));
        let refused = inspection.refused.iter().map(Refusal::new);
        Self {
            index: signature.number,
            tags: tags.collect(),
            missing: inspection.missing.iter().map(|tag| tag.name).collect(),
            defaults: inspection.defaults.iter().map(Default::new).collect(),
            raw: inspection.raw.as_deref(),
            key_name: inspection.key_query.as_ref().map(KeyQuery::name),
            body_hash: BodyHash::new(&signature.verdict),
            refused: (!inspection.refused.is_empty()).then(|| refused.collect()),
            warnings: signature
                .verdict
                .warnings
                .iter()
                .map(Warning::new)
                .collect(),
        }
    }
}

impl<'a> Tag<'a> {
    fn new(tag: &'a InspectedTag, now: u64) -> Self {
        let (decoded, problem) = match &tag.decoded {
            Some(Ok(value)) => (Some(Decoded::new(value, now)), None),
            Some(Err(problem)) => (None, Some(problem.to_string())),
            None => (None, None),
        };
        Self {
            name: &tag.name,
            value: &tag.value,
            meaning: tag.known.map(|known| known.meaning),
            status: status(tag),
            decoded,
            other_case: tag.other_case,
            problem,
        }
    }
}

impl<'a> Decoded<'a> {
    fn new(value: &'a Value, now: u64) -> Self {
        match value {
            Value::Version => Self::Version(1),
            Value::Algorithm(algorithm) => Self::Algorithm {
                key_type: algorithm.key_type().name(),
                hash: algorithm.hash().name(),
            },
            Value::Signature { bytes, .. } | Value::BodyHash(bytes) => Self::Octets {
                octets: bytes.len(),
            },
            Value::Canonicalization(both) => Self::Canonicalization {
                header: both.header.name(),
                body: both.body.name(),
            },
            Value::Domain(domain) => Self::Name {
                name: domain.as_str(),
                ascii: domain.to_ascii(),
            },
            Value::Selector(selector) => Self::Name {
                name: selector.as_str(),
                ascii: selector.to_ascii(),
            },
            Value::Identity(identity) => Self::Identity {
                local_part: identity.local_part(),
                domain: identity.domain().as_str(),
            },
            Value::SignedFields(fields) => Self::Fields(fields.iter().map(Field::new).collect()),
            Value::BodyLength {
                signed,
                body,
                unsigned,
            } => Self::Length {
                length: *signed,
                body: *body,
                unsigned: *unsigned,
            },
            Value::QueryMethods(methods) => Self::Methods(methods),
            Value::Time(seconds) => Self::Time {
                seconds: *seconds,
                time: rfc3339(*seconds),
                distance: distance(*seconds, now),
            },
            Value::CopiedFields(copies) => {
                let copy = |CopiedField { name, value, .. }: &'a CopiedField| Copy { name, value };
                Self::Copies(copies.iter().map(copy).collect())
            }
        }
    }
}

impl<'a> Field<'a> {
    fn new(field: &'a SignedField) -> Self {
        Self {
            name: &field.name,
            named: field.named,
            present: field.present,
            fields: field.selected.iter().map(|index| index + 1).collect(),
            oversigned: field.is_oversigned(),
        }
    }
}

impl<'a> Default<'a> {
    fn new(default: &'a DefaultValue) -> Self {
        Self {
            name: default.name,
            value: &default.value,
        }
    }
}

impl Refusal {
    fn new(reason: &Reason) -> Self {
        Self {
            reason: reason.code(),
            detail: reason.to_string(),
        }
    }
}

impl<'a> Warning<'a> {
    fn new(warning: &'a Warned) -> Self {
        Self {
            code: warning.code.name(),
            message: &warning.message,
        }
    }
}
