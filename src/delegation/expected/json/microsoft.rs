//! `Get-DkimSigningConfig | ConvertTo-Json`.

use super::Object;
use crate::delegation::expected::Entry;

/// `Selector1CNAME` and `Selector2CNAME`, beside the `Domain` that they are of.
pub(super) fn read(object: &Object<'_>) -> Vec<Entry> {
    let domain = object.text("Domain");
    let domain = domain.map_or(String::new(), |domain| format!(".{domain}"));
    let entry = |number: u8| {
        Some(Entry {
            name: format!("selector{number}._domainkey{domain}"),
            target: Some(object.text(&format!("Selector{number}CNAME"))?.to_owned()),
            line: None,
        })
    };
    [1, 2].into_iter().filter_map(entry).collect()
}
