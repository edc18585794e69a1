//! How long what the DNS says may be kept.

use std::time::Duration;

use hickory_proto::op::DnsResponse;
use hickory_proto::rr::{RData, Record};

/// The longest that any answer is kept (RFC 8767 §4 has a cap for whatever a server says). A
/// revoked key must not outlive the day in a process that runs on.
pub(super) const LONGEST: Duration = Duration::from_secs(86_400);

/// The longest that a name is taken not to exist (RFC 2308 §5): a key that was forgotten and then
/// published is to be found.
const LONGEST_DENIAL: Duration = Duration::from_secs(3 * 3_600);

/// The shortest that an answer is kept, where a TTL of 0 allows nothing but the transaction in
/// progress (RFC 1035 §3.2.1). That is here the work on the messages at hand: thousands in a
/// second, whose signatures must not ask one after the other.
const SHORTEST: Duration = Duration::from_secs(1);

/// How many seconds a denial without a SOA record is kept. RFC 2308 §5 would not keep it at all,
/// lest two caches pass it on to each other for ever; nobody gets it from here.
const DENIAL_WITHOUT_SOA: u32 = 60;

/// How long records are kept whose lowest TTL is this, in seconds.
pub(super) fn of_records(ttl: u32) -> Duration {
    Duration::from_secs(ttl.into()).clamp(SHORTEST, LONGEST)
}

/// How long it is kept that there are no records.
pub(super) fn of_denial(ttl: u32) -> Duration {
    Duration::from_secs(ttl.into()).clamp(SHORTEST, LONGEST_DENIAL)
}

/// How long a response is kept as a whole: no longer than any of its records, proofs among them.
#[cfg(feature = "dnssec")]
pub(super) fn of_response(response: &DnsResponse) -> Duration {
    let records = response.answers.iter().chain(&response.authorities);
    let shortest = records.map(ttl).min();
    if response.answers.is_empty() {
        let denial = denial_ttl(response);
        of_denial(shortest.map_or(denial, |ttl| ttl.min(denial)))
    } else {
        of_records(shortest.unwrap_or(0))
    }
}

/// A time to live; one with the highest bit set is none (RFC 2181 §8).
pub(super) fn seconds(ttl: u32) -> u32 {
    if i32::try_from(ttl).is_ok() { ttl } else { 0 }
}

/// The TTL of a response without an answer, in seconds (RFC 2308 §5).
pub(super) fn denial_ttl(response: &DnsResponse) -> u32 {
    let mut records = response.authorities.iter();
    let soa = records.find(|record| matches!(record.data, RData::SOA(_)));
    soa.map_or(DENIAL_WITHOUT_SOA, ttl)
}

/// How long a record may be kept, in seconds; a SOA record says it of the denial it stands for.
fn ttl(record: &Record) -> u32 {
    match &record.data {
        RData::SOA(soa) => seconds(record.ttl).min(seconds(soa.minimum)),
        _ => seconds(record.ttl),
    }
}
