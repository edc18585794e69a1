//! The text of `dkim inspect`, for people.

use anstyle::Style;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dkim_toolkit::algorithm::KeyType;
use dkim_toolkit::escape::escape;
use dkim_toolkit::verdict::Verdict;

use crate::inspect::decode::Tag;
use crate::inspect::value::{Copy, Decoded, SignedField};
use crate::inspect::{Inspection, Signature};
use crate::io::Source;
use crate::output::{BAD, GOOD, PLAIN, Report, UNSURE};

/// Values begin behind this many columns, and end before [`COLUMNS`].
const LABEL: usize = 26;
const COLUMNS: usize = 80;

/// The report on one message; `follows` others, from which a blank line parts it.
pub fn report(source: &Source, inspection: &Inspection, follows: bool) -> Report {
    let mut report = Report::default();
    let signatures = &inspection.signatures;
    if follows && !signatures.is_empty() {
        report.blank();
    }
    let style = if signatures.is_empty() { UNSURE } else { PLAIN };
    let found = count(signatures.len(), "signature");
    report.line_of(&[(PLAIN, &format!("{source}: ")), (style, &found)]);
    if !inspection.has_header {
        report.wrapped(
            2,
            PLAIN,
            "",
            "there is no header field: this is not a message",
        );
    }
    for signature in signatures {
        describe(&mut report, signature);
    }
    report
}

/// A number of things.
pub fn count(count: usize, thing: &str) -> String {
    match count {
        0 => format!("no {thing}"),
        1 => format!("1 {thing}"),
        _ => format!("{count} {thing}s"),
    }
}

fn describe(report: &mut Report, signature: &Signature) {
    let (style, outcome) = if signature.refused.is_empty() {
        (GOOD, "nothing to refuse before its key is known")
    } else {
        (BAD, "refused whatever its key")
    };
    let start = format!("  signature {}: ", signature.number);
    report.line_of(&[(PLAIN, &start), (style, outcome)]);
    for reason in &signature.refused {
        let label = format!("{}:", reason.code());
        report.wrapped(4, BAD, &label, &escape(&reason.to_string()));
    }
    for warning in &signature.verdict.warnings {
        report.wrapped(4, UNSURE, "warning:", &escape(&warning.message));
    }
    for tag in &signature.tags.tags {
        describe_tag(report, tag, &signature.verdict);
    }
    for (name, meaning) in signature.tags.missing() {
        let label = format!("{name}=");
        row(
            report,
            &label,
            meaning,
            BAD,
            &["missing (required)".to_owned()],
        );
    }
    for default in &signature.defaults {
        let label = format!("{}=", default.name);
        let value = format!("as if it were {}", escape(&default.value));
        row(report, &label, "not there", PLAIN, &[value]);
    }
    if let Some(raw) = &signature.tags.raw {
        row(report, "", "the whole text", PLAIN, &[escape(raw.trim())]);
    }
    let unknown = "cannot be told from s= and d=";
    let key_name = signature.key_name.as_deref().unwrap_or(unknown);
    row(report, "", "key's name", PLAIN, &[key_name.to_owned()]);
}

fn describe_tag(report: &mut Report, tag: &Tag, verdict: &Verdict) {
    let (style, mut lines) = match &tag.decoded {
        Ok(decoded) => (PLAIN, words(tag, decoded, verdict)),
        Err(problem) if tag.value.is_empty() => (BAD, vec![problem.clone()]),
        Err(problem) => (BAD, vec![format!("{}: {problem}", unfolded(&tag.value))]),
    };
    if let Some(first) = lines.first_mut() {
        first.extend([" (", tag.status.name(), ")"]);
    }
    let lines: Vec<String> = lines.iter().map(|line| escape(line)).collect();
    let label = format!("{}=", escape(&tag.name));
    row(
        report,
        &label,
        tag.meaning.unwrap_or_default(),
        style,
        &lines,
    );
}

