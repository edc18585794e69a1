//! Copies of header fields elsewhere in the message: `z=` (RFC 6376 §3.5), and fields that keep
//! what another was.

use std::collections::HashMap;

use super::alternative::{Alternative, Alternatives, Story};
use super::change::classify;
use super::form::{Part, SignedForm};
use super::instances::display_name;
use super::text::{collapsed, trimmed};
use super::value;
use crate::canonicalization::Canonicalization;
use crate::explain::Cause;
use crate::message::HeaderField;
use crate::syntax::quoted_printable::decode_quoted_printable;
use crate::syntax::tag_list::TagList;

/// So many copies are taken from `z=`.
const MANY_COPIES: usize = 200;
/// So many fields are looked at that may have what one was.
const MANY_KEEPERS: usize = 8;
/// Those are no longer.
const LONG_KEPT: usize = 4096;
/// Names of fields are no longer.
const LONG_NAME: usize = 100;

/// A field as a copy has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Copy {
    /// The place of its part.
    pub(super) part: usize,
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

/// The copies in `z=` of a signature field, in their order: those of fields that are signed, for
/// no others can have broken the signature.
pub(super) fn copied_fields(form: &SignedForm<'_>) -> Vec<Copy> {
    let Ok(tags) = TagList::parse(form.own.value(), form.line_endings()) else {
        return Vec::new();
    };
    let places = places(form);
    let copies = tags
        .get("z")
        .unwrap_or_default()
        .split(|&octet| octet == b'|');
    let signed = copies.filter_map(|copy| {
        let copy = decode_quoted_printable(copy)?;
        let colon = memchr::memchr(b':', &copy[..copy.len().min(LONG_NAME)])?;
        let name = std::str::from_utf8(trimmed(&copy[..colon])).ok()?;
        let part = *places.get(name.to_ascii_lowercase().as_str())?;
        Some(Copy {
            part,
            name: name.to_owned(),
            value: copy[colon + 1..].to_vec(),
        })
    });
    signed.take(MANY_COPIES).collect()
}

/// The places of the parts by their names.
fn places<'f>(form: &'f SignedForm<'_>) -> HashMap<&'f str, usize> {
    let parts = form.parts.iter().enumerate();
    parts
        .map(|(place, part)| (part.name.as_str(), place))
        .collect()
}

/// What a part was by its copies: the fields' names and values, the lowest first.
struct Then {
    place: usize,
    copies: Vec<Copy>,
}

