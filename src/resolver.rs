//! Key records from the DNS or from master files: [`KeyQuery`] in, [`KeyAnswer`] out
//! (RFC 6376 §3.6.2, §6.1.2).
//!
//! ```no_run
//! # use dkim_toolkit::identifier::KeyQuery;
//! use dkim_toolkit::resolver::{Resolver, ResolverOptions};
//!
//! # async fn example(query: KeyQuery) -> Result<(), dkim_toolkit::resolver::ResolverError> {
//! let resolver = Resolver::new(&ResolverOptions::default())?;
//! let answer = resolver.lookup(&query).await;
//! # Ok(())
//! # }
//! ```
//!
//! A [`Resolver`] asks each time; a program that verifies many messages wraps it in a
//! [`CachingResolver`], which asks for each name once.

mod alias;
mod authority;
mod cache;
#[cfg(feature = "dnssec")]
mod dnssec;
mod failure;
mod inquiry;
mod lifetime;
mod name;
mod options;
mod response;
mod servers;
#[cfg(feature = "tls")]
mod tls;
mod transport;
mod trust;
mod udp;
mod verification;
mod zone;

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use crate::identifier::KeyQuery;
use crate::lookup::{
    Answer, Asked, KeyAnswer, LookupFailure, LookupFailureKind, Question, RecordType,
    RecordsAnswer, RecordsOutcome, TxtAnswer,
};
use alias::{Chain, Step};
use authority::{Authorities, Count};
use inquiry::Inquiry;
use name::OwnerName;
use servers::Servers;
use zone::Zones;

pub use cache::CachingResolver;
pub use name::NameFault;
pub use options::{DnssecOptions, ResolverError, ResolverOptions, Transport, parse_nameserver};
pub use trust::{TlsRoots, TrustAnchors};
pub use zone::ZoneFault;

/// Finds key records.
///
/// Cheap to clone; clones share their connections. Nothing is kept, see [`CachingResolver`] for
/// that; and nothing runs while no lookup does, except that streams to servers (TCP, TLS, HTTPS)
/// stay open for the next one.
///
/// A resolver and its clones are tied to the tokio runtime of their first lookup, which drives the
/// connections that they share. A program with several runtimes makes a resolver for each. A
/// resolver that answers from master files needs no runtime.
#[derive(Clone)]
pub struct Resolver {
    source: Source,
    /// Not where answers come from master files.
    authorities: Option<Arc<Authorities>>,
}

#[derive(Clone)]
enum Source {
    Zones(Arc<Zones>),
    Servers(Arc<Servers>),
    #[cfg(feature = "dnssec")]
    Validated(dnssec::Validator),
}

impl Resolver {
    /// A resolver that asks name servers. Sends nothing yet.
    ///
    /// # Errors
    ///
    /// [`ResolverError`] if the system's configuration names no server, or if this build or these
    /// options lack something that the transport or DNSSEC needs.
    pub fn new(options: &ResolverOptions) -> Result<Self, ResolverError> {
        let servers = Arc::new(options.servers()?);
        let source = match &options.dnssec {
            None => Source::Servers(servers),
            #[cfg(feature = "dnssec")]
            Some(dnssec) => Source::Validated(dnssec::Validator::new(
                servers,
                dnssec::Anchors::new(dnssec.trust_anchors.as_ref()),
                dnssec.clock,
            )),
            #[cfg(not(feature = "dnssec"))]
            Some(_) => return Err(ResolverError::WithoutDnssec),
        };
        Ok(Self {
            source,
            authorities: Some(Arc::new(Authorities::new(options))),
        })
    }

    /// A resolver that answers from master files alone and sends nothing (RFC 1035 §5). Each file
    /// comes with the name that errors call it by; all of them make one tree.
    ///
    /// The origin is the root, so names need no final dot. No SOA, `$ORIGIN`, or TTL is needed.
    ///
    /// # Errors
    ///
    /// [`ResolverError::Zone`] with the line at fault.
    pub fn from_zones<'a, I>(zones: I) -> Result<Self, ResolverError>
    where
        I: IntoIterator<Item = (&'a str, &'a [u8])>,
    {
        let mut tree = Zones::default();
        for (file, contents) in zones {
            tree.add(file, contents)?;
        }
        Ok(Self {
            source: Source::Zones(Arc::new(tree)),
            authorities: None,
        })
    }

