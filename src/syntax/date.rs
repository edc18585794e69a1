//! Dates of header fields (RFC 5322 §3.3, with the obsolete forms of §4.3).
//!
//! The library needs of a date its Unix time and nothing else, so it has no calendar crate.

use std::ops::Range;

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];
/// Zones by name, in hours. Any other name may stand for anything, and is read as UTC
/// (RFC 5322 §4.3).
const ZONES: [(&str, i64); 8] = [
    ("edt", -4),
    ("est", -5),
    ("cdt", -5),
    ("cst", -6),
    ("mdt", -6),
    ("mst", -7),
    ("pdt", -7),
    ("pst", -8),
];
const DAY: i64 = 24 * 60 * 60;

/// A date and time in Unix seconds; `None` if it is none, or before 1970. The day of the week is
/// not read.
pub(crate) fn unix_time(text: &str) -> Option<u64> {
    let mut outside = String::with_capacity(text.len());
    outside.extend(outside_comments(text.as_bytes()).map(|piece| &text[piece]));
    let date = outside
        .split_once(',')
        .map_or(&outside[..], |(_, date)| date);
    let mut words = date.split_ascii_whitespace();
    let day: i64 = digits(words.next()?)?;
    let month = words.next()?;
    let month = MONTHS
        .iter()
        .position(|name| month.eq_ignore_ascii_case(name))?;
    let year = full_year(words.next()?)?;
    if !(1..=days_of_month(year, month)).contains(&day) {
        return None;
    }
    // White space may stand around the colons (RFC 5322 §4.3).
    let mut time = String::with_capacity(date.len());
    time.extend(words);
    let end = time.find(|character: char| character != ':' && !character.is_ascii_digit())?;
    let (time, zone) = time.split_at(end);
    let seconds = days_since_1970(year, month, day) * DAY + seconds_of_day(time)? - offset(zone)?;
    u64::try_from(seconds).ok()
}

/// The pieces of a value that are outside its comments (RFC 5322 §3.2.2).
pub(crate) fn outside_comments(value: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let mut end = 0;
    std::iter::from_fn(move || {
        let start = end;
        let rest = value.get(start..).filter(|rest| !rest.is_empty())?;
        let (piece, comment) = rest.split_at(length_outside(rest));
        end += piece.len() + length_of_comment(comment);
        Some(start..start + piece.len())
    })
}

/// The length of the text up to the first comment.
fn length_outside(text: &[u8]) -> usize {
    let mut is_quoted = false;
    let mut end = 0;
    while let Some(at) = memchr::memchr3(b'(', b'"', b'\\', &text[end..]) {
        end += at;
        match text[end] {
            b'(' if !is_quoted => return end,
            b'\\' => end += 1,
            b'"' => is_quoted = !is_quoted,
            _ => {}
        }
        end = (end + 1).min(text.len());
    }
    text.len()
}

/// The length of the comment that a text begins with, with those in it.
fn length_of_comment(text: &[u8]) -> usize {
    let mut depth = 0_usize;
    let mut end = 0;
    while let Some(at) = memchr::memchr3(b'(', b')', b'\\', &text[end..]) {
        end += at;
        match text[end] {
            b'(' => depth += 1,
            b')' if depth == 1 => return end + 1,
            b')' => depth -= 1,
            _ => end += 1,
        }
        end = (end + 1).min(text.len());
    }
    text.len()
}

/// A number of decimal digits alone: no sign.
fn digits(text: &str) -> Option<i64> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_number)
}

/// A year, of two or three digits in the obsolete form (RFC 5322 §4.3).
fn full_year(text: &str) -> Option<i64> {
    let year = digits(text).filter(|year| *year <= 9999)?;
    match (text.len(), year) {
        (2, 0..50) => Some(2000 + year),
        (2 | 3, _) => Some(1900 + year),
        (4, 1900..) => Some(year),
        _ => None,
    }
}

const fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// `month` is 0 for January.
const fn days_of_month(year: i64, month: usize) -> i64 {
    match month {
        1 if is_leap(year) => 29,
        1 => 28,
        3 | 5 | 8 | 10 => 30,
        _ => 31,
    }
}

fn days_since_1970(year: i64, month: usize, day: i64) -> i64 {
    let before = year - 1;
    let leap_days = before / 4 - before / 100 + before / 400 - 477;
    let months = (0..month).map(|month| days_of_month(year, month));
    (year - 1970) * 365 + leap_days + months.sum::<i64>() + day - 1
}

/// `hour:minute`, and perhaps `:second`, which may be a leap second.
fn seconds_of_day(time: &str) -> Option<i64> {
    let mut parts = time
        .split(':')
        .map(|part| digits(part).filter(|_| part.len() <= 2));
    let hour = parts.next()??;
    let minute = parts.next()??;
    let second = parts.next().unwrap_or(Some(0))?;
    let is_time = hour < 24 && minute < 60 && second <= 60 && parts.next().is_none();
    is_time.then_some(hour * 3600 + minute * 60 + second)
}

/// How many seconds a zone is ahead of UTC.
fn offset(zone: &str) -> Option<i64> {
    let (sign, number) = match zone.split_at_checked(1)? {
        ("+", number) => (1, number),
        ("-", number) => (-1, number),
        _ if zone.bytes().all(|byte| byte.is_ascii_alphabetic()) => {
            let name = zone.to_ascii_lowercase();
            let known = ZONES.iter().find(|(zone, _)| *zone == name);
            return Some(known.map_or(0, |(_, hours)| hours * 3600));
        }
        _ => return None,
    };
    let number = digits(number).filter(|_| number.len() == 4)?;
    (number % 100 < 60).then_some(sign * (number / 100 * 3600 + number % 100 * 60))
}

