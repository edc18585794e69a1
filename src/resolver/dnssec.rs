//! Validation of answers under DNSSEC (RFC 4035), by hickory.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use hickory_proto::dnssec::{Proof, TrustAnchors};
use hickory_proto::op::{DnsRequest, DnsRequestOptions, DnsResponse, Query};
use hickory_proto::rr::{Record, RecordType};
use hickory_resolver::net::dnssec::DnssecDnsHandle;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::xfer::{DnsHandle, DnsResponseStream, FirstAnswer};
use hickory_resolver::net::{DnsError, NetError};
use tokio::time::Instant;

use super::servers::Servers;
use crate::lookup::{Dnssec, LookupFailure, LookupFailureKind};

/// The keys that validation begins with.
pub(super) type Anchors = Arc<TrustAnchors>;

/// The validation of the answers of one lookup.
pub(super) struct Validation {
    handle: DnssecDnsHandle<Questions>,
    questions: Questions,
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
            handle: DnssecDnsHandle::with_trust_anchor(questions.clone(), anchors),
            questions,
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
        let answer = self.handle.lookup(query, options).first_answer().await;
        let (response, proof) = match answer {
            Ok(response) => {
                let proof = proof_of(&response);
                (response, proof)
            }
            Err(NetError::Dns(DnsError::Nsec {
                response, proof, ..
            })) => (*response, proof),
            Err(error) => return Err(self.questions.failure(&error)),
        };
        match proof {
            Proof::Secure => Ok(response),
            Proof::Insecure | Proof::Indeterminate => {
                self.state = Dnssec::Insecure;
                Ok(response)
            }
            // What could not be asked leaves the chain of trust open: that is not a forgery.
            Proof::Bogus => Err(self.questions.trouble().unwrap_or_else(bogus)),
        }
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
        // RFC 6840 §5.9: who validates wants the data that others find bogus, too.
        request.metadata.checking_disabled = true;
        let this = self.clone();
        Box::pin(async move {
            let answer = this.servers.ask(&request, this.deadline).await;
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
