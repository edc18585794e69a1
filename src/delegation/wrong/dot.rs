//! The target was entered without its final dot (RFC 1035 §5.1).

use super::Cause;
use crate::delegation::case::Case;
use crate::enclosing::zones;
use crate::identifier::DomainName;

/// The name of a zone of the domain is behind the right target.
pub(super) fn find(case: &Case<'_>, published: &DomainName) -> Option<Cause> {
    let domain = case.scene.plan.domain();
    let target = zones(domain).find_map(|zone| {
        let front = published.to_ascii().strip_suffix(zone)?;
        let front = front.strip_suffix('.')?;
        let is_right = case
            .target()
            .is_some_and(|target| target.to_ascii() == front)
            || case.scene.has_form(case.number, front);
        is_right.then(|| front.parse().ok()).flatten()
    })?;
    Some(Cause {
        why:
            ": the target was entered without its final dot, and the name of the zone was added to \
              it"
            .to_owned(),
        remedy: Some(
            "publish this record in its place, with the final dot of the target".to_owned(),
        ),
        target: Some(target),
    })
}