/// The last day of the year 9999, in days since 1970.
const LAST_DAY: u64 = 2_932_896;

/// A day of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Day {
    pub(crate) year: i64,
    /// 1 for January.
    pub(crate) month: usize,
    pub(crate) day: i64,
}

impl Day {
    /// The day that is so many days after 1 January 1970, but none after the year 9999.
    pub(crate) fn of(days: u64) -> Self {
        let mut rest = i64::try_from(days.min(LAST_DAY)).unwrap_or(0);
        let length = |year| if is_leap(year) { 366 } else { 365 };
        let mut year = 1970;
        while rest >= length(year) {
            rest -= length(year);
            year += 1;
        }
        let mut month = 0;
        while rest >= days_of_month(year, month) {
            rest -= days_of_month(year, month);
            month += 1;
        }
        Self {
            year,
            month: month + 1,
            day: rest + 1,
        }
    }
}

/// The Unix time at which a day begins; `None` if the calendar does not have it, or if it is
/// before 1970. `month` is 1 for January.
#[cfg(feature = "admin")]
pub(crate) fn begin_of_day(year: i64, month: usize, day: i64) -> Option<u64> {
    let zero_based = month.checked_sub(1).filter(|month| *month < 12)?;
    if !(1..=days_of_month(year, zero_based)).contains(&day) {
        return None;
    }
    u64::try_from(days_since_1970(year, zero_based, day) * DAY).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        let check = |text: &str, expected: u64| {
            assert_eq!(unix_time(text), Some(expected), "{text}");
        };
        check("Thu, 1 Jan 1970 00:00:00 +0000", 0);
        check("Sun, 9 Sep 2001 01:46:40 +0000", 1_000_000_000);
        check("Fri, 13 Feb 2009 23:31:30 GMT", 1_234_567_890);
        check(
            "Sun,\r\n 9\r\n Sep\r\n 2001\r\n 01:46:40\r\n +0000 (a comment)\r\n",
            1_000_000_000,
        );
        check("9 Sep 2001 1:46:40 +0000", 1_000_000_000);
        check("29 Feb 2000 12:00:00 +0000", 951_825_600);
        check("31 Dec 2023 23:59:60 +0000", 1_704_067_200);
        check("1 Mar 2100 00:00 +0000", 4_107_542_400);
        // The examples of RFC 5322, appendix A.
        check("Fri, 21 Nov 1997 09:55:06 -0600", 880_127_706);
        check("Tue, 1 Jul 2003 10:52:37 +0200", 1_057_049_557);
        check("21 Nov 97 09:55:06 GMT", 880_106_106);
        check("Fri, 21 Nov 1997 09(comment): 55 : 06 -0600", 880_127_706);
    }

    #[test]
    fn days() {
        let check = |days: u64, year: i64, month: usize, day: i64| {
            assert_eq!(Day::of(days), Day { year, month, day }, "{days}");
            assert_eq!(days_since_1970(year, month - 1, day), days.cast_signed());
        };
        check(0, 1970, 1, 1);
        check(59, 1970, 3, 1);
        check(11_016, 2000, 2, 29);
        check(19_722, 2023, 12, 31);
        check(19_723, 2024, 1, 1);
        check(LAST_DAY, 9999, 12, 31);
        assert_eq!(Day::of(u64::MAX), Day::of(LAST_DAY));
    }

    #[test]
    fn zones() {
        let check = |zone: &str, expected: Option<i64>| {
            let time = unix_time(&format!("9 Sep 2001 01:46:40 {zone}"));
            let expected =
                expected.map(|hours| u64::try_from(1_000_000_000 - hours * 3600).unwrap());
            assert_eq!(time, expected, "{zone}");
        };
        check("+0100", Some(1));
        check("-1200", Some(-12));
        check("EST", Some(-5));
        check("pdt", Some(-7));
        check("UT", Some(0));
        check("CEST", Some(0));
        check("+01:00", None);
        check("+100", None);
        check("+0160", None);
        check("", None);
        check("+", None);
        check("ä", None);
    }

    #[test]
    fn what_is_no_date() {
        for text in [
            "",
            ",",
            "yesterday",
            "Sep 9 2001 01:46:40 +0000",
            "0 Sep 2001 01:46:40 +0000",
            "31 Sep 2001 01:46:40 +0000",
            "29 Feb 2001 01:46:40 +0000",
            "+9 Sep 2001 01:46:40 +0000",
            "9 Sept 2001 01:46:40 +0000",
            "9 Sep 1 01:46:40 +0000",
            "9 Sep 0201 01:46:40 +0000",
            "9 Sep 99999999999999999999 01:46:40 +0000",
            "9 Sep 2001 24:00:00 +0000",
            "9 Sep 2001 01:60:00 +0000",
            "9 Sep 2001 01:46:61 +0000",
            "9 Sep 2001 001:46:40 +0000",
            "9 Sep 2001 01 +0000",
            "9 Sep 2001 01:46:40:00 +0000",
            "31 Dec 1969 23:59:59 +0000",
        ] {
            assert_eq!(unix_time(text), None, "{text}");
        }
    }

    #[test]
    fn comments_are_left_out() {
        let check = |value: &str, expected: &str| {
            let outside = outside_comments(value.as_bytes()).map(|piece| &value[piece]);
            assert_eq!(outside.collect::<String>(), expected);
        };
        check("a (b (c) \\) d) e", "a  e");
        check("\"a (b)\" c", "\"a (b)\" c");
        check("\"a\\\" (b)\" (c)", "\"a\\\" (b)\" ");
        check("a (b", "a ");
        check("a) b", "a) b");
    }
}
