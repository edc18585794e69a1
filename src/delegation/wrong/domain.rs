//! The target is that of another domain.

use super::Cause;
use crate::delegation::case::Case;
use crate::delegation::customer::Customer;
use crate::identifier::DomainName;

/// The target has the provider's form for this selector, and another domain in it.
pub(super) fn find(case: &Case<'_>, published: &DomainName) -> Option<Cause> {
    let provider = case.scene.plan.provider()?;
    if case.scene.has_form(case.number, published.to_ascii()) {
        return None;
    }
    let domain = Customer::domain_in(provider, published, case.selector())?;
    Some(Cause::new(format!(
        ": that is the target of another domain, {domain}"
    )))
}
