//! A resolver, and the authoritative servers that it leads to, on loopback.

use std::net::{Ipv4Addr, Ipv6Addr};

use dkim_toolkit::lookup::{
    Answer as Said, LookupFailure, Question, RecordData, RecordType, RecordsAnswer, RecordsOutcome,
    ServersAnswer,
};
use dkim_toolkit::resolver::{Resolver, ResolverOptions};

use crate::dns::{LONG, block_on, shown_chain, with};
use crate::support::dns_server::{
    A, AAAA, Answer, Behaviour, CNAME, DnsServer, NS, NXDOMAIN, Question as Asked, REFUSED, Record,
    Reply, SOA, wire_name,
};

/// A zone: its name, and records as `NAME TYPE DATA`, the name without that of the zone.
#[derive(Clone)]
pub struct Zone {
    apex: String,
    records: Vec<Record>,
}

pub fn zone_of(apex: &str, lines: &[&str]) -> Zone {
    let apex = format!("{apex}.");
    let record = |line: &&str| {
        let mut words = line.splitn(3, ' ');
        let (name, kind, data) = (words.next()?, words.next()?, words.next()?);
        let name = match name {
            "@" => apex.clone(),
            name => format!("{name}.{apex}"),
        };
        Some(match kind {
            "A" => Record::new(&name, A, data.parse::<Ipv4Addr>().ok()?.octets().into()),
            "AAAA" => {
                let address = data.parse::<Ipv6Addr>().ok()?;
                Record::new(&name, AAAA, address.octets().into())
            }
            "NS" => Record::new(&name, NS, wire_name(data)),
            "CNAME" => Record::new(&name, CNAME, wire_name(data)),
            _ => Record::txt(&name, &data.as_bytes().chunks(255).collect::<Vec<_>>()),
        })
    };
    let mut records: Vec<Record> = lines.iter().map(|line| record(line).unwrap()).collect();
    let [soa] = Answer::default()
        .soa_of(&apex, 300, 60)
        .authorities
        .try_into()
        .unwrap();
    records.push(soa);
    Zone { apex, records }
}

/// The addresses of the servers of a zone: of `a` the first, of `b` the second, and so on.
pub fn two_servers() -> [&'static str; 4] {
    [
        "@ NS a.example.com",
        "@ NS B.example.com",
        "a A 127.0.0.1",
        "b A 127.0.0.2",
    ]
}

/// The zone example.com at two servers, and more.
pub fn example(lines: &[&str]) -> Zone {
    zone_of("example.com", &[&two_servers(), lines].concat())
}

fn is_at_or_below(name: &str, ancestor: &str) -> bool {
    name == ancestor || name.ends_with(&format!(".{ancestor}"))
}

/// What a server says that has these zones.
pub fn answer(zones: &[Zone], question: &Asked, authoritative: bool) -> Answer {
    let mut answer = Answer {
        authoritative,
        ..Answer::default()
    };
    let mut name = question.name.to_ascii_lowercase();
    for _ in 0..8 {
        let zones = zones
            .iter()
            .filter(|zone| is_at_or_below(&name, &zone.apex));
        let Some(zone) = zones.max_by_key(|zone| zone.apex.len()) else {
            if answer.answers.is_empty() {
                answer = Answer::code(REFUSED);
            }
            return answer;
        };
        let cut = zone.records.iter().filter(|record| {
            record.record_type == NS
                && record.name != zone.apex
                && is_at_or_below(&name, &record.name)
        });
        let cut: Vec<Record> = cut.cloned().collect();
        if !cut.is_empty() {
            answer.authoritative &= !answer.answers.is_empty();
            answer.authorities = cut;
            return answer;
        }
        let at_name = |kind: u16| -> Vec<Record> {
            let records = zone.records.iter();
            let found = records.filter(|record| record.name == name && record.record_type == kind);
            found.cloned().collect()
        };
        let found = at_name(question.record_type);
        if !found.is_empty() {
            answer.answers.extend(found);
            return answer;
        }
        let Some(alias) = at_name(CNAME).pop() else {
            let mut records = zone.records.iter();
            if !records.any(|record| is_at_or_below(&record.name, &name)) {
                answer.code = NXDOMAIN;
            }
            let soa = |record: &&Record| record.record_type == SOA;
            answer
                .authorities
                .extend(zone.records.iter().find(soa).cloned());
            return answer;
        };
        let target = text_of(&alias.data);
        answer.answers.push(alias);
        name = target;
    }
    answer
}

