//! The DMARC policy of a domain: its record, where it is found, and which signing domains it
//! accepts (RFC 9989 §4).
//!
//! Nothing here asks the DNS. A [`TreeWalk`] says which names to ask for TXT records, is told the
//! answers, and ends as a [`Discovery`]: the policy in force and the organizational domain, as
//! receivers find them. [`Alignment::of`] is the answer without any question, by the public suffix
//! list.
//!
//! ```
//! use dkim_toolkit::dmarc::{Policy, TreeWalk};
//! use dkim_toolkit::lookup::{TxtAnswer, TxtOutcome};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut walk = TreeWalk::begin(&"mail.example.com".parse()?);
//! for query in walk.pending() {
//!     let outcome = match query.name() {
//!         "_dmarc.example.com." => TxtOutcome::Found {
//!             records: vec![b"v=DMARC1; p=reject; sp=quarantine".to_vec()],
//!             ttl: None,
//!         },
//!         _ => TxtOutcome::NoSuchName,
//!     };
//!     walk.answer(&query, Ok(TxtAnswer::new(outcome)));
//! }
//! let discovery = walk.finish();
//! assert_eq!(discovery.organizational_domain().as_str(), "example.com");
//! let in_force = discovery.policy().ok_or("no policy")?;
//! assert_eq!(in_force.requested(true), Some(Policy::Quarantine));
//! # Ok(())
//! # }
//! ```

mod fault;
mod record;
pub mod report;
mod walk;

use crate::alignment::Alignment;

pub use self::fault::{Fault, RecordError};
pub use self::record::{Policy, PolicyRecord, Psd};
pub use self::walk::{Discovery, Outcome, PolicyInForce, PolicyQuery, Step, TreeWalk};

/// Which signing domains a domain accepts as its own (`adkim=`, `aspf=`, RFC 9989 §4.7).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum AlignmentMode {
    /// Those of the same organizational domain: `r`, the default.
    #[default]
    Relaxed,
    /// The domain itself and no other: `s`.
    Strict,
}

impl AlignmentMode {
    /// Whether a signing domain that is aligned like this counts.
    #[must_use]
    pub const fn accepts(self, alignment: Alignment) -> bool {
        match self {
            Self::Relaxed => alignment.is_aligned(),
            Self::Strict => matches!(alignment, Alignment::Strict),
        }
    }

    /// The mode's name in output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Relaxed => "relaxed",
            Self::Strict => "strict",
        }
    }
}
