//! The selectors that an audit asks for, and why.

use std::collections::HashMap;

use super::report::Source;
use crate::identifier::{Sdid, Selector};
use crate::lookup::Question;

/// A selector that is asked for.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    pub(super) selector: Selector,
    pub(super) domain: Sdid,
    pub(super) question: Question,
    /// Each once, the most telling first.
    pub(super) sources: Vec<Source>,
}

impl Candidate {
    pub(super) fn new(
        selector: Selector,
        domain: Sdid,
        question: Question,
        source: Source,
    ) -> Self {
        Self {
            selector,
            domain,
            question,
            sources: vec![source],
        }
    }

    pub(super) fn has(&self, source: Source) -> bool {
        self.sources.contains(&source)
    }

    /// Whether it is more than a guess.
    pub(super) fn is_known(&self) -> bool {
        self.sources.iter().any(|source| !source.is_guess())
    }
}

/// Candidates in the order in which they were thought of.
#[derive(Clone, Debug, Default)]
pub(super) struct Candidates {
    list: Vec<Candidate>,
    places: HashMap<Question, usize>,
}

impl Candidates {
    /// Adds a candidate, or its source to one that is there.
    pub(super) fn add(&mut self, candidate: Candidate) {
        match self.places.get(&candidate.question) {
            Some(&place) => {
                let sources = &mut self.list[place].sources;
                let new = candidate.sources.into_iter();
                let new: Vec<Source> = new.filter(|source| !sources.contains(source)).collect();
                sources.extend(new);
                sources.sort_unstable();
            }
            None => {
                self.places
                    .insert(candidate.question.clone(), self.list.len());
                self.list.push(candidate);
            }
        }
    }

    /// The candidate that a question is for.
    pub(super) fn of(&self, question: &Question) -> Option<&Candidate> {
        self.places.get(question).map(|&place| &self.list[place])
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Candidate> {
        self.list.iter()
    }
}
