//! Authoritative servers that do not say the same of a selector.

use std::collections::BTreeMap;

use super::Facts;
use crate::audit::SelectorReport;
use crate::finding::{DomainCode, Finding};
use crate::lookup::{Question, RecordType, RecordsAnswer, ServerAnswer};

pub(super) fn examine(facts: &Facts<'_>) -> Vec<Finding> {
    let examine = |selector| of_selector(facts, selector);
    let findings = facts.selectors.iter().filter_map(examine);
    findings.chain(not_compared(facts)).collect()
}

/// Servers that were to be compared, and could not be found or did not answer.
fn not_compared(facts: &Facts<'_>) -> Option<Finding> {
    let failures = facts.audit.questions.failures_of_servers();
    let first = failures.first()?;
    Some(Finding::new(
        DomainCode::NotConfirmed,
        format!(
            "what all authoritative servers say could not be compared, in {} cases; the first: {first}",
            failures.len()
        ),
        "run it again later, from where the authoritative servers of the domain can be reached",
    ))
}

fn of_selector(facts: &Facts<'_>, selector: &SelectorReport) -> Option<Finding> {
    let question = Question::new(&selector.owner_name(), RecordType::Txt);
    let servers = &facts.audit.questions.servers(&question)?.servers;
    let mut groups: BTreeMap<Content, Vec<String>> = BTreeMap::new();
    for server in servers {
        if let Ok(answer) = &server.answer {
            let servers = groups.entry(Content::of(answer)).or_default();
            servers.push(name_of(server));
        }
    }
    if groups.len() < 2 {
        return None;
    }
    let mut has_record = false;
    let told = groups.iter().map(|(content, servers)| {
        let what = match content {
            Content::Nothing => "nothing".to_owned(),
            Content::Alias(target) => format!("a CNAME record to {target}"),
            Content::Texts(_) if std::mem::replace(&mut has_record, true) => {
                "another record".to_owned()
            }
            Content::Texts(_) => "one record".to_owned(),
        };
        format!("{what} at {}", servers.join(", "))
    });
    let told: Vec<String> = told.collect();
    let finding = Finding::new(
        DomainCode::ServersDisagree,
        format!(
            "the authoritative servers do not say the same: {}",
            told.join("; ")
        ),
        "wait until all servers have the change; if that takes longer than an hour, look why some \
         do not transfer the zone",
    );
    Some(finding.about(&selector.selector))
}

/// What a server has at a name, as far as servers may not differ in it.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Content {
    Nothing,
    Alias(String),
    Texts(Vec<Vec<u8>>),
}

impl Content {
    fn of(answer: &RecordsAnswer) -> Self {
        if let Some(target) = answer.chain.first() {
            return Self::Alias(target.clone());
        }
        let mut texts: Vec<Vec<u8>> = answer.texts().map(<[u8]>::to_vec).collect();
        texts.sort_unstable();
        if texts.is_empty() {
            Self::Nothing
        } else {
            Self::Texts(texts)
        }
    }
}

fn name_of(server: &ServerAnswer) -> String {
    let name = server.name.trim_end_matches('.');
    match server.address {
        Some(address) => format!("{name} ({})", address.ip()),
        None => name.to_owned(),
    }
}
