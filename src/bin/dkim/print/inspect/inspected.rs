//! What is said of one message, in whichever form.

use dkim_toolkit::inspect::{InspectedTag, Inspection};
use dkim_toolkit::verdict::{Verdict, Warning};

use super::claims::Claims;
use crate::exit::ExitStatus;

/// What is said of one message.
pub struct Inspected {
    pub signatures: Vec<Signature>,
    /// What was given in place of a message, or the signed messages in it, and what to do about it.
    pub warnings: Vec<Warning>,
    /// What Authentication-Results and ARC fields claim.
    pub claims: Claims,
    /// The time in Unix seconds that times are compared with.
    pub now: u64,
}

/// What is said of one signature.
pub struct Signature {
    /// Its number, from the top and from 1.
    pub number: usize,
    pub inspection: Inspection,
    pub verdict: Verdict,
}

impl Inspected {
    pub fn has_warnings(&self) -> bool {
        let mut signatures = self.signatures.iter();
        !self.warnings.is_empty()
            || signatures.any(|signature| !signature.verdict.warnings.is_empty())
    }

    /// Yes, if there is a signature and every one depends on its key alone.
    pub fn exit_status(&self) -> ExitStatus {
        let good = |signature: &Signature| signature.inspection.refused.is_empty();
        if !self.signatures.is_empty() && self.signatures.iter().all(good) {
            ExitStatus::Yes
        } else {
            ExitStatus::No
        }
    }
}

/// Whether a tag is required, optional or discouraged, or not known.
pub fn status(tag: &InspectedTag) -> &'static str {
    tag.known.map_or("unknown", |known| known.presence.name())
}
