//! The authoritative servers of a zone, each asked by itself (RFC 1034 §4.1).

mod direct;
mod zone;

use std::collections::{BTreeSet, HashMap};
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use futures_util::future::join_all;
use tokio::sync::Semaphore;

use super::cache::Memory;
use super::name::OwnerName;
use super::servers::Servers;
use super::transport::Link;
use super::{Resolver, ResolverOptions, parse_name};
use crate::lookup::{
    LookupFailure, LookupFailureKind, Question, RecordsAnswer, ServerAnswer, ServersAnswer,
};
use direct::Direct;
use zone::Zone;

/// Servers that are asked at a time, so that the sockets to them do not use up the files that a
/// process may open.
const AT_ONCE: usize = 256;

/// Addresses of servers that are asked for at a time: forwarders take about 150 questions.
const ADDRESSES_AT_ONCE: usize = 32;

/// Zones and names that are remembered.
const REMEMBERED: usize = 1_024;

/// What the clones of a resolver know of authoritative servers.
pub(super) struct Authorities {
    port: u16,
    timeout: Duration,
    tries: u32,
    /// The zones that names are in.
    zones: Memory<OwnerName, Result<OwnerName, LookupFailure>>,
    /// The servers of zones.
    servers: Memory<OwnerName, Result<Arc<Zone>, LookupFailure>>,
    /// The servers that are being asked, so that questions share sockets.
    links: Mutex<HashMap<SocketAddr, Weak<Servers>>>,
    slots: Semaphore,
    /// For questions for addresses.
    address_slots: Semaphore,
}

/// Counts questions.
#[derive(Clone, Default)]
pub(super) struct Count(Arc<AtomicUsize>);

impl Count {
    pub(super) fn one_more(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn get(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

impl Authorities {
    pub(super) fn new(options: &ResolverOptions) -> Self {
        Self {
            port: options.authoritative_port,
            timeout: options.timeout,
            tries: options.tries,
            zones: Memory::new(REMEMBERED),
            servers: Memory::new(REMEMBERED),
            links: Mutex::default(),
            slots: Semaphore::new(AT_ONCE),
            address_slots: Semaphore::new(ADDRESSES_AT_ONCE),
        }
    }

    /// The server at this address, with the sockets that are open to it.
    fn link(&self, address: SocketAddr) -> Arc<Servers> {
        let mut links = self.links.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(link) = links.get(&address).and_then(Weak::upgrade) {
            return link;
        }
        links.retain(|_, link| link.strong_count() > 0);
        let link = vec![(address, Link::Udp)];
        let link = Arc::new(Servers::new(link, self.timeout, self.tries));
        links.insert(address, Arc::downgrade(&link));
        link
    }
}

impl Resolver {
    /// What each authoritative server says; no servers where answers come from master files.
    pub(super) async fn every_server(
        &self,
        question: &Question,
    ) -> Result<ServersAnswer, LookupFailure> {
        let Some(authorities) = &self.authorities else {
            return Ok(ServersAnswer::new(String::new(), Vec::new(), 0));
        };
        let name = parse_name(question.name())?;
        let count = Count::default();
        let zone = self.zone_of(&name, authorities, &count).await?;
        let addresses: BTreeSet<IpAddr> = zone.addresses().collect();
        let answers = addresses.into_iter().map(async |ip| {
            let address = SocketAddr::new(ip, authorities.port);
            let said = authorities.ask(&zone.name, address, &name, question, &count);
            (ip, said.await)
        });
        let answers: HashMap<IpAddr, Said> = join_all(answers).await.into_iter().collect();
        let servers = zone.servers.iter().flat_map(|server| {
            let name = server.name.to_string();
            match &server.addresses {
                Ok(addresses) => heard(&name, authorities.port, addresses, &answers),
                Err(failure) => vec![ServerAnswer::new(name, None, Err(failure.clone()))],
            }
        });
        let servers = servers.collect();
        Ok(ServersAnswer::new(
            zone.name.to_string(),
            servers,
            count.get(),
        ))
    }
}

/// What one address answered.
enum Said {
    /// There is no way to it from here.
    NoRoute(LookupFailure),
    Answer(Result<RecordsAnswer, LookupFailure>),
}

impl Authorities {
    async fn ask(
        &self,
        zone: &OwnerName,
        address: SocketAddr,
        name: &OwnerName,
        question: &Question,
        count: &Count,
    ) -> Said {
        if let Some(failure) = no_way_to(address) {
            return Said::NoRoute(failure);
        }
        // The semaphore is never closed.
        let _slot = self.slots.acquire().await;
        let direct = Direct::new(self.link(address), address, zone, count);
        Said::Answer(direct.answer(name, question.record_type()).await)
    }
}

/// The answers of the addresses of one server. One that there is no route to is passed over where
/// another one answered.
fn heard(
    name: &str,
    port: u16,
    addresses: &[IpAddr],
    answers: &HashMap<IpAddr, Said>,
) -> Vec<ServerAnswer> {
    let said = || {
        addresses
            .iter()
            .filter_map(|ip| Some((ip, answers.get(ip)?)))
    };
    let answered = said().any(|(_, said)| match said {
        Said::NoRoute(_) => false,
        Said::Answer(Ok(_)) => true,
        Said::Answer(Err(failure)) => !matches!(
            failure.kind,
            LookupFailureKind::Timeout | LookupFailureKind::Unreachable
        ),
    });
    said()
        .filter_map(|(&ip, said)| {
            let answer = match said {
                Said::NoRoute(_) if answered => return None,
                Said::NoRoute(failure) => Err(failure.clone()),
                Said::Answer(answer) => answer.clone(),
            };
            let address = SocketAddr::new(ip, port);
            Some(ServerAnswer::new(name.to_owned(), Some(address), answer))
        })
        .collect()
}

/// Why nothing can be sent to an address, if that is known beforehand.
fn no_way_to(address: SocketAddr) -> Option<LookupFailure> {
    use std::net::{Ipv4Addr, Ipv6Addr, UdpSocket};

    let ip = address.ip();
    let why = if ip.is_unspecified() || ip.is_multicast() || ip == Ipv4Addr::BROADCAST {
        "it is not the address of a server".to_owned()
    } else {
        // This sends nothing: the system looks for a route.
        let local = match ip {
            IpAddr::V4(_) => IpAddr::from(Ipv4Addr::UNSPECIFIED),
            IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
        };
        let connected = UdpSocket::bind((local, 0)).and_then(|socket| socket.connect(address));
        let error = connected.err()?;
        error.kind().to_string()
    };
    Some(LookupFailure::new(
        LookupFailureKind::Unreachable,
        format!("{address} cannot be reached: {why}"),
    ))
}
