//! A name about which the DNS gave no answer.

use super::{Expectations, NameReport, NameStatus, unreachable, without_dot};
use crate::lint::FindingCode;
use crate::lookup::{LookupFailure, LookupFailureKind};

/// Says what is known all the same: the chain of aliases up to the failure.
pub(super) fn examine(
    name: &str,
    failure: &LookupFailure,
    expectations: Expectations<'_>,
) -> NameReport {
    let mut report = NameReport {
        status: NameStatus::Temporary,
        detail: in_words(failure),
        chain: failure.chain.clone(),
        failure: Some(failure.clone()),
        ttl: None,
        dnssec: None,
        records: Vec::new(),
        expectations: Vec::new(),
        findings: unreachable::examine(name).into_iter().collect(),
        fixed: None,
    };
    report.judge(name, expectations, None);
    if report.has(FindingCode::UnreachableName) {
        report.status = NameStatus::Missing;
    } else if report.has(FindingCode::CnameMismatch) {
        report.status = NameStatus::Mismatch;
    }
    report
}

fn in_words(failure: &LookupFailure) -> String {
    let detail = &failure.detail;
    let what = match failure.kind {
        LookupFailureKind::Timeout => format!("the name servers do not answer: {detail}"),
        LookupFailureKind::ServFail => format!("the name server cannot find out: {detail}"),
        LookupFailureKind::Refused => format!("the name server refuses to answer: {detail}"),
        LookupFailureKind::Truncated => detail.clone(),
        LookupFailureKind::Unreachable => format!("no name server can be reached: {detail}"),
        LookupFailureKind::Bogus => format!("the answer is bogus under DNSSEC: {detail}"),
    };
    let Some(target) = failure.chain.last().map(|target| without_dot(target)) else {
        return what;
    };
    let why = match failure.kind {
        LookupFailureKind::Refused => ", as a server does for a zone that is not its own",
        _ => "",
    };
    format!("the name is an alias of {target}, which cannot be asked: {what}{why}")
}
