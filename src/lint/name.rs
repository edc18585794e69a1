//! Everything under a name: the way to it, the records there, and what was expected of them
//! (RFC 6376 §3.6.2).

use super::split::Split;
use super::words::key_in_words;
use super::{Finding, FindingCode, RecordReport, RecordState, Severity, record, sort};
use crate::identifier::DomainName;
use crate::key::PublicKey;
use crate::lookup::{Dnssec, LookupFailure, LookupFailureKind, TxtAnswer, TxtOutcome};

/// Caches that keep a record for fewer seconds ask for it with nearly every message. Low enough
/// that what a cache has left of a usual time to live is seldom mistaken for it.
pub const SHORT_TTL: u32 = 60;

/// For more seconds than these, a day, a key that was stolen is still believed in after it was
/// revoked.
pub const LONG_TTL: u32 = 86_400;

/// What has to be found under a name.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Expectations<'a> {
    /// The key that is to be published.
    pub key: Option<&'a PublicKey>,
    /// The name that this one is to be an alias of, at once or by way of others.
    pub cname: Option<&'a DomainName>,
}

/// What a name comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NameStatus {
    /// There is a key that signatures can be verified with, and all expectations hold.
    Found,
    /// There is no key record.
    Missing,
    /// The key is revoked.
    Revoked,
    /// There are key records, and verifiers cannot use them, or cannot know which one to use.
    Invalid,
    /// There is a usable key, and it is not as expected.
    Mismatch,
    /// It could not be found out now.
    Temporary(LookupFailure),
}

impl NameStatus {
    /// The status's name in output.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Found => "found",
            Self::Missing => "missing",
            Self::Revoked => "revoked",
            Self::Invalid => "invalid",
            Self::Mismatch => "mismatch",
            Self::Temporary(_) => "temporary",
        }
    }
}

/// All that is to be said of a name.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct NameReport {
    /// What it comes to.
    pub status: NameStatus,
    /// The status in one sentence, in lower case and without a full stop, safe to print.
    pub detail: String,
    /// The names that CNAME and DNAME records led to, in order, safe to print.
    pub chain: Vec<String>,
    /// How long caches may keep the records, in seconds.
    pub ttl: Option<u32>,
    /// The answer's DNSSEC state; `None` if nothing validated it.
    pub dnssec: Option<Dnssec>,
    /// The TXT records.
    pub records: Vec<RecordReport>,
    /// The findings about the name and about all records, the worst first.
    pub findings: Vec<Finding>,
    /// The one record to publish instead of what is there, if what is there can be corrected.
    pub fixed: Option<String>,
}

/// Examines what the DNS said about the name of a key record.
#[must_use]
pub fn name(
    answer: &Result<TxtAnswer, LookupFailure>,
    expectations: Expectations<'_>,
) -> NameReport {
    match answer {
        Ok(answer) => of_answer(answer, expectations),
        Err(failure) => NameReport {
            status: NameStatus::Temporary(failure.clone()),
            detail: failure_in_words(failure),
            chain: Vec::new(),
            ttl: None,
            dnssec: None,
            records: Vec::new(),
            findings: Vec::new(),
            fixed: None,
        },
    }
}

/// Examines the text of a record that is under no name: one that is still to be published, say.
#[must_use]
pub fn unnamed_record(text: Vec<u8>) -> NameReport {
    let answer = TxtAnswer::new(TxtOutcome::Found {
        records: vec![text],
        ttl: None,
    });
    let mut report = of_answer(&answer, Expectations::default());
    if report.key_records().next().is_none() {
        // Under a name it would be passed over; here it is what was asked about.
        report.status = NameStatus::Invalid;
        "this is not a key record".clone_into(&mut report.detail);
    }
    report
}

fn of_answer(answer: &TxtAnswer, expectations: Expectations<'_>) -> NameReport {
    let (texts, ttl) = match &answer.outcome {
        TxtOutcome::Found { records, ttl } => (records.as_slice(), *ttl),
        _ => (&[][..], None),
    };
    let mut report = NameReport {
        status: NameStatus::Missing,
        detail: String::new(),
        chain: answer.chain.clone(),
        ttl,
        dnssec: answer.dnssec,
        records: texts.iter().map(|text| record(text)).collect(),
        findings: Vec::new(),
        fixed: None,
    };
    for (place, record) in report.records.iter().enumerate() {
        let of_record = record.findings.iter().cloned();
        report.findings.extend(of_record.map(|finding| Finding {
            record: Some(place),
            ..finding
        }));
    }
    report.fixed = report.correction(expectations.key);
    let split = Split::find(&report.records);
    if let Some(split) = &split {
        report.tell_of_split(split, expectations.key);
    }
    report.find(answer, expectations, split.as_ref());
    if split.is_some() {
        report.status = NameStatus::Invalid;
        "one key record, published as several".clone_into(&mut report.detail);
    } else {
        report.status = report.status_of_records();
        report.detail = report.status_in_words(&answer.outcome);
    }
    sort(&mut report.findings);
    report
}

