//! White space, folds and the letter case of names, which `simple` signs (RFC 6376 §3.4.1), and
//! white space where there was none, which `relaxed` signs as well (RFC 6376 §3.4.2).

use super::alternative::{Alternative, Alternatives, Story};
use super::form::Instance;
use super::text::{collapsed, unfolded};
use crate::canonicalization::Canonicalization;
use crate::explain::Cause;
use crate::tag_list::is_wsp;

/// The columns at which programs fold.
const COLUMNS: [usize; 4] = [76, 78, 72, 79];

/// One way to space and fold a value, given the field's name and its value.
type Spacing = fn(&str, &[u8]) -> Vec<u8>;

/// The ways, the likely ones first, each with its cost.
const SPACINGS: [(u32, Spacing); 22] = [
    (1, |_, value| unfolded(value)),
    (1, |_, value| [b" ", &collapsed(value)[..]].concat()),
    (2, |name, value| folded(name, value, COLUMNS[0], b" ")),
    (2, |name, value| folded(name, value, COLUMNS[1], b" ")),
    (2, |name, value| folded(name, value, COLUMNS[1], b"\t")),
    (2, |name, value| folded(name, value, COLUMNS[0], b"\t")),
    (2, |_, value| with_folds(value, b"\t")),
    (2, |_, value| with_folds(value, b" ")),
    (3, |_, value| with_folds(value, b"        ")),
    (3, |_, value| folded_behind(value, b',', b" ")),
    (3, |_, value| folded_behind(value, b',', b"\t")),
    (3, |_, value| folded_behind(value, b';', b" ")),
    (3, |_, value| folded_behind(value, b';', b"\t")),
    (3, |_, value| folded_behind(value, b'>', b" ")),
    (3, |_, value| folded_behind(value, b'>', b"\t")),
    (3, |_, value| [b"\r\n ", &collapsed(value)[..]].concat()),
    (4, |name, value| folded(name, value, COLUMNS[2], b" ")),
    (4, |name, value| folded(name, value, COLUMNS[3], b" ")),
    (4, |_, value| collapsed(value)),
    (4, |_, value| [b"  ", &collapsed(value)[..]].concat()),
    (4, |_, value| [b"\t", &collapsed(value)[..]].concat()),
    (4, |_, value| [b" ", &collapsed(value)[..], b" "].concat()),
];

/// A value in other spacings that differ from it, each with its cost.
pub(super) fn spacings(name: &str, value: &[u8]) -> Vec<(u32, Vec<u8>)> {
    let others = SPACINGS
        .iter()
        .map(|(cost, space)| (*cost, space(name, value)));
    let more = [
        (3, trimmed_end(value).to_vec()),
        (4, [value, b" "].concat()),
    ];
    others
        .chain(more)
        .filter(|(_, other)| other != value)
        .collect()
}

/// Adds the spacings and names of each field, and of all fields in one way.
pub(super) fn add(alternatives: &mut Alternatives<'_, '_>) {
    if alternatives.form.canonicalization == Canonicalization::Simple {
        add_names_and_spacings(alternatives);
        add_all_in_one_way(alternatives);
    }
    add_spaces(alternatives);
    add_mislabelled(alternatives);
}

