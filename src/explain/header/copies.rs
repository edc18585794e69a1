//! Copies of header fields elsewhere in the message: `z=` (RFC 6376 §3.5), and fields that keep
//! what another was.

use std::collections::HashMap;

use super::clues::Clues;
use super::form::{Entry, Part, SignedForm};
use super::rules::Fields;
use crate::message::Header;
use crate::syntax::folding::trim;
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

/// A field as `z=` has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Copy {
    /// The name of its part, in lower case.
    pub(super) part: String,
    /// The name as it is written, and what stands behind the colon.
    pub(super) field: Entry,
}

/// The copies in `z=` of a signature field, in their order: those of fields that are signed, for
/// no others can have broken the signature.
pub(super) fn copied_fields(form: &SignedForm<'_>) -> Vec<Copy> {
    let own = form.parts[form.own()].now.first();
    let value = own.map_or(&[][..], Entry::value);
    let Ok(tags) = TagList::parse(value, form.line_endings()) else {
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
        let name = trim(&copy[..colon]);
        let part = std::str::from_utf8(name).ok()?.to_ascii_lowercase();
        let field = Entry::new(None, name, &copy[colon + 1..]);
        places
            .contains_key(part.as_str())
            .then_some(Copy { part, field })
    });
    signed.take(MANY_COPIES).collect()
}

fn places<'f>(form: &'f SignedForm<'_>) -> HashMap<&'f str, usize> {
    let parts = form.parts.iter().filter(|part| !part.is_own).enumerate();
    parts
        .map(|(place, part)| (part.name.as_str(), place))
        .collect()
}

/// The fields of a part as `z=` has them: its order is the message's or that of `h=`.
pub(super) fn copied(now: &[Entry], part: &Part, clues: &Clues<'_>) -> Vec<Fields> {
    let of_part = clues.copies.iter().filter(|copy| copy.part == part.name);
    let of_part: Vec<&Entry> = of_part
        .take(part.slots.len())
        .map(|copy| &copy.field)
        .collect();
    if of_part.is_empty() || part.is_own {
        return Vec::new();
    }
    let in_place = |(at, copy): (usize, &&Entry)| Entry {
        origin: now.get(at).and_then(|now| now.origin),
        raw: copy.raw.clone(),
    };
    let as_is = of_part.iter().enumerate().map(in_place).collect();
    let reversed = of_part.iter().rev().enumerate().map(in_place).collect();
    vec![(0, as_is), (1, reversed)]
}

/// All parts of which `z=` has copies that differ from what is there. Of names that it does not
/// have, signers may have left the copies out: they stay as they are.
pub(super) fn all_copied(form: &SignedForm<'_>, clues: &Clues<'_>) -> Vec<(usize, Vec<Entry>)> {
    let mut found = Vec::new();
    if clues.copies.is_empty() {
        return found;
    }
    for (place, part) in form.parts.iter().enumerate() {
        let canonical = |entries: &[Entry]| -> Vec<Vec<u8>> {
            let signed = part.signed(entries).iter();
            signed.map(|entry| form.canonical(entry, false)).collect()
        };
        let copied = copied(&part.now, part, clues).into_iter().next();
        if let Some((_, copied)) =
            copied.filter(|(_, copied)| canonical(copied) != canonical(&part.now))
        {
            found.push((place, copied));
        }
    }
    found
}

/// Names, each with those of other fields that may have what it had.
const OTHERS: &str = "subject thread-topic|to delivered-to envelope-to x-rcpt-to|sender x-sender|\
    reply-to x-original-from|message-id x-message-id|return-path x-envelope-from envelope-from";

/// What other fields have that those of each name may have had: one whose name ends with that of
/// a signed one (`X-Original-To`, `X-Spam-Prev-Subject`, `Thread-Topic`).
pub(super) fn kept_elsewhere(
    form: &SignedForm<'_>,
    header: &Header,
) -> HashMap<String, Vec<Vec<u8>>> {
    let places = places(form);
    let mut found: HashMap<String, Vec<Vec<u8>>> = HashMap::new();
    let fields = header.fields().filter(|field| {
        field.name().len() <= LONG_NAME && (1..LONG_KEPT).contains(&field.value().len())
    });
    for field in fields {
        let name = String::from_utf8_lossy(field.name()).to_ascii_lowercase();
        let ends = name.match_indices('-').map(|(at, _)| &name[at + 1..]);
        let others = OTHERS.split('|').filter_map(|row| row.split_once(' '));
        let others = others.filter(|(_, keepers)| keepers.split(' ').any(|other| other == name));
        let kept = ends.chain(others.map(|(kept, _)| kept));
        for name in kept.filter(|name| places.contains_key(name)) {
            let values = found.entry(name.to_owned()).or_default();
            if values.len() < MANY_KEEPERS && values.iter().all(|other| other != field.value()) {
                values.push(field.value().to_vec());
            }
        }
    }
    found
}
