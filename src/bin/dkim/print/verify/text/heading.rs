//! The first line about a message: the result, and what a reader must know beside it.

use dkim_toolkit::author::NoAuthorDomain;
use dkim_toolkit::identifier::{DomainName, Sdid};
use dkim_toolkit::message::received_time;
use dkim_toolkit::verdict::{Verdict, VerificationResult, WarningCode};
use dkim_toolkit::verify::{MessageResult, Report as Found, UnsignedField};

use super::style;
use crate::files::Place;
use crate::print::report::{GOOD, Report, UNSURE};
use crate::print::time::span;
use crate::print::verify::outcome::Outcome;

/// Adds the first line.
pub fn heading(report: &mut Report, place: &Place, outcome: &Outcome) {
    let remarks = remarks(outcome);
    let plain = match outcome.result {
        MessageResult::None => UNSURE,
        MessageResult::Signed(result) => style(result),
    };
    // A pass that a reader must not rely on is no green light.
    let style = if plain == GOOD && !remarks.is_empty() {
        UNSURE
    } else {
        plain
    };
    let comma = if remarks.is_empty() { "" } else { "," };
    let word = format!("{}{comma}", outcome.result.name());
    report.heading(&format!("{place}: "), style, &word, &remarks.join(", "));
}

/// What a reader must know beside the result.
fn remarks(outcome: &Outcome) -> Vec<String> {
    let found = &outcome.report;
    let mut remarks = Vec::new();
    let passes = outcome.result == MessageResult::Signed(VerificationResult::Pass);
    if passes && !found.passes_aligned() {
        let signers = found.signers();
        let signers = signers.iter().map(|signer| Sdid::domain(signer));
        remarks.push(format!("signed by {}", listed(signers)));
        remarks.push(nobody(found));
    }
    let is_there = |code| found.warnings.iter().any(|warning| warning.code == code);
    if is_there(WarningCode::AddressInDisplayName) {
        remarks.push("the From shows an address of another domain".to_owned());
    }
    if passes && remarks.is_empty() {
        remarks.extend(unsigned_parts(found));
        remarks.extend(age(found));
        if let Some(first) = remarks.first_mut() {
            first.insert_str(0, "but ");
        }
    }
    remarks
}

/// Who did not sign.
fn nobody(found: &Found) -> String {
    let missing = found.domains_that_did_not_sign();
    if !missing.is_empty() {
        return format!("nobody signed for {}", listed(missing.iter()));
    }
    match found.author_domain {
        Err(NoAuthorDomain::Group) => "the From is a group without an author",
        Err(NoAuthorDomain::SeveralFields) => "there are several From fields",
        Err(NoAuthorDomain::SeveralDomains | NoAuthorDomain::Malformed) => {
            "the From names several domains"
        }
        _ => "nobody signed for the From",
    }
    .to_owned()
}

/// The parts of the message that nobody signed and that a reader acts on.
fn unsigned_parts(found: &Found) -> Option<String> {
    let fields = found.unsigned_fields.iter();
    let fields = fields.filter(|field| field.is_acted_on());
    let mut parts: Vec<_> = fields.map(UnsignedField::to_string).collect();
    let mut passing = found.verdicts.iter().filter(|verdict| verdict.passes());
    if passing.all(|verdict| has(verdict, WarningCode::UnsignedBody)) {
        parts.push("the end of the body".to_owned());
    }
    (!parts.is_empty()).then(|| format!("nobody signed {}", parts.join(" and ")))
}

/// How old the message was when it came, where every passing signature was old.
fn age(found: &Found) -> Option<String> {
    let mut passing = found.verdicts.iter().filter(|verdict| verdict.passes());
    let is_old = passing.all(|verdict| has(verdict, WarningCode::OldSignature));
    let received = received_time(&found.header).filter(|_| is_old)?;
    let times = found.verdicts.iter().filter(|verdict| verdict.passes());
    let times = times.filter_map(|verdict| verdict.signature.as_ref()?.timestamp);
    let age = received.saturating_sub(times.max()?);
    Some(format!(
        "it was signed {} before it was received",
        span(age)
    ))
}

fn has(verdict: &Verdict, code: WarningCode) -> bool {
    verdict.warnings.iter().any(|warning| warning.code == code)
}

/// Domains with “and” between; the first two of many.
fn listed<'a>(mut domains: impl ExactSizeIterator<Item = &'a DomainName>) -> String {
    let (first, second) = (domains.next(), domains.next());
    let shown: Vec<_> = first
        .into_iter()
        .chain(second)
        .map(DomainName::shown)
        .collect();
    match domains.len() {
        0 => shown.join(" and "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
