//! What the DNS says about one name, compared with the key in the state.

use crate::algorithm::HashAlgorithm;
use crate::key_record::{PublishedRecord, RecordError};
use crate::lookup::{Answer, LookupFailure, RecordsAnswer, RecordsOutcome};

/// What one server has at a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    /// The key in the state, and nothing else.
    Own,
    /// A record without a key, and nothing else.
    Revoked,
    /// Nothing, or what a wildcard gives to every name.
    Absent,
    /// The key in the state, and another record beside it.
    Beside,
    /// Something else.
    Foreign(&'static str),
    /// No answer, and why.
    Unanswered(String),
}

/// What all servers have at a name.
#[derive(Clone, Debug, Default)]
pub(super) struct Sight {
    /// By the server's name; without servers, what the resolver says.
    pub(super) servers: Vec<(String, Seen)>,
    /// Whether authoritative servers were asked.
    pub(super) is_authoritative: bool,
    /// How long the record in the state may be kept, in seconds, if a server has told it.
    pub(super) own_ttl: Option<u32>,
    /// How long what is not the key in the state may be kept, in seconds.
    pub(super) other_ttl: u32,
}

/// The answers about a name: of the servers, and of the resolver.
type Answers<'a> = (Option<&'a Answer>, Option<&'a Answer>);

/// Whether no server gave an answer, so that the resolver has to be asked.
pub(super) fn is_unasked(answer: &Answer) -> bool {
    match answer {
        Answer::EveryServer(Ok(said)) => said.servers.iter().all(|server| {
            // An alias into another zone is followed by the resolver alone.
            server
                .answer
                .as_ref()
                .map_or(true, |answer| answer.outcome == RecordsOutcome::Elsewhere)
        }),
        Answer::EveryServer(Err(_)) => true,
        Answer::Resolver(_) => false,
    }
}

impl Sight {
    /// Compares what is there with a record; `None` if there is none yet.
    pub(super) fn of(name: Answers<'_>, random: Answers<'_>, record: Option<&str>) -> Self {
        let own = record.map(|text| PublishedRecord::new(text.as_bytes().to_vec()));
        let mut sight = Self::default();
        let mut add = |server: &str, answer: &Result<RecordsAnswer, LookupFailure>, random| {
            let seen = match answer {
                Ok(answer) => seen(answer, random, own.as_ref()),
                Err(failure) => Seen::Unanswered(failure.detail.clone()),
            };
            if let Ok(answer) = answer
                && let RecordsOutcome::Found { ttl: Some(ttl), .. } = answer.outcome
            {
                match seen {
                    Seen::Own => sight.own_ttl = sight.own_ttl.max(Some(ttl)),
                    _ => sight.other_ttl = sight.other_ttl.max(ttl),
                }
            }
            sight.servers.push((server.to_owned(), seen));
        };
        let asked = name.0.filter(|answer| !is_unasked(answer));
        if let Some(Answer::EveryServer(Ok(said))) = asked {
            let wildcard = |server: &str| match random.0 {
                Some(Answer::EveryServer(Ok(said))) => {
                    let mut servers = said.servers.iter();
                    let same = servers.find(|other| other.name == server);
                    same.and_then(|other| other.answer.as_ref().ok())
                }
                _ => None,
            };
            for server in &said.servers {
                add(&server.name, &server.answer, wildcard(&server.name));
            }
            sight.is_authoritative = true;
        } else if let Some(Answer::Resolver(answer)) = name.1 {
            let wildcard = match random.1 {
                Some(Answer::Resolver(Ok(answer))) => Some(answer),
                _ => None,
            };
            add("the resolver", answer, wildcard);
            // What is left of it in a cache says nothing of other caches.
            sight.own_ttl = None;
        }
        sight
    }

    /// Whether this is what every server has, and there is one.
    pub(super) fn is_everywhere(&self, what: &Seen) -> bool {
        !self.servers.is_empty() && self.servers.iter().all(|(_, seen)| seen == what)
    }

    /// Whether this is what every server that answers has, and one does.
    pub(super) fn is_all_there_is(&self, what: &Seen) -> bool {
        self.is_anywhere(what) && self.without(what).is_empty()
    }

    pub(super) fn is_absent_everywhere(&self) -> bool {
        self.is_everywhere(&Seen::Absent)
    }

