//! What DKIM of a domain looks like from outside: which selectors have keys, whether these are any
//! good, what DMARC makes of them, and what to do first.
//!
//! The DNS cannot list selectors (RFC 6376 §3.1), so an audit asks for those that it is told, for
//! those that mail or reports were seen with, and for guesses. What it does not find is not
//! confirmed, which is less than "not there".
//!
//! Nothing here asks the DNS. An [`Audit`] says which [`Question`]s it has, is told the answers, and
//! ends as an [`AuditReport`].
//!
//! ```
//! use dkim_toolkit::audit::{Audit, AuditOptions};
//! use dkim_toolkit::lookup::{Answer, RecordData, RecordType, RecordsAnswer, RecordsOutcome};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut options = AuditOptions::default();
//! options.selectors = vec!["s2026".parse()?];
//! options.guesses = false;
//! let mut audit = Audit::begin(&"example.com".parse()?, &options, 1_790_000_000);
//! let key = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
//! loop {
//!     let questions = audit.pending();
//!     if questions.is_empty() {
//!         break;
//!     }
//!     for question in questions {
//!         let outcome = match (question.record_type(), question.name()) {
//!             (RecordType::Txt, "s2026._domainkey.example.com.") => RecordsOutcome::Found {
//!                 records: vec![RecordData::Txt(key.into())],
//!                 ttl: Some(3600),
//!             },
//!             (_, "_domainkey.example.com.") => RecordsOutcome::NoRecords,
//!             _ => RecordsOutcome::NoSuchName,
//!         };
//!         audit.answer(&question, Answer::Resolver(Ok(RecordsAnswer::new(outcome))));
//!     }
//! }
//! let report = audit.finish();
//! assert_eq!(report.selectors[0].status.name(), "found");
//! assert_eq!(report.findings[0].code.name(), "dmarc-missing");
//! # Ok(())
//! # }
//! ```

mod age;
mod asked;
mod candidate;
mod evidence;
mod first;
mod guess;
mod report;
mod rules;
mod spf;

use std::sync::Arc;

use crate::dmarc::TreeWalk;
use crate::identifier::{DomainName, KeyQuery, Sdid, Selector};
use crate::lint::{self, RANDOM_SELECTOR};
use crate::lookup::{
    Answer, Asked, LookupFailure, Question, RecordType, RecordsAnswer, RecordsOutcome, TxtAnswer,
};
use crate::provider::Provider;
use asked::Questions;
use candidate::{Candidate, Candidates};

pub use self::age::{KEY_IN_USE, rotation_interval};
pub use self::evidence::{
    Counts, Evidence, LeftOut, MAX_AUTHORS, MAX_AUTHORS_IN_ALL, MAX_PAIRS, MAX_UNNAMED, Sighting,
};
pub use self::report::{
    AuditReport, AuditStatus, DmarcReport, QuestionCounts, SelectorReport, Source,
};

/// The largest number of records that SPF includes are read from.
const MAX_SPF_RECORDS: usize = 6;

/// For how many selectors that nobody named it is asked where else their records may be.
const MAX_SEARCHED: usize = 50;

/// What an audit looks at.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AuditOptions {
    /// Selectors that are known.
    pub selectors: Vec<Selector>,
    /// Signing domains and selectors whose keys an earlier audit found; those of other domains are
    /// ignored.
    pub earlier: Vec<(Sdid, Selector)>,
    /// What messages and reports say.
    pub evidence: Arc<Evidence>,
    /// Whether selectors are guessed.
    pub guesses: bool,
    /// Whether each authoritative server is asked for the selectors that were found or named.
    pub every_server: bool,
}

impl Default for AuditOptions {
    /// Guesses alone.
    fn default() -> Self {
        Self {
            selectors: Vec::new(),
            earlier: Vec::new(),
            evidence: Arc::default(),
            guesses: true,
            every_server: false,
        }
    }
}

/// An audit of a domain under way.
#[derive(Clone, Debug)]
pub struct Audit {
    domain: Sdid,
    now: u64,
    options: AuditOptions,
    questions: Questions,
    candidates: Candidates,
    walk: TreeWalk,
    /// Whether `_domainkey` exists, and who serves it.
    below: Question,
    /// A selector that nobody has: what answers for it is a wildcard.
    random: Question,
    /// The mail exchangers.
    exchangers: Question,
    /// The SPF record, and those of the domain that it includes.
    spf: Vec<Question>,
    has_guessed: bool,
    /// For how many selectors other places were asked for.
    searched: usize,
}

