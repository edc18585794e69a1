//! The questions of the validator, put to the servers or answered from what they said before.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hickory_proto::op::{DnsRequest, DnsResponse, Query};
use hickory_resolver::net::NetError;
use hickory_resolver::net::xfer::{DnsHandle, DnsResponseStream};
use tokio::time::{Instant, timeout_at};

use super::clock::Runtime;
use crate::lookup::LookupFailure;
use crate::resolver::cache::Memory;
use crate::resolver::lifetime;
use crate::resolver::servers::Servers;

/// Responses that are kept. A name takes about as many as it has labels; what is above many names
/// is used too often to give way to the others.
const MAX_RESPONSES: usize = 1_024;

/// The records of a response that is kept: many times what keys, delegations and denials need. A
/// response of 64 KiB may have thousands, and each takes some hundred octets.
const MAX_RECORDS: usize = 64;

/// How long it is kept that a question found no answer. Everything below the name hangs on it: one
/// question that got lost must not take a top-level domain away for longer than it takes to notice
/// (RFC 9520 §3.2 suggests this time to begin with).
const FAILURE: Duration = Duration::from_secs(5);

/// What a lookup waits longer than its time for a question that was put for all who want to know:
/// the time of that ends a moment later, and then it says what went wrong.
const GRACE: Duration = Duration::from_millis(20);

/// What the servers said to the questions of many lookups.
pub(in crate::resolver) type Responses = Memory<Query, Result<Heard, LookupFailure>>;

/// Responses to keep, none yet.
pub(in crate::resolver) fn responses() -> Responses {
    Memory::new(MAX_RESPONSES)
}

/// A response, not validated, and when it came.
#[derive(Clone)]
pub(in crate::resolver) struct Heard {
    response: Arc<DnsResponse>,
    at: Instant,
}

/// The servers as hickory's validator asks them: within the lookup's time, and with a note of
/// what went wrong.
#[derive(Clone)]
pub(super) struct Questions {
    servers: Arc<Servers>,
    deadline: Instant,
    responses: Option<Responses>,
    trouble: Arc<Mutex<Option<LookupFailure>>>,
}

impl Questions {
    /// The questions of one lookup, which ends at `deadline`.
    pub(super) fn new(
        servers: Arc<Servers>,
        deadline: Instant,
        responses: Option<Responses>,
    ) -> Self {
        Self {
            servers,
            deadline,
            responses,
            trouble: Arc::default(),
        }
    }

    pub(super) async fn ask(&self, request: &mut DnsRequest) -> Result<DnsResponse, LookupFailure> {
        // RFC 6840 §5.9: who validates wants the data that others find bogus, too.
        request.metadata.checking_disabled = true;
        // The questions of all lookups have the same options, so that one answer serves them all.
        let (Some(responses), [query]) = (&self.responses, request.queries.as_slice()) else {
            return self.servers.ask(request, self.deadline).await;
        };
        let ask = || put(self.servers.clone(), request.clone());
        let heard = timeout_at(self.deadline + GRACE, responses.get_or_ask(query, ask)).await;
        heard
            .unwrap_or_else(|_| Err(self.servers.silence()))
            .map(|heard| heard.by_now())
    }

    /// What went wrong last, if anything did.
    pub(super) fn trouble(&self) -> Option<LookupFailure> {
        let trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        trouble.clone()
    }
}

/// Puts a question in its own time, since others than those who began to wait may wait longer;
/// says how long the answer is kept.
async fn put(
    servers: Arc<Servers>,
    request: DnsRequest,
) -> (Result<Heard, LookupFailure>, Duration) {
    match servers.ask(&request, servers.deadline()).await {
        Ok(response) => {
            let count = response.answers.len() + response.authorities.len();
            let lifetime = if count + response.additionals.len() <= MAX_RECORDS {
                lifetime::of_response(&response)
            } else {
                Duration::ZERO
            };
            let heard = Heard {
                response: Arc::new(response),
                at: Instant::now(),
            };
            (Ok(heard), lifetime)
        }
        Err(failure) => (Err(failure), FAILURE),
    }
}

impl Heard {
    /// The response with what is left of its records' TTLs: what is found in it must not be kept
    /// as if it had come just now.
    fn by_now(&self) -> DnsResponse {
        let age = u32::try_from(self.at.elapsed().as_secs()).unwrap_or(u32::MAX);
        let mut response = (*self.response).clone();
        let message = &mut *response;
        for record in message.answers.iter_mut().chain(&mut message.authorities) {
            record.ttl = lifetime::seconds(record.ttl).saturating_sub(age);
        }
        response
    }
}

impl DnsHandle for Questions {
    type Response = DnsResponseStream;
    type Runtime = Runtime;

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
