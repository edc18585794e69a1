//! What is known of the keys of a domain: the machine's memory between two looks.

use std::error::Error;
use std::fmt;

use crate::algorithm::KeyType;
use crate::identifier::{Sdid, Selector};

/// How far a key has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum KeyState {
    /// The private key is there; the record is not in the DNS yet, as far as is known.
    Created,
    /// The record was given to the DNS, or every server has answered with it.
    Published,
    /// Mail is signed with the key.
    Active,
    /// No mail is signed with it any more; the record stays for mail on its way.
    Retiring,
    /// The record says that there is no key (an empty `p=`).
    Revoked,
    /// The record is gone.
    Removed,
}

impl KeyState {
    /// Every state, in the order of a key's life.
    pub const ALL: [Self; 6] = [
        Self::Created,
        Self::Published,
        Self::Active,
        Self::Retiring,
        Self::Revoked,
        Self::Removed,
    ];

    /// The state's name in output and in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Published => "published",
            Self::Active => "active",
            Self::Retiring => "retiring",
            Self::Revoked => "revoked",
            Self::Removed => "removed",
        }
    }
}

/// A key, and what was done and seen of it. Times are in Unix seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its selector.
    pub selector: Selector,
    /// Its type.
    pub key_type: KeyType,
    /// The generation that it belongs to, from 1.
    pub generation: u32,
    /// How far it has come.
    pub state: KeyState,
    /// Since when it has been in this state.
    pub since: u64,
    /// Its record.
    pub record: String,
    /// Since when every server has answered with the record, without another answer.
    pub seen_since: Option<u64>,
    /// Whether that was seen at the authoritative servers, and not only through a resolver.
    pub seen_at_servers: bool,
    /// The longest time that another answer at this name may be kept, in seconds.
    pub other_ttl: u32,
    /// How long it took from telling the DNS to publish the record until every server was seen to have
    /// it, in seconds.
    pub took: Option<u64>,
    /// When the DNS was last told to publish, revoke or remove it.
    pub requested: Option<u64>,
    /// Since when its record is due to be revoked or removed, as a run has said; `None` if it is not.
    pub due_since: Option<u64>,
    /// Whether it is wanted gone: in use, to be replaced now; out of use, to be revoked without the
    /// usual wait, for nothing that it signed is on its way, or others may have it.
    pub retire: bool,
    /// Whether others may have the private key.
    pub compromised: bool,
    /// Whether the record is revoked before there is another key.
    pub revoke_first: bool,
    /// Whether the private key is destroyed.
    pub destroyed: bool,
}

impl Key {
    /// A key that was just made.
    #[must_use]
    pub const fn new(
        selector: Selector,
        key_type: KeyType,
        generation: u32,
        record: String,
        now: u64,
    ) -> Self {
        Self {
            selector,
            key_type,
            generation,
            state: KeyState::Created,
            since: now,
            record,
            seen_since: None,
            seen_at_servers: false,
            other_ttl: 0,
            took: None,
            requested: None,
            due_since: None,
            retire: false,
            compromised: false,
            revoke_first: false,
            destroyed: false,
        }
    }

    /// Whether nothing is left to be done about it.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.state == KeyState::Removed && self.destroyed
    }

    pub(super) fn enter(&mut self, state: KeyState, now: u64) {
        if self.state != state {
            self.state = state;
            self.since = now;
            self.due_since = None;
        }
    }
}

/// A server that was asked for the records of the keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// Its name, as the DNS has it.
    pub name: String,
    /// Since when it has left a question of each look unanswered, in Unix seconds; `None` if it
    /// answered all of them at the last look.
    pub silent_since: Option<u64>,
}

/// The keys of a domain, and what was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct State {
    /// The domain.
    pub domain: Sdid,
    /// The latest time that a look was taken at, in Unix seconds.
    pub clock: u64,
    /// The longest time that a denial may be kept (RFC 2308 §5), in seconds; `None` if no
    /// authoritative server has told it.
    pub denial_ttl: Option<u32>,
    /// The generation that mail is signed with.
    pub active: Option<u32>,
    /// The generation that the mail server is known to have read.
    pub reloaded: Option<u32>,
    /// The servers that the last look asked.
    pub servers: Vec<Server>,
    /// Every key there ever was, so that no selector is used twice.
    pub keys: Vec<Key>,
}

/// A selector that is not in the state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownSelector;

impl fmt::Display for UnknownSelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no key in the state has this selector")
    }
}

impl Error for UnknownSelector {}

impl State {
    /// A domain without keys.
    #[must_use]
    pub const fn new(domain: Sdid) -> Self {
        Self {
            domain,
            clock: 0,
            denial_ttl: None,
            active: None,
            reloaded: None,
            servers: Vec::new(),
            keys: Vec::new(),
        }
    }

    /// The key of a selector.
    #[must_use]
    pub fn key(&self, selector: &Selector) -> Option<&Key> {
        let name = selector.to_ascii();
        self.keys.iter().find(|key| key.selector.to_ascii() == name)
    }

    /// The keys of a generation.
    pub fn generation(&self, number: u32) -> impl Iterator<Item = &Key> {
        let keys = self.keys.iter();
        keys.filter(move |key| key.generation == number)
    }

