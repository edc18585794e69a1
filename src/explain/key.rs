//! What happened to the key (RFC 6376 §6.1.2).

use super::{Budget, Evidence, Exhausted, Explanation};
use crate::lookup::KeyQuery;
use crate::verdict::Verdict;

/// The names near a verdict's own, of which one may have the key: to be asked for, and the answers
/// to be given in [`Evidence::nearby`]. Empty where the key is not missing.
#[must_use]
pub fn nearby_queries(_verdict: &Verdict) -> Vec<KeyQuery> {
    Vec::new()
}

/// Explains a key that is missing, or that did not make the signature.
pub(super) fn explain_key(
    _evidence: &Evidence<'_>,
    _budget: &mut Budget<'_>,
    _found: &mut Vec<Explanation>,
) -> Result<(), Exhausted> {
    Ok(())
}