    /// Whether a server has this.
    pub(super) fn is_anywhere(&self, what: &Seen) -> bool {
        self.servers.iter().any(|(_, seen)| seen == what)
    }

    /// Whether no server has the key, and one has something else in its place.
    pub(super) fn is_displaced(&self) -> bool {
        let is_there = self.is_anywhere(&Seen::Own) || self.is_anywhere(&Seen::Beside);
        !is_there
            && self
                .servers
                .iter()
                .any(|(_, seen)| matches!(seen, Seen::Revoked | Seen::Foreign(_)))
    }

    /// What somebody else has put at the name, and the server that has it.
    pub(super) fn foreign(&self) -> Option<(&str, &'static str)> {
        self.servers.iter().find_map(|(server, seen)| match seen {
            Seen::Foreign(what) => Some((server.as_str(), *what)),
            Seen::Beside => Some((server.as_str(), "another record beside the key")),
            _ => None,
        })
    }

    /// Whether every server gave an answer.
    pub(super) fn is_whole(&self) -> bool {
        self.unanswered().is_none() && !self.servers.is_empty()
    }

    /// Whether no server gave an answer.
    pub(super) fn is_unanswered(&self) -> bool {
        let mut servers = self.servers.iter();
        servers.all(|(_, seen)| matches!(seen, Seen::Unanswered(_)))
    }

    /// The first server without an answer, and why.
    pub(super) fn unanswered(&self) -> Option<(&str, &str)> {
        self.servers.iter().find_map(|(server, seen)| match seen {
            Seen::Unanswered(why) => Some((server.as_str(), why.as_str())),
            _ => None,
        })
    }

    /// The servers that answered, and do not have this.
    pub(super) fn without(&self, what: &Seen) -> Vec<&str> {
        let others = self
            .servers
            .iter()
            .filter(|(_, seen)| seen != what && !matches!(seen, Seen::Unanswered(_)));
        others.map(|(server, _)| server.as_str()).collect()
    }
}

/// Servers in a sentence, and the verb for what they do not do.
pub(super) fn listed(servers: &[&str]) -> (String, &'static str) {
    let names: Vec<&str> = servers
        .iter()
        .map(|name| name.trim_end_matches('.'))
        .collect();
    let verb = if names.len() == 1 { "does" } else { "do" };
    (names.join(", "), verb)
}

fn seen(
    answer: &RecordsAnswer,
    random: Option<&RecordsAnswer>,
    own: Option<&PublishedRecord>,
) -> Seen {
    if !answer.chain.is_empty() || answer.alias_beside.is_some() {
        // A wildcard may be an alias as well.
        if random.is_some_and(|random| random.chain == answer.chain) {
            return Seen::Absent;
        }
        return Seen::Foreign("an alias");
    }
    let records = match answer.outcome {
        RecordsOutcome::NoRecords | RecordsOutcome::NoSuchName => return Seen::Absent,
        RecordsOutcome::AliasLoop | RecordsOutcome::Elsewhere => return Seen::Foreign("an alias"),
        RecordsOutcome::Found { .. } => answer.texts(),
    };
    let texts: Vec<PublishedRecord> = records
        .map(|text| PublishedRecord::new(text.to_vec()))
        .collect();
    let is_own = |text: &PublishedRecord| own.is_some_and(|own| is_same_key(text, own));
    match texts.as_slice() {
        [] => Seen::Absent,
        [text] if is_own(text) => Seen::Own,
        texts if texts.iter().any(is_own) => Seen::Beside,
        _ if random.is_some_and(|random| random.records() == answer.records()) => Seen::Absent,
        [text] if own.is_some() && is_revoked(text) => Seen::Revoked,
        texts if texts.iter().any(PublishedRecord::has_key_tag) => Seen::Foreign("another key"),
        _ => Seen::Foreign("a record that is no key"),
    }
}

fn is_revoked(text: &PublishedRecord) -> bool {
    matches!(text.key_record(), Some(Err(RecordError::Revoked)))
}

/// Whether a record has the key of another, and verifiers can use it likewise.
fn is_same_key(text: &PublishedRecord, own: &PublishedRecord) -> bool {
    match (text.key_record(), own.key_record()) {
        (Some(Ok(text)), Some(Ok(own))) => {
            text.serves_email
                && text.allows_hash(HashAlgorithm::Sha256)
                && text.key.key_type() == own.key.key_type()
                && text.key.to_record() == own.key.to_record()
        }
        _ => false,
    }
}
