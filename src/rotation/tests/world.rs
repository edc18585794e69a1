//! A zone at two servers, of which one lags, and a command that takes steps.

use std::collections::BTreeMap;

use super::super::*;
use crate::key_record::{KeyToPublish, NewKeyRecord};
use crate::lookup::{
    Asked, LookupFailure, LookupFailureKind, RecordsAnswer, RecordsOutcome, ServerAnswer,
    ServersAnswer,
};

pub fn policy() -> Policy {
    Policy {
        types: vec![KeyType::Rsa, KeyType::Ed25519],
        ..Policy::default()
    }
}

/// What ends a run early, or makes a command lie.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fault {
    #[default]
    None,
    /// The program ends before the step has an effect.
    Before,
    /// The program ends after the effect, and before the state is written.
    After,
    /// The command that publishes fails, or has only a part of its effect.
    Fails,
    /// The command that publishes says that it has done it, and has not.
    Lies,
    /// A server does not answer.
    Silent,
}

type Zone = BTreeMap<String, Vec<String>>;

pub struct World {
    pub state: State,
    pub policy: Policy,
    /// What the clock says.
    pub now: u64,
    pub fault: Fault,
    pub is_offline: bool,
    /// Which server answers nothing.
    pub is_silent: [bool; 2],
    /// Whether no server gives an SOA record.
    pub has_no_soa: bool,
    /// Whether what is published is published by hand: nobody does it yet.
    pub is_by_hand: bool,
    pub wildcard: Option<String>,
    /// The zone, and what the second server has of it.
    pub zone: Zone,
    pub behind: Zone,
    /// What is put there by others.
    pub foreign: Zone,
    /// The generation of `DIR/active`.
    pub on_disk: Option<u32>,
    made: usize,
}

impl World {
    pub fn new(now: u64) -> Self {
        Self {
            state: State::new("example.com".parse().unwrap()),
            policy: policy(),
            now,
            fault: Fault::None,
            is_offline: false,
            is_silent: [false; 2],
            has_no_soa: false,
            is_by_hand: false,
            wildcard: None,
            zone: Zone::new(),
            behind: Zone::new(),
            foreign: Zone::new(),
            on_disk: None,
            made: 0,
        }
    }

    pub fn catch_up(&mut self) {
        self.behind = self.zone.clone();
    }

    fn name(selector: &str) -> String {
        format!("{selector}._domainkey.example.com.")
    }

    /// Puts a record of somebody else.
    pub fn put(&mut self, selector: &str, text: &str) {
        let name = Self::name(selector);
        self.foreign
            .entry(name.clone())
            .or_default()
            .push(text.to_owned());
        self.zone.entry(name).or_default().push(text.to_owned());
    }

    pub fn remove(&mut self, selector: &str) {
        self.zone.remove(&Self::name(selector));
    }

    pub fn text(&self, selector: &str) -> Option<String> {
        self.zone.get(&Self::name(selector))?.first().cloned()
    }

    /// Whether nothing of others has changed.
    pub fn has_all_foreign(&self) -> bool {
        let mut foreign = self.foreign.iter();
        foreign.all(|(name, texts)| {
            let there = self.zone.get(name);
            texts
                .iter()
                .all(|text| there.is_some_and(|there| there.contains(text)))
        })
    }

    /// Whether each server has exactly the record of each key that mail is signed with.
    pub fn is_good(&self) -> bool {
        self.is_good_at_first() && self.is_good_in(&self.behind)
    }

    /// Whether the first server has.
    pub fn is_good_at_first(&self) -> bool {
        self.is_good_in(&self.zone)
    }

    fn is_good_in(&self, zone: &Zone) -> bool {
        let Some(active) = self.on_disk else {
            return true;
        };
        self.state.generation(active).all(|key| {
            let name = Self::name(key.selector.as_str());
            zone.get(&name) == Some(&vec![key.record.clone()])
        })
    }

    fn records(&self, zone: &Zone, question: &Question) -> RecordsAnswer {
        if question.record_type() == RecordType::Soa && self.has_no_soa {
            return RecordsAnswer::new(RecordsOutcome::NoRecords);
        }
        if question.record_type() == RecordType::Soa {
            let records = vec![RecordData::Soa {
                primary: "a.example.net.".to_owned(),
                serial: 1,
                minimum: 300,
            }];
            let ttl = Some(3600);
            return RecordsAnswer::new(RecordsOutcome::Found { records, ttl });
        }
        let texts = zone.get(question.name()).cloned();
        let texts = texts.or_else(|| Some(vec![self.wildcard.clone()?]));
        RecordsAnswer::new(match texts {
            None => RecordsOutcome::NoSuchName,
            Some(texts) => RecordsOutcome::Found {
                records: texts
                    .into_iter()
                    .map(|text| RecordData::Txt(text.into_bytes()))
                    .collect(),
                ttl: Some(60),
            },
        })
    }

    fn answer(&self, question: &Question) -> Answer {
        let silent = || {
            let kind = LookupFailureKind::Timeout;
            Err(LookupFailure::new(kind, "no answer in time"))
        };
        if question.asked() == Asked::Resolver {
            return Answer::Resolver(match self.is_silent {
                [true, true] => silent(),
                _ => Ok(self.records(&self.behind, question)),
            });
        }
        if self.is_offline {
            return Answer::EveryServer(Ok(ServersAnswer::new(String::new(), Vec::new(), 0)));
        }
        let [first, second] = self.is_silent;
        let first = if first {
            silent()
        } else {
            Ok(self.records(&self.zone, question))
        };
        let second = if second || self.fault == Fault::Silent {
            silent()
        } else {
            Ok(self.records(&self.behind, question))
        };
        let servers = vec![
            ServerAnswer::new("a.example.net.".to_owned(), None, first),
            ServerAnswer::new("b.example.net.".to_owned(), None, second),
        ];
        Answer::EveryServer(Ok(ServersAnswer::new(
            "example.com.".to_owned(),
            servers,
            2,
        )))
    }

