//! Everything under a name: the way to it, the records there, and what was expected of them
//! (RFC 6376 §3.6.2).

mod alias;
mod elsewhere;
mod expectation;
mod failure;
mod second_text;
mod target_in_text;
mod time_to_live;
mod unreachable;

pub use self::elsewhere::{Place, RANDOM_SELECTOR, places};
pub use self::expectation::{Expectation, ExpectationKind, Expectations};
pub use self::time_to_live::{LONG_TTL, SHORT_TTL};

use super::private;
use super::split::Split;
use super::{Finding, FindingCode, RecordReport, RecordState, Severity, record_expecting, sort};
use crate::key::PublicKey;
use crate::lookup::{Dnssec, LookupFailure, LookupFailureKind, TxtAnswer, TxtOutcome};
use crate::presentation;
use crate::provider::Attribution;

/// What a name comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameStatus {
    /// There is a key that signatures can be verified with, and all expectations hold.
    Found,
    /// There is no key record.
    Missing,
    /// The key is revoked.
    Revoked,
    /// There are key records, and verifiers cannot use them, or cannot know which one to use.
    Invalid,
    /// There is a usable key, or none could be asked for, and an expectation does not hold.
    Mismatch,
    /// It could not be found out now.
    Temporary,
}

impl NameStatus {
    /// The status's name in output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Found => "found",
            Self::Missing => "missing",
            Self::Revoked => "revoked",
            Self::Invalid => "invalid",
            Self::Mismatch => "mismatch",
            Self::Temporary => "temporary",
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
    /// The names that CNAME and DNAME records led to, in order and as far as they are known, safe
    /// to print.
    pub chain: Vec<String>,
    /// Why the chain or its end is not known; `None` if the DNS gave an answer.
    pub failure: Option<LookupFailure>,
    /// How long caches may keep the records, in seconds.
    pub ttl: Option<u32>,
    /// The answer's DNSSEC state; `None` if nothing validated it.
    pub dnssec: Option<Dnssec>,
    /// The TXT records.
    pub records: Vec<RecordReport>,
    /// What was expected, and whether it holds.
    pub expectations: Vec<Expectation>,
    /// The findings about the name and about all records, the worst first.
    pub findings: Vec<Finding>,
    /// The one record to publish instead of what is there, if what is there can be corrected.
    pub fixed: Option<String>,
}

/// Examines what the DNS said about the name of a key record; `elsewhere` is what it said about the
/// [`places`] where the record may be instead.
#[must_use]
pub fn name(
    name: &str,
    answer: &Result<TxtAnswer, LookupFailure>,
    elsewhere: &[(Place, Result<TxtAnswer, LookupFailure>)],
    expectations: Expectations<'_>,
) -> NameReport {
    match answer {
        Ok(answer) => {
            let mut report = of_answer(Some(name), answer, expectations);
            report.find_elsewhere(name, answer, elsewhere);
            sort(&mut report.findings);
            report
        }
        Err(failure) => failure::examine(name, failure, expectations),
    }
}

/// Examines the text of a record that is under no name: one that is still to be published, say.
#[must_use]
pub fn unnamed_record(text: Vec<u8>) -> NameReport {
    let printed = str::from_utf8(&text).ok().and_then(presentation::records);
    let is_printed = printed.is_some();
    let records = match printed {
        Some(records) => records.into_iter().map(String::into_bytes).collect(),
        None => vec![text],
    };
    let answer = TxtAnswer::new(TxtOutcome::Found { records, ttl: None });
    let mut report = of_answer(None, &answer, Expectations::default());
    if is_printed {
        report.findings.push(Finding::new(
            FindingCode::PresentationForm,
            "the text was read as what dig, host, nslookup or a zone file prints: its quotes and \
             backslashes are not a part of the record",
            "if the quotes were entered as a part of the record, remove them there: `dkim lookup` \
             tells what is published",
        ));
        sort(&mut report.findings);
    }
    if report.status == NameStatus::Missing {
        // Under a name it would be passed over; here it is what was asked about.
        report.status = NameStatus::Invalid;
        "this is not a key record".clone_into(&mut report.detail);
    }
    report
}

