//! `dkim completions`.

use clap::{Command, CommandFactory as _};
use clap_complete::Shell;

use crate::args::{Arguments, Completions};
use crate::error::Error;
use crate::exit::ExitStatus;
use crate::print::Output;

pub fn run(arguments: &Completions, output: &mut Output) -> Result<ExitStatus, Error> {
    let mut script = Vec::new();
    let mut command = Arguments::command();
    if arguments.shell == Shell::Bash {
        command = without_star(command);
    }
    clap_complete::generate(arguments.shell, &mut command, "dkim", &mut script);
    output.raw(&script)?;
    Ok(ExitStatus::Yes)
}

/// Without the `*` of `--service`, for which bash would offer the files of the folder.
fn without_star(command: Command) -> Command {
    let without = |subcommand: Command| {
        subcommand.mut_arg("service", |service| service.value_parser(["email"]))
    };
    command
        .mut_subcommand("keygen", without)
        .mut_subcommand("record", without)
}
