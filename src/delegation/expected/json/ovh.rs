//! `GET /email/domain/{domain}/dkim` of OVH's API.

use super::Object;
use crate::delegation::expected::Entry;

/// A selector whose `cname` is the whole record: `NAME CNAME TARGET`.
pub(super) fn read(object: &Object<'_>) -> Vec<Entry> {
    let entry = || {
        let mut words = object.text("cname")?.split_whitespace();
        let name = words.next()?;
        let target = words.find(|word| !["IN", "CNAME"].contains(word))?;
        Some(Entry {
            name: name.to_owned(),
            target: Some(target.to_owned()),
            line: None,
        })
    };
    entry().into_iter().collect()
}
