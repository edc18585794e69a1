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
use super::rules::{
    Casing, Kinds, NAMES, SPACINGS, Spacing, Wording, is_encoded, reworded, with_canonicalization,
    wordings,
};
use crate::canonicalization::Canonicalization;
use crate::explain::{Budget, Exhausted};
use crate::hash::Digest;

/// The starts hold no more bytes than this together.
const MOST_BYTES: usize = 24 << 20;

/// Parts by their places, and the fields that they have.
type Preset = Vec<(usize, Vec<Entry>)>;

/// A way to write and to hash the whole header.
pub(super) struct Start {
    pub(super) cost: u32,
    pub(super) writing: Writing,
    /// The parts that are not as they are now.
    pub(super) preset: Preset,
    /// Whether the signature's own field is written so as well.
    writes_own: bool,
    /// The bytes of each slot, in the order of hashing.
    octets: Vec<Vec<u8>>,
    /// The place of each slot in that order.
    places: Vec<usize>,
    /// The hash up to each place.
    states: Vec<Digest>,
    /// The number of bytes from each place to the end.
    rests: Vec<usize>,
}

/// How fields are written.
#[derive(Clone, Copy)]
pub(super) enum Writing {
    /// As `c=` says.
    AsSaid,
    /// In the canonicalization that `c=` said.
    Other(Canonicalization),
    /// In `simple`, with this white space.
    Spaces(Spacing),
    /// In `simple`, with names in this letter case.
    Names(Casing),
    /// With all encoded words written in this way.
    Words(Wording),
    /// As a signer does that makes this mistake.
    By(Mistake),
}

impl Writing {
    /// The field as it was if all were spaced or named so.
    pub(super) fn rewritten(self, entry: &Entry) -> Entry {
        let name = entry.shown_name();
        match self {
            Self::Spaces(space) => entry.with_value(&space(&name, entry.value())),
            Self::Names(write) => Entry::new(entry.origin, write(&name).as_bytes(), entry.value()),
            Self::Words(wording) => {
                let value = reworded(entry.value(), wording);
                value.map_or_else(|| entry.clone(), |value| entry.with_value(&value))
            }
            Self::AsSaid | Self::Other(_) | Self::By(_) => entry.clone(),
        }
    }

    /// A field in this way, canonical.
    fn canonical(self, form: &SignedForm<'_>, entry: &Entry, is_own: bool) -> Vec<u8> {
        match self {
            Self::Other(algorithm) | Self::By(Mistake::Canonicalization(algorithm, _)) => {
                form.canonical_by(algorithm, &entry.raw, is_own)
            }
            Self::By(Mistake::Half(half)) => half.canonical(entry, is_own),
            _ => form.canonical(&self.rewritten(entry), is_own),
        }
    }
}

/// The ways to write the header, that as it is first: the cost, how fields are written, whether the
/// signature's own is too, and the parts that are not as they are now.
fn ways(form: &SignedForm<'_>, clues: &Clues<'_>) -> Vec<(u32, Writing, bool, Preset)> {
    use Writing::{AsSaid, By, Names, Other, Spaces, Words};
    let mut found = vec![(0, AsSaid, false, Vec::new())];
    let copied = copies::all_copied(form, clues);
    if copied.len() > 1 {
        found.push((1, AsSaid, false, copied));
    }
    let mut add = |cost, writing, writes_own| found.push((cost, writing, writes_own, Vec::new()));
    add(3, By(Mistake::OwnLineEnd), false);
    // Fields of one name in another order say nothing of a signer.
    let others = form.parts.iter().filter(|part| !part.is_own);
    let firsts = others.filter_map(|part| part.now.iter().filter_map(|each| each.origin).min());
    if !firsts.is_sorted() {
        add(3, By(Mistake::Order), false);
    }
    let other = match form.canonicalization {
        Canonicalization::Simple => Canonicalization::Relaxed,
        Canonicalization::Relaxed => Canonicalization::Simple,
    };
    for writes_own in [true, false] {
        for (cost, ends) in [(3, false), (4, true)] {
            add(cost, By(Mistake::Canonicalization(other, ends)), writes_own);
        }
        for (more, space) in SPACINGS.into_iter().filter(|_| form.is_simple()) {
            add(1 + more, Spaces(space), writes_own);
        }
        for (cost, half) in Half::all().filter(|_| !form.is_simple()) {
            add(cost, By(Mistake::Half(half)), writes_own);
        }
    }
    for (more, name) in NAMES.into_iter().filter(|_| form.is_simple()) {
        add(2 + more, Names(name), false);
    }
    let signed = form.parts.iter().flat_map(|part| part.signed(&part.now));
    if signed.filter(|entry| is_encoded(entry.value())).count() > 1 {
        found.extend(wordings().map(|wording| (5, Words(wording), false, Vec::new())));
    }
    // The signature's own field with a `c=` that asks for the other canonicalization.
    if let Some(own) = form.parts[form.own()].now.first() {
        for value in with_canonicalization(own.value(), form.line_endings(), other) {
            let preset = vec![(form.own(), vec![own.with_value(&value)])];
            found.push((3, Other(other), true, preset));
        }
    }
    found
}

