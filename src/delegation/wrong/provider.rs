//! The target is that of another provider.

use super::Cause;
use crate::delegation::case::Case;
use crate::identifier::DomainName;
use crate::provider::Provider;

/// The provider whose target it is, if it is not the one of the plan.
pub(super) fn find(case: &Case<'_>, published: &DomainName) -> Option<Cause> {
    let other = Provider::by_cname_target(published)?;
    let own = case.scene.plan.provider();
    if own.is_some_and(|own| own.id() == other.id()) {
        return None;
    }
    let own = own.map_or(String::new(), |own| format!(" and not of {own}"));
    Some(Cause::new(format!(": that is a target of {other}{own}")))
}
