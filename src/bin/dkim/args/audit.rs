//! The words of `dkim audit`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use dkim_toolkit::identifier::{Sdid, Selector};

use super::dns::Dns;
use super::examples::{self, help};
use super::values::{number, parse_sdid, parse_selector, parse_time};

/// Find out what the DKIM keys of a domain look like from outside, and what to do first
///
/// Shows the selectors with their keys, providers, ages and findings, the DMARC policy, and when to
/// replace which key. The DNS cannot list selectors: they come from the command line, from messages
/// and reports, and from guesses. What is not found is not confirmed, which is less than absent.
/// A guess is asked for only where something below _domainkey exists.
#[derive(Debug, Args)]
#[command(after_help = help(
    examples::AUDIT,
    "Exit status: 0 usable keys and no error, 1 an error or no key (with --since: a change for the \
     worse), 2 usage, 3 DNS trouble, 4 a file that cannot be read."
))]
pub struct Audit {
    /// The domains to audit
    #[arg(value_name = "DOMAIN", value_parser = parse_sdid, required_unless_present = "list_providers")]
    pub domains: Vec<Sdid>,
    /// A selector that the domains have; repeatable
    #[arg(long, short, value_name = "NAME", value_parser = parse_selector)]
    pub selector: Vec<Selector>,
    /// Take selectors from the signatures of these messages: a file, mbox, Maildir or folder;
    /// repeatable
    #[arg(long, value_name = "PATH")]
    pub from_messages: Vec<PathBuf>,
    /// Take selectors and counts from these DMARC aggregate reports: XML, gzip, zip, or messages
    /// with one attached; repeatable
    #[arg(long, value_name = "PATH")]
    pub from_reports: Vec<PathBuf>,
    /// Do not guess selectors
    #[arg(long)]
    pub no_guess: bool,
    /// Ask each authoritative server for the selectors that were found or named, and compare
    #[arg(long, conflicts_with = "zone")]
    pub authoritative: bool,
    /// Compare with an earlier answer (--json) in this file, and report only what changed
    #[arg(long, value_name = "FILE", conflicts_with = "format")]
    pub since: Option<PathBuf>,
    /// How to print the result; html is one page that loads nothing
    #[arg(
        long,
        value_name = "FORMAT",
        default_value = "text",
        conflicts_with = "json"
    )]
    pub format: AuditFormat,
    /// Also list the names that were asked for
    #[arg(long, short)]
    pub verbose: bool,
    /// Number of questions to ask in parallel
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = number(1..=1000))]
    pub parallel: u32,
    /// Judge the age of keys at this time: RFC 3339, a date or Unix seconds [default: now]
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub at: Option<u64>,
    /// List the known providers with their selectors, and ask nothing
    #[arg(long, conflicts_with_all = ["domains", "selector", "from_messages", "from_reports", "since"])]
    pub list_providers: bool,
    #[command(flatten)]
    pub dns: Dns,
}

/// How an audit is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum AuditFormat {
    /// Text
    Text,
    /// Annotations for a workflow of GitHub
    Github,
    /// A page for a browser
    Html,
}
