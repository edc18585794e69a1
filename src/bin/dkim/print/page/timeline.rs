//! Keys on a scale of time: since when each is used, and until when it may be.

use maud::{Markup, html};

use crate::print::time::{date, due_in_words};

const DAY: u64 = 24 * 60 * 60;
/// How far back and ahead the scale reaches at most, in seconds. What is further is drawn to its
/// edge: a signature may claim to be from 1970.
const BACK: u64 = 3 * 365 * DAY;
const AHEAD: u64 = 400 * DAY;
/// How far it reaches at least.
const LEAST: u64 = 30 * DAY;

/// A key, with its times in Unix seconds.
pub struct Span<'a> {
    pub label: &'a str,
    /// Since when it is used.
    pub first: Option<u64>,
    /// Whether that is only the date in its name, and nobody saw it then.
    pub is_dated_by_name: bool,
    pub last: Option<u64>,
    pub due: Option<u64>,
}

impl Span<'_> {
    /// Whether any time is known, so that it has a place on the scale.
    pub const fn is_known(&self) -> bool {
        self.first.is_some() || self.last.is_some() || self.due.is_some()
    }
}

/// A scale from one time to another.
struct Scale {
    from: u64,
    to: u64,
}

impl Scale {
    fn of(spans: &[Span], now: u64) -> Self {
        let times = || {
            let times = spans
                .iter()
                .flat_map(|span| [span.first, span.last, span.due]);
            times.flatten()
        };
        let earliest = times().min().unwrap_or(now);
        let latest = times().max().unwrap_or(now);
        let from = earliest.min(now.saturating_sub(LEAST));
        let to = latest.max(now + LEAST);
        let from = from.max(now.saturating_sub(BACK));
        let to = to.min(now + AHEAD);
        Self {
            from,
            // So that a mark at the end is seen whole.
            to: to + (to - from) / 50,
        }
    }

    /// Where a time is, in hundredths of a percent.
    fn place(&self, time: u64) -> u64 {
        let time = time.clamp(self.from, self.to);
        (time - self.from) * 10_000 / (self.to - self.from).max(1)
    }

    /// The style of what begins at one time and ends at another.
    fn style(&self, from: u64, to: u64) -> String {
        let (from, to) = (self.place(from), self.place(to));
        let width = to.saturating_sub(from);
        format!("left:{};width:{}", percent(from), percent(width))
    }

    fn at(&self, time: u64) -> String {
        format!("left:{}", percent(self.place(time)))
    }
}

fn percent(hundredths: u64) -> String {
    format!("{}.{:02}%", hundredths / 100, hundredths % 100)
}

/// The keys whose times are known; nothing if there is none.
pub fn timeline(spans: &[Span], now: u64) -> Markup {
    let scale = Scale::of(spans, now);
    let today = scale.place(now);
    html! {
        @if spans.iter().any(Span::is_known) {
            div.timeline {
                @for span in spans.iter().filter(|span| span.is_known()) { (row(span, &scale, now)) }
                div.axis aria-hidden="true" {
                    @if today > 3_300 { span { (date(scale.from)) } }
                    span.middle style=(scale.at(now).as_str()) { "today" }
                    @if today < 6_700 { span.end { (date(scale.to)) } }
                }
                ul.legend aria-hidden="true" {
                    li { span.track { span.used {} } "seen in use" }
                    li { span.track { span.ahead {} } "may be used until" }
                    li { span.track { span.late {} } "overdue" }
                    li { span.track { span.due {} } "to be replaced" }
                    li { span.track { span.today {} } "today" }
                }
            }
        }
    }
}

fn row(span: &Span, scale: &Scale, now: u64) -> Markup {
    let begin = span.first.or(span.last);
    let end = span.last.or(span.first);
    let is_seen = !span.is_dated_by_name || span.last.is_some();
    let due = span.due.map(|due| due_in_words(due, now));
    let is_late = due.as_ref().is_some_and(|(_, is_late)| *is_late);
    html! {
        div.row {
            div.what {
                strong { (span.label) }
                @if let Some(first) = span.first {
                    span { @if span.is_dated_by_name { "named after " } @else { "first seen " } (date(first)) }
                }
                @if let Some(last) = span.last { span { "last seen " (date(last)) } }
                @if let Some((words, is_late)) = &due {
                    span class=[is_late.then_some("bad")] { "replace " (words) }
                }
            }
            div.track aria-hidden="true" {
                @if let (Some(end), Some(due)) = (end, span.due) {
                    @if due > end { span.ahead style=(scale.style(end, due)) {} }
                }
                @if let (Some(begin), Some(end), true) = (begin, end, is_seen) {
                    span.used style=(scale.style(begin, end)) {}
                }
                @if let Some(due) = span.due.filter(|_| is_late) {
                    span.late style=(scale.style(due, now)) {}
                }
                @if let Some(due) = span.due { span.due style=(scale.at(due)) {} }
                span.today style=(scale.at(now)) {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_796_000_000;

    fn span(first: Option<u64>, last: Option<u64>, due: Option<u64>) -> Span<'static> {
        Span {
            label: "s1",
            first,
            is_dated_by_name: false,
            last,
            due,
        }
    }

    #[test]
    fn a_scale_has_room_for_all_times_within_reason() {
        let check = |times: [Option<u64>; 3], from: u64, to: u64| {
            let scale = Scale::of(&[span(times[0], times[1], times[2])], NOW);
            assert_eq!(scale.from, from, "{times:?}");
            assert_eq!(scale.to, to + (to - from) / 50, "{times:?}");
            assert_eq!(scale.place(scale.from), 0);
            assert_eq!(scale.place(scale.to), 10_000);
        };
        check([None; 3], NOW - LEAST, NOW + LEAST);
        let (first, due) = (NOW - 100 * DAY, NOW + 80 * DAY);
        check([Some(first), Some(NOW), Some(due)], first, due);
        check([Some(0), None, Some(u64::MAX)], NOW - BACK, NOW + AHEAD);
        assert_eq!(percent(1_234), "12.34%");
        assert_eq!(percent(5), "0.05%");
    }

    #[test]
    fn keys_of_unknown_age_have_no_place() {
        let page = timeline(&[span(None, None, None)], NOW).into_string();
        assert_eq!(page, "");
        let page = timeline(&[span(Some(NOW - DAY), None, Some(NOW + DAY))], NOW).into_string();
        assert!(page.contains("first seen 2026-11-29"), "{page}");
    }

    #[test]
    fn the_date_in_a_name_was_not_seen() {
        let mut span = span(Some(NOW - 40 * DAY), None, Some(NOW + DAY));
        span.is_dated_by_name = true;
        let page = timeline(&[span], NOW).into_string();
        let (row, _) = page.split_once("class=\"axis\"").unwrap();
        assert!(row.contains("named after 2026-10-21"), "{row}");
        assert!(!row.contains("seen") && !row.contains("used"), "{row}");
    }
}
