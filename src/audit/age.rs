//! How old keys are, and when they are to be replaced.

use super::Sighting;
use crate::identifier::Selector;
use crate::key::PublicKey;
use crate::syntax::date::begin_of_day;

const DAY: u64 = 24 * 60 * 60;

/// A selector that was seen within this time, in seconds, counts as one that mail is signed with.
pub const KEY_IN_USE: u64 = 30 * DAY;

/// How long a key of this kind is used, in seconds: RSA with 2048 bits for 90 days, RSA with 4096
/// bits and Ed25519 for 180, and RSA with less than 2048 bits not at all.
#[must_use]
pub fn rotation_interval(key: &PublicKey) -> u64 {
    match key {
        PublicKey::Rsa(key) if key.bits() < 2048 => 0,
        PublicKey::Rsa(key) if key.bits() < 4096 => 90 * DAY,
        _ => 180 * DAY,
    }
}

/// Whether mail is signed with a selector now, as far as messages and reports tell: it was seen
/// lately, or at a time that nothing tells.
pub(super) fn is_in_use(sighting: &Sighting, now: u64) -> bool {
    // A day ahead is a matter of clocks; more is not to be believed.
    let is_recent =
        |last_seen: u64| last_seen.saturating_add(KEY_IN_USE) >= now && last_seen <= now + DAY;
    sighting.last_seen.is_none_or(is_recent)
}

/// The day in a selector that is made of a date, in Unix seconds: the first of the month if it
/// names none. Only dates from 2010 on and not after `now` count.
pub(super) fn date_in(selector: &Selector, now: u64) -> Option<u64> {
    let text = selector.to_ascii();
    let numbers = text.split(|character: char| !character.is_ascii_digit());
    let parts: Vec<&str> = numbers.filter(|part| !part.is_empty()).collect();
    let one = parts.iter().filter_map(|part| match part.len() {
        8 => date(&part[..4], &part[4..6], &part[6..]),
        6 => date(&part[..4], &part[4..], "01"),
        _ => None,
    });
    let split = parts.windows(2).filter_map(|parts| match parts {
        [year, month] if year.len() == 4 && month.len() == 2 => date(year, month, "01"),
        _ => None,
    });
    one.chain(split).find(|date| *date <= now)
}

fn date(year: &str, month: &str, day: &str) -> Option<u64> {
    let year = year.parse().ok().filter(|year| *year >= 2010)?;
    begin_of_day(year, month.parse().ok()?, day.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_in_selectors() {
        let check = |selector: &str, expected: Option<u64>| {
            let selector = Selector::parse(selector.as_bytes()).unwrap();
            assert_eq!(date_in(&selector, 1_790_000_000), expected, "{selector}");
        };
        check("s20260115", Some(1_768_435_200));
        check("202601", Some(1_767_225_600));
        check("dkim-2026-01", Some(1_767_225_600));
        check("v1-rsa-20260101", Some(1_767_225_600));
        // No date, in the future, or before DKIM keys were named so.
        check("s1", None);
        check("s2026", None);
        check("20261301", None);
        check("20991231", None);
        check("19990101", None);
        check("s42582890", None);
        check("k123456", None);
    }
}
