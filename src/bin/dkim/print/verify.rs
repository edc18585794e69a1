//! What `dkim verify` prints of a message.

mod json;
mod summary;
mod text;

use dkim_toolkit::authentication_results::{self, AuthservId};
use dkim_toolkit::explain::Explained;
use dkim_toolkit::verdict::{Verdict, Warning, WarningCode};
use dkim_toolkit::verify::{MessageResult, Report};

use super::json_line;
use crate::error::Error;
use crate::files::Place;

pub use summary::{Summary, Tally};

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

/// What is said of one message.
pub struct Outcome {
    pub result: MessageResult,
    /// Why a message with a passing signature does not pass.
    pub unmet: Option<Warning>,
    pub report: Report,
    /// Why signatures do not pass, if that was asked.
    pub explanations: Option<Explanations>,
}

/// What explains each signature of a message, in order; `None` for one that needs none.
pub type Explanations = Vec<Option<Explained>>;

impl Outcome {
    /// What explains the signature at an index; `None` if it needs none.
    pub fn explained(&self, at: usize) -> Option<&Explained> {
        self.explanations.as_ref()?.get(at)?.as_ref()
    }
}

impl Outcome {
    /// The warnings of a signature that are worth a reader's time.
    fn told_warnings<'a>(&'a self, verdict: &'a Verdict) -> impl Iterator<Item = &'a Warning> {
        // A second signature, of a service that sent the mail, need not be aligned where another is.
        let other_is_aligned = self.report.verdicts.iter().any(Verdict::passes_aligned);
        let warnings = verdict.warnings.iter();
        warnings.filter(move |warning| warning.code != WarningCode::NotAligned || !other_is_aligned)
    }

    /// Whether there is a warning, of the message or of a signature.
    pub fn has_warnings(&self) -> bool {
        let mut verdicts = self.report.verdicts.iter();
        !self.report.warnings.is_empty()
            || self.unmet.is_some()
            || verdicts.any(|verdict| self.told_warnings(verdict).next().is_some())
    }
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
