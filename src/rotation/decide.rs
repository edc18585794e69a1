//! Chooses the next step.

use super::sight::{Seen, Sight};
use super::state::{Key, KeyState, State};
use super::step::{Outcome, Step, Trouble};
use super::{RETRY, Rotation};
use crate::algorithm::KeyType;
use crate::audit::rotation_interval;
use crate::identifier::Selector;
use crate::key_record::KeyRecord;

/// What holds a step back.
struct Wait {
    why: String,
    until: Option<u64>,
    is_unanswered: bool,
}

impl Wait {
    fn new(why: impl Into<String>, until: Option<u64>) -> Self {
        Self {
            why: why.into(),
            until,
            is_unanswered: false,
        }
    }
}

/// A step and why, or what holds it back.
type Choice = Result<(Step, String), Wait>;

/// The outcome under a clock that is further back than at the last look.
pub(super) fn clock_back(state: State, now: u64) -> Outcome {
    let back = state.clock - now;
    let trouble = Trouble::new(
        None,
        format!("the clock is {back} seconds before the last run: nothing is done"),
        format!(
            "set the clock right; if it is right now and was wrong before, write {now} as \"clock\" \
             into the state"
        ),
    );
    Outcome {
        state,
        step: Step::Trouble,
        why: trouble.message.clone(),
        until: None,
        is_unanswered: false,
        troubles: vec![trouble],
        disruptions: Vec::new(),
        selector: None,
    }
}

impl Rotation {
    pub(super) fn decide(self, mut troubles: Vec<Trouble>) -> Outcome {
        let mut waits = Vec::new();
        let choices = [
            self.revoke_first(),
            self.restore(&mut troubles),
            self.advance_coming(),
            self.make(&mut troubles),
        ];
        let old = self.state.keys.iter().map(|key| self.advance_old(key));
        let destroy = std::iter::once(self.destroy());
        for choice in choices.into_iter().chain(old).chain(destroy).flatten() {
            match choice {
                Ok((step, why)) => {
                    let selector = self.selector_of(&step);
                    return self.outcome(step, why, None, false, troubles, selector);
                }
                Err(wait) => waits.push(wait),
            }
        }
        let is_unanswered = waits.iter().any(|wait| wait.is_unanswered);
        // The key that is to come is the first of them.
        let first = waits.into_iter().next();
        let (step, why, until) = match (first, troubles.first()) {
            (_, Some(trouble)) => (Step::Trouble, trouble.message.clone(), None),
            (Some(wait), None) => (Step::Wait, wait.why, wait.until),
            (None, None) => {
                let until = self.due();
                (
                    Step::Nothing,
                    "mail is signed with a key that every server has, and it is not due yet"
                        .to_owned(),
                    until,
                )
            }
        };
        let coming = self.state.coming().or(self.state.active);
        let selector = coming.and_then(|number| self.first_of(number));
        self.outcome(step, why, until, is_unanswered, troubles, selector)
    }

    fn outcome(
        self,
        step: Step,
        why: String,
        until: Option<u64>,
        is_unanswered: bool,
        troubles: Vec<Trouble>,
        selector: Option<Selector>,
    ) -> Outcome {
        Outcome {
            disruptions: self.disruptions(),
            state: self.state,
            step,
            why,
            until,
            is_unanswered,
            troubles,
            selector,
        }
    }

    fn first_of(&self, generation: u32) -> Option<Selector> {
        let mut keys = self.state.generation(generation);
        keys.next().map(|key| key.selector.clone())
    }

    fn selector_of(&self, step: &Step) -> Option<Selector> {
        match step {
            Step::Make { keys, .. } => keys.first().map(|(selector, _)| selector.clone()),
            Step::Publish(selectors) | Step::Revoke(selectors) | Step::Remove(selectors) => {
                selectors.first().cloned()
            }
            Step::Switch(number) | Step::Destroy(number) => self.first_of(*number),
            Step::Wait | Step::Nothing | Step::Trouble => None,
        }
    }

