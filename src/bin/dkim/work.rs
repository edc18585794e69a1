//! What each subcommand does.

mod audit;
mod completions;
mod delegate;
mod dns;
mod each;
mod inputs;
mod inspect;
mod keygen;
mod lookup;
mod man;
mod pool;
mod progress;
mod publishing;
mod questions;
mod record;
mod rotate;
mod sign;
mod verify;

use crate::args::Command;
use crate::error::Error;
use crate::exit::ExitStatus;
use crate::print::Output;

/// Runs a subcommand.
pub fn run(command: &Command, output: &mut Output) -> Result<ExitStatus, Error> {
    match command {
        Command::Verify(arguments) => verify::run(arguments, output),
        Command::Sign(arguments) => sign::run(arguments, output),
        Command::Inspect(arguments) => inspect::run(arguments, output),
        Command::Keygen(arguments) => keygen::run(arguments, output),
        Command::Record(arguments) => record::run(arguments, output),
        Command::Lookup(arguments) => lookup::run(arguments, output),
        Command::Audit(arguments) => audit::run(arguments, output),
        Command::Delegate(arguments) => delegate::run(arguments, output),
        Command::Rotate(arguments) => rotate::run(arguments, output),
        Command::Completions(arguments) => completions::run(arguments, output),
        Command::Man(arguments) => man::run(arguments, output),
    }
}
