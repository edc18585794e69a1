//! Takes over what the DNS says into the state.

use super::sight::{Seen, Sight};
use super::state::{Key, KeyState};
use super::step::Trouble;
use super::{OVERDUE, Rotation};

impl Rotation {
    /// Notes what is seen of each key; what is wrong comes back.
    pub(super) fn observe(&mut self) -> Vec<Trouble> {
        let now = self.stamp();
        let denial = self.denial_ttl();
        self.state.denial_ttl = self.state.denial_ttl.max(denial);
        self.state.clock = now;
        let mut troubles = Vec::new();
        let mut taken = Vec::new();
        for at in 0..self.state.keys.len() {
            let key = &self.state.keys[at];
            if key.is_over() {
                continue;
            }
            let sight = self.sight(&key.selector, Some(&key.record));
            let is_active = self.state.active == Some(key.generation);
            let key = &mut self.state.keys[at];
            set_back(key, now);
            note(key, &sight, now);
            if let Some(trouble) = foreign(key, &sight, is_active) {
                if is_coming(key) {
                    taken.push(key.generation);
                }
                troubles.push(trouble);
            }
            advance(key, &sight, is_active, now);
            troubles.extend(late(key, &sight, now));
        }
        for generation in taken {
            self.state.abandon(generation, now);
        }
        troubles
    }
}

/// Takes times that a wrong clock has put after now for now: what is waited for is waited for anew.
fn set_back(key: &mut Key, now: u64) {
    key.since = key.since.min(now);
    key.seen_since = key.seen_since.map(|at| at.min(now));
    key.requested = key.requested.map(|at| at.min(now));
}

/// Notes since when every server has the record, and how long anything else may be kept.
fn note(key: &mut Key, sight: &Sight, now: u64) {
    key.other_ttl = key.other_ttl.max(sight.other_ttl);
    if !sight.without(&Seen::Own).is_empty() {
        key.seen_since = None;
    } else if sight.is_everywhere(&Seen::Own) {
        // What a resolver has says nothing of each server.
        if sight.is_authoritative && !key.seen_at_servers {
            key.seen_since = None;
        }
        key.seen_at_servers |= sight.is_authoritative;
        if key.seen_since.is_none() && sight.is_authoritative && is_coming(key) {
            key.took = key.requested.map(|at| now.saturating_sub(at));
        }
        key.seen_since.get_or_insert(now);
    }
    if key.seen_since.is_none() {
        key.seen_at_servers = sight.is_authoritative;
    }
}

/// Whether the key is still to come, so that another selector can be taken instead.
const fn is_coming(key: &Key) -> bool {
    matches!(key.state, KeyState::Created | KeyState::Published)
}

fn foreign(key: &Key, sight: &Sight, is_active: bool) -> Option<Trouble> {
    let (server, what) = sight.foreign()?;
    let server = server.trim_end_matches('.');
    let message = format!("{server} has {what} at the name of {}", key.selector);
    let remedy = if is_active {
        "find out who put it there: mail is signed with the key that belongs there"
    } else if is_coming(key) {
        "nothing: it is left alone, and another selector is taken"
    } else {
        "look whether it belongs there: it is left alone"
    };
    Some(Trouble::new(Some(&key.selector), message, remedy))
}

/// Takes over what every server says.
fn advance(key: &mut Key, sight: &Sight, is_active: bool, now: u64) {
    let is_foreign = sight.is_whole()
        && sight.foreign().is_some()
        && [Seen::Own, Seen::Beside]
            .iter()
            .all(|seen| !sight.is_anywhere(seen));
    match key.state {
        KeyState::Created if sight.is_everywhere(&Seen::Own) => {
            key.enter(KeyState::Published, now);
        }
        KeyState::Retiring if sight.is_everywhere(&Seen::Revoked) => {
            key.enter(KeyState::Revoked, now);
        }
        KeyState::Active if key.revoke_first && sight.is_everywhere(&Seen::Revoked) => {
            key.enter(KeyState::Revoked, now);
        }
        KeyState::Retiring | KeyState::Revoked
            if !is_active && (sight.is_absent_everywhere() || is_foreign) =>
        {
            key.enter(KeyState::Removed, now);
        }
        _ => {}
    }
}

/// What has taken too long.
fn late(key: &Key, sight: &Sight, now: u64) -> Option<Trouble> {
    let is_waiting = match key.state {
        KeyState::Created | KeyState::Published => key.seen_since.is_none(),
        KeyState::Revoked => !sight.is_everywhere(&Seen::Revoked) && sight.is_whole(),
        KeyState::Removed => !sight.is_absent_everywhere() && sight.foreign().is_none(),
        KeyState::Active | KeyState::Retiring => false,
    };
    if !is_waiting || now < key.since.saturating_add(OVERDUE) {
        return None;
    }
    let (wanted, what) = match key.state {
        KeyState::Revoked => (Seen::Revoked, "the revoked record"),
        KeyState::Removed => (Seen::Absent, "the removal"),
        _ => (Seen::Own, "the record"),
    };
    let servers = sight.without(&wanted).join(", ");
    if servers.is_empty() {
        return None;
    }
    Some(Trouble::new(
        Some(&key.selector),
        format!(
            "overdue: {what} of {} is not at {servers} after a day",
            key.selector
        ),
        "look whether the command that publishes reaches the zone, and whether the servers take it over",
    ))
}