    /// The generation that is to follow the one in use, if it is made.
    #[must_use]
    pub fn coming(&self) -> Option<u32> {
        let is_coming = |key: &&Key| matches!(key.state, KeyState::Created | KeyState::Published);
        self.keys.iter().rfind(is_coming).map(|key| key.generation)
    }

    /// The number of the next generation.
    #[must_use]
    pub fn next_generation(&self) -> u32 {
        let numbers = self.keys.iter().map(|key| key.generation);
        numbers.max().unwrap_or_default() + 1
    }

    /// Notes that the DNS was told to publish the record of a key.
    pub fn published(&mut self, selector: &Selector, now: u64) {
        self.requested(selector, &[KeyState::Created], KeyState::Published, now);
    }

    /// Notes that the DNS was told to revoke a key.
    pub fn revoked(&mut self, selector: &Selector, now: u64) {
        let from = [KeyState::Active, KeyState::Retiring];
        self.requested(selector, &from, KeyState::Revoked, now);
    }

    /// Notes that the DNS was told to remove the record of a key.
    pub fn removed(&mut self, selector: &Selector, now: u64) {
        let from = [KeyState::Revoked, KeyState::Retiring];
        self.requested(selector, &from, KeyState::Removed, now);
    }

    /// Notes that mail is signed with a generation from now on.
    pub fn switched(&mut self, generation: u32, now: u64) {
        let now = now.max(self.clock);
        self.active = Some(generation);
        for key in &mut self.keys {
            if key.generation == generation {
                if matches!(key.state, KeyState::Created | KeyState::Published) {
                    key.enter(KeyState::Active, now);
                }
            } else if key.state == KeyState::Active {
                key.enter(KeyState::Retiring, now);
                // Mail that it signed is on its way.
                key.retire = key.compromised;
            }
        }
    }

    /// Notes that the mail server has read the generation in use: what it may have signed with until
    /// now is retired from now on.
    pub fn reloaded(&mut self, now: u64) {
        let now = now.max(self.clock);
        let before = self.reloaded.filter(|_| self.reloaded != self.active);
        for key in &mut self.keys {
            if key.state == KeyState::Retiring && before.is_some_and(|read| key.generation >= read)
            {
                key.since = now;
                key.due_since = None;
            }
        }
        self.reloaded = self.active;
    }

    /// Notes that the private keys of a generation are destroyed.
    pub fn destroyed(&mut self, generation: u32) {
        let keys = self.keys.iter_mut();
        for key in keys.filter(|key| key.generation == generation) {
            key.destroyed = true;
        }
    }

    /// Wants a key gone, with those of its generation: one in use is replaced at once, and one that is
    /// to come never used. The record of a key that has signed stays for mail on its way.
    ///
    /// # Errors
    ///
    /// [`UnknownSelector`] if the state has no such key: nothing else is ever touched.
    pub fn retire(&mut self, selector: &Selector) -> Result<(), UnknownSelector> {
        let generation = self.key(selector).ok_or(UnknownSelector)?.generation;
        let now = self.clock;
        self.abandon(generation, now);
        Ok(())
    }

    /// Says that others may have the private keys in use, and those that are to follow. With
    /// `revoke_first` their records are revoked before there is another key.
    pub fn emergency(&mut self, revoke_first: bool) {
        let now = self.clock;
        // What was made after the key in use was given up is the remedy.
        let is_remedied = self
            .keys
            .iter()
            .any(|key| Some(key.generation) == self.active && key.compromised);
        if let Some(coming) = self.coming().filter(|_| !is_remedied) {
            self.abandon(coming, now);
        }
        let active = self.active;
        for key in &mut self.keys {
            if Some(key.generation) == active || key.state == KeyState::Retiring {
                key.compromised = true;
                key.retire = true;
                key.revoke_first |= revoke_first && Some(key.generation) == active;
            }
        }
    }

    /// Whether mail is signed with keys that others may have, or their records are still to be revoked.
    #[must_use]
    pub fn is_emergency(&self) -> bool {
        let mut keys = self.keys.iter();
        keys.any(|key| {
            let is_there = matches!(key.state, KeyState::Active | KeyState::Retiring);
            key.compromised && (is_there || self.active == Some(key.generation))
        })
    }

    /// Wants the keys of a generation gone.
    pub(super) fn abandon(&mut self, generation: u32, now: u64) {
        let keys = self.keys.iter_mut();
        for key in keys.filter(|key| key.generation == generation) {
            match key.state {
                KeyState::Created | KeyState::Published => {
                    key.retire = true;
                    key.enter(KeyState::Retiring, now);
                }
                KeyState::Active => key.retire = true,
                _ => {}
            }
        }
    }

    fn requested(&mut self, selector: &Selector, from: &[KeyState], to: KeyState, now: u64) {
        let now = now.max(self.clock);
        let name = selector.to_ascii();
        let keys = self.keys.iter_mut();
        for key in keys.filter(|key| key.selector.to_ascii() == name) {
            key.requested = Some(now);
            if from.contains(&key.state) {
                key.enter(to, now);
            }
        }
    }
}
