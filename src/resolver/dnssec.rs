//! Validation of answers under DNSSEC (RFC 4035), by hickory.

pub(super) mod anchors;
mod clock;
mod questions;

use std::collections::BTreeSet;
use std::sync::Arc;

use hickory_proto::dnssec::Proof;
use hickory_proto::op::{DnsRequest, DnsRequestOptions, DnsResponse, Query};
use hickory_proto::rr::{Name, Record, RecordType};
use hickory_resolver::net::dnssec::DnssecDnsHandle;
use hickory_resolver::net::xfer::{DnsHandle, FirstAnswer};
use hickory_resolver::net::{DnsError, NetError};
use tokio::time::Instant;

use super::servers::Servers;
use crate::lookup::{Dnssec, LookupFailure, LookupFailureKind};
pub(super) use anchors::Anchors;
use questions::{Questions, Responses};

/// Where validated answers come from.
#[derive(Clone)]
pub(super) struct Validator {
    pub(super) servers: Arc<Servers>,
    anchors: Anchors,
    /// Returns the current time in Unix seconds.
    clock: fn() -> u64,
    /// What the servers said, where that is kept for other lookups.
    responses: Option<Responses>,
}

impl Validator {
    /// A validator that begins at these anchors and keeps nothing.
    pub(super) fn new(servers: Arc<Servers>, anchors: Anchors, clock: fn() -> u64) -> Self {
        Self {
            servers,
            anchors,
            clock,
            responses: None,
        }
    }

    /// The same, keeping what the servers say: the keys of a zone are asked for once, however many
    /// names are in it.
    pub(super) fn with_memory(self) -> Self {
        Self {
            responses: Some(self.responses.unwrap_or_else(questions::responses)),
            ..self
        }
    }
}

/// The validation of the answers of one lookup.
pub(super) struct Validation {
    handle: DnssecDnsHandle<Questions>,
    questions: Questions,
    anchors: Anchors,
    clock: fn() -> u64,
    /// The zones whose keys were asked for, because they have a trust anchor.
    asked: BTreeSet<Name>,
    state: Dnssec,
}

impl Validation {
    pub(super) fn new(validator: Validator, deadline: Instant) -> Self {
        let Validator {
            servers,
            anchors,
            clock,
            responses,
        } = validator;
        let questions = Questions::new(servers, deadline, responses);
        Self {
            handle: handle(&questions, &anchors),
            questions,
            anchors,
            clock,
            asked: BTreeSet::new(),
            state: Dnssec::Secure,
        }
    }

    /// Secure if all answers so far were.
    pub(super) fn state(&self) -> Dnssec {
        self.state
    }

    /// Asks, and validates the answer with as many further questions as that takes.
    pub(super) async fn ask(
        &mut self,
        query: Query,
        mut options: DnsRequestOptions,
    ) -> Result<DnsResponse, LookupFailure> {
        options.edns_set_dnssec_ok = true;
        self.take_keys_above(query.name(), options).await?;
        loop {
            let answer = self.handle.lookup(query.clone(), options);
            let answer = clock::at((self.clock)(), answer.first_answer());
            let (response, proof) = match answer.await {
                Ok(response) => {
                    let proof = proof_of(&response);
                    (response, proof)
                }
                Err(NetError::Dns(DnsError::Nsec {
                    response, proof, ..
                })) => (*response, proof),
                Err(error) => return Err(self.failure(&error)),
            };
            // An alias may have led into a zone with a trust anchor of its own: once more with it.
            // There are only so many such zones.
            let mut again = false;
            for record in &response.answers {
                again |= self.take_keys_above(&record.name, options).await?;
            }
            if again {
                continue;
            }
            return match proof {
                Proof::Secure => Ok(response),
                Proof::Insecure | Proof::Indeterminate => {
                    self.state = Dnssec::Insecure;
                    Ok(response)
                }
                // What could not be asked leaves the chain of trust open: that is not a forgery.
                Proof::Bogus => Err(self.questions.trouble().unwrap_or_else(bogus)),
            };
        }
    }

    /// Makes sure of the keys of the zones with a trust anchor that `name` is in; says whether
    /// there was one whose keys had not been asked for.
    async fn take_keys_above(
        &mut self,
        name: &Name,
        options: DnsRequestOptions,
    ) -> Result<bool, LookupFailure> {
        let zones = self.anchors.zones_above(name);
        let zones: Vec<Name> = zones
            .filter(|zone| !self.asked.contains(zone))
            .cloned()
            .collect();
        for zone in &zones {
            let query = Query::query(zone.clone(), RecordType::DNSKEY);
            let mut request = DnsRequest::from_query(query, options);
            let response = self.questions.ask(&mut request).await?;
            self.anchors
                .take_keys(zone, &response, (self.clock)())
                .map_err(|error| LookupFailure::new(LookupFailureKind::Bogus, error.to_string()))?;
            self.asked.insert(zone.clone());
        }
        if !zones.is_empty() {
            self.handle = handle(&self.questions, &self.anchors);
        }
        Ok(!zones.is_empty())
    }

    fn failure(&self, error: &NetError) -> LookupFailure {
        match error {
            NetError::Dns(DnsError::DnssecBogus) => bogus(),
            _ => self.questions.trouble().unwrap_or_else(|| {
                LookupFailure::new(
                    LookupFailureKind::ServFail,
                    "the answer cannot be validated under DNSSEC",
                )
            }),
        }
    }
}

fn handle(questions: &Questions, anchors: &Anchors) -> DnssecDnsHandle<Questions> {
    DnssecDnsHandle::with_trust_anchor(questions.clone(), anchors.keys.clone().into())
}

/// The weakest proof among the records that the answer rests on.
fn proof_of(response: &DnsResponse) -> Proof {
    let section = if response.answers.is_empty() {
        &response.authorities
    } else {
        &response.answers
    };
    let weight = |proof: &Proof| match proof {
        Proof::Bogus => 0,
        Proof::Indeterminate => 1,
        Proof::Insecure => 2,
        Proof::Secure => 3,
    };
    section
        .iter()
        .filter(|record| record.record_type() != RecordType::RRSIG)
        .map(|record: &Record| record.proof)
        .min_by_key(weight)
        // An empty answer that hickory lets pass is one from below an insecure delegation.
        .unwrap_or(Proof::Insecure)
}

fn bogus() -> LookupFailure {
    LookupFailure::new(LookupFailureKind::Bogus, "the answer is bogus under DNSSEC")
}

#[cfg(test)]
mod tests;
