//! What is wrong or unwise about a key record, all of it at once (RFC 6376 §3.6; RFC 8301 §3;
//! RFC 8463 §4).
//!
//! Verification stops at the first thing for which it cannot use a record; whoever has to mend the
//! record wants to hear everything, and what to publish instead. [`record`] examines the text of
//! one record, [`name`] all that was found under a name. A record has a [finding](Finding) of
//! [`Severity::Error`] exactly when no signature can be verified with it: when
//! [`KeyRecord::parse`](crate::key_record::KeyRecord::parse) refuses it, or when its RSA key has fewer than
//! 1024 bits (RFC 8301 §3.2).
//!
//! ```
//! use dkim_toolkit::lint;
//!
//! let key = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
//! let report = lint::record(format!("k=ed25519; v=DKIM1; p={key}").as_bytes());
//! assert_eq!(report.findings[0].code.name(), "version-not-first");
//! let fixed = report.fixed.unwrap_or_default();
//! assert_eq!(fixed, format!("v=DKIM1; k=ed25519; p={key}"));
//! ```

mod code;
mod correction;
mod key;
mod loss;
mod name;
mod private;
mod reading;
mod split;
mod tags;
mod undo;
mod words;

pub use self::code::{FindingCode, Part, Severity};
pub use self::name::{
    Expectation, ExpectationKind, Expectations, LONG_TTL, NameReport, NameStatus, Place,
    RANDOM_SELECTOR, SHORT_TTL, name, places, unnamed_record,
};

use std::collections::HashSet;

use self::correction::corrected;
use self::loss::Loss;
use self::private::Private;
use self::reading::Reading;
use self::undo::Undone;
use crate::key::PublicKey;
use crate::key_record::{KeyRecord, MAX_RECORD, PublishedRecord, RecordError};
use crate::tags::KnownTag;

/// Something that is wrong, unwise, or merely to be known.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// What it is.
    pub code: FindingCode,
    /// For [`FindingCode::KeyDamaged`], what is damaged.
    pub part: Option<Part>,
    /// Which of the records under the name it is about, counted from 0; `None` if it is about the
    /// name.
    pub record: Option<usize>,
    /// One sentence, in lower case and without a full stop, safe to print.
    pub message: String,
    /// What to do about it, likewise.
    pub remedy: String,
}

impl Finding {
    fn new(code: FindingCode, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            code,
            part: None,
            record: None,
            message: message.into(),
            remedy: remedy.into(),
        }
    }

    /// How bad it is.
    #[must_use]
    pub const fn severity(&self) -> Severity {
        self.code.severity()
    }
}

/// Puts the worst first.
fn sort(findings: &mut [Finding]) {
    findings.sort_by_key(|finding| (finding.severity(), finding.code, finding.record));
}

/// A tag of a record, explained.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExplainedTag {
    /// The tag's name, as written. Not safe to print.
    pub name: String,
    /// Its value, as written. Not safe to print.
    pub value: String,
    /// How its specification defines it; `None` for an unknown tag, which is ignored.
    pub known: Option<&'static KnownTag>,
    /// What it says, in words that are safe to print.
    pub meaning: String,
}

/// What a record is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RecordState {
    /// Signatures can be verified with it.
    Usable,
    /// It holds a key that no signature of a message may use: `h=` leaves out SHA-256, or `s=`
    /// leaves out mail.
    Unsuitable,
    /// The key is revoked.
    Revoked,
    /// It is meant as a key record, and no signature can be verified with it.
    Unusable,
    /// It is a record for something other than DKIM.
    Foreign,
}

/// All that is to be said of a record.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RecordReport {
    /// The record's octets.
    pub text: Vec<u8>,
    /// What the record is good for.
    pub state: RecordState,
    /// The tags, read as far as they can be: what is read around faults may be only a guess. None
    /// of a foreign record.
    pub tags: Vec<ExplainedTag>,
    /// The key, if it can be read, even where the record around it cannot be used.
    pub key: Option<PublicKey>,
    /// The findings, the worst first.
    pub findings: Vec<Finding>,
    /// The record to publish instead, with the same key; `None` if the form of this one needs no
    /// correction, or if it cannot be corrected without a new key.
    pub fixed: Option<String>,
    /// The text that was meant, as far as that can be told.
    meant: String,
    /// A private key that is in the record.
    private: Option<Private>,
}

/// Examines the text of a record, its strings joined (RFC 6376 §3.6.2.2).
#[must_use]
pub fn record(text: &[u8]) -> RecordReport {
    record_expecting(text, None)
}

