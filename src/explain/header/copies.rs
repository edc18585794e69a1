//! Copies of header fields elsewhere in the message: `z=` (RFC 6376 §3.5), and fields that keep
//! what another was.

use super::alternative::{Alternative, Alternatives, Story};
use super::form::Part;
use super::instances::display_name;
use super::text::{collapsed, quoted, shown, trimmed};
use crate::explain::Cause;
use crate::explain::header::encoding::{decoded, is_encoded};
use crate::tag_list::{TagList, decode_quoted_printable};

/// A field as a copy has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Copy {
    /// The name as it is written.
    pub(super) name: String,
    /// What stands behind the colon.
    pub(super) value: Vec<u8>,
}

/// Adds what copies say.
pub(super) fn add(alternatives: &mut Alternatives<'_, '_>) {
    add_of_signature(alternatives);
    add_of_fields(alternatives);
}

/// The copies in `z=` of a signature field, in their order.
pub(super) fn copied_fields(alternatives: &Alternatives<'_, '_>) -> Vec<Copy> {
    let form = alternatives.form;
    let Ok(tags) = TagList::parse(form.own.value(), form.line_endings()) else {
        return Vec::new();
    };
    let copies = tags
        .get("z")
        .unwrap_or_default()
        .split(|&octet| octet == b'|');
    let decoded = copies.filter_map(decode_quoted_printable);
    let split = decoded.filter_map(|copy| {
        let colon = memchr::memchr(b':', &copy)?;
        let name = String::from_utf8(trimmed(&copy[..colon]).to_vec()).ok()?;
        let value = copy[colon + 1..].to_vec();
        Some(Copy { name, value })
    });
    split.collect()
}

/// What a part was by its copies: the fields' names and values, the lowest first.
struct Then<'c> {
    place: usize,
    copies: Vec<&'c Copy>,
}

fn add_of_signature(alternatives: &mut Alternatives<'_, '_>) {
    let form = alternatives.form;
    let copies = copied_fields(alternatives);
    let mut all: Vec<Alternative> = Vec::new();
    for (place, part) in form.parts.iter().enumerate() {
        let of_part: Vec<&Copy> = copies
            .iter()
            .filter(|copy| copy.name.eq_ignore_ascii_case(&part.name))
            .take(part.slots.len())
            .collect();
        if of_part.is_empty() {
            continue;
        }
        let reversed = of_part.iter().rev().copied().collect();
        for copies in [of_part, reversed] {
            let Some(alternative) = replaced(alternatives, &Then { place, copies }) else {
                continue;
            };
            if all.last().is_none_or(|last| last.part != alternative.part) {
                all.push(alternative.clone());
            }
            alternatives.add(alternative);
        }
    }
    // What z= does not name was not there.
    let octets = all.iter().flat_map(|each| each.octets.clone()).collect();
    let stories = all.iter().flat_map(|each| each.stories.clone()).collect();
    alternatives.add(Alternative {
        part: None,
        cost: 0,
        octets,
        stories,
    });
}

/// A part as its copies have it; `None` if it is no other.
fn replaced(alternatives: &Alternatives<'_, '_>, then: &Then<'_>) -> Option<Alternative> {
    let form = alternatives.form;
    let part = &form.parts[then.place];
    let name = display_name(alternatives, part);
    let mut octets = Vec::new();
    let mut stories = Vec::new();
    for (at, &slot) in part.slots.iter().enumerate() {
        let copy = then.copies.get(at);
        let canonical = copy.map_or_else(Vec::new, |copy| {
            form.canonical(&[copy.name.as_bytes(), b":", &copy.value].concat())
        });
        if form.slots().get(slot) == Some(&canonical) {
            continue;
        }
        let now = part
            .instances
            .get(at)
            .and_then(|&at| form.header.field(at))
            .map(|field| field.value());
        let told = told(&name, now, copy.map(|copy| &copy.value[..]));
        stories.extend(told.filter(|told| !stories.contains(told)));
        octets.push((slot, canonical));
    }
    (!octets.is_empty()).then_some(Alternative {
        part: Some(then.place),
        cost: 0,
        octets,
        stories,
    })
}

