//! The command line's words.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use dkim_toolkit::canonicalization::MessageCanonicalization;
use dkim_toolkit::identifier::{Auid, Sdid, Selector};
use dkim_toolkit::message::LineEndings;
use dkim_toolkit::resolver::Transport;
use jiff::{SpanRelativeTo, Timestamp, Unit};

/// Sign, verify and explain DKIM signatures (RFC 6376).
#[derive(Debug, Parser)]
#[command(
    name = "dkim",
    version,
    max_term_width = 80,
    arg_required_else_help = true
)]
#[command(after_help = "Exit status: 0 yes, 1 no, 2 usage, 3 cannot tell now, 4 cannot do it.")]
pub struct Arguments {
    #[command(flatten)]
    pub common: Common,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Args)]
pub struct Common {
    /// Print one JSON object per line and message
    #[arg(long, global = true)]
    pub json: bool,
    /// Print nothing but errors; the exit status tells the result
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// When to use colors
    #[arg(long, value_name = "WHEN", default_value = "auto", global = true)]
    pub color: clap::ColorChoice,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    Verify(Verify),
    Sign(Sign),
    Inspect(Inspect),
}

/// Verify the DKIM signatures of messages
///
/// Prints, for each message and each of its signatures, whether it is acceptable, what was
/// signed, and if not why not. The status is 0 if every message has an acceptable signature.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  dkim verify message.eml
  dkim verify --zone keys.zone --at received message.eml
  curl -s imaps://mail.example.com/INBOX;UID=7 | dkim verify --json | jq .result
  dkim verify --quiet --signed-by example.com message.eml && echo genuine")]
pub struct Verify {
    /// Messages; - or none for standard input
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// The time of judgement: RFC 3339, Unix seconds, or `received` for the date of
    /// the newest Received field [default: now]
    #[arg(long, value_name = "TIME", value_parser = parse_at)]
    pub at: Option<At>,
    /// Which signatures must pass
    #[arg(long, value_name = "WHICH", default_value = "any")]
    pub require: Require,
    /// Count only passes of this signing domain (d=)
    #[arg(long, value_name = "DOMAIN", value_parser = parse_sdid)]
    pub signed_by: Option<Sdid>,
    /// Refuse RSA keys of fewer bits
    #[arg(long, value_name = "N", default_value_t = 1024)]
    #[arg(value_parser = clap::value_parser!(u16).range(1024..=8192))]
    pub min_rsa_bits: u16,
    /// Judge rsa-sha1 signatures like others, against RFC 8301
    #[arg(long)]
    pub allow_sha1: bool,
    /// Accept signatures that have expired (x=)
    #[arg(long)]
    pub ignore_expiration: bool,
    /// Refuse signatures of only a part of the body (l=)
    #[arg(long)]
    pub reject_partial_body: bool,
    /// Judge at most so many signatures of a message
    #[arg(long, value_name = "N", default_value_t = 20)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..))]
    pub max_signatures: u32,
    #[command(flatten)]
    pub line_endings: LineEndingsOption,
    #[command(flatten)]
    pub dns: Dns,
}

