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
        Some(folder) => match subcommand(&command, folder) {
            Some(page) if !folder.exists() => output.raw(&render(page)?)?,
            _ => write_pages(&command, folder, &output.steps())?,
        },
    }
    Ok(ExitStatus::Yes)
}

/// Writes the page of the command and that of each subcommand, `dkim-sign.1` say.
fn write_pages(command: &Command, folder: &Path, steps: &Steps) -> Result<(), Error> {
    fs::create_dir_all(folder).map_err(|error| Error::from(error).about(shown(folder)))?;
    let subcommands = command.get_subcommands().cloned().map(named);
    for page in std::iter::once(command.clone()).chain(subcommands) {
        let path = folder.join(format!("{}.1", page.get_name()));
        let bytes = render(page)?;
        write_whole(&path, steps, |out| out.write_all(&bytes))
            .map_err(|error: io::Error| Error::from(error).about(shown(&path)))?;
    }
    Ok(())
}

/// The subcommand that a word names, ready for a page of its own.
fn subcommand(command: &Command, name: &Path) -> Option<Command> {
    command.find_subcommand(name).cloned().map(named)
}

/// A subcommand under the name of its page.
fn named(subcommand: Command) -> Command {
    let name = format!("dkim-{}", subcommand.get_name());
    subcommand.display_name(&name).name(name)
}

/// The page of a command, in roff.
fn render(command: Command) -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    Page::new(command).render(&mut page)?;
    // The library has one heading for all that comes after the options, and fills its lines.
    let page = String::from_utf8(page).map_err(io::Error::other)?;
    let Some((options, after)) = page.split_once(".SH EXTRA\n") else {
        return Ok(page.into_bytes());
    };
    let (examples, notes) = match after.strip_prefix("Examples:\n") {
        Some(after) => after.split_once("\n\n").unwrap_or((after, "")),
        None => ("", after),
    };
    let mut page = options.to_owned();
    if !examples.is_empty() {
        page.push_str(&format!(
            ".SH EXAMPLES\n.nf\n{}\n.fi\n",
            examples.trim_end()
        ));
    }
    for paragraph in notes
        .trim_end()
        .split("\n\n")
        .filter(|text| !text.is_empty())
    {
        let (heading, text) = match paragraph.strip_prefix("Exit status: ") {
            Some(text) => (".SH \"EXIT STATUS\"", text),
            None if page.contains("\n.SH NOTES\n") => (".PP", paragraph),
            None => (".SH NOTES", paragraph),
        };
        page.push_str(&format!("{heading}\n{text}\n"));
    }
    Ok(page.into_bytes())
}
