//! Objects with a name and a target, as `SendGrid`, OVH's Exchange and many others have them.

use super::Object;
use crate::delegation::expected::Entry;

/// The keys of owner names and of targets.
const PAIRS: [(&str, &[&str]); 4] = [
    ("host", &["data", "value", "target"]),
    ("customerRecord", &["targetRecord"]),
    ("name", &["value", "target", "content", "data"]),
    ("hostname", &["value", "target", "data"]),
];

/// A name with the label of keys, and the target beside it.
pub(super) fn read(object: &Object<'_>) -> Vec<Entry> {
    let pair = PAIRS.iter().find_map(|(name, targets)| {
        let name = object.text(name)?;
        let target = targets.iter().find_map(|target| object.text(target))?;
        Some((name, target))
    });
    let is_key = |(name, target): &(&str, &str)| {
        name.to_ascii_lowercase().contains("._domainkey") && !target.contains([' ', ';'])
    };
    let entry = |(name, target): (&str, &str)| Entry {
        name: name.to_owned(),
        target: Some(target.to_owned()),
        line: None,
    };
    pair.filter(is_key).map(entry).into_iter().collect()
}
