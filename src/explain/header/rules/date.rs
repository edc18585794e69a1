//! Dates, written in other ways (RFC 5322 §3.3, §4.3).

use super::{Clues, Costed, Text, on_one_line};
use crate::explain::header::text::collapsed;
use crate::syntax::date::{Day, unix_time};

const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];
/// Zones, each with the names that programs put behind it as a comment.
const ZONES: &str = "+0000|UTC|GMT|Coordinated Universal Time|WET;+0100|CET|BST|MET|WEST|WAT|IST;\
    +0200|CEST|EET|SAST|MEST|IST|CAT;+0300|MSK|EEST|EAT|IDT;-0400|EDT|AST;-0500|EST|CDT;\
    -0600|CST|MDT;-0700|PDT|MST;-0800|PST|AKDT;+0530|IST;+0800|CST|SGT|HKT|AWST|PST|+08;\
    +0900|JST|KST;+1000|AEST|EST;+1100|AEDT|EDT;+1200|NZST;+1300|NZDT;-0300|BRT|ART|ADT|-03;\
    +0400|GST|+04;+0500|PKT|+05;+0700|ICT|WIB|+07;+0545;+0600;+0630;+0330;+0430;+0930|ACST;\
    +1030|ACDT;-0200;-0230|NDT;-0330|NST;-0900|AKST;-1000|HST";
/// Ways to write UTC.
const UTC: [&str; 6] = ["+0000", "GMT", "UTC", "-0000", "UT", "Z"];

/// A date with another comment or none, with a leading zero or none, and in another zone.
pub(super) fn dates(text: &Text<'_>, _: &Clues<'_>) -> Vec<Costed> {
    let found = other_dates(&String::from_utf8_lossy(&collapsed(text.value)));
    found.into_iter().map(on_one_line).collect()
}

fn other_dates(now: &str) -> Vec<(u32, String)> {
    let mut found = Vec::new();
    let base = now.split(" (").next().unwrap_or_default();
    let Some((front, zone)) = base.rsplit_once(' ') else {
        return found;
    };
    let mut zones = vec![zone];
    if UTC.contains(&zone) {
        zones.extend(UTC);
    }
    for zone in zones {
        for (more, form) in day_forms(front) {
            let cost = more + u32::from(!base.ends_with(zone));
            found.extend(with_comments(cost, &form, zone));
        }
    }
    let Some(time) = unix_time(base).and_then(|time| i64::try_from(time).ok()) else {
        return found;
    };
    for (zone, _) in zones_and_names() {
        for digits in [1, 2] {
            if let Ok(there) = u64::try_from(time + seconds(zone)) {
                found.extend(with_comments(2, &written(there, digits), zone));
            }
        }
    }
    found
}

/// The zones, and the rest of the rows.
fn zones_and_names() -> impl Iterator<Item = (&'static str, &'static str)> {
    ZONES
        .split(';')
        .map(|row| row.split_once('|').unwrap_or((row, "")))
}

/// How far a zone is before UTC, in seconds.
fn seconds(zone: &str) -> i64 {
    let number: i64 = zone.parse().unwrap_or_default();
    number / 100 * 3600 + number % 100 * 60
}

/// A date without a comment, and with those that fit its zone.
fn with_comments(cost: u32, front: &str, zone: &str) -> Vec<(u32, String)> {
    let number = if UTC.contains(&zone) { "+0000" } else { zone };
    let names = zones_and_names().find(|(other, _)| *other == number);
    let names = names.into_iter().flat_map(|(_, names)| names.split('|'));
    let comments = names
        .filter(|name| !name.is_empty())
        .map(|name| (cost, format!("{front} {zone} ({name})")));
    std::iter::once((cost, format!("{front} {zone}")))
        .chain(comments)
        .collect()
}

/// The day with a leading zero and without, the week's day left out, and a space more before it.
fn day_forms(front: &str) -> Vec<(u32, String)> {
    let (week_day, rest) = front.split_once(", ").unwrap_or(("", front));
    let days = [
        rest.to_owned(),
        format!("0{rest}"),
        rest.trim_start_matches('0').to_owned(),
    ];
    let mut found = vec![(0, front.to_owned())];
    for day in days {
        if !week_day.is_empty() {
            found.push((1, format!("{week_day}, {day}")));
            found.push((2, format!("{week_day},  {day}")));
        }
        found.push((2, day));
    }
    found
}

/// A local time, with so many digits for the day at least.
fn written(time: u64, digits: usize) -> String {
    let (days, second) = (time / 86_400, time % 86_400);
    let day = Day::of(days);
    let week_day = DAYS[usize::try_from(days % 7).unwrap_or(0)];
    let month = MONTHS.get(day.month - 1).copied().unwrap_or_default();
    format!(
        "{week_day}, {:0digits$} {month} {} {:02}:{:02}:{:02}",
        day.day,
        day.year,
        second / 3600,
        second / 60 % 60,
        second % 60
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_in_other_forms() {
        let check = |now: &str, then: &str| {
            assert!(
                other_dates(now).iter().any(|(_, text)| text == then),
                "{now} {then}"
            );
        };
        check(
            "Mon, 05 Jan 2026 10:00:00 GMT",
            "Mon, 5 Jan 2026 10:00:00 +0000",
        );
        check(
            "Fri, 4 Sep 2026 10:00:00 +0200",
            "Fri, 4 Sep 2026 10:00:00 +0200 (CEST)",
        );
        check(
            "Fri, 4 Sep 2026 10:00:00 +0200 (CEST)",
            "Fri, 4 Sep 2026 10:00:00 +0200",
        );
        check(
            "Fri, 4 Sep 2026 23:00:00 +0000",
            "Sat, 05 Sep 2026 01:00:00 +0200 (CEST)",
        );
        check(
            "Fri, 4 Sep 2026 23:00:00 +0000",
            "4 Sep 2026 23:00:00 +0000",
        );
    }
}
