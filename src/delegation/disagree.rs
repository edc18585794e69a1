//! The authoritative servers do not say the same.

use super::case::Case;
use super::sight::Sight;
use crate::finding::{DomainCode, Finding};

/// Who says what, if they differ.
pub(super) fn examine(case: &Case<'_>) -> Option<Finding> {
    let seen = case.seen();
    if !seen.is_disagreed() {
        return None;
    }
    let mut said: Vec<(&Sight, Vec<&str>)> = Vec::new();
    for (server, sight) in seen.servers.iter().filter(|(_, sight)| sight.is_known()) {
        let name = server.name.trim_end_matches('.');
        match said.iter_mut().find(|(known, _)| *known == sight) {
            Some((_, names)) if names.contains(&name) => {}
            Some((_, names)) => names.push(name),
            None => said.push((sight, vec![name])),
        }
    }
    let said: Vec<String> = said
        .iter()
        .map(|(sight, names)| format!("{} at {}", sight, names.join(", ")))
        .collect();
    let finding = Finding::new(
        DomainCode::ServersDisagree,
        format!(
            "the authoritative servers do not say the same of {}: {}",
            case.name_in_words(),
            said.join("; ")
        ),
        "wait if the record was just changed; else have the servers of the zone updated from the \
         primary one: its serial number has to grow with each change",
    );
    let records = case.record_to(case.target());
    Some(finding.about(case.selector()).with_records(records))
}
