//! What an audit found.

use super::age::{self, date_in, rotation_interval};
use super::candidate::Candidate;
use super::first;
use super::rules;
use super::{Audit, Sighting};
use crate::alignment::Alignment;
use crate::coded::coded;
use crate::dmarc::{AlignmentMode, Discovery, Policy, PolicyQuery};
use crate::finding::Finding;
use crate::identifier::{Sdid, Selector};
use crate::key::PublicKey;
use crate::lint::{self, Expectations, NameReport, NameStatus, Severity};
use crate::lookup::{LookupFailure, Question, RecordType, TxtAnswer, TxtOutcome};
use crate::provider::{Attribution, Provider};

pub use super::asked::QuestionCounts;

coded! {
    /// Why a selector was asked for, the most telling reason first.
    pub enum Source: (bool) {
        /// It was named.
        Named = "named", false;
        /// Messages are signed with it.
        Messages = "messages", false;
        /// Aggregate reports have it.
        Reports = "reports", false;
        /// An earlier audit found its key.
        Earlier = "earlier", false;
        /// A provider has it that MX records, SPF records, name servers, or another selector of the
        /// domain point to.
        Provider = "provider", true;
        /// It is one of the known selectors.
        Table = "table", true;
        /// It is made of a date.
        Date = "date", true;
    }
}

impl Source {
    /// Whether it is a guess.
    #[must_use]
    pub const fn is_guess(self) -> bool {
        self.columns().0
    }
}

/// What DKIM of a domain looks like from outside.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AuditReport {
    /// The domain.
    pub domain: Sdid,
    /// When the audit was made, in Unix seconds.
    pub time: u64,
    /// How much was asked.
    pub asked: QuestionCounts,
    /// The names that were asked for, absolute, in order.
    pub names: Vec<String>,
    /// Whether a wildcard answers for selectors that do not exist (RFC 4592).
    pub wildcard: bool,
    /// Who serves `_domainkey` of the domain: the names of the servers, or the name that a DNAME
    /// record replaces it by. `None` if it is not delegated.
    pub delegated_to: Option<String>,
    /// The DMARC policy; `None` if there is none, or if it could not be found out.
    pub dmarc: Option<DmarcReport>,
    /// Whether all names were answered that can have a DMARC policy for the domain.
    pub is_dmarc_known: bool,
    /// The selectors that were found, and those that are known without being found.
    pub selectors: Vec<SelectorReport>,
    /// All that is wrong, unwise, or merely to be known, the worst first. Those about DMARC are
    /// here as well.
    pub findings: Vec<Finding>,
    /// The one thing to do first: a sentence, in lower case and without a full stop, safe to print.
    pub first: String,
}

/// What an audit comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditStatus {
    /// There is a usable key, and no finding is an error.
    Good,
    /// There is an error, a selector that was named has no key, or no usable key was confirmed.
    Bad,
    /// The DNS did not say enough.
    Unknown,
}

impl AuditReport {
    /// What the audit comes to.
    #[must_use]
    pub fn status(&self) -> AuditStatus {
        let is_error = |finding: &Finding| finding.severity == Severity::Error;
        let has = |status| move |selector: &SelectorReport| selector.status == status;
        let is_known =
            |selector: &&SelectorReport| selector.sources.iter().any(|source| !source.is_guess());
        let mut known = self.selectors.iter().filter(is_known);
        let is_named = |selector: &&SelectorReport| selector.sources.contains(&Source::Named);
        let named = self.selectors.iter().filter(is_named);
        if self.findings.iter().any(is_error) || named.into_iter().any(SelectorReport::is_absent) {
            AuditStatus::Bad
        } else if known.any(has(NameStatus::Temporary)) {
            AuditStatus::Unknown
        } else if self.selectors.iter().any(has(NameStatus::Found)) {
            AuditStatus::Good
        } else if self.asked.unanswered > 0 {
            AuditStatus::Unknown
        } else {
            AuditStatus::Bad
        }
    }
}

/// The DMARC policy that applies to a domain (RFC 9989 §4.10.1).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DmarcReport {
    /// The owner name of the record, absolute.
    pub name: String,
    /// The record, made printable.
    pub record: String,
    /// What it asks receivers to do with mail of the domain that fails; `None` if receivers do not
    /// apply it.
    pub policy: Option<Policy>,
    /// Which signing domains it accepts.
    pub adkim: AlignmentMode,
    /// Whether it is the record of a domain above.
    pub is_inherited: bool,
    /// What is wrong with it.
    pub findings: Vec<Finding>,
}

