//! Values that several subcommands take.

use std::num::NonZeroUsize;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, ValueEnum};
use dkim_toolkit::algorithm::KeyType;
use dkim_toolkit::identifier::{DomainName, Sdid, Selector};
use dkim_toolkit::message::LineEndings;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SpanRelativeTo, Timestamp, Unit};

#[derive(Clone, Debug, Args)]
pub struct LineEndingsOption {
    /// Whether a bare LF ends a line (lenient) or is data (strict)
    #[arg(long, value_name = "HOW", default_value = "lenient")]
    line_endings: LineEndingsName,
}

impl LineEndingsOption {
    pub fn get(&self) -> LineEndings {
        match self.line_endings {
            LineEndingsName::Lenient => LineEndings::Lenient,
            LineEndingsName::Strict => LineEndings::Strict,
        }
    }
}

#[derive(Clone, Debug, Args)]
pub struct Jobs {
    /// Number of messages to work on in parallel [default: one for each core]
    #[arg(long, short, value_name = "N", value_parser = number(1..=1024))]
    jobs: Option<u32>,
}

impl Jobs {
    pub fn get(&self) -> Option<NonZeroUsize> {
        self.jobs.and_then(|jobs| NonZeroUsize::new(jobs as usize))
    }
}

/// A list of paths.
#[derive(Clone, Debug, Args)]
pub struct FilesFrom {
    /// Take the paths from this file, one on each line; - for standard input
    #[arg(long, value_name = "FILE")]
    files_from: Option<PathBuf>,
    /// The paths of --files-from end with a zero byte, as find -print0 writes them
    #[arg(long, short = '0', requires = "files_from")]
    null: bool,
}