/// What happened to a field that is this now and was that.
fn told(name: &str, now: Option<&[u8]>, then: Option<&[u8]>) -> Option<Story> {
    Some(match (now, then) {
        (Some(now), Some(then)) => Story::of_value(classify(name, now, then), name, now, then),
        (None, Some(then)) => Story {
            original: Some(shown(then)),
            ..Story::of(
                Cause::HeaderRemoved,
                name,
                format!(
                    "a {name} field was removed; it was {}",
                    quoted(&shown(then))
                ),
            )
        },
        (Some(now), None) => Story::of(
            Cause::HeaderAdded,
            name,
            format!(
                "a {name} field was added after it was signed: {}",
                quoted(&shown(now))
            ),
        ),
        (None, None) => return None,
    })
}

/// What a change of a field's value is called.
pub(super) fn classify(name: &str, now: &[u8], then: &[u8]) -> Cause {
    if now == then {
        return Cause::HeaderRecased;
    }
    let (now_text, then_text) = (collapsed(now), collapsed(then));
    if now_text == then_text {
        return Cause::HeaderWhitespaceChanged;
    }
    let is_same_text = || decoded(now).is_some_and(|text| Some(text) == decoded(then));
    if (is_encoded(now) || is_encoded(then)) && is_same_text() {
        return Cause::HeaderReencoded;
    }
    if name.eq_ignore_ascii_case("from") {
        return Cause::FromRewritten;
    }
    let contains =
        |text: &[u8], part: &[u8]| !part.is_empty() && memchr::memmem::find(text, part).is_some();
    let tagged = contains(&now_text, &then_text) || contains(&then_text, &now_text);
    if name.eq_ignore_ascii_case("subject") && tagged {
        Cause::SubjectTagged
    } else {
        Cause::HeaderValueChanged
    }
}

/// A field whose name ends with that of a signed one (`X-Original-To`, `X-Spam-Prev-Subject`,
/// `Thread-Topic`) may have what that was.
fn add_of_fields(alternatives: &mut Alternatives<'_, '_>) {
    let form = alternatives.form;
    for (place, part) in form.parts.iter().enumerate() {
        if alternatives.is_full() {
            return;
        }
        for value in kept_elsewhere(alternatives, part) {
            add_copy(alternatives, place, &value);
        }
    }
}

fn kept_elsewhere(alternatives: &Alternatives<'_, '_>, part: &Part) -> Vec<Vec<u8>> {
    let suffix = format!("-{}", part.name);
    let mut found = Vec::new();
    for field in alternatives.form.header.fields() {
        let name = String::from_utf8_lossy(field.name()).to_ascii_lowercase();
        let keeps = name.ends_with(&suffix)
            || OTHERS
                .iter()
                .any(|(kept, keeper)| *kept == part.name && *keeper == name);
        if keeps && field.value().len() < 4096 && found.len() < 8 {
            found.push(field.value().to_vec());
        }
    }
    found
}

/// Names and the names of other fields that may have what they had.
const OTHERS: [(&str, &str); 7] = [
    ("subject", "thread-topic"),
    ("to", "delivered-to"),
    ("to", "envelope-to"),
    ("to", "x-rcpt-to"),
    ("sender", "x-sender"),
    ("reply-to", "x-original-from"),
    ("message-id", "x-message-id"),
];

/// One value in the place of each field of a part, or behind them all.
fn add_copy(alternatives: &mut Alternatives<'_, '_>, place: usize, value: &[u8]) {
    let form = alternatives.form;
    let part = &form.parts[place];
    let name = display_name(alternatives, part);
    let of_part = form.instances().filter(|instance| instance.part == place);
    for instance in of_part.take(4) {
        let cause = classify(&name, instance.field.value(), value);
        alternatives.value(&instance, value, 2, cause);
    }
    if let Some(&slot) = part.slots.get(part.instances.len()) {
        alternatives.add(Alternative {
            part: Some(place),
            cost: 4,
            octets: vec![(
                slot,
                form.canonical(&[name.as_bytes(), b":", value].concat()),
            )],
            stories: told(&name, None, Some(value)).into_iter().collect(),
        });
    }
}
