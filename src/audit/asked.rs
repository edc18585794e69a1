//! The questions of an audit, each once, and their answers.

use std::collections::{HashMap, HashSet};

use crate::lookup::{
    Answer, LookupFailure, LookupFailureKind, Question, RecordsAnswer, ServersAnswer, TxtAnswer,
};

/// How many open questions are handed out at a time. With all of them each time, many selectors
/// would take time that grows with the square of their number.
const AT_A_TIME: usize = 1_024;

/// Questions in the order of their importance.
#[derive(Clone, Debug, Default)]
pub(super) struct Questions {
    order: Vec<Question>,
    /// How many of the first ones are answered.
    done: usize,
    answers: HashMap<Question, Option<Answer>>,
}

/// How much was asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct QuestionCounts {
    /// How many names.
    pub names: usize,
    /// How many questions, those to each authoritative server included. What the resolver itself
    /// had to ask others is not counted.
    pub questions: usize,
    /// How many of the questions got no answer.
    pub unanswered: usize,
}

impl Questions {
    /// Asks a question, if it was not asked before.
    pub(super) fn ask(&mut self, question: Question) {
        if !self.answers.contains_key(&question) {
            self.answers.insert(question.clone(), None);
            self.order.push(question);
        }
    }

    /// Takes an answer; whether it is one that was waited for.
    pub(super) fn answer(&mut self, question: &Question, answer: Answer) -> bool {
        match self.answers.get_mut(question) {
            Some(place @ None) => *place = Some(answer),
            _ => return false,
        }
        while let Some(question) = self.order.get(self.done)
            && self.is_answered(question)
        {
            self.done += 1;
        }
        true
    }

    pub(super) fn pending(&self) -> Vec<Question> {
        let open = self.order[self.done..].iter();
        let open = open.filter(|question| !self.is_answered(question));
        open.take(AT_A_TIME).cloned().collect()
    }

    pub(super) fn is_answered(&self, question: &Question) -> bool {
        matches!(self.answers.get(question), Some(Some(_)))
    }

    /// What the resolver said, if it said anything.
    pub(super) fn records(&self, question: &Question) -> Option<&RecordsAnswer> {
        match self.answers.get(question)? {
            Some(Answer::Resolver(Ok(answer))) => Some(answer),
            _ => None,
        }
    }

    /// What the resolver said about TXT records; `None` if nobody was told that it was asked.
    pub(super) fn txt(&self, question: &Question) -> Option<Result<TxtAnswer, LookupFailure>> {
        match self.answers.get(question)? {
            Some(Answer::Resolver(Ok(answer))) => Some(Ok(answer.clone().into())),
            Some(Answer::Resolver(Err(failure))) => Some(Err(failure.clone())),
            _ => None,
        }
    }

    /// What the resolver said; a failure if it said nothing.
    pub(super) fn resolved(&self, question: &Question) -> Answer {
        match self.answers.get(question) {
            Some(Some(answer @ Answer::Resolver(_))) => answer.clone(),
            _ => Answer::Resolver(Err(unanswered())),
        }
    }

    /// What the authoritative servers said.
    pub(super) fn servers(&self, question: &Question) -> Option<&ServersAnswer> {
        match self.answers.get(&question.clone().at_every_server())? {
            Some(Answer::EveryServer(Ok(answer))) => Some(answer),
            _ => None,
        }
    }

    /// Why authoritative servers could not be asked, or did not answer, in order.
    pub(super) fn failures_of_servers(&self) -> Vec<&LookupFailure> {
        let answers = self
            .order
            .iter()
            .filter_map(|question| self.answers.get(question)?.as_ref());
        let failures = answers.flat_map(|answer| match answer {
            Answer::EveryServer(Err(failure)) => vec![failure],
            Answer::EveryServer(Ok(answer)) => {
                let servers = answer.servers.iter();
                servers
                    .filter_map(|server| server.answer.as_ref().err())
                    .collect()
            }
            Answer::Resolver(_) => Vec::new(),
        });
        failures.collect()
    }

    /// The names that were asked for, in order.
    pub(super) fn names(&self) -> Vec<String> {
        let mut seen = HashSet::new();
        let names = self.order.iter().map(Question::name);
        let names = names.filter(|name| seen.insert(*name));
        names.map(str::to_owned).collect()
    }

    pub(super) fn counts(&self) -> QuestionCounts {
        let mut counts = QuestionCounts {
            names: self.names().len(),
            ..QuestionCounts::default()
        };
        for answer in self.answers.values() {
            let (questions, unanswered) = match answer {
                Some(Answer::Resolver(Ok(_))) => (1, 0),
                Some(Answer::EveryServer(Ok(answer))) => {
                    let failed = answer
                        .servers
                        .iter()
                        .filter(|server| server.answer.is_err());
                    (answer.questions, failed.count())
                }
                Some(Answer::Resolver(Err(_)) | Answer::EveryServer(Err(_))) | None => (1, 1),
            };
            counts.questions += questions;
            counts.unanswered += unanswered;
        }
        counts
    }
}

/// The failure of a question that nobody answered.
pub(super) fn unanswered() -> LookupFailure {
    LookupFailure::new(LookupFailureKind::Timeout, "the question was not answered")
}
