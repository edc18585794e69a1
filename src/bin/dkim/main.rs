//! The `dkim` command: parses the command line, calls the library, prints, exits.

mod args;
mod clock;
mod error;
mod exit;
mod files;
mod interrupt;
mod print;
mod system;
mod work;

use std::process::ExitCode;

use clap::error::ErrorKind;

use crate::args::{Common, FailOn};
use crate::error::Kind;
use crate::exit::ExitStatus;
use crate::print::Output;

fn main() -> ExitCode {
    let arguments = match args::parse(system::arguments().collect()) {
        Ok(arguments) => arguments,
        Err(answer) => return answer_without_command(&answer).into(),
    };
    let mut output = Output::new(&arguments.common);
    let outcome = work::run(&arguments.command, &mut output);
    let status = outcome.unwrap_or_else(|error| {
        output.error(&error);
        if error.kind == Kind::Closed {
            system::end_as_by_closed_pipe();
        }
        error.kind.exit_status()
    });
    match arguments.common.fail_on {
        Some(FailOn::Warning) if output.has_warned() => status.worse(ExitStatus::No).into(),
        _ => status.into(),
    }
}

/// Prints help or the version, or that the command line is wrong.
fn answer_without_command(answer: &clap::Error) -> ExitStatus {
    let status = match answer.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => ExitStatus::Yes,
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => ExitStatus::Usage,
        _ => {
            let error = args::usage_error(answer);
            Output::new(&Common::default()).error(&error);
            return error.kind.exit_status();
        }
    };
    // Help that nobody reads is no error.
    let _ = answer.print();
    status
}
