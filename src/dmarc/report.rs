//! DMARC aggregate reports: what receivers counted of a domain's mail (RFC 9990, and RFC 7489
//! Appendix C before it).

use std::net::IpAddr;

/// An aggregate report.
///
/// Text is as the report has it, without white space around it: a stranger wrote it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// Who reports (`org_name`); empty where the report does not say.
    pub org_name: String,
    /// The reporter's name for the report (`report_id`).
    pub report_id: String,
    /// The time that the report covers (`date_range`).
    pub date_range: DateRange,
    /// The domain whose policy applied (`policy_published/domain`).
    pub domain: String,
    /// What was counted, row by row.
    pub records: Vec<Record>,
}

/// The time that a report covers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DateRange {
    /// Its begin, in Unix seconds.
    pub begin: u64,
    /// Its end, in Unix seconds.
    pub end: u64,
}

/// Messages that are alike: from one address, with the same domains and the same results.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Record {
    /// Where they came from (`source_ip`); `None` where that is no IP address.
    pub source_ip: Option<IpAddr>,
    /// How many messages there were (`count`).
    pub count: u64,
    /// What DMARC made of them (`policy_evaluated`).
    pub policy_evaluated: PolicyEvaluated,
    /// The domain of the author (`header_from`); empty where the report does not say.
    pub header_from: String,
    /// The domain of the envelope's sender (`envelope_from`), where the report says it.
    pub envelope_from: Option<String>,
    /// What was found of each signature (`auth_results/dkim`).
    pub signatures: Vec<SignatureResult>,
}

/// Whether messages passed with a domain that is aligned with the author's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PolicyEvaluated {
    /// By a signature; `None` where the report does not say.
    pub dkim: Option<bool>,
    /// By SPF; `None` where the report does not say.
    pub spf: Option<bool>,
}

/// What was found of one signature.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SignatureResult {
    /// The signing domain (`d=`).
    pub domain: String,
    /// The selector (`s=`); `None` where the report does not say.
    pub selector: Option<String>,
    /// What verification found.
    pub result: DkimResult,
}

/// A result of verification (RFC 8601 §2.7.1), as reports have it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DkimResult {
    /// There was no signature.
    None,
    /// The signature is right.
    Pass,
    /// It is not.
    Fail,
    /// It is right, and the receiver does not accept it.
    Policy,
    /// It could not be judged.
    Neutral,
    /// The DNS did not answer.
    TempError,
    /// Signature or key record are not usable.
    PermError,
    /// A word that is none of these, or no word at all.
    #[default]
    Unknown,
}
