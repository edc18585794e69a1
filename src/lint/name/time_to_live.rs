//! How long caches keep the record.

use crate::lint::{Finding, FindingCode};

/// Caches that keep a record for fewer seconds ask for it with nearly every message. Low enough
/// that what a cache has left of a usual time to live is seldom mistaken for it.
pub const SHORT_TTL: u32 = 60;

/// For more seconds than these, a day, a key that was stolen is still believed in after it was
/// revoked.
pub const LONG_TTL: u32 = 86_400;

/// What is unwise about a time to live, in seconds.
pub(super) fn examine(seconds: u32) -> Option<Finding> {
    if seconds < SHORT_TTL {
        Some(Finding::new(
            FindingCode::ShortTtl,
            format!(
                "caches may keep the record for only {seconds} s, if this is not what one has left"
            ),
            "raise the TTL to an hour once nothing changes any more",
        ))
    } else if seconds > LONG_TTL {
        Some(Finding::new(
            FindingCode::LongTtl,
            format!("caches may keep the record for {seconds} s: for so long a change is not seen"),
            "lower the TTL to a day or less: a stolen key has to be revoked quickly",
        ))
    } else {
        None
    }
}
