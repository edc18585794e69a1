//! One lookup over the network: its questions, its time, and what DNSSEC makes of the answers.

use std::collections::HashSet;
use std::sync::Arc;

use hickory_proto::op::{DnsRequest, DnsRequestOptions, DnsResponse, Query, ResponseCode};
use hickory_proto::rr::rdata::{CNAME, TXT};
use hickory_proto::rr::{DNSClass, Name, RData, Record, RecordType};
use tokio::time::Instant;

use super::alias::Step;
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
    #[cfg(feature = "aws-lc")]
    validation: Option<super::dnssec::Validation>,
}

impl Inquiry {
    /// A lookup that ends when the servers' time for it is over.
    pub(super) fn new(servers: Arc<Servers>) -> Self {
        Self {
            deadline: servers.deadline(),
            servers,
            response: None,
            #[cfg(feature = "aws-lc")]
            validation: None,
        }
    }

    /// The same, its answers validated from these trust anchors on.
    #[cfg(feature = "aws-lc")]
    pub(super) fn validated(servers: Arc<Servers>, anchors: super::dnssec::Anchors) -> Self {
        let mut inquiry = Self::new(servers);
        inquiry.validation = Some(super::dnssec::Validation::new(
            inquiry.servers.clone(),
            inquiry.deadline,
            anchors,
        ));
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
            let found = match step_in(&response, name)? {
                None if is_denial => Some(Step::NoSuchName),
                step => step,
            };
            if let Some(step) = found {
                self.response = Some(response);
                return Ok(step);
            }
        }
        let response = self.ask(name).await?;
        let step = step_in(&response, name)?;
        let negative = match response.response_code {
            ResponseCode::NXDomain => Step::NoSuchName,
            _ => Step::NoRecords,
        };
        self.response = Some(response);
        Ok(step.unwrap_or(negative))
    }

    /// The state of all answers together; `None` if nothing was validated.
    #[cfg(feature = "aws-lc")]
    pub(super) fn dnssec(&self) -> Option<Dnssec> {
        self.validation
            .as_ref()
            .map(super::dnssec::Validation::state)
    }

    /// Without the library for it nothing is validated.
    #[cfg(not(feature = "aws-lc"))]
    #[cfg_attr(
        not(feature = "aws-lc"),
        expect(clippy::unused_self, reason = "nothing validates without it")
    )]
    pub(super) fn dnssec(&self) -> Option<Dnssec> {
        None
    }

    fn validates(&self) -> bool {
        self.dnssec().is_some()
    }

    async fn ask(&mut self, name: &OwnerName) -> Result<DnsResponse, LookupFailure> {
        let name = name.to_hickory().ok_or_else(|| not_a_name(name))?;
        let query = Query::query(name, RecordType::TXT);
        #[cfg(feature = "aws-lc")]
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

/// What the answer section says about `name`; `None` if nothing.
fn step_in(response: &DnsResponse, name: &OwnerName) -> Result<Option<Step>, LookupFailure> {
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
    if !texts.is_empty() {
        return Ok(Some(Step::Found {
            records: texts
                .iter()
                .map(|(text, _)| text.txt_data.concat())
                .collect(),
            ttl: texts.iter().map(|&(_, ttl)| ttl).min(),
        }));
    }
    let alias = at_name().find_map(|record| match &record.data {
        RData::CNAME(CNAME(target)) => Some(target),
        _ => None,
    });
    if let Some(target) = alias {
        return Ok(Some(Step::Alias(OwnerName::from_hickory(target))));
    }
    // A server that knows a DNAME record sends the CNAME that follows from it as well; one that
    // does not, may still pass the DNAME on (RFC 6672 §3.4).
    records()
        .find_map(|record| {
            let target = subtree_target(&record.data)?;
            let owner = OwnerName::from_hickory(&record.name);
            (name != &owner && name.is_within(&owner)).then_some((owner, target))
        })
        .map(|(owner, target)| {
            name.substituted(&owner, &target)
                .map(Step::Alias)
                .ok_or_else(|| not_a_name(name))
        })
        .transpose()
}

/// A time to live; one with the highest bit set is none (RFC 2181 §8).
fn seconds(ttl: u32) -> u32 {
    if i32::try_from(ttl).is_ok() { ttl } else { 0 }
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
    LookupFailure {
        kind: LookupFailureKind::ServFail,
        detail: format!("a DNAME record makes a name out of {name} that is too long"),
    }
}
