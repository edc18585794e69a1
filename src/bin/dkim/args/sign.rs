//! The words of `dkim sign`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use dkim_toolkit::canonicalization::MessageCanonicalization;
use dkim_toolkit::identifier::{Auid, Sdid, Selector};

use super::examples::{self, help};
use super::values::{
    FilesFrom, Jobs, LineEndingsOption, parse_duration, parse_sdid, parse_selector, parse_time,
};

/// Sign messages
///
/// Prints the message with a DKIM-Signature field on top and every other byte as it was. Several
/// pairs of --selector and --key make one signature each: sign with RSA and Ed25519 together.
#[derive(Clone, Debug, Args)]
#[command(after_help = help(examples::SIGN, "Exit status: 0 every message was signed, 2 usage, 4 one could not be signed."))]
pub struct Sign {
    /// Messages; - or none for standard input
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    #[command(flatten)]
    pub list: FilesFrom,
    /// The signing domain (d=) [default: that of --key-dir, or of the From address]
    #[arg(long, short, value_name = "DOMAIN", value_parser = parse_sdid)]
    pub domain: Option<Sdid>,
    /// The selector (s=); one for each --key
    #[arg(long, short, value_name = "NAME", value_parser = parse_selector)]
    #[arg(required_unless_present = "key_dir", conflicts_with = "key_dir")]
    pub selector: Vec<Selector>,
    /// The private key's file: PKCS#8 or PKCS#1, PEM or DER, or an Ed25519 seed in
    /// base64
    #[arg(long, short, value_name = "FILE")]
    #[arg(required_unless_present = "key_dir", conflicts_with = "key_dir")]
    pub key: Vec<PathBuf>,
    /// The folder that `dkim rotate` keeps: sign with each key in use, for their domain
    #[arg(long, value_name = "DIR")]
    pub key_dir: Option<PathBuf>,
    /// The file whose first line decrypts the keys
    #[arg(long, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
    /// The canonicalization of header and body (c=); one name alone leaves the body
    /// simple
    #[arg(
        long,
        short,
        value_name = "HEADER/BODY",
        default_value = "relaxed/relaxed"
    )]
    #[arg(value_parser = parse_canonicalization)]
    pub canonicalization: MessageCanonicalization,
    /// The header fields to sign, with colons between [default: those of RFC 6376
    /// §5.4.1, of MIME and of lists that are present]
    #[arg(long, value_name = "NAME:NAME", value_parser = parse_names)]
    pub headers: Option<Names>,
    /// The header fields that nobody may add after signing; '' for none [default: From,
    /// Subject, MIME-Version, Content-Type and Content-Transfer-Encoding; To, Cc, Date,
    /// Message-ID, Reply-To, Sender, In-Reply-To and References if present; with
    /// --headers, those of them that it names, and From]
    #[arg(long, value_name = "NAME:NAME", value_parser = parse_names)]
    pub oversign: Option<Names>,
    /// The agent or user (i=), in the signing domain
    #[arg(long, value_name = "AUID", value_parser = parse_auid)]
    pub identity: Option<Auid>,
    /// The time of signing (t=): RFC 3339, a date (its start in UTC), Unix seconds, or
    /// `none` [default: now]
    #[arg(long, value_name = "TIME", value_parser = parse_timestamp)]
    pub timestamp: Option<SigningTime>,
    /// How long the signature holds (x=): 7d, 36h
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    pub expires_in: Option<Duration>,
    /// Sign only the first N bytes of the canonicalized body (l=), or without N all of
    /// it: anybody can then add text, which is dangerous
    #[arg(long, value_name = "N", num_args = 0..=1, value_parser = parse_length)]
    #[expect(clippy::option_option, reason = "clap's form of an optional value")]
    pub body_length: Option<Option<u64>>,
    /// Copy the signed fields into the signature (z=)
    #[arg(long)]
    pub copy_headers: bool,
    /// Write the field as one line
    #[arg(long)]
    pub no_wrap: bool,
    #[command(flatten)]
    pub jobs: Jobs,
    /// Show no progress bar
    #[arg(long)]
    pub no_progress: bool,
    #[command(flatten)]
    pub line_endings: LineEndingsOption,
    /// Print only the new fields
    #[arg(long)]
    pub field_only: bool,
    /// Write the signed message to this file
    #[arg(long, short, value_name = "FILE", conflicts_with_all = ["in_place", "output_dir"])]
    pub output: Option<PathBuf>,
    /// Replace each file by its signed message, unless another program changes it meanwhile
    #[arg(long, conflicts_with_all = ["output_dir", "field_only"])]
    pub in_place: bool,
    /// Write the signed messages into this folder, under their files' names
    #[arg(long, value_name = "DIR", conflicts_with = "field_only")]
    pub output_dir: Option<PathBuf>,
}

/// The time of signing.
#[derive(Clone, Copy, Debug)]
pub enum SigningTime {
    /// In Unix seconds.
    Time(u64),
    /// It is not to be said.
    None,
}

/// Names of header fields.
#[derive(Clone, Debug)]
pub struct Names(pub Vec<String>);

fn parse_length(text: &str) -> Result<u64, String> {
    text.parse()
        .map_err(|_| "expected a number of bytes; put -- before a message".to_owned())
}

fn parse_timestamp(text: &str) -> Result<SigningTime, String> {
    if text == "none" {
        Ok(SigningTime::None)
    } else {
        parse_time(text)
            .map(SigningTime::Time)
            .map_err(|error| format!("{error}, or none"))
    }
}

fn parse_auid(text: &str) -> Result<Auid, String> {
    Auid::parse(text.as_bytes()).map_err(|error| error.to_string())
}

fn parse_canonicalization(text: &str) -> Result<MessageCanonicalization, String> {
    MessageCanonicalization::from_name(text.as_bytes())
        .ok_or_else(|| "expected simple or relaxed, for the body too after a slash".to_owned())
}

fn parse_names(text: &str) -> Result<Names, String> {
    if text.contains([',', ';', ' ']) {
        return Err("expected names with colons between, such as from:to:subject".to_owned());
    }
    let names = text
        .split(':')
        .map(str::trim)
        .filter(|name| !name.is_empty());
    Ok(Names(names.map(str::to_owned).collect()))
}
