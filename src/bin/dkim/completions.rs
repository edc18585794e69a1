//! `dkim completions`.

use clap::CommandFactory as _;

use crate::args::{Arguments, Completions};
use crate::exit::ExitStatus;
use crate::output::{Output, OutputError};

pub fn run(arguments: &Completions, output: &mut Output) -> Result<ExitStatus, OutputError> {
    let mut script = Vec::new();
    clap_complete::generate(
        arguments.shell,
        &mut Arguments::command(),
        "dkim",
        &mut script,
    );
    let mut out = output.octets();
    out.write_all(&script)?;
    out.flush()?;
    Ok(ExitStatus::Yes)
}