    pub(super) fn sight_of(&self, key: &Key) -> Sight {
        self.sight(&key.selector, Some(&key.record))
    }

    /// Whether this much time has passed since then.
    const fn has_passed(&self, since: u64, seconds: u64) -> bool {
        self.now >= since.saturating_add(seconds)
    }

    /// Whether the DNS may be told once more.
    fn may_ask(&self, key: &Key) -> bool {
        key.requested.is_none_or(|at| self.has_passed(at, RETRY))
    }

    pub(super) fn active_keys(&self) -> impl Iterator<Item = &Key> {
        let active = self.state.active;
        let keys = self.state.keys.iter();
        keys.filter(move |key| Some(key.generation) == active)
    }

    /// Revokes keys in use that others may have, if that is wanted at once.
    fn revoke_first(&self) -> Option<Choice> {
        let keys = self.active_keys().filter(|key| {
            let sight = self.sight_of(key);
            let is_due = key.state == KeyState::Active || self.may_ask(key);
            key.revoke_first && is_due && sight.is_anywhere(&Seen::Own) && sight.foreign().is_none()
        });
        let keys: Vec<Selector> = keys.map(|key| key.selector.clone()).collect();
        let why = "others may have the private key: its record is revoked before there is another";
        (!keys.is_empty()).then(|| Ok((Step::Revoke(keys), why.to_owned())))
    }

    /// Publishes records of keys in use once more that are gone everywhere.
    fn restore(&self, troubles: &mut Vec<Trouble>) -> Option<Choice> {
        let mut gone = Vec::new();
        for key in self
            .active_keys()
            .filter(|key| key.state == KeyState::Active)
        {
            let sight = self.sight_of(key);
            let lagging = sight.without(&Seen::Own);
            if lagging.is_empty() || sight.foreign().is_some() || key.revoke_first {
                continue;
            }
            troubles.push(Trouble::new(
                Some(&key.selector),
                format!(
                    "{} does not have the record of {}, which mail is signed with",
                    lagging.join(", ").trim_end_matches('.'),
                    key.selector
                ),
                "look why it is gone; it is published again where it is gone everywhere",
            ));
            if sight.is_absent_everywhere() && self.may_ask(key) {
                gone.push(key.selector.clone());
            }
        }
        let why = "the record of a key in use is gone";
        (!gone.is_empty()).then(|| Ok((Step::Publish(gone), why.to_owned())))
    }

    /// Brings the generation forward that is to come.
    fn advance_coming(&self) -> Option<Choice> {
        let coming = self.state.coming()?;
        let keys: Vec<&Key> = self.state.generation(coming).collect();
        let sights: Vec<Sight> = keys.iter().map(|key| self.sight_of(key)).collect();
        let pairs = || keys.iter().zip(&sights);
        // Published where nobody else has put anything, and where nothing is said not to be there.
        let lacking = pairs().filter(|(key, sight)| {
            let lacks = !sight.without(&Seen::Own).is_empty();
            let may = key.state == KeyState::Created || self.may_ask(key);
            lacks && may && sight.foreign().is_none() && sight.unanswered().is_none()
        });
        // By hand one server may have it before the others: that needs nothing but time.
        let lacking = lacking.filter(|(key, sight)| {
            key.state == KeyState::Published || !sight.is_anywhere(&Seen::Own)
        });
        let lacking: Vec<Selector> = lacking.map(|(key, _)| key.selector.clone()).collect();
        if !lacking.is_empty() {
            let why = "the DNS does not have the record yet".to_owned();
            return Some(Ok((Step::Publish(lacking), why)));
        }
        for (key, sight) in pairs() {
            if let Some(wait) = self.lack(key, sight) {
                return Some(Err(wait));
            }
        }
        if self.fresh == Some(coming) {
            let why = "a key is never used in the run that made it";
            return Some(Err(Wait::new(why, None)));
        }
        let ready = keys.iter().filter_map(|key| self.ready_at(key)).max();
        let is_urgent = self.active_keys().any(|key| key.compromised);
        match ready {
            Some(at) if self.now < at && !is_urgent => {
                let why = "every server has the new record, but caches may keep an older answer; the \
                           next run after that time uses the new key";
                Some(Err(Wait::new(why, Some(at))))
            }
            None => {
                let why = "no authoritative server says how long a denial is kept (SOA)";
                let mut wait = Wait::new(why, None);
                wait.is_unanswered = true;
                Some(Err(wait))
            }
            Some(_) => {
                let why = if is_urgent {
                    "every server has the record, and others may have the private key in use"
                } else {
                    "every server has had the record for as long as anybody keeps an older answer"
                };
                Some(Ok((Step::Switch(coming), why.to_owned())))
            }
        }
    }

