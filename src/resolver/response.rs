//! What a response says about a name.

use std::collections::HashSet;

use hickory_proto::op::{DnsResponse, ResponseCode};
use hickory_proto::rr::rdata::{A, AAAA, CNAME, NS};
use hickory_proto::rr::{DNSClass, Name, RData, Record, RecordType as WireType};

use super::alias::Step;
use super::lifetime::seconds;
use super::name::OwnerName;
use crate::lookup::{LookupFailure, LookupFailureKind, RecordData, RecordType};

/// A step and how long its records may be kept, in seconds.
pub(super) struct Timed {
    pub(super) step: Step,
    pub(super) ttl: u32,
}

/// What the answer section says about `name`; `None` if nothing.
///
/// A question for a CNAME record ends at it; all others follow it.
pub(super) fn step_in(
    response: &DnsResponse,
    name: &OwnerName,
    record_type: RecordType,
) -> Result<Option<Timed>, LookupFailure> {
    let records = || {
        let class_in = |record: &&Record| record.dns_class == DNSClass::IN;
        response.answers.iter().filter(class_in)
    };
    let at_name = || records().filter(|record| is(&record.name, name));
    let mut seen = HashSet::new();
    let wanted: Vec<(RecordData, u32)> = at_name()
        .filter(|record| record.record_type() == wire_type(record_type))
        // The same record twice is one (RFC 2181 §5).
        .filter(|record| seen.insert(&record.data))
        .filter_map(|record| Some((data(&record.data)?, seconds(record.ttl))))
        .collect();
    let alias = alias_record(response, name);
    if let Some(ttl) = wanted.iter().map(|&(_, ttl)| ttl).min() {
        let step = Step::Found {
            records: wanted.into_iter().map(|(data, _)| data).collect(),
            ttl: Some(ttl),
            alias_beside: alias
                .map(|(target, _)| target)
                .filter(|_| record_type != RecordType::Cname),
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
            let step = if record_type == RecordType::Cname {
                Step::Found {
                    records: vec![RecordData::Cname(target.to_string())],
                    ttl: Some(ttl),
                    alias_beside: None,
                }
            } else {
                Step::Alias(target)
            };
            Ok(Timed { step, ttl })
        })
        .transpose()
}

/// Whether the answer section leads away from `name`, by a CNAME record or by a DNAME above it.
pub(super) fn leads_away(response: &DnsResponse, name: &OwnerName) -> bool {
    !matches!(step_in(response, name, RecordType::Cname), Ok(None))
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
pub(super) fn denial(response: &DnsResponse) -> Step {
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

/// The data of a record of a type that is asked for.
pub(super) fn data(data: &RData) -> Option<RecordData> {
    let name = |name: &Name| OwnerName::from_hickory(name).to_string();
    Some(match data {
        RData::A(A(address)) => RecordData::Address((*address).into()),
        RData::AAAA(AAAA(address)) => RecordData::Address((*address).into()),
        RData::CNAME(CNAME(target)) => RecordData::Cname(name(target)),
        RData::MX(mx) => RecordData::Mx {
            preference: mx.preference,
            exchange: name(&mx.exchange),
        },
        RData::NS(NS(server)) => RecordData::Ns(name(server)),
        RData::SOA(soa) => RecordData::Soa {
            primary: name(&soa.mname),
            serial: soa.serial,
            minimum: soa.minimum,
        },
        RData::TXT(text) => RecordData::Txt(text.txt_data.concat()),
        _ => return None,
    })
}

/// A type as hickory has it.
pub(super) fn wire_type(record_type: RecordType) -> WireType {
    match record_type {
        RecordType::A => WireType::A,
        RecordType::Aaaa => WireType::AAAA,
        RecordType::Cname => WireType::CNAME,
        RecordType::Mx => WireType::MX,
        RecordType::Ns => WireType::NS,
        RecordType::Soa => WireType::SOA,
        RecordType::Txt => WireType::TXT,
    }
}

fn is(name: &Name, expected: &OwnerName) -> bool {
    OwnerName::from_hickory(name) == *expected
}

pub(super) fn not_a_name(name: &OwnerName) -> LookupFailure {
    LookupFailure::new(
        LookupFailureKind::ServFail,
        format!("a DNAME record makes a name out of {name} that is too long"),
    )
}
