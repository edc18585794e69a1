//! Which signatures a message needs to pass: `--require` and `--signed-by`.

use dkim_toolkit::alignment::Alignment;
use dkim_toolkit::identifier::Sdid;
use dkim_toolkit::verdict::{Verdict, VerificationResult};
use dkim_toolkit::verify::Report;

use crate::args::Require;
use crate::exit::ExitStatus;

/// What `--require` and `--signed-by` ask for.
pub struct Requirement {
    pub require: Require,
    pub signed_by: Option<Sdid>,
}

/// The result for a message as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageResult {
    /// No signature.
    None,
    /// That of its signatures under the rules of the arguments.
    Some(VerificationResult),
}

impl MessageResult {
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Some(result) => result.name(),
        }
    }

    pub fn exit_status(self) -> ExitStatus {
        match self {
            Self::Some(VerificationResult::Pass) => ExitStatus::Yes,
            Self::Some(VerificationResult::TempError) => ExitStatus::CannotTell,
            Self::None | Self::Some(_) => ExitStatus::No,
        }
    }
}

impl Requirement {
    /// The result for a message under `--require` and `--signed-by`.
    pub fn message_result(&self, verdicts: &[Verdict]) -> MessageResult {
        let results = || verdicts.iter().map(Verdict::result);
        let Some(best) = results().min_by_key(|result| rank(*result)) else {
            return MessageResult::None;
        };
        let passes = |verdict: &&Verdict| verdict.result() == VerificationResult::Pass;
        let accepted = verdicts
            .iter()
            .filter(passes)
            .any(|verdict| self.counts(verdict));
        let worst = results().max_by_key(|result| rank(*result)).unwrap_or(best);
        MessageResult::Some(match self.require {
            Require::Any | Require::Aligned if accepted => VerificationResult::Pass,
            Require::All if accepted && worst == VerificationResult::Pass => {
                VerificationResult::Pass
            }
            Require::All
                if best == VerificationResult::Pass && worst == VerificationResult::TempError =>
            {
                worst
            }
            _ if best == VerificationResult::Pass => self
                .wanted_in_doubt(verdicts)
                .unwrap_or(VerificationResult::Policy),
            _ => best,
        })
    }

    /// What of `--require` and `--signed-by` a message with a passing signature does not meet.
    pub fn unmet(&self, result: MessageResult, report: &Report) -> Option<String> {
        let passes = report
            .verdicts
            .iter()
            .any(|verdict| verdict.result() == VerificationResult::Pass);
        let policy = result == MessageResult::Some(VerificationResult::Policy);
        (passes && policy).then(|| self.unmet_text(report))
    }

    fn unmet_text(&self, report: &Report) -> String {
        match (&self.signed_by, self.require) {
            (_, Require::Aligned) if report.author_domain.is_none() => {
                "there is not exactly one From domain that a signature could be aligned with \
                 (--require aligned)"
                    .to_owned()
            }
            (Some(domain), Require::Aligned) => format!(
                "no signature of {domain} passes and is aligned with the From domain (--require, \
                 --signed-by)"
            ),
            (None, Require::Aligned) => {
                "no signature that passes is aligned with the From domain (--require aligned)"
                    .to_owned()
            }
            (Some(domain), Require::Any) => {
                format!("no signature of {domain} passes (--signed-by)")
            }
            (Some(domain), Require::All) => {
                format!("not every signature passes, or none of {domain} (--require, --signed-by)")
            }
            (None, Require::Any | Require::All) => {
                "not every signature passes (--require all)".to_owned()
            }
        }
    }

    /// Whether a passing signature is one that `--signed-by` and `--require aligned` ask for.
    fn counts(&self, verdict: &Verdict) -> bool {
        let aligned = verdict.alignment.is_some_and(Alignment::is_aligned);
        if self.require == Require::Aligned && !aligned {
            return false;
        }
        self.signed_by.as_ref().is_none_or(|wanted| {
            verdict
                .signature
                .as_ref()
                .is_some_and(|signature| signature.domain == *wanted)
        })
    }

    /// A temporary error if it hides whether a signature that is asked for passes.
    fn wanted_in_doubt(&self, verdicts: &[Verdict]) -> Option<VerificationResult> {
        let in_doubt = |verdict: &&Verdict| {
            verdict.result() == VerificationResult::TempError && self.counts(verdict)
        };
        let in_doubt =
            self.require != Require::All && verdicts.iter().any(|verdict| in_doubt(&verdict));
        in_doubt.then_some(VerificationResult::TempError)
    }
}

/// The order of results, the best first: how near each is to a pass.
pub fn rank(result: VerificationResult) -> u8 {
    match result {
        VerificationResult::Pass => 0,
        VerificationResult::TempError => 1,
        VerificationResult::Policy => 2,
        VerificationResult::Fail => 3,
        VerificationResult::Neutral => 4,
        VerificationResult::PermError => 5,
    }
}
