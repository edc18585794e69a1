//! Chooses the next step.

mod coming;
mod old;

use super::sight::{Seen, Sight, listed};
use super::state::{Key, KeyState, State};
use super::step::{Outcome, Step, Trouble};
use super::{RETRY, Rotation};
use crate::identifier::Selector;

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

    /// That a server did not answer, which is seen in what is known of a name.
    fn unanswered(sight: &Sight, selector: &Selector) -> Option<Self> {
        let why = match sight.unanswered() {
            Some((server, why)) => {
                format!("{} did not answer: {why}", server.trim_end_matches('.'))
            }
            None if sight.servers.is_empty() => {
                format!("nothing is known of the name of {selector}")
            }
            None => return None,
        };
        let mut wait = Self::new(why, None);
        wait.is_unanswered = true;
        Some(wait)
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
    pub(super) fn decide(mut self, mut troubles: Vec<Trouble>) -> Outcome {
        let mut waits = Vec::new();
        let make = self.make(&mut troubles);
        let (first, last) = if self.is_urgent() {
            (make, None)
        } else {
            (None, make)
        };
        let choices = [
            // Before anything is revoked there is what mail is to be signed with.
            first,
            self.revoke_first(),
            self.restore(&mut troubles),
            self.advance_coming(),
            last,
            self.unseen(),
        ];
        let choices = choices.into_iter().flatten().chain(self.advance_old());
        for choice in choices.chain(self.destroy()) {
            match choice.and_then(|(step, why)| self.untried(step, why)) {
                Ok((step, why)) => {
                    self.note_due(&step);
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

    /// A step without what this run has tried already; what is left of none is waited for.
    fn untried(&self, step: Step, why: String) -> Choice {
        let left = |selectors: &[Selector], tried: fn(&Step) -> Option<&[Selector]>| {
            let tried: Vec<&Selector> = self.tried.iter().filter_map(tried).flatten().collect();
            let left = selectors.iter().filter(|name| !tried.contains(name));
            let left: Vec<Selector> = left.cloned().collect();
            (!left.is_empty()).then_some(left)
        };
        let step = match step {
            Step::Publish(selectors) => left(&selectors, |step| match step {
                Step::Publish(selectors) => Some(selectors),
                _ => None,
            })
            .map(Step::Publish),
            Step::Revoke(selectors) => left(&selectors, |step| match step {
                Step::Revoke(selectors) => Some(selectors),
                _ => None,
            })
            .map(Step::Revoke),
            Step::Remove(selectors) => left(&selectors, |step| match step {
                Step::Remove(selectors) => Some(selectors),
                _ => None,
            })
            .map(Step::Remove),
            step => (!self.tried.contains(&step)).then_some(step),
        };
        match step {
            Some(step) => Ok((step, why)),
            None => Err(Wait::new(why, None)),
        }
    }

    /// Notes since when it is said that records are to be revoked or removed.
    fn note_due(&mut self, step: &Step) {
        let (Step::Revoke(selectors) | Step::Remove(selectors)) = step else {
            return;
        };
        let now = self.stamp();
        for key in &mut self.state.keys {
            if selectors.contains(&key.selector) {
                key.due_since.get_or_insert(now);
            }
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

    /// Whether others may have a key that mail is signed with.
    fn is_urgent(&self) -> bool {
        self.active_keys().any(|key| key.compromised)
    }

    /// Whether no server that answers has the record of any key that mail is signed with.
    fn is_failing(&self) -> bool {
        let mut sights = self.active_keys().map(|key| self.sight_of(key)).peekable();
        sights.peek().is_some()
            && sights.all(|sight| {
                let answered = sight.without(&Seen::Own);
                !answered.is_empty() && !sight.is_anywhere(&Seen::Own)
            })
    }

    /// Revokes keys in use that others may have, if that is wanted at once; not before there are
    /// others, for what cannot be made would leave no mail that passes.
    fn revoke_first(&self) -> Option<Choice> {
        self.state.coming()?;
        let keys = self.active_keys().filter(|key| {
            let sight = self.sight_of(key);
            let is_due = key.state == KeyState::Active || self.may_ask(key);
            key.revoke_first && is_due && sight.is_anywhere(&Seen::Own) && sight.foreign().is_none()
        });
        let keys: Vec<Selector> = keys.map(|key| key.selector.clone()).collect();
        let why =
            "others may have the private key: its record is revoked before the new key is used";
        (!keys.is_empty()).then(|| Ok((Step::Revoke(keys), why.to_owned())))
    }

    /// Publishes records of keys in use once more that are gone everywhere, but never one that others
    /// may have.
    fn restore(&self, troubles: &mut Vec<Trouble>) -> Option<Choice> {
        let mut gone = Vec::new();
        let keys = self.active_keys();
        for key in keys.filter(|key| key.state == KeyState::Active && !key.compromised) {
            let sight = self.sight_of(key);
            let lagging = sight.without(&Seen::Own);
            if lagging.is_empty() || sight.foreign().is_some() {
                continue;
            }
            troubles.push(lost(key, &sight));
            if sight.is_all_there_is(&Seen::Absent) && self.may_ask(key) {
                gone.push(key.selector.clone());
            }
        }
        let why = "the record of a key in use is gone, so mail fails now";
        (!gone.is_empty()).then(|| Ok((Step::Publish(gone), why.to_owned())))
    }

    /// Says that a server did not answer for a key in use: not all is well if it was not seen.
    fn unseen(&self) -> Option<Choice> {
        let mut keys = self.active_keys();
        let wait = keys.find_map(|key| Wait::unanswered(&self.sight_of(key), &key.selector));
        wait.map(Err)
    }
}

/// That servers do not have the record of a key in use, or have revoked it.
fn lost(key: &Key, sight: &Sight) -> Trouble {
    let selector = &key.selector;
    let is_revoked = sight.is_anywhere(&Seen::Revoked);
    let without = sight.without(&Seen::Own);
    let servers: Vec<&str> = if is_revoked {
        let revoked = sight
            .servers
            .iter()
            .filter(|(_, seen)| *seen == Seen::Revoked);
        revoked.map(|(server, _)| server.as_str()).collect()
    } else {
        without
    };
    let (names, verb) = listed(&servers);
    let fails = if sight.is_anywhere(&Seen::Own) {
        "mail fails at some receivers now"
    } else {
        "mail that is signed with it fails now"
    };
    let (message, remedy) = if is_revoked {
        let remedy = if sight.is_all_there_is(&Seen::Revoked) {
            "find out who revoked it and why; the next runs replace the key, and --emergency does so \
             at once"
        } else {
            "find out who revoked it and why; if it has leaked, run with --emergency, if not, publish \
             its record again"
        };
        let message = format!("{names} says that {selector}, in use, is revoked: {fails}");
        let message = match servers.len() {
            1 => message,
            _ => format!("{names} say that {selector}, in use, is revoked: {fails}"),
        };
        (message, remedy)
    } else {
        let message = format!(
            "{names} {verb} not have the record of {selector}, which mail is signed with: {fails}"
        );
        let remedy = if sight.is_anywhere(&Seen::Own) {
            "look whether the servers take over what is published; it is published again if no server \
             has it"
        } else {
            "find out who removed it; it is published again"
        };
        (message, remedy)
    };
    Trouble::new(Some(selector), message, remedy)
}