/// Sign messages
///
/// Prints the message with a DKIM-Signature field on top and every other octet as it was. Several
/// pairs of --selector and --key make one signature each: sign with RSA and Ed25519 together.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  dkim sign -d example.com -s s2026 -k s2026.pem message.eml > signed.eml
  dkim sign -s rsa -k rsa.pem -s ed -k ed.pem --in-place outbox/*.eml
  dkim sign -s s2026 -k s2026.pem --expires-in 7d < message.eml | sendmail -t")]
pub struct Sign {
    /// Messages; - or none for standard input
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// The signing domain (d=) [default: that of the From address]
    #[arg(long, short, value_name = "DOMAIN", value_parser = parse_sdid)]
    pub domain: Option<Sdid>,
    /// The selector (s=); one for each --key
    #[arg(long, short, value_name = "NAME", value_parser = parse_selector, required = true)]
    pub selector: Vec<Selector>,
    /// The private key's file: PKCS#8 or PKCS#1, PEM or DER, or an Ed25519 seed in
    /// base64
    #[arg(long, short, value_name = "FILE", required = true)]
    pub key: Vec<PathBuf>,
    /// The file whose first line decrypts the keys
    #[arg(long, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
    /// The canonicalization of header and body (c=)
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
    /// The header fields to which none may be added; '' for none
    #[arg(long, value_name = "NAME:NAME", default_value = "from", value_parser = parse_names)]
    pub oversign: Names,
    /// The agent or user (i=), in the signing domain
    #[arg(long, value_name = "AUID", value_parser = parse_auid)]
    pub identity: Option<Auid>,
    /// The time of signing (t=): RFC 3339, Unix seconds, or `none` [default: now]
    #[arg(long, value_name = "TIME", value_parser = parse_timestamp)]
    pub timestamp: Option<SigningTime>,
    /// How long the signature holds (x=): 7d, 36h
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    pub expires_in: Option<Duration>,
    /// Sign the body up to so many canonicalized octets (l=), or so that anything may
    /// be added to it: dangerous
    #[arg(long, value_name = "N", num_args = 0..=1)]
    pub body_length: Option<Option<u64>>,
    /// Copy the signed fields into the signature (z=)
    #[arg(long)]
    pub copy_headers: bool,
    /// Write the field as one line
    #[arg(long)]
    pub no_wrap: bool,
    #[command(flatten)]
    pub line_endings: LineEndingsOption,
    /// Print only the new fields
    #[arg(long)]
    pub field_only: bool,
    /// Write the signed message to this file
    #[arg(long, short, value_name = "FILE", conflicts_with_all = ["in_place", "output_dir"])]
    pub output: Option<PathBuf>,
    /// Replace each file by its signed message
    #[arg(long, conflicts_with_all = ["output_dir", "field_only"])]
    pub in_place: bool,
    /// Write the signed messages into this folder, under their files' names
    #[arg(long, value_name = "DIR")]
    pub output_dir: Option<PathBuf>,
}

/// Explain the DKIM-Signature fields of messages, without DNS
///
/// Decodes every signature tag by tag: what it means, whether it is required, and what
/// verification would refuse. --canonical prints the very octets that a signature hashes.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  dkim inspect message.eml
  dkim inspect --canonical header --signature 2 message.eml | sha256sum")]
pub struct Inspect {
    /// Messages; - or none for standard input
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Print the canonicalized octets that the signature covers
    #[arg(long, value_name = "PART")]
    pub canonical: Option<Part>,
    /// The signature to canonicalize for, counted from the top [default: 1]
    #[arg(long, value_name = "N", requires = "canonical")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..))]
    pub signature: Option<u32>,
    #[command(flatten)]
    pub line_endings: LineEndingsOption,
}

#[derive(Debug, Args)]
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

/// Where keys come from.
#[derive(Debug, Args)]
#[command(next_help_heading = "DNS options")]
pub struct Dns {
    /// Ask this name server; repeatable [default: the system's]
    #[arg(long, value_name = "IP[:PORT]", conflicts_with = "zone")]
    pub nameserver: Vec<String>,
    /// How to ask
    #[arg(
        long,
        value_name = "HOW",
        default_value = "udp",
        conflicts_with = "zone"
    )]
    pub dns_over: TransportName,
    /// The name in the certificates of the servers, over TLS and HTTPS [default: their
    /// IP addresses]
    #[arg(long, value_name = "NAME", conflicts_with = "zone")]
    pub tls_name: Option<String>,
    /// How long to wait for an answer to each try
    #[arg(
        long,
        value_name = "SECONDS",
        default_value = "5",
        conflicts_with = "zone"
    )]
    #[arg(value_parser = parse_seconds)]
    pub dns_timeout: Duration,
    /// How often to ask
    #[arg(long, value_name = "N", default_value_t = 2, conflicts_with = "zone")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=100))]
    pub dns_tries: u32,
    /// Validate the answers under DNSSEC
    #[arg(long, conflicts_with = "zone")]
    pub dnssec: bool,
    /// Answer from this master file and send nothing; repeatable
    #[arg(long, value_name = "FILE")]
    pub zone: Vec<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Require {
    /// One of the signatures
    Any,
    /// All of the signatures
    All,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum LineEndingsName {
    Lenient,
    Strict,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Part {
    Header,
    Body,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum TransportName {
    /// UDP, and TCP after a truncated answer
    Udp,
    Tcp,
    Tls,
    Https,
}

impl From<TransportName> for Transport {
    fn from(name: TransportName) -> Self {
        match name {
            TransportName::Udp => Self::Udp,
            TransportName::Tcp => Self::Tcp,
            TransportName::Tls => Self::Tls,
            TransportName::Https => Self::Https,
        }
    }
}

/// The time of judgement.
#[derive(Clone, Copy, Debug)]
pub enum At {
    /// In Unix seconds.
    Time(u64),
    /// That of the newest Received field.
    Received,
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

fn parse_time(text: &str) -> Result<u64, String> {
    if let Ok(seconds) = text.parse() {
        return Ok(seconds);
    }
    let time: Timestamp = text
        .parse()
        .map_err(|_| "expected RFC 3339 (2026-11-22T10:00:00Z) or Unix seconds".to_owned())?;
    u64::try_from(time.as_second()).map_err(|_| "a time before 1970".to_owned())
}

fn parse_at(text: &str) -> Result<At, String> {
    if text == "received" {
        Ok(At::Received)
    } else {
        parse_time(text).map(At::Time)
    }
}

fn parse_timestamp(text: &str) -> Result<SigningTime, String> {
    if text == "none" {
        Ok(SigningTime::None)
    } else {
        parse_time(text).map(SigningTime::Time)
    }
}

fn parse_duration(text: &str) -> Result<Duration, String> {
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

fn parse_seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text
        .parse()
        .map_err(|_| "expected a number of seconds".to_owned())?;
    if !(0.001..=3600.0).contains(&seconds) {
        return Err("expected 0.001 to 3600 seconds".to_owned());
    }
    Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}

fn parse_sdid(text: &str) -> Result<Sdid, String> {
    let text = text.strip_suffix('.').unwrap_or(text);
    Sdid::parse(text.as_bytes()).map_err(|error| error.to_string())
}

fn parse_selector(text: &str) -> Result<Selector, String> {
    Selector::parse(text.as_bytes()).map_err(|error| error.to_string())
}

fn parse_auid(text: &str) -> Result<Auid, String> {
    Auid::parse(text.as_bytes()).map_err(|error| error.to_string())
}

fn parse_canonicalization(text: &str) -> Result<MessageCanonicalization, String> {
    MessageCanonicalization::from_name(text.as_bytes())
        .ok_or_else(|| "expected simple or relaxed, for the body too after a slash".to_owned())
}

#[expect(clippy::unnecessary_wraps, reason = "clap wants a Result")]
fn parse_names(text: &str) -> Result<Names, String> {
    let names = text
        .split(':')
        .map(str::trim)
        .filter(|name| !name.is_empty());
    Ok(Names(names.map(str::to_owned).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_arguments_are_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn times_and_durations() {
        assert_eq!(parse_time("1528637909"), Ok(1_528_637_909));
        assert_eq!(parse_time("2018-06-10T13:38:29Z"), Ok(1_528_637_909));
        assert_eq!(parse_time("2018-06-10T15:38:29+02:00"), Ok(1_528_637_909));
        assert!(parse_time("yesterday").is_err() && parse_time("1969-01-01T00:00:00Z").is_err());
        assert_eq!(parse_duration("7d"), Ok(Duration::from_secs(604_800)));
        assert_eq!(parse_duration("36h"), Ok(Duration::from_secs(129_600)));
        assert!(parse_duration("0s").is_err() && parse_duration("-1d").is_err());
        assert!(parse_seconds("0").is_err() && parse_seconds("nan").is_err());
        assert_eq!(parse_seconds("0.5"), Ok(Duration::from_millis(500)));
    }
}