/// Examines the text of a record in which `expected` is to be published: an Ed25519 private key is
/// told by its public half alone.
fn record_expecting(text: &[u8], expected: Option<&PublicKey>) -> RecordReport {
    let mut report = RecordReport {
        text: text.to_vec(),
        state: RecordState::Unusable,
        tags: Vec::new(),
        key: None,
        findings: Vec::new(),
        fixed: None,
        meant: String::new(),
        private: None,
    };
    let published = PublishedRecord::new(text.to_vec());
    if published.key_record().is_none() {
        report.state = RecordState::Foreign;
    }
    if text.len() <= MAX_RECORD {
        report.judge(published.key_record(), expected);
    } else if report.state == RecordState::Foreign {
        report.findings.push(foreign(text));
    } else {
        report.findings.push(too_long(text.len()));
    }
    for finding in &mut report.findings {
        finding.record = Some(0);
    }
    sort(&mut report.findings);
    report
}

impl RecordReport {
    /// Tells what the record is, or was before it was damaged.
    fn judge(
        &mut self,
        parsed: Option<&Result<KeyRecord, RecordError>>,
        expected: Option<&PublicKey>,
    ) {
        let is_usable = matches!(parsed, Some(Ok(record)) if is_for_mail(record));
        let undone = undo::search(&self.text, is_usable, expected);
        self.meant.clone_from(&undone.text);
        if let Some(private) = undone.private {
            // Whatever else is wrong does not matter: the record has to go.
            self.findings.push(private.finding());
            self.private = Some(private);
            return;
        }
        if parsed.is_none() && undone.steps.is_empty() {
            self.findings.push(foreign(&self.text));
        } else {
            self.examine(parsed, &undone);
        }
    }

    /// Examines what is meant as a key record, in the light of what verification makes of it.
    fn examine(&mut self, parsed: Option<&Result<KeyRecord, RecordError>>, undone: &Undone) {
        let reading = if undone.steps.is_empty() {
            Reading::new(&self.text)
        } else {
            Reading::of_undone(&self.text, &undone.text)
        };
        let mut findings: Vec<Finding> = undone.steps.iter().map(|step| step.finding()).collect();
        reading.find_faults(&mut findings);
        tags::find_errors(&reading, &mut findings);
        let key = key::examine(&reading, undone.loss, &mut findings);
        // A revoked key is at its end: what was unwise about it does not matter any more.
        if !reading.is_revoked() {
            tags::find_oddities(&reading, &mut findings);
        }
        if undone.loss == Some(Loss::Case) {
            // The tags were folded with the key.
            let of_tags = [
                FindingCode::NoKeyTag,
                FindingCode::BadVersion,
                FindingCode::LetterCase,
            ];
            findings.retain(|finding| !of_tags.contains(&finding.code));
        }
        // The same may have happened twice.
        let mut told = HashSet::new();
        findings.retain(|finding| {
            finding.code == FindingCode::DuplicateTag || told.insert((finding.code, finding.part))
        });
        if findings.iter().any(|finding| finding.code.is_correctable()) && undone.loss.is_none() {
            self.fixed = corrected(&self.text, &reading, None);
        }
        self.findings = findings;
        self.state = match parsed {
            None => return,
            Some(Err(RecordError::Revoked)) => RecordState::Revoked,
            Some(Err(_)) => RecordState::Unusable,
            Some(Ok(_)) if undone.loss.is_some() => RecordState::Unusable,
            Some(Ok(record)) if record.key.is_too_short() => RecordState::Unusable,
            Some(Ok(record)) if !is_for_mail(record) => RecordState::Unsuitable,
            Some(Ok(_)) => RecordState::Usable,
        };
        self.tags = words::explain(&reading, key.as_ref());
        self.key = key;
    }

    /// This record, corrected, with another key in it; `None` if it cannot be corrected.
    pub(super) fn with_key(&self, key: &PublicKey) -> Option<String> {
        corrected(&self.text, &Reading::new(self.meant.as_bytes()), Some(key))
    }

    /// Whether the private half of this key, or of one that cannot be told, is published in the
    /// record: such a key must not be published again.
    pub(super) fn gives_away(&self, key: &PublicKey) -> bool {
        let gives_away = |private: &Private| private.gives_away(key);
        self.private.as_ref().is_some_and(gives_away)
    }
}

/// Whether signatures of messages may use the key (RFC 6376 §3.6.1, `h=` and `s=`; RFC 8301 §3.1).
fn is_for_mail(record: &KeyRecord) -> bool {
    record.serves_email && record.allows_hash(crate::algorithm::HashAlgorithm::Sha256)
}

fn foreign(text: &[u8]) -> Finding {
    let message = if text.is_empty() {
        "the record is empty".to_owned()
    } else {
        let beginning = crate::syntax::escape::printable(text);
        format!("\"{beginning}\" is no key record but something else")
    };
    Finding::new(
        FindingCode::NotAKeyRecord,
        message,
        "if it is there by mistake, or because of a wildcard, remove it where the key record is to be",
    )
}

fn too_long(length: usize) -> Finding {
    Finding::new(
        FindingCode::RecordTooLarge,
        format!("the record has {length} octets, more than the {MAX_RECORD} that are read"),
        "publish the key alone, without long notes",
    )
}
