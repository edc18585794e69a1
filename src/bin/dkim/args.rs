//! The command line's words.

mod dns;
mod inspect;
mod keygen;
mod record;
mod sign;
mod values;
mod verify;

use clap::{Args, Parser, Subcommand};

pub use dns::Dns;
pub use inspect::{Inspect, Part};
pub use keygen::{KeyTypeName, Keygen};
pub use record::{Record, RecordOptions};
pub use sign::{Sign, SigningTime};
pub use verify::{At, Require, Verify};

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
    Keygen(Keygen),
    Record(Record),
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_arguments_are_consistent() {
        Arguments::command().debug_assert();
    }
}