    /// Takes up what a crash left between the rename and the state, as the command does before it
    /// hears what is wished.
    pub fn recover(&mut self) {
        if let Some(on_disk) = self
            .on_disk
            .filter(|on_disk| self.state.active != Some(*on_disk))
        {
            self.state.switched(on_disk, self.now);
        }
    }

    /// Takes the steps of one run as the command does.
    pub fn run_on(&mut self) -> Vec<Outcome> {
        let mut tried = Vec::new();
        let mut outcomes = Vec::new();
        for _ in 0..12 {
            let mut outcome = self.step(&tried);
            tried.push(outcome.step.clone());
            outcome.state = self.state.clone();
            let goes_on = outcome.goes_on();
            outcomes.push(outcome);
            if !goes_on {
                return outcomes;
            }
        }
        panic!("a run has no end: {tried:?}");
    }

    /// Takes one step.
    pub fn run(&mut self) -> Outcome {
        self.step(&[])
    }

    fn step(&mut self, tried: &[Step]) -> Outcome {
        self.recover();
        let rotation = Rotation::begin(self.state.clone(), &self.policy, self.now);
        let mut rotation = rotation.after(tried);
        for _ in 0..50 {
            let questions = rotation.pending();
            if questions.is_empty() {
                break;
            }
            for question in questions {
                let answer = self.answer(&question);
                rotation.answer(&question, answer);
            }
        }
        assert_eq!(rotation.pending(), [], "the questions end");
        let outcome = rotation.finish();
        self.state = outcome.state.clone();
        if self.fault != Fault::Before {
            let mut state = outcome.state.clone();
            self.take(&outcome.step, &mut state);
            if self.fault != Fault::After {
                self.state = state;
            }
        }
        outcome
    }

    fn take(&mut self, step: &Step, state: &mut State) {
        let now = self.now;
        match step {
            Step::Make { generation, keys } => {
                for (selector, key_type) in keys {
                    let record = self.record(*key_type);
                    let key = Key::new(
                        selector.clone(),
                        *key_type,
                        *generation,
                        record,
                        now.max(state.clock),
                    );
                    state.keys.push(key);
                }
            }
            Step::Publish(selectors) => self.tell(
                selectors,
                state,
                |key| Some(key.record.clone()),
                State::published,
            ),
            Step::Revoke(selectors) => {
                let revoked = |key: &Key| {
                    let record = NewKeyRecord::new(KeyToPublish::Revoked(Some(key.key_type)));
                    Some(record.to_text().as_str().to_owned())
                };
                self.tell(selectors, state, revoked, State::revoked);
            }
            Step::Remove(selectors) => self.tell(selectors, state, |_| None, State::removed),
            Step::Switch(generation) => {
                self.on_disk = Some(*generation);
                state.switched(*generation, now);
            }
            Step::Destroy(generation) => {
                assert_ne!(self.on_disk, Some(*generation), "the keys in use are kept");
                state.destroyed(*generation);
            }
            Step::Wait | Step::Nothing | Step::Trouble => {}
        }
    }

    /// What the command that publishes does: it replaces all that is at the name.
    fn tell(
        &mut self,
        selectors: &[Selector],
        state: &mut State,
        record: impl Fn(&Key) -> Option<String>,
        done: impl Fn(&mut State, &Selector, u64),
    ) {
        for (at, selector) in selectors.iter().enumerate() {
            if self.is_by_hand || self.fault == Fault::Fails && at + 1 == selectors.len() {
                continue;
            }
            let key = state.key(selector).unwrap();
            let name = Self::name(selector.as_str());
            if self.fault != Fault::Lies {
                match record(key) {
                    Some(text) => self.zone.insert(name, vec![text]),
                    None => self.zone.remove(&name),
                };
            }
            done(state, selector, self.now);
        }
    }

    /// A record with a key that no other key of this world has.
    fn record(&mut self, key_type: KeyType) -> String {
        use base64::Engine as _;
        use base64::engine::general_purpose::STANDARD;
        self.made += 1;
        let mut seed = [7; 32];
        seed[..8].copy_from_slice(&self.made.to_be_bytes());
        match key_type {
            KeyType::Ed25519 => {
                let key = ed25519_dalek::SigningKey::from_bytes(&seed).verifying_key();
                format!("v=DKIM1; k=ed25519; p={}", STANDARD.encode(key.as_bytes()))
            }
            _ => {
                // An RSA key of 2048 bits that differs in its modulus alone (RFC 8017 §A.1.1).
                let mut modulus = [0x55; 256];
                modulus[0] = 0xc5;
                modulus[1..9].copy_from_slice(&self.made.to_be_bytes());
                let mut der = vec![0x30, 0x82, 0x01, 0x0a, 0x02, 0x82, 0x01, 0x01, 0x00];
                der.extend(modulus);
                der.extend([0x02, 0x03, 0x01, 0x00, 0x01]);
                format!("v=DKIM1; k=rsa; p={}", STANDARD.encode(der))
            }
        }
    }
}
