//! What may have been signed instead of what is there: the hypotheses, gathered.

use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::rc::Rc;

use super::copies::{Copy, copied_fields};
use super::folding::spacings;
use super::form::{Instance, SignedForm};
use super::lists::list_names;
use super::text::{collapsed, shown};
use super::value::describe;
use crate::canonicalization::Canonicalization;
use crate::explain::{Budget, Cause, Exhausted, Explanation, Proof};

/// Alternatives hold no more octets than this together: a header may be megabytes long.
const MAX_OCTETS: usize = 24 * 1024 * 1024;
/// The most alternatives.
const MAX_COUNT: usize = 60_000;
/// So many octets are written for the alternatives of one kind.
const MAX_WORK: usize = 8 * 1024 * 1024;

/// Other octets for some slots, and what it means if they are right.
#[derive(Clone, Debug)]
pub(super) struct Alternative {
    /// The part that it is about; two about the same do not go together. One about the header as a
    /// whole has none.
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
    /// A value that is told as it is now and as it was, in place of `original` and `detail`.
    pub(super) change: Option<Change>,
    /// What to do about this very change; `None` for what its cause says.
    pub(super) remedy: Option<Cow<'static, str>>,
}

/// A field's value as it is, and as it was. Few of many are told, so the sentence is made then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) now: Rc<[u8]>,
    pub(super) then: Vec<u8>,
}

impl Story {
    /// A story about a field of which nothing is quoted.
    pub(super) fn of(cause: Cause, field: &str, detail: String) -> Self {
        Self {
            cause,
            field: Some(field.to_owned()),
            original: None,
            detail,
            change: None,
            remedy: None,
        }
    }

    /// The same with what to do about this very change, in lower case and without a full stop.
    #[allow(dead_code, reason = "for the rules")]
    pub(super) fn with_remedy(self, remedy: impl Into<Cow<'static, str>>) -> Self {
        Self {
            remedy: Some(remedy.into()),
            ..self
        }
    }

    /// The story as it is told.
    pub(super) fn told(self, proof: Proof) -> Explanation {
        let (detail, original) = match &self.change {
            None => (self.detail, self.original),
            Some(Change { now, then }) => {
                let name = self.field.as_deref().unwrap_or_default();
                (describe(name, now, then), Some(shown(then)))
            }
        };
        Explanation {
            cause: self.cause,
            proof,
            detail,
            field: self.field,
            original,
            remedy: self.remedy.unwrap_or(self.cause.remedy().into()),
        }
    }
}

/// The alternatives to a signed form, each once.
pub(super) struct Alternatives<'f, 'b> {
    /// What they are alternatives to.
    pub(super) form: &'f SignedForm<'f>,
    /// What `z=` says of fields that are signed.
    pub(super) copies: Vec<Copy>,
    /// The names that a mailing list may have put into the Subject.
    pub(super) lists: Vec<String>,
    /// The values of fields to which there are others, by their slots.
    values: HashMap<usize, Rc<[u8]>>,
    list: Vec<Alternative>,
    /// Their places by a hash of their octets: one that is lost to a collision is no harm.
    places: HashMap<u64, usize>,
    octets: usize,
    /// Octets that were looked at or written for the present kind of alternatives.
    work: usize,
    /// How many alternatives there were when the last kind ended.
    ended: usize,
    budget: &'f mut Budget<'b>,
    outcome: Result<(), Exhausted>,
}

fn sorted(list: &[Alternative]) -> Vec<&Alternative> {
    let mut sorted: Vec<_> = list.iter().collect();
    sorted.sort_by_key(|alternative| alternative.cost);
    sorted
}

impl<'f, 'b> Alternatives<'f, 'b> {
    pub(super) fn new(form: &'f SignedForm<'f>, budget: &'f mut Budget<'b>) -> Self {
        Self {
            form,
            copies: copied_fields(form),
            lists: list_names(form.header),
            values: HashMap::new(),
            list: Vec::new(),
            places: HashMap::new(),
            octets: 0,
            work: 0,
            ended: 0,
            budget,
            outcome: Ok(()),
        }
    }

    /// Whether no more are taken of the present kind.
    pub(super) fn is_full(&self) -> bool {
        self.outcome.is_err()
            || self.octets > MAX_OCTETS
            || self.list.len() >= MAX_COUNT
            || self.work > MAX_WORK
    }

    /// Takes note of work on so many octets, and whether it may go on.
    pub(super) fn work(&mut self, octets: usize) -> bool {
        self.work += octets;
        self.spend(octets) && !self.is_full()
    }

    /// Takes note of work that is none for the present kind alone, and whether it may go on.
    pub(super) fn spend(&mut self, octets: usize) -> bool {
        self.outcome = self.outcome.and_then(|()| self.budget.spend(octets));
        self.outcome.is_ok()
    }

    /// Ends one kind of alternatives, which may not take up the room of the next: those that came
    /// since the last one, the likely ones first, and the budget to try them with.
    pub(super) fn end_kind(&mut self) -> Result<(Vec<&Alternative>, &mut Budget<'b>), Exhausted> {
        self.outcome?;
        self.work = 0;
        let start = std::mem::replace(&mut self.ended, self.list.len());
        let new = self.list.get(start..).unwrap_or_default();
        Ok((sorted(new), self.budget))
    }

    /// The alternatives, the likely ones first, and the budget to try them with.
    pub(super) fn all(&mut self) -> (Vec<&Alternative>, &mut Budget<'b>) {
        (sorted(&self.list), self.budget)
    }

    /// Takes an alternative, unless it changes nothing. Of several with the same octets the
    /// likeliest stays.
    pub(super) fn add(&mut self, mut alternative: Alternative) {
        if self.is_full() {
            return;
        }
        self.work(alternative.octets.iter().map(|each| each.1.len()).sum());
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
        if self.is_full() {
            return;
        }
        let now = self.values.entry(instance.slot);
        let now = Rc::clone(now.or_insert_with(|| instance.field.value().into()));
        self.raw_value(instance, &now, then, cost, cause);
        if self.form.canonicalization == Canonicalization::Simple {
            for (more, spaced) in spacings(&instance.name(), then) {
                self.raw_value(instance, &now, &spaced, cost + more + 2, cause);
            }
        }
    }

    fn raw_value(
        &mut self,
        instance: &Instance<'_>,
        now: &Rc<[u8]>,
        then: &[u8],
        cost: u32,
        cause: Cause,
    ) {
        let field = instance.field;
        let raw = [&field.raw()[..field.value_offset()], then].concat();
        let octets = self.form.canonical(&raw);
        // What relaxed does not sign is not known (RFC 6376 §3.4.2).
        let then = match self.form.canonicalization {
            Canonicalization::Simple => then.to_vec(),
            Canonicalization::Relaxed => collapsed(then),
        };
        if self.work(raw.len() + 64) && self.form.slots().get(instance.slot) != Some(&octets) {
            self.add(Alternative {
                part: Some(instance.part),
                cost,
                octets: vec![(instance.slot, octets)],
                stories: vec![Story::of_value(cause, &instance.name(), now, then)],
            });
        }
    }
}
