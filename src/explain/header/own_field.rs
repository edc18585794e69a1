//! The signature's own field, which it signs as well (RFC 6376 §3.5, §3.7).

mod tags;

pub(in crate::explain) use tags::tells_length;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::alternative::{Alternative, Alternatives, Story};
use super::folding::{folded, with_folds};
use super::spacing::names;
use super::text::{collapsed, unfolded};
use crate::canonicalization::Canonicalization;
use crate::explain::{Cause, Evidence};
use crate::signature::FIELD_NAME;
use crate::syntax::folding::{is_wsp, without_fws};
use crate::syntax::tag_list::TagList;

/// So many stretches of white space, and so many colons, are looked at.
const MANY: usize = 48;

/// Longer fields are not written in other ways: one with a `z=` may have a mebibyte.
const LONG: usize = 8 * 1024;

/// Adds other forms of the signature's field.
pub(super) fn add(alternatives: &mut Alternatives<'_, '_>, evidence: &Evidence<'_>) {
    let form = alternatives.form;
    let value = form.own.value();
    let emptied = form.emptied.clone();
    let now = [&value[..emptied.start], &value[emptied.end..]].concat();
    if let Some(text) = with_body_hash(
        alternatives,
        &now,
        evidence.verdict.computed_body_hash.as_deref(),
    ) {
        let story = told("bh= of the DKIM-Signature field was changed; the body hash is right");
        add_value(alternatives, &text, 2, &story);
    }
    tags::add(alternatives, &now, evidence);
    if now.len() <= LONG {
        add_spacings(alternatives, &now);
    }
    add_line_end(alternatives);
}

fn told(detail: &str) -> Story {
    Story::of(Cause::SignatureFieldChanged, FIELD_NAME, detail.to_owned())
}

fn add_spacings(alternatives: &mut Alternatives<'_, '_>, now: &[u8]) {
    let form = alternatives.form;
    let story = told("the semicolon at the end of the DKIM-Signature field came or went");
    let end = now
        .strip_suffix(b";")
        .map_or_else(|| [now, b";"].concat(), <[u8]>::to_vec);
    add_value(alternatives, &end, 5, &story);
    let story = told("white space or folds of the DKIM-Signature field itself were changed");
    for (cost, text) in spacings(alternatives, now) {
        add_value(alternatives, &text, cost, &story);
    }
    if form.canonicalization == Canonicalization::Simple {
        let name = String::from_utf8_lossy(form.own.name()).into_owned();
        for (cost, other) in names(&name).into_iter().chain([(1, FIELD_NAME.to_owned())]) {
            let story = told(&format!(
                "the name of the DKIM-Signature field was written {other} when it was signed"
            ));
            let raw = [other.as_bytes(), b":", now].concat();
            add_raw(alternatives, &raw, cost + 2, &story);
        }
    }
}

fn add_value(alternatives: &mut Alternatives<'_, '_>, value: &[u8], cost: u32, story: &Story) {
    let own = alternatives.form.own;
    let raw = [&own.raw()[..own.value_offset()], value].concat();
    add_raw(alternatives, &raw, cost, story);
}

fn add_raw(alternatives: &mut Alternatives<'_, '_>, raw: &[u8], cost: u32, story: &Story) {
    let form = alternatives.form;
    if !alternatives.work(raw.len()) {
        return;
    }
    alternatives.add(Alternative {
        part: Some(usize::MAX),
        cost,
        octets: vec![(form.own_slot(), form.canonical_own(raw, 0..0))],
        stories: vec![story.clone()],
    });
}

/// The field with the hash of the body that is there.
fn with_body_hash(
    alternatives: &Alternatives<'_, '_>,
    value: &[u8],
    body_hash: Option<&[u8]>,
) -> Option<Vec<u8>> {
    let tags = TagList::parse(value, alternatives.form.line_endings()).ok()?;
    let span = tags.raw_value_span("bh")?;
    let hash = STANDARD.encode(body_hash?);
    Some([&value[..span.start], hash.as_bytes(), &value[span.end..]].concat())
}

