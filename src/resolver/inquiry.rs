//! One lookup over the network: its questions, its time, and what DNSSEC makes of the answers.

use std::sync::Arc;

use hickory_proto::op::{DnsRequest, DnsRequestOptions, DnsResponse, Query, ResponseCode};
use tokio::time::Instant;

use super::alias::Step;
use super::authority::Count;
use super::lifetime::denial_ttl;
use super::name::OwnerName;
use super::response::{Timed, alias_in, denial, not_a_name, step_in, wire_type};
use super::servers::Servers;
use crate::lookup::{Dnssec, LookupFailure, RecordType};

/// The largest answer that is taken over UDP, in octets: what passes without fragments nearly
/// everywhere (RFC 9715 §3.2; the value of DNS Flag Day 2020).
const UDP_ANSWER_SIZE: u16 = 1232;

/// A lookup under way.
pub(super) struct Inquiry {
    servers: Arc<Servers>,
    deadline: Instant,
    response: Option<DnsResponse>,
    /// The lowest TTL of all steps so far, in seconds.
    ttl: u32,
    count: Count,
    #[cfg(feature = "dnssec")]
    validation: Option<super::dnssec::Validation>,
}

impl Inquiry {
    /// A lookup that ends when the servers' time for it is over.
    pub(super) fn new(servers: Arc<Servers>) -> Self {
        Self {
            deadline: servers.deadline(),
            servers,
            response: None,
            ttl: u32::MAX,
            count: Count::default(),
            #[cfg(feature = "dnssec")]
            validation: None,
        }
    }

    /// A lookup that ends with the time of one try.
    pub(super) fn brief(servers: Arc<Servers>) -> Self {
        let deadline = servers.deadline_of_one_try();
        Self {
            deadline,
            ..Self::new(servers)
        }
    }

    /// The same, its answers validated.
    #[cfg(feature = "dnssec")]
    pub(super) fn validated(validator: super::dnssec::Validator) -> Self {
        let mut inquiry = Self::new(validator.servers.clone());
        inquiry.validation = Some(super::dnssec::Validation::new(validator, inquiry.deadline));
        inquiry
    }

    /// The same, its questions counted here; those of the validation are not.
    pub(super) fn counted(self, count: Count) -> Self {
        Self { count, ..self }
    }

    /// What the DNS says about `name`: in the answer that led to it, or else when asked for it.
    ///
    /// Records are taken only where they belong to this very name, whatever else an answer holds.
    pub(super) async fn step(
        &mut self,
        name: &OwnerName,
        record_type: RecordType,
    ) -> Result<Step, LookupFailure> {
        if let Some(response) = self.response.take() {
            // A recursive server follows the chain itself; NXDOMAIN is then about its end
            // (RFC 6604 §3). What validation proved is another matter: the answer to the question.
            let is_denial = response.response_code == ResponseCode::NXDomain && !self.validates();
            let found = step_in(&response, name, record_type)?;
            if found.is_some() || is_denial {
                return Ok(self.take(found, response));
            }
        }
        let response = self.ask(name, record_type).await?;
        let found = step_in(&response, name, record_type)?;
        Ok(self.take(found, response))
    }

    /// Takes the step that the response has, or else the one that it denies.
    fn take(&mut self, found: Option<Timed>, response: DnsResponse) -> Step {
        let (step, ttl) = match found {
            Some(Timed { step, ttl }) => (step, ttl),
            None => (denial(&response), denial_ttl(&response)),
        };
        self.ttl = self.ttl.min(ttl);
        self.response = Some(response);
        step
    }

    /// How long what was found may be kept, in seconds: the shortest time of any step.
    pub(super) fn ttl(&self) -> u32 {
        self.ttl
    }

    /// The state of all answers together; `None` if nothing was validated.
    #[cfg(feature = "dnssec")]
    pub(super) fn dnssec(&self) -> Option<Dnssec> {
        self.validation
            .as_ref()
            .map(super::dnssec::Validation::state)
    }

    /// Without the library for it nothing is validated.
    #[cfg(not(feature = "dnssec"))]
    #[expect(clippy::unused_self, reason = "nothing validates without the feature")]
    pub(super) fn dnssec(&self) -> Option<Dnssec> {
        None
    }

    fn validates(&self) -> bool {
        self.dnssec().is_some()
    }

    /// Where the CNAME record of `name` leads, asked for by itself.
    pub(super) async fn alias(
        &mut self,
        name: &OwnerName,
    ) -> Result<Option<OwnerName>, LookupFailure> {
        let response = self.ask(name, RecordType::Cname).await?;
        Ok(alias_in(&response, name))
    }

    /// What the servers respond, whatever it is about.
    pub(super) async fn ask(
        &mut self,
        name: &OwnerName,
        record_type: RecordType,
    ) -> Result<DnsResponse, LookupFailure> {
        let query = query(name, record_type)?;
        self.count.one_more();
        #[cfg(feature = "dnssec")]
        if let Some(validation) = &mut self.validation {
            return validation.ask(query, request_options()).await;
        }
        let request = DnsRequest::from_query(query, request_options());
        self.servers.ask(&request, self.deadline).await
    }
}

/// The question for records of a type.
pub(super) fn query(name: &OwnerName, record_type: RecordType) -> Result<Query, LookupFailure> {
    let name = name.to_hickory().ok_or_else(|| not_a_name(name))?;
    Ok(Query::query(name, wire_type(record_type)))
}

/// The options of a question to a server that follows aliases itself.
pub(super) fn request_options() -> DnsRequestOptions {
    let mut options = DnsRequestOptions::default();
    options.use_edns = true;
    options.edns_payload_len = UDP_ANSWER_SIZE;
    options.recursion_desired = true;
    options
}
