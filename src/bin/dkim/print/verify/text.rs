//! The text of `dkim verify`, for people.

mod explanation;

use dkim_toolkit::escape::escape;
use dkim_toolkit::identifier::{Sdid, Selector};
use dkim_toolkit::signature::Signature;
use dkim_toolkit::verdict::{Reason, Verdict, VerificationResult, Warning};
use dkim_toolkit::verify::MessageResult;

use super::json::signed_headers;
use super::outcome::Outcome;
use crate::files::Place;
use crate::print::report::{BAD, GOOD, PLAIN, Report, UNSURE};

/// The report on one message, with a blank line that parts it from what is above.
pub fn report(place: &Place, outcome: &Outcome, columns: usize) -> Report {
    let mut report = Report::new(columns);
    report.blank();
    let result_style = match outcome.result {
        MessageResult::None => UNSURE,
        MessageResult::Signed(result) => style(result),
    };
    report.line_of(&[
        (PLAIN, &format!("{place}: ")),
        (result_style, outcome.result.name()),
    ]);
    if let Some(unmet) = &outcome.unmet {
        report.wrapped(2, UNSURE, "", &escape(&unmet.message));
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
    for (at, verdict) in outcome.report.verdicts.iter().enumerate() {
        if !not_judged(&verdict) {
            signature(&mut report, outcome, at, verdict);
        }
    }
    let rest: Vec<_> = outcome.report.verdicts.iter().filter(not_judged).collect();
    if let Some(reason) = rest.first().and_then(|verdict| verdict.reason.as_ref()) {
        let count = rest.len();
        let text = format!("{count} more not judged: {reason} [{}]", reason.code());
        report.wrapped(2, style(reason.result()), reason.result().name(), &text);
    }
    let explained = outcome.explanations.is_some();
    warnings(&mut report, 2, &outcome.report.warnings, explained);
    report
}

fn signature(report: &mut Report, outcome: &Outcome, at: usize, verdict: &Verdict) {
    let found = &outcome.report;
    let result = verdict.result();
    let (domain, selector) = verdict.identifiers(&found.header);
    let domain = domain.as_ref().map_or("?", Sdid::as_str);
    let selector = selector.as_ref().map_or("?", Selector::as_str);
    let whose = format!(" {domain}  selector {selector}");
    report.wrapped(2, style(result), result.name(), &whose);
    if let (Some(reason), Some(detail)) = (&verdict.reason, verdict.detail()) {
        let why = format!("{} [{}]", escape(&detail), reason.code());
        report.wrapped(4, PLAIN, "", &why);
    }
    if let Some(stated) = &verdict.signature {
        report.wrapped(4, PLAIN, "", &methods(stated, verdict));
        report.wrapped(4, PLAIN, "signed:", &coverage(stated, verdict));
    }
    explanation::explanations(report, outcome, at);
    let explained = outcome.explanations.is_some();
    warnings(report, 4, outcome.told_warnings(verdict), explained);
}

/// Algorithm, key and canonicalization.
fn methods(stated: &Signature, verdict: &Verdict) -> String {
    let key = verdict.key.as_ref().map_or(String::new(), |key| {
        let dnssec = key.dnssec.map_or(String::new(), |dnssec| {
            format!(", DNSSEC {}", dnssec.name())
        });
        let provider = key
            .provider()
            .map_or(String::new(), |provider| format!(", {provider}"));
        format!(" ({} bits{provider}{dnssec})", key.record.key.bits())
    });
    format!("{}{key}, {}", stated.algorithm, stated.canonicalization)
}

/// What the signature covers.
fn coverage(stated: &Signature, verdict: &Verdict) -> String {
    let signed = signed_headers(stated);
    let body = match stated.body_length {
        None => "the whole body".to_owned(),
        Some(length) => format!("the first {length} bytes of the body"),
    };
    let closed = &verdict.oversigned_headers;
    let is_closed = |name: &&&str| closed.iter().any(|other| other == *name);
    let open: Vec<&str> = signed
        .iter()
        .copied()
        .filter(|name| !is_closed(&name))
        .collect();
    let further = match (&closed[..], &open[..]) {
        ([], _) => String::new(),
        (_, []) => "; no further field of these names may be added".to_owned(),
        ([_, _, _, ..], [_] | [_, _]) => {
            format!(
                "; but for {}, no further field of these names may be added",
                open.join(" and ")
            )
        }
        ([name], _) => format!("; no further {name} may be added"),
        ([first @ .., last], _) => {
            format!("; no further {} or {last} may be added", first.join(", "))
        }
    };
    escape(&format!("{}; {body}{further}", signed.join(", ")))
}

fn warnings<'a>(
    report: &mut Report,
    indent: usize,
    warnings: impl IntoIterator<Item = &'a Warning>,
    explained: bool,
) {
    for warning in warnings {
        report.wrapped(indent, UNSURE, "warning:", &escape(&warning.message));
        if let Some(remedy) = warning.remedy().filter(|_| explained) {
            report.wrapped(indent + 2, PLAIN, "remedy:", &escape(remedy));
        }
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
