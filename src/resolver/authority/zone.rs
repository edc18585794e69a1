//! The zone that a name is in, and its servers (RFC 1034 §4.2, RFC 2308 §2).

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{join, join_all};
use hickory_proto::op::DnsResponse;
use hickory_proto::rr::{DNSClass, RData};

use super::{Authorities, Count};
use crate::lookup::{LookupFailure, LookupFailureKind, RecordData, RecordType};
use crate::resolver::name::OwnerName;
use crate::resolver::response::leads_away;
use crate::resolver::{Resolver, lifetime};

/// Servers of a zone that are asked: as many as the root has. A zone has between two and eight.
const MAX_SERVERS: usize = 13;

/// Addresses of a server that are asked, of each family.
const MAX_ADDRESSES: usize = 2;

/// The longest that is remembered who serves a zone, and which zone a name is in. A program that
/// waits for a change of the zone notices a change of its servers too.
const LONGEST: Duration = Duration::from_secs(300);

/// How long it is remembered that the servers could not be found.
const FAILURE: Duration = Duration::from_secs(5);

/// A zone and its servers.
pub(super) struct Zone {
    pub(super) name: OwnerName,
    /// In the order of their names.
    pub(super) servers: Vec<NameServer>,
}

/// A server of a zone.
pub(super) struct NameServer {
    pub(super) name: OwnerName,
    /// At least one, or why there is none.
    pub(super) addresses: Result<Vec<IpAddr>, LookupFailure>,
}

impl Zone {
    /// The addresses of all servers.
    pub(super) fn addresses(&self) -> impl Iterator<Item = IpAddr> {
        self.servers
            .iter()
            .flat_map(|server| server.addresses.iter().flatten().copied())
    }
}

impl Resolver {
    /// The zone that `name` is in, with its servers.
    pub(super) async fn zone_of(
        &self,
        name: &OwnerName,
        authorities: &Authorities,
        count: &Count,
    ) -> Result<Arc<Zone>, LookupFailure> {
        let ask = || {
            let (this, name, count) = (self.clone(), name.clone(), count.clone());
            async move {
                let zone = this.find_zone(&name, &count).await;
                let lifetime = if zone.is_ok() { LONGEST } else { FAILURE };
                (zone, lifetime)
            }
        };
        let zone = authorities.zones.get_or_ask(name, ask).await?;
        let ask = || {
            let (this, zone, count) = (self.clone(), zone.clone(), count.clone());
            async move {
                match this.find_servers(zone, &count).await {
                    Ok((zone, ttl)) => (Ok(Arc::new(zone)), lifetime::of_records(ttl).min(LONGEST)),
                    Err(failure) => (Err(failure), FAILURE),
                }
            }
        };
        authorities.servers.get_or_ask(&zone, ask).await
    }

    /// The zone that `name` is in.
    ///
    /// A denial says which zone it is from. What is denied is a CNAME record, because a resolver
    /// does not follow it then: where it leads does not matter, and may be broken. Of resolvers that
    /// leave out where a denial is from, the SOA records of the name and of those above it are wanted.
    async fn find_zone(&self, name: &OwnerName, count: &Count) -> Result<OwnerName, LookupFailure> {
        let mut inquiry = self.inquiry(count).map_err(|_| no_zone(name))?;
        let mut candidates = std::iter::once(name.clone()).chain(name.ancestors().rev());
        let mut wanted = RecordType::Cname;
        let mut candidate = candidates.next();
        while let Some(at) = &candidate {
            let response = inquiry.ask(at, wanted).await?;
            if let Some(zone) = zone_in(&response, at) {
                return Ok(zone);
            }
            if wanted == RecordType::Cname && !leads_away(&response, at) {
                wanted = RecordType::Soa;
            } else {
                candidate = candidates.next();
            }
        }
        Err(no_zone(name))
    }

    /// The servers of a zone with their addresses, and how long that may be kept, in seconds.
    async fn find_servers(
        &self,
        zone: OwnerName,
        count: &Count,
    ) -> Result<(Zone, u32), LookupFailure> {
        let found = self.find_counted(&zone, RecordType::Ns, count).await?;
        let names = found
            .answer
            .records()
            .iter()
            .filter_map(|record| match record {
                RecordData::Ns(server) if found.answer.chain.is_empty() => {
                    OwnerName::parse(server.as_bytes(), &OwnerName::ROOT).ok()
                }
                _ => None,
            });
        let names: BTreeSet<OwnerName> = names.collect();
        if names.is_empty() {
            return Err(LookupFailure::new(
                LookupFailureKind::ServFail,
                format!("there is no NS record for the zone {zone}"),
            ));
        }
        let servers = names.into_iter().take(MAX_SERVERS);
        let servers = join_all(servers.map(|name| self.find_addresses(name, count))).await;
        let ttl = servers
            .iter()
            .map(|(_, ttl)| *ttl)
            .fold(found.ttl, u32::min);
        let servers = servers.into_iter().map(|(server, _)| server).collect();
        let zone = Zone {
            name: zone,
            servers,
        };
        Ok((zone, ttl))
    }

    async fn find_addresses(&self, name: OwnerName, count: &Count) -> (NameServer, u32) {
        let find = async |record_type| {
            let slots = self.authorities.as_ref().map(|known| &known.address_slots);
            // The semaphore is never closed.
            let _slot = match slots {
                Some(slots) => slots.acquire().await.ok(),
                None => None,
            };
            self.find_counted(&name, record_type, count).await
        };
        let (v4, v6) = join(find(RecordType::A), find(RecordType::Aaaa)).await;
        let mut addresses = Vec::new();
        let mut failure = None;
        let mut ttl = u32::MAX;
        for found in [v4, v6] {
            match found {
                Ok(found) => {
                    ttl = ttl.min(found.ttl);
                    let records = found.answer.records().iter();
                    let mut found: Vec<IpAddr> = records
                        .filter_map(|record| match record {
                            RecordData::Address(address) => Some(*address),
                            _ => None,
                        })
                        .collect();
                    found.sort_unstable();
                    addresses.extend(found.into_iter().take(MAX_ADDRESSES));
                }
                Err(failed) => failure = Some(failed),
            }
        }
        let addresses = match failure {
            _ if !addresses.is_empty() => Ok(addresses),
            Some(failure) => Err(failure),
            None => Err(LookupFailure::new(
                LookupFailureKind::Unreachable,
                format!("{name} has no address"),
            )),
        };
        (NameServer { name, addresses }, ttl)
    }
}

fn no_zone(name: &OwnerName) -> LookupFailure {
    LookupFailure::new(
        LookupFailureKind::ServFail,
        format!("no SOA record at {name} or above it says which zone that is in"),
    )
}

/// The zone that a response about `name` is from: it has the SOA record, or a denial names the zone.
fn zone_in(response: &DnsResponse, name: &OwnerName) -> Option<OwnerName> {
    if leads_away(response, name) {
        // Whatever else there is, it is about where the alias leads.
        return None;
    }
    let records = response.answers.iter().filter_map(|record| {
        let owner = OwnerName::from_hickory(&record.name);
        (&owner == name).then_some((record, owner))
    });
    let denials = response.authorities.iter().filter_map(|record| {
        let owner = OwnerName::from_hickory(&record.name);
        name.is_within(&owner).then_some((record, owner))
    });
    let mut zones = records.chain(denials).filter(|(record, _)| {
        record.dns_class == DNSClass::IN && matches!(record.data, RData::SOA(_))
    });
    zones.next().map(|(_, owner)| owner)
}
