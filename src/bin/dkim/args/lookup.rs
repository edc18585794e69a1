//! The words of `dkim lookup`.

use std::path::PathBuf;

use clap::Args;
use dkim_toolkit::identifier::{DomainName, Sdid, Selector};

use super::dns::Dns;
use super::examples::{self, help};
use super::values::{parse_name, parse_sdid, parse_selector};

/// Look up key records and say what is wrong with them
///
/// Shows for each name where it leads, what is published there tag by tag, everything that is
/// wrong or unwise about it, what to do about that, and the corrected record. Where there is no key,
/// asks for the few names where it usually went instead. The status is 0 if there is a usable key
/// under every name, and every expectation holds.
#[derive(Debug, Args)]
#[command(after_help = help(examples::LOOKUP, ""))]
pub struct Lookup {
    /// Names of key records: selector._domainkey.domain
    #[arg(value_name = "NAME", value_parser = parse_name)]
    #[arg(required_unless_present_any = ["selector", "message"])]
    #[arg(conflicts_with_all = ["selector", "domain", "message"])]
    pub names: Vec<DomainName>,
    /// A selector, with --domain; repeatable
    #[arg(long, short, value_name = "NAME", value_parser = parse_selector, requires = "domain")]
    pub selector: Vec<Selector>,
    /// The signing domain, with --selector
    #[arg(long, short, value_name = "DOMAIN", value_parser = parse_sdid, requires = "selector")]
    pub domain: Option<Sdid>,
    /// Look up the keys of all signatures of this message, mbox, Maildir or folder; - for standard
    /// input
    #[arg(long, value_name = "PATH", conflicts_with_all = ["selector", "domain"])]
    pub message: Option<PathBuf>,
    /// The key that must be published: a file with it or with its private half; one for all
    /// names, or one for each, in their order
    #[arg(long, value_name = "FILE")]
    pub expect_key: Vec<PathBuf>,
    /// The file whose first line decrypts these keys
    #[arg(long, value_name = "FILE", requires = "expect_key")]
    pub passphrase_file: Option<PathBuf>,
    /// The name that must be delegated to by CNAME
    #[arg(long, value_name = "TARGET", value_parser = parse_name)]
    pub expect_cname: Option<DomainName>,
    #[command(flatten)]
    pub dns: Dns,
}
