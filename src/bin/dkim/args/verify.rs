//! The words of `dkim verify`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use dkim_toolkit::authentication_results::AuthservId;
use dkim_toolkit::explain::Budget;
use dkim_toolkit::identifier::Sdid;

use super::dns::Dns;
use super::examples::{self, help};
use super::values::{
    FilesFrom, Jobs, LineEndingsOption, number, parse_budget, parse_sdid, parse_time,
};

/// Verify the DKIM signatures of messages
///
/// Prints, for each message and each of its signatures, whether it is acceptable, what was
/// signed, and if not why not. The status is 0 if every message has an acceptable signature.
#[derive(Debug, Args)]
#[command(after_help = help(examples::VERIFY, "A folder is read with all that is in it and a Maildir's subfolders (.Sent), but
for other hidden entries, links to folders, and a Maildir's tmp and index files.

Results: pass; fail (changed after signing); policy (not acceptable, whether
good or bad); neutral and permerror (cannot be judged); temperror (cannot be
judged now); none.

Exit status: 0 every message passes, 1 one does not, 2 usage, 3 the DNS failed
in a way that may pass, 4 a file cannot be read. With several
inputs the worst status wins, in the order 4, 1, 3, 0."))]
pub struct Verify {
    /// Messages, mboxes, Maildirs or folders; - or none for standard input
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    #[command(flatten)]
    pub list: FilesFrom,
    /// The time of judgement: RFC 3339, a date (its start in UTC), Unix seconds, or
    /// `received` for the date of the newest Received field [default: now]
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
    #[arg(value_parser = number(1024..=8192))]
    pub min_rsa_bits: u32,
    /// Accept rsa-sha1, which RFC 8301 forbids
    #[arg(long)]
    pub allow_sha1: bool,
    /// Accept signatures that have expired (x=)
    #[arg(long)]
    pub ignore_expiration: bool,
    /// Refuse signatures of only a part of the body (l=)
    #[arg(long)]
    pub reject_partial_body: bool,
    /// Number of signatures of a message to judge at most
    #[arg(long, value_name = "N", default_value_t = 20)]
    #[arg(value_parser = number(1..=10_000))]
    pub max_signatures: u32,
    /// Say why a signature broke: undo what mail systems do to messages, and see
    /// whether that makes it good; where a key is missing, the DNS is asked for
    /// names near it
    #[arg(long)]
    pub explain: bool,
    /// How much to search for each message, in units of 1 MiB hashed or 1,000 changes
    /// tried; the search also ends after 60 seconds
    #[arg(long, value_name = "N", default_value_t = Budget::DEFAULT_UNITS)]
    #[arg(value_parser = parse_budget, requires = "explain")]
    pub explain_budget: u64,
    #[command(flatten)]
    pub jobs: Jobs,
    /// At the end, print totals by result and a table by domain and selector;
    /// with --quiet, that alone
    #[arg(long)]
    pub summary: bool,
    /// Print only the messages that do not pass, and those whose first line says what
    /// stands against a pass; the summary counts all
    #[arg(long)]
    pub failing: bool,
    /// How to print the summary; html is one page that loads nothing, without the
    /// reports on messages
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    #[arg(requires = "summary", conflicts_with = "json")]
    pub format: SummaryFormat,
    /// Print an Authentication-Results field (RFC 8601) for each message instead of the
    /// report; ID says who found it, and is the name of this host unless given
    #[arg(long, value_name = "ID", value_parser = parse_authserv_id)]
    #[arg(num_args = 0..=1, require_equals = true, conflicts_with_all = ["json", "summary", "explain"])]
    #[expect(clippy::option_option, reason = "no option, without a value, with one")]
    pub authentication_results: Option<Option<AuthservId>>,
    /// Show no progress bar
    #[arg(long)]
    pub no_progress: bool,
    #[command(flatten)]
    pub line_endings: LineEndingsOption,
    #[command(flatten)]
    pub dns: Dns,
}

/// How the summary is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SummaryFormat {
    /// Text, below the reports on messages
    Text,
    /// A page for a browser
    Html,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Require {
    /// One of the signatures
    Any,
    /// All of the signatures
    All,
    /// One whose signing domain is aligned with the From domain, as DMARC wants it
    Aligned,
}

/// The time of judgement.
#[derive(Clone, Copy, Debug)]
pub enum At {
    /// In Unix seconds.
    Time(u64),
    /// That of the newest Received field.
    Received,
}

fn parse_authserv_id(text: &str) -> Result<AuthservId, String> {
    // The second paragraph becomes the hint.
    let tip = "\n\n  tip: name a host, as in --authentication-results=mx.example.com";
    AuthservId::parse(text).map_err(|error| format!("{error}{tip}"))
}

fn parse_at(text: &str) -> Result<At, String> {
    if text == "received" {
        Ok(At::Received)
    } else {
        parse_time(text)
            .map(At::Time)
            .map_err(|error| format!("{error}, or received"))
    }
}