impl Audit {
    /// Begins an audit at a time in Unix seconds.
    #[must_use]
    pub fn begin(domain: &Sdid, options: &AuditOptions, now: u64) -> Self {
        let name = domain.to_ascii();
        let walk = TreeWalk::begin(domain.domain());
        let mut audit = Self {
            domain: domain.clone(),
            now,
            options: options.clone(),
            questions: Questions::default(),
            candidates: Candidates::default(),
            below: Question::new(&format!("_domainkey.{name}"), RecordType::Ns),
            random: Question::new(
                &format!("{RANDOM_SELECTOR}._domainkey.{name}"),
                RecordType::Txt,
            ),
            exchangers: Question::new(name, RecordType::Mx),
            spf: vec![Question::new(name, RecordType::Txt)],
            walk,
            has_guessed: !options.guesses,
            searched: 0,
        };
        audit.questions.ask(audit.below.clone());
        audit.questions.ask(audit.random.clone());
        if options.guesses {
            audit.questions.ask(audit.exchangers.clone());
            audit.questions.ask(audit.spf[0].clone());
        }
        audit.walk_on();
        for selector in &options.selectors {
            audit.add(selector, domain, Source::Named);
        }
        for (signer, selector) in &options.earlier {
            if signer.domain().is_within(domain.domain()) {
                audit.add(selector, signer, Source::Earlier);
            }
        }
        for ((signer, selector), sighting) in &options.evidence.sightings {
            if signer.domain().is_within(domain.domain()) {
                for source in sighting.sources() {
                    audit.add(selector, signer, source);
                }
            }
        }
        audit
    }

    /// The domain.
    #[must_use]
    pub const fn domain(&self) -> &Sdid {
        &self.domain
    }

    /// The first of the questions that are not answered, the most important first; none if it can be
    /// finished. They may be asked all at once; answers lead to further ones.
    #[must_use]
    pub fn pending(&self) -> Vec<Question> {
        self.questions.pending()
    }

    /// Takes the answer to a question. A question that was not asked, or that is answered already,
    /// is ignored.
    pub fn answer(&mut self, question: &Question, answer: Answer) {
        if !self.questions.answer(question, answer) {
            return;
        }
        self.walk_on();
        if self.spf.contains(question) {
            self.follow_spf(question);
        }
        if question.record_type() == RecordType::Txt && question.asked() == Asked::Resolver {
            self.look_further(question);
        }
        if !self.has_guessed && self.knows_signs() {
            self.has_guessed = true;
            self.guess();
        }
    }

    /// What was found. A question without an answer counts as one that failed.
    #[must_use]
    pub fn finish(self) -> AuditReport {
        report::of(self)
    }

    /// Adds a selector to ask for, or a further reason to ask for it.
    fn add(&mut self, selector: &Selector, domain: &Sdid, source: Source) {
        let Some(query) = KeyQuery::new(selector, domain) else {
            return;
        };
        let question = Question::new(query.name(), RecordType::Txt);
        let candidate = Candidate::new(selector.clone(), domain.clone(), question.clone(), source);
        self.candidates.add(candidate);
        self.questions.ask(question);
    }

    /// Asks for the DMARC records that are still needed.
    fn walk_on(&mut self) {
        for query in self.walk.pending() {
            let question = Question::new(query.name(), RecordType::Txt);
            match self.questions.txt(&question) {
                Some(answer) => self.walk.answer(&query, answer),
                None => self.questions.ask(question),
            }
        }
    }

    /// Asks for the records of the same organization that an SPF record includes.
    fn follow_spf(&mut self, question: &Question) {
        for name in self.spf_includes(question) {
            let is_own = crate::alignment::Alignment::of(self.domain.domain(), &name).is_aligned();
            let further = Question::new(name.to_ascii(), RecordType::Txt);
            if is_own && self.spf.len() < MAX_SPF_RECORDS && !self.spf.contains(&further) {
                self.questions.ask(further.clone());
                self.spf.push(further);
            }
        }
    }

    fn spf_includes(&self, question: &Question) -> Vec<DomainName> {
        let answer = self.questions.records(question).into_iter();
        spf::includes(answer.flat_map(RecordsAnswer::texts))
    }

