//! The search: candidates in order of cost, each a version of some fields, until a hash fits.
//!
//! A *version* of a field (in truth of all fields of one name, for they may have come, gone and
//! moved) is what rules make of it, one after the other. Versions are made as the search comes to
//! their cost, and each once. A *start* is a way to write the whole header, with versions of many
//! fields at once. A candidate is a start with versions of a few fields more.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use super::clues::Clues;
use super::form::{Entry, SignedForm};
use super::rules::{Kinds, RULES, Rule};
use super::start::Start;
use super::systems::{self, System};
use crate::explain::key::Target;
use crate::explain::{Budget, Exhausted};

/// The search ends when all candidates of this cost were tried.
const MOST_COST: u32 = 14;
/// And when this many bytes were hashed, or what verifications cost as much.
const MOST_WORK: usize = 320 << 20;
/// What a candidate costs beside what is hashed for it.
const CANDIDATE: usize = 1 << 10;
/// Versions of one field hold no more bytes than this together, and are no more.
const MOST_BYTES: usize = 3 << 20;
const MOST_VERSIONS: usize = 12_000;
/// And those of all fields no more than this.
const MOST_BYTES_OF_ALL: usize = 24 << 20;
/// What each field of a version takes beside.
const ENTRY: usize = 40;
/// Versions of this many fields are tried together.
const TOGETHER: usize = 6;
/// When the candidates of this cost were tried, those are that have the likeliest versions of many
/// fields: of each sort so many, and no more than this is hashed for them.
const RANKED_AT: u32 = 4;
const MOST_RANKS: usize = 5;
const RANKED_WORK: usize = 96 << 20;
/// A version is the work of this many rules at most.
const DEPTH: u32 = 4;

/// What the fields of a name may have been.
#[derive(Clone, Debug)]
pub(super) struct Version {
    pub(super) cost: u32,
    /// What rules it is the work of.
    pub(super) kinds: Kinds,
    pub(super) entries: Vec<Entry>,
    /// What the slots hold that hold something else now.
    canonical: Vec<(usize, Vec<u8>)>,
}

/// The versions of one part.
#[derive(Default)]
struct Versions {
    list: Vec<Version>,
    seen: HashSet<u64>,
    bytes: usize,
}

/// What made the signature right: the start, and for some parts the fields as they were.
pub(super) struct Found<'a> {
    pub(super) start: &'a Start,
    pub(super) then: Vec<(usize, Vec<Entry>)>,
}

/// A search in progress.
pub(super) struct Search<'a, 'b> {
    form: &'a SignedForm<'a>,
    clues: &'a Clues<'a>,
    target: &'a Target<'a>,
    starts: &'a [Start],
    systems: Vec<System>,
    budget: &'a mut Budget<'b>,
    parts: Vec<Versions>,
    /// The versions of each cost: part and place.
    by_cost: Vec<Vec<(usize, usize)>>,
    work: usize,
    bytes: usize,
}

/// Why a search goes no further.
pub(super) enum End {
    /// The caller's budget is spent.
    Exhausted,
    /// All was tried that is worth it.
    Done,
}

impl From<Exhausted> for End {
    fn from(Exhausted: Exhausted) -> Self {
        Self::Exhausted
    }
}

/// Versions that are tried together.
type Chosen = Vec<(usize, usize)>;

impl<'a, 'b> Search<'a, 'b> {
    pub(super) fn new(
        form: &'a SignedForm<'a>,
        clues: &'a Clues<'a>,
        target: &'a Target<'a>,
        starts: &'a [Start],
        budget: &'a mut Budget<'b>,
    ) -> Self {
        let mut search = Self {
            form,
            clues,
            target,
            starts,
            systems: systems::seen(clues, &form.parts),
            budget,
            parts: Vec::new(),
            by_cost: vec![Vec::new(); MOST_COST as usize + 1],
            work: 0,
            bytes: 0,
        };
        for (at, part) in form.parts.iter().enumerate() {
            search.parts.push(Versions::default());
            search.add(at, 0, Kinds::default(), part.now.clone());
        }
        search
    }

