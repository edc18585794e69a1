//! Which selectors are worth a question although nobody named them.

use super::report::Source;
use crate::identifier::Selector;
use crate::provider::Provider;
use crate::syntax::date::Day;

/// Selectors that many servers have, whoever runs them.
const COMMON: [&str; 16] = [
    "default", "dkim", "mail", "selector", "key", "email", "smtp", "server", "dkim1", "dkim2",
    "mail1", "mx", "x", "rsa", "ed25519", "dk",
];

/// What comes before and behind the year and the month in selectors that are made of a date.
const DATED: [(&str, &str); 5] = [("", ""), ("s", ""), ("dkim", ""), ("dkim-", ""), ("", "01")];

/// For how many months back dates are tried: two years, and this month.
const MONTHS: usize = 25;

/// The selectors to ask for, the likeliest first: those of the providers that signs point to, those
/// of the table, and those that are made of a date in the two years before `now`, in Unix seconds.
pub(super) fn selectors(signs: &[&'static Provider], now: u64) -> Vec<(Selector, Source)> {
    let of_signs = signs
        .iter()
        .flat_map(|provider| {
            let fixed = provider.selectors().into_iter();
            fixed.chain(provider.dated_selectors(now))
        })
        .map(|selector| (selector, Source::Provider));
    let common = COMMON.iter().filter_map(|text| parse(text));
    let table = Provider::all().iter().flat_map(Provider::selectors);
    let table = table
        .chain(common)
        .map(|selector| (selector, Source::Table));
    let monthly = Provider::all()
        .iter()
        .flat_map(|provider| provider.monthly_selectors(now));
    let dated = monthly.chain(dated(now));
    let dated = dated.map(|selector| (selector, Source::Date));
    of_signs.chain(table).chain(dated).collect()
}

/// Selectors of the common forms with a month in them, the latest first; and with a year alone.
fn dated(now: u64) -> impl Iterator<Item = Selector> {
    let Day { year, month, .. } = Day::of(now / (24 * 60 * 60));
    let months = (0..MONTHS).map(move |back| {
        let count = usize::try_from(year).unwrap_or(0) * 12 + month - 1;
        let count = count.saturating_sub(back);
        (count / 12, count % 12 + 1)
    });
    let months = months.flat_map(|(year, month)| {
        let forms = DATED.iter();
        forms.map(move |(before, behind)| format!("{before}{year:04}{month:02}{behind}"))
    });
    let years = (year - 2..=year)
        .rev()
        .flat_map(|year| [format!("{year:04}"), format!("s{year:04}")]);
    months.chain(years).filter_map(|text| parse(&text))
}

fn parse(text: &str) -> Option<Selector> {
    Selector::parse(text.as_bytes()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_come_first_and_dates_last() {
        let microsoft = Provider::by_id("microsoft365").unwrap();
        // 15 November 2026.
        let guesses = selectors(&[microsoft], 1_794_700_800);
        let place = |text: &str| {
            let mut texts = guesses.iter().map(|(selector, _)| selector.to_ascii());
            texts.position(|guess| guess == text).unwrap()
        };
        assert_eq!(place("selector1"), 0);
        assert!(place("google") < place("202611"));
        assert!(place("202611") < place("202411"));
        let has = |text: &str| guesses.iter().any(|(guess, _)| guess.to_ascii() == text);
        assert!(has("s202501") && has("20250601") && has("s2025") && has("default"));
        assert!(!has("202410") && !has("202612"));
        assert!(guesses.len() < 600, "{} are too many", guesses.len());
    }
}
