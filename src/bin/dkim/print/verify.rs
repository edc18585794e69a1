//! What `dkim verify` prints of a message.

mod json;
mod outcome;
mod summary;
mod text;

use dkim_toolkit::authentication_results::{self, AuthservId};

use super::json_line;
use crate::error::Error;
use crate::files::Place;

pub use outcome::{Explanations, Outcome};
pub use summary::{Pair, RESULTS, Row, Summary, Tally, shown_domain};

/// The form of reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form {
    /// For people, with lines of this many columns.
    Text(usize),
    Json,
    /// Authentication-Results fields.
    Field(AuthservId),
    /// No report.
    Nothing,
}

impl Form {
    /// The report on a message that was judged.
    pub fn report(&self, place: &Place, outcome: &Outcome) -> String {
        match self {
            Self::Field(id) => authentication_results::field(id, &outcome.report),
            Self::Text(columns) => text::report(place, outcome, *columns).into_text(),
            Self::Json => json_line(&json::Message::new(place, Ok(outcome))),
            Self::Nothing => String::new(),
        }
    }

    /// The report on a message that could not be read, beside the error.
    pub fn failure(&self, place: &Place, error: &Error) -> String {
        match self {
            Self::Json => json_line(&json::Message::new(place, Err(error))),
            Self::Text(_) | Self::Field(_) | Self::Nothing => String::new(),
        }
    }
}
