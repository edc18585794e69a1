//! The domains that enclose a signing domain and belong to the same organization.

use crate::alignment::organizational_domain;
use crate::identifier::Sdid;

/// The two domains directly above, but none above the organizational domain: that is somebody
/// else's.
pub(crate) fn parents(domain: &Sdid) -> impl Iterator<Item = &str> {
    let organization = organizational_domain(domain.domain());
    let mut rest = domain.to_ascii();
    std::iter::from_fn(move || {
        if rest.len() <= organization.len() {
            return None;
        }
        rest = rest.split_once('.')?.1;
        Some(rest)
    })
    .take(2)
}

/// The zones that the domain may be in. A server adds the name of the zone to each name without a
/// final dot (RFC 1035 §5.1).
pub(crate) fn zones(domain: &Sdid) -> impl Iterator<Item = &str> {
    std::iter::once(domain.to_ascii()).chain(parents(domain))
}
