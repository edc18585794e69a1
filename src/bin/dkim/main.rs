//! The `dkim` command: parses the command line, calls the library, prints, exits.

mod args;
mod completions;
mod dns;
mod exit;
mod inspect;
mod interrupt;
mod io;
mod key_file;
mod keygen;
mod lookup;
mod man;
mod mbox;
mod new_file;
mod output;
mod parallel;
mod progress;
mod record;
mod sign;
mod verify;
mod walk;
mod wrap;

use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory as _, Parser as _};

use crate::args::{Arguments, Command};
use crate::exit::ExitStatus;
use crate::output::{Output, OutputError};

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return answer_without_command(&error).into(),
    };
    let mut output = Output::new(&arguments.common);
    let outcome = match &arguments.command {
        Command::Verify(verify) => verify::run(verify, &mut output),
        Command::Sign(sign) => sign::run(sign, &mut output),
        Command::Completions(completions) => completions::run(completions, &mut output),
        Command::Man(man) => man::run(man, &mut output),
        Command::Inspect(inspect) => inspect::run(inspect, &mut output),
        Command::Keygen(keygen) => keygen::run(keygen, &mut output),
        Command::Record(record) => record::run(record, &mut output),
        Command::Lookup(lookup) => lookup::run(lookup, &mut output),
    };
    match outcome {
        Ok(status) => status.into(),
        Err(OutputError::Closed) => ExitStatus::Yes.into(),
        Err(OutputError::Failed(error)) => {
            output::error("standard output", output::io_reason(&error));
            ExitStatus::CannotDo.into()
        }
    }
}

/// Prints what clap answers itself: help and version, or that the command line is wrong.
fn answer_without_command(error: &clap::Error) -> ExitStatus {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            // Help that nobody reads is no error.
            let _ = error.print();
            return ExitStatus::Yes;
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            let _ = error.print();
            return ExitStatus::Usage;
        }
        _ => {}
    }
    let text = error.render().to_string();
    let mut paragraphs = text.split("\n\n");
    let what = paragraphs.next().unwrap_or_default();
    let what = what.strip_prefix("error: ").unwrap_or(what);
    let words: Vec<&str> = what.split_whitespace().collect();
    output::usage_error(dkim_toolkit::escape::escape(&words.join(" ")));
    for paragraph in paragraphs {
        // That an option might be meant as a value is never what was meant.
        let tip = paragraph.trim_start().strip_prefix("tip: ");
        if let Some(tip) = tip.filter(|tip| !tip.contains("as a value")) {
            output::hint(tip.lines().next().unwrap_or_default());
        }
    }
    if let Some(ContextValue::String(command)) = error.get(ContextKind::InvalidSubcommand)
        && command == "explain"
    {
        output::hint("to say why a signature broke: dkim verify --explain FILE");
    }
    let command = match error.get(ContextKind::Usage) {
        Some(ContextValue::StyledStr(usage)) => used_command(&usage.to_string()),
        _ => named_command(),
    };
    let command = command.map_or(String::new(), |command| command + " ");
    output::hint(format_args!("see dkim {command}--help"));
    ExitStatus::Usage
}

/// The subcommand of a usage line such as `Usage: dkim sign [OPTIONS]`.
fn used_command(usage: &str) -> Option<String> {
    let mut words = usage
        .split_whitespace()
        .skip_while(|word| *word != "dkim")
        .skip(1);
    let command = words
        .next()
        .filter(|word| word.chars().all(|letter| letter.is_ascii_lowercase()))?;
    Some(command.to_owned())
}

/// The first word that is a subcommand's name.
fn named_command() -> Option<String> {
    let commands = Arguments::command();
    let is_command = |word: &String| commands.find_subcommand(word).is_some();
    std::env::args_os()
        .filter_map(|word| word.into_string().ok())
        .skip(1)
        .find(is_command)
}
