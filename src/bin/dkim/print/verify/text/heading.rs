//! The first line about a message: the result, and what a reader must know beside it.

use dkim_toolkit::verdict::Reason;
use dkim_toolkit::verify::MessageResult;

use super::style;
use crate::files::Place;
use crate::print::report::{Report, UNSURE};
use crate::print::verify::doubts::shows_another;
use crate::print::verify::outcome::Outcome;

/// Adds the first line.
pub fn heading(report: &mut Report, place: &Place, outcome: &Outcome) {
    let (style, remark) = match (outcome.doubts(), outcome.result) {
        // A pass that a reader must not rely on is no green light.
        (Some(doubts), _) => (UNSURE, Some(doubts)),
        (None, MessageResult::None) => (UNSURE, beside(outcome)),
        (None, MessageResult::Signed(result)) => (style(result), beside(outcome)),
    };
    let comma = if remark.is_some() { "," } else { "" };
    let word = format!("{}{comma}", outcome.result.name());
    let remark = remark.unwrap_or_default();
    report.heading(&format!("{place}: "), style, &word, &remark);
}

/// What stands beside the result of a message that does not pass, or passes without doubts.
fn beside(outcome: &Outcome) -> Option<String> {
    let why = why(outcome).map(str::to_owned);
    let beside: Vec<_> = why
        .into_iter()
        .chain(shows_another(&outcome.report))
        .collect();
    (!beside.is_empty()).then(|| beside.join(", "))
}

/// Why a message does not pass, where few words are enough: those of the signatures that decide
/// the result, if all have the same.
fn why(outcome: &Outcome) -> Option<&'static str> {
    let found = &outcome.report;
    let decisive = match outcome.result {
        MessageResult::None if found.header.foreign().is_some() => return Some("not a message"),
        MessageResult::None => return Some("no signature"),
        MessageResult::Signed(_) if found.header.malformation().is_some() => {
            return Some("the header is malformed");
        }
        MessageResult::Signed(_) if outcome.unmet.is_some() => return None,
        MessageResult::Signed(result) => result,
    };
    let verdicts = found.verdicts.iter();
    let mut reasons = verdicts
        .filter(|verdict| verdict.result() == decisive)
        .map(|verdict| verdict.reason.as_ref().and_then(few_words));
    let first = reasons.next()?;
    first.filter(|_| reasons.all(|other| other == first))
}

fn few_words(reason: &Reason) -> Option<&'static str> {
    Some(match reason {
        Reason::BodyHashMismatch => "the body was changed",
        Reason::SignatureMismatch => "the header was changed, or the key is another",
        Reason::Expired { .. } => "expired",
        Reason::TimestampInFuture { .. } => "signed in the future",
        Reason::Sha1 => "signed with SHA-1",
        Reason::ExtraFrom { .. } => "a From field is not signed",
        Reason::PartialBody { .. } => "the end of the body is not signed",
        Reason::KeyBelowMinimum { .. } | Reason::KeyTooShort { .. } => "the key is too short",
        Reason::KeyNotFound(_) => "no key",
        Reason::Lookup(_) => "the key cannot be had now",
        _ => return None,
    })
}
