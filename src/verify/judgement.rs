//! Judging signatures once the body was read and the keys are there (RFC 6376 §6.1.2, §6.1.3).

use super::examination::Readable;
use super::{Candidate, Policy, Queries, State};
use crate::algorithm::{HashAlgorithm, KeyType};
use crate::alignment::Alignment;
use crate::hash::BodyHashes;
use crate::identifier::DomainName;
use crate::key_record::{KeyRecord, too_many_keys};
use crate::lookup::{KeyAnswer, LookupFailure, LookupFailureKind};
use crate::message::Malformation;
use crate::signature::Signature;
use crate::syntax::escape::printable;
use crate::syntax::folding::trim;
use crate::verdict::{KeyEvidence, KeyNotFound, Reason, Verdict, Warning, WarningCode};

/// Judges signatures once the body was read.
pub(super) struct Judge<'a> {
    pub(super) policy: &'a Policy,
    pub(super) queries: &'a Queries,
    pub(super) body: &'a BodyHashes,
    pub(super) author_domain: Option<&'a DomainName>,
    pub(super) malformation: Option<&'a Malformation>,
}

/// What came of one key record, or of there being none.
#[derive(Default)]
struct KeyOutcome {
    reason: Option<Reason>,
    /// The length of the record that is the reason.
    unreadable_record: Option<usize>,
    evidence: Option<KeyEvidence>,
    matches: Option<bool>,
}

impl Judge<'_> {
    pub(super) fn verdict(&self, candidate: Candidate) -> Verdict {
        let field_index = candidate.field_index;
        let readable = match candidate.state {
            State::Readable(readable) => *readable,
            State::NotJudged => {
                let limit = self.policy.maximum_signatures;
                return Verdict::not_judged(field_index, Reason::TooManySignatures { limit });
            }
            State::Unreadable(error) => {
                return Verdict::not_judged(field_index, Reason::Signature(error));
            }
        };
        let Readable {
            signature,
            header_hash,
            signed_fields,
            oversigned,
            defect,
            policy,
            query,
            mut warnings,
        } = readable;
        let request = signature.body_hash_request();
        let computed = self.body.hash(&request);
        let length = self.body.canonical_length(&request).unwrap_or_default();
        let key = query.map_or_else(KeyOutcome::default, |query| {
            let header_hash = header_hash.as_deref().unwrap_or_default();
            self.judge_key(query, &signature, header_hash, &mut warnings)
        });
        let partial_body = self.judge_body_length(&signature, length, &mut warnings);
        let body_hash = match computed {
            None => Some(Reason::BodyLengthExceedsBody { actual: length }),
            Some(computed) if computed != signature.body_hash => Some(Reason::BodyHashMismatch),
            Some(_) => None,
        };
        let mismatch = (key.matches == Some(false)).then_some(Reason::SignatureMismatch);
        warn_of_key(&key, &mut warnings);
        if signature.algorithm.hash() == HashAlgorithm::Sha1 {
            warnings.push(Warning::new(
                WarningCode::Sha1,
                "SHA-1 no longer protects against forgery",
            ));
        }
        let key_reason = key.reason.clone();
        let reason = [policy, partial_body, key.reason, body_hash, mismatch]
            .into_iter()
            .flatten()
            .next();
        let reason = defect.or_else(|| self.with_malformation(reason));
        let alignment = self
            .author_domain
            .map(|author| Alignment::of(author, signature.domain.domain()));
        Verdict {
            field_index,
            key_reason,
            unreadable_record: key.unreadable_record,
            reason,
            alignment,
            signature: Some(signature),
            signed_fields,
            oversigned,
            computed_body_hash: computed,
            canonical_body_length: Some(length),
            header_hash,
            signature_matches: key.matches,
            key: key.evidence,
            warnings,
        }
    }

    /// Puts a malformed header before a reason, and before there being none.
    fn with_malformation(&self, reason: Option<Reason>) -> Option<Reason> {
        match self.malformation {
            None => reason,
            Some(malformation) => Some(Reason::MalformedHeader {
                malformation: malformation.clone(),
                otherwise: reason.map(Box::new),
            }),
        }
    }

    fn judge_body_length(
        &self,
        signature: &Signature,
        length: u64,
        warnings: &mut Vec<Warning>,
    ) -> Option<Reason> {
        let unsigned = length
            .checked_sub(signature.body_length?)
            .filter(|&rest| rest > 0)?;
        let bytes = if unsigned == 1 { "byte" } else { "bytes" };
        let text = self.body.behind(&signature.body_hash_request());
        let message = format!(
            "this signature does not cover the last {unsigned} {bytes} of the body (l=): anybody \
             may have added them, “{}”",
            printable(trim(&without_line_ends(text)))
        );
        warnings.push(Warning::new(WarningCode::UnsignedBody, message));
        self.policy
            .reject_partial_body
            .then_some(Reason::PartialBody { unsigned })
    }

    fn judge_key(
        &self,
        query: usize,
        signature: &Signature,
        header_hash: &[u8],
        warnings: &mut Vec<Warning>,
    ) -> KeyOutcome {
        let no_key = |reason| KeyOutcome {
            reason: Some(reason),
            ..KeyOutcome::default()
        };
        let (records, dnssec, chain) = match &self.queries.asked[query].1 {
            Some(KeyAnswer::Records {
                records,
                dnssec,
                chain,
            }) => (records, *dnssec, chain),
            Some(KeyAnswer::NoSuchName) => {
                return no_key(Reason::KeyNotFound(KeyNotFound::NoSuchName));
            }
            Some(KeyAnswer::NoRecords) => {
                return no_key(Reason::KeyNotFound(KeyNotFound::NoRecords));
            }
            Some(KeyAnswer::Failed(failure)) => return no_key(Reason::Lookup(failure.clone())),
            None => return no_key(Reason::Lookup(unanswered())),
        };
        if let Some(count) = too_many_keys(records) {
            return no_key(Reason::TooManyKeys { count });
        }
        let mut best: Option<KeyOutcome> = None;
        let mut count = 0;
        for published in records.iter() {
            let Some(record) = published.key_record() else {
                continue;
            };
            count += 1;
            if best.as_ref().is_some_and(|best| best.rank() == 0) {
                continue;
            }
            let outcome = match record {
                Err(error) => KeyOutcome {
                    unreadable_record: Some(published.text().len()),
                    ..no_key(Reason::Record(error.clone()))
                },
                Ok(record) => {
                    let (reason, matches) = self.judge_record(record, signature, header_hash);
                    let name = signature.query.shared_name();
                    let record = record.clone();
                    KeyOutcome {
                        reason,
                        matches,
                        unreadable_record: None,
                        evidence: Some(KeyEvidence {
                            name,
                            record,
                            dnssec,
                            chain: chain.clone(),
                        }),
                    }
                }
            };
            if best
                .as_ref()
                .is_none_or(|best| outcome.rank() < best.rank())
            {
                best = Some(outcome);
            }
        }
        if count > 1 {
            let message =
                format!("{count} key records at one name: which of them counts is undefined");
            warnings.push(Warning::new(WarningCode::MultipleKeyRecords, message));
        }
        best.unwrap_or_else(|| no_key(Reason::KeyNotFound(KeyNotFound::OnlyForeign)))
    }

    /// Why the record does not allow the signature, and, whatever that says, whether its key made
    /// the signature (RFC 6376 §6.1.2 steps 4 to 8, §6.1.3).
    fn judge_record(
        &self,
        record: &KeyRecord,
        signature: &Signature,
        header_hash: &[u8],
    ) -> (Option<Reason>, Option<bool>) {
        let algorithm = signature.algorithm;
        if record.key.key_type() != algorithm.key_type() {
            return (Some(Reason::KeyTypeMismatch), None);
        }
        let matches = record
            .key
            .verify(algorithm.hash(), header_hash, &signature.signature);
        (self.find_record_reason(record, signature), Some(matches))
    }

    fn find_record_reason(&self, record: &KeyRecord, signature: &Signature) -> Option<Reason> {
        if !record.allows_hash(signature.algorithm.hash()) {
            return Some(Reason::HashNotAllowed);
        }
        if !record.serves_email {
            return Some(Reason::ServiceNotAllowed);
        }
        if record.strict && signature.identity().domain() != signature.domain.domain() {
            return Some(Reason::IdentityForbidden);
        }
        let bits = record.key.bits();
        let minimum = self.policy.minimum_rsa_bits;
        match record.key.key_type() {
            _ if record.key.is_too_short() => Some(Reason::KeyTooShort { bits }),
            KeyType::Rsa if bits < minimum => Some(Reason::KeyBelowMinimum { bits, minimum }),
            KeyType::Rsa | KeyType::Ed25519 => None,
        }
    }
}

