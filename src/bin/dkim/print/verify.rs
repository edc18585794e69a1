//! What `dkim verify` prints of a message.

mod doubts;
mod json;
mod outcome;
mod summary;
mod text;

use dkim_toolkit::authentication_results::{self, AuthenticationResults, AuthservId};
use dkim_toolkit::message::{Header, HeaderField};

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
    Field {
        /// Who says it.
        id: AuthservId,
        /// Whether a line before each says of which message it is, also where that is the only one.
        named: bool,
    },
    /// No report.
    Nothing,
}

impl Form {
    /// The report on a message that was judged.
    pub fn report(&self, place: &Place, outcome: &Outcome) -> String {
        match self {
            Self::Field { id, named } => {
                let field = authentication_results::field(id, &outcome.report);
                // A file may be an mbox of several messages.
                if *named || place.index.is_some() {
                    format!("{place}:\n{field}")
                } else {
                    field
                }
            }
            Self::Text(columns) => text::report(place, outcome, *columns).into_text(),
            Self::Json => json_line(&json::Message::new(place, Ok(outcome))),
            Self::Nothing => String::new(),
        }
    }

    /// The report on a message that could not be read, beside the error.
    pub fn failure(&self, place: &Place, error: &Error) -> String {
        match self {
            Self::Json => json_line(&json::Message::new(place, Err(error))),
            Self::Text(_) | Self::Field { .. } | Self::Nothing => String::new(),
        }
    }

    /// What is odd about adding the report to the message: a field by the same name is there already.
    pub fn warning(&self, header: &Header) -> Option<String> {
        let Self::Field { id, .. } = self else {
            return None;
        };
        let mut fields = header.fields_named(authentication_results::FIELD_NAME);
        let is_same = |field: HeaderField<'_>| {
            let named = AuthenticationResults::parse(field.value()).authserv_id;
            named.is_some_and(|named| named.eq_ignore_ascii_case(&id.to_string()))
        };
        fields.any(is_same).then(|| {
            format!(
                "it has an {} field by {id} already, which anybody may have written: remove that one \
                 before this is added (RFC 8601 §5)",
                authentication_results::FIELD_NAME
            )
        })
    }
}
