//! DMARC aggregate reports: what receivers counted of a domain's mail (RFC 9990, and RFC 7489
//! Appendix C before it).
//!
//! Receivers write them in forms of their own. What can be understood without a guess is read: any
//! namespace or none, elements in any order, unknown ones among them, missing selectors. What
//! cannot be counted is an error: a row without a count, a report that is cut short.
//!
//! A report comes from a stranger. No entity is expanded, nothing is fetched, and everything has a
//! limit.
//!
//! ```
//! use dkim_toolkit::dmarc::report::{DkimResult, Report, unpack};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let attachment = br#"<feedback>
//! #  <report_metadata><org_name>Receiver</org_name><report_id>1</report_id>
//! #   <date_range><begin>1767225600</begin><end>1767311999</end></date_range></report_metadata>
//! #  <policy_published><domain>example.com</domain><p>none</p></policy_published>
//! #  <record><row><source_ip>192.0.2.1</source_ip><count>7</count></row>
//! #   <identifiers><header_from>example.com</header_from></identifiers>
//! #   <auth_results><dkim><domain>example.com</domain><selector>s2026</selector>
//! #    <result>pass</result></dkim></auth_results></record>
//! # </feedback>"#;
//! for xml in unpack(attachment)? {
//!     let report = Report::parse(&xml)?;
//!     let signature = &report.records[0].signatures[0];
//!     assert_eq!(report.records[0].count, 7);
//!     assert_eq!(signature.selector.as_deref(), Some("s2026"));
//!     assert_eq!(signature.result, DkimResult::Pass);
//! }
//! # Ok(())
//! # }
//! ```

mod attached;
mod builder;
mod element;
mod error;
mod parser;
mod text;
mod unpacking;

use std::net::IpAddr;

pub use self::attached::attachments;
pub use self::error::{Place, ReportError};
pub use self::unpacking::{MAX_FILES, UnpackError, unpack};

/// The longest report that is read, in bytes of XML; and the most bytes that [`unpack`] gives in
/// all.
pub const MAX_REPORT: usize = 64 * 1024 * 1024;
/// The most records that a report may have.
pub const MAX_RECORDS: usize = 100_000;
/// The most signatures of a record that are read;
/// Those behind them are counted in [`Record::signatures_left_out`].
pub const MAX_SIGNATURES: usize = 100;
/// How deep elements may be nested.
pub const MAX_DEPTH: usize = 32;
/// The longest text of an element that is read, in bytes.
pub const MAX_TEXT: usize = 4096;

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

impl Report {
    /// Reads a report: XML as [`unpack`] gives it.
    ///
    /// It is read as UTF-8, or as UTF-16 if its first bytes are; what its declaration says of its
    /// encoding is often wrong, and names are ASCII in any case.
    ///
    /// # Errors
    ///
    /// A [`ReportError`] that says what is wrong or missing, and where.
    pub fn parse(xml: &[u8]) -> Result<Self, ReportError> {
        if xml.len() > MAX_REPORT {
            return Err(ReportError::TooLong);
        }
        parser::parse(&text::decode(xml))
    }
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
    /// How many signatures there were beyond [`MAX_SIGNATURES`].
    pub signatures_left_out: usize,
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

#[cfg(test)]
mod tests;
