//! Times in tags, for people.

use jiff::Timestamp;

/// Seconds of a day.
const DAY: u64 = 24 * 60 * 60;

/// A time in Unix seconds in the form of RFC 3339; `None` after the year 9999.
pub fn rfc3339(seconds: u64) -> Option<String> {
    let seconds = i64::try_from(seconds).ok()?;
    let time = Timestamp::from_second(seconds).ok()?;
    Some(time.to_string())
}

/// The date of a time, as `2026-11-30`.
pub fn date(seconds: u64) -> String {
    let text = rfc3339(seconds).unwrap_or_default();
    text.split('T').next().unwrap_or_default().to_owned()
}

/// How far a time is from now, in words.
pub fn distance(seconds: u64, now: u64) -> String {
    match seconds.abs_diff(now) {
        0 => "now".to_owned(),
        length if seconds < now => format!("{} ago", span(length)),
        length => format!("in {}", span(length)),
    }
}

/// A length of time in words.
pub fn span(seconds: u64) -> String {
    let (count, unit) = match seconds {
        0..120 => (seconds, "second"),
        120..7200 => (seconds / 60, "minute"),
        7200..172_800 => (seconds / 3600, "hour"),
        // From two years on, years of 365.25 days.
        172_800..63_115_200 => (seconds / 86_400, "day"),
        _ => (seconds / 31_557_600, "year"),
    };
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural}")
}

/// When to replace a key, in words; and whether that is past.
pub fn due_in_words(due: u64, now: u64) -> (String, bool) {
    let is_late = due <= now;
    let words = if is_late {
        let late = match now - due {
            ..DAY => "today".to_owned(),
            _ => distance(due, now),
        };
        format!("now: due {} ({late})", date(due))
    } else {
        format!("by {} ({})", date(due), distance(due, now))
    };
    (words, is_late)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_before_the_year_10000_have_a_form() {
        let check = |seconds, expected: Option<&str>| {
            assert_eq!(rfc3339(seconds).as_deref(), expected);
        };
        check(1_528_637_909, Some("2018-06-10T13:38:29Z"));
        check(u64::MAX, None);
    }

    #[test]
    fn distances_are_in_one_unit() {
        const NOW: u64 = 1_800_000_000;
        for (seconds, expected) in [
            (NOW, "now"),
            (NOW + 1, "in 1 second"),
            (NOW - 300, "5 minutes ago"),
            (NOW + 604_800, "in 7 days"),
            (1_528_637_909, "8 years ago"),
            (u64::MAX, "in 584542046033 years"),
        ] {
            assert_eq!(distance(seconds, NOW), expected);
        }
    }

    #[test]
    fn what_is_due_is_said() {
        const NOW: u64 = 1_796_000_000;
        let check = |due: u64, expected: &str| assert_eq!(due_in_words(due, NOW).0, expected);
        check(NOW + 10 * DAY, "by 2026-12-10 (in 10 days)");
        check(NOW - 10 * DAY, "now: due 2026-11-20 (10 days ago)");
        check(NOW, "now: due 2026-11-30 (today)");
    }
}
