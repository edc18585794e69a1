//! Why something is no report that can be read.

use std::error::Error;
use std::fmt;

use super::{MAX_DEPTH, MAX_RECORDS, MAX_REPORT, MAX_TEXT};

/// Why a report cannot be read. Text of the report is in it with control characters escaped.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReportError {
    /// It has more than [`MAX_REPORT`] bytes.
    TooLong,
    /// It does not begin with XML.
    NotXml,
    /// It is XML of another kind; the name of its root element.
    NotAReport(String),
    /// It breaks the rules of XML.
    Xml {
        /// Where, in bytes of UTF-8 from its begin.
        at: u64,
        /// What is wrong.
        what: String,
    },
    /// It ends before its elements do.
    CutShort(Place),
    /// Elements are nested more than [`MAX_DEPTH`] deep.
    TooDeep(Place),
    /// It has more than [`MAX_RECORDS`] records.
    TooManyRecords,
    /// The text of an element has more than [`MAX_TEXT`] bytes.
    LongText(Place),
    /// An element is missing or empty.
    Missing(Place),
    /// An element that should be a number is not; its text.
    NotANumber(Place, String),
}

/// A place in a report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The number of the record, from 1; `None` outside records.
    pub record: Option<usize>,
    /// The names of the elements that lead to it, from below the root or the record, with `/`
    /// between them; empty for the root or the record itself.
    pub path: String,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.record, &*self.path) {
            (None, "") => f.write_str("the report"),
            (None, path) => f.write_str(path),
            (Some(record), "") => write!(f, "record {record}"),
            (Some(record), path) => write!(f, "record {record}, {path}"),
        }
    }
}

impl fmt::Display for ReportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => write!(f, "the report has more than {} MiB", MAX_REPORT >> 20),
            Self::NotXml => f.write_str("it is not XML"),
            Self::NotAReport(root) => write!(
                f,
                "it is not an aggregate report: its root element is \"{root}\", not \"feedback\""
            ),
            Self::Xml { at, what } => write!(f, "the XML is wrong at byte {at}: {what}"),
            Self::CutShort(place) => write!(f, "the report is cut short in {place}"),
            Self::TooDeep(place) => {
                write!(
                    f,
                    "elements are nested more than {MAX_DEPTH} deep in {place}"
                )
            }
            Self::TooManyRecords => write!(f, "the report has more than {MAX_RECORDS} records"),
            Self::LongText(place) => write!(f, "more than {MAX_TEXT} bytes of text in {place}"),
            Self::Missing(place) => write!(f, "missing or empty: {place}"),
            Self::NotANumber(place, text) => write!(f, "not a number in {place}: \"{text}\""),
        }
    }
}

impl Error for ReportError {}
