//! The target lacks an underscore, or has one too many.

use super::Cause;
use crate::delegation::case::Case;
use crate::identifier::DomainName;

/// The target differs from the right one in underscores alone: `domainkey` for `_domainkey`.
pub(super) fn find(case: &Case<'_>, published: &DomainName) -> Option<Cause> {
    let without = |name: &DomainName| name.to_ascii().replace('_', "");
    let count = |name: &DomainName| name.to_ascii().matches('_').count();
    let target = case.target()?;
    if without(target) != without(published) {
        return None;
    }
    let why = if count(published) < count(target) {
        ": an underscore is missing in it"
    } else {
        ": it has an underscore too many"
    };
    Some(Cause::new(why))
}