impl KeyOutcome {
    /// How good an outcome is; 0 is best.
    fn rank(&self) -> u8 {
        match (self.matches, &self.reason) {
            (Some(true), None) => 0,
            (Some(true), Some(_)) => 1,
            (Some(false), None) => 2,
            (Some(false), Some(_)) => 3,
            (None, _) => 4,
        }
    }
}

/// A text on one line.
fn without_line_ends(text: &[u8]) -> Vec<u8> {
    let words = text.split(|byte| matches!(byte, b'\r' | b'\n'));
    let words: Vec<&[u8]> = words.filter(|word| !word.is_empty()).collect();
    words.join(&b' ')
}

fn unanswered() -> LookupFailure {
    LookupFailure::new(
        LookupFailureKind::Timeout,
        "the question for the key was not answered",
    )
}

fn warn_of_key(key: &KeyOutcome, warnings: &mut Vec<Warning>) {
    let Some(KeyEvidence { record, .. }) = &key.evidence else {
        return;
    };
    if let Some(weakness) = record.key.weakness() {
        warnings.push(Warning::new(WarningCode::WeakKey, weakness));
    }
    if record.testing {
        warnings.push(Warning::new(
            WarningCode::Testing,
            "the key record says that the domain is testing DKIM (t=y)",
        ));
    }
    if !record.has_version {
        warnings.push(Warning::new(
            WarningCode::NoVersion,
            "the key record has no v=DKIM1",
        ));
    }
}
