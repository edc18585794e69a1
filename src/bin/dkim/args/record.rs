//! The words of `dkim record`, and of records wherever they are made.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::PossibleValue;
use clap::{ArgGroup, Args, ValueEnum};
use dkim_toolkit::algorithm::HashAlgorithm;
use dkim_toolkit::identifier::{DomainName, Sdid, Selector};
use dkim_toolkit::key_record::{KeyToPublish, NewKeyRecord, Note, ServiceType};
use dkim_toolkit::publish::{Format, Ttl};

use super::examples::{self, help};
use super::values::{KeyTypeName, parse_name, parse_sdid, parse_selector};

/// Print the record to publish for a key
///
/// For a key that exists already, or with --revoke for one that shall no longer be valid. With
/// --check, say what is wrong with a record, without the DNS.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("what").required(true).multiple(true).args(["key", "revoke", "check"]))]
#[command(after_help = help(examples::RECORD, ""))]
pub struct Record {
    /// The key's file: private or public, a certificate or a record; - for standard input
    #[arg(long, short, value_name = "FILE")]
    pub key: Option<PathBuf>,
    /// The file whose first line decrypts the key
    #[arg(long, value_name = "FILE", requires = "key")]
    pub passphrase_file: Option<PathBuf>,
    /// Print the record that revokes the key: an empty p=
    #[arg(long)]
    pub revoke: bool,
    /// The type of the revoked key, if it is to be in the record
    #[arg(long = "type", short = 't', value_name = "TYPE")]
    #[arg(requires = "revoke", conflicts_with = "key")]
    pub key_type: Option<KeyTypeName>,
    /// The selector (s=) [default: from a key file SELECTOR._domainkey.DOMAIN.pem]
    #[arg(long, short, value_name = "NAME", value_parser = parse_selector)]
    pub selector: Option<Selector>,
    /// The signing domain (d=) [default: from a key file SELECTOR._domainkey.DOMAIN.pem]
    #[arg(long, short, value_name = "DOMAIN", value_parser = parse_sdid)]
    pub domain: Option<Sdid>,
    /// Say what is wrong with this record instead; - for standard input
    #[arg(long, value_name = "RECORD", conflicts_with_all = NOT_WITH_CHECK)]
    #[arg(allow_hyphen_values = true)]
    pub check: Option<OsString>,
    #[command(flatten)]
    pub options: RecordOptions,
}

/// What makes a record has no say in one that is there.
const NOT_WITH_CHECK: [&str; 14] = [
    "key",
    "passphrase_file",
    "revoke",
    "key_type",
    "selector",
    "domain",
    "testing",
    "strict",
    "hash",
    "service",
    "note",
    "ttl",
    "format",
    "zone_name",
];

/// What a record says beside the key, and how it is printed.
#[derive(Debug, Args)]
#[command(next_help_heading = "Record options")]
pub struct RecordOptions {
    /// Say that the domain is only testing (t=y)
    #[arg(long)]
    pub testing: bool,
    /// Forbid identities in subdomains (t=s)
    #[arg(long)]
    pub strict: bool,
    /// Allow only this hash algorithm (h=)
    #[arg(long, value_name = "NAME")]
    pub hash: Option<HashName>,
    /// Say what the key is for (s=)
    #[arg(long, value_name = "SERVICE")]
    pub service: Option<ServiceName>,
    /// A note for people who read the record (n=)
    #[arg(long, value_name = "TEXT", value_parser = parse_note)]
    pub note: Option<Note>,
    /// How long resolvers may keep the record
    #[arg(long, value_name = "SECONDS", default_value_t = Ttl::DEFAULT, value_parser = parse_ttl)]
    pub ttl: Ttl,
    /// How to print the record
    #[arg(long, value_name = "FORMAT", default_value = "zone")]
    pub format: FormatName,
    /// The zone that the record is in, which names are relative to [default: the domain]
    #[arg(long, value_name = "ZONE", value_parser = parse_name)]
    pub zone_name: Option<DomainName>,
}

impl RecordOptions {
    /// The record of this key.
    pub fn record_of(&self, key: KeyToPublish) -> NewKeyRecord {
        let mut record = NewKeyRecord::new(key);
        record.testing = self.testing;
        record.strict = self.strict;
        record.note.clone_from(&self.note);
        record.hash_algorithms = self
            .hash
            .iter()
            .map(|HashName::Sha256| HashAlgorithm::Sha256)
            .collect();
        record.service = self.service.map(|service| match service {
            ServiceName::Email => ServiceType::Email,
            ServiceName::All => ServiceType::All,
        });
        record
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum HashName {
    Sha256,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum ServiceName {
    /// Mail alone
    Email,
    /// Everything
    #[value(name = "*")]
    All,
}

/// A [`Format`], by its name.
#[derive(Clone, Copy, Debug)]
pub struct FormatName(pub Format);

impl ValueEnum for FormatName {
    fn value_variants<'a>() -> &'a [Self] {
        const NAMES: [FormatName; Format::ALL.len()] = {
            let mut names = [FormatName(Format::Zone); Format::ALL.len()];
            let mut at = 0;
            while at < names.len() {
                names[at] = FormatName(Format::ALL[at]);
                at += 1;
            }
            names
        };
        &NAMES
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let (name, help) = (self.0.name(), self.0.description());
        Some(PossibleValue::new(name).help(help))
    }
}

fn parse_note(text: &str) -> Result<Note, String> {
    Note::new(text).map_err(|error| error.to_string())
}

pub(super) fn parse_ttl(text: &str) -> Result<Ttl, String> {
    let seconds = text.parse().ok();
    seconds
        .and_then(Ttl::from_seconds)
        .ok_or_else(|| format!("expected 0 to {} seconds", Ttl::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_to_live() {
        assert_eq!(parse_ttl("300").map(Ttl::seconds), Ok(300));
        for wrong in ["", "-1", "1h", "2147483648", "99999999999"] {
            assert!(parse_ttl(wrong).is_err(), "{wrong:?}");
        }
    }
}
