//! The answers of the DNS that a verification takes (RFC 6376 §3.6.2, §6.1.2).
//!
//! Nothing here sends anything: the caller carries a [`KeyQuery`](crate::identifier::KeyQuery) to a resolver, a zone file or a
//! test's table and brings a [`KeyAnswer`] back.

mod question;

use std::error::Error;
use std::fmt;
use std::sync::Arc;

pub use self::question::{
    Answer, Asked, Question, RecordData, RecordType, RecordsAnswer, RecordsOutcome, ServerAnswer,
    ServersAnswer,
};

use crate::key_record::PublishedRecord;

/// What the DNS said to a [`KeyQuery`](crate::identifier::KeyQuery).
///
/// Cheap to clone: an answer that is kept for many messages holds each key parsed once.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum KeyAnswer {
    /// TXT records, whatever they hold.
    Records {
        /// The records in the order of the answer, each parsed.
        records: Arc<[PublishedRecord]>,
        /// The answer's DNSSEC state; `None` if nothing validated it.
        dnssec: Option<Dnssec>,
        /// The names that CNAME and DNAME records led to, as in [`TxtAnswer::chain`].
        chain: Arc<[String]>,
    },
    /// The name does not exist (NXDOMAIN).
    NoSuchName,
    /// The name exists and has no TXT record.
    NoRecords,
    /// No answer could be had now: the cause may pass (RFC 6376 §6.1.2 step 2).
    Failed(LookupFailure),
}

impl KeyAnswer {
    /// An answer of TXT records, each given as its strings joined with nothing between
    /// (RFC 6376 §3.6.2.2). No record at all is [`KeyAnswer::NoRecords`].
    #[must_use]
    pub fn from_txt<I>(records: I, dnssec: Option<Dnssec>) -> Self
    where
        I: IntoIterator,
        I::Item: Into<Vec<u8>>,
    {
        let records: Arc<[PublishedRecord]> = records
            .into_iter()
            .map(|text| PublishedRecord::new(text.into()))
            .collect();
        if records.is_empty() {
            Self::NoRecords
        } else {
            Self::Records {
                records,
                dnssec,
                chain: Arc::default(),
            }
        }
    }

    /// The same answer at the end of a chain of aliases.
    #[must_use]
    fn behind(mut self, aliases: Vec<String>) -> Self {
        if let Self::Records { chain, .. } = &mut self {
            *chain = aliases.into();
        }
        self
    }
}

/// The state of an answer under DNSSEC validation (RFC 4035 §4.3). A bogus answer is a
/// [`LookupFailure`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dnssec {
    /// Signed, and the chain to a trust anchor holds.
    Secure,
    /// Provably not signed.
    Insecure,
}

impl Dnssec {
    /// The state's name in output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Secure => "secure",
            Self::Insecure => "insecure",
        }
    }
}

/// Why no answer could be had.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LookupFailure {
    /// The kind of failure.
    pub kind: LookupFailureKind,
    /// One sentence, in lower case and without a full stop, that names the server where it is
    /// known. Free of anything that a stranger wrote.
    pub detail: String,
    /// The names that CNAME and DNAME records led to before it failed, as in
    /// [`TxtAnswer::chain`]: the last one is that whose answer could not be had.
    pub chain: Vec<String>,
}

impl LookupFailure {
    /// A failure with its detail, at the name itself.
    #[must_use]
    pub fn new(kind: LookupFailureKind, detail: impl Into<String>) -> Self {
        Self {
            kind,
            detail: detail.into(),
            chain: Vec::new(),
        }
    }

    /// The same failure at the end of a chain of aliases; what it knows of the chain itself comes
    /// behind that.
    #[must_use]
    pub fn after(mut self, chain: Vec<String>) -> Self {
        self.chain.splice(..0, chain);
        self
    }
}

impl fmt::Display for LookupFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}

impl Error for LookupFailure {}

/// The kinds of failure, as a mail administrator has to tell them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LookupFailureKind {
    /// No server answered in time.
    Timeout,
    /// A server answered SERVFAIL or something else that is neither an answer nor a refusal.
    ServFail,
    /// A server answered REFUSED.
    Refused,
    /// A server truncated its answer over UDP, and gave none over TCP.
    Truncated,
    /// No server could be reached: no route, connection refused or closed, TLS that failed.
    Unreachable,
    /// The answer is bogus under DNSSEC.
    Bogus,
}

/// What there is under a name, and the way to it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TxtAnswer {
    /// What was found at the end of the chain.
    pub outcome: TxtOutcome,
    /// The names that CNAME and DNAME records led to, in order; absolute, in lower case, and safe
    /// to print. Empty if the name itself has the answer.
    pub chain: Vec<String>,
    /// The target of a CNAME record that the name with the TXT records has as well, against
    /// RFC 1034 §3.6.2; in the form of the chain's names.
    pub alias_beside: Option<String>,
    /// The state of everything that the answer rests on; `None` if nothing validated it.
    pub dnssec: Option<Dnssec>,
}

impl TxtAnswer {
    /// What the name itself has, validated by nothing.
    #[must_use]
    pub fn new(outcome: TxtOutcome) -> Self {
        Self {
            outcome,
            chain: Vec::new(),
            alias_beside: None,
            dnssec: None,
        }
    }
}

/// What was found under a name.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TxtOutcome {
    /// TXT records.
    Found {
        /// Each record's strings, joined with nothing between (RFC 6376 §3.6.2.2), at least one
        /// record.
        records: Vec<Vec<u8>>,
        /// How long they may be kept, in seconds; `None` if a master file does not say.
        ttl: Option<u32>,
    },
    /// The name, or the end of its chain, exists and has no TXT record.
    NoRecords,
    /// The name, or the end of its chain, does not exist.
    NoSuchName,
    /// The chain comes back to a name that it went through, or does not end.
    AliasLoop,
}

impl TxtOutcome {
    /// Whether both have TXT records, and the same ones in whatever order.
    #[must_use]
    pub fn has_records_of(&self, other: &Self) -> bool {
        let sorted = |outcome: &Self| match outcome {
            Self::Found { records, .. } => {
                let mut records = records.clone();
                records.sort_unstable();
                Some(records)
            }
            _ => None,
        };
        sorted(self).is_some_and(|records| sorted(other) == Some(records))
    }
}

impl From<TxtAnswer> for KeyAnswer {
    /// The answer without its time to live. A chain of aliases that loops is a failure: whoever set
    /// it up has yet to finish.
    fn from(answer: TxtAnswer) -> Self {
        match answer.outcome {
            TxtOutcome::Found { records, .. } => {
                Self::from_txt(records, answer.dnssec).behind(answer.chain)
            }
            TxtOutcome::NoRecords => Self::NoRecords,
            TxtOutcome::NoSuchName => Self::NoSuchName,
            TxtOutcome::AliasLoop => {
                let why = "the chain of CNAMEs loops or is too long";
                let failure = LookupFailure::new(LookupFailureKind::ServFail, why);
                Self::Failed(failure.after(answer.chain))
            }
        }
    }
}