fn of_answer(name: Option<&str>, answer: &TxtAnswer, expectations: Expectations<'_>) -> NameReport {
    let (texts, ttl) = match &answer.outcome {
        TxtOutcome::Found { records, ttl } => (records.as_slice(), *ttl),
        _ => (&[][..], None),
    };
    let chain = answer.chain.iter().chain(&answer.alias_beside);
    let mut report = NameReport {
        status: NameStatus::Missing,
        detail: String::new(),
        chain: chain.cloned().collect(),
        failure: None,
        ttl,
        dnssec: answer.dnssec,
        records: texts
            .iter()
            .map(|text| record_expecting(text, expectations.key))
            .collect(),
        expectations: Vec::new(),
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
    for finding in &mut report.findings {
        if finding.code == FindingCode::PrivateKeyPublished {
            finding.remedy = private::remedy(name);
        }
    }
    report.fixed = report.correction(expectations.key);
    let split = Split::find(&report.records);
    if let Some(split) = &split {
        report.tell_of_split(split, expectations.key);
    }
    if report.has(FindingCode::PrivateKeyPublished) {
        // Only a key that was not given away is worth publishing, and without what was.
        let is_new = expectations.key.is_some_and(|key| {
            let mut records = report.records.iter();
            !records.any(|record| record.gives_away(key))
        });
        let is_clean = |fixed: &String| private::find(fixed, None).is_none();
        report.fixed = report.fixed.filter(|fixed| is_new && is_clean(fixed));
    }
    report.find_in_records(split.is_some());
    report.find_targets(name);
    if let Some(name) = name {
        report.findings.extend(unreachable::examine(name));
        alias::examine(name, answer, &mut report.findings);
        report.judge(name, expectations, split.as_ref());
    }
    report.status = if split.is_some() {
        NameStatus::Invalid
    } else {
        report.status_of_records()
    };
    report.detail = match split {
        Some(_) => "one key record, published as several".to_owned(),
        None => report.status_in_words(&answer.outcome),
    };
    sort(&mut report.findings);
    report
}

impl NameReport {
    /// The DNSSEC state of the answer, or of the failure to get one, as it is named in output;
    /// `None` if nothing validated it.
    #[must_use]
    pub fn dnssec_state(&self) -> Option<&'static str> {
        match &self.failure {
            Some(failure) if failure.kind == LookupFailureKind::Bogus => Some("bogus"),
            _ => self.dnssec.map(Dnssec::name),
        }
    }

    /// The provider that the key is from, if it is known. `name` is the one that was asked for.
    ///
    /// Without a key record no selector speaks for a provider.
    #[must_use]
    pub fn provider(&self, name: &str) -> Option<Attribution> {
        let attribution = Attribution::of_key(name, &self.chain)?;
        let is_known = attribution.is_certain || self.key_records().next().is_some();
        is_known.then_some(attribution)
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

    fn has(&self, code: FindingCode) -> bool {
        self.findings.iter().any(|finding| finding.code == code)
    }

    /// The findings about the records together.
    fn find_in_records(&mut self, is_split: bool) {
        let count = self.key_records().count();
        if count == 0 {
            return;
        }
        if count > 1 && !is_split {
            self.find_several(count);
        }
        second_text::examine(&self.records, &mut self.findings);
        self.findings
            .extend(self.ttl.and_then(time_to_live::examine));
    }

    /// Says that there are several key records; of a piece of another one nothing else.
    fn find_several(&mut self, count: usize) {
        let mut key_records = (0..self.records.len())
            .filter(|&place| self.records[place].state != RecordState::Foreign);
        let piece = key_records
            .find_map(|place| Some((place, second_text::whole_of(&self.records, place)?)));
        let Some((piece, whole)) = piece else {
            self.findings.push(Finding::new(
                FindingCode::SeveralRecords,
                format!(
                    "there are {count} key records, and a verifier may try whichever it likes \
                     (RFC 6376 §3.6.2.2)"
                ),
                "leave one, and give the other key a selector of its own",
            ));
            return;
        };
        self.findings
            .retain(|finding| finding.record != Some(piece));
        let mut finding = Finding::new(
            FindingCode::SeveralRecords,
            format!(
                "a piece of the key of record {} is a record of its own, and a verifier may try \
                 whichever it likes (RFC 6376 §3.6.2.2)",
                whole + 1
            ),
            "remove it",
        );
        finding.record = Some(piece);
        self.findings.push(finding);
    }

    /// Says of each record that holds the target of a CNAME record what it is, where no key record
    /// is beside it.
    fn find_targets(&mut self, name: Option<&str>) {
        for finding in &mut self.findings {
            let text = finding.record.map(|place| &self.records[place].text);
            if finding.code == FindingCode::NotAKeyRecord
                && let Some(found) = text.and_then(|text| target_in_text::examine(name, text))
            {
                *finding = Finding {
                    record: finding.record,
                    ..found
                };
            }
        }
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
        if self.has(FindingCode::PrivateKeyPublished) {
            NameStatus::Invalid
        } else if states.is_empty() {
            NameStatus::Missing
        } else if states.iter().all(|state| *state == RecordState::Revoked) {
            NameStatus::Revoked
        } else if self.has(FindingCode::SeveralRecords)
            || self.has(FindingCode::UnreachableName)
            || !states.contains(&RecordState::Usable)
        {
            NameStatus::Invalid
        } else if self.has(FindingCode::KeyMismatch) || self.has(FindingCode::CnameMismatch) {
            NameStatus::Mismatch
        } else {
            NameStatus::Found
        }
    }

    fn status_in_words(&self, outcome: &TxtOutcome) -> String {
        let is_alias = !self.chain.is_empty();
        if self.has(FindingCode::PrivateKeyPublished) {
            return "a private key is published".to_owned();
        }
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
            (NameStatus::Invalid, _) if self.has(FindingCode::UnreachableName) => {
                "a key record at a name that no verifier asks for".to_owned()
            }
            (NameStatus::Invalid, _) if self.only_key_record().is_none() => {
                "several key records, of which a verifier takes any".to_owned()
            }
            (NameStatus::Invalid, _) => {
                "a key record that verifiers cannot use for mail".to_owned()
            }
            (NameStatus::Mismatch, _) => "a usable key, and not what was expected".to_owned(),
            (NameStatus::Found | NameStatus::Temporary, _) => {
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

/// A name without its final dot, as it stands in a sentence.
fn without_dot(name: &str) -> &str {
    name.strip_suffix('.').unwrap_or(name)
}
