//! Key answers that are kept, so that one process asks for each name once.

mod memory;
mod turns;

use std::fmt;
use std::time::Duration;

use super::{Found, Resolver, Source, lifetime};
use crate::identifier::KeyQuery;
use crate::lookup::{KeyAnswer, LookupFailure, LookupFailureKind, RecordType, TxtAnswer};
pub(super) use memory::Memory;
use turns::Turns;

/// Names whose answers are kept. An answer takes some KiB with its key, and so all of them some
/// tens of MiB. Most mail is from far fewer signers; the name server has the others at hand.
const MAX_NAMES: usize = 4_096;

/// The text of an answer that is kept, with the names of its aliases, in bytes: the limit of a key record. What is longer is
/// asked for again, so that those who publish it do not fill the memory with it.
const MAX_TEXT: usize = 16_384;

/// The records of an answer that is kept, for the same reason. There is one; where a wildcard
/// answers with all that a domain has to say in TXT records, there are some.
const MAX_RECORDS: usize = 32;

/// The number of lookups that begin at once, and how long each counts as beginning unless it is
/// answered earlier. Fast answers set the pace. Without answers, 1,280 lookups begin per second:
/// public servers accept about 1,500 questions per second from one address, and dnsmasq, a common
/// forwarder, works on 150 at a time, each of which takes about 100 ms.
const AT_ONCE: usize = 32;
const COUNTED: Duration = Duration::from_millis(25);

/// The longest that a lookup waits until it may begin. Some 38,000 begin in that time.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long a failure is kept; between 1 second and 5 minutes (RFC 9520 §3.2). It took up to ten
/// seconds to find out that nobody answers. Who works through an archive would spend that again
/// on each message of the domain; and a minute is soon enough for a mail server, where the sender
/// tries again after some minutes.
const FAILURE: Duration = Duration::from_secs(60);

/// Finds key records and keeps what it found, for a program that verifies many messages.
///
/// Answers are kept as long as the DNS allows, between 1 second and a day; failures for a minute.
/// Each key is parsed once. The number of names is bounded, to some thousands; those that were not
/// used for longest give way, and answers that are far too large for a key are not kept.
///
/// Any number of lookups of one name at the same time ask one question, as long as the name does
/// not have to give way. Lookups begin no faster than name servers can take the questions, the
/// newest first; a lookup's timeout begins with its question. However many names get no answer, a
/// new lookup begins after some milliseconds. A lookup that could not begin within half a minute
/// fails.
///
/// Cheap to clone; clones share what is kept. Like the [`Resolver`], it is tied to the tokio runtime
/// of its first lookup; what is kept can be read anywhere.
#[derive(Clone)]
pub struct CachingResolver {
    resolver: Resolver,
    answers: Memory<KeyQuery, KeyAnswer>,
    turns: Turns,
}

impl CachingResolver {
    /// A resolver that asks what this one asks, and keeps nothing yet.
    #[must_use]
    pub fn new(resolver: Resolver) -> Self {
        Self {
            resolver: resolver.with_memory(),
            answers: Memory::new(MAX_NAMES),
            turns: Turns::new(AT_ONCE, COUNTED, PATIENCE),
        }
    }

    /// The answer if it needs no waiting: it is kept, or it is in a master file. Fast, and needs
    /// no runtime.
    #[must_use]
    pub fn cached(&self, query: &KeyQuery) -> Option<KeyAnswer> {
        let kept = self.answers.get(query);
        let Source::Zones(zones) = &self.resolver.source else {
            return kept;
        };
        Some(kept.unwrap_or_else(|| {
            let name = super::parse_name(query.name());
            let answer = name.and_then(|name| super::from_zones(zones, name, RecordType::Txt));
            let answer = super::key_answer(answer.map(TxtAnswer::from));
            // The files were read once; whatever TTL they give, they say the same for ever.
            if is_small(&answer) {
                self.answers
                    .insert(query.clone(), answer.clone(), lifetime::LONGEST);
            }
            answer
        }))
    }

    /// The answer to the question for a key record: what is kept, or else what the DNS says.
    ///
    /// May be dropped at any time; whoever else waits for the same answer still gets it. Must run
    /// under tokio, unless it answers from master files.
    pub async fn lookup(&self, query: &KeyQuery) -> KeyAnswer {
        if let Some(answer) = self.cached(query) {
            return answer;
        }
        let ask = || {
            let (this, query) = (self.clone(), query.clone());
            async move {
                let lookup = this.resolver.find(query.name(), RecordType::Txt);
                let Some(found) = this.turns.work(lookup).await else {
                    // This says nothing about the name, so it is not kept.
                    return (KeyAnswer::Failed(no_turn()), Duration::ZERO);
                };
                let (answer, ttl) = match found {
                    Ok(Found { answer, ttl }) => (TxtAnswer::from(answer).into(), ttl),
                    Err(failure) => (KeyAnswer::Failed(failure), 0),
                };
                let lifetime = kept_for(&answer, ttl);
                (answer, lifetime)
            }
        };
        self.answers.get_or_ask(query, ask).await
    }
}

impl fmt::Debug for CachingResolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CachingResolver").finish_non_exhaustive()
    }
}

fn no_turn() -> LookupFailure {
    LookupFailure::new(
        LookupFailureKind::Timeout,
        format!(
            "not asked within {} s: too many other names were asked for",
            PATIENCE.as_secs()
        ),
    )
}

/// How long an answer is kept; `ttl` is what the DNS allows, in seconds.
fn kept_for(answer: &KeyAnswer, ttl: u32) -> Duration {
    match answer {
        KeyAnswer::Records { .. } if !is_small(answer) => Duration::ZERO,
        KeyAnswer::Records { .. } => lifetime::of_records(ttl),
        KeyAnswer::NoSuchName | KeyAnswer::NoRecords => lifetime::of_denial(ttl),
        KeyAnswer::Failed(_) => FAILURE,
    }
}

/// Whether an answer takes no more memory than it may.
fn is_small(answer: &KeyAnswer) -> bool {
    let KeyAnswer::Records { records, chain, .. } = answer else {
        return true;
    };
    let text: usize = records.iter().map(|record| record.text().len()).sum();
    let aliases: usize = chain.iter().map(String::len).sum();
    records.len() <= MAX_RECORDS && text + aliases <= MAX_TEXT
}

/// Runs a test in time that passes at once when all of the test waits.
#[cfg(test)]
fn at_paused_time(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap()
        .block_on(test);
}
