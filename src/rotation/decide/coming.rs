//! Makes the generation that is to come, and brings it into use.

use super::super::sight::{Seen, Sight, listed};
use super::super::state::{Key, KeyState, State};
use super::super::step::{Step, Trouble};
use super::super::{NoName, RETRY, Rotation};
use super::{Choice, Wait};
use crate::audit::rotation_interval;
use crate::key_record::KeyRecord;

impl Rotation {
    /// Brings the generation forward that is to come.
    pub(super) fn advance_coming(&self) -> Option<Choice> {
        let coming = self.state.coming()?;
        let keys: Vec<&Key> = self.state.generation(coming).collect();
        let sights: Vec<Sight> = keys.iter().map(|key| self.sight_of(key)).collect();
        let pairs = || keys.iter().zip(&sights);
        // Published where nobody else has put anything; a server that is down gets it later.
        let lacking = pairs().filter(|(key, sight)| {
            let lacks = !sight.without(&Seen::Own).is_empty();
            let may = key.state == KeyState::Created || self.may_ask(key);
            lacks && may && sight.foreign().is_none()
        });
        // By hand one server may have it before the others: that needs nothing but time.
        let lacking = lacking.filter(|(key, sight)| {
            key.state == KeyState::Published || !sight.is_anywhere(&Seen::Own)
        });
        let lacking: Vec<_> = lacking.map(|(key, _)| key.selector.clone()).collect();
        if !lacking.is_empty() {
            let why = "the DNS does not have the record yet".to_owned();
            return Some(Ok((Step::Publish(lacking), why)));
        }
        let (is_urgent, is_failing) = (self.is_urgent(), self.is_failing());
        let is_enough = |sight: &Sight| match (is_urgent, is_failing) {
            // Some mail that passes is better than none.
            (true, true) => sight.is_anywhere(&Seen::Own),
            (false, false) => sight.is_everywhere(&Seen::Own),
            _ => sight.is_all_there_is(&Seen::Own),
        };
        let mut lacks = pairs().filter(|(_, sight)| !is_enough(sight));
        if let Some((key, sight)) = lacks.next() {
            return Some(Err(self.lack(key, sight)));
        }
        let is_fresh =
            |step: &Step| matches!(step, Step::Make { generation, .. } if *generation == coming);
        if self.tried.iter().any(is_fresh) {
            let why = "a key is never used in the run that made it";
            return Some(Err(Wait::new(why, None)));
        }
        let ready = keys.iter().filter_map(|key| self.ready_at(key)).max();
        let why = match (is_urgent, is_failing) {
            (true, _) => "the DNS has the record, and others may have the private key in use",
            (_, true) => "the DNS has the record, and that of the key in use is gone",
            _ if ready.is_some_and(|at| self.now < at) => {
                let why = "resolvers may still remember that the new record was not there; the first \
                           run after this time signs with its key";
                return Some(Err(Wait::new(why, ready)));
            }
            _ => "every server has had the record for as long as anybody keeps an older answer",
        };
        Some(Ok((Step::Switch(coming), why.to_owned())))
    }

    /// What a key lacks of being seen where it has to be.
    fn lack(&self, key: &Key, sight: &Sight) -> Wait {
        let servers = sight.without(&Seen::Own);
        if servers.is_empty()
            && let Some(wait) = Wait::unanswered(sight, &key.selector)
        {
            return wait;
        }
        let (names, verb) = listed(&servers);
        let why = format!("{names} {verb} not have the record of {} yet", key.selector);
        let until = key.requested.map(|at| at.saturating_add(RETRY));
        let mut wait = Wait::new(why, until.filter(|at| *at > self.now));
        wait.is_unanswered = sight.unanswered().is_some();
        wait
    }

    /// When a key that every server has may be used.
    pub(in super::super) fn ready_at(&self, key: &Key) -> Option<u64> {
        let denial = self.state.denial_ttl.filter(|_| key.seen_at_servers);
        // Where no server says how long a denial is kept, this is long enough for any.
        let wait = denial.map_or(self.policy.propagation, u64::from);
        let wait = wait.max(u64::from(key.other_ttl));
        Some(key.seen_since?.saturating_add(wait))
    }

    /// When the key in use is to be replaced.
    pub(super) fn due(&self) -> Option<u64> {
        due(&self.state, self.policy.every)
    }

    /// Why new keys are made now.
    pub(in super::super) fn makes_key(&self) -> Option<&'static str> {
        if self.state.coming().is_some() {
            return None;
        }
        let active: Vec<&Key> = self.active_keys().collect();
        if active.is_empty() {
            return Some("there is no key yet");
        }
        if self.is_urgent() {
            return Some("others may have the private key in use");
        }
        if active
            .iter()
            .any(|key| key.retire || key.state != KeyState::Active)
        {
            return Some("the key in use is to be retired");
        }
        if active.iter().any(|key| self.sight_of(key).is_displaced()) {
            return Some("somebody has revoked or replaced the record of the key in use");
        }
        let due = self.due()?;
        (self.now >= due).then_some("the key in use has been used for its time")
    }

    pub(super) fn make(&self, troubles: &mut Vec<Trouble>) -> Option<Choice> {
        let why = self.makes_key()?;
        match self.attempt() {
            Ok(keys) => {
                let generation = self.state.next_generation();
                Some(Ok((Step::Make { generation, keys }, why.to_owned())))
            }
            Err(NoName::Taken) => {
                troubles.push(Trouble::new(
                    None,
                    "no selector of the pattern is free: each name has a record that is not of this \
                     state",
                    "choose another --selector-pattern",
                ));
                None
            }
            Err(NoName::Unanswered(selector)) => {
                Wait::unanswered(&self.sight(&selector, None), &selector).map(Err)
            }
            Err(NoName::Open(_)) => {
                let mut wait = Wait::new("the DNS does not say which selectors are free", None);
                wait.is_unanswered = true;
                Some(Err(wait))
            }
        }
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
