//! The text of `dkim verify`, for people.

mod explanation;
mod heading;
mod recognition;
mod warnings;

use std::cmp::Ordering;

use dkim_toolkit::escape::escape;
use dkim_toolkit::identifier::Selector;
use dkim_toolkit::message::{Header, received_time};
use dkim_toolkit::signature::Signature;
use dkim_toolkit::verdict::{Reason, Verdict, VerificationResult};

use super::json::signed_headers;
use super::outcome::Outcome;
use crate::files::Place;
use crate::print::in_a_row;
use crate::print::report::{BAD, GOOD, PLAIN, Report, UNSURE};
use crate::print::time::{rfc3339, span};

/// The report on one message, with a blank line that parts it from what is above.
pub fn report(place: &Place, outcome: &Outcome, columns: usize) -> Report {
    let mut report = Report::new(columns);
    report.blank();
    heading::heading(&mut report, place, outcome);
    recognition::fields(&mut report, outcome);
    if let Some(unmet) = &outcome.unmet {
        report.wrapped(2, UNSURE, "", &escape(&unmet.message));
    }
    let header = &outcome.report.header;
    if outcome.report.verdicts.is_empty() && header.foreign().is_none() {
        report.wrapped(2, PLAIN, "", "there is no DKIM-Signature field");
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
    warnings::warnings(&mut report, outcome);
    report
}

fn signature(report: &mut Report, outcome: &Outcome, at: usize, verdict: &Verdict) {
    let found = &outcome.report;
    let result = verdict.result();
    let (domain, selector) = verdict.identifiers(&found.header);
    let domain = domain.map_or("?".to_owned(), |domain| domain.domain().shown());
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
        if let Some(time) = time_of_signing(stated, verdict, &found.header) {
            report.wrapped(4, PLAIN, "", &time);
        }
    }
    explanation::explanations(report, outcome, at);
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
        let (kind, bits) = (key.record.key.key_type(), key.record.key.bits());
        let other = if kind == stated.algorithm.key_type() {
            String::new()
        } else {
            format!("the key is {}, ", kind.name())
        };
        format!(" ({other}{bits} bits{provider}{dnssec})")
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
    let closed: Vec<&str> = verdict.oversigned_headers().collect();
    let is_closed = |name: &&&str| closed.iter().any(|other| other == *name);
    let open: Vec<&str> = signed
        .iter()
        .copied()
        .filter(|name| !is_closed(&name))
        .collect();
    let further = match (&closed[..], &open[..]) {
        ([], _) => String::new(),
        (_, []) => "; nobody can add another of these".to_owned(),
        ([_, _, _, ..], [_] | [_, _]) => {
            format!(
                "; nobody can add another of these, except {}",
                open.join(" and ")
            )
        }
        _ => format!("; no second {} can be added", in_a_row(&closed, "or")),
    };
    escape(&format!("{}; {body}{further}", signed.join(", ")))
}

/// When the message was signed, and how long before it was received.
fn time_of_signing(stated: &Signature, verdict: &Verdict, header: &Header) -> Option<String> {
    let signed = stated.timestamp?;
    let time = rfc3339(signed)?.replace('T', " ").replace('Z', " UTC");
    // Only a signature that is right vouches for its time.
    let how = match verdict.signature_matches {
        Some(true) => "signed at",
        _ => "signed, as it says itself, at",
    };
    let received = received_time(header).map(|received| match received.cmp(&signed) {
        Ordering::Greater => format!(", {} before it was received", span(received - signed)),
        Ordering::Equal => ", in the second in which it was received".to_owned(),
        Ordering::Less => format!(
            ", {} after it was received by its own fields: a clock is wrong, or a date is made up",
            span(signed - received)
        ),
    });
    Some(format!("{how} {time}{}", received.unwrap_or_default()))
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
