//! What fails while keys are replaced that others may have, said before it happens.

use super::Rotation;
use super::sight::Seen;
use super::state::{Key, KeyState};
use crate::syntax::words::in_a_row;
use crate::verdict::duration;

/// What fails, or what others can do, while keys are given up.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Disruption {
    /// One sentence, in lower case and without a full stop, safe to print.
    pub message: String,
    /// When it is over or has reached everybody, in Unix seconds, if it goes as it did before;
    /// `None` if that is not known.
    pub until: Option<u64>,
}

impl Rotation {
    /// What fails because others may have private keys; nothing if nobody has.
    pub(super) fn disruptions(&self) -> Vec<Disruption> {
        let given_up: Vec<&Key> = self.active_keys().filter(|key| key.compromised).collect();
        let mut found = Vec::new();
        found.extend(
            [true, false]
                .map(|is_now| self.mail_on_its_way(is_now))
                .into_iter()
                .flatten(),
        );
        if !given_up.is_empty() {
            found.push(self.mail_until_the_switch(&given_up));
        }
        found.extend(self.mail_with_new_keys(!given_up.is_empty()));
        found
    }

    /// Mail that was signed with keys whose records are revoked: now, or after the switch.
    fn mail_on_its_way(&self, is_now: bool) -> Option<Disruption> {
        let is_there = |key: &&Key| {
            let state = match key.state {
                KeyState::Active => key.revoke_first == is_now,
                KeyState::Retiring => is_now,
                _ => false,
            };
            key.compromised && state && self.sight_of(key).is_anywhere(&Seen::Own)
        };
        let keys: Vec<&Key> = self.state.keys.iter().filter(is_there).collect();
        if keys.is_empty() {
            return None;
        }
        let since = if is_now {
            "from now on"
        } else {
            "once the new keys are used"
        };
        let took = self.took();
        let ttl = keys
            .iter()
            .map(|key| self.sight_of(key).own_ttl)
            .try_fold(0, |longest, ttl| Some(ttl?.max(longest)));
        let everywhere = match (took, ttl) {
            (Some(took), Some(ttl)) => format!("after up to {}", at_most(took + u64::from(ttl))),
            (None, Some(ttl)) => {
                let ttl = at_most(u64::from(ttl));
                format!("up to {ttl} after the last server has the change")
            }
            (_, None) => "when the last cache has let go of the record".to_owned(),
        };
        let switch = if is_now { Some(0) } else { took };
        let until = || Some(self.now + switch? + took? + u64::from(ttl?));
        let names = names(&keys);
        Some(Disruption {
            message: format!(
                "{since}, mail signed with {names} that is not verified yet fails: at once where \
                 the DNS is asked anew, everywhere {everywhere}; so does what others sign with it"
            ),
            until: until(),
        })
    }

    /// Mail that is signed before there are other keys.
    fn mail_until_the_switch(&self, given_up: &[&Key]) -> Disruption {
        let took = self.took();
        let when = took.map_or_else(
            || "when each server has their records, and a run has seen that".to_owned(),
            |took| {
                let took = at_most(took);
                format!(
                    "{took} after their records are published, if it takes as long as last time"
                )
            },
        );
        let message = if given_up.iter().any(|key| key.revoke_first) {
            format!("mail signed from now on fails until the new keys are used ({when})")
        } else {
            let names = names(given_up);
            format!(
                "mail is signed with {names} and passes until the new keys are used ({when}); so does \
                 what others sign with it"
            )
        };
        let told = self.state.coming().and_then(|coming| {
            let keys = self.state.generation(coming);
            keys.filter_map(|key| key.requested).max()
        });
        let until = took.map(|took| told.unwrap_or(self.now).saturating_add(took));
        Disruption { message, until }
    }

    /// Mail that is signed with keys that resolvers may remember not to be there.
    fn mail_with_new_keys(&self, is_before_switch: bool) -> Option<Disruption> {
        let generation = if is_before_switch {
            self.state.coming()
        } else {
            self.state.active
        };
        let new = || {
            let keys = self.state.keys.iter();
            keys.filter(|key| Some(key.generation) == generation)
        };
        let ready = new()
            .map(|key| self.ready_at(key))
            .try_fold(0, |latest, at| Some(at?.max(latest)));
        let ready = ready.filter(|_| new().next().is_some());
        let is_past = ready.is_some_and(|at| at <= self.now);
        let is_emergency = is_before_switch
            || self
                .state
                .keys
                .iter()
                .any(|key| key.compromised && key.state == KeyState::Retiring);
        if is_past || !is_emergency {
            return None;
        }
        let denial = self.state.denial_ttl.map(u64::from);
        let wait = denial.unwrap_or(self.policy.propagation);
        let until = ready.or_else(|| Some(self.now + self.took()? + wait));
        Some(Disruption {
            message: format!(
                "mail signed with the new keys may fail for up to {} after each server has their \
                 records, at resolvers that asked for their names before",
                at_most(wait)
            ),
            until,
        })
    }

    /// How long the newest records took that are known to have come to every server, in seconds.
    fn took(&self) -> Option<u64> {
        let keys = self.state.keys.iter();
        let took = keys.filter_map(|key| Some((key.generation, key.took?)));
        took.max().map(|(_, took)| took.max(1))
    }
}

fn names(keys: &[&Key]) -> String {
    let names: Vec<&str> = keys.iter().map(|key| key.selector.as_str()).collect();
    in_a_row(&names, "or")
}

/// A duration in words, rounded up.
fn at_most(seconds: u64) -> String {
    let unit = match seconds {
        0..120 => 1,
        120..7200 => 60,
        7200..172_800 => 3600,
        _ => 86_400,
    };
    duration(seconds.checked_next_multiple_of(unit).unwrap_or(seconds))
}
