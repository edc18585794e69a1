//! The words of `dkim completions` and `dkim man`.

use std::path::PathBuf;

use clap::Args;
use clap_complete::Shell;

use super::examples::{self, help};

/// Print a script that completes the words of `dkim` in a shell
#[derive(Debug, Args)]
#[command(after_help = help(examples::COMPLETIONS, ""))]
pub struct Completions {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub shell: Shell,
}

/// Print the manual page, or write the pages of all subcommands into a folder
#[derive(Debug, Args)]
#[command(after_help = help(examples::MAN, ""))]
pub struct Man {
    /// A folder for all pages, made if it is not there; or a subcommand, whose page is
    /// printed
    #[arg(value_name = "DIR|SUBCOMMAND")]
    pub folder: Option<PathBuf>,
}