impl FilesFrom {
    /// The file, and the byte after each path in it.
    pub fn get(&self) -> Option<(&Path, u8)> {
        let separator = if self.null { 0 } else { b'\n' };
        Some((self.files_from.as_deref()?, separator))
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum LineEndingsName {
    Lenient,
    Strict,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum KeyTypeName {
    Rsa,
    Ed25519,
}

impl From<KeyTypeName> for KeyType {
    fn from(name: KeyTypeName) -> Self {
        match name {
            KeyTypeName::Rsa => Self::Rsa,
            KeyTypeName::Ed25519 => Self::Ed25519,
        }
    }
}

/// A parser of whole numbers in a range.
pub fn number(
    range: RangeInclusive<u32>,
) -> impl Fn(&str) -> Result<u32, String> + Clone + Send + Sync + 'static {
    move |text| {
        let number = text.parse().ok().filter(|number| range.contains(number));
        number.ok_or_else(|| format!("expected {} to {}", range.start(), range.end()))
    }
}

pub fn parse_time(text: &str) -> Result<u64, String> {
    if let Ok(seconds) = text.parse() {
        return Ok(seconds);
    }
    let midnight = || text.parse::<Date>().ok()?.to_zoned(TimeZone::UTC).ok();
    let time = text.parse().ok().or_else(|| Some(midnight()?.timestamp()));
    let expected = "expected RFC 3339 (2026-11-22T10:00:00Z), a date or Unix seconds";
    let time: Timestamp = time.ok_or_else(|| expected.to_owned())?;
    u64::try_from(time.as_second()).map_err(|_| "a time before 1970".to_owned())
}

/// The number of a part of a message, as IMAP writes it.
pub fn parse_part(text: &str) -> Result<String, String> {
    let is_number = |number: &str| {
        !number.is_empty() && !number.starts_with('0') && number.bytes().all(|b| b.is_ascii_digit())
    };
    if text.split('.').all(is_number) {
        Ok(text.to_owned())
    } else {
        Err("expected the number of a part, such as 2 or 2.1".to_owned())
    }
}

pub fn parse_duration(text: &str) -> Result<Duration, String> {
    let expected = || "expected a duration such as 7d, 36h or 90m".to_owned();
    let span: jiff::Span = text.parse().map_err(|_| expected())?;
    let seconds = span
        .total((Unit::Second, SpanRelativeTo::days_are_24_hours()))
        .map_err(|_| expected())?;
    if seconds < 1.0 {
        return Err("expected at least one second".to_owned());
    }
    Duration::try_from_secs_f64(seconds).map_err(|_| expected())
}

/// A count of units of work.
pub fn parse_budget(text: &str) -> Result<u64, String> {
    let units = text.parse().ok().filter(|units| *units > 0);
    units.ok_or_else(|| "expected an amount of work from 1, not a time".to_owned())
}

pub fn parse_seconds(text: &str) -> Result<Duration, String> {
    let expected = || "expected seconds, such as 2, 0.5 or 2s".to_owned();
    let seconds: f64 = match text.parse() {
        Ok(seconds) => seconds,
        Err(_) => text
            .parse::<jiff::Span>()
            .and_then(|span| span.total((Unit::Second, SpanRelativeTo::days_are_24_hours())))
            .map_err(|_| expected())?,
    };
    if !(0.001..=3600.0).contains(&seconds) {
        return Err("expected 0.001 to 3600 seconds".to_owned());
    }
    Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}

pub fn parse_sdid(text: &str) -> Result<Sdid, String> {
    leaves_out_domainkey(text)?;
    let text = text.strip_suffix('.').unwrap_or(text);
    Sdid::parse(text.as_bytes()).map_err(|error| error.to_string())
}

pub fn parse_name(text: &str) -> Result<DomainName, String> {
    let text = text.strip_suffix('.').unwrap_or(text);
    DomainName::parse(text.as_bytes()).map_err(|error| error.to_string())
}

pub fn parse_selector(text: &str) -> Result<Selector, String> {
    leaves_out_domainkey(text)?;
    Selector::parse(text.as_bytes()).map_err(|error| error.to_string())
}

/// Refuses what would put `_domainkey` into a name twice.
fn leaves_out_domainkey(text: &str) -> Result<(), String> {
    if text
        .split('.')
        .any(|label| label.eq_ignore_ascii_case("_domainkey"))
    {
        return Err("leave out _domainkey, which stands between selector and domain".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_in_their_range() {
        let parse = number(2..=10);
        assert_eq!((parse("2"), parse("10")), (Ok(2), Ok(10)));
        for wrong in ["1", "11", "-1", "x", ""] {
            assert_eq!(
                parse(wrong),
                Err("expected 2 to 10".to_owned()),
                "{wrong:?}"
            );
        }
    }

    #[test]
    fn times_and_durations() {
        assert_eq!(parse_time("1528637909"), Ok(1_528_637_909));
        assert_eq!(parse_time("2018-06-10T13:38:29Z"), Ok(1_528_637_909));
        assert_eq!(parse_time("2018-06-10T15:38:29+02:00"), Ok(1_528_637_909));
        assert_eq!(parse_time("2018-06-10"), Ok(1_528_588_800));
        assert!(parse_time("yesterday").is_err() && parse_time("1969-01-01T00:00:00Z").is_err());
        assert_eq!(parse_duration("7d"), Ok(Duration::from_secs(604_800)));
        assert_eq!(parse_duration("36h"), Ok(Duration::from_secs(129_600)));
        assert!(parse_duration("0s").is_err() && parse_duration("-1d").is_err());
        assert!(parse_seconds("0").is_err() && parse_seconds("nan").is_err());
        assert_eq!(parse_seconds("0.5"), Ok(Duration::from_millis(500)));
        assert_eq!(parse_seconds("2s"), Ok(Duration::from_secs(2)));
        assert_eq!(parse_seconds("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(parse_seconds("1m"), Ok(Duration::from_mins(1)));
        assert!(parse_seconds("2h").is_err() && parse_seconds("-1s").is_err());
        assert!(parse_seconds("soon").is_err() && parse_seconds("").is_err());
    }
}
