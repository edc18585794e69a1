//! Only one of the records of a provider is there.

use super::plan::Plan;
use super::report::{SelectorReport, State};
use crate::finding::{DomainCode, Finding, Record};
use crate::provider::Provider;

/// Says so of the one that is there.
pub(super) fn examine(plan: &Plan, selectors: &mut [SelectorReport]) {
    let count = selectors.len();
    let is = |state: State| move |report: &&SelectorReport| report.state == state;
    let is_single = selectors.iter().filter(is(State::Set)).count() == 1
        && selectors.iter().filter(is(State::ToSet)).count() == count - 1;
    if count < 2 || !is_single {
        return;
    }
    let missing = selectors.iter().filter(is(State::ToSet));
    let missing_names: Vec<&str> = missing
        .clone()
        .map(|report| report.selector.as_str())
        .collect();
    let records = if count == 2 { "record" } else { "records" };
    let remedy = format!(
        "publish the CNAME {records} of {} as well",
        missing_names.join(" and ")
    );
    let records: Vec<Record> = missing.filter_map(SelectorReport::record).collect();
    let who = plan.provider().map_or("the provider", Provider::name);
    let Some(only) = selectors
        .iter_mut()
        .find(|report| report.state == State::Set)
    else {
        return;
    };
    let finding = Finding::new(
        DomainCode::SingleSelector,
        format!(
            "{} is the only one of {count} selectors that is set up: {who} cannot change to another \
             key",
            only.selector
        ),
        remedy,
    );
    let finding = finding.about(&only.selector).with_records(records);
    only.findings.push(finding);
    only.findings
        .sort_by_key(|finding| (finding.severity, finding.code));
}
