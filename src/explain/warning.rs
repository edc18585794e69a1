//! What is warned of where something is not explained.

use super::{Part, Unfinished};
use crate::verdict::{Warning, WarningCode};

impl Part {
    /// The warning that it is not proven how this was changed.
    #[must_use]
    pub fn warning(self) -> Warning {
        match self {
            Self::Header => Warning::new(
                WarningCode::HeaderNotExplained,
                "how the header was changed is not proven",
            ),
            Self::Body => Warning::new(
                WarningCode::BodyNotExplained,
                "how the body was changed is not proven",
            ),
        }
    }
}

/// The warning that not all was tried.
pub(super) fn unfinished(why: Unfinished) -> Warning {
    let message = match why {
        Unfinished::Unanswered { .. } => why.to_string(),
        _ => format!("the search ended before all was tried: {why}"),
    };
    Warning::new(WarningCode::ExplainBudgetSpent, message).with_remedy(why.remedy())
}
