//! `dkim man`.

use std::fs;
use std::io;
use std::path::Path;

use clap::{Command, CommandFactory as _};
use clap_mangen::Man as Page;

use crate::args::{Arguments, Man};
use crate::error::Error;
use crate::exit::ExitStatus;
use crate::files::{shown, write_whole};
use crate::interrupt::Steps;
use crate::print::Output;

pub fn run(arguments: &Man, output: &mut Output) -> Result<ExitStatus, Error> {
    let mut command = Arguments::command().disable_help_subcommand(true);
    command.build();
    match &arguments.folder {
        None => output.raw(&render(command)?)?,
        Some(folder) => {
            fs::create_dir_all(folder).map_err(|error| Error::from(error).about(shown(folder)))?;
            write_pages(&command, folder, &output.steps())?;
        }
    }
    Ok(ExitStatus::Yes)
}

/// Writes the page of the command and that of each subcommand, `dkim-sign.1` say.
fn write_pages(command: &Command, folder: &Path, steps: &Steps) -> Result<(), Error> {
    let subcommands = command.get_subcommands().cloned().map(|subcommand| {
        let name = format!("dkim-{}", subcommand.get_name());
        subcommand.display_name(&name).name(name)
    });
    for page in std::iter::once(command.clone()).chain(subcommands) {
        let path = folder.join(format!("{}.1", page.get_name()));
        let bytes = render(page)?;
        write_whole(&path, steps, |out| out.write_all(&bytes))
            .map_err(|error: io::Error| Error::from(error).about(shown(&path)))?;
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
