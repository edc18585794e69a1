//! `dkim man`.

use std::io;
use std::path::Path;

use anyhow::Context as _;
use clap::{Command, CommandFactory as _};
use clap_mangen::Man as Page;

use crate::args::{Arguments, Man};
use crate::exit::ExitStatus;
use crate::io::{shown, write_whole};
use crate::output::{self, Output, OutputError, io_reason};

pub fn run(arguments: &Man, output: &mut Output) -> Result<ExitStatus, OutputError> {
    let mut command = Arguments::command().disable_help_subcommand(true);
    command.build();
    let Some(folder) = &arguments.folder else {
        let mut out = output.octets();
        out.write_all(&render(command)?)?;
        out.flush()?;
        return Ok(ExitStatus::Yes);
    };
    if !folder.is_dir() {
        output::error(shown(folder), "not a folder to write pages into");
        output::hint("for help on one subcommand: dkim help SUBCOMMAND");
        return Ok(ExitStatus::CannotDo);
    }
    match write_pages(&command, folder) {
        Ok(()) => Ok(ExitStatus::Yes),
        Err(error) => {
            // The context is the page's path, its cause why it cannot be written.
            let cause = error.downcast_ref::<io::Error>().map(io_reason);
            output::error(&error, cause.unwrap_or_default());
            Ok(ExitStatus::CannotDo)
        }
    }
}

/// Writes the page of the command and that of each subcommand, `dkim-sign.1` say.
fn write_pages(command: &Command, folder: &Path) -> anyhow::Result<()> {
    let subcommands = command.get_subcommands().cloned().map(|subcommand| {
        let name = format!("dkim-{}", subcommand.get_name());
        subcommand.display_name(&name).name(name)
    });
    for page in std::iter::once(command.clone()).chain(subcommands) {
        let path = folder.join(format!("{}.1", page.get_name()));
        let octets = render(page)?;
        write_whole(&path, |out| out.write_all(&octets)).with_context(|| shown(&path))?;
    }
    Ok(())
}

fn render(command: Command) -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    Page::new(command).render(&mut page)?;
    // The library has one heading for whatever comes after the options.
    let page = String::from_utf8(page).map_err(io::Error::other)?;
    let page = page
        .replace(".SH EXTRA\nExamples:\n", ".SH EXAMPLES\n")
        .replace(".SH EXTRA\nExit status: ", ".SH \"EXIT STATUS\"\n");
    Ok(page.into_bytes())
}
