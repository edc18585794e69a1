//! What may have been signed instead of what is there: the hypotheses, gathered.

use std::collections::HashMap;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

use super::folding::spacings;
use super::form::{Instance, SignedForm};
use super::text::{describe, shown};
use crate::canonicalization::Canonicalization;
use crate::explain::{Budget, Cause, Exhausted, Explanation, Proof};
use crate::tag_list::without_fws;

/// Alternatives hold no more octets than this together: a header may be megabytes long.
const MAX_OCTETS: usize = 24 * 1024 * 1024;
/// The most alternatives.
const MAX_COUNT: usize = 60_000;
/// So many octets are written for the alternatives of one kind.
const MAX_WORK: usize = 8 * 1024 * 1024;

/// Other octets for some slots, and what it means if they are right.
#[derive(Clone, Debug)]
pub(super) struct Alternative {
    /// The part that it is about; two about the same do not go together, and one about the header
    /// as a whole goes with no other.
    pub(super) part: Option<usize>,
    /// How unlikely it is.
    pub(super) cost: u32,
    /// The slots, ascending, with what was in them.
    pub(super) octets: Vec<(usize, Vec<u8>)>,
    /// What happened.
    pub(super) stories: Vec<Story>,
}

/// What happened if an alternative is right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Story {
    pub(super) cause: Cause,
    pub(super) field: Option<String>,
    pub(super) original: Option<String>,
    pub(super) detail: String,
}

impl Story {
    /// A story about a field of which nothing is quoted.
    pub(super) fn of(cause: Cause, field: &str, detail: String) -> Self {
        Self {
            cause,
            field: Some(field.to_owned()),
            original: None,
            detail,
        }
    }

    /// White space of a field was changed, and nothing else.
    pub(super) fn of_spaces(field: &str) -> Self {
        let detail = format!(
            "white space or folds of the {field} field were changed, where the signature covers \
             them"
        );
        Self::of(Cause::HeaderWhitespaceChanged, field, detail)
    }

    /// A story about a field whose value was another. Whatever led to it, white space is no more
    /// than that.
    pub(super) fn of_value(cause: Cause, field: &str, now: &[u8], then: &[u8]) -> Self {
        if without_fws(now) == without_fws(then) {
            return Self::of_spaces(field);
        }
        Self {
            cause,
            field: Some(field.to_owned()),
            original: Some(shown(then)),
            detail: describe(field, now, then),
        }
    }

    /// The story as it is told.
    pub(super) fn told(self, proof: Proof) -> Explanation {
        Explanation {
            cause: self.cause,
            proof,
            detail: self.detail,
            field: self.field,
            original: self.original,
            remedy: self.cause.remedy(),
        }
    }
}

/// The alternatives to a signed form, each once.
pub(super) struct Alternatives<'f, 'a> {
    /// What they are alternatives to.
    pub(super) form: &'f SignedForm<'a>,
    list: Vec<Alternative>,
    /// Their places by a hash of their octets: one that is lost to a collision is no harm.
    places: HashMap<u64, usize>,
    octets: usize,
    /// Octets that were written for the present kind of alternatives.
    work: usize,
    /// How many alternatives there were when the last kind ended.
    ended: usize,
}

fn sorted(list: &[Alternative]) -> Vec<&Alternative> {
    let mut sorted: Vec<_> = list.iter().collect();
    sorted.sort_by_key(|alternative| alternative.cost);
    sorted
}

impl<'f, 'a> Alternatives<'f, 'a> {
    pub(super) fn new(form: &'f SignedForm<'a>) -> Self {
        Self {
            form,
            list: Vec::new(),
            places: HashMap::new(),
            octets: 0,
            work: 0,
            ended: 0,
        }
    }

    /// Whether no more are taken of the present kind.
    pub(super) fn is_full(&self) -> bool {
        self.octets > MAX_OCTETS || self.list.len() >= MAX_COUNT || self.work > MAX_WORK
    }

    /// Ends one kind of alternatives, which may not take up the room of the next: those that came
    /// since the last one, the likely ones first.
    pub(super) fn end_kind(
        &mut self,
        budget: &mut Budget<'_>,
    ) -> Result<Vec<&Alternative>, Exhausted> {
        budget.spend(std::mem::take(&mut self.work))?;
        let start = std::mem::replace(&mut self.ended, self.list.len());
        Ok(sorted(self.list.get(start..).unwrap_or_default()))
    }

    /// The alternatives, the likely ones first.
    pub(super) fn sorted(&self) -> Vec<&Alternative> {
        sorted(&self.list)
    }

    /// Takes an alternative, unless it changes nothing. Of several with the same octets the
    /// likeliest stays.
    pub(super) fn add(&mut self, mut alternative: Alternative) {
        if self.is_full() {
            return;
        }
        self.work += alternative
            .octets
            .iter()
            .map(|each| each.1.len())
            .sum::<usize>();
        let slots = self.form.slots();
        alternative
            .octets
            .retain(|(slot, octets)| slots.get(*slot).is_some_and(|now| now != octets));
        if alternative.octets.is_empty() {
            return;
        }
        alternative.octets.sort_unstable_by_key(|(slot, _)| *slot);
        let mut hasher = DefaultHasher::new();
        alternative.octets.hash(&mut hasher);
        let length: usize = alternative.octets.iter().map(|each| each.1.len()).sum();
        match self.places.get(&hasher.finish()) {
            Some(&place) => {
                let there = &mut self.list[place];
                if alternative.cost < there.cost {
                    *there = alternative;
                }
            }
            None => {
                self.places.insert(hasher.finish(), self.list.len());
                self.octets += length;
                self.list.push(alternative);
            }
        }
    }

    /// Takes another value for a field, all that stands behind the colon; what the change is
    /// called is up to `cause`. Under `simple`, the value may have been spaced and folded in other
    /// ways too.
    pub(super) fn value(&mut self, instance: &Instance<'_>, then: &[u8], cost: u32, cause: Cause) {
        let name = instance.name();
        let now = instance.field.value();
        self.value_told(instance, then, cost, &|then| {
            Story::of_value(cause, &name, now, then)
        });
    }

    /// The same with a story of its own.
    pub(super) fn value_told(
        &mut self,
        instance: &Instance<'_>,
        then: &[u8],
        cost: u32,
        story: &dyn Fn(&[u8]) -> Story,
    ) {
        if self.is_full() {
            return;
        }
        self.raw_value(instance, then, cost, story);
        if self.form.canonicalization == Canonicalization::Simple {
            for (more, spaced) in spacings(&instance.name(), then) {
                self.raw_value(instance, &spaced, cost + more + 2, story);
            }
        }
    }

    fn raw_value(
        &mut self,
        instance: &Instance<'_>,
        then: &[u8],
        cost: u32,
        story: &dyn Fn(&[u8]) -> Story,
    ) {
        let field = instance.field;
        let raw = [&field.raw()[..field.value_offset()], then].concat();
        let octets = self.form.canonical(&raw);
        self.work += raw.len() + 64;
        if self.form.slots().get(instance.slot) != Some(&octets) {
            self.add(Alternative {
                part: Some(instance.part),
                cost,
                octets: vec![(instance.slot, octets)],
                stories: vec![story(then)],
            });
        }
    }
}
