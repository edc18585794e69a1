//! Takes over what the DNS says into the state.

use super::sight::{Seen, Sight, listed};
use super::state::{Key, KeyState, Server};
use super::step::Trouble;
use super::{OVERDUE, Rotation};
use crate::verdict::duration;

impl Rotation {
    /// Notes what is seen of each key; what is wrong comes back.
    pub(super) fn observe(&mut self) -> Vec<Trouble> {
        let now = self.stamp();
        let denial = self.denial_ttl();
        self.state.denial_ttl = self.state.denial_ttl.max(denial);
        self.state.clock = now;
        let known = self.state.servers.clone();
        let mut troubles = self.note_servers(now);
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
            note(key, &sight, &known, now);
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

    /// Notes which servers were asked, and since when they do not answer.
    fn note_servers(&mut self, now: u64) -> Vec<Trouble> {
        let before = std::mem::take(&mut self.state.servers);
        let silent_before = |name: &str| {
            let mut servers = before.iter();
            let server = servers.find(|server| server.name == name)?;
            server.silent_since.map(|at| at.min(now))
        };
        let mut servers: Vec<Server> = Vec::new();
        let mut troubles = Vec::new();
        let keys = self.state.keys.iter().filter(|key| !key.is_over());
        for (name, seen) in keys.flat_map(|key| self.sight_of(key).servers) {
            let at = servers.iter().position(|server| server.name == name);
            let at = at.unwrap_or_else(|| {
                let name = name.clone();
                let silent_since = None;
                servers.push(Server { name, silent_since });
                servers.len() - 1
            });
            if let (Seen::Unanswered(why), None) = (seen, servers[at].silent_since) {
                let since = silent_before(&name).unwrap_or(now);
                servers[at].silent_since = Some(since);
                troubles.extend(silent(&name, &why, now.saturating_sub(since)));
            }
        }
        self.state.servers = servers;
        troubles
    }
}

/// That a server has not answered for too long.
fn silent(name: &str, why: &str, time: u64) -> Option<Trouble> {
    (time >= OVERDUE).then(|| {
        let name = name.trim_end_matches('.');
        Trouble::new(
            None,
            format!(
                "overdue: {name} has not answered for {}: {why}",
                duration(time)
            ),
            "have it answer, or take it out of the NS records of the zone: until then the keys in use \
             are not replaced, unless with --emergency",
        )
    })
}

/// Takes times that a wrong clock has put after now for now: what is waited for is waited for anew.
fn set_back(key: &mut Key, now: u64) {
    key.since = key.since.min(now);
    for time in [&mut key.seen_since, &mut key.requested, &mut key.due_since] {
        *time = time.map(|at| at.min(now));
    }
}

/// Notes since when every server has the record, and how long anything else may be kept.
fn note(key: &mut Key, sight: &Sight, known: &[Server], now: u64) {
    key.other_ttl = key.other_ttl.max(sight.other_ttl);
    // Nobody knows what a server has served that was not asked before, or did not answer.
    let is_new = |name: &str| !known.iter().any(|server| server.name == name);
    let is_unseen = sight.is_authoritative && sight.unanswered().is_some()
        || sight.servers.iter().any(|(name, _)| is_new(name));
    if is_unseen || !sight.without(&Seen::Own).is_empty() {
        key.seen_since = None;
    }
    if sight.is_everywhere(&Seen::Own) {
        // What a resolver has says nothing of each server.
        if sight.is_authoritative && !key.seen_at_servers {
            key.seen_since = None;
        }
        key.seen_at_servers |= sight.is_authoritative;
        if key.seen_since.is_none() && sight.is_authoritative && is_coming(key) {
            let told = key.requested;
            key.took = key.took.or_else(|| Some(now.saturating_sub(told?)));
        }
        key.seen_since.get_or_insert(now);
    }
    if key.seen_since.is_none() || is_unseen {
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
        "somebody else put it there, and it is left alone: remove it if it is not wanted"
    };
    Some(Trouble::new(Some(&key.selector), message, remedy))
}

/// Takes over what every server says.
fn advance(key: &mut Key, sight: &Sight, is_active: bool, now: u64) {
    let is_gone = sight.is_whole()
        && [Seen::Own, Seen::Beside]
            .iter()
            .all(|seen| !sight.is_anywhere(seen));
    let is_foreign = is_gone && sight.foreign().is_some();
    // Gone at one server, and without its key at another: nobody gets the key.
    let is_revoked = is_gone && !is_foreign && sight.is_anywhere(&Seen::Revoked);
    match key.state {
        KeyState::Created if sight.is_everywhere(&Seen::Own) => {
            key.enter(KeyState::Published, now);
        }
        KeyState::Retiring if is_revoked => key.enter(KeyState::Revoked, now),
        KeyState::Active if key.revoke_first && is_revoked => key.enter(KeyState::Revoked, now),
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
    let has = |what: &Seen| {
        let servers = sight.servers.iter().filter(|(_, seen)| seen == what);
        servers.map(|(server, _)| server.as_str()).collect()
    };
    let (own, revoked): (Vec<&str>, Vec<&str>) = (has(&Seen::Own), has(&Seen::Revoked));
    // Since when it is waited for what, and where it is not done.
    let (since, what, servers) = match key.state {
        KeyState::Created | KeyState::Published if key.seen_since.is_none() => {
            (key.since, "is not at", sight.without(&Seen::Own))
        }
        KeyState::Active if key.revoke_first => (key.due_since?, "is not revoked at", own),
        KeyState::Retiring => (key.due_since?, "is not revoked at", own),
        KeyState::Revoked if !own.is_empty() => (key.since, "is not revoked at", own),
        KeyState::Revoked => (key.due_since?, "is not removed at", revoked),
        KeyState::Removed => (key.since, "is not removed at", [own, revoked].concat()),
        _ => return None,
    };
    if servers.is_empty() || sight.foreign().is_some() || now < since.saturating_add(OVERDUE) {
        return None;
    }
    let (names, _) = listed(&servers);
    let is_told = key.requested.is_some_and(|at| at >= since);
    let remedy = if is_told {
        "look whether the command that publishes reaches the zone, and whether the servers take over \
         what it does"
    } else {
        "look whether it was done, and whether the servers take it over"
    };
    Some(Trouble::new(
        Some(&key.selector),
        format!(
            "overdue: the record of {} {what} {names} after a day",
            key.selector
        ),
        remedy,
    ))
}
