//! The warnings, the worst first.

use dkim_toolkit::escape::escape;
use dkim_toolkit::verdict::WarningCode;
use dkim_toolkit::verify::UnsignedField;

use crate::print::in_a_row;
use crate::print::report::{PLAIN, Report, UNSURE};
use crate::print::verify::outcome::{Outcome, Told};

/// Adds the warnings of the message and of its signatures, each with what the reader can do about
/// it, or the sender if it was asked why.
pub fn warnings(report: &mut Report, outcome: &Outcome) {
    let mut has_told_fields = false;
    for told in outcome.told() {
        if told.warning.code != WarningCode::UnsignedField {
            let remedy = told.warning.remedy();
            let is_told = outcome.explanations.is_some() || told.warning.is_for_reader();
            let remedy = remedy.filter(|_| is_told);
            one(report, &sentence(outcome, &told), remedy);
        } else if !std::mem::replace(&mut has_told_fields, true) {
            unsigned_fields(report, outcome);
        }
    }
}

fn one(report: &mut Report, sentence: &str, remedy: Option<&str>) {
    report.wrapped(2, UNSURE, "warning:", &escape(sentence));
    if let Some(remedy) = remedy {
        report.wrapped(4, PLAIN, "remedy:", &escape(remedy));
    }
}

/// What is said, and of which signature where there are several.
fn sentence(outcome: &Outcome, told: &Told<'_>) -> String {
    let message = &told.warning.message;
    let names_signer = matches!(
        told.warning.code,
        WarningCode::NotAligned | WarningCode::DefaultProviderSignature
    );
    let signature = told
        .signature
        .and_then(|verdict| verdict.signature.as_ref());
    match signature {
        Some(signature) if outcome.report.verdicts.len() > 1 && !names_signer => format!(
            "the signature of {} with the selector {}: {message}",
            signature.domain.domain().shown(),
            signature.selector.as_str()
        ),
        _ => message.clone(),
    }
}

/// The fields that nobody signed, those of which the same may come together.
fn unsigned_fields(report: &mut Report, outcome: &Outcome) {
    let fields = &outcome.report.unsigned_fields;
    let same =
        |one: &UnsignedField, other: &UnsignedField| one.consequence() == other.consequence();
    for group in fields.chunk_by(same) {
        let which: Vec<_> = group.iter().map(UnsignedField::to_string).collect();
        let who = outcome.report.who_did_not_sign();
        let sentence = format!(
            "{who} {}: {}",
            in_a_row(&which, "and"),
            group[0].consequence()
        );
        let remedy = UnsignedField::remedy(group);
        let is_told = outcome.explanations.is_some();
        one(report, &sentence, is_told.then_some(remedy.as_str()));
    }
}