    /// Finds the cheapest candidate that meets the target.
    pub(super) fn run(&mut self) -> Result<Option<Found<'a>>, Exhausted> {
        for cost in 1..=MOST_COST {
            let mut found = self.level(cost);
            if cost == RANKED_AT && matches!(found, Ok(None)) {
                found = self.ranked();
            }
            match found {
                Ok(None) => {}
                Ok(found) => return Ok(found),
                Err(End::Done) => return Ok(None),
                Err(End::Exhausted) => return Err(Exhausted),
            }
        }
        Ok(None)
    }

    /// Tries the candidates of one cost: those of few versions first.
    fn level(&mut self, cost: u32) -> Result<Option<Found<'a>>, End> {
        self.grow(cost)?;
        self.by_cost[cost as usize].sort_unstable();
        for count in 0..=TOGETHER {
            let systems = (0..self.systems.len()).filter(|_| count > 1).map(Some);
            let starts = (0..self.starts.len()).map(|start| (start, self.toll(), None));
            let scopes: Vec<_> = systems.map(|system| (0, 0, system)).chain(starts).collect();
            for (start, toll, system) in scopes {
                let scope = Scope {
                    start,
                    count,
                    toll,
                    system,
                };
                if let Some(left) = cost.checked_sub(self.starts[start].cost)
                    && let Some(found) = self.combine(&scope, 0, left, &mut Chosen::new())?
                {
                    return Ok(Some(found));
                }
            }
        }
        Ok(None)
    }

    /// Tries what all systems may have done to many fields: the likeliest of each, then the next.
    fn ranked(&mut self) -> Result<Option<Found<'a>>, End> {
        let Some(system) = self.systems.last() else {
            return Ok(None);
        };
        let mut ranks: HashMap<(usize, Kinds), usize> = HashMap::new();
        let mut by_rank = vec![Vec::new(); MOST_RANKS + 1];
        for &(part, version) in self.by_cost.iter().flatten() {
            let kinds = self.parts[part].list[version].kinds;
            let rank = ranks.entry((part, kinds)).or_default();
            *rank += 1;
            if kinds.are_within(system[part]) && kinds.count() == 1 && *rank <= MOST_RANKS {
                by_rank[*rank].push((part, version));
            }
        }
        for versions in &mut by_rank {
            versions.sort_unstable();
        }
        let by_cost = std::mem::replace(&mut self.by_cost, by_rank);
        let last = self.work + RANKED_WORK;
        let mut found = Ok(None);
        for sum in 2..=6 {
            for count in 2..=sum {
                let scope = Scope {
                    start: 0,
                    count,
                    toll: 0,
                    system: None,
                };
                if matches!(found, Ok(None)) && self.work < last {
                    let sum = u32::try_from(sum).unwrap_or(0);
                    found = self.combine(&scope, 0, sum, &mut Chosen::new());
                }
            }
        }
        self.by_cost = by_cost;
        found
    }

    /// What each field more costs. Where each guess is dear, one change is the better one.
    fn toll(&self) -> u32 {
        if self.target.is_cheap() { 2 } else { 3 }
    }

    /// Makes the versions that are first tried at this cost.
    fn grow(&mut self, cost: u32) -> Result<(), End> {
        for part in 0..self.parts.len() {
            let mut at = 0;
            while at < self.parts[part].list.len() {
                let version = &self.parts[part].list[at];
                let (age, kinds) = (version.cost, version.kinds);
                let chain = u32::from(age > 0);
                if age < cost && kinds.count() < DEPTH {
                    for rule in RULES {
                        let is_due = age + chain + rule.cost == cost;
                        if is_due && !kinds.has(rule.kind) && rule.is_for(self.form, part) {
                            self.apply(rule, part, at, cost)?;
                        }
                    }
                }
                at += 1;
            }
        }
        Ok(())
    }

    /// Adds what a rule makes of a version.
    fn apply(&mut self, rule: &Rule, part: usize, at: usize, cost: u32) -> Result<(), End> {
        let version = &self.parts[part].list[at];
        let kinds = version.kinds.with(rule.kind);
        let made = rule.undo(&version.entries, &self.form.parts[part], self.clues);
        for (more, entries) in made {
            let bytes: usize = entries.iter().map(|entry| entry.raw.len()).sum();
            self.spend(bytes + 64)?;
            self.add(part, cost + more, kinds, entries);
        }
        Ok(())
    }

    /// Takes a version, unless it is there already.
    fn add(&mut self, place: usize, cost: u32, kinds: Kinds, entries: Vec<Entry>) {
        let part = &self.form.parts[place];
        let mut canonical = Vec::new();
        let is_first = self.parts[place].list.is_empty();
        for (at, &slot) in part.slots.iter().enumerate() {
            let (now, then) = (part.now.get(at), entries.get(at));
            if now != then {
                let octets =
                    then.map_or_else(Vec::new, |then| self.form.canonical(then, part.is_own));
                if self.starts[0].slot(slot) != octets {
                    canonical.push((slot, octets));
                }
            }
        }
        let mut hasher = DefaultHasher::new();
        canonical.hash(&mut hasher);
        let versions = &mut self.parts[place];
        let written = canonical.iter().map(|(_, octets)| 2 * octets.len() + 96);
        let bytes = written.sum::<usize>() + ENTRY * entries.len();
        let is_full = versions.bytes + bytes > MOST_BYTES
            || self.bytes + bytes > MOST_BYTES_OF_ALL
            || versions.list.len() >= MOST_VERSIONS;
        if is_full || cost > MOST_COST || !versions.seen.insert(hasher.finish()) {
            return;
        }
        versions.bytes += bytes;
        self.bytes += bytes;
        if !is_first {
            self.by_cost[cost as usize].push((place, versions.list.len()));
        }
        versions.list.push(Version {
            cost,
            kinds,
            entries,
            canonical,
        });
    }

    /// Tries all sets of so many versions, of fields behind `first`, that cost `left` together.
    fn combine(
        &mut self,
        scope: &Scope,
        first: usize,
        left: u32,
        chosen: &mut Chosen,
    ) -> Result<Option<Found<'a>>, End> {
        let missing = scope.count - chosen.len();
        if missing == 0 {
            return if left == 0 {
                self.attempt(scope.start, chosen)
            } else {
                Ok(None)
            };
        }
        let is_free = chosen.is_empty() && scope.start == 0;
        let Some(left) = left.checked_sub(if is_free { 0 } else { scope.toll }) else {
            return Ok(None);
        };
        let behind = (scope.toll + 1) * u32::try_from(missing - 1).unwrap_or(u32::MAX);
        let costs = if missing == 1 {
            left..=left
        } else {
            1..=left.saturating_sub(behind)
        };
        for cost in costs.filter(|cost| *cost > 0) {
            let mut at = self.by_cost[cost as usize].partition_point(|(part, _)| *part < first);
            while let Some(&(part, version)) = self.by_cost[cost as usize].get(at) {
                at += 1;
                let kinds = self.parts[part].list[version].kinds;
                let is_done = |system: usize| kinds.are_within(self.systems[system][part]);
                if !scope.system.is_none_or(is_done) {
                    continue;
                }
                chosen.push((part, version));
                self.spend(8)?;
                let found = self.combine(scope, part + 1, left - cost, chosen)?;
                chosen.pop();
                if found.is_some() {
                    return Ok(found);
                }
            }
        }
        Ok(None)
    }

    /// Tries one candidate.
    fn attempt(&mut self, start: usize, chosen: &Chosen) -> Result<Option<Found<'a>>, End> {
        let start = &self.starts[start];
        let versions = chosen
            .iter()
            .map(|&(part, at)| (part, &self.parts[part].list[at]));
        let mut replaced: Vec<(usize, &[u8])> = Vec::with_capacity(chosen.len());
        let mut written = Vec::new();
        for (part, version) in versions {
            if start.is_as_said() {
                replaced.extend(
                    version
                        .canonical
                        .iter()
                        .map(|(slot, octets)| (*slot, &octets[..])),
                );
            } else {
                start.write(
                    self.form,
                    part,
                    &version.entries,
                    version.kinds,
                    &mut written,
                );
            }
        }
        replaced.extend(written.iter().map(|(slot, octets)| (*slot, &octets[..])));
        let (digest, hashed) = start.hash_with(&mut replaced);
        let count = replaced.len();
        self.budget.candidate(hashed + 32 * count)?;
        self.spend(0)?;
        self.work += hashed + CANDIDATE + self.target.price();
        if !self.target.is_met(&digest, self.budget)? {
            return Ok(None);
        }
        let then = chosen
            .iter()
            .map(|&(part, at)| (part, self.parts[part].list[at].entries.clone()));
        Ok(Some(Found {
            start,
            then: then.collect(),
        }))
    }

    fn spend(&mut self, octets: usize) -> Result<(), End> {
        self.work += octets;
        self.budget.spend(octets)?;
        if self.work > MOST_WORK {
            Err(End::Done)
        } else {
            Ok(())
        }
    }
}

/// What is combined.
struct Scope {
    /// The start that versions are put into.
    start: usize,
    /// How many versions.
    count: usize,
    /// What each of them costs more, but for the first of all.
    toll: u32,
    /// Only what the system in this place does.
    system: Option<usize>,
}
