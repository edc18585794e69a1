//! `dkim sign`.

mod destination;
mod keys;
mod work;

use std::io::Write as _;
use std::sync::Arc;

use serde::Serialize;

use crate::args::Sign;
use crate::exit::ExitStatus;
use crate::io::{CopyError, Failure, Source, shown, sources};
use crate::output::{self, Output, OutputError};
use crate::parallel::Work;
use crate::progress::{Counter, Progress};
use destination::Inputs;
use keys::read_keys;
use work::{Copy, Signatory, Signed, Trouble, copy_trouble};

/// What is said of one message, as JSON.
#[derive(Serialize)]
struct Line<'a> {
    source: String,
    output: Option<String>,
    fields: &'a [String],
    error: Option<String>,
}

pub fn run(arguments: &Sign, output: &mut Output) -> Result<ExitStatus, OutputError> {
    let sources = match sources(&arguments.paths) {
        Ok(sources) => sources,
        Err(why) => {
            output::usage_error(why);
            output::hint("dkim sign -s SELECTOR -k KEY MESSAGE, or the message on standard input");
            return Ok(ExitStatus::Usage);
        }
    };
    if let Err(status) = check_usage(arguments, &sources, output.json) {
        return Ok(status);
    }
    let keys = match read_keys(arguments) {
        Ok(keys) => keys,
        Err(status) => return Ok(status),
    };
    let counter = Arc::new(Counter::default());
    let wanted = !arguments.no_progress && !output.quiet;
    let mut progress = Progress::new(&sources, counter.clone(), wanted);
    let signatory = Signatory::new(arguments.clone(), keys, counter, !output.json);
    let inputs = Inputs::new(sources, arguments);
    let mut work = match Work::begin(signatory, inputs, arguments.jobs.get()) {
        Ok(work) => work,
        Err(error) => {
            Failure::from(error).say("threads");
            return Ok(ExitStatus::CannotDo);
        }
    };
    let mut teller = Teller {
        to_files: arguments.in_place
            || arguments.output_dir.is_some()
            || arguments.output.is_some(),
        untold: None,
        status: ExitStatus::Yes,
    };
    work.each(output, &mut progress, |signed, _, output| {
        teller.tell(signed, output)
    })?;
    match teller.untold {
        Some(error @ OutputError::Failed(_)) => Err(error),
        Some(OutputError::Closed) | None => Ok(teller.status),
    }
}

/// Refuses what no message could be signed with.
fn check_usage(arguments: &Sign, sources: &[Source], json: bool) -> Result<(), ExitStatus> {
    let usage = |why: &str, hint: &str| {
        output::usage_error(why);
        output::hint(hint);
        Err(ExitStatus::Usage)
    };
    if arguments.selector.len() != arguments.key.len() {
        return usage(
            "--selector and --key go in pairs",
            "dkim sign -s first -k first.pem -s second -k second.pem",
        );
    }
    let from_stdin = sources.contains(&Source::Stdin);
    if from_stdin && arguments.in_place {
        return usage(
            "--in-place wants files",
            "without it the signed message goes to standard output",
        );
    }
    if from_stdin && arguments.output_dir.is_some() {
        return usage(
            "--output-dir wants files, whose names it takes",
            "use --output FILE",
        );
    }
    let one_place = !arguments.in_place && arguments.output_dir.is_none();
    let only_told = json && arguments.output.is_none();
    if sources.len() > 1 && one_place && !only_told {
        return usage(
            "several messages and one place for them",
            "use --in-place or --output-dir DIR",
        );
    }
    if let Some(folder) = &arguments.output_dir
        && !folder.is_dir()
    {
        output::error(shown(folder), "not a folder");
        output::hint("make the folder first");
        return Err(ExitStatus::CannotDo);
    }
    Ok(())
}

/// Says what was signed.
struct Teller {
    /// Whether it is in files, whoever reads which.
    to_files: bool,
    /// Why nobody can be told which.
    untold: Option<OutputError>,
    status: ExitStatus,
}

impl Teller {
    fn tell(&mut self, signed: Signed, output: &mut Output) -> Result<(), OutputError> {
        let Signed {
            source,
            warnings,
            outcome,
        } = signed;
        for warning in &warnings {
            output::warning(&source, warning);
        }
        let (fields, destination, rest) = match outcome {
            Ok(written) => (written.fields, written.destination, written.rest),
            Err(trouble) => return self.tell_trouble(&source, trouble, output),
        };
        if output.json {
            return self.tell_json(&source, destination, &fields, None, output);
        }
        match rest.map(|rest| print(rest, &source, output)) {
            Some(Err(Unprinted::Trouble(trouble))) => self.tell_trouble(&source, trouble, output),
            Some(Err(Unprinted::Output(error))) => Err(error),
            Some(Ok(())) | None => Ok(()),
        }
    }

    fn tell_trouble(
        &mut self,
        source: &Source,
        trouble: Trouble,
        output: &mut Output,
    ) -> Result<(), OutputError> {
        let Trouble { what, failure } = trouble;
        failure.say(&what);
        self.status = ExitStatus::CannotDo;
        if output.json {
            self.tell_json(source, None, &[], Some(failure.reason), output)?;
        }
        Ok(())
    }

    fn tell_json(
        &mut self,
        source: &Source,
        destination: Option<String>,
        fields: &[String],
        error: Option<String>,
        output: &mut Output,
    ) -> Result<(), OutputError> {
        if output.quiet || self.untold.is_some() {
            return Ok(());
        }
        let line = Line {
            source: source.to_string(),
            output: destination,
            fields,
            error,
        };
        match output.json(&line) {
            // Files are signed whether or not anybody can read which.
            Err(error) if self.to_files => {
                self.untold = Some(error);
                Ok(())
            }
            told => told,
        }
    }
}

/// Why a message could not be printed.
enum Unprinted {
    Trouble(Trouble),
    Output(OutputError),
}

/// Prints a signed message.
fn print(rest: Copy, source: &Source, output: &mut Output) -> Result<(), Unprinted> {
    let mut out = output.octets();
    let written = rest
        .write(&mut out)
        .and_then(|()| out.flush().map_err(CopyError::Write));
    written.map_err(|error| match error {
        CopyError::Write(error) => Unprinted::Output(error.into()),
        other => Unprinted::Trouble(copy_trouble(other, source, "")),
    })
}
