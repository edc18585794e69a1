//! Answers from a table, for tests.

use std::collections::HashMap;

use crate::lookup::{
    Answer, Asked, LookupFailure, LookupFailureKind, Question, RecordData, RecordsAnswer,
    RecordsOutcome, ServersAnswer,
};

/// Records by name and type, each line `name TYPE data`; names without a final dot are below
/// example.com. `TIMEOUT` in the place of the type is a name that nobody answers for.
pub struct Zone(HashMap<String, Vec<(String, String)>>);

impl Zone {
    pub fn new(lines: &str) -> Self {
        let mut records: HashMap<String, Vec<(String, String)>> = HashMap::new();
        for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let mut words = line.splitn(3, ' ');
            let name = absolute(words.next().unwrap());
            let record_type = words.next().unwrap().to_owned();
            let data = words.next().unwrap_or_default().to_owned();
            records.entry(name).or_default().push((record_type, data));
        }
        Self(records)
    }

    pub fn answer(&self, question: &Question) -> Answer {
        if question.asked() == Asked::EveryServer {
            return Answer::EveryServer(Ok(ServersAnswer::new(String::new(), Vec::new(), 0)));
        }
        Answer::Resolver(self.records(question))
    }

    pub fn records(&self, question: &Question) -> Result<RecordsAnswer, LookupFailure> {
        let mut name = question.name().to_owned();
        let mut chain = Vec::new();
        loop {
            let wildcard = name.split_once('.').map(|(_, rest)| format!("*.{rest}"));
            let here = self.0.get(&name).or_else(|| self.0.get(&wildcard?));
            let Some(here) = here else {
                let exists = self
                    .0
                    .keys()
                    .any(|other| other.ends_with(&format!(".{name}")));
                let outcome = if exists {
                    RecordsOutcome::NoRecords
                } else {
                    RecordsOutcome::NoSuchName
                };
                return Ok(with_chain(outcome, chain));
            };
            if here.iter().any(|(record_type, _)| record_type == "TIMEOUT") {
                return Err(LookupFailure::new(LookupFailureKind::Timeout, "no answer"));
            }
            if let Some((_, target)) = here.iter().find(|(kind, _)| kind == "CNAME") {
                name = absolute(target);
                chain.push(name.clone());
                continue;
            }
            let of_type = here
                .iter()
                .filter(|(kind, _)| kind == question.record_type().name());
            let records: Vec<RecordData> = of_type.map(|(kind, data)| read(kind, data)).collect();
            let outcome = if records.is_empty() {
                RecordsOutcome::NoRecords
            } else {
                RecordsOutcome::Found {
                    records,
                    ttl: Some(3600),
                }
            };
            return Ok(with_chain(outcome, chain));
        }
    }
}

fn with_chain(outcome: RecordsOutcome, chain: Vec<String>) -> RecordsAnswer {
    let mut answer = RecordsAnswer::new(outcome);
    answer.chain = chain;
    answer
}

fn absolute(name: &str) -> String {
    match name.strip_suffix('.') {
        Some(_) => name.to_owned(),
        None if name == "@" => "example.com.".to_owned(),
        None => format!("{name}.example.com."),
    }
}

fn read(kind: &str, data: &str) -> RecordData {
    match kind {
        "TXT" => RecordData::Txt(data.into()),
        "NS" => RecordData::Ns(data.to_owned()),
        "MX" => RecordData::Mx {
            preference: 10,
            exchange: data.to_owned(),
        },
        _ => panic!("{kind}"),
    }
}
