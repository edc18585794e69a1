//! How selectors are called.

use std::error::Error;
use std::fmt;
use std::str::FromStr;

use crate::algorithm::KeyType;
use crate::identifier::Selector;

/// A pattern for selectors: `%Y`, `%y`, `%m`, `%d`, `%j`, `%H` and `%%` as in `strftime`, in UTC,
/// and `{type}` for the key's type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SelectorPattern(String);

impl Default for SelectorPattern {
    /// `s%Y%m`.
    fn default() -> Self {
        Self("s%Y%m".to_owned())
    }
}

/// Why a text is no pattern for selectors.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PatternError {
    /// A `%` is followed by something else than `Y`, `y`, `m`, `d`, `j`, `H` or `%`.
    Directive,
    /// What comes out is no selector.
    Selector,
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Directive => "only %Y, %y, %m, %d, %j, %H and %% are known",
            Self::Selector => "what comes out is no selector, such as s202611",
        })
    }
}

impl Error for PatternError {}

impl FromStr for SelectorPattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        let pattern = Self(text.to_owned());
        let expanded = pattern
            .expand(0, "ed25519")
            .ok_or(PatternError::Directive)?;
        Selector::parse(expanded.as_bytes()).map_err(|_| PatternError::Selector)?;
        Ok(pattern)
    }
}

impl fmt::Display for SelectorPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl SelectorPattern {
    /// The selectors of the keys of these types at a time. The first attempt has no suffix, the
    /// second has `-2`. Several types are told apart by their names if the pattern does not do so.
    pub(super) fn selectors(
        &self,
        now: u64,
        types: &[KeyType],
        attempt: u32,
    ) -> Option<Vec<(Selector, KeyType)>> {
        let has_type = self.0.contains("{type}");
        let one = |key_type: &KeyType| {
            let mut text = self.expand(now, key_type.name())?;
            if types.len() > 1 && !has_type {
                text = format!("{text}-{}", key_type.name());
            }
            if attempt > 1 {
                text = format!("{text}-{attempt}");
            }
            Some((Selector::parse(text.as_bytes()).ok()?, *key_type))
        };
        types.iter().map(one).collect()
    }

    fn expand(&self, now: u64, key_type: &str) -> Option<String> {
        let (year, month, day, day_of_year) = civil(now / 86_400);
        let mut text = String::new();
        let mut characters = self.0.chars();
        while let Some(character) = characters.next() {
            if character != '%' {
                text.push(character);
                continue;
            }
            match characters.next()? {
                'Y' => text.push_str(&format!("{year:04}")),
                'y' => text.push_str(&format!("{:02}", year % 100)),
                'm' => text.push_str(&format!("{month:02}")),
                'd' => text.push_str(&format!("{day:02}")),
                'j' => text.push_str(&format!("{day_of_year:03}")),
                'H' => text.push_str(&format!("{:02}", now / 3600 % 24)),
                '%' => text.push('%'),
                _ => return None,
            }
        }
        Some(text.replace("{type}", key_type))
    }
}

/// Year, month, day and day of the year of a day after 1970-01-01.
fn civil(mut days: u64) -> (u64, u64, u64, u64) {
    const LENGTHS: [u64; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let is_leap = |year: u64| {
        year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
    };
    // 400 years have 146,097 days.
    let mut year = 1970 + days / 146_097 * 400;
    days %= 146_097;
    while days >= 365 + u64::from(is_leap(year)) {
        days -= 365 + u64::from(is_leap(year));
        year += 1;
    }
    let day_of_year = days + 1;
    let mut month = 1;
    for (at, length) in LENGTHS.iter().enumerate() {
        let length = length + u64::from(at == 1 && is_leap(year));
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    (year, month, days + 1, day_of_year)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        let check = |pattern: &str, types: &[KeyType], attempt, expected: &[&str]| {
            let pattern: SelectorPattern = pattern.parse().unwrap();
            let found = pattern.selectors(1_796_000_000, types, attempt).unwrap();
            let found: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
            assert_eq!(found, expected, "{pattern}");
        };
        let both = [KeyType::Rsa, KeyType::Ed25519];
        check("s%Y%m", &[KeyType::Rsa], 1, &["s202611"]);
        check("s%Y%m", &[KeyType::Rsa], 2, &["s202611-2"]);
        check("s%Y%m", &both, 1, &["s202611-rsa", "s202611-ed25519"]);
        check(
            "{type}-%y%m%d",
            &both,
            3,
            &["rsa-261130-3", "ed25519-261130-3"],
        );
        check("d%j%H", &[KeyType::Ed25519], 1, &["d33400"]);
    }

    #[test]
    fn what_is_no_pattern() {
        let check = |text: &str, expected| {
            assert_eq!(text.parse::<SelectorPattern>().unwrap_err(), expected);
        };
        check("s%Q", PatternError::Directive);
        check("s%", PatternError::Directive);
        check("s %Y", PatternError::Selector);
        check("", PatternError::Selector);
    }

    #[test]
    fn days() {
        assert_eq!(civil(0), (1970, 1, 1, 1));
        assert_eq!(civil(11_016), (2000, 2, 29, 60));
        assert_eq!(civil(20_787), (2026, 11, 30, 334));
        assert_eq!(civil(20_818), (2026, 12, 31, 365));
    }
}
