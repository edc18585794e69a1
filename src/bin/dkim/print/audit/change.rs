//! What changed since an earlier audit.

use serde::Serialize;

/// Whether a change is a good one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Worse,
    /// Not a change: what could not be compared.
    Unknown,
    Changed,
    Better,
}

impl Kind {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Worse => "worse",
            Self::Unknown => "unknown",
            Self::Changed => "changed",
            Self::Better => "better",
        }
    }
}

/// A change since an earlier audit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    pub kind: Kind,
    /// A sentence, in lower case and without a full stop, safe to print.
    pub message: String,
}
