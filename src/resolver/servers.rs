//! The name servers, asked in turn until one answers.

mod standing;

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::stream::{FuturesUnordered, StreamExt};
use hickory_proto::op::{DnsRequest, DnsResponse, Message, ResponseCode};
use tokio::time::{Instant, timeout_at};

use super::failure;
use super::transport::{ExchangeError, Link, Server};
use crate::lookup::{LookupFailure, LookupFailureKind};
use standing::Standing;

/// The longest that any lookup may take, whatever the options say.
const LONGEST: Duration = Duration::from_secs(86_400);

/// The servers and how long to wait for them.
pub(super) struct Servers {
    list: Vec<Server>,
    /// Of each server in the list.
    standings: Vec<Standing>,
    /// For one try.
    timeout: Duration,
    /// For each server.
    tries: u32,
}

impl Servers {
    /// `links` has at least one server.
    pub(super) fn new(links: Vec<(SocketAddr, Link)>, timeout: Duration, tries: u32) -> Self {
        let timeout = timeout.min(LONGEST);
        let list: Vec<Server> = links
            .into_iter()
            .map(|(address, link)| Server::new(address, link, timeout))
            .collect();
        Self {
            standings: list.iter().map(|_| Standing::default()).collect(),
            list,
            timeout,
            tries: tries.max(1),
        }
    }

    /// The addresses of the servers, in the order that was wanted.
    pub(super) fn addresses(&self) -> Vec<SocketAddr> {
        self.list.iter().map(Server::address).collect()
    }

    /// When a lookup that begins now has to end, however many servers and questions it takes.
    pub(super) fn deadline(&self) -> Instant {
        Instant::now() + self.bound()
    }

    /// When the first try of a question that is asked now has to end.
    pub(super) fn deadline_of_one_try(&self) -> Instant {
        Instant::now() + self.timeout
    }

    /// Asks until a server gives an answer: NOERROR or NXDOMAIN.
    ///
    /// The next server is asked as soon as the one before has failed, or after its share of the
    /// timeout; whoever was asked before may still answer. A server that refuses is not asked
    /// again, and one that kept silent lately is asked last. If all fail, the failure that says most is returned.
    pub(super) async fn ask(
        &self,
        request: &DnsRequest,
        deadline: Instant,
    ) -> Result<DnsResponse, LookupFailure> {
        let count = self.list.len();
        let share = self.timeout / u32::try_from(count.max(1)).unwrap_or(u32::MAX);
        let mut order: Vec<usize> = (0..count).collect();
        // Stable: the others keep the order that was wanted.
        order.sort_by_key(|&turn| self.standings[turn].rests());
        let mut turns = (0..self.tries).flat_map(|_| order.iter().copied());
        let mut asked = vec![None; count];
        let mut refused = vec![false; count];
        let mut waiting = FuturesUnordered::new();
        let mut next_turn = Instant::now();
        let mut worst = None;
        loop {
            if waiting.is_empty() || Instant::now() >= next_turn {
                match turns.find(|&turn| !refused[turn]) {
                    Some(turn) => {
                        asked[turn].get_or_insert_with(Instant::now);
                        waiting.push(async move { (turn, self.try_once(turn, request).await) });
                        next_turn = Instant::now() + share;
                    }
                    None if waiting.is_empty() => break,
                    None => next_turn = deadline,
                }
            }
            match timeout_at(next_turn.min(deadline), waiting.next()).await {
                Ok(Some((_, Ok(response)))) => {
                    self.note_silence(&asked, share);
                    return Ok(response);
                }
                Ok(Some((turn, Err(failed)))) => {
                    refused[turn] |= failed.kind == LookupFailureKind::Refused;
                    keep_worst(&mut worst, failed);
                    next_turn = Instant::now();
                }
                Err(_) if Instant::now() >= deadline => {
                    keep_worst(&mut worst, self.silence());
                    break;
                }
                Ok(None) | Err(_) => {}
            }
        }
        Err(worst.unwrap_or_else(|| self.silence()))
    }

    async fn try_once(
        &self,
        turn: usize,
        request: &DnsRequest,
    ) -> Result<DnsResponse, LookupFailure> {
        let server = &self.list[turn];
        let address = server.address();
        let response = exchange(server, request, Instant::now() + self.timeout)
            .await
            .map_err(|error| failure::of_exchange(address, self.bound(), &error))?;
        self.standings[turn].answered();
        if response.truncation {
            return Err(failure::truncated(address));
        }
        // First the code: a server that cannot read a question does not repeat it.
        if let Some(failed) = failure::of_code(address, &response) {
            return Err(failed);
        }
        if response.queries != request.queries {
            return Err(failure::other_question(address));
        }
        Ok(response)
    }

    /// Notes which servers had their share of the time for a question, and did not answer.
    fn note_silence(&self, asked: &[Option<Instant>], share: Duration) {
        for (standing, asked) in self.standings.iter().zip(asked) {
            if let Some(asked) = asked.filter(|asked| asked.elapsed() >= share) {
                standing.kept_silent_since(asked);
            }
        }
    }

    /// The failure of a lookup whose time is over.
    pub(super) fn silence(&self) -> LookupFailure {
        let addresses: Vec<SocketAddr> = self.list.iter().map(Server::address).collect();
        failure::silence(&addresses, self.bound())
    }

    fn bound(&self) -> Duration {
        self.timeout.saturating_mul(self.tries).min(LONGEST)
    }
}

/// One exchange, under an id of its own; without EDNS where a server does not know it (RFC 6891
/// §6.2.2).
async fn exchange(
    server: &Server,
    request: &DnsRequest,
    deadline: Instant,
) -> Result<DnsResponse, ExchangeError> {
    let mut request = request.clone();
    request.metadata.id = Message::query().metadata.id;
    let response = server.exchange(request.clone(), deadline).await?;
    let lacks_edns = matches!(
        response.response_code,
        ResponseCode::FormErr | ResponseCode::NotImp | ResponseCode::BADVERS
    );
    let needs_edns = request
        .edns
        .as_ref()
        .is_none_or(|edns| edns.flags().dnssec_ok);
    if !lacks_edns || needs_edns {
        return Ok(response);
    }
    request.edns = None;
    request.metadata.id = Message::query().metadata.id;
    server.exchange(request, deadline).await
}

/// Keeps the failure that says most: an answer, whatever it was, before silence.
fn keep_worst(worst: &mut Option<LookupFailure>, failed: LookupFailure) {
    let weight = |failure: &LookupFailure| match failure.kind {
        LookupFailureKind::Bogus => 5,
        LookupFailureKind::Truncated => 4,
        LookupFailureKind::ServFail => 3,
        LookupFailureKind::Refused => 2,
        LookupFailureKind::Timeout => 1,
        LookupFailureKind::Unreachable => 0,
    };
    if worst
        .as_ref()
        .is_none_or(|worst| weight(&failed) > weight(worst))
    {
        *worst = Some(failed);
    }
}