/// A selector of a domain.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SelectorReport {
    /// The selector.
    pub selector: Selector,
    /// The signing domain: that of the audit, or one below it.
    pub domain: Sdid,
    /// Why it was asked for, the most telling reason first.
    pub sources: Vec<Source>,
    /// The provider that the key belongs to; `None` if nothing tells.
    pub provider: Option<Attribution>,
    /// What it comes to, as `lookup` has it.
    pub status: NameStatus,
    /// Everything that is under the name.
    pub report: NameReport,
    /// The key, if there is one and no second.
    pub key: Option<PublicKey>,
    /// When it was first seen, in Unix seconds: by messages or reports, else by a date in its name.
    pub first_seen: Option<u64>,
    /// Whether [`first_seen`](Self::first_seen) is only the date in the selector.
    pub is_dated_by_name: bool,
    /// When messages or reports saw it last, in Unix seconds.
    pub last_seen: Option<u64>,
    /// How many messages have a signature of it.
    pub in_messages: u64,
    /// How many messages passed with it, by reports.
    pub passed: u64,
    /// How many messages did not, by reports.
    pub failed: u64,
    /// How the signing domain is aligned with the domain of the audit.
    pub alignment: Alignment,
    /// When the key is to be replaced, in Unix seconds; `None` if nobody knows its age, or if a
    /// provider replaces it.
    pub rotate_by: Option<u64>,
    /// Whether messages or reports say that mail is signed with it now.
    pub is_in_use: bool,
}

/// Draws the report of an audit.
pub(super) fn of(audit: Audit) -> AuditReport {
    let mut walk = audit.walk.clone();
    for query in walk.pending() {
        walk.answer(&query, Err(super::asked::unanswered()));
    }
    let discovery = walk.finish();
    let selectors: Vec<SelectorReport> = audit
        .candidates
        .iter()
        .filter_map(|candidate| selector_report(&audit, &discovery, candidate))
        .collect();
    let wildcard = is_wildcard(&audit);
    let facts = rules::Facts::new(&audit, &discovery, &selectors, wildcard);
    let mut findings = rules::examine(&facts);
    first::sort(&mut findings);
    let first = first::of(&findings, &selectors);
    AuditReport {
        time: audit.now,
        asked: audit.questions.counts(),
        names: audit.questions.names(),
        wildcard,
        delegated_to: delegated_to(&audit),
        dmarc: dmarc_report(&discovery, &findings),
        is_dmarc_known: discovery.is_certain(),
        selectors,
        findings,
        first,
        domain: audit.domain,
    }
}

fn is_wildcard(audit: &Audit) -> bool {
    let answer = audit.questions.records(&audit.random);
    answer.is_some_and(|answer| {
        let is_alias = !answer.chain.is_empty() && audit.renamed_to().is_none();
        !answer.records().is_empty() || is_alias
    })
}

fn delegated_to(audit: &Audit) -> Option<String> {
    if let Some(target) = audit.renamed_to() {
        return Some(target.to_owned());
    }
    let answer = audit.questions.records(&audit.below)?;
    // An alias is one of `_domainkey` alone, and not of what is below it.
    if !answer.chain.is_empty() {
        return None;
    }
    let servers: Vec<&str> = answer.servers().collect();
    (!servers.is_empty()).then(|| servers.join(", "))
}

fn dmarc_report(discovery: &Discovery, findings: &[Finding]) -> Option<DmarcReport> {
    let policy = discovery.policy()?;
    let of_dmarc = findings
        .iter()
        .filter(|finding| rules::is_about_dmarc(finding));
    Some(DmarcReport {
        name: PolicyQuery::new(policy.domain)?.name().to_owned(),
        record: policy.record.text.clone(),
        policy: policy.requested(true),
        adkim: policy.record.adkim,
        is_inherited: policy.is_inherited,
        findings: of_dmarc.cloned().collect(),
    })
}

