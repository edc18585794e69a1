//! What is said of one message, in whichever form.

use std::borrow::Cow;

use dkim_toolkit::explain::Explained;
use dkim_toolkit::message::with_file;
use dkim_toolkit::verdict::{Verdict, VerificationResult, Warning, WarningCode};
use dkim_toolkit::verify::{MessageResult, Report};

use crate::files::Place;

/// What is said of one message.
pub struct Outcome {
    pub result: MessageResult,
    /// Why a message with a passing signature does not pass.
    pub unmet: Option<Warning>,
    pub report: Report,
    /// Why signatures do not pass, if that was asked.
    pub explanations: Option<Explanations>,
    /// Where the message is.
    pub place: Place,
}

/// What explains each signature of a message, in order; `None` for one that needs none.
pub type Explanations = Vec<Option<Explained>>;

impl Outcome {
    /// What explains the signature at an index; `None` if it needs none.
    pub fn explained(&self, at: usize) -> Option<&Explained> {
        self.explanations.as_ref()?.get(at)?.as_ref()
    }
}

/// A warning that is worth a reader's time.
pub struct Told<'a> {
    /// The signature that it is about; `None` for one about the message.
    pub signature: Option<&'a Verdict>,
    pub warning: &'a Warning,
}

impl Outcome {
    /// The warnings that are worth a reader's time, the worst first.
    pub fn told(&self) -> Vec<Told<'_>> {
        let unsigned = &self.report.unsigned_fields;
        let is_told_of_message = |warning: &&Warning| {
            let names = warning.field.as_deref();
            let is_same = |name: &str| names.is_some_and(|other| other.eq_ignore_ascii_case(name));
            warning.code != WarningCode::UnsignedDuplicate
                || !unsigned.iter().any(|field| is_same(field.name))
        };
        let of_message = self.report.warnings.iter().map(|warning| Told {
            signature: None,
            warning,
        });
        let of_signatures = self.report.verdicts.iter().flat_map(|verdict| {
            let warnings = verdict.warnings.iter().filter(is_told_of_message);
            warnings.map(|warning| Told {
                signature: Some(verdict),
                warning,
            })
        });
        let mut told: Vec<_> = of_message.chain(of_signatures).collect();
        told.sort_by_key(|told| told.warning.code);
        told
    }

    /// A remedy, with the message's file for the `FILE` in its command.
    pub fn named<'a>(&self, remedy: &'a str) -> Cow<'a, str> {
        match self.place.word_in(remedy) {
            Some(file) => with_file(remedy, &file).into(),
            None => remedy.into(),
        }
    }

    /// Whether there is a warning, of the message or of a signature.
    pub fn has_warnings(&self) -> bool {
        let mut explained = self.explanations.iter().flatten().flatten();
        self.unmet.is_some()
            || !self.told().is_empty()
            || explained.any(|explained| !explained.warnings().is_empty())
    }

    /// Whether the message passes.
    pub fn passes(&self) -> bool {
        self.result == MessageResult::Signed(VerificationResult::Pass)
    }
}
