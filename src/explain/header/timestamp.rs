//! A signature field that lost its `t=`: the time of signing is near those in the header.

use super::form::SignedForm;
use super::start::Start;
use super::story::Story;
use super::text::indent;
use crate::explain::key::Target;
use crate::explain::{Budget, Cause, Exhausted};
use crate::signature::FIELD_NAME;
use crate::syntax::date::unix_time;
use crate::syntax::tag_list::TagList;

/// So many seconds before and after a time in the header are tried.
const NEAR: u64 = 600;
/// So many places are tried.
const PLACES: usize = 16;
/// So many times are taken from the header.
const TIMES: usize = 3;
/// Longer fields are left alone.
const LONG: usize = 8 * 1024;

/// Puts a `t=` behind each tag of a signature field that has none.
pub(super) fn find(
    form: &SignedForm<'_>,
    start: &Start,
    target: &Target<'_>,
    budget: &mut Budget<'_>,
) -> Result<Option<Vec<Story>>, Exhausted> {
    let own = &form.parts[form.own()].now[0];
    let now = own.value();
    let has_none = TagList::parse(now, form.line_endings()).is_ok_and(|tags| {
        let is_time = |name: &[u8]| name == b"t";
        !tags.iter().any(|tag| is_time(tag.name))
    });
    if !has_none || now.len() > LONG {
        return Ok(None);
    }
    for time in times(form) {
        for time in around(time) {
            for place in memchr::memchr_iter(b';', now).take(PLACES) {
                for text in with_time(now, place + 1, time) {
                    let octets = form.canonical(&own.with_value(&text), true);
                    let (digest, hashed) = start.hash_with(&mut [(form.slots - 1, &octets)]);
                    budget.spend(hashed + 256)?;
                    if target.is_met(&digest, budget)? {
                        let detail = format!("t={time} was removed from the DKIM-Signature field");
                        let story = Story::of(Cause::SignatureFieldChanged, FIELD_NAME, detail);
                        return Ok(Some(vec![story]));
                    }
                }
            }
        }
    }
    Ok(None)
}

/// A field with `t=` at this place, before a fold that is there and behind it.
fn with_time(value: &[u8], place: usize, time: u64) -> Vec<Vec<u8>> {
    let (front, behind) = value.split_at(place.min(value.len()));
    let length = indent(behind);
    let (gap, rest) = behind.split_at(length);
    let space: &[u8] = if gap.is_empty() { b"" } else { b" " };
    let tag = format!("t={time};");
    let mut found = vec![[front, space, tag.as_bytes(), behind].concat()];
    if gap.contains(&b'\n') {
        found.push([front, gap, tag.as_bytes(), space, rest].concat());
    }
    found
}

/// The times in the header at which the message may have been signed, in Unix seconds.
fn times(form: &SignedForm<'_>) -> Vec<u64> {
    let dates = form.header.fields_named("date").map(|field| field.value());
    let received = form.header.fields_named("received").filter_map(|field| {
        let at = memchr::memrchr(b';', field.value())?;
        field.value().get(at + 1..)
    });
    // The first Received field is the lowest.
    let received: Vec<&[u8]> = received.collect();
    let mut found: Vec<u64> = Vec::new();
    for text in dates.take(1).chain(received.into_iter().rev()).take(TIMES) {
        let text = String::from_utf8_lossy(text);
        let time = unix_time(&text);
        found
            .extend(time.filter(|time| found.iter().all(|other| other.abs_diff(*time) > NEAR / 4)));
    }
    found
}

/// A time and those around it, the nearest first.
fn around(time: u64) -> impl Iterator<Item = u64> {
    let others = (1..=NEAR).flat_map(move |more| [time + more, time.saturating_sub(more)]);
    std::iter::once(time).chain(others)
}