    /// The name servers that are asked, in the order of preference; none where the answers come
    /// from master files.
    #[must_use]
    pub fn name_servers(&self) -> Vec<SocketAddr> {
        match &self.source {
            Source::Zones(_) => Vec::new(),
            Source::Servers(servers) => servers.addresses(),
            #[cfg(feature = "dnssec")]
            Source::Validated(validator) => validator.servers.addresses(),
        }
    }

    /// The answer to the question for a key record. Must run under tokio, unless it answers from
    /// master files.
    pub async fn lookup(&self, query: &KeyQuery) -> KeyAnswer {
        key_answer(self.txt(query.name()).await)
    }

    /// The TXT records under `name`, which is absolute with or without its final dot and may have
    /// the escapes of a master file.
    ///
    /// # Errors
    ///
    /// [`LookupFailure`] if no answer could be had within the timeout times the tries.
    pub async fn txt(&self, name: &str) -> Result<TxtAnswer, LookupFailure> {
        let found = self.find(name, RecordType::Txt).await?;
        Ok(found.answer.into())
    }

    /// The answer to a question for records of any type. Must run under tokio, unless it answers
    /// from master files.
    ///
    /// A failure of the resolver has the aliases that lead to it, as
    /// [`with_aliases`](Self::with_aliases) finds them, but not where nobody answered in time: a
    /// further question is hardly answered then.
    ///
    /// A question [for every server](Asked::EveryServer) goes to at most 13 servers of the zone, at up
    /// to two IPv4 and two IPv6 addresses each. They are found by questions to the resolver, and
    /// remembered for up to five minutes. They are asked side by side, each within the resolver's
    /// timeout and tries, over UDP and after a truncated answer over TCP, whatever the resolver's
    /// [`Transport`]; nothing of that is validated. An answer without authority is a failure. An
    /// address that there is no route to is passed over where another one of its server answered.
    /// Aliases are followed within the zone; one that leads out of it is
    /// [`RecordsOutcome::Elsewhere`]. There are no servers where answers come from master files.
    pub async fn ask(&self, question: &Question) -> Answer {
        let (name, record_type) = (question.name(), question.record_type());
        match question.asked() {
            Asked::Resolver => Answer::Resolver(match self.find(name, record_type).await {
                Ok(found) => Ok(found.answer),
                // Of a CNAME record, the alias is what was asked for.
                Err(failure)
                    if failure.kind == LookupFailureKind::ServFail
                        && record_type != RecordType::Cname =>
                {
                    Err(self.with_aliases(name, failure).await)
                }
                Err(failure) => Err(failure),
            }),
            Asked::EveryServer => Answer::EveryServer(self.every_server(question).await),
        }
    }

    /// The failure of [`txt`](Self::txt) for this name with the aliases that lead to it.
    ///
    /// A server that follows aliases itself may not say which ones there were when it fails at
    /// their end; so their CNAME records are asked for, within the time of one try. What is not
    /// validated is not asked for where answers have to be.
    pub async fn with_aliases(&self, name: &str, mut failure: LookupFailure) -> LookupFailure {
        let Source::Servers(servers) = &self.source else {
            return failure;
        };
        let may_be_behind_alias = matches!(
            failure.kind,
            LookupFailureKind::ServFail | LookupFailureKind::Timeout
        );
        let end = failure.chain.last().map_or(name, String::as_str);
        let Some(end) = parse_name(end).ok().filter(|_| may_be_behind_alias) else {
            return failure;
        };
        let mut chain = Chain::new(end);
        let mut inquiry = Inquiry::brief(servers.clone());
        while let Ok(Some(target)) = inquiry.alias(chain.end()).await {
            if !chain.follow(target) {
                break;
            }
        }
        failure.chain.append(&mut chain.targets());
        failure
    }

