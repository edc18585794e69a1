//! Asks every authoritative server of a domain for a key record, and for how long caches may keep
//! that there is none.
//!
//!     cargo run --example every_server -- s2026._domainkey.example.com [NAMESERVER [PORT]]
#![expect(clippy::print_stdout, reason = "a program's output")]

use std::{env, error::Error};

use dkim_toolkit::escape::escape_octets;
use dkim_toolkit::lookup::{
    Answer, Question, RecordData, RecordType, RecordsAnswer, RecordsOutcome, ServersAnswer,
};
use dkim_toolkit::resolver::{Resolver, ResolverOptions, parse_nameserver};
use tokio::runtime::Builder;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let usage = "usage: every_server NAME [NAMESERVER [PORT]]";
    let name = arguments.next().ok_or(usage)?;
    let mut options = ResolverOptions::default();
    options.tries = 1;
    if let Some(nameserver) = arguments.next() {
        options.nameservers = vec![parse_nameserver(&nameserver, options.transport)?];
    }
    if let Some(port) = arguments.next() {
        options.authoritative_port = port.parse()?;
    }
    let resolver = Resolver::new(&options)?;
    let runtime = Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let said = every_server(&resolver, Question::new(&name, RecordType::Txt)).await?;
        println!("zone {}", said.zone);
        for server in said.servers {
            let address = server
                .address
                .map_or("-".to_owned(), |address| address.to_string());
            let answer = match server.answer {
                Ok(answer) => words(&answer),
                Err(failure) => failure.to_string(),
            };
            println!("{} {address}: {answer}", server.name);
        }
        let said = every_server(&resolver, Question::new(&said.zone, RecordType::Soa)).await?;
        let answers = said.servers.iter().flat_map(|server| &server.answer);
        if let Some(seconds) = answers.filter_map(denial).max() {
            println!("a denial may be kept for {seconds} s");
        }
        Ok(())
    })
}

async fn every_server(
    resolver: &Resolver,
    question: Question,
) -> Result<ServersAnswer, Box<dyn Error>> {
    match resolver.ask(&question.at_every_server()).await {
        Answer::EveryServer(said) => Ok(said?),
        _ => Err("the resolver answered another question".into()),
    }
}

/// An answer in one line.
fn words(answer: &RecordsAnswer) -> String {
    let mut words: Vec<String> = answer
        .chain
        .iter()
        .map(|name| format!("-> {name}"))
        .collect();
    match &answer.outcome {
        RecordsOutcome::Found { records, .. } => {
            words.extend(records.iter().map(|record| match record {
                RecordData::Txt(text) => escape_octets(text),
                other => format!("{other:?}"),
            }));
        }
        other => words.push(format!("{other:?}")),
    }
    words.join(" ")
}

/// How long a denial from the zone of this SOA record may be kept, in seconds (RFC 2308 §5).
fn denial(answer: &RecordsAnswer) -> Option<u32> {
    match (&answer.outcome, answer.records()) {
        (RecordsOutcome::Found { ttl, .. }, [RecordData::Soa { minimum, .. }]) => {
            Some(ttl.map_or(*minimum, |ttl| ttl.min(*minimum)))
        }
        _ => None,
    }
}
