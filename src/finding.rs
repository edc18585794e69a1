//! Findings about a domain: its keys, its delegations, its DMARC policy.

use std::fmt;

use crate::coded::coded;
use crate::identifier::Selector;
use crate::lint::{self, Severity};
use crate::lookup::RecordType;

use Severity::{Error, Note, Warning};

coded! {
    /// What can be found about a domain, in the order of output within one severity; what can be
    /// found about a name or a record is [`lint::FindingCode`].
    pub enum DomainCode: (Severity) {
        /// The key of a selector that mail is signed with is revoked.
        KeyInUseRevoked = "key-in-use-revoked", Error;
        /// A selector that mail is signed with has no key.
        KeyInUseMissing = "key-in-use-missing", Error;
        /// The CNAME record that a provider asked for does not exist.
        CnameMissing = "cname-missing", Error;
        /// The CNAME record that a provider asked for leads to another name.
        CnameWrong = "cname-wrong", Error;
        /// The authoritative servers of the zone do not say the same.
        ServersDisagree = "servers-disagree", Error;
        /// Signatures leave out the From field, so that no verifier accepts them (RFC 6376 §5.4).
        FromNotSigned = "from-not-signed", Error;
        /// The DMARC policy accepts the author's domain alone (`adkim=s`), and mail is signed with
        /// a subdomain (RFC 9989 §4.4.1).
        AlignmentStrictSubdomain = "alignment-strict-subdomain", Error;
        /// The DMARC record breaks a rule, so that receivers ignore it or a part of it.
        DmarcInvalid = "dmarc-invalid", Error;
        /// Mail is signed in the provider's name, because the domain is not set up there.
        DefaultProviderSignature = "default-provider-signature", Warning;
        /// Only one of the provider's two selectors is set up, so the provider cannot rotate keys.
        SingleSelector = "single-selector", Warning;
        /// The key is older than the interval after which one of its kind is replaced.
        KeyOld = "key-old", Warning;
        /// Mail has been signed for weeks with a key that is marked as a test (`t=y`).
        TestModeLeftOn = "test-mode-left-on", Warning;
        /// There is no DMARC record (RFC 9989 §4.5).
        DmarcMissing = "dmarc-missing", Warning;
        /// The DMARC policy asks for nothing: `p=none`.
        DmarcNone = "dmarc-none", Note;
        /// The key is published, and no message or report at hand has its selector.
        SelectorUnused = "selector-unused", Note;
        /// No key was found under the names that were asked for, or names were not answered.
        NotConfirmed = "not-confirmed", Note;
    }
}

impl DomainCode {
    /// How bad it is.
    #[must_use]
    pub const fn severity(self) -> Severity {
        self.columns().0
    }
}

/// The code of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Code {
    /// It is about the domain.
    Domain(DomainCode),
    /// It is about a name or a record.
    Name(lint::FindingCode),
}

impl Code {
    /// The code in output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Domain(code) => code.name(),
            Self::Name(code) => code.name(),
        }
    }

    /// How bad it is.
    #[must_use]
    pub const fn severity(self) -> Severity {
        match self {
            Self::Domain(code) => code.severity(),
            Self::Name(code) => code.severity(),
        }
    }
}

impl From<DomainCode> for Code {
    fn from(code: DomainCode) -> Self {
        Self::Domain(code)
    }
}

/// How sure a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// It follows from what was seen.
    Certain,
    /// It follows if things are as they usually are.
    Likely,
    /// It may be.
    Guess,
}

impl Confidence {
    /// The confidence's name in output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Certain => "certain",
            Self::Likely => "likely",
            Self::Guess => "guess",
        }
    }
}

/// A record to publish, or one that is published.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Record {
    /// The owner name, absolute.
    pub name: String,
    /// Its type.
    pub record_type: RecordType,
    /// Its data as in a master file, but for TXT, which has neither quotes nor pieces. Not safe to
    /// print.
    pub value: String,
}

impl Record {
    /// A record of this name, type and data.
    #[must_use]
    pub fn new(name: impl Into<String>, record_type: RecordType, value: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            record_type,
            value: value.into(),
        }
    }
}

impl fmt::Display for Record {
    /// `name TYPE value` with quotes around text, not safe to print.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ", self.name, self.record_type)?;
        match self.record_type {
            RecordType::Txt => {
                let text = self.value.replace('\\', "\\\\").replace('"', "\\\"");
                write!(f, "\"{text}\"")
            }
            _ => f.write_str(&self.value),
        }
    }
}

/// Something that is wrong with a domain, unwise, or merely to be known.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// What it is.
    pub code: Code,
    /// How bad it is: that of the code, or less where it matters less.
    pub severity: Severity,
    /// How sure it is.
    pub confidence: Confidence,
    /// The selector that it is about; `None` if it is about the domain.
    pub selector: Option<Selector>,
    /// One sentence, in lower case and without a full stop, safe to print.
    pub message: String,
    /// What to do about it, likewise.
    pub remedy: String,
    /// The records to publish or to change.
    pub records: Vec<Record>,
}

impl Finding {
    /// A certain finding about the domain.
    #[must_use]
    pub fn new(
        code: impl Into<Code>,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        let code = code.into();
        Self {
            code,
            severity: code.severity(),
            confidence: Confidence::Certain,
            selector: None,
            message: message.into(),
            remedy: remedy.into(),
            records: Vec::new(),
        }
    }

    /// The same finding about a selector.
    #[must_use]
    pub fn about(mut self, selector: &Selector) -> Self {
        self.selector = Some(selector.clone());
        self
    }

    /// The same finding, less sure.
    #[must_use]
    pub const fn with_confidence(mut self, confidence: Confidence) -> Self {
        self.confidence = confidence;
        self
    }

    /// The same finding with records to publish or to change.
    #[must_use]
    pub fn with_records(mut self, records: Vec<Record>) -> Self {
        self.records = records;
        self
    }

    /// A finding about the name or the record of a selector.
    #[must_use]
    pub fn of_name(finding: &lint::Finding, selector: &Selector) -> Self {
        Self {
            code: Code::Name(finding.code),
            severity: finding.severity(),
            confidence: Confidence::Certain,
            selector: Some(selector.clone()),
            message: finding.message.clone(),
            remedy: finding.remedy.clone(),
            records: Vec::new(),
        }
    }
}
