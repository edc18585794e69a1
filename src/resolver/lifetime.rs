//! How long what the DNS says may be kept.

use std::time::Duration;

use hickory_proto::op::DnsResponse;
use hickory_proto::rr::RData;

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

/// A time to live; one with the highest bit set is none (RFC 2181 §8).
pub(super) fn seconds(ttl: u32) -> u32 {
    if i32::try_from(ttl).is_ok() { ttl } else { 0 }
}

/// The TTL of a response without an answer, in seconds (RFC 2308 §5).
pub(super) fn denial_ttl(response: &DnsResponse) -> u32 {
    let soa = response
        .authorities
        .iter()
        .find_map(|record| match &record.data {
            RData::SOA(soa) => Some(seconds(record.ttl).min(seconds(soa.minimum))),
            _ => None,
        });
    soa.unwrap_or(DENIAL_WITHOUT_SOA)
}