impl Start {
    /// The starts for a header, that as it is first; whether they are all depends on the budget.
    pub(super) fn all(
        form: &SignedForm<'_>,
        clues: &Clues<'_>,
        budget: &mut Budget<'_>,
    ) -> (Vec<Self>, Result<(), Exhausted>) {
        let mut starts: Vec<Self> = Vec::new();
        let (mut seen, mut room) = (HashSet::new(), MOST_BYTES);
        for (cost, writing, writes_own, preset) in ways(form, clues) {
            let mut start = Self {
                cost,
                writing,
                preset,
                writes_own,
                octets: Vec::new(),
                places: Vec::new(),
                states: Vec::new(),
                rests: Vec::new(),
            };
            start.fill(form);
            let bytes = start.rests.first().copied().unwrap_or_default() + 256 * form.slots;
            let spent = budget.spend(bytes);
            let now = starts.first().unwrap_or(&start);
            let others = (0..form.slots).filter(|slot| now.slot(*slot) != start.slot(*slot));
            // What is done to one field alone is found by rules.
            let rewrites = !matches!(
                writing,
                Writing::AsSaid | Writing::Other(_) | Writing::By(_)
            );
            let is_of_rules = rewrites && others.take(2).count() < 2;
            let mut hasher = DefaultHasher::new();
            start.octets.hash(&mut hasher);
            if !is_of_rules && seen.insert(hasher.finish()) {
                room = room.saturating_sub(bytes);
                starts.push(start);
            }
            if spent.is_err() || room == 0 {
                return (starts, spent);
            }
        }
        (starts, Ok(()))
    }

    /// Whether versions are written as their canonical form is.
    pub(super) fn is_as_said(&self) -> bool {
        matches!(self.writing, Writing::AsSaid | Writing::By(Mistake::Order))
    }

    /// The bytes of a slot.
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
            Writing::Spaces(_) => kinds.has(Kinds::SPACE),
            Writing::Names(_) => kinds.has(Kinds::NAME),
            _ => false,
        };
        let writing = if is_done || part.is_own && !self.writes_own {
            Writing::AsSaid
        } else {
            self.writing
        };
        let ends_own = matches!(
            self.writing,
            Writing::By(Mistake::OwnLineEnd | Mistake::Canonicalization(_, true))
        );
        for (at, &slot) in part.slots.iter().enumerate() {
            let entry = entries.get(at);
            let canonical = |entry| writing.canonical(form, entry, part.is_own);
            let mut octets = entry.map(canonical).unwrap_or_default();
            if part.is_own && ends_own {
                octets.extend_from_slice(b"\r\n");
            }
            written.push((slot, octets));
        }
    }

    /// The hash with other bytes in some slots, and how many bytes had to be hashed: those
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
        if matches!(self.writing, Writing::By(Mistake::Order)) {
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
