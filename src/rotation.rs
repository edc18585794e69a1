//! The replacement of keys, step by step, so that no mail is ever signed with a key that receivers
//! cannot get (RFC 6376 §3.6.2.2, §6.1.2).
//!
//! A generation holds one key of each type. It is made, published, used once every authoritative
//! server has answered with its records for as long as anybody may have kept an older answer, and
//! then retired, revoked and removed. A [`Rotation`] looks at the [`State`] and at the DNS, and says
//! which one [`Step`] is next. It touches no name but those in the state, and those only while they
//! hold the key in the state.
//!
//! ```
//! use dkim_toolkit::algorithm::KeyType;
//! use dkim_toolkit::lookup::{Answer, Asked, RecordsAnswer, RecordsOutcome, ServersAnswer};
//! use dkim_toolkit::rotation::{Policy, Rotation, State, Step};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut policy = Policy::default();
//! policy.types = vec![KeyType::Ed25519];
//! let state = State::new("example.com".parse()?);
//! let mut rotation = Rotation::begin(state, &policy, 1_790_000_000);
//! loop {
//!     let questions = rotation.pending();
//!     if questions.is_empty() {
//!         break;
//!     }
//!     for question in questions {
//!         // Master files know no servers, and have no such name.
//!         rotation.answer(&question, match question.asked() {
//!             Asked::EveryServer => {
//!                 Answer::EveryServer(Ok(ServersAnswer::new(String::new(), Vec::new(), 0)))
//!             }
//!             Asked::Resolver => {
//!                 Answer::Resolver(Ok(RecordsAnswer::new(RecordsOutcome::NoSuchName)))
//!             }
//!         });
//!     }
//! }
//! let outcome = rotation.finish();
//! let Step::Make { keys, .. } = outcome.step else { panic!() };
//! assert_eq!(keys[0].0.as_str(), "s202609");
//! # Ok(())
//! # }
//! ```

mod decide;
mod disruption;
mod observe;
mod pattern;
mod sight;
mod state;
mod step;

use std::collections::BTreeMap;

use crate::algorithm::KeyType;
use crate::identifier::{KeyQuery, Selector};
use crate::lint::RANDOM_SELECTOR;
use crate::lookup::{Answer, Question, RecordData, RecordType};
use sight::{Seen, Sight, is_unasked};

pub use self::disruption::Disruption;
pub use self::pattern::{PatternError, SelectorPattern};
pub use self::state::{Key, KeyState, Server, State, UnknownSelector};
pub use self::step::{Outcome, Step, Trouble};

const HOUR: u64 = 60 * 60;
const DAY: u64 = 24 * HOUR;

/// A clock that is further back than this, in seconds, is trouble.
pub const CLOCK_TOLERANCE: u64 = 300;
/// What was given to the DNS and is not there after this time, in seconds, is given again.
pub const RETRY: u64 = HOUR;
/// What is not done after this time, in seconds, is overdue.
pub const OVERDUE: u64 = DAY;
/// How many selectors are tried before a new key has none.
const MAX_ATTEMPTS: u32 = 20;

/// What the administrator wants.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Policy {
    /// The types of the keys of a generation, each once, at least one.
    pub types: Vec<KeyType>,
    /// How long a key is used, in seconds; `None` for the interval of its kind
    /// ([`rotation_interval`](crate::audit::rotation_interval)).
    pub every: Option<u64>,
    /// How long the record of a key stays after its last use, in seconds.
    pub keep: u64,
    /// How long a revoked record stays, in seconds.
    pub remove_after: u64,
    /// How long a record must have been seen where no authoritative server can be asked, in seconds.
    pub propagation: u64,
    /// How selectors are called.
    pub pattern: SelectorPattern,
}

impl Default for Policy {
    /// RSA alone; 7 days, 30 days and 48 hours.
    fn default() -> Self {
        Self {
            types: vec![KeyType::Rsa],
            every: None,
            keep: 7 * DAY,
            remove_after: 30 * DAY,
            propagation: 48 * HOUR,
            pattern: SelectorPattern::default(),
        }
    }
}

/// A look at a state and at the DNS, which ends in one step.
#[derive(Clone, Debug)]
pub struct Rotation {
    state: State,
    policy: Policy,
    now: u64,
    /// What this very run has done, or has tried.
    tried: Vec<Step>,
    answers: BTreeMap<Question, Answer>,
}

impl Rotation {
    /// Begins at a time in Unix seconds.
    #[must_use]
    pub fn begin(state: State, policy: &Policy, now: u64) -> Self {
        Self {
            state,
            policy: policy.clone(),
            now,
            tried: Vec::new(),
            answers: BTreeMap::new(),
        }
    }

    /// Names the steps that the same run has taken, or tried in vain: none of them comes again in
    /// this run, and a generation that it made is not used before the next.
    #[must_use]
    pub fn after(mut self, steps: &[Step]) -> Self {
        self.tried = steps.to_vec();
        self
    }

    /// Says what time it is when all answers have come: what they say is seen then, not before.
    #[must_use]
    pub const fn at(mut self, now: u64) -> Self {
        self.now = now;
        self
    }

    /// The questions to ask now; none when the step is known.
    #[must_use]
    pub fn pending(&self) -> Vec<Question> {
        if self.is_clock_back() {
            return Vec::new();
        }
        let live = self.state.keys.iter().filter(|key| !key.is_over());
        let selectors: Vec<&Selector> = live.map(|key| &key.selector).collect();
        let mut questions: Vec<Question> = self.open(&self.random()).into_iter().collect();
        for selector in selectors {
            if let Some(name) = self.name_of(selector) {
                questions.extend(self.open(&name));
            }
        }
        if let Some(soa) = self.soa().filter(|soa| !self.answers.contains_key(soa)) {
            questions.push(soa);
        }
        questions.dedup();
        if questions.is_empty()
            && self.needs_key()
            && let Err(NoName::Open(open)) = self.attempt()
        {
            return open;
        }
        questions
    }

