//! Where the policy of a domain is found, and where its organization ends: the DNS tree walk
//! (RFC 9989 §4.10).

use std::fmt;

use super::fault::RecordError;
use super::record::{Policy, PolicyRecord, Psd};
use crate::alignment::Alignment;
use crate::identifier::{DomainName, MAX_NAME};
use crate::lookup::{LookupFailure, LookupFailureKind, TxtAnswer, TxtOutcome};

/// From this many labels on, names between the domain and its last seven labels are skipped
/// (RFC 9989 §4.10 step 4).
const MAX_QUERIES: usize = 8;

/// The owner name of a DMARC record: `_dmarc.domain.`, absolute, in A-labels and lower case
/// (RFC 9989 §4.5).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PolicyQuery {
    name: String,
}

impl PolicyQuery {
    /// The query for the record of `domain`; `None` if the owner name is longer than the DNS
    /// allows.
    #[must_use]
    pub fn new(domain: &DomainName) -> Option<Self> {
        let name = format!("_dmarc.{}.", domain.to_ascii());
        (name.len() <= MAX_NAME + 1).then_some(Self { name })
    }

    /// The absolute owner name, with its final dot.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Display for PolicyQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// A tree walk under way: it asks at most eight names for TXT records.
///
/// The names may be asked all at once. Those above a record with `psd=y` or `psd=n` are not asked
/// once that record is known.
#[derive(Clone, Debug)]
pub struct TreeWalk {
    domain: DomainName,
    asked: Vec<(PolicyQuery, Step)>,
}

impl TreeWalk {
    /// Begins at the domain of an author or of a signature (RFC 9989 §4.10.1, §4.10.2).
    #[must_use]
    pub fn begin(domain: &DomainName) -> Self {
        let step = |domain: DomainName| {
            let query = PolicyQuery::new(&domain)?;
            Some((query, Step::new(domain)))
        };
        Self {
            domain: domain.clone(),
            asked: targets(domain).into_iter().filter_map(step).collect(),
        }
    }

    /// The names whose TXT records are still needed, the longest first.
    #[must_use]
    pub fn pending(&self) -> Vec<PolicyQuery> {
        let asked = &self.asked[..self.end()];
        let unanswered = asked
            .iter()
            .filter(|(_, step)| step.outcome == Outcome::Unanswered);
        unanswered.map(|(query, _)| query.clone()).collect()
    }

    /// Takes the answer to a query. A query that was not asked is ignored; a later answer replaces
    /// an earlier one.
    pub fn answer(&mut self, query: &PolicyQuery, answer: Result<TxtAnswer, LookupFailure>) {
        if let Some((_, step)) = self.asked.iter_mut().find(|(asked, _)| asked == query) {
            *step = Step::answered(step.domain.clone(), answer);
        }
    }

    /// What was found. A name without an answer counts as one without a record
    /// ([`Discovery::is_certain`]).
    #[must_use]
    pub fn finish(mut self) -> Discovery {
        self.asked.truncate(self.end());
        let steps: Vec<Step> = self.asked.into_iter().map(|(_, step)| step).collect();
        let organizational_domain = organizational_domain(&self.domain, &steps);
        Discovery {
            domain: self.domain,
            organizational_domain,
            steps,
        }
    }

    /// How many names are asked at all: up to the first that ends the walk
    /// (RFC 9989 §4.10 steps 2 and 6).
    fn end(&self) -> usize {
        let stop = self.asked.iter().position(|(_, step)| {
            step.record()
                .is_some_and(|record| record.psd != Psd::Unspecified)
        });
        stop.map_or(self.asked.len(), |stop| stop + 1)
    }
}

/// A name of a tree walk.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Step {
    /// The domain whose record is asked for, without `_dmarc.`.
    pub domain: DomainName,
    /// What is there.
    pub outcome: Outcome,
    /// What is wrong with the TXT records that receivers ignore, although they are meant for
    /// DMARC.
    pub refused: Vec<RecordError>,
}

/// What is at a name of a tree walk.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// One DMARC record.
    Record(Box<PolicyRecord>),
    /// Several DMARC records, which receivers all ignore (RFC 9989 §4.10 step 2).
    Several {
        /// How many there are.
        count: usize,
    },
    /// No DMARC record.
    Missing,
    /// The DNS gave no answer.
    Failed(LookupFailure),
    /// Nobody has answered.
    Unanswered,
}

impl Step {
    fn new(domain: DomainName) -> Self {
        Self {
            domain,
            outcome: Outcome::Unanswered,
            refused: Vec::new(),
        }
    }

    fn answered(domain: DomainName, answer: Result<TxtAnswer, LookupFailure>) -> Self {
        let mut step = Self::new(domain);
        let texts = match answer.map(|answer| answer.outcome) {
            Ok(TxtOutcome::Found { records, .. }) => records,
            Ok(TxtOutcome::NoRecords | TxtOutcome::NoSuchName) => Vec::new(),
            Ok(TxtOutcome::AliasLoop) => {
                step.outcome = Outcome::Failed(LookupFailure::new(
                    LookupFailureKind::ServFail,
                    "the chain of CNAMEs loops or is too long",
                ));
                return step;
            }
            Err(failure) => {
                step.outcome = Outcome::Failed(failure);
                return step;
            }
        };
        let mut records = Vec::new();
        for text in texts {
            match PolicyRecord::parse(&text) {
                Ok(record) => records.push(record),
                Err(RecordError::Foreign) => {}
                Err(error) => step.refused.push(error),
            }
        }
        let count = records.len();
        step.outcome = match records.pop() {
            None => Outcome::Missing,
            Some(record) if count == 1 => Outcome::Record(Box::new(record)),
            Some(_) => Outcome::Several { count },
        };
        step
    }