/// A name out of the wire's form.
fn text_of(mut wire: &[u8]) -> String {
    let mut name = String::new();
    while let Some((&length @ 1.., rest)) = wire.split_first() {
        let (label, rest) = rest.split_at(length.into());
        name += &format!("{}.", label.escape_ascii());
        wire = rest;
    }
    name
}

/// An authoritative server of these zones.
pub fn serves(zones: Vec<Zone>) -> Behaviour {
    Box::new(move |question| answer(&zones, question, true).into())
}

/// Always the same.
pub fn says(reply: impl Into<Reply>) -> Behaviour {
    let reply = reply.into();
    Box::new(move |_| reply.clone())
}

/// A resolver that knows all zones, and the servers that it sends others to.
pub struct World {
    pub resolver: DnsServer,
    pub servers: Vec<DnsServer>,
}

impl World {
    /// `None` where the system has too few addresses.
    pub fn new(known: Vec<Zone>, servers: Vec<Behaviour>) -> Option<Self> {
        Self::behind(move |question| answer(&known, question, false), servers)
    }

    /// With a resolver that answers so.
    pub fn behind(
        resolver: impl Fn(&Asked) -> Answer + Send + Sync + 'static,
        servers: Vec<Behaviour>,
    ) -> Option<Self> {
        Some(Self {
            resolver: DnsServer::start(move |question| resolver(question).into()),
            servers: DnsServer::start_side_by_side(servers)?,
        })
    }

    pub fn options(&self) -> ResolverOptions {
        with(ResolverOptions::default(), |options| {
            options.nameservers = vec![self.resolver.address()];
            options.timeout = LONG;
            options.authoritative_port = self.servers[0].address().port();
        })
    }

    pub fn ask(&self, name: &str, record_type: RecordType) -> String {
        let resolver = Resolver::new(&self.options()).unwrap();
        self.show(&ask(&resolver, name, record_type))
    }

    /// The zone, what each server says, and how many questions that took.
    pub fn show(&self, said: &Result<ServersAnswer, LookupFailure>) -> String {
        let answer = match said {
            Ok(answer) => answer,
            Err(failure) => return format!("{:?}: {failure}", failure.kind),
        };
        let servers = answer.servers.iter().map(|server| {
            let address = server
                .address
                .map_or("-".to_owned(), |address| address.ip().to_string());
            format!("; {} {address} {}", server.name, show(&server.answer))
        });
        let port = format!(":{}", self.servers[0].address().port());
        let shown = format!("{}{}", answer.zone, servers.collect::<String>());
        format!("{}; {}", shown.replace(&port, ""), answer.questions)
    }
}

pub fn ask(
    resolver: &Resolver,
    name: &str,
    record_type: RecordType,
) -> Result<ServersAnswer, LookupFailure> {
    let question = Question::new(name, record_type).at_every_server();
    match block_on(resolver.ask(&question)) {
        Said::EveryServer(answer) => answer,
        other => panic!("{other:?}"),
    }
}

pub fn show(answer: &Result<RecordsAnswer, LookupFailure>) -> String {
    let answer = match answer {
        Ok(answer) => answer,
        Err(failure) => {
            let chain = shown_chain(&failure.chain);
            return format!("{chain}{:?}: {failure}", failure.kind);
        }
    };
    let outcome = match &answer.outcome {
        RecordsOutcome::Found { records, .. } => {
            let shown = records.iter().map(|record| match record {
                RecordData::Txt(text) => text.escape_ascii().to_string(),
                other => format!("{other:?}"),
            });
            shown.collect::<Vec<_>>().join(" ")
        }
        other => format!("{other:?}"),
    };
    format!("{}{outcome}", shown_chain(&answer.chain))
}

#[track_caller]
pub fn check(world: Option<World>, name: &str, expected: &str) -> Option<World> {
    let world = world?;
    assert_eq!(world.ask(name, RecordType::Txt), expected);
    Some(world)
}
