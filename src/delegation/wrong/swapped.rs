//! The target is that of another selector.

use super::Cause;
use crate::delegation::case::Case;
use crate::delegation::plan::Alias;
use crate::identifier::{DomainName, Selector};

/// The other selector; and whether its own record leads there as well.
pub(super) fn find(case: &Case<'_>, published: &DomainName) -> Option<Cause> {
    let scene = case.scene;
    let aliases = || scene.plan.aliases().iter().enumerate();
    let mut others = aliases().filter(|(number, _)| *number != case.number);
    let is_of = |number: usize, alias: &Alias| {
        scene.target(number) == Some(published) || reads(case, published, alias.selector())
    };
    let of_plan = others.find(|(number, alias)| is_of(*number, alias));
    let Some((number, other)) = of_plan else {
        // One of the provider's that is not asked about.
        let own = scene.plan.provider()?.current_selectors();
        let mut own = own.iter().filter(|own| *own != case.selector());
        let other = own.find(|other| reads(case, published, other))?;
        return Some(Cause::new(format!(": that is the target of {other}")));
    };
    let other = other.selector();
    let is_doubled = scene.seen(number).sight() == case.sight();
    Some(Cause::new(if is_doubled {
        format!(": both it and {other} lead to the target of {other}")
    } else {
        format!(": that is the target of {other}")
    }))
}

fn reads(case: &Case<'_>, published: &DomainName, selector: &Selector) -> bool {
    let read = |provider| case.scene.customer.read(provider, published, selector);
    let is_own = case.scene.has_form(case.number, published.to_ascii());
    !is_own && case.scene.plan.provider().and_then(read).is_some()
}
