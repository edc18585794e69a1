//! The CNAME record is not there.

use super::case::Case;
use super::sight::Sight;
use crate::finding::{DomainCode, Finding};
use crate::lint::{FindingCode, RecordState, record};

/// What is there in its place.
pub(super) fn examine(case: &Case<'_>) -> Vec<Finding> {
    let name = case.name_in_words();
    let records = case.record_to(case.target());
    let finding = match case.sight() {
        Sight::Text(text) => match case.lint_finding(FindingCode::CnameAsTxt) {
            Some(found) => {
                let mut finding = Finding::of_name(found, case.selector());
                if case.target().is_some() {
                    finding.remedy = case.or_learn("remove the TXT record, and publish this one");
                }
                finding
            }
            None => in_the_way(case, text),
        },
        _ => Finding::new(
            DomainCode::CnameMissing,
            format!("there is no CNAME record at {name}"),
            case.or_learn("publish this record"),
        ),
    };
    vec![finding.about(case.selector()).with_records(records)]
}

/// A TXT record is where the CNAME record has to be: a name has one or the other (RFC 1034 §3.6.2).
fn in_the_way(case: &Case<'_>, text: &[u8]) -> Finding {
    let name = case.name_in_words();
    let what = match record(text).state {
        RecordState::Foreign => "a TXT record",
        _ => "a TXT record with a key",
    };
    Finding::new(
        DomainCode::CnameMissing,
        format!(
            "{what} is at {name}, in the way of the CNAME record: a name with a CNAME record has no other (RFC 1034 §3.6.2)"
        ),
        case.or_learn(
            "remove the TXT record once nothing is signed with its key, and publish this one",
        ),
    )
}
