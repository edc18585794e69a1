//! `dkim completions`.

use clap::{Command, CommandFactory as _, ValueHint};
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
    if arguments.shell == Shell::Bash {
        script = with_files(&String::from_utf8_lossy(&script), &command).into_bytes();
    }
    output.raw(&script)?;
    Ok(ExitStatus::Yes)
}

/// Bash's script with files, and not only options, for the first word of a subcommand that takes
/// paths.
fn with_files(script: &str, command: &Command) -> String {
    let takes_paths = |subcommand: &Command| {
        let mut positionals = subcommand.get_positionals();
        positionals.any(|word| word.get_value_hint() == ValueHint::AnyPath)
    };
    let subcommands = command.get_subcommands().filter(|each| takes_paths(each));
    let labels: Vec<_> = subcommands
        .map(|subcommand| format!("dkim__subcmd__{})", subcommand.get_name()))
        .collect();
    let mut is_of_paths = false;
    let mut lines = String::new();
    for line in script.lines() {
        if line.trim_start().starts_with("dkim") && line.ends_with(')') {
            is_of_paths = labels.iter().any(|label| line.trim_start() == label);
        }
        // Both places where options are offered for a word that does not begin like one.
        let otherwise = "            COMPREPLY=( $(compgen -W \"${opts}\" -- \"${cur}\") )";
        lines.push_str(&match is_of_paths {
            true if line == otherwise => "            COMPREPLY=()".to_owned(),
            true => line.replace(" || ${COMP_CWORD} -eq 2 ]]", " ]]"),
            false => line.to_owned(),
        });
        lines.push('\n');
    }
    lines
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