/// The field in other spacings, each with its cost. `relaxed` signs where white space is, though
/// not how much.
fn spacings(alternatives: &Alternatives<'_, '_>, value: &[u8]) -> Vec<(u32, Vec<u8>)> {
    let mut found = Vec::new();
    let Ok(tags) = TagList::parse(value, alternatives.form.line_endings()) else {
        return found;
    };
    let squeezed =
        |tag: crate::syntax::tag_list::Tag<'_>| [tag.name, b"=", &without_fws(tag.value)].concat();
    let as_is =
        |tag: crate::syntax::tag_list::Tag<'_>| [tag.name, b"=", &unfolded(tag.value)[..]].concat();
    let end: &[u8] = if value.trim_ascii_end().ends_with(b";") {
        b";"
    } else {
        b""
    };
    for separator in [&b"; "[..], b";", b";\r\n\t", b";\r\n "] {
        let all: Vec<_> = tags.iter().map(squeezed).collect();
        found.push((3, [b" ", &all.join(separator)[..], end].concat()));
        let all: Vec<_> = tags.iter().map(as_is).collect();
        found.push((3, [b" ", &all.join(separator)[..], end].concat()));
    }
    let lines: Vec<Vec<u8>> = found.iter().map(|(_, text)| text.clone()).collect();
    for text in lines {
        for columns in [78, 76, 72, 79] {
            for space in [&b" "[..], b"\t", b"        "] {
                found.push((5, folded(FIELD_NAME, &text, columns, space)));
            }
        }
    }
    found.push((3, unfolded(value)));
    found.extend(moved_spaces(value));
    found.extend(without_one_fold(value));
    for space in [&b"\r\n\t"[..], b"\r\n ", b" ", b""] {
        found.push((4, with_folds(value, space)));
    }
    found
}

/// The field without one of its folds.
fn without_one_fold(value: &[u8]) -> Vec<(u32, Vec<u8>)> {
    let mut found = Vec::new();
    for line_feed in memchr::memchr_iter(b'\n', value).take(MANY) {
        let front = value[..line_feed]
            .strip_suffix(b"\r")
            .unwrap_or(&value[..line_feed]);
        let behind = &value[line_feed + 1..];
        let blanks = behind.iter().take_while(|&&octet| is_wsp(octet)).count();
        for space in [&b""[..], b" "] {
            found.push((4, [front, space, &behind[blanks..]].concat()));
        }
    }
    found
}

/// The field without one of its stretches of white space, and perhaps with a space behind a colon:
/// where it was folded, and where it is now.
fn moved_spaces(value: &[u8]) -> Vec<(u32, Vec<u8>)> {
    let text = collapsed(value);
    let spaces: Vec<usize> = (0..text.len()).filter(|&at| text[at] == b' ').collect();
    let colons: Vec<usize> = (0..text.len()).filter(|&at| text[at] == b':').collect();
    let mut found = Vec::new();
    for &space in spaces.iter().take(MANY) {
        let without = [b" ", &text[..space], &text[space + 1..]].concat();
        for &colon in colons.iter().take(MANY) {
            // One octet in front, and one that is gone if the space was before.
            let place = colon + 2 - usize::from(space < colon);
            let (front, behind) = without.split_at(place.min(without.len()));
            found.push((7, [front, b" ", behind].concat()));
        }
        found.push((4, without));
    }
    for &colon in colons.iter().take(MANY) {
        found.push((
            5,
            [b" ", &text[..=colon], b" ", &text[colon + 1..]].concat(),
        ));
    }
    found
}

/// Some signers hash a line end behind the field.
fn add_line_end(alternatives: &mut Alternatives<'_, '_>) {
    let form = alternatives.form;
    let slot = form.own_slot();
    let octets = [&form.slots()[slot][..], b"\r\n"].concat();
    let detail = "the signer hashed a line end behind its own field, which RFC 6376 §3.7 excludes";
    alternatives.add(Alternative {
        part: Some(usize::MAX),
        cost: 6,
        octets: vec![(slot, octets)],
        stories: vec![Story {
            cause: Cause::CanonicalizationMislabelled,
            field: Some(FIELD_NAME.to_owned()),
            original: None,
            detail: detail.to_owned(),
            change: None,
            remedy: Some(
                "have the signer hash its own field without the line end behind it (RFC 6376 §3.7)"
                    .into(),
            ),
        }],
    });
}