/// A decoded value in words, in one line or more.
fn words(tag: &Tag, decoded: &Decoded, verdict: &Verdict) -> Vec<String> {
    vec![match decoded {
        Decoded::Nothing => unfolded(&tag.value),
        Decoded::Version(version) => version.to_string(),
        Decoded::Algorithm { key_type, hash } => {
            format!("{}: {} over {}", tag.value, title(key_type), title(hash))
        }
        Decoded::Octets { octets } if tag.name == "bh" => return body_hash(*octets, verdict),
        Decoded::Octets { octets } => signature_octets(*octets, verdict),
        Decoded::Canonicalization { header, body } => format!("header {header}, body {body}"),
        Decoded::Name { name, ascii } if name.eq_ignore_ascii_case(ascii) => name.clone(),
        Decoded::Name { name, ascii } => format!("{name}, in the DNS {ascii}"),
        Decoded::Identity { local_part, domain } => format!("{local_part}@{domain}"),
        Decoded::Fields(fields) => return signed_fields(fields),
        Decoded::Length {
            length,
            body,
            unsigned,
        } => body_length(*length, *body, *unsigned),
        Decoded::Methods(methods) => methods.join(", "),
        Decoded::Time { time, distance, .. } => {
            let time = time.as_deref().unwrap_or("after the year 9999");
            format!("{time}, {distance}")
        }
        Decoded::Copies(copies) => {
            let copy = |copy: &Copy| format!("{}: {}", copy.name, copy.value);
            return copies.iter().map(copy).collect();
        }
    }]
}

fn body_hash(octets: usize, verdict: &Verdict) -> Vec<String> {
    let claimed = verdict.signature.as_ref();
    let claimed = claimed.map(|signature| STANDARD.encode(&signature.body_hash));
    let computed = verdict.computed_body_hash.as_ref();
    let (outcome, computed) = match (verdict.body_hash_matches(), computed) {
        (Some(true), _) => ("the hash of the body", None),
        (Some(false), Some(computed)) => {
            let computed = format!("not {}", STANDARD.encode(computed));
            ("not the hash of the body", Some(computed))
        }
        (Some(false), None) | (None, _) => ("not compared with the body", None),
    };
    let outcome = format!("{}, {outcome}", octets_of(octets));
    [outcome]
        .into_iter()
        .chain(claimed)
        .chain(computed)
        .collect()
}

fn signature_octets(octets: usize, verdict: &Verdict) -> String {
    let key = verdict.signature.as_ref();
    match key.map(|signature| signature.algorithm.key_type()) {
        // An RSA signature is as long as the modulus of its key (RFC 8017 §8.2.1).
        Some(KeyType::Rsa) => {
            let bits = octets.saturating_mul(8);
            format!("{}, by an RSA key of {bits} bits", octets_of(octets))
        }
        Some(KeyType::Ed25519) | None => octets_of(octets),
    }
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

fn octets_of(octets: usize) -> String {
    count(octets, "octet")
}

fn signed_fields(fields: &[SignedField]) -> Vec<String> {
    let names: Vec<String> = fields.iter().map(signed_field).collect();
    let oversigned = fields.iter().filter(|field| field.oversigned);
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
    match (field.fields.len(), field.present) {
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
    for line in lines.iter().flat_map(|line| wrap(line)) {
        report.line_of(&[(PLAIN, &label), (style, &line)]);
        label = " ".repeat(LABEL);
    }
}

/// The lines that a text takes between [`LABEL`] and [`COLUMNS`]; a longer word is not broken.
fn wrap(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut width = 0;
    for word in text.split(' ') {
        let length = word.chars().count();
        match lines.last_mut() {
            Some(line) if width > 0 && LABEL + width + 1 + length <= COLUMNS => {
                line.push(' ');
                line.push_str(word);
                width += 1 + length;
            }
            Some(line) if width == 0 => {
                line.push_str(word);
                width = length;
            }
            _ => {
                lines.push(word.to_owned());
                width = length;
            }
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_wrapped_behind_their_labels() {
        let text = format!("{}{}", "word ".repeat(22), "x".repeat(90));
        let line = ["word"; 11].join(" ");
        assert_eq!(wrap(&text), [line.clone(), line, "x".repeat(90)]);
        assert_eq!(wrap(&text)[0].len(), COLUMNS - LABEL);
    }

    #[test]
    fn signed_fields_say_which() {
        let field = |name: &str, named, present: usize| SignedField {
            name: name.to_owned(),
            named,
            present,
            fields: (1..=named.min(present)).collect(),
            oversigned: named > present,
        };
        let fields = [
            field("from", 2, 1),
            field("to", 1, 1),
            field("cc", 1, 0),
            field("received", 1, 3),
            field("resent-to", 2, 2),
        ];
        let expected = [
            "from, to, cc (absent), received (the lowest 1 of 3), resent-to (all 2)",
            "oversigned, so none may be added: from, cc",
        ];
        assert_eq!(signed_fields(&fields), expected);
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
