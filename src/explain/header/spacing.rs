//! White space, folds and the letter case of names, which `simple` signs (RFC 6376 §3.4.1), and
//! white space where there was none, which `relaxed` signs as well (RFC 6376 §3.4.2).

use super::alternative::{Alternative, Alternatives, Story};
use super::change::classify;
use super::folding::{around, collapsed_between_words, spacings, with_folds};
use super::form::Instance;
use crate::canonicalization::Canonicalization;
use crate::explain::Cause;
use crate::signature::FIELD_NAME;

/// Adds the spacings and names of each field.
pub(super) fn add(alternatives: &mut Alternatives<'_, '_>) {
    if alternatives.form.canonicalization == Canonicalization::Simple {
        add_names_and_spacings(alternatives);
    }
    add_spaces(alternatives);
    add_mislabelled(alternatives);
}

fn add_names_and_spacings(alternatives: &mut Alternatives<'_, '_>) {
    for instance in alternatives.form.instances() {
        if alternatives.is_full() {
            return;
        }
        let field = instance.field;
        let name = instance.name();
        for (cost, spaced) in spacings(&name, field.value()) {
            let raw = [&field.raw()[..field.value_offset()], &spaced[..]].concat();
            add_raw(
                alternatives,
                &instance,
                &raw,
                cost + 2,
                Story::of_spaces(&name, &spaced),
            );
        }
        for (cost, other) in names(&name) {
            let behind = &field.raw()[field.name().len()..];
            let raw = [other.as_bytes(), behind].concat();
            add_raw(
                alternatives,
                &instance,
                &raw,
                cost + 2,
                Story::of_name(&name, &other),
            );
            for (more, spaced) in spacings(&name, field.value()).into_iter().take(4) {
                let raw = [other.as_bytes(), b":", &spaced[..]].concat();
                let story = Story::of_name(&name, &other);
                add_raw(alternatives, &instance, &raw, cost + more + 4, story);
            }
        }
        let without_blank = [field.name(), b":", field.value()].concat();
        add_raw(
            alternatives,
            &instance,
            &without_blank,
            4,
            Story::of_spaces(&name, field.value()),
        );
    }
}

fn add_raw(
    alternatives: &mut Alternatives<'_, '_>,
    instance: &Instance<'_>,
    raw: &[u8],
    cost: u32,
    story: Story,
) {
    let octets = alternatives.form.canonical(raw);
    alternatives.add(Alternative {
        part: Some(instance.part),
        cost,
        octets: vec![(instance.slot, octets)],
        stories: vec![story],
    });
}

/// The ways to write a field's name, without that in which it is written, each with its cost.
pub(super) fn names(name: &str) -> Vec<(u32, String)> {
    let lower = name.to_ascii_lowercase();
    let title = title_case(&lower);
    let usual = usual_case(&lower);
    let mut first = lower.clone();
    if let Some(letter) = first.get_mut(..1) {
        letter.make_ascii_uppercase();
    }
    let mut found: Vec<(u32, String)> = Vec::new();
    let all = [
        (1, usual),
        (1, title),
        (2, lower.clone()),
        (2, name.to_ascii_uppercase()),
        (3, first),
    ];
    for (cost, other) in all {
        if other != name && found.iter().all(|(_, there)| *there != other) {
            found.push((cost, other));
        }
    }
    found
}

/// A name as it is mostly written: in title case, but for words that are abbreviations.
pub(super) fn usual_case(lower: &str) -> String {
    let title = title_case(lower);
    let words = title.split('-').map(|word| match word {
        "Id" | "Mime" | "Spf" | "Uri" | "Url" => word.to_ascii_uppercase(),
        _ => word.to_owned(),
    });
    words.collect::<Vec<_>>().join("-")
}

/// A name with a capital at the start of each word.
pub(super) fn title_case(lower: &str) -> String {
    let mut start = true;
    lower
        .chars()
        .map(|letter| {
            let letter = if start {
                letter.to_ascii_uppercase()
            } else {
                letter.to_ascii_lowercase()
            };
            start = letter == '-';
            letter
        })
        .collect()
}

/// White space that came or went where `relaxed` does not overlook it: around commas and
/// semicolons, and at a fold in the middle of a word.
fn add_spaces(alternatives: &mut Alternatives<'_, '_>) {
    for instance in alternatives.form.instances() {
        if alternatives.is_full() {
            return;
        }
        let field = instance.field;
        let name = instance.name();
        for then in respacings(field.value()) {
            let cause = classify(&name, field.value(), &then, &[]);
            alternatives.value(&instance, &then, 4, cause);
        }
    }
}

fn respacings(value: &[u8]) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    for mark in [b',', b';'] {
        found.push(around(value, mark, b""));
        found.push(around(value, mark, b" "));
    }
    // A line end and the white space behind it, where a long word was cut.
    found.push([b" ", &with_folds(value, b"")[..]].concat());
    found.push(collapsed_between_words(value));
    found
}

/// The signer said one canonicalization and used the other.
fn add_mislabelled(alternatives: &mut Alternatives<'_, '_>) {
    let form = alternatives.form;
    let other = match form.canonicalization {
        Canonicalization::Simple => Canonicalization::Relaxed,
        Canonicalization::Relaxed => Canonicalization::Simple,
    };
    let mut octets = form.all_by(other);
    let with_old_own = octets.clone();
    octets.push((
        form.own_slot(),
        form.canonical_own_by(other, form.own.raw(), form.emptied.clone()),
    ));
    for octets in [octets, with_old_own] {
        alternatives.add(Alternative {
            part: None,
            cost: 4,
            octets,
            stories: vec![mislabelled(other)],
        });
    }
}

/// The header was signed in a form that `c=` does not say.
pub(super) fn mislabelled(signed: Canonicalization) -> Story {
    let said = match signed {
        Canonicalization::Simple => "relaxed",
        Canonicalization::Relaxed => "simple",
    };
    Story {
        cause: Cause::CanonicalizationMislabelled,
        field: Some(FIELD_NAME.to_owned()),
        original: None,
        detail: format!(
            "the header was signed in the {} form, but c= says {said}",
            signed.name()
        ),
        change: None,
        remedy: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_written_in_several_ways() {
        let check = |name: &str, expected: &[&str]| {
            let found: Vec<_> = names(name).into_iter().map(|(_, other)| other).collect();
            assert_eq!(found, expected, "{name}");
        };
        check(
            "Message-ID",
            &["Message-Id", "message-id", "MESSAGE-ID", "Message-id"],
        );
        check(
            "mime-version",
            &[
                "MIME-Version",
                "Mime-Version",
                "MIME-VERSION",
                "Mime-version",
            ],
        );
        check("Subject", &["subject", "SUBJECT"]);
        check("", &[]);
    }
}
