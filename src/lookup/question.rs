//! Questions for any type of record, and their answers: what a machine that examines a whole domain
//! asks, and is told.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

use super::{Dnssec, LookupFailure, TxtAnswer, TxtOutcome};

/// A type of record (RFC 1035 §3.2.2, RFC 3596 §2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum RecordType {
    /// IPv4 addresses.
    A,
    /// IPv6 addresses.
    Aaaa,
    /// The name that a name stands for. Asked for, it is not followed.
    Cname,
    /// Mail exchangers.
    Mx,
    /// The name servers of a zone.
    Ns,
    /// Where a zone begins.
    Soa,
    /// Text: key records, SPF, DMARC.
    Txt,
}

impl RecordType {
    /// The type's name in master files and in output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::Aaaa => "AAAA",
            Self::Cname => "CNAME",
            Self::Mx => "MX",
            Self::Ns => "NS",
            Self::Soa => "SOA",
            Self::Txt => "TXT",
        }
    }
}

impl fmt::Display for RecordType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Who is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Asked {
    /// The resolver, which follows aliases and may answer from its cache.
    Resolver,
    /// Each authoritative server of the zone that the name is in, by itself. Aliases are followed
    /// within this zone.
    EveryServer,
}

/// A question for the DNS.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Question {
    name: String,
    record_type: RecordType,
    asked: Asked,
}

impl Question {
    /// A question for the records of an absolute name; without its final dot it gets one.
    #[must_use]
    pub fn new(name: &str, record_type: RecordType) -> Self {
        Self {
            name: format!("{}.", name.strip_suffix('.').unwrap_or(name)),
            record_type,
            asked: Asked::Resolver,
        }
    }

    /// The same question for each authoritative server.
    #[must_use]
    pub fn at_every_server(mut self) -> Self {
        self.asked = Asked::EveryServer;
        self
    }

    /// The name, absolute, with its final dot.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The type of the records.
    #[must_use]
    pub const fn record_type(&self) -> RecordType {
        self.record_type
    }

    /// Who is asked.
    #[must_use]
    pub const fn asked(&self) -> Asked {
        self.asked
    }
}

/// The answer to a [`Question`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Answer {
    /// What the resolver said.
    Resolver(Result<RecordsAnswer, LookupFailure>),
    /// What each authoritative server said; the failure is one to find the servers.
    EveryServer(Result<ServersAnswer, LookupFailure>),
}

/// The data of a record. Names are absolute, in lower case, and safe to print.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum RecordData {
    /// An A or AAAA record.
    Address(IpAddr),
    /// The target of a CNAME record.
    Cname(String),
    /// An MX record (RFC 5321 §5.1).
    Mx {
        /// Lower values are tried first.
        preference: u16,
        /// The server; `.` if the domain receives no mail (RFC 7505).
        exchange: String,
    },
    /// The name of a name server.
    Ns(String),
    /// What a SOA record says of its zone (RFC 1035 §3.3.13).
    Soa {
        /// The server that changes are made at.
        primary: String,
        /// The version of the zone.
        serial: u32,
        /// How long caches may keep a denial, in seconds (RFC 2308 §4).
        minimum: u32,
    },
    /// The strings of a TXT record, joined without anything between them. Not safe to print.
    Txt(Vec<u8>),
}

/// What there is of one type under a name, and the way to it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecordsAnswer {
    /// What was found at the end of the chain.
    pub outcome: RecordsOutcome,
    /// As in [`TxtAnswer::chain`].
    pub chain: Vec<String>,
    /// As in [`TxtAnswer::alias_beside`].
    pub alias_beside: Option<String>,
    /// The state of everything that the answer rests on; `None` if nothing validated it.
    pub dnssec: Option<Dnssec>,
}

impl RecordsAnswer {
    /// What the name itself has, validated by nothing.
    #[must_use]
    pub const fn new(outcome: RecordsOutcome) -> Self {
        Self {
            outcome,
            chain: Vec::new(),
            alias_beside: None,
            dnssec: None,
        }
    }

