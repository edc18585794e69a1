//! What happened to the signed header fields (`b=`, RFC 6376 §3.7).

use super::{Budget, Evidence, Exhausted, Explanation};

/// Explains a signature that is not one of the header.
pub(super) fn explain_header(
    _evidence: &Evidence<'_>,
    _budget: &mut Budget<'_>,
    _found: &mut Vec<Explanation>,
) -> Result<(), Exhausted> {
    Ok(())
}
