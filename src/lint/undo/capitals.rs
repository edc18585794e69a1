//! The names of tags were written in capitals, which makes other tags of them (RFC 6376 §3.2).

use super::Step;
use crate::lint::FindingCode;
use crate::lint::reading::trimmed;
use crate::tags::KnownTag;

pub(super) const STEP: Step = Step {
    code: FindingCode::NoKeyTag,
    part: None,
    message: "there is no p=, only P=, which is another tag (RFC 6376 §3.2)",
    remedy: "write the names of tags in lower case",
    undo,
};

fn undo(text: &str) -> Vec<String> {
    let specs: Vec<&str> = text.split(';').collect();
    let name = |spec: &&str| {
        spec.split_once('=')
            .map(|(name, _)| trimmed(name).to_owned())
    };
    let names: Vec<String> = specs.iter().filter_map(name).collect();
    if names.iter().any(|name| name == "p") || !names.iter().any(|name| name == "P") {
        return Vec::new();
    }
    let lower = |spec: &&str| match spec.split_once('=') {
        Some((name, value)) => {
            let lower = name.to_ascii_lowercase();
            let is_known = KnownTag::of_key_record(trimmed(&lower)).is_some();
            let is_free = !names.iter().any(|other| other == trimmed(&lower));
            let name = if is_known && is_free { &lower } else { name };
            format!("{name}={value}")
        }
        None => (*spec).to_owned(),
    };
    let specs: Vec<String> = specs.iter().map(lower).collect();
    vec![specs.join(";")]
}
