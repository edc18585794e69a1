//! What happened to the body (`bh=`, RFC 6376 §3.7).

use super::{Budget, Evidence, Exhausted, Explanation};

/// Explains a body hash that is not that of the body.
pub(super) fn explain_body(
    _evidence: &Evidence<'_>,
    _budget: &mut Budget<'_>,
    _found: &mut Vec<Explanation>,
) -> Result<(), Exhausted> {
    Ok(())
}