    /// What a key lacks of being seen everywhere.
    fn lack(&self, key: &Key, sight: &Sight) -> Option<Wait> {
        if let Some((server, why)) = sight.unanswered() {
            let why = format!("{} did not answer: {why}", server.trim_end_matches('.'));
            let mut wait = Wait::new(why, None);
            wait.is_unanswered = true;
            return Some(wait);
        }
        if sight.is_everywhere(&Seen::Own) {
            return None;
        }
        let servers: Vec<&str> = sight.without(&Seen::Own);
        let servers: Vec<&str> = servers
            .iter()
            .map(|name| name.trim_end_matches('.'))
            .collect();
        let why = match servers.as_slice() {
            [] => format!("nothing is known of the name of {}", key.selector),
            names => format!(
                "{} does not have the record of {} yet",
                names.join(", "),
                key.selector
            ),
        };
        let until = key.requested.map(|at| at.saturating_add(RETRY));
        Some(Wait::new(why, until.filter(|at| *at > self.now)))
    }

    /// When a key that every server has may be used.
    pub(super) fn ready_at(&self, key: &Key) -> Option<u64> {
        let wait = if key.seen_at_servers {
            u64::from(self.state.denial_ttl?.max(key.other_ttl))
        } else {
            self.policy.propagation.max(u64::from(key.other_ttl))
        };
        Some(key.seen_since?.saturating_add(wait))
    }

    /// Brings a key forward that is no longer used.
    fn advance_old(&self, key: &Key) -> Option<Choice> {
        if self.state.active == Some(key.generation) || key.is_over() {
            return None;
        }
        let sight = self.sight_of(key);
        let (due, is_wanted, action): (u64, bool, fn(Vec<Selector>) -> Step) = match key.state {
            KeyState::Retiring => {
                let keep = if key.retire { 0 } else { self.policy.keep };
                let due = key.since.saturating_add(keep);
                (due, sight.is_anywhere(&Seen::Own), Step::Revoke)
            }
            KeyState::Revoked if sight.is_anywhere(&Seen::Own) && self.may_ask(key) => {
                (0, true, Step::Revoke)
            }
            KeyState::Revoked => {
                let due = key.since.saturating_add(self.policy.remove_after);
                (due, sight.is_anywhere(&Seen::Revoked), Step::Remove)
            }
            KeyState::Removed => {
                let there = sight.is_anywhere(&Seen::Own) || sight.is_anywhere(&Seen::Revoked);
                if !there || !self.may_ask(key) {
                    return None;
                }
                (0, true, Step::Remove)
            }
            _ => return None,
        };
        if self.now < due {
            let why = match key.state {
                KeyState::Retiring => format!(
                    "the record of {} stays published so that mail on its way verifies; then the \
                     next run revokes it",
                    key.selector
                ),
                _ => format!(
                    "the record of {} stays published without its key, so that the key is of no \
                     use to anybody; then the next run removes the record",
                    key.selector
                ),
            };
            return Some(Err(Wait::new(why, Some(due))));
        }
        // Only where name and key are those of the state.
        if sight.foreign().is_some() {
            return None;
        }
        if !is_wanted {
            let (server, why) = sight.unanswered()?;
            let why = format!("{} did not answer: {why}", server.trim_end_matches('.'));
            let mut wait = Wait::new(why, None);
            wait.is_unanswered = true;
            return Some(Err(wait));
        }
        let why = match key.state {
            KeyState::Retiring => "mail that was signed with the key has arrived",
            KeyState::Revoked if due == 0 => "a server still has the key",
            _ => "a revoked record is no longer of use",
        };
        Some(Ok((action(vec![key.selector.clone()]), why.to_owned())))
    }

