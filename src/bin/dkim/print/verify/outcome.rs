//! What is said of one message, in whichever form.

use dkim_toolkit::explain::Explained;
use dkim_toolkit::verdict::{Verdict, Warning, WarningCode};
use dkim_toolkit::verify::{MessageResult, Report};

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
    pub fn told_warnings<'a>(&'a self, verdict: &'a Verdict) -> impl Iterator<Item = &'a Warning> {
        // A second signature, of a service that sent the mail, need not be aligned where another is.
        let other_is_aligned = self.report.verdicts.iter().any(Verdict::passes_aligned);
        let warnings = verdict.warnings.iter();
        warnings.filter(move |warning| warning.code != WarningCode::NotAligned || !other_is_aligned)
    }

    /// Whether there is a warning, of the message or of a signature.
    pub fn has_warnings(&self) -> bool {
        let mut verdicts = self.report.verdicts.iter();
        let mut explained = self.explanations.iter().flatten().flatten();
        !self.report.warnings.is_empty()
            || self.unmet.is_some()
            || verdicts.any(|verdict| self.told_warnings(verdict).next().is_some())
            || explained.any(|explained| !explained.warnings().is_empty())
    }
}
