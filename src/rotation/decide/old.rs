//! Brings keys forward that are no longer used, to their end.

use super::super::Rotation;
use super::super::sight::Seen;
use super::super::state::{Key, KeyState};
use super::super::step::Step;
use super::{Choice, Wait};

/// What is done to the record of a key that is no longer used.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Revoke,
    Remove,
}

impl Rotation {
    /// Brings all keys forward that are no longer used: those of one step go together, so that one
    /// that cannot be done holds no other up.
    pub(super) fn advance_old(&self) -> Vec<Choice> {
        let mut waits = Vec::new();
        let mut due = Vec::new();
        for key in &self.state.keys {
            match self.end(key) {
                Some(Ok((end, why))) => due.push((end, why, key.selector.clone())),
                Some(Err(wait)) => waits.push(Err(wait)),
                None => {}
            }
        }
        let step = |end: End, step: fn(Vec<_>) -> Step| {
            let of_it = || due.iter().filter(|(other, ..)| *other == end);
            let (_, why, _) = of_it().next()?;
            let selectors = of_it().map(|(.., selector)| selector.clone()).collect();
            Some(Ok((step(selectors), (*why).to_owned())))
        };
        let steps = [
            step(End::Revoke, Step::Revoke),
            step(End::Remove, Step::Remove),
        ];
        steps.into_iter().flatten().chain(waits).collect()
    }

    /// What is to be done to the record of a key that is no longer used, and why.
    fn end(&self, key: &Key) -> Option<Result<(End, &'static str), Wait>> {
        if self.state.active == Some(key.generation) || key.is_over() {
            return None;
        }
        let sight = self.sight_of(key);
        let has = |seen| sight.is_anywhere(&seen);
        let since = |wait: u64| key.since.saturating_add(wait);
        let (due, is_wanted, end, why) = match key.state {
            KeyState::Retiring => {
                let keep = if key.retire { 0 } else { self.policy.keep };
                (since(keep), has(Seen::Own), End::Revoke, over(key))
            }
            KeyState::Revoked if has(Seen::Own) && self.may_ask(key) => {
                (0, true, End::Revoke, "a server still has the key")
            }
            KeyState::Revoked => {
                let due = since(self.policy.remove_after);
                let why = "a revoked record is no longer of use";
                (due, has(Seen::Revoked), End::Remove, why)
            }
            KeyState::Removed => {
                let is_there = has(Seen::Own) || has(Seen::Revoked);
                let why = "a server still has the record";
                (0, is_there && self.may_ask(key), End::Remove, why)
            }
            _ => return None,
        };
        if self.now < due {
            return Some(Err(kept(key, due)));
        }
        // Only where name and key are those of the state.
        if sight.foreign().is_some() {
            return None;
        }
        if !is_wanted {
            return Wait::unanswered(&sight, &key.selector).map(Err);
        }
        Some(Ok((end, why)))
    }

    /// Destroys the private keys of a generation whose records are all gone.
    pub(super) fn destroy(&self) -> Option<Choice> {
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
        let why = "the record is gone, so the private key is deleted";
        Some(Ok((Step::Destroy(generation), why.to_owned())))
    }
}

/// Why the record of a retired key is revoked now.
const fn over(key: &Key) -> &'static str {
    match (key.compromised, key.retire) {
        (true, _) => "others may have the private key",
        (_, true) => "no mail is signed with the key",
        _ => "the time for mail on its way is over",
    }
}

/// That a record stays for now.
fn kept(key: &Key, until: u64) -> Wait {
    let selector = &key.selector;
    let why = match key.state {
        KeyState::Retiring => format!(
            "the record of {selector} stays published so that mail on its way verifies; then the next \
             run revokes it"
        ),
        _ => format!(
            "the record of {selector} stays published without its key, so that the key is of no use to \
             anybody; then the next run removes the record"
        ),
    };
    Wait::new(why, Some(until))
}
