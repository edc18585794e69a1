//! The command line's words.

mod audit;
mod delegate;
mod dns;
mod documentation;
mod examples;
mod inspect;
mod keygen;
mod lookup;
mod mistakes;
mod record;
mod rotate;
mod sign;
mod values;
mod verify;

use std::ffi::OsString;

use clap::{Args, FromArgMatches as _, Parser, Subcommand, ValueEnum};

pub use audit::{Audit, AuditFormat};
pub use delegate::{Delegate, Target};
pub use dns::Dns;
pub use documentation::{Completions, Man};
pub use inspect::{Inspect, Part};
pub use keygen::Keygen;
pub use lookup::Lookup;
pub use mistakes::usage_error;
pub use record::{Record, RecordOptions};
pub use rotate::Rotate;
pub use sign::{Sign, SigningTime};
pub use values::KeyTypeName;
pub use verify::{At, Require, SummaryFormat, Verify};

/// Sign, verify and explain DKIM signatures (RFC 6376).
#[derive(Debug, Parser)]
#[command(
    name = "dkim",
    version,
    max_term_width = 80,
    arg_required_else_help = true
)]
#[command(after_help = examples::help(
    examples::MAIN,
    "Exit status: 0 yes, 1 no, 2 usage, 3 cannot tell now, 4 cannot do it."
))]
pub struct Arguments {
    #[command(flatten)]
    pub common: Common,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Default, Args)]
pub struct Common {
    /// Print one JSON object per line
    #[arg(
        long,
        global = true,
        help_heading = "Global options",
        display_order = 900
    )]
    pub json: bool,
    /// Print no report and no warning, only errors: the exit status tells the result
    #[arg(
        long,
        short,
        global = true,
        help_heading = "Global options",
        display_order = 901
    )]
    pub quiet: bool,
    /// End with status 1 if the text report has a warning, or there is one about the
    /// run; files are written all the same
    #[arg(long, value_name = "WHAT", global = true)]
    #[arg(help_heading = "Global options", display_order = 902)]
    pub fail_on: Option<FailOn>,
    /// When to use colors
    #[arg(long, value_name = "WHEN", default_value = "auto", global = true)]
    #[arg(help_heading = "Global options", display_order = 903)]
    pub color: clap::ColorChoice,
}

/// What counts as no beside a no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// Any warning
    Warning,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    Verify(Verify),
    Sign(Sign),
    Inspect(Inspect),
    Keygen(Keygen),
    Record(Record),
    Lookup(Lookup),
    Audit(Audit),
    Delegate(Delegate),
    Rotate(Rotate),
    Completions(Completions),
    Man(Man),
}

/// A subcommand's name, and what adds its words to the grammar.
type Words = (&'static str, fn(clap::Command) -> clap::Command);

const WORDS: [Words; 11] = [
    ("verify", Verify::augment_args),
    ("sign", Sign::augment_args),
    ("inspect", Inspect::augment_args),
    ("keygen", Keygen::augment_args),
    ("record", Record::augment_args),
    ("lookup", Lookup::augment_args),
    ("audit", Audit::augment_args),
    ("delegate", Delegate::augment_args),
    ("rotate", Rotate::augment_args),
    ("completions", Completions::augment_args),
    ("man", Man::augment_args),
];

/// Parses the command line. An error may be the help or the version that was asked for.
pub fn parse(arguments: Vec<OsString>) -> Result<Arguments, clap::Error> {
    // To set up the words of every subcommand takes longer than to verify a message.
    let mut grammar = Common::augment_args(clap::Command::new("dkim").subcommand_required(true));
    for (name, words) in WORDS {
        grammar = grammar.subcommand(clap::Command::new(name).defer(words));
    }
    let matches = grammar.try_get_matches_from(&arguments);
    matches
        .and_then(|mut matches| Arguments::from_arg_matches_mut(&mut matches))
        .or_else(|_| Arguments::try_parse_from(arguments))
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
    fn each_subcommand_has_its_words() {
        let command = Arguments::command();
        let names: Vec<&str> = command
            .get_subcommands()
            .map(clap::Command::get_name)
            .collect();
        assert_eq!(names, WORDS.map(|(name, _)| name));
    }
}
