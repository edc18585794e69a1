//! One question to one authoritative server.

use std::net::SocketAddr;
use std::sync::Arc;

use hickory_proto::op::{DnsRequest, DnsResponse, ResponseCode};
use hickory_proto::rr::RData;
use tokio::time::Instant;

use super::Count;
use crate::lookup::{LookupFailure, LookupFailureKind, RecordType, RecordsAnswer, RecordsOutcome};
use crate::resolver::alias::Chain;
use crate::resolver::inquiry::{query, request_options};
use crate::resolver::name::OwnerName;
use crate::resolver::response::{denial, step_in};
use crate::resolver::servers::Servers;
use crate::resolver::taken;

/// A server that should be authoritative for a zone.
pub(super) struct Direct<'a> {
    server: Arc<Servers>,
    address: SocketAddr,
    zone: &'a OwnerName,
    deadline: Instant,
    count: &'a Count,
}

/// A response that is not an authoritative answer.
enum Lame {
    /// The name belongs to a zone below, whose servers it names.
    Below(OwnerName),
    /// The servers of another zone may know.
    Refers(OwnerName),
    /// What it has comes from elsewhere.
    Unauthoritative,
}

impl<'a> Direct<'a> {
    pub(super) fn new(
        server: Arc<Servers>,
        address: SocketAddr,
        zone: &'a OwnerName,
        count: &'a Count,
    ) -> Self {
        Self {
            deadline: server.deadline(),
            server,
            address,
            zone,
            count,
        }
    }

    /// What the server has of this type under `name`. Aliases are followed as far as the zone
    /// goes, whatever else the server sends.
    pub(super) async fn answer(
        &self,
        name: &OwnerName,
        record_type: RecordType,
    ) -> Result<RecordsAnswer, LookupFailure> {
        let mut chain = Chain::new(name.clone());
        let mut response = self.ask(name, record_type).await?;
        // Whether the response is to the question for the end of the chain.
        let mut is_own = true;
        loop {
            match lameness(&response, self.zone, chain.end()) {
                Some(Lame::Below(_)) if chain.end() != name => return Ok(elsewhere(&chain)),
                Some(lame) => return Err(self.failure(&lame).after(chain.targets())),
                None => {}
            }
            let step = match step_in(&response, chain.end(), record_type) {
                Ok(Some(timed)) => Ok(timed.step),
                Ok(None) if is_own || response.response_code == ResponseCode::NXDomain => {
                    Ok(denial(&response))
                }
                Ok(None) => {
                    let again = self.ask(chain.end(), record_type).await;
                    response = again.map_err(|failure| failure.after(chain.targets()))?;
                    is_own = true;
                    continue;
                }
                Err(failure) => Err(failure),
            };
            if let Some(answer) = taken(&mut chain, step)? {
                return Ok(answer);
            }
            if !chain.end().is_within(self.zone) {
                return Ok(elsewhere(&chain));
            }
            is_own = false;
        }
    }

    async fn ask(
        &self,
        name: &OwnerName,
        record_type: RecordType,
    ) -> Result<DnsResponse, LookupFailure> {
        let mut options = request_options();
        options.recursion_desired = false;
        let request = DnsRequest::from_query(query(name, record_type)?, options);
        self.count.one_more();
        self.server.ask(&request, self.deadline).await
    }

    fn failure(&self, lame: &Lame) -> LookupFailure {
        let Self { address, zone, .. } = self;
        let detail = match lame {
            Lame::Below(other) => format!("{address} refers to the servers of {other}"),
            Lame::Refers(other) => format!(
                "{address} is not authoritative for {zone}: it refers to the servers of {other}"
            ),
            Lame::Unauthoritative => {
                format!(
                    "{address} is not authoritative for {zone}: its answer comes from elsewhere"
                )
            }
        };
        LookupFailure::new(LookupFailureKind::ServFail, detail)
    }
}

/// Why a response is not an authoritative answer about `name`, if it is not.
fn lameness(response: &DnsResponse, zone: &OwnerName, name: &OwnerName) -> Option<Lame> {
    if response.authoritative {
        return None;
    }
    let mut authorities = response.authorities.iter();
    let servers_of = authorities.find_map(|record| match record.data {
        RData::NS(_) => Some(OwnerName::from_hickory(&record.name)),
        _ => None,
    });
    Some(match servers_of {
        Some(other) if response.answers.is_empty() => {
            let is_below = &other != zone && other.is_within(zone) && name.is_within(&other);
            if is_below {
                Lame::Below(other)
            } else {
                Lame::Refers(other)
            }
        }
        _ => Lame::Unauthoritative,
    })
}

fn elsewhere(chain: &Chain) -> RecordsAnswer {
    let mut answer = RecordsAnswer::new(RecordsOutcome::Elsewhere);
    answer.chain = chain.targets();
    answer
}
