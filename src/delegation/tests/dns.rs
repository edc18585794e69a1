//! A DNS in memory.

use std::collections::HashMap;

use crate::delegation::{Delegation, Plan, Report};
use crate::lookup::{
    Answer, Asked, LookupFailure, LookupFailureKind, Question, RecordData, RecordType,
    RecordsAnswer, RecordsOutcome, ServerAnswer, ServersAnswer,
};

/// Records by name: `TYPE data`; `FAIL` for a server that does not answer.
pub(super) type Zone<'a> = &'a [(&'a str, &'a str)];

/// A resolver over records in memory.
pub(super) struct Dns<'a> {
    pub(super) zone: Zone<'a>,
    /// What each authoritative server has in the place of the zone's records of a name.
    pub(super) servers: &'a [(&'a str, Zone<'a>)],
    pub(super) is_offline: bool,
}

impl Dns<'_> {
    fn ask(&self, question: &Question) -> Answer {
        let name = question.name().trim_end_matches('.');
        match question.asked() {
            Asked::Resolver => Answer::Resolver(resolve(self.zone, name, question.record_type())),
            Asked::EveryServer if self.is_offline => {
                Answer::EveryServer(Ok(ServersAnswer::new(String::new(), Vec::new(), 0)))
            }
            Asked::EveryServer => {
                let servers = self.servers.iter().map(|(server, zone)| {
                    let answer = direct(zone, name, RecordType::Cname);
                    ServerAnswer::new(format!("{server}."), None, answer)
                });
                let servers = servers.collect();
                Answer::EveryServer(Ok(ServersAnswer::new("example.com.".into(), servers, 2)))
            }
        }
    }
}

/// The records at a name, without following aliases.
fn direct(
    zone: Zone<'_>,
    name: &str,
    record_type: RecordType,
) -> Result<RecordsAnswer, LookupFailure> {
    let here: Vec<&str> = zone
        .iter()
        .filter(|(owner, _)| *owner == name)
        .map(|(_, data)| *data)
        .collect();
    if here.contains(&"FAIL") {
        return Err(LookupFailure::new(LookupFailureKind::Timeout, "silence"));
    }
    let data = |record: &&str| {
        let (kind, data) = record.split_once(' ')?;
        (kind == record_type.name()).then(|| match record_type {
            RecordType::Cname => RecordData::Cname(format!("{data}.")),
            RecordType::Mx => RecordData::Mx {
                preference: 0,
                exchange: format!("{data}."),
            },
            _ => RecordData::Txt(data.as_bytes().to_vec()),
        })
    };
    let records: Vec<RecordData> = here.iter().filter_map(data).collect();
    Ok(RecordsAnswer::new(if !records.is_empty() {
        let ttl = Some(3600);
        RecordsOutcome::Found { records, ttl }
    } else if here.is_empty() {
        RecordsOutcome::NoSuchName
    } else {
        RecordsOutcome::NoRecords
    }))
}

fn resolve(
    zone: Zone<'_>,
    name: &str,
    record_type: RecordType,
) -> Result<RecordsAnswer, LookupFailure> {
    let mut chain: Vec<String> = Vec::new();
    let mut end = name.to_owned();
    loop {
        let found = direct(zone, &end, record_type);
        let has_records = found
            .as_ref()
            .is_ok_and(|found| !found.records().is_empty());
        let alias = direct(zone, &end, RecordType::Cname).ok();
        let alias = alias.and_then(|alias| match alias.records() {
            [RecordData::Cname(target), ..] => Some(target.clone()),
            _ => None,
        });
        match (alias, found) {
            (Some(target), Ok(mut found)) if has_records => {
                found.chain = chain;
                found.alias_beside = Some(target);
                return Ok(found);
            }
            (Some(target), _) => {
                target.trim_end_matches('.').clone_into(&mut end);
                chain.push(target);
            }
            (None, Ok(mut found)) => {
                found.chain = chain;
                return Ok(found);
            }
            (None, Err(failure)) => return Err(failure.after(chain)),
        }
    }
}

/// Answers a machine until it has no questions; it asks none twice.
pub(super) fn run(plan: Plan, dns: &Dns<'_>) -> Report {
    let mut machine = Delegation::begin(plan);
    let mut asked = HashMap::new();
    loop {
        let pending = machine.pending();
        if pending.is_empty() {
            return machine.finish();
        }
        for question in pending {
            let count: &mut usize = asked.entry(question.clone()).or_default();
            *count += 1;
            assert_eq!(*count, 1, "asked twice: {question:?}");
            let answer = dns.ask(&question);
            machine.answer(&question, answer);
        }
    }
}