    /// The records; none if there are none.
    #[must_use]
    pub fn records(&self) -> &[RecordData] {
        match &self.outcome {
            RecordsOutcome::Found { records, .. } => records,
            _ => &[],
        }
    }

    /// The servers that MX and NS records name: absolute, in lower case, and safe to print.
    pub fn servers(&self) -> impl Iterator<Item = &str> {
        self.records().iter().filter_map(|record| match record {
            RecordData::Mx { exchange, .. } => Some(exchange.as_str()),
            RecordData::Ns(server) => Some(server),
            _ => None,
        })
    }

    /// The text of each TXT record. Not safe to print.
    pub fn texts(&self) -> impl Iterator<Item = &[u8]> {
        self.records().iter().filter_map(|record| match record {
            RecordData::Txt(text) => Some(text.as_slice()),
            _ => None,
        })
    }
}

/// What was found of one type under a name.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RecordsOutcome {
    /// Records, at least one.
    Found {
        /// Each once.
        records: Vec<RecordData>,
        /// How long they may be kept, in seconds; `None` if a master file does not say.
        ttl: Option<u32>,
    },
    /// The name, or the end of its chain, exists and has no record of this type.
    NoRecords,
    /// The name, or the end of its chain, does not exist.
    NoSuchName,
    /// The chain comes back to a name that it went through, or does not end.
    AliasLoop,
    /// The chain leads out of the zone whose server was asked, and was not followed.
    Elsewhere,
}

impl From<RecordsAnswer> for TxtAnswer {
    /// The TXT records of an answer; a chain that was not followed has none.
    fn from(answer: RecordsAnswer) -> Self {
        let outcome = match answer.outcome {
            RecordsOutcome::Found { records, ttl } => {
                let texts = records.into_iter().filter_map(|record| match record {
                    RecordData::Txt(text) => Some(text),
                    _ => None,
                });
                let records: Vec<Vec<u8>> = texts.collect();
                if records.is_empty() {
                    TxtOutcome::NoRecords
                } else {
                    TxtOutcome::Found { records, ttl }
                }
            }
            RecordsOutcome::NoRecords | RecordsOutcome::Elsewhere => TxtOutcome::NoRecords,
            RecordsOutcome::NoSuchName => TxtOutcome::NoSuchName,
            RecordsOutcome::AliasLoop => TxtOutcome::AliasLoop,
        };
        Self {
            outcome,
            chain: answer.chain,
            alias_beside: answer.alias_beside,
            dnssec: answer.dnssec,
        }
    }
}

/// What the authoritative servers of a zone say.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServersAnswer {
    /// The zone that the name is in, absolute; empty if answers come from master files.
    pub zone: String,
    /// The answer of each server, by name and address; none if answers come from master files.
    pub servers: Vec<ServerAnswer>,
    /// How many questions were sent to find the servers and to ask them.
    pub questions: usize,
}

impl ServersAnswer {
    /// The answers of the servers of a zone.
    #[must_use]
    pub const fn new(zone: String, servers: Vec<ServerAnswer>, questions: usize) -> Self {
        Self {
            zone,
            servers,
            questions,
        }
    }
}

/// What one authoritative server says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServerAnswer {
    /// The server's name, absolute, in lower case, and safe to print.
    pub name: String,
    /// The address that was asked; `None` if the name has none.
    pub address: Option<SocketAddr>,
    /// Its answer.
    pub answer: Result<RecordsAnswer, LookupFailure>,
}

impl ServerAnswer {
    /// The answer of the server of this name, at this address.
    #[must_use]
    pub const fn new(
        name: String,
        address: Option<SocketAddr>,
        answer: Result<RecordsAnswer, LookupFailure>,
    ) -> Self {
        Self {
            name,
            address,
            answer,
        }
    }
}
