//! What came of a check.

use std::net::SocketAddr;

use crate::finding::{Finding, Record};
use crate::identifier::{Sdid, Selector};
use crate::lint::{NameReport, Severity};
use crate::lookup::RecordType;
use crate::provider::Provider;

/// The state of a CNAME record that there should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// It is there, and leads where it has to.
    Set,
    /// That cannot be told: the DNS gave no answer, or nothing says where it has to lead.
    Unknown,
    /// There is no such record.
    ToSet,
    /// Something else is there.
    ToFix,
}

impl State {
    /// The state's name in output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Set => "set",
            Self::Unknown => "unknown",
            Self::ToSet => "to-set",
            Self::ToFix => "to-fix",
        }
    }
}

/// The record that is at the name of a selector.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Found {
    /// [`RecordType::Cname`] or [`RecordType::Txt`].
    pub record_type: RecordType,
    /// The target, absolute; or the text. Not safe to print.
    pub value: String,
}

/// What an authoritative server says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServerReport {
    /// The server's name, absolute, safe to print.
    pub server: String,
    /// The address that was asked.
    pub address: Option<SocketAddr>,
    /// The state of the record there.
    pub state: State,
    /// What is there, or why that is not known, in a few words that are safe to print.
    pub detail: String,
}

/// What there is to say of one selector.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SelectorReport {
    /// The selector.
    pub selector: Selector,
    /// The absolute owner name.
    pub name: String,
    /// Where the record has to lead, absolute; `None` if only the provider knows.
    pub target: Option<String>,
    /// The state, at the authoritative servers if they could be asked.
    pub state: State,
    /// The state in one sentence, in lower case and without a full stop, safe to print.
    pub detail: String,
    /// What else there is to know of the answers, each a sentence like `detail`.
    pub remarks: Vec<String>,
    /// The record that is there.
    pub found: Option<Found>,
    /// What each authoritative server says; none if they could not be found or asked.
    pub servers: Vec<ServerReport>,
    /// The key where the record leads, or has to lead; `None` if that is not known.
    pub key: Option<NameReport>,
    /// What is wrong, the worst first.
    pub findings: Vec<Finding>,
}

impl SelectorReport {
    /// The record to publish; `None` if the target is not known.
    #[must_use]
    pub fn record(&self) -> Option<Record> {
        let target = self.target.as_ref()?;
        Some(Record::new(&self.name, RecordType::Cname, target))
    }

    /// Whether nothing is left to do: the record is set, and no finding is an error.
    #[must_use]
    pub fn is_done(&self) -> bool {
        let is_error = |finding: &Finding| finding.severity == Severity::Error;
        self.state == State::Set && !self.findings.iter().any(is_error)
    }
}

/// What there is to say of a domain.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Report {
    /// The domain.
    pub domain: Sdid,
    /// The provider; `None` if it is not one of the table.
    pub provider: Option<&'static Provider>,
    /// Whether answers come from master files, which have neither authoritative servers nor, as a
    /// rule, the provider's keys.
    pub is_offline: bool,
    /// The selectors, in the order of the plan.
    pub selectors: Vec<SelectorReport>,
}

impl Report {
    /// What to do at the provider now that all records are set; `None` if they are not, if one of
    /// them has an error, or if it is not known.
    #[must_use]
    pub fn next_step(&self) -> Option<String> {
        let is_error = |finding: &Finding| finding.severity == Severity::Error;
        let is_set = |report: &SelectorReport| {
            report.state == State::Set && !report.findings.iter().any(is_error)
        };
        let provider = self
            .provider
            .filter(|_| self.selectors.iter().all(is_set))?;
        provider.next_step(self.domain.domain())
    }
}
