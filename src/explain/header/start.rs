//! Whole-header writings: all fields spaced, folded or named in one way, hashed in another
//! canonicalization than `c=` says, or in another order; and copies of many fields at once.
//!
//! Each is where candidates start from: versions of single fields go on top of it.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::clues::Clues;
use super::copies;
use super::form::{Entry, SignedForm};
use super::mistakes::{Half, Mistake};
use super::rules::{Casing, Kind, Kinds, NAMES, SPACINGS, Spacing};
use crate::canonicalization::Canonicalization;
use crate::explain::{Budget, Exhausted};
use crate::hash::Digest;

/// The starts hold no more bytes than this together.
const MOST_BYTES: usize = 24 << 20;

/// A way to write and to hash the whole header.
pub(super) struct Start {
    pub(super) cost: u32,
    pub(super) writing: Writing,
    /// The parts that are not as they are now.
    pub(super) preset: Vec<(usize, Vec<Entry>)>,
    /// What the signer did wrong, if it is that.
    pub(super) mistake: Option<Mistake>,
    /// Whether the signature's own field is written so as well.
    writes_own: bool,
    /// The octets of each slot, in the order of hashing.
    octets: Vec<Vec<u8>>,
    /// The place of each slot in that order.
    places: Vec<usize>,
    /// The hash up to each place.
    states: Vec<Digest>,
    /// The octets from each place to the end.
    rests: Vec<usize>,
}

/// How fields are written.
#[derive(Clone, Copy)]
pub(super) enum Writing {
    /// As `c=` says.
    AsSaid,
    /// In this canonicalization.
    By(Canonicalization),
    /// In `simple`, with this white space.
    Spaces(Spacing),
    /// In `simple`, with names in this letter case.
    Names(Casing),
    /// In a `relaxed` that is not made to its end.
    Half(Half),
}

impl Writing {
    /// The field as it was if all were spaced or named so.
    pub(super) fn rewritten(self, entry: &Entry) -> Entry {
        match self {
            Self::Spaces(space) => entry.with_value(&space(&entry.shown_name(), entry.value())),
            Self::Names(write) => {
                let name = write(&entry.shown_name());
                Entry::new(entry.origin, name.as_bytes(), entry.value())
            }
            Self::AsSaid | Self::By(_) | Self::Half(_) => entry.clone(),
        }
    }

    /// A field in this way, canonical.
    fn canonical(self, form: &SignedForm<'_>, entry: &Entry, is_own: bool) -> Vec<u8> {
        match self {
            Self::By(algorithm) => form.canonical_by(algorithm, &entry.raw, is_own),
            Self::Half(half) => half.canonical(entry, is_own),
            _ => form.canonical(&self.rewritten(entry), is_own),
        }
    }
}

impl Start {
    /// The starts for a header, that as it is first; whether they are all depends on the budget.
    pub(super) fn all(
        form: &SignedForm<'_>,
        clues: &Clues<'_>,
        budget: &mut Budget<'_>,
    ) -> (Vec<Self>, Result<(), Exhausted>) {
        let mut starts = Starts {
            form,
            list: Vec::new(),
            seen: HashSet::new(),
            bytes: 0,
        };
        let outcome = starts.fill(clues, budget);
        (starts.list, outcome)
    }

    /// Whether versions are written as their canonical form is.
    pub(super) fn is_as_said(&self) -> bool {
        matches!(self.writing, Writing::AsSaid)
    }

    /// The octets of a slot.
    pub(super) fn slot(&self, slot: usize) -> &[u8] {
        &self.octets[self.places[slot]]
    }

    /// Adds what the slots of a part hold if its fields are these; `kinds`: what they are the work
    /// of. What was spaced or named by itself stays so.
    pub(super) fn write(
        &self,
        form: &SignedForm<'_>,
        part: usize,
        entries: &[Entry],
        kinds: Kinds,
        written: &mut Vec<(usize, Vec<u8>)>,
    ) {
        let part = &form.parts[part];
        let is_done = match self.writing {
            Writing::Spaces(_) => kinds.has(Kind::Space),
            Writing::Names(_) => kinds.has(Kind::Name),
            _ => false,
        };
        let as_said = is_done || part.is_own && !self.writes_own;
        let writing = if as_said {
            Writing::AsSaid
        } else {
            self.writing
        };
        for (at, &slot) in part.slots.iter().enumerate() {
            let mut octets = entries.get(at).map_or_else(Vec::new, |entry| {
                writing.canonical(form, entry, part.is_own)
            });
            let ends = match self.mistake {
                Some(Mistake::OwnLineEnd) => true,
                Some(Mistake::Canonicalization(_, ends)) => ends,
                _ => false,
            };
            if part.is_own && ends {
                octets.extend_from_slice(b"\r\n");
            }
            written.push((slot, octets));
        }
    }

    /// The hash with other octets in some slots, and how many octets had to be hashed: those
    /// before the first that differs are hashed once for all candidates.
    pub(super) fn hash_with(&self, replaced: &mut [(usize, &[u8])]) -> (Vec<u8>, usize) {
        for (slot, _) in replaced.iter_mut() {
            *slot = self.places[*slot];
        }
        replaced.sort_unstable_by_key(|(place, _)| *place);
        let first = replaced
            .first()
            .map_or(self.octets.len() - 1, |(place, _)| *place);
        let mut digest = self.states[first].clone();
        let mut others = replaced.iter().peekable();
        for (place, octets) in self.octets.iter().enumerate().skip(first) {
            match others.next_if(|(other, _)| *other == place) {
                Some((_, other)) => digest.update(other),
                None => digest.update(octets),
            }
        }
        (digest.finalize().to_vec(), self.rests[first])
    }