    /// The DMARC record, if there is one and no second.
    #[must_use]
    pub const fn record(&self) -> Option<&PolicyRecord> {
        match &self.outcome {
            Outcome::Record(record) => Some(record),
            _ => None,
        }
    }
}

/// What a tree walk found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Discovery {
    domain: DomainName,
    organizational_domain: DomainName,
    /// The names of the walk, from the domain up to the last that was needed.
    pub steps: Vec<Step>,
}

impl Discovery {
    /// The domain that the walk began at.
    #[must_use]
    pub const fn domain(&self) -> &DomainName {
        &self.domain
    }

    /// The organizational domain (RFC 9989 §4.10.2); the domain itself if nothing says otherwise.
    #[must_use]
    pub const fn organizational_domain(&self) -> &DomainName {
        &self.organizational_domain
    }

    /// The record that applies to mail from the domain: its own, or that of the organizational
    /// domain, or that of the public suffix domain (RFC 9989 §4.10.1). `None` if DMARC does not
    /// apply.
    #[must_use]
    pub fn policy(&self) -> Option<PolicyInForce<'_>> {
        let of = |domain: &DomainName| self.steps.iter().find(|step| step.domain == *domain);
        let is_public_suffix =
            |step: &&Step| step.record().is_some_and(|record| record.psd == Psd::Yes);
        let candidates = [
            of(&self.domain),
            of(&self.organizational_domain),
            self.steps.iter().find(is_public_suffix),
        ];
        candidates.into_iter().flatten().find_map(|step| {
            Some(PolicyInForce {
                domain: &step.domain,
                record: step.record()?,
                is_inherited: step.domain != self.domain,
            })
        })
    }

    /// Whether every name was answered. If not, a record that was not seen may say otherwise.
    #[must_use]
    pub fn is_certain(&self) -> bool {
        let is_open =
            |step: &Step| matches!(step.outcome, Outcome::Failed(_) | Outcome::Unanswered);
        !self.steps.iter().any(is_open)
    }

    /// How a signing domain is aligned with this domain, the author's: by their organizational
    /// domains, each found by a walk of its own (RFC 9989 §4.10.2).
    #[must_use]
    pub fn alignment(&self, signer: &Self) -> Alignment {
        if self.domain == signer.domain {
            Alignment::Strict
        } else if self.organizational_domain == signer.organizational_domain {
            Alignment::Relaxed
        } else {
            Alignment::None
        }
    }
}

/// The DMARC record that applies to a domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PolicyInForce<'a> {
    /// The domain whose record it is, without `_dmarc.`.
    pub domain: &'a DomainName,
    /// The record.
    pub record: &'a PolicyRecord,
    /// Whether it is the record of a parent domain.
    pub is_inherited: bool,
}

impl PolicyInForce<'_> {
    /// What the owner of the record wants for mail from the domain; `exists` says whether that is
    /// in the DNS, which matters where the record is inherited. `None` if receivers do not apply
    /// DMARC, for want of a valid policy (RFC 9989 §4.10.1).
    #[must_use]
    pub fn requested(&self, exists: bool) -> Option<Policy> {
        self.record.requested(self.is_inherited.then_some(exists))
    }
}

/// The domains of a walk, the longest first (RFC 9989 §4.10 steps 3, 4 and 7).
fn targets(domain: &DomainName) -> Vec<DomainName> {
    let count = labels(domain);
    let longest_parent = (count - 1).min(MAX_QUERIES - 1);
    let parents = (1..=longest_parent).rev();
    let parents = parents.filter_map(|count| last_labels(domain, count));
    std::iter::once(domain.clone()).chain(parents).collect()
}

fn labels(domain: &DomainName) -> usize {
    domain.to_ascii().split('.').count()
}

/// The domain of the last `count` labels.
fn last_labels(domain: &DomainName, count: usize) -> Option<DomainName> {
    let name = domain.to_ascii();
    let mut dots = name.rmatch_indices('.').map(|(at, _)| at + 1);
    let start = dots.nth(count.checked_sub(1)?).unwrap_or(0);
    DomainName::parse(&name.as_bytes()[start..]).ok()
}

/// The organizational domain, from the records of a walk (RFC 9989 §4.10.2).
fn organizational_domain(domain: &DomainName, steps: &[Step]) -> DomainName {
    let with_records = || {
        let records = steps.iter().filter_map(|step| Some((step, step.record()?)));
        records.map(|(step, record)| (&step.domain, record.psd))
    };
    let by_flag = with_records().find_map(|(found, psd)| match psd {
        Psd::No => Some(found.clone()),
        Psd::Yes if found != domain => last_labels(domain, labels(found) + 1),
        Psd::Yes | Psd::Unspecified => None,
    });
    let shortest = || with_records().next_back().map(|(found, _)| found.clone());
    by_flag.or_else(shortest).unwrap_or_else(|| domain.clone())
}

#[cfg(test)]
mod tests;