fn add_of_signature(alternatives: &mut Alternatives<'_, '_>) {
    let mut all: Vec<Alternative> = Vec::new();
    for place in 0..alternatives.form.parts.len() {
        let slots = alternatives.form.parts[place].slots.len();
        let copies = alternatives.copies.iter();
        let of_part: Vec<Copy> = copies
            .filter(|copy| copy.part == place)
            .take(slots)
            .cloned()
            .collect();
        if of_part.is_empty() {
            continue;
        }
        let reversed = of_part.iter().rev().cloned().collect();
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
    // Of names that z= does not have, signers may have left the copies out: they stay as they are.
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
fn replaced(alternatives: &Alternatives<'_, '_>, then: &Then) -> Option<Alternative> {
    let form = alternatives.form;
    let part = &form.parts[then.place];
    let mut octets = Vec::new();
    let mut stories = Vec::new();
    let mut seen = Vec::new();
    for (at, &slot) in part.slots.iter().enumerate() {
        let copy = then.copies.get(at);
        let now = part.instances.get(at).and_then(|&at| form.header.field(at));
        let canonical = copy.map_or_else(Vec::new, |copy| {
            form.canonical(&[copy.name.as_bytes(), b":", &copy.value].concat())
        });
        if form.slots().get(slot) == Some(&canonical) {
            continue;
        }
        // The same change of the same value is told once.
        let change = (now.map(|now| now.value()), copy);
        if !seen.contains(&change) {
            seen.push(change);
            stories.extend(told(alternatives, part, now, copy));
        }
        octets.push((slot, canonical));
    }
    (!octets.is_empty()).then_some(Alternative {
        part: Some(then.place),
        cost: 0,
        octets,
        stories,
    })
}

/// What happened to a field that was as a copy has it.
fn told(
    alternatives: &Alternatives<'_, '_>,
    part: &Part,
    now: Option<HeaderField<'_>>,
    copy: Option<&Copy>,
) -> Vec<Story> {
    let form = alternatives.form;
    let name = display_name(alternatives, part);
    match (now, copy) {
        (Some(now), Some(copy)) => {
            let then = known(alternatives, &copy.value);
            let name = String::from_utf8_lossy(now.name()).into_owned();
            let mut stories = Vec::new();
            if form.canonicalization == Canonicalization::Simple && name != copy.name {
                stories.push(Story::of_name(&name, &copy.name));
            }
            if stories.is_empty() || now.value() != then {
                let cause = classify(&name, now.value(), &then, &alternatives.lists);
                stories.push(Story::of_value(cause, &name, &now.value().into(), then));
            }
            stories
        }
        (None, Some(copy)) => vec![Story::of_removed(&name, &known(alternatives, &copy.value))],
        (Some(now), None) => {
            let now = value::told(&name, now.value());
            let detail = format!("a {name} field was added after it was signed: {now}");
            vec![Story::of(Cause::HeaderAdded, &name, detail)]
        }
        (None, None) => Vec::new(),
    }
}

/// As much of a value as the signature knows of it (RFC 6376 §3.4.2).
fn known(alternatives: &Alternatives<'_, '_>, value: &[u8]) -> Vec<u8> {
    match alternatives.form.canonicalization {
        Canonicalization::Simple => value.to_vec(),
        Canonicalization::Relaxed => collapsed(value),
    }
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

/// A field whose name ends with that of a signed one (`X-Original-To`, `X-Spam-Prev-Subject`,
/// `Thread-Topic`) may have what that was.
fn add_of_fields(alternatives: &mut Alternatives<'_, '_>) {
    let mut kept = kept_elsewhere(alternatives.form);
    for (place, values) in kept.drain(..) {
        for value in values {
            if alternatives.is_full() {
                return;
            }
            add_copy(alternatives, place, &value);
        }
    }
}

/// What other fields have that each part may have had.
fn kept_elsewhere(form: &SignedForm<'_>) -> Vec<(usize, Vec<Vec<u8>>)> {
    let places = places(form);
    let mut found: HashMap<usize, Vec<Vec<u8>>> = HashMap::new();
    let fields = form.header.fields().filter(|field| {
        field.name().len() <= LONG_NAME && (1..LONG_KEPT).contains(&field.value().len())
    });
    for field in fields {
        let name = String::from_utf8_lossy(field.name()).to_ascii_lowercase();
        let ends = name.match_indices('-').map(|(at, _)| &name[at + 1..]);
        let others = OTHERS.iter().filter(|(_, keeper)| *keeper == name);
        let kept = ends.chain(others.map(|(kept, _)| *kept));
        for place in kept.filter_map(|name| places.get(name)) {
            let values = found.entry(*place).or_default();
            let value = field.value();
            if values.len() < MANY_KEEPERS && values.iter().all(|other| other != value) {
                values.push(value.to_vec());
            }
        }
    }
    let mut found: Vec<_> = found.into_iter().collect();
    found.sort_unstable_by_key(|(place, _)| *place);
    found
}

/// One value in the place of each field of a part, or behind them all.
fn add_copy(alternatives: &mut Alternatives<'_, '_>, place: usize, value: &[u8]) {
    let form = alternatives.form;
    let part = &form.parts[place];
    let of_part = form.instances().filter(|instance| instance.part == place);
    for instance in of_part.take(4) {
        let now = instance.field.value();
        let cause = classify(&part.name, now, value, &alternatives.lists);
        alternatives.value(&instance, value, 2, cause);
    }
    if let Some(&slot) = part.slots.get(part.instances.len()) {
        let name = display_name(alternatives, part);
        alternatives.add(Alternative {
            part: Some(place),
            cost: 4,
            octets: vec![(
                slot,
                form.canonical(&[name.as_bytes(), b":", value].concat()),
            )],
            stories: vec![Story::of_removed(&name, value)],
        });
    }
}