    /// Fills the slots, and hashes them once.
    fn fill(&mut self, form: &SignedForm<'_>) {
        let mut written = Vec::with_capacity(form.slots);
        for (at, part) in form.parts.iter().enumerate() {
            let preset = self.preset.iter().find(|(other, _)| *other == at);
            let entries = preset.map_or(&part.now, |(_, entries)| entries);
            self.write(form, at, entries, Kinds::default(), &mut written);
        }
        // Where a slot's field stands in the message: nothing is hashed for a slot without one.
        let mut order: Vec<usize> = (0..form.slots).collect();
        if self.mistake == Some(Mistake::Order) {
            let mut origins = vec![usize::MAX; form.slots];
            for part in form.parts.iter().filter(|part| !part.is_own) {
                for (&slot, entry) in part.slots.iter().zip(&part.now) {
                    origins[slot] = entry.origin.unwrap_or(usize::MAX - 1);
                }
            }
            order.sort_by_key(|&slot| (slot + 1 == form.slots, origins[slot]));
        }
        self.places = vec![0; form.slots];
        for (place, &slot) in order.iter().enumerate() {
            self.places[slot] = place;
        }
        written.sort_unstable_by_key(|(slot, _)| self.places[*slot]);
        self.octets = written.into_iter().map(|(_, octets)| octets).collect();
        let mut digest = Digest::new(form.algorithm);
        let mut rest: usize = self.octets.iter().map(Vec::len).sum();
        for octets in &self.octets {
            self.states.push(digest.clone());
            self.rests.push(rest);
            digest.update(octets);
            rest -= octets.len();
        }
    }
}

/// The starts so far, each once.
struct Starts<'f> {
    form: &'f SignedForm<'f>,
    list: Vec<Start>,
    seen: HashSet<u64>,
    bytes: usize,
}

impl Starts<'_> {
    fn fill(&mut self, clues: &Clues<'_>, budget: &mut Budget<'_>) -> Result<(), Exhausted> {
        let form = self.form;
        self.add(budget, 0, Writing::AsSaid, false, |_| {})?;
        let copied = copies::all_copied(form, clues);
        if copied.len() > 1 {
            self.add(budget, 1, Writing::AsSaid, false, |start| {
                start.preset = copied;
            })?;
        }
        // Fields of one name in another order say nothing of a signer.
        let others = form.parts.iter().filter(|part| !part.is_own);
        let firsts = others.filter_map(|part| part.now.iter().filter_map(|each| each.origin).min());
        let in_order = firsts.is_sorted();
        let mistakes = [Mistake::OwnLineEnd, Mistake::Order];
        for mistake in mistakes.into_iter().take(2 - usize::from(in_order)) {
            self.add(budget, 3, Writing::AsSaid, false, |start| {
                start.mistake = Some(mistake);
            })?;
        }
        let other = match form.canonicalization {
            Canonicalization::Simple => Canonicalization::Relaxed,
            Canonicalization::Relaxed => Canonicalization::Simple,
        };
        for own in clues.own_with_other_canonicalization(form) {
            let preset = vec![(form.own(), vec![own])];
            self.add(budget, 3, Writing::By(other), true, |start| {
                start.preset = preset;
            })?;
        }
        for writes_own in [true, false] {
            for ends in [false, true] {
                self.add(
                    budget,
                    3 + u32::from(ends),
                    Writing::By(other),
                    writes_own,
                    |start| {
                        start.mistake = Some(Mistake::Canonicalization(other, ends));
                    },
                )?;
            }
            for (more, space) in SPACINGS.into_iter().filter(|_| form.is_simple()) {
                self.add(budget, 1 + more, Writing::Spaces(space), writes_own, |_| {})?;
            }
            for (cost, half) in Half::all().filter(|_| !form.is_simple()) {
                self.add(budget, cost, Writing::Half(half), writes_own, |start| {
                    start.mistake = Some(Mistake::Half(half));
                })?;
            }
        }
        for (more, name) in NAMES.into_iter().filter(|_| form.is_simple()) {
            self.add(budget, 2 + more, Writing::Names(name), false, |_| {})?;
        }
        Ok(())
    }

    fn add(
        &mut self,
        budget: &mut Budget<'_>,
        cost: u32,
        writing: Writing,
        writes_own: bool,
        change: impl FnOnce(&mut Start),
    ) -> Result<(), Exhausted> {
        if self.bytes > MOST_BYTES {
            return Ok(());
        }
        let mut start = Start {
            cost,
            writing,
            preset: Vec::new(),
            mistake: None,
            writes_own,
            octets: Vec::new(),
            places: Vec::new(),
            states: Vec::new(),
            rests: Vec::new(),
        };
        change(&mut start);
        start.fill(self.form);
        let bytes = start.rests.first().copied().unwrap_or_default() + 256 * self.form.slots;
        let spent = budget.spend(bytes);
        // What is done to one field alone is found by rules.
        let other = |slot: &usize| {
            self.list
                .first()
                .is_some_and(|now| now.slot(*slot) != start.slot(*slot))
        };
        let rewrites = matches!(writing, Writing::Spaces(_) | Writing::Names(_));
        if rewrites && (0..self.form.slots).filter(other).take(2).count() < 2 {
            return spent;
        }
        let mut hasher = DefaultHasher::new();
        start.octets.hash(&mut hasher);
        if self.seen.insert(hasher.finish()) {
            self.bytes += bytes;
            self.list.push(start);
        }
        spent
    }
}