    /// Takes the answer to a question.
    pub fn answer(&mut self, question: &Question, answer: Answer) {
        self.answers.insert(question.clone(), answer);
    }

    /// The state with what was seen, and the next step.
    #[must_use]
    pub fn finish(mut self) -> Outcome {
        if self.is_clock_back() {
            return decide::clock_back(self.state, self.now);
        }
        let troubles = self.observe();
        self.decide(troubles)
    }

    const fn is_clock_back(&self) -> bool {
        self.now.saturating_add(CLOCK_TOLERANCE) < self.state.clock
    }

    /// The time to write down: never before one that was written down.
    fn stamp(&self) -> u64 {
        self.now.max(self.state.clock)
    }

    fn name_of(&self, selector: &Selector) -> Option<String> {
        KeyQuery::new(selector, &self.state.domain).map(|query| query.name().to_owned())
    }

    fn random(&self) -> String {
        let domain = self.state.domain.to_ascii();
        format!("{RANDOM_SELECTOR}._domainkey.{domain}.")
    }

    /// What is to be asked about a name still: the servers, and if they cannot be asked the resolver.
    fn open(&self, name: &str) -> Option<Question> {
        let question = Question::new(name, RecordType::Txt);
        let servers = question.clone().at_every_server();
        match self.answers.get(&servers) {
            None => Some(servers),
            Some(answer) if is_unasked(answer) && !self.answers.contains_key(&question) => {
                Some(question)
            }
            Some(_) => None,
        }
    }

    /// What the DNS says about a selector's name.
    fn sight(&self, selector: &Selector, record: Option<&str>) -> Sight {
        let Some(name) = self.name_of(selector) else {
            return Sight::default();
        };
        let answers = |name: &str| {
            let question = Question::new(name, RecordType::Txt);
            let servers = self.answers.get(&question.clone().at_every_server());
            (servers, self.answers.get(&question))
        };
        Sight::of(answers(&name), answers(&self.random()), record)
    }

    /// The question for the SOA record of the zone, which says how long a denial is kept.
    fn soa(&self) -> Option<Question> {
        let zone = self.answers.values().find_map(|answer| match answer {
            Answer::EveryServer(Ok(said)) if !said.servers.is_empty() => Some(&said.zone),
            _ => None,
        })?;
        Some(Question::new(zone, RecordType::Soa).at_every_server())
    }

    /// How long a denial is kept (RFC 2308 §5), in seconds: the longest of all servers.
    fn denial_ttl(&self) -> Option<u32> {
        use crate::lookup::RecordsOutcome::Found;
        let Some(Answer::EveryServer(Ok(said))) = self.answers.get(&self.soa()?) else {
            return None;
        };
        let answers = said
            .servers
            .iter()
            .filter_map(|server| server.answer.as_ref().ok());
        let times = answers.filter_map(|answer| {
            let Found { records, ttl } = &answer.outcome else {
                return None;
            };
            records.iter().find_map(|record| match record {
                RecordData::Soa { minimum, .. } => {
                    Some(ttl.map_or(*minimum, |ttl| ttl.min(*minimum)))
                }
                _ => None,
            })
        });
        times.max()
    }

    /// Whether the next step makes keys, once the DNS has said which selectors are free.
    fn needs_key(&self) -> bool {
        let mut seen = self.clone();
        let _ = seen.observe();
        seen.makes_key().is_some()
    }

    /// The selectors for new keys: the first of the pattern that the state and the DNS do not have.
    fn attempt(&self) -> Result<Vec<(Selector, KeyType)>, NoName> {
        for attempt in 1..=MAX_ATTEMPTS {
            let names = self
                .policy
                .pattern
                .selectors(self.now, &self.policy.types, attempt);
            let Some(names) = names else {
                continue;
            };
            let is_known = |selector: &Selector| {
                let mut keys = self.state.keys.iter();
                keys.any(|key| key.selector.to_ascii() == selector.to_ascii())
            };
            if names.iter().any(|(selector, _)| is_known(selector)) {
                continue;
            }
            let owners = names.iter().filter_map(|(name, _)| self.name_of(name));
            let owners: Vec<String> = owners.collect();
            if owners.len() < names.len() {
                continue;
            }
            let open: Vec<Question> = owners.iter().filter_map(|name| self.open(name)).collect();
            if !open.is_empty() {
                return Err(NoName::Open(open));
            }
            let is_unanswered =
                |(selector, _): &&(Selector, KeyType)| self.sight(selector, None).is_unanswered();
            if let Some((selector, _)) = names.iter().find(is_unanswered) {
                return Err(NoName::Unanswered(selector.clone()));
            }
            let is_free = |(selector, _): &(Selector, KeyType)| {
                // A server that is down holds up no rotation.
                self.sight(selector, None).is_all_there_is(&Seen::Absent)
            };
            if names.iter().all(is_free) {
                return Ok(names);
            }
        }
        Err(NoName::Taken)
    }
}

/// Why there are no selectors for new keys.
enum NoName {
    /// These questions are to be asked first.
    Open(Vec<Question>),
    /// Nothing has answered about the name of this one.
    Unanswered(Selector),
    /// Each is taken.
    Taken,
}

#[cfg(test)]
mod tests;
