//! The target is that of another customer: of another tenant, say.

use super::Cause;
use crate::delegation::case::Case;
use crate::identifier::DomainName;

/// The target has the provider's form for this selector and domain, and not the customer's own
/// identifiers.
pub(super) fn find(case: &Case<'_>, published: &DomainName) -> Option<Cause> {
    let provider = case.scene.plan.provider()?;
    let read = |name: &DomainName| case.scene.customer.read(provider, name, case.selector());
    let there = read(published)?;
    let own = read(case.target()?)?;
    let (there, own) = (there.ids.join("."), own.ids.join("."));
    if there == own {
        return Some(Cause::new(format!(
            ": that is another form of {provider}'s targets"
        )));
    }
    Some(Cause::new(format!(
        ": that is the target of another customer of {provider}, with {there} in the place of {own}"
    )))
}
