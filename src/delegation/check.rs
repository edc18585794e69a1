//! The machine that asks what is there.

use std::collections::BTreeMap;

use super::plan::{Alias, Plan};
use super::report::Report;
use super::scene::Scene;
use crate::identifier::Sdid;
use crate::lint;
use crate::lookup::{
    Answer, LookupFailure, Question, RecordType, RecordsAnswer, ServersAnswer, TxtAnswer,
};
use crate::provider::{Provider, TargetPattern};

/// The check of a domain's delegations under way.
///
/// It asks for TXT records at each name, which gives the chain of aliases and the key; for the
/// CNAME record at each authoritative server; and, where a record is missing or wrong, for the few
/// names where it usually went instead, and for the key at the right target.
#[derive(Clone, Debug)]
pub struct Delegation {
    plan: Plan,
    answers: Answers,
}

/// What the DNS said.
#[derive(Clone, Debug, Default)]
pub(super) struct Answers(BTreeMap<Question, Answer>);

impl Answers {
    fn resolved(&self, question: &Question) -> Option<&Result<RecordsAnswer, LookupFailure>> {
        match self.0.get(question)? {
            Answer::Resolver(answer) => Some(answer),
            Answer::EveryServer(_) => None,
        }
    }

    /// The TXT records at an absolute name; `None` if nobody answered.
    pub(super) fn texts(&self, name: &str) -> Option<Result<TxtAnswer, LookupFailure>> {
        let answer = self.resolved(&texts(name))?;
        Some(answer.clone().map(TxtAnswer::from))
    }

    /// What each authoritative server says of the CNAME record at an absolute name.
    pub(super) fn aliases(&self, name: &str) -> Option<&Result<ServersAnswer, LookupFailure>> {
        match self.0.get(&aliases(name))? {
            Answer::EveryServer(answer) => Some(answer),
            Answer::Resolver(_) => None,
        }
    }

    /// The names of the mail exchangers of a domain.
    pub(super) fn exchangers(&self, domain: &Sdid) -> Vec<String> {
        let answer = self.resolved(&exchangers(domain));
        let answer = answer.and_then(|answer| answer.as_ref().ok()).into_iter();
        let names = answer.flat_map(RecordsAnswer::servers);
        names.map(str::to_owned).collect()
    }

    fn lacks(&self, questions: Vec<Question>) -> Vec<Question> {
        let is_open = |question: &Question| !self.0.contains_key(question);
        questions.into_iter().filter(is_open).collect()
    }
}

fn texts(name: &str) -> Question {
    Question::new(name, RecordType::Txt)
}

fn aliases(name: &str) -> Question {
    Question::new(name, RecordType::Cname).at_every_server()
}

fn exchangers(domain: &Sdid) -> Question {
    Question::new(domain.to_ascii(), RecordType::Mx)
}

impl Delegation {
    /// Begins to check whether the records of a plan are there.
    #[must_use]
    pub fn begin(plan: Plan) -> Self {
        Self {
            plan,
            answers: Answers::default(),
        }
    }

    /// The questions that need an answer now; none if it can be finished.
    #[must_use]
    pub fn pending(&self) -> Vec<Question> {
        let first = self.answers.lacks(self.first());
        if !first.is_empty() {
            return first;
        }
        self.answers.lacks(self.second())
    }

    /// Takes the answer to a question.
    pub fn answer(&mut self, question: &Question, answer: Answer) {
        self.answers.0.insert(question.clone(), answer);
    }

    /// What there is. A question without an answer counts as one that could not be answered.
    #[must_use]
    pub fn finish(self) -> Report {
        Scene::new(&self.plan, &self.answers).report()
    }

    /// The questions whose answers say what else to ask.
    fn first(&self) -> Vec<Question> {
        let names = self.plan.aliases().iter().map(Alias::name);
        let of_names = names.flat_map(|name| [texts(name), aliases(name)]);
        let of_domain = self.plan.provider().filter(|provider| has_dashed(provider));
        let of_domain = of_domain.map(|_| exchangers(self.plan.domain()));
        of_names.chain(of_domain).collect()
    }

    /// The places where a missing record may be, and the targets that it should have.
    fn second(&self) -> Vec<Question> {
        let scene = Scene::new(&self.plan, &self.answers);
        let mut questions: Vec<Question> = Vec::new();
        for (number, alias) in self.plan.aliases().iter().enumerate() {
            if let Some(answer) = self.answers.texts(alias.name()) {
                let places = lint::places(alias.name(), &answer);
                questions.extend(places.iter().map(|place| texts(place.name())));
            }
            let target = scene.target(number).filter(|_| !scene.leads_right(number));
            questions.extend(target.map(|target| texts(target.to_ascii())));
        }
        questions.sort();
        questions.dedup();
        questions
    }
}

/// Whether the mail exchanger may tell how the provider writes the domain into targets.
fn has_dashed(provider: &Provider) -> bool {
    provider.targets().iter().any(TargetPattern::has_dashed) && provider.has_mail_exchangers()
}