impl NameReport {
    /// The DNSSEC state of the answer, or of the failure to get one, as it is named in output;
    /// `None` if nothing validated it.
    #[must_use]
    pub fn dnssec_state(&self) -> Option<&'static str> {
        match &self.status {
            NameStatus::Temporary(failure) if failure.kind == LookupFailureKind::Bogus => {
                Some("bogus")
            }
            _ => self.dnssec.map(Dnssec::name),
        }
    }

    /// The records that are meant as key records.
    fn key_records(&self) -> impl Iterator<Item = &RecordReport> {
        let is_meant = |record: &&RecordReport| record.state != RecordState::Foreign;
        self.records.iter().filter(is_meant)
    }

    /// The key record, if there is one and no second.
    fn only_key_record(&self) -> Option<&RecordReport> {
        let mut records = self.key_records();
        records.next().filter(|_| records.next().is_none())
    }

    /// The findings about the name itself.
    fn find(&mut self, answer: &TxtAnswer, expectations: Expectations<'_>, split: Option<&Split>) {
        let mut findings = aliases(answer);
        let count = self.key_records().count();
        if count > 1 && split.is_none() {
            findings.push(Finding::new(
                FindingCode::SeveralRecords,
                format!(
                    "there are {count} key records, and a verifier may try whichever it likes \
                     (RFC 6376 §3.6.2.2)"
                ),
                "leave one, and give the other key a selector of its own",
            ));
        }
        findings.extend(self.ttl.filter(|_| count > 0).and_then(time_to_live));
        findings.extend(
            expectations
                .cname
                .and_then(|target| self.wrong_alias(target)),
        );
        findings.extend(expectations.key.and_then(|key| self.wrong_key(key, split)));
        self.findings.append(&mut findings);
    }

    /// What is wrong if the name does not lead to `target`.
    fn wrong_alias(&self, target: &DomainName) -> Option<Finding> {
        let target = target.to_ascii();
        if self.chain.iter().any(|name| without_dot(name) == target) {
            return None;
        }
        let message = match self.chain.first() {
            Some(other) => {
                let other = without_dot(other);
                format!("the name is an alias of {other} and not of {target}")
            }
            None => "the name is no alias: there is no CNAME record".to_owned(),
        };
        Some(Finding::new(
            FindingCode::CnameMismatch,
            message,
            format!("publish a CNAME record to {target}. and nothing else at this name"),
        ))
    }

    /// What is wrong if another key is published than `expected`. Where no key can be read, the
    /// record is wrong in another way.
    fn wrong_key(&self, expected: &PublicKey, split: Option<&Split>) -> Option<Finding> {
        let published: Vec<&PublicKey> = self
            .key_records()
            .chain(split.map(|split| &split.whole))
            .filter_map(|record| record.key.as_ref())
            .collect();
        if published.is_empty() || published.contains(&expected) {
            return None;
        }
        let (published, expected) = (key_in_words(published[0]), key_in_words(expected));
        let message = if published == expected {
            format!("the published key is another one than the expected one ({expected} both)")
        } else {
            format!("the published key ({published}) is not the expected one ({expected})")
        };
        Some(Finding::new(
            FindingCode::KeyMismatch,
            message,
            "publish the record of the key that signs, or sign with the key that is published",
        ))
    }

    fn correction(&self, expected: Option<&PublicKey>) -> Option<String> {
        if self.key_records().next().is_none() && expected.is_none() {
            // A key that was published without all else.
            let mut fixed = self
                .records
                .iter()
                .filter_map(|record| record.fixed.as_ref());
            return fixed.next().filter(|_| fixed.next().is_none()).cloned();
        }
        let record = self.only_key_record()?;
        match expected {
            Some(key) if record.gives_away(key) => None,
            Some(key)
                if record.key.as_ref() != Some(key) && record.state != RecordState::Revoked =>
            {
                record.with_key(key)
            }
            _ => record.fixed.clone(),
        }
    }

    /// Puts what is to be said of the whole record in the place of what is wrong with its pieces.
    fn tell_of_split(&mut self, split: &Split, expected: Option<&PublicKey>) {
        self.findings.retain(|finding| {
            let is_of_piece = finding
                .record
                .is_some_and(|place| split.places.contains(&place));
            let is_of_text = matches!(
                finding.code,
                FindingCode::QuotesInValue | FindingCode::EscapedSemicolons
            );
            !is_of_piece || is_of_text
        });
        let place = split.places.first().copied();
        let of_whole = split.whole.findings.iter().cloned();
        self.findings.extend(of_whole.map(|finding| Finding {
            record: place,
            ..finding
        }));
        self.findings.push(split.finding());
        self.fixed = match expected {
            Some(key) if split.whole.key.as_ref() != Some(key) => split.whole.with_key(key),
            _ => split.fixed(),
        };
    }

    fn status_of_records(&self) -> NameStatus {
        let states: Vec<RecordState> = self.key_records().map(|record| record.state).collect();
        let has_error =
            |code: FindingCode| self.findings.iter().any(|finding| finding.code == code);
        if states.is_empty() {
            NameStatus::Missing
        } else if states.iter().all(|state| *state == RecordState::Revoked) {
            NameStatus::Revoked
        } else if has_error(FindingCode::SeveralRecords) || !states.contains(&RecordState::Usable) {
            NameStatus::Invalid
        } else if has_error(FindingCode::KeyMismatch) || has_error(FindingCode::CnameMismatch) {
            NameStatus::Mismatch
        } else {
            NameStatus::Found
        }
    }

    fn status_in_words(&self, outcome: &TxtOutcome) -> String {
        let is_alias = !self.chain.is_empty();
        match (&self.status, outcome) {
            (NameStatus::Missing, TxtOutcome::NoSuchName) if is_alias => {
                "no key: the name is an alias of one that does not exist (NXDOMAIN)".to_owned()
            }
            (NameStatus::Missing, TxtOutcome::NoRecords) if is_alias => {
                "no key: the name is an alias of one that has no TXT record".to_owned()
            }
            (NameStatus::Missing, TxtOutcome::NoSuchName) => {
                "no key: the name does not exist in the DNS (NXDOMAIN)".to_owned()
            }
            (NameStatus::Missing, TxtOutcome::NoRecords) => {
                "no key: the name exists and has no TXT record".to_owned()
            }
            (NameStatus::Missing, TxtOutcome::AliasLoop) => {
                "no key: the chain of aliases has no end".to_owned()
            }
            (NameStatus::Missing, TxtOutcome::Found { .. }) => {
                "no key: the name has TXT records, and none of them is a key record".to_owned()
            }
            (NameStatus::Revoked, _) => "the key is revoked".to_owned(),
            (NameStatus::Invalid, _) if self.only_key_record().is_none() => {
                "several key records, of which a verifier takes any".to_owned()
            }
            (NameStatus::Invalid, _) => {
                "a key record that verifiers cannot use for mail".to_owned()
            }
            (NameStatus::Mismatch, _) => "a usable key, and not what was expected".to_owned(),
            (NameStatus::Found | NameStatus::Temporary(_), _) => {
                let worst = self.findings.iter().map(Finding::severity).min();
                match worst {
                    Some(Severity::Error | Severity::Warning) => "a usable key, with warnings",
                    _ => "a usable key",
                }
                .to_owned()
            }
        }
    }
}

