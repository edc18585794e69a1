//! `dkim completions`.

use clap::{Command, CommandFactory as _};
use clap_complete::Shell;

use crate::args::{Arguments, Completions};
use crate::exit::ExitStatus;
use crate::output::{Output, OutputError};

pub fn run(arguments: &Completions, output: &mut Output) -> Result<ExitStatus, OutputError> {
    let mut script = Vec::new();
    let mut command = Arguments::command();
    if arguments.shell == Shell::Bash {
        command = without_star(command);
    }
    clap_complete::generate(arguments.shell, &mut command, "dkim", &mut script);
    let mut out = output.octets();
    out.write_all(&script)?;
    out.flush()?;
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
