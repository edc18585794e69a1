//! The JSON of `dkim inspect`: one object for each message, its keys always there.

use dkim_toolkit::verdict::{Reason, Warning as Warned};
use serde::Serialize;

use crate::inspect::decode::{Default, Status, Tag as Inspected};
use crate::inspect::value::Decoded;
use crate::inspect::{Inspection, Signature as InspectedSignature};
use crate::io::{Failure, Source};
use crate::verify::BodyHash;

/// A message.
#[derive(Serialize)]
pub struct Message<'a> {
    source: String,
    signatures: Vec<Signature<'a>>,
    error: Option<&'a str>,
}

#[derive(Serialize)]
struct Signature<'a> {
    index: usize,
    tags: Vec<Tag<'a>>,
    missing: Vec<&'static str>,
    defaults: &'a [Default],
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
    status: Status,
    decoded: Option<&'a Decoded>,
    problem: Option<&'a str>,
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
    pub fn new(source: &Source, outcome: &'a Result<Inspection, Failure>) -> Self {
        let (signatures, error) = match outcome {
            Ok(inspection) => (&inspection.signatures[..], None),
            Err(failure) => (&[][..], Some(failure.reason.as_str())),
        };
        Self {
            source: source.to_string(),
            signatures: signatures.iter().map(Signature::new).collect(),
            error,
        }
    }
}

impl<'a> Signature<'a> {
    fn new(signature: &'a InspectedSignature) -> Self {
        let refused = signature.refused.iter().map(Refusal::new);
        Self {
            index: signature.number,
            tags: signature.tags.tags.iter().map(Tag::new).collect(),
            missing: signature.tags.missing().map(|(name, _)| name).collect(),
            defaults: &signature.defaults,
            raw: signature.tags.raw.as_deref(),
            key_name: signature.key_name.as_deref(),
            body_hash: BodyHash::new(&signature.verdict),
            refused: (!signature.refused.is_empty()).then(|| refused.collect()),
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
    fn new(tag: &'a Inspected) -> Self {
        Self {
            name: &tag.name,
            value: &tag.value,
            meaning: tag.meaning,
            status: tag.status,
            decoded: tag.decoded.as_ref().ok(),
            problem: tag.decoded.as_ref().err().map(String::as_str),
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
            code: warning.code,
            message: &warning.message,
        }
    }
}
