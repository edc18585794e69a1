//! The words of `dkim completions` and `dkim man`.

use std::path::PathBuf;

use clap::Args;
use clap_complete::Shell;

/// Print a script that completes the words of `dkim` in a shell
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  dkim completions bash > ~/.local/share/bash-completion/completions/dkim
  dkim completions zsh > ~/.zfunc/_dkim
  dkim completions fish > ~/.config/fish/completions/dkim.fish")]
pub struct Completions {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub shell: Shell,
}

/// Print the manual page, or write the pages of all subcommands into a folder
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  dkim man | man -l -
  dkim man ~/.local/share/man/man1")]
pub struct Man {
    /// The folder, which is made if it is not there
    #[arg(value_name = "DIR")]
    pub folder: Option<PathBuf>,
}