    /// The same resolver, remembering what it takes to validate many answers: the keys of a zone are
    /// asked for once, however many names are in it. Without DNSSEC this changes nothing.
    #[must_use]
    pub fn with_memory(self) -> Self {
        #[cfg(feature = "dnssec")]
        if let Source::Validated(validator) = self.source {
            return Self {
                source: Source::Validated(validator.with_memory()),
                ..self
            };
        }
        self
    }

    async fn find(&self, name: &str, record_type: RecordType) -> Result<Found, LookupFailure> {
        let name = parse_name(name)?;
        self.find_counted(&name, record_type, &Count::default())
            .await
    }

    async fn find_counted(
        &self,
        name: &OwnerName,
        record_type: RecordType,
        count: &Count,
    ) -> Result<Found, LookupFailure> {
        let mut chain = Chain::new(name.clone());
        let mut inquiry = match self.inquiry(count) {
            Ok(inquiry) => inquiry,
            Err(zones) => {
                let answer = from_zones(zones, name.clone(), record_type)?;
                return Ok(Found { answer, ttl: 0 });
            }
        };
        loop {
            let step = inquiry.step(chain.end(), record_type).await;
            if let Some(mut answer) = taken(&mut chain, step)? {
                answer.dnssec = inquiry.dnssec();
                let ttl = inquiry.ttl();
                return Ok(Found { answer, ttl });
            }
        }
    }

    /// A lookup of the servers; the master files, where answers come from these.
    fn inquiry(&self, count: &Count) -> Result<Inquiry, &Zones> {
        let inquiry = match &self.source {
            Source::Zones(zones) => return Err(zones),
            Source::Servers(servers) => Inquiry::new(servers.clone()),
            #[cfg(feature = "dnssec")]
            Source::Validated(validator) => Inquiry::validated(validator.clone()),
        };
        Ok(inquiry.counted(count.clone()))
    }
}

/// An answer and how long it may be kept.
struct Found {
    answer: RecordsAnswer,
    /// The lowest TTL on the way, in seconds.
    ttl: u32,
}

impl fmt::Debug for Resolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resolver").finish_non_exhaustive()
    }
}

fn from_zones(
    zones: &Zones,
    name: OwnerName,
    record_type: RecordType,
) -> Result<RecordsAnswer, LookupFailure> {
    let mut chain = Chain::new(name);
    loop {
        let step = zones.step(chain.end(), record_type);
        if let Some(answer) = taken(&mut chain, step)? {
            return Ok(answer);
        }
    }
}

fn key_answer(answer: Result<TxtAnswer, LookupFailure>) -> KeyAnswer {
    answer.map_or_else(KeyAnswer::Failed, KeyAnswer::from)
}

fn parse_name(name: &str) -> Result<OwnerName, LookupFailure> {
    OwnerName::parse(name.as_bytes(), &OwnerName::ROOT).map_err(not_a_name)
}

/// Takes one step; `None` if there is one more to take. A failure keeps the way to it.
fn taken(
    chain: &mut Chain,
    step: Result<Step, LookupFailure>,
) -> Result<Option<RecordsAnswer>, LookupFailure> {
    let mut beside = None;
    let outcome = match step.map_err(|failure| failure.after(chain.targets()))? {
        Step::Found {
            records,
            ttl,
            alias_beside,
        } => {
            beside = alias_beside;
            RecordsOutcome::Found { records, ttl }
        }
        Step::NoRecords => RecordsOutcome::NoRecords,
        Step::NoSuchName => RecordsOutcome::NoSuchName,
        Step::Alias(target) => {
            if chain.follow(target) {
                return Ok(None);
            }
            RecordsOutcome::AliasLoop
        }
    };
    let mut answer = RecordsAnswer::new(outcome);
    answer.chain = chain.targets();
    answer.alias_beside = beside.map(|target| target.to_string());
    Ok(Some(answer))
}

fn not_a_name(fault: NameFault) -> LookupFailure {
    LookupFailure::new(LookupFailureKind::ServFail, format!("the name {fault}"))
}