fn add_names_and_spacings(alternatives: &mut Alternatives<'_, '_>) {
    for instance in alternatives.form.instances() {
        let field = instance.field;
        let name = instance.name();
        for (cost, spaced) in spacings(&name, field.value()) {
            let raw = [&field.raw()[..field.value_offset()], &spaced[..]].concat();
            add_raw(
                alternatives,
                &instance,
                &raw,
                cost + 2,
                Story::of_spaces(&name),
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
                recased(&name, &other),
            );
            for (more, spaced) in spacings(&name, field.value()).into_iter().take(4) {
                let raw = [other.as_bytes(), b":", &spaced[..]].concat();
                let story = recased(&name, &other);
                add_raw(alternatives, &instance, &raw, cost + more + 4, story);
            }
        }
        let without_blank = [field.name(), b":", field.value()].concat();
        add_raw(
            alternatives,
            &instance,
            &without_blank,
            4,
            Story::of_spaces(&name),
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

fn recased(now: &str, then: &str) -> Story {
    Story {
        original: Some(then.to_owned()),
        ..Story::of(
            Cause::HeaderRecased,
            now,
            format!("the name of the {now} field was written {then} when it was signed"),
        )
    }
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
fn title_case(lower: &str) -> String {
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

/// One system that spaces or names fields anew does so with all of them.
fn add_all_in_one_way(alternatives: &mut Alternatives<'_, '_>) {
    let story = |cause, detail: &str| Story {
        cause,
        field: None,
        original: None,
        detail: detail.to_owned(),
    };
    for (cost, space) in SPACINGS {
        let octets = all_fields(alternatives, |instance| {
            let field = instance.field;
            let spaced = space(&instance.name(), field.value());
            [&field.raw()[..field.value_offset()], &spaced[..]].concat()
        });
        let stories = vec![story(
            Cause::HeaderWhitespaceChanged,
            "white space or folds of several header fields were changed, which the signature \
             covers under c=simple",
        )];
        alternatives.add(Alternative {
            part: None,
            cost: cost + 3,
            octets,
            stories,
        });
    }
    let ways: [fn(&str) -> String; 6] = [
        usual_case,
        title_case,
        |name| {
            if is_one_case(name) {
                usual_case(name)
            } else {
                name.to_owned()
            }
        },
        |name| {
            if is_one_case(name) {
                title_case(name)
            } else {
                name.to_owned()
            }
        },
        str::to_ascii_lowercase,
        str::to_ascii_uppercase,
    ];
    for way in ways {
        let octets = all_fields(alternatives, |instance| {
            let field = instance.field;
            let other = way(&instance.name());
            [other.as_bytes(), &field.raw()[field.name().len()..]].concat()
        });
        let stories = vec![story(
            Cause::HeaderRecased,
            "the names of several header fields were written in another letter case when they \
             were signed",
        )];
        alternatives.add(Alternative {
            part: None,
            cost: 5,
            octets,
            stories,
        });
    }
}

/// Whether a name was put into small letters, or into capitals.
fn is_one_case(name: &str) -> bool {
    name == name.to_ascii_lowercase() || name == name.to_ascii_uppercase()
}

fn all_fields(
    alternatives: &Alternatives<'_, '_>,
    raw: impl Fn(&Instance<'_>) -> Vec<u8>,
) -> Vec<(usize, Vec<u8>)> {
    let form = alternatives.form;
    form.instances()
        .map(|instance| (instance.slot, form.canonical(&raw(&instance))))
        .collect()
}

/// White space that came or went where `relaxed` does not overlook it: around commas and
/// semicolons, and at a fold in the middle of a word.
fn add_spaces(alternatives: &mut Alternatives<'_, '_>) {
    for instance in alternatives.form.instances() {
        let field = instance.field;
        let name = instance.name();
        let told = |_: &[u8]| Story::of_spaces(&name);
        for then in respacings(field.value()) {
            alternatives.value_told(&instance, &then, 4, &told);
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
    let mut joined = Vec::with_capacity(value.len());
    let mut after_fold = false;
    for &octet in value {
        match octet {
            b'\r' | b'\n' => after_fold = true,
            b' ' | b'\t' if after_fold => {}
            other => {
                after_fold = false;
                joined.push(other);
            }
        }
    }
    found.push([b" ", &joined[..]].concat());
    found.push(collapsed_between_words(value));
    found
}

/// Without the white space between encoded words, which separates nothing (RFC 2047 §6.2).
fn collapsed_between_words(value: &[u8]) -> Vec<u8> {
    let text = collapsed(value);
    let mut joined = vec![b' '];
    for (at, &octet) in text.iter().enumerate() {
        let between = text[..at].ends_with(b"?=") && text[at + 1..].starts_with(b"=?");
        if !(octet == b' ' && between) {
            joined.push(octet);
        }
    }
    joined
}

/// With this white space and no other behind each mark.
fn around(value: &[u8], mark: u8, space: &[u8]) -> Vec<u8> {
    let text = collapsed(value);
    let mut spaced = vec![b' '];
    for (count, item) in text.split(|octet| *octet == mark).enumerate() {
        let mut item = item;
        if count > 0 {
            spaced.push(mark);
            while let Some((b' ', rest)) = item.split_first() {
                item = rest;
            }
            if !item.is_empty() {
                spaced.extend_from_slice(space);
            }
        }
        spaced.extend_from_slice(item);
    }
    spaced
}

/// The signer said one canonicalization and used the other.
fn add_mislabelled(alternatives: &mut Alternatives<'_, '_>) {
    let form = alternatives.form;
    let (other, said) = match form.canonicalization {
        Canonicalization::Simple => (Canonicalization::Relaxed, "simple"),
        Canonicalization::Relaxed => (Canonicalization::Simple, "relaxed"),
    };
    let mut octets: Vec<_> = form
        .instances()
        .map(|instance| {
            (
                instance.slot,
                form.canonical_by(other, instance.field.raw()),
            )
        })
        .collect();
    let with_old_own = octets.clone();
    octets.push((
        form.own_slot(),
        form.canonical_own_by(other, form.own.raw(), form.emptied.clone()),
    ));
    for octets in [octets, with_old_own] {
        let story = Story {
            cause: Cause::CanonicalizationMislabelled,
            field: None,
            original: None,
            detail: format!(
                "the header was signed in the {} form, but c= says {said}",
                other.name()
            ),
        };
        alternatives.add(Alternative {
            part: None,
            cost: 4,
            octets,
            stories: vec![story],
        });
    }
}

fn trimmed_end(value: &[u8]) -> &[u8] {
    let blanks = value
        .iter()
        .rev()
        .take_while(|&&octet| is_wsp(octet))
        .count();
    &value[..value.len() - blanks]
}

/// With other white space at the start of each folded line.
fn with_folds(value: &[u8], space: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(value.len());
    let mut lines = value.split(|&octet| octet == b'\n');
    text.extend_from_slice(lines.next().map_or(&[][..], without_return));
    for line in lines {
        text.extend_from_slice(b"\r\n");
        text.extend_from_slice(space);
        let blanks = line.iter().take_while(|&&octet| is_wsp(octet)).count();
        text.extend_from_slice(without_return(&line[blanks..]));
    }
    text
}

fn without_return(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// Folded behind each mark that white space follows.
fn folded_behind(value: &[u8], mark: u8, space: &[u8]) -> Vec<u8> {
    let text = collapsed(value);
    let mut folded = vec![b' '];
    for (at, &octet) in text.iter().enumerate() {
        if octet == b' ' && text[..at].ends_with(&[mark]) {
            folded.extend_from_slice(b"\r\n");
            folded.extend_from_slice(space);
        } else {
            folded.push(octet);
        }
    }
    folded
}

/// Folded at white space, as late as the lines stay within so many columns.
pub(super) fn folded(name: &str, value: &[u8], columns: usize, space: &[u8]) -> Vec<u8> {
    let text = collapsed(value);
    let mut folded = Vec::with_capacity(text.len() + 16);
    let mut column = name.len() + 1;
    for word in text.split(|&octet| octet == b' ') {
        if column + 1 + word.len() > columns && !folded.is_empty() {
            folded.extend_from_slice(b"\r\n");
            folded.extend_from_slice(space);
            column = space.len();
        } else {
            folded.push(b' ');
            column += 1;
        }
        folded.extend_from_slice(word);
        column += word.len();
    }
    folded
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

    #[test]
    fn folds_are_placed() {
        let value = b" aa bb cc";
        assert_eq!(folded("To", value, 5, b" "), b" aa\r\n bb\r\n cc");
        assert_eq!(folded("To", value, 9, b"\t"), b" aa bb\r\n\tcc");
        assert_eq!(with_folds(b" a\r\n b\n c", b"\t"), b" a\r\n\tb\r\n\tc");
        assert_eq!(folded_behind(b" a, b,c", b',', b" "), b" a,\r\n b,c");
        assert_eq!(around(b" a,b, c", b',', b""), b" a,b,c");
        assert_eq!(around(b" a,b, c,", b',', b" "), b" a, b, c,");
        assert_eq!(
            collapsed_between_words(b" =?a?=\r\n =?b?= c"),
            b" =?a?==?b?= c"
        );
    }
}
