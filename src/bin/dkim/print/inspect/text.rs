//! The text of `dkim inspect`, for people.

use anstyle::Style;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dkim_toolkit::escape::escape;
use dkim_toolkit::identifier::KeyQuery;
use dkim_toolkit::inspect::{CopiedField, InspectedTag, SignedField, Value};
use dkim_toolkit::verdict::Verdict;

use super::inspected::{Inspected, Signature, status};
use crate::files::Place;
use crate::print::count;
use crate::print::report::{BAD, GOOD, PLAIN, Report, UNSURE};
use crate::print::time::{distance, rfc3339};

/// Values begin behind this many columns.
const LABEL: usize = 26;

/// The report on one message; `follows` others, from which a blank line parts it.
pub fn report(place: &Place, inspected: &Inspected, follows: bool, columns: usize) -> Report {
    let mut report = Report::new(columns);
    let signatures = &inspected.signatures;
    if follows && (!signatures.is_empty() || !inspected.claims.is_empty()) {
        report.blank();
    }
    let style = if signatures.is_empty() { UNSURE } else { PLAIN };
    let found = count(signatures.len(), "signature");
    report.line_of(&[(PLAIN, &format!("{place}: ")), (style, &found)]);
    for warning in &inspected.warnings {
        report.wrapped(2, UNSURE, "", &escape(&warning.message));
        if let Some(remedy) = warning.remedy() {
            report.wrapped(4, PLAIN, "remedy:", &escape(remedy));
        }
    }
    for signature in signatures {
        describe(&mut report, signature, inspected.now);
    }
    inspected.claims.report(&mut report);
    report
}

fn describe(report: &mut Report, signature: &Signature, now: u64) {
    let (inspection, verdict) = (&signature.inspection, &signature.verdict);
    let (style, outcome) = if inspection.refused.is_empty() {
        (GOOD, "nothing to refuse before its key is known")
    } else {
        (BAD, "refused whatever its key")
    };
    let start = format!("  signature {}: ", signature.number);
    report.line_of(&[(PLAIN, &start), (style, outcome)]);
    for reason in &inspection.refused {
        let label = format!("{}:", reason.code());
        report.wrapped(4, BAD, &label, &escape(&reason.to_string()));
    }
    for warning in &verdict.warnings {
        report.wrapped(4, UNSURE, "warning:", &escape(&warning.message));
    }
    for tag in &inspection.tags {
        describe_tag(report, tag, verdict, now);
    }
    for tag in &inspection.missing {
        let label = format!("{}=", tag.name);
        row(
            report,
            &label,
            tag.meaning,
            BAD,
            &["missing (required)".to_owned()],
        );
    }
    for default in &inspection.defaults {
        let label = format!("{}=", default.name);
        let value = format!("as if it were {}", escape(&default.value));
        row(report, &label, "not there", PLAIN, &[value]);
    }
    if let Some(raw) = &inspection.raw {
        row(report, "", "the whole text", PLAIN, &[escape(raw.trim())]);
    }
    let unknown = "cannot be told from s= and d=";
    let key_name = inspection
        .key_query
        .as_ref()
        .map_or(unknown, KeyQuery::name);
    row(report, "", "key's name", PLAIN, &[key_name.to_owned()]);
}

fn describe_tag(report: &mut Report, tag: &InspectedTag, verdict: &Verdict, now: u64) {
    let (style, mut lines) = match &tag.decoded {
        None => (PLAIN, vec![unfolded(&tag.value)]),
        Some(Ok(value)) => (PLAIN, words(&tag.value, value, verdict, now)),
        Some(Err(problem)) if tag.value.is_empty() => (BAD, vec![problem.to_string()]),
        Some(Err(problem)) => (BAD, vec![format!("{}: {problem}", unfolded(&tag.value))]),
    };
    if let Some(first) = lines.first_mut() {
        let case = if tag.other_case {
            "; accepted in this letter case, which is not that of RFC 6376"
        } else {
            ""
        };
        first.extend([" (", status(tag), case, ")"]);
    }
    let lines: Vec<String> = lines.iter().map(|line| escape(line)).collect();
    let label = format!("{}=", escape(&tag.name));
    row(
        report,
        &label,
        tag.known.map_or("", |known| known.meaning),
        style,
        &lines,
    );
}

/// A decoded value in words, in one line or more. `text`: the value as written.
fn words(text: &str, value: &Value, verdict: &Verdict, now: u64) -> Vec<String> {
    vec![match value {
        Value::Version => text.to_owned(),
        Value::Algorithm(algorithm) => {
            let (key_type, hash) = (algorithm.key_type().name(), algorithm.hash().name());
            format!("{text}: {} over {}", title(key_type), title(hash))
        }
        Value::Signature { bytes, rsa_bits } => match rsa_bits {
            Some(bits) => format!("{}, by an RSA key of {bits} bits", octets_of(bytes)),
            None => octets_of(bytes),
        },
        Value::BodyHash(bytes) => return body_hash(bytes, verdict),
        Value::Canonicalization(both) => {
            format!("header {}, body {}", both.header.name(), both.body.name())
        }
        Value::Domain(domain) => name(domain.as_str(), domain.to_ascii()),
        Value::Selector(selector) => name(selector.as_str(), selector.to_ascii()),
        Value::Identity(identity) => identity.to_string(),
        Value::SignedFields(fields) => return signed_fields(fields),
        Value::BodyLength {
            signed,
            body,
            unsigned,
        } => body_length(*signed, *body, *unsigned),
        Value::QueryMethods(methods) => methods.join(", "),
        Value::Time(seconds) => {
            let time = rfc3339(*seconds);
            let time = time.as_deref().unwrap_or("after the year 9999");
            format!("{time}, {}", distance(*seconds, now))
        }
        Value::CopiedFields(copies) => {
            let copy = |copy: &CopiedField| format!("{}: {}", copy.name, copy.value);
            return copies.iter().map(copy).collect();
        }
    }]
}

