//! The words of `dkim rotate`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use dkim_toolkit::identifier::{DomainName, Sdid, Selector};
use dkim_toolkit::key::RsaSize;
use dkim_toolkit::publish::Ttl;
use dkim_toolkit::rotation::SelectorPattern;

use super::dns::Dns;
use super::examples::{self, help};
use super::keygen::parse_bits;
use super::record::{FormatName, parse_ttl};
use super::values::{
    KeyTypeName, parse_duration, parse_name, parse_sdid, parse_selector, parse_time,
};

/// Replace keys without losing a mail: take the next safe step
///
/// Looks at the state in the folder and at the DNS, and takes one step: make keys, publish them, sign
/// with them, revoke the old ones, remove them. It says what it waits for and until when, so run it
/// from cron. A key is used when every authoritative server has had its record for as long as anybody
/// may keep an older answer. No record is touched that does not have the name and the key of the
/// state.
#[derive(Debug, Args)]
#[command(after_help = help(
    examples::ROTATE,
    "Exit status: 0 a step is taken or nothing is to do, 1 overdue or wrong in the DNS, 2 usage, \
     3 DNS trouble or another run at work, 4 a command, file or state that fails."
))]
pub struct Rotate {
    /// The signing domain (d=)
    #[arg(long, short, value_name = "DOMAIN", value_parser = parse_sdid)]
    pub domain: Sdid,
    /// The folder of the keys and of their state
    #[arg(long, value_name = "DIR")]
    pub dir: PathBuf,
    /// Say what the next step is, and take none
    #[arg(long)]
    pub dry_run: bool,
    /// Show the selectors and what comes next, and take no step
    #[arg(long, conflicts_with = "dry_run")]
    pub status: bool,
    /// A type of the keys of a generation; repeatable [default: rsa]
    #[arg(long = "type", short = 't', value_name = "TYPE")]
    pub key_type: Vec<KeyTypeName>,
    /// The size of RSA keys: 2048, 3072 or 4096
    #[arg(long, short, value_name = "N", default_value = "2048", value_parser = parse_bits)]
    pub bits: RsaSize,
    /// How to call selectors: %Y, %m and %d as in strftime, {type} for the type
    #[arg(long, value_name = "PATTERN", default_value = "s%Y%m")]
    pub selector_pattern: SelectorPattern,
    /// How long a key is used [default: by its kind, 90d for RSA-2048, 180d for RSA-4096 and Ed25519]
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    pub every: Option<Duration>,
    /// How long the record stays after the last use of its key
    #[arg(long, value_name = "DURATION", default_value = "7d", value_parser = parse_duration)]
    pub keep: Duration,
    /// How long a revoked record stays
    #[arg(long, value_name = "DURATION", default_value = "30d", value_parser = parse_duration)]
    pub remove_after: Duration,
    /// How long a record must have been seen where no authoritative server can be asked
    #[arg(long, value_name = "DURATION", default_value = "48h", value_parser = parse_duration)]
    pub propagation: Duration,
    /// Publish with this command of the shell: `DKIM_ACTION` is publish, revoke or remove, `DKIM_NAME`
    /// and `DKIM_TTL` say where, and standard input has the record, or nothing to remove it
    #[arg(long, value_name = "CMD")]
    pub publish_command: Option<String>,
    /// After a switch, run this command of the shell
    #[arg(long, value_name = "CMD")]
    pub reload_command: Option<String>,
    /// End a command that takes longer, with all that it has started
    #[arg(long, value_name = "DURATION", default_value = "60s", value_parser = parse_duration)]
    pub command_timeout: Duration,
    /// Retire the key of this selector, which the state must have, and those of its generation
    #[arg(long, value_name = "NAME", value_parser = parse_selector)]
    pub retire: Option<Selector>,
    /// Others may have the private keys: replace them as soon as the DNS has others
    #[arg(long, conflicts_with = "retire")]
    pub emergency: bool,
    /// Revoke the records in use before there are others: mail fails until then
    #[arg(long, requires = "emergency")]
    pub revoke_now: bool,
    /// After a switch, write the keys in use into a file of this server: opendkim or rspamd
    #[arg(long, num_args = 2, value_names = ["SERVER", "FILE"])]
    pub write_config: Vec<String>,
    /// How long resolvers may keep the records
    #[arg(long, value_name = "SECONDS", default_value_t = Ttl::DEFAULT, value_parser = parse_ttl)]
    pub ttl: Ttl,
    /// How to print the records, or to give them to the command
    #[arg(long, value_name = "FORMAT", default_value = "zone")]
    pub format: FormatName,
    /// The zone that the records are in, which names are relative to [default: the domain]
    #[arg(long, value_name = "ZONE", value_parser = parse_name)]
    pub zone_name: Option<DomainName>,
    /// Look at this time, for tests: RFC 3339, a date or Unix seconds
    #[arg(long, value_name = "TIME", value_parser = parse_time, hide = true)]
    pub at: Option<u64>,
    #[command(flatten)]
    pub dns: Dns,
}
