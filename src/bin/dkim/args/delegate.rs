//! The words of `dkim delegate`.

use std::path::PathBuf;

use clap::Args;
use dkim_toolkit::identifier::{DomainName, Sdid, Selector};
use dkim_toolkit::provider::{Provider, Publication};
use dkim_toolkit::publish::Ttl;

use super::dns::Dns;
use super::examples::{self, help};
use super::record::{FormatName, parse_ttl};
use super::values::{parse_name, parse_sdid, parse_selector};

/// Print or check the CNAME records that hand selectors to a provider
///
/// The records are those of the provider: computed where that is possible, else taken from what
/// the provider gave, with --target or --expected. With --check, says of each selector whether its
/// record is set, also at every authoritative server, and names the mistake if it is not.
#[derive(Debug, Args)]
#[command(after_help = help(
    examples::DELEGATE,
    "Exit status: 0 all set, or printed; 1 something to do; 2 usage; 3 cannot tell now;\n4 cannot \
     do it."
))]
pub struct Delegate {
    /// The domain whose mail is signed
    #[arg(long, short, value_name = "DOMAIN", value_parser = parse_sdid)]
    pub domain: Sdid,
    /// The provider that keeps the keys: microsoft365, ovh, ses, sendgrid or another
    #[arg(long, value_name = "ID", value_parser = parse_provider)]
    #[arg(required_unless_present_any = ["target", "expected"])]
    pub provider: Option<&'static Provider>,
    /// A selector; repeatable [default: the provider's]
    #[arg(long, short, value_name = "NAME", value_parser = parse_selector)]
    pub selector: Vec<Selector>,
    /// Where the record has to lead: one for each --selector, in their order; or one that has
    /// <selector> in it, or that is of one of the provider's selectors
    #[arg(long, value_name = "TARGET", value_parser = parse_target, conflicts_with = "expected")]
    pub target: Vec<Target>,
    /// The file with what the provider gave: lines of a zone, NAME CNAME TARGET, text of
    /// PowerShell, JSON or tokens; - for standard input
    #[arg(long, value_name = "FILE")]
    pub expected: Option<PathBuf>,
    /// Say whether the records are set
    #[arg(long, conflicts_with_all = ["ttl", "format", "zone_name"])]
    pub check: bool,
    /// How long resolvers may keep the records
    #[arg(long, value_name = "SECONDS", default_value_t = Ttl::DEFAULT, value_parser = parse_ttl)]
    #[arg(help_heading = "Record options")]
    pub ttl: Ttl,
    /// How to print the records
    #[arg(long, value_name = "FORMAT", default_value = "zone")]
    #[arg(help_heading = "Record options")]
    pub format: FormatName,
    /// The zone that the records are in, which names are relative to [default: the domain]
    #[arg(long, value_name = "ZONE", value_parser = parse_name)]
    #[arg(help_heading = "Record options")]
    pub zone_name: Option<DomainName>,
    #[command(flatten)]
    pub dns: Dns,
}

/// The target of a selector, or of each.
#[derive(Clone, Debug)]
pub enum Target {
    Name(DomainName),
    /// With `<selector>` in it.
    Pattern(String),
}

impl Target {
    /// The target of this selector.
    pub fn of(&self, selector: &Selector) -> Result<DomainName, String> {
        match self {
            Self::Name(name) => Ok(name.clone()),
            Self::Pattern(text) => parse_name(&text.replace("<selector>", selector.to_ascii())),
        }
    }
}

fn parse_target(text: &str) -> Result<Target, String> {
    if text.contains("<selector>") {
        parse_name(&text.replace("<selector>", "s"))?;
        return Ok(Target::Pattern(text.to_owned()));
    }
    parse_name(text).map(Target::Name)
}

/// A provider that has CNAME records, by its id or its name in any letter case.
fn parse_provider(text: &str) -> Result<&'static Provider, String> {
    let plain = |text: &str| -> String {
        let letters = text.chars().filter(char::is_ascii_alphanumeric);
        letters.map(|letter| letter.to_ascii_lowercase()).collect()
    };
    let wanted = plain(text);
    let is_wanted =
        |provider: &&Provider| provider.id() == wanted || plain(provider.name()) == wanted;
    let Some(provider) = Provider::all().iter().find(is_wanted) else {
        return Err(format!("unknown; {}", nearest(&wanted)));
    };
    match provider.publication() {
        Publication::Txt => Err(format!(
            "{provider} gives a TXT record and no CNAME record: publish what it shows for the domain, \
             and look at it with dkim lookup"
        )),
        Publication::Delegation => Err(format!(
            "{provider} takes over _domainkey by NS records: it publishes all selectors itself"
        )),
        _ => Ok(provider),
    }
}

/// The providers whose ids are the most like a word.
fn nearest(word: &str) -> String {
    let has_aliases = |provider: &&Provider| {
        !matches!(
            provider.publication(),
            Publication::Txt | Publication::Delegation
        )
    };
    let ids = Provider::all().iter().filter(has_aliases).map(Provider::id);
    let mut ids: Vec<(usize, &str)> = ids.map(|id| (distance(word, id), id)).collect();
    ids.sort_unstable();
    let best = ids.first().map_or(0, |(distance, _)| *distance);
    let is_near = best <= word.len().div_ceil(3).max(1);
    let near = ids
        .iter()
        .filter(|(distance, _)| is_near && *distance == best);
    let near: Vec<&str> = near.map(|(_, id)| *id).collect();
    match near.as_slice() {
        [] => {
            "expected one such as microsoft365, ovh, ses, sendgrid or mailchimp; for one that is not \
             known, leave --provider out and say --selector and --target"
                .to_owned()
        }
        near => format!("did you mean {}?", near.join(" or ")),
    }
}

/// How many letters have to be put in, left out or replaced to get from one word to the other; two
/// that have changed places count as one.
fn distance(one: &str, other: &str) -> usize {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let mut rows = vec![(0..=other.len()).collect::<Vec<usize>>()];
    for (i, letter) in one.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, wanted) in other.iter().enumerate() {
            let replaced = rows[i][j] + usize::from(letter != wanted);
            let mut best = replaced.min(rows[i][j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && one[i - 1] == *wanted && *letter == other[j - 1] {
                best = best.min(rows[i - 1][j - 1] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows.last().and_then(|row| row.last()).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn providers() {
        let check = |text: &str, expected: Result<&str, &str>| {
            let found = parse_provider(text).map(Provider::id);
            match expected {
                Ok(id) => assert_eq!(found, Ok(id), "{text}"),
                Err(part) => {
                    let error = found.unwrap_err();
                    assert!(error.contains(part), "{text}: {error}");
                }
            }
        };
        check("microsoft365", Ok("microsoft365"));
        check("Microsoft 365", Ok("microsoft365"));
        check("Amazon SES", Ok("ses"));
        check("sendgird", Err("did you mean sendgrid?"));
        check("google", Err("gives a TXT record"));
        check("valimail", Err("by NS records"));
        check("qqqqqqqq", Err("expected one such as"));
    }

    #[test]
    fn distances() {
        assert_eq!(distance("sendgird", "sendgrid"), 1);
        assert_eq!(distance("ovh", "ovh"), 0);
        assert_eq!(distance("", "ses"), 3);
    }
}
