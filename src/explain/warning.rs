//! What is warned of where something is not explained.

use super::Part;
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

/// The warning that a search came to no end.
pub(super) fn budget_spent() -> Warning {
    Warning::new(
        WarningCode::ExplainBudgetSpent,
        "the search for what happened ended before all was tried",
    )
}
