//! What is wrong with a DMARC record, in words.

use std::error::Error;
use std::fmt;

/// Why a TXT record is not a DMARC record: receivers ignore all of it (RFC 9989 §4.7).
///
/// Text of strangers in it is fit to print.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RecordError {
    /// The record is for something other than DMARC.
    Foreign,
    /// `v=` is not exactly `DMARC1`.
    Version {
        /// The value.
        value: String,
    },
    /// The record is meant for DMARC and does not begin with `v=DMARC1`.
    VersionNotFirst,
}

impl fmt::Display for RecordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Foreign => f.write_str("the record is not for DMARC"),
            Self::Version { value } => write!(
                f,
                "receivers ignore the record: its version is \"{value}\" and not \"DMARC1\""
            ),
            Self::VersionNotFirst => {
                f.write_str("receivers ignore the record: it does not begin with \"v=DMARC1\"")
            }
        }
    }
}

impl Error for RecordError {}

/// Something in a DMARC record that receivers ignore or replace by a default (RFC 9989 §4.8).
///
/// Text of strangers in it is fit to print.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// There is no `p=`, which stands for `p=none`, but only in a record with a valid `rua=`
    /// (RFC 9989 §4.10.1).
    NoPolicy {
        /// Whether there is a valid `rua=`.
        has_reports: bool,
    },
    /// The value is not one that the tag may have.
    BadValue {
        /// The tag's name.
        tag: &'static str,
        /// The value.
        value: String,
        /// The values that are allowed, in words.
        allowed: &'static str,
    },
    /// An address for reports is not a URI.
    BadUri {
        /// The tag's name.
        tag: &'static str,
        /// The address.
        uri: String,
    },
    /// The tag occurs twice. The first one is read here; receivers may take either.
    DuplicateTag {
        /// The tag's name.
        tag: String,
    },
    /// The text between two semicolons is not `name=value`.
    Malformed {
        /// The text; empty if there is nothing between two semicolons.
        text: String,
    },
    /// No standard knows the tag.
    UnknownTag {
        /// The tag's name.
        tag: String,
    },
    /// `pct=`, `rf=` or `ri=`, which RFC 9989 removed (Appendix C.5.2).
    RemovedTag {
        /// The tag's name.
        tag: String,
    },
    /// An address for reports ends with a limit on their size, which is obsolete and ignored.
    SizeLimit {
        /// The tag's name.
        tag: &'static str,
    },
}

impl Fault {
    /// Whether the record breaks a rule of RFC 9989; the others are ignored by its design.
    #[must_use]
    pub const fn is_error(&self) -> bool {
        match self {
            Self::NoPolicy { has_reports } => !*has_reports,
            Self::BadValue { .. }
            | Self::BadUri { .. }
            | Self::DuplicateTag { .. }
            | Self::Malformed { .. } => true,
            Self::UnknownTag { .. } | Self::RemovedTag { .. } | Self::SizeLimit { .. } => false,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoPolicy { has_reports: true } => {
                f.write_str("there is no p=, and receivers assume p=none")
            }
            Self::NoPolicy { has_reports: false } => f.write_str(
                "there is neither p= nor a valid rua=, and receivers do not apply the record",
            ),
            Self::BadValue {
                tag,
                value,
                allowed,
            } => write!(f, "{tag}= is \"{value}\" and may be {allowed}"),
            Self::BadUri { tag, uri } => write!(
                f,
                "\"{uri}\" in {tag}= is not a URI such as mailto:reports@example.com"
            ),
            Self::DuplicateTag { tag } => write!(f, "the tag {tag}= occurs twice"),
            Self::Malformed { text } if text.is_empty() => {
                f.write_str("there is nothing between two semicolons")
            }
            Self::Malformed { text } => write!(f, "\"{text}\" is not of the form name=value"),
            Self::UnknownTag { tag } => write!(f, "the tag {tag}= is unknown and ignored"),
            Self::RemovedTag { tag } => {
                write!(
                    f,
                    "the tag {tag}= is not part of DMARC any more and is ignored"
                )
            }
            Self::SizeLimit { tag } => write!(
                f,
                "the size limit after \"!\" in {tag}= is obsolete and ignored"
            ),
        }
    }
}