    /// Destroys the private keys of a generation whose records are all gone.
    fn destroy(&self) -> Option<Choice> {
        let is_gone = |key: &&Key| {
            let others = self.state.generation(key.generation);
            let mut others = others.filter(|key| !key.destroyed);
            !key.destroyed
                && self.state.active != Some(key.generation)
                && others.all(|key| {
                    let sight = self.sight_of(key);
                    let is_there = [Seen::Own, Seen::Revoked, Seen::Beside]
                        .iter()
                        .any(|seen| sight.is_anywhere(seen));
                    key.state == KeyState::Removed && sight.is_whole() && !is_there
                })
        };
        let generation = self.state.keys.iter().find(is_gone)?.generation;
        let why = "the record is gone: the private key is of no use";
        Some(Ok((Step::Destroy(generation), why.to_owned())))
    }

    /// When the key in use is to be replaced.
    pub(super) fn due(&self) -> Option<u64> {
        due(&self.state, self.policy.every)
    }

    /// Why new keys are made now.
    pub(super) fn makes_key(&self) -> Option<&'static str> {
        if self.state.coming().is_some() {
            return None;
        }
        let active: Vec<&Key> = self.active_keys().collect();
        if active.is_empty() {
            return Some("there is no key yet");
        }
        if active.iter().any(|key| key.compromised) {
            return Some("others may have the private key in use");
        }
        if active
            .iter()
            .any(|key| key.retire || key.state != KeyState::Active)
        {
            return Some("the key in use is to be retired");
        }
        let due = self.due()?;
        (self.now >= due).then_some("the key in use has been used for its time")
    }

    fn make(&self, troubles: &mut Vec<Trouble>) -> Option<Choice> {
        let why = self.makes_key()?;
        match self.attempt() {
            Ok(keys) => {
                let generation = self.state.next_generation();
                Some(Ok((Step::Make { generation, keys }, why.to_owned())))
            }
            Err(questions) => {
                let is_unanswered = self.is_name_unanswered();
                if questions.is_empty() && !is_unanswered {
                    troubles.push(Trouble::new(
                        None,
                        "no selector of the pattern is free: each name has a record that is not \
                         of this state",
                        "choose another --selector-pattern",
                    ));
                    return None;
                }
                let mut wait = Wait::new("the DNS does not say which selectors are free", None);
                wait.is_unanswered = true;
                Some(Err(wait))
            }
        }
    }

    /// Whether no answer was had about a name that a new key would get.
    fn is_name_unanswered(&self) -> bool {
        let types: &[KeyType] = &self.policy.types;
        let names = self.policy.pattern.selectors(self.now, types, 1);
        let names = names.unwrap_or_default();
        names
            .iter()
            .any(|(selector, _)| !self.sight(selector, None).is_whole())
    }
}

/// When the keys in use are to be replaced, in Unix seconds; `None` if there are none.
fn due(state: &State, every: Option<u64>) -> Option<u64> {
    let active = state.keys.iter();
    let active = active.filter(|key| Some(key.generation) == state.active);
    let one = |key: &Key| {
        let interval = every.or_else(|| {
            let record = KeyRecord::parse(key.record.as_bytes()).ok()?;
            Some(rotation_interval(&record.key))
        })?;
        Some(key.since.saturating_add(interval))
    };
    active.filter_map(one).min()
}

impl State {
    /// When the keys in use are to be replaced, in Unix seconds, with this interval or that of their
    /// kind; `None` if there are none.
    #[must_use]
    pub fn due(&self, every: Option<u64>) -> Option<u64> {
        due(self, every)
    }
}
