//! The text of `dkim verify`, for people.

use std::borrow::Cow;

use dkim_toolkit::escape::escape;
use dkim_toolkit::message::Header;
use dkim_toolkit::signature::Signature;
use dkim_toolkit::verdict::{Reason, Verdict, VerificationResult, Warning};

use super::identifiers;
use super::inputs::Place;
use super::json::signed_headers;
use super::judge::Outcome;
use super::requirement::MessageResult;
use crate::output::{BAD, GOOD, PLAIN, Report, UNSURE};

/// The report on one message. A blank line parts it from what is above, if it is of many lines.
pub fn report(place: &Place, outcome: &Outcome) -> Report {
    let mut report = Report::default();
    if !outcome.report.verdicts.is_empty() {
        report.blank();
    }
    let result_style = match outcome.result {
        MessageResult::None => UNSURE,
        MessageResult::Some(result) => style(result),
    };
    report.line_of(&[
        (PLAIN, &format!("{place}: ")),
        (result_style, outcome.result.name()),
    ]);
    if let Some(unmet) = &outcome.unmet {
        report.wrapped(2, UNSURE, "", &escape(unmet));
    }
    if outcome.report.verdicts.is_empty() {
        let why = if outcome.report.header.has_fields() {
            "there is no DKIM-Signature field"
        } else {
            "there is no header field: this is no message, nor an mbox, which would begin with From"
        };
        report.wrapped(2, PLAIN, "", why);
    }
    let not_judged =
        |verdict: &&Verdict| matches!(verdict.reason, Some(Reason::TooManySignatures { .. }));
    for verdict in outcome
        .report
        .verdicts
        .iter()
        .filter(|verdict| !not_judged(verdict))
    {
        signature(&mut report, &outcome.report.header, verdict);
    }
    let rest: Vec<_> = outcome.report.verdicts.iter().filter(not_judged).collect();
    if let Some(reason) = rest.first().and_then(|verdict| verdict.reason.as_ref()) {
        let count = rest.len();
        let text = format!("{count} more not judged: {reason} [{}]", reason.code());
        report.wrapped(2, style(reason.result()), reason.result().name(), &text);
    }
    warnings(&mut report, 2, &outcome.report.warnings);
    report
}

fn signature(report: &mut Report, header: &Header, verdict: &Verdict) {
    let result = verdict.result();
    let [domain, selector] =
        identifiers(header, verdict).map(|name| name.unwrap_or(Cow::Borrowed("?")));
    report.line_of(&[
        (PLAIN, "  "),
        (style(result), result.name()),
        (PLAIN, &format!("  {domain}  selector {selector}")),
    ]);
    if let (Some(reason), Some(detail)) = (&verdict.reason, verdict.detail()) {
        let why = format!("{} [{}]", escape(&detail), reason.code());
        report.wrapped(4, PLAIN, "", &why);
    }
    if let Some(stated) = &verdict.signature {
        report.wrapped(4, PLAIN, "", &methods(stated, verdict));
        report.wrapped(4, PLAIN, "signed:", &coverage(stated, verdict));
    }
    warnings(report, 4, &verdict.warnings);
}

/// Algorithm, key and canonicalization.
fn methods(stated: &Signature, verdict: &Verdict) -> String {
    let key = verdict.key.as_ref().map_or(String::new(), |key| {
        let dnssec = key.dnssec.map_or(String::new(), |dnssec| {
            format!(", DNSSEC {}", dnssec.name())
        });
        format!(" ({} bits{dnssec})", key.record.key.bits())
    });
    format!("{}{key}, {}", stated.algorithm, stated.canonicalization)
}

/// What the signature covers.
fn coverage(stated: &Signature, verdict: &Verdict) -> String {
    let names = signed_headers(stated).join(", ");
    let body = match stated.body_length {
        None => "the whole body".to_owned(),
        Some(length) => format!("the first {length} octets of the body"),
    };
    let oversigned = verdict.oversigned_headers.join(", ");
    let oversigned = if oversigned.is_empty() {
        oversigned
    } else {
        format!("; no further {oversigned} may be added")
    };
    escape(&format!("{names}; {body}{oversigned}"))
}

fn warnings(report: &mut Report, indent: usize, warnings: &[Warning]) {
    for warning in warnings {
        report.wrapped(indent, UNSURE, "warning:", &escape(&warning.message));
    }
}

fn style(result: VerificationResult) -> anstyle::Style {
    match result {
        VerificationResult::Pass => GOOD,
        VerificationResult::Fail | VerificationResult::PermError => BAD,
        VerificationResult::Policy
        | VerificationResult::Neutral
        | VerificationResult::TempError => UNSURE,
    }
}
