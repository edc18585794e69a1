//! One lookup over the network: its questions, its time, and what DNSSEC makes of the answers.

use std::collections::HashSet;
use std::sync::Arc;

use hickory_proto::op::{DnsRequest, DnsRequestOptions, DnsResponse, Query, ResponseCode};
use hickory_proto::rr::rdata::{CNAME, TXT};
use hickory_proto::rr::{DNSClass, Name, RData, Record, RecordType};
use tokio::time::Instant;

use super::alias::Step;
use super::lifetime::{denial_ttl, seconds};
use super::name::OwnerName;
use super::servers::Servers;
use crate::lookup::{Dnssec, LookupFailure, LookupFailureKind};

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

    /// What the DNS says about `name`: in the answer that led to it, or else when asked for it.
    ///
    /// Records are taken only where they belong to this very name, whatever else an answer holds.
    pub(super) async fn step(&mut self, name: &OwnerName) -> Result<Step, LookupFailure> {
        if let Some(response) = self.response.take() {
            // A recursive server follows the chain itself; NXDOMAIN is then about its end
            // (RFC 6604 §3). What validation proved is another matter: the answer to the question.
            let is_denial = response.response_code == ResponseCode::NXDomain && !self.validates();
            let found = step_in(&response, name)?;
            if found.is_some() || is_denial {
                return Ok(self.take(found, response));
            }
        }
        let response = self.ask(name, RecordType::TXT).await?;
        let found = step_in(&response, name)?;
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
        let response = self.ask(name, RecordType::CNAME).await?;
        Ok(alias_in(&response, name))
    }

    async fn ask(
        &mut self,
        name: &OwnerName,
        record_type: RecordType,
    ) -> Result<DnsResponse, LookupFailure> {
        let name = name.to_hickory().ok_or_else(|| not_a_name(name))?;
        let query = Query::query(name, record_type);
        #[cfg(feature = "dnssec")]
        if let Some(validation) = &mut self.validation {
            return validation.ask(query, request_options()).await;
        }
        let request = DnsRequest::from_query(query, request_options());
        self.servers.ask(&request, self.deadline).await
    }
}

fn request_options() -> DnsRequestOptions {
    let mut options = DnsRequestOptions::default();
    options.use_edns = true;
    options.edns_payload_len = UDP_ANSWER_SIZE;
    options.recursion_desired = true;
    options
}

/// A step and how long its records may be kept, in seconds.
struct Timed {
    step: Step,
    ttl: u32,
}

/// What the answer section says about `name`; `None` if nothing.
fn step_in(response: &DnsResponse, name: &OwnerName) -> Result<Option<Timed>, LookupFailure> {
    let records = || {
        let class_in = |record: &&Record| record.dns_class == DNSClass::IN;
        response.answers.iter().filter(class_in)
    };
    let at_name = || records().filter(|record| is(&record.name, name));
    let mut seen = HashSet::new();
    let texts: Vec<(&TXT, u32)> = at_name()
        .filter_map(|record| match &record.data {
            // The same record twice is one (RFC 2181 §5).
            RData::TXT(text) => seen
                .insert(&text.txt_data)
                .then(|| (text, seconds(record.ttl))),
            _ => None,
        })
        .collect();
    let alias = alias_record(response, name);
    if let Some(ttl) = texts.iter().map(|&(_, ttl)| ttl).min() {
        let records = texts
            .iter()
            .map(|(text, _)| text.txt_data.concat())
            .collect();
        let step = Step::Found {
            records,
            ttl: Some(ttl),
            alias_beside: alias.map(|(target, _)| target),
        };
        return Ok(Some(Timed { step, ttl }));
    }
    if let Some((target, ttl)) = alias {
        let step = Step::Alias(target);
        return Ok(Some(Timed { step, ttl }));
    }
    // A server that knows a DNAME record sends the CNAME that follows from it as well; one that
    // does not, may still pass the DNAME on (RFC 6672 §3.4).
    records()
        .find_map(|record| {
            let target = subtree_target(&record.data)?;
            let owner = OwnerName::from_hickory(&record.name);
            let is_above = name != &owner && name.is_within(&owner);
            is_above.then(|| (owner, target, seconds(record.ttl)))
        })
        .map(|(owner, target, ttl)| {
            let target = name
                .substituted(&owner, &target)
                .ok_or_else(|| not_a_name(name))?;
            let step = Step::Alias(target);
            Ok(Timed { step, ttl })
        })
        .transpose()
}

/// Where a CNAME record in the answer section leads from `name`.
pub(super) fn alias_in(response: &DnsResponse, name: &OwnerName) -> Option<OwnerName> {
    alias_record(response, name).map(|(target, _)| target)
}

/// The same with the record's TTL, in seconds.
fn alias_record(response: &DnsResponse, name: &OwnerName) -> Option<(OwnerName, u32)> {
    let mut records = response.answers.iter();
    records.find_map(|record| match &record.data {
        RData::CNAME(CNAME(target))
            if record.dns_class == DNSClass::IN && is(&record.name, name) =>
        {
            Some((OwnerName::from_hickory(target), seconds(record.ttl)))
        }
        _ => None,
    })
}

/// What a response without an answer says.
fn denial(response: &DnsResponse) -> Step {
    match response.response_code {
        ResponseCode::NXDomain => Step::NoSuchName,
        _ => Step::NoRecords,
    }
}

/// The target of a DNAME record, which hickory leaves in the wire's form.
fn subtree_target(data: &RData) -> Option<OwnerName> {
    use hickory_proto::serialize::binary::{BinDecodable, BinDecoder};

    let RData::Unknown { code, rdata } = data else {
        return None;
    };
    if u16::from(*code) != 39 {
        return None;
    }
    let target = Name::read(&mut BinDecoder::new(&rdata.anything)).ok()?;
    Some(OwnerName::from_hickory(&target))
}

fn is(name: &Name, expected: &OwnerName) -> bool {
    OwnerName::from_hickory(name) == *expected
}

fn not_a_name(name: &OwnerName) -> LookupFailure {
    LookupFailure::new(
        LookupFailureKind::ServFail,
        format!("a DNAME record makes a name out of {name} that is too long"),
    )
}
