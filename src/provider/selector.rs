//! How a provider calls its selectors.

use super::piece::{Piece, pieces};
use crate::identifier::Selector;
use crate::syntax::date::Day;

/// How many days are looked back for a date: two years, one of them a leap year.
const DAYS: u64 = 731;

/// A selector, or a pattern of several with `<…>` for what differs.
///
/// * `<YYYYMMDD>`, `<YYYYMM>`, `<MMYY>`: a date
/// * `<digits>`: digits that only the provider knows
/// * `<id>`: letters, digits, hyphens that only the provider knows
///
/// A `!` before it says that nobody else would choose such a selector.
#[derive(Clone, Debug)]
pub(super) struct SelectorPattern {
    text: &'static str,
    is_telling: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Text(&'static str),
    Date(DateForm),
    Digits,
    Id,
}

impl Part {
    fn parse(piece: Piece) -> Option<Self> {
        Some(match piece {
            Piece::Text(text) => Self::Text(text),
            Piece::Field("YYYYMMDD") => Self::Date(DateForm::YearMonthDay),
            Piece::Field("YYYYMM") => Self::Date(DateForm::YearMonth),
            Piece::Field("MMYY") => Self::Date(DateForm::MonthYear),
            Piece::Field("digits") => Self::Digits,
            Piece::Field("id") => Self::Id,
            Piece::Field(_) => return None,
        })
    }
}

/// How a date is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum DateForm {
    YearMonthDay,
    YearMonth,
    MonthYear,
}

impl DateForm {
    fn write(self, day: Day) -> String {
        let Day { year, month, day } = day;
        match self {
            Self::YearMonthDay => format!("{year:04}{month:02}{day:02}"),
            Self::YearMonth => format!("{year:04}{month:02}"),
            Self::MonthYear => format!("{month:02}{:02}", year % 100),
        }
    }

    /// The rest of a text behind a date that it begins with.
    fn strip(self, text: &str) -> Option<&str> {
        let length = match self {
            Self::YearMonthDay => 8,
            Self::YearMonth => 6,
            Self::MonthYear => 4,
        };
        let (digits, rest) = text.split_at_checked(length)?;
        let number = |range: std::ops::Range<usize>| digits[range].parse().unwrap_or(0_u32);
        let (month, day) = match self {
            Self::YearMonthDay => (number(4..6), number(6..8)),
            Self::YearMonth => (number(4..6), 1),
            Self::MonthYear => (number(0..2), 1),
        };
        let is_date = digits.bytes().all(|byte| byte.is_ascii_digit())
            && (1..=12).contains(&month)
            && (1..=31).contains(&day);
        is_date.then_some(rest)
    }
}

impl SelectorPattern {
    pub(super) fn parse(text: &'static str) -> Self {
        let telling = text.strip_prefix('!');
        Self {
            text: telling.unwrap_or(text),
            is_telling: telling.is_some(),
        }
    }

    /// Whether all of the pattern is understood, and a selector comes of it.
    #[cfg(test)]
    pub(super) fn is_valid(&self) -> bool {
        let example = Self::filled(&self.parts(), Day::of(0));
        pieces(self.text).all(|piece| Part::parse(piece).is_some())
            && Selector::parse(example.as_bytes()).is_ok()
    }

    fn parts(&self) -> Vec<Part> {
        pieces(self.text).filter_map(Part::parse).collect()
    }

    pub(super) const fn text(&self) -> &'static str {
        self.text
    }

    pub(super) const fn is_telling(&self) -> bool {
        self.is_telling
    }

    /// The selector, if there is only one.
    pub(super) fn fixed(&self) -> Option<Selector> {
        let parts = self.parts();
        let is_text = parts.iter().all(|part| matches!(part, Part::Text(_)));
        is_text
            .then(|| Selector::parse(self.text.as_bytes()).ok())
            .flatten()
    }

    /// Whether a date in it leaves out the day.
    pub(super) fn is_monthly(&self) -> bool {
        let is_of_day = |part: &Part| matches!(part, Part::Date(DateForm::YearMonthDay));
        !self.parts().iter().any(is_of_day)
    }

    /// The selectors of the last two years, if a date is all that differs; the latest first.
    pub(super) fn dated(&self, now: u64) -> impl Iterator<Item = Selector> + '_ {
        let is_known = |part: &Part| matches!(part, Part::Text(_) | Part::Date(_));
        let parts = self.parts();
        let has_date = parts.iter().any(|part| matches!(part, Part::Date(_)));
        let count = if has_date && parts.iter().all(is_known) {
            DAYS
        } else {
            0
        };
        let today = now / (24 * 60 * 60);
        let days = (0..count).filter_map(move |back| today.checked_sub(back));
        let mut last = String::new();
        let texts = days.filter_map(move |day| {
            let text = Self::filled(&parts, Day::of(day));
            // Every day of a month has the month's selector.
            (text != last).then(|| last.clone_from(&text))?;
            Some(text)
        });
        texts.filter_map(|text| Selector::parse(text.as_bytes()).ok())
    }

    /// The pattern with a date, and something short for what only the provider knows.
    fn filled(parts: &[Part], day: Day) -> String {
        let write = |part: &Part| match part {
            Part::Text(text) => (*text).to_owned(),
            Part::Date(form) => form.write(day),
            Part::Digits => "1".to_owned(),
            Part::Id => "x".to_owned(),
        };
        parts.iter().map(write).collect()
    }

    pub(super) fn matches(&self, selector: &str) -> bool {
        matches(&self.parts(), selector)
    }
}

fn matches(parts: &[Part], text: &str) -> bool {
    let Some((part, parts)) = parts.split_first() else {
        return text.is_empty();
    };
    let repeated = |is_allowed: fn(u8) -> bool| {
        let length = text.bytes().take_while(|byte| is_allowed(*byte)).count();
        (1..=length).any(|end| matches(parts, &text[end..]))
    };
    match part {
        Part::Text(own) => text
            .strip_prefix(own)
            .is_some_and(|rest| matches(parts, rest)),
        Part::Date(form) => form.strip(text).is_some_and(|rest| matches(parts, rest)),
        Part::Digits => repeated(|byte| byte.is_ascii_digit()),
        Part::Id => repeated(|byte| byte.is_ascii_alphanumeric() || byte == b'-'),
    }
}
