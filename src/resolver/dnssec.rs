//! Validation of answers under DNSSEC (RFC 4035), by hickory.

pub(super) mod anchors;

use std::collections::BTreeSet;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use hickory_proto::dnssec::Proof;
use hickory_proto::op::{DnsRequest, DnsRequestOptions, DnsResponse, Query};
use hickory_proto::rr::{Name, Record, RecordType};
use hickory_resolver::net::dnssec::DnssecDnsHandle;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::xfer::{DnsHandle, DnsResponseStream, FirstAnswer};
use hickory_resolver::net::{DnsError, NetError};
use tokio::time::Instant;

use super::servers::Servers;
use crate::lookup::{Dnssec, LookupFailure, LookupFailureKind};
pub(super) use anchors::Anchors;

/// The validation of the answers of one lookup.
pub(super) struct Validation {
    handle: DnssecDnsHandle<Questions>,
    questions: Questions,
    anchors: Anchors,
    /// The zones whose keys were asked for, because they have a trust anchor.
    asked: BTreeSet<Name>,
    state: Dnssec,
}

impl Validation {
    pub(super) fn new(servers: Arc<Servers>, deadline: Instant, anchors: Anchors) -> Self {
        let questions = Questions {
            servers,
            deadline,
            trouble: Arc::default(),
        };
        Self {
            handle: questions.validated_from(&anchors),
            questions,
            anchors,
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
            let (response, proof) = match answer.first_answer().await {
                Ok(response) => {
                    let proof = proof_of(&response);
                    (response, proof)
                }
                Err(NetError::Dns(DnsError::Nsec {
                    response, proof, ..
                })) => (*response, proof),
                Err(error) => return Err(self.questions.failure(&error)),
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
                .take_keys(zone, &response)
                .map_err(|error| LookupFailure {
                    kind: LookupFailureKind::Bogus,
                    detail: error.to_string(),
                })?;
            self.asked.insert(zone.clone());
        }
        if !zones.is_empty() {
            self.handle = self.questions.validated_from(&self.anchors);
        }
        Ok(!zones.is_empty())
    }
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
    LookupFailure {
        kind: LookupFailureKind::Bogus,
        detail: "the answer is bogus under DNSSEC".to_owned(),
    }
}

/// The servers as hickory's validator asks them: within the lookup's time, and with a note of
/// what went wrong.
#[derive(Clone)]
struct Questions {
    servers: Arc<Servers>,
    deadline: Instant,
    trouble: Arc<Mutex<Option<LookupFailure>>>,
}

impl Questions {
    fn validated_from(&self, anchors: &Anchors) -> DnssecDnsHandle<Self> {
        DnssecDnsHandle::with_trust_anchor(self.clone(), anchors.keys.clone().into())
    }

    async fn ask(&self, request: &mut DnsRequest) -> Result<DnsResponse, LookupFailure> {
        // RFC 6840 §5.9: who validates wants the data that others find bogus, too.
        request.metadata.checking_disabled = true;
        self.servers.ask(request, self.deadline).await
    }

    fn trouble(&self) -> Option<LookupFailure> {
        let trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        trouble.clone()
    }

    fn failure(&self, error: &NetError) -> LookupFailure {
        match error {
            NetError::Dns(DnsError::DnssecBogus) => bogus(),
            _ => self.trouble().unwrap_or_else(|| LookupFailure {
                kind: LookupFailureKind::ServFail,
                detail: "the answer cannot be validated under DNSSEC".to_owned(),
            }),
        }
    }
}

impl DnsHandle for Questions {
    type Response = DnsResponseStream;
    type Runtime = TokioRuntimeProvider;

    fn send(&self, mut request: DnsRequest) -> Self::Response {
        let this = self.clone();
        Box::pin(async move {
            let answer = this.ask(&mut request).await;
            answer.map_err(|failure| {
                let mut trouble = this.trouble.lock().unwrap_or_else(PoisonError::into_inner);
                *trouble = Some(failure);
                NetError::from(io::Error::other("no answer"))
            })
        })
        .into()
    }
}

#[cfg(test)]
mod tests;
