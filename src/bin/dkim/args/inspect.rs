//! The words of `dkim inspect`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::examples::{self, help};
use super::values::{FilesFrom, LineEndingsOption, number, parse_part};

/// Explain the DKIM-Signature fields of messages, without DNS
///
/// Decodes every signature tag by tag: what it means, whether it is required, and what
/// verification would refuse. The status is 0 if there is a signature and none would be refused
/// whatever its key. --canonical prints the very bytes that a signature hashes.
#[derive(Debug, Args)]
#[command(after_help = help(examples::INSPECT, "Exit status: 0 nothing to refuse, 1 no signature or one to refuse, 2 usage,
4 a file cannot be read."))]
pub struct Inspect {
    /// Messages, mboxes, Maildirs or folders; - or none for standard input
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    #[command(flatten)]
    pub list: FilesFrom,
    /// The message to inspect, counted from 1 over all that is read [default: all]
    #[arg(long, value_name = "N", value_parser = number(1..=u32::MAX))]
    pub message: Option<u32>,
    /// Print the canonicalized bytes that the signature covers
    #[arg(long, value_name = "PART")]
    pub canonical: Option<Part>,
    /// The signature to canonicalize for, counted from the top [default: 1]
    #[arg(long, value_name = "N", requires = "canonical")]
    #[arg(value_parser = number(1..=u32::MAX))]
    pub signature: Option<u32>,
    /// Print a part of the message, decoded: 2, or 2.1 for a part of it
    #[arg(long, value_name = "NUMBER", value_parser = parse_part, conflicts_with = "canonical")]
    pub part: Option<String>,
    #[command(flatten)]
    pub line_endings: LineEndingsOption,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Part {
    Header,
    Body,
}