/// A name as it is written, and as the DNS has it.
fn name(written: &str, ascii: &str) -> String {
    if written.eq_ignore_ascii_case(ascii) {
        written.to_owned()
    } else {
        format!("{written}, in the DNS {ascii}")
    }
}

fn body_hash(bytes: &[u8], verdict: &Verdict) -> Vec<String> {
    let claimed = verdict.signature.as_ref();
    let claimed = claimed.map(|signature| STANDARD.encode(signature.body_hash));
    let computed = verdict.computed_body_hash.as_ref();
    let (outcome, computed) = match (verdict.body_hash_matches(), computed) {
        (Some(true), _) => ("the hash of the body", None),
        (Some(false), Some(computed)) => {
            let computed = format!("not {}", STANDARD.encode(computed));
            ("not the hash of the body", Some(computed))
        }
        (Some(false), None) | (None, _) => ("not compared with the body", None),
    };
    let outcome = format!("{}, {outcome}", octets_of(bytes));
    [outcome]
        .into_iter()
        .chain(claimed)
        .chain(computed)
        .collect()
}

/// The name by which people know an algorithm.
fn title(name: &'static str) -> &'static str {
    match name {
        "rsa" => "RSA",
        "ed25519" => "Ed25519",
        "sha1" => "SHA-1, historic",
        "sha256" => "SHA-256",
        other => other,
    }
}

fn octets_of(bytes: &[u8]) -> String {
    count(bytes.len(), "octet")
}

fn signed_fields(fields: &[SignedField]) -> Vec<String> {
    let names: Vec<String> = fields.iter().map(signed_field).collect();
    let oversigned = fields.iter().filter(|field| field.is_oversigned());
    let oversigned: Vec<&str> = oversigned.map(|field| field.name.as_str()).collect();
    let mut lines = vec![names.join(", ")];
    if !oversigned.is_empty() {
        lines.push(format!(
            "oversigned, so none may be added: {}",
            oversigned.join(", ")
        ));
    }
    lines
}

/// A name of `h=`, and which of the fields of that name are signed unless it is all of one.
fn signed_field(field: &SignedField) -> String {
    let name = &field.name;
    match (field.selected.len(), field.present) {
        (_, 0) => format!("{name} (absent)"),
        (1, 1) => name.clone(),
        (signed, present) if signed == present => format!("{name} (all {present})"),
        (signed, present) => format!("{name} (the lowest {signed} of {present})"),
    }
}

fn body_length(length: u64, body: Option<u64>, unsigned: Option<u64>) -> String {
    match (body, unsigned) {
        (None, _) => format!("{length} octets"),
        (Some(body), None) => format!("{length} octets, more than the {body} of the body"),
        (Some(_), Some(0)) => format!("{length} octets, the whole body"),
        (Some(body), Some(unsigned)) => {
            format!("{length} of {body} octets: the last {unsigned} are not signed")
        }
    }
}

/// A value without its folds.
fn unfolded(value: &str) -> String {
    let words = value.split([' ', '\t', '\r', '\n']);
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

/// Adds a tag's row: its name, its meaning, and the value, whose lines are wrapped between words.
fn row(report: &mut Report, label: &str, meaning: &str, style: Style, lines: &[String]) {
    let mut label = format!("    {label:<4} {meaning:<16} ");
    for line in lines {
        report.row(&label, style, line);
        label = " ".repeat(LABEL);
    }
}

#[cfg(test)]
mod tests {
    use dkim_toolkit::inspect::signatures;
    use dkim_toolkit::message::{LineEndings, parse};
    use dkim_toolkit::verify::Verifier;

    use super::*;

    #[test]
    fn signed_fields_say_which() {
        let message = "DKIM-Signature: h=from:To:cc:received:resent-to:resent-to:from\r\n\
                       From: a\r\nTo: b\r\nReceived: 1\r\nReceived: 2\r\nReceived: 3\r\n\
                       Resent-To: c\r\nResent-To: d\r\n\r\n";
        let (header, _) = parse(message.as_bytes(), LineEndings::Lenient).unwrap();
        let report = Verifier::default().begin(header, 0).finish();
        let inspections = signatures(&report);
        let Some(Ok(Value::SignedFields(fields))) = &inspections[0].tags[0].decoded else {
            panic!("{inspections:?}");
        };
        let expected = [
            "from, to, cc (absent), received (the lowest 1 of 3), resent-to (all 2)",
            "oversigned, so none may be added: from, cc",
        ];
        assert_eq!(signed_fields(fields), expected);
    }

    #[test]
    fn body_lengths_say_what_is_not_signed() {
        assert_eq!(body_length(5, None, None), "5 octets");
        assert_eq!(
            body_length(5, Some(4), None),
            "5 octets, more than the 4 of the body"
        );
        assert_eq!(body_length(5, Some(5), Some(0)), "5 octets, the whole body");
        assert_eq!(
            body_length(5, Some(7), Some(2)),
            "5 of 7 octets: the last 2 are not signed"
        );
    }
}