/// What is told of a selector; `None` for a guess that is not there.
fn selector_report(
    audit: &Audit,
    discovery: &Discovery,
    candidate: &Candidate,
) -> Option<SelectorReport> {
    let answer = audit.txt(candidate);
    if !candidate.is_known() && is_nothing(audit, candidate, &answer) {
        return None;
    }
    let elsewhere: Vec<_> = lint::places(candidate.question.name(), &answer)
        .into_iter()
        .filter_map(|place| {
            let question = Question::new(place.name(), RecordType::Txt);
            let there = audit.questions.txt(&question)?;
            Some((place, there))
        })
        .collect();
    let name = candidate.question.name();
    let report = lint::name(name, &answer, &elsewhere, Expectations::default());
    if !candidate.is_known() && !is_worth_telling(&report) {
        return None;
    }
    let has_own_record = report.chain.is_empty() && report.status != NameStatus::Missing;
    let provider = report.provider(name);
    let mut keys = report
        .records
        .iter()
        .filter_map(|record| record.key.clone());
    let key = keys.next().filter(|_| keys.next().is_none());
    let sighting = audit.sighting(candidate);
    let seen = sighting.and_then(|sighting| sighting.first_seen);
    let dated = date_in(&candidate.selector, audit.now).filter(|_| seen.is_none());
    let first_seen = seen.or(dated);
    let rotate_by = match (&key, first_seen) {
        (Some(key), Some(first_seen)) if has_own_record => {
            Some(first_seen.saturating_add(rotation_interval(key)))
        }
        _ => None,
    };
    Some(SelectorReport {
        selector: candidate.selector.clone(),
        domain: candidate.domain.clone(),
        sources: candidate.sources.clone(),
        provider,
        status: report.status,
        key,
        first_seen,
        is_dated_by_name: dated.is_some(),
        last_seen: sighting.and_then(|sighting| sighting.last_seen),
        in_messages: sighting.map_or(0, |sighting| sighting.in_messages),
        passed: sighting.map_or(0, |sighting| sighting.passed),
        failed: sighting.map_or(0, |sighting| sighting.failed),
        alignment: alignment(discovery, &candidate.domain),
        rotate_by,
        is_in_use: sighting.is_some_and(|sighting| age::is_in_use(sighting, audit.now)),
        report,
    })
}

/// Whether there is nothing at a name, or only what a wildcard has for all names.
fn is_nothing(
    audit: &Audit,
    candidate: &Candidate,
    answer: &Result<TxtAnswer, LookupFailure>,
) -> bool {
    let Ok(answer) = answer else {
        return true;
    };
    if answer.chain.is_empty() && !matches!(answer.outcome, TxtOutcome::Found { .. }) {
        return true;
    }
    let Some(Ok(random)) = audit.questions.txt(&audit.random) else {
        return false;
    };
    if let (Some(renamed), Some(target)) = (audit.renamed_to(), answer.chain.first()) {
        // Each selector is an alias there, whether or not its target exists.
        let own = format!("{}.{renamed}", candidate.selector.to_ascii());
        return own == *target && !matches!(answer.outcome, TxtOutcome::Found { .. });
    }
    match (answer.chain.first(), random.chain.first()) {
        (Some(target), Some(other)) => target == other,
        (None, None) => answer.outcome.has_records_of(&random.outcome),
        _ => false,
    }
}

/// Whether a guess is more than the text of something else under the same name.
fn is_worth_telling(report: &NameReport) -> bool {
    let is_error = |finding: &lint::Finding| finding.severity() == Severity::Error;
    report.status != NameStatus::Missing
        || !report.chain.is_empty()
        || report.findings.iter().any(is_error)
}

/// How a signing domain is aligned with the domain of the audit, which it is or is below.
fn alignment(discovery: &Discovery, signer: &Sdid) -> Alignment {
    if signer.domain() == discovery.domain() {
        Alignment::Strict
    } else if signer.domain().is_within(discovery.organizational_domain()) {
        Alignment::Relaxed
    } else {
        Alignment::None
    }
}

impl SelectorReport {
    /// The provider, if it is certain.
    pub(super) fn certain_provider(&self) -> Option<&'static Provider> {
        let certain = self.provider.filter(|provider| provider.is_certain);
        certain.map(|certain| certain.provider)
    }

    /// Whether there is neither a key at the name nor an alias.
    #[must_use]
    pub fn is_absent(&self) -> bool {
        self.status == NameStatus::Missing && self.report.chain.is_empty()
    }

    /// The owner name of the key record, absolute.
    #[must_use]
    pub fn owner_name(&self) -> String {
        let (selector, domain) = (self.selector.to_ascii(), self.domain.to_ascii());
        format!("{selector}._domainkey.{domain}.")
    }
}

impl Sighting {
    /// Where it was seen.
    pub(super) fn sources(&self) -> impl Iterator<Item = Source> {
        let sources = [
            (self.in_messages > 0, Source::Messages),
            (self.in_reports > 0, Source::Reports),
        ];
        sources
            .into_iter()
            .filter_map(|(was_seen, source)| was_seen.then_some(source))
    }
}