    /// What the answer for a selector leads to: its siblings, other places, each server.
    fn look_further(&mut self, question: &Question) {
        let Some(candidate) = self.candidates.of(question).cloned() else {
            return;
        };
        let Some(answer) = self.questions.txt(question) else {
            return;
        };
        let chain = answer.as_ref().map_or(&[][..], |answer| &answer.chain);
        if let Some(provider) = Provider::by_chain(chain) {
            for sibling in provider.siblings(&candidate.selector) {
                self.add(&sibling, &candidate.domain, Source::Provider);
            }
        }
        let is_named = candidate.has(Source::Named) || candidate.has(Source::Earlier);
        let is_wanted = is_named || self.is_in_use(&candidate);
        let has_room = is_named || self.searched < MAX_SEARCHED;
        if has_room && (is_wanted || !chain.is_empty()) {
            self.searched += 1;
            for place in lint::places(question.name(), &answer) {
                self.questions
                    .ask(Question::new(place.name(), RecordType::Txt));
            }
        }
        let is_there = !matches!(
            self.questions.records(question).map(|found| &found.outcome),
            None | Some(RecordsOutcome::NoSuchName | RecordsOutcome::NoRecords)
        );
        if self.options.every_server && (is_there || !chain.is_empty() || is_wanted) {
            self.questions.ask(question.clone().at_every_server());
        }
    }

    /// Whether a selector was seen lately.
    fn is_in_use(&self, candidate: &Candidate) -> bool {
        let sighting = self.sighting(candidate);
        sighting.is_some_and(|sighting| age::is_in_use(sighting, self.now))
    }

    fn sighting(&self, candidate: &Candidate) -> Option<&Sighting> {
        let pair = (candidate.domain.clone(), candidate.selector.clone());
        self.options.evidence.sightings.get(&pair)
    }

    /// Whether everything is known that says what to guess.
    fn knows_signs(&self) -> bool {
        let mut signs = [&self.below, &self.random, &self.exchangers]
            .into_iter()
            .chain(&self.spf);
        signs.all(|question| self.questions.is_answered(question))
    }

    /// Asks for guesses, unless it is known that there is nothing below `_domainkey` (RFC 8020 §2),
    /// or nobody answers there.
    fn guess(&mut self) {
        let is_silent = |question: &Question| self.questions.records(question).is_none();
        if self.denies_selectors() || is_silent(&self.below) && is_silent(&self.random) {
            return;
        }
        let domain = self.domain.clone();
        for (selector, source) in guess::selectors(&self.providers(), self.now) {
            self.add(&selector, &domain, source);
        }
    }

    /// The providers that MX records, SPF records, and the servers of `_domainkey` point to.
    fn providers(&self) -> Vec<&'static Provider> {
        let mut providers: Vec<&'static Provider> = Vec::new();
        let mut add = |found: Option<&'static Provider>| {
            let is_new = |provider: &&'static Provider| {
                !providers.iter().any(|other| other.id() == provider.id())
            };
            providers.extend(found.filter(is_new));
        };
        for exchanger in self.servers(&self.exchangers) {
            add(Provider::by_mx(&exchanger));
        }
        for question in &self.spf {
            for include in self.spf_includes(question) {
                add(Provider::by_spf_include(&include));
            }
        }
        for server in self.servers(&self.below) {
            add(Provider::by_name_server(&server));
        }
        providers
    }

    /// The servers that the answer to a question names.
    fn servers(&self, question: &Question) -> impl Iterator<Item = DomainName> {
        let answer = self.questions.records(question).into_iter();
        let names = answer.flat_map(RecordsAnswer::servers);
        names.filter_map(|name| name.trim_end_matches('.').parse().ok())
    }

    /// Whether it is known that there is nothing below `_domainkey` (RFC 8020 §2). What is denied at
    /// the end of an alias is another name.
    fn denies_selectors(&self) -> bool {
        let mut signs = [&self.below, &self.random].into_iter();
        signs.all(|question| {
            let answer = self.questions.records(question);
            answer.is_some_and(|answer| {
                answer.outcome == RecordsOutcome::NoSuchName && answer.chain.is_empty()
            })
        })
    }

    /// What a DNAME record at `_domainkey` replaces it by: what the random selector is below.
    fn renamed_to(&self) -> Option<&str> {
        let answer = self.questions.records(&self.random)?;
        answer
            .chain
            .first()?
            .strip_prefix(RANDOM_SELECTOR)?
            .strip_prefix('.')
    }

    /// Whether it is known that there is nothing at the name of a selector.
    fn is_missing_at(&self, selector: &Selector, domain: &Sdid) -> bool {
        let Some(query) = KeyQuery::new(selector, domain) else {
            return false;
        };
        if domain == &self.domain && self.denies_selectors() {
            return true;
        }
        let answer = self
            .questions
            .records(&Question::new(query.name(), RecordType::Txt));
        answer.is_some_and(|answer| answer.records().is_empty() && answer.chain.is_empty())
    }

    /// The answer for a selector.
    fn txt(&self, candidate: &Candidate) -> Result<TxtAnswer, LookupFailure> {
        let answer = self.questions.txt(&candidate.question);
        answer.unwrap_or_else(|| Err(asked::unanswered()))
    }
}

#[cfg(test)]
mod tests;