/// What is wrong with the chain of aliases.
fn aliases(answer: &TxtAnswer) -> Vec<Finding> {
    let end = answer.chain.last().map_or("", |name| without_dot(name));
    let finding = match answer.outcome {
        _ if answer.chain.is_empty() => None,
        TxtOutcome::Found { .. } => None,
        TxtOutcome::AliasLoop => Some(Finding::new(
            FindingCode::CnameLoop,
            format!("the aliases go round in a circle, or do not end: the last one leads to {end}"),
            "remove the CNAME record that leads back",
        )),
        TxtOutcome::NoSuchName => Some(Finding::new(
            FindingCode::CnameDangling,
            format!("the alias leads to {end}, which does not exist"),
            "have the provider set up the key there, or correct the target; remove the alias of a \
             service that is not used any more: whoever owns the target signs for you",
        )),
        TxtOutcome::NoRecords => Some(Finding::new(
            FindingCode::CnameDangling,
            format!("the alias leads to {end}, which has no TXT record"),
            "have the provider publish the key there, or correct the target",
        )),
    };
    finding.into_iter().collect()
}

fn time_to_live(seconds: u32) -> Option<Finding> {
    if seconds < SHORT_TTL {
        Some(Finding::new(
            FindingCode::ShortTtl,
            format!(
                "caches may keep the record for only {seconds} s, if this is not what one has left"
            ),
            "raise the TTL to an hour once nothing changes any more",
        ))
    } else if seconds > LONG_TTL {
        Some(Finding::new(
            FindingCode::LongTtl,
            format!("caches may keep the record for {seconds} s: for so long a change is not seen"),
            "lower the TTL to a day or less: a stolen key has to be revoked quickly",
        ))
    } else {
        None
    }
}

/// A name without its final dot, as it stands in a sentence.
fn without_dot(name: &str) -> &str {
    name.strip_suffix('.').unwrap_or(name)
}

fn failure_in_words(failure: &LookupFailure) -> String {
    let what = match failure.kind {
        LookupFailureKind::Timeout => "the name servers do not answer",
        LookupFailureKind::ServFail => "the name server cannot find out",
        LookupFailureKind::Refused => "the name server refuses to answer",
        LookupFailureKind::Unreachable => "no name server can be reached",
        LookupFailureKind::Bogus => "the answer is bogus under DNSSEC",
    };
    format!("{what}: {}", failure.detail)
}
