//! `dkim sign`.

mod destination;
mod keys;
mod work;

use std::io::Write as _;
use std::sync::Arc;

use super::each::each;
use super::progress::{Counter, Progress};
use crate::args::Sign;
use crate::error::{Error, Kind};
use crate::exit::ExitStatus;
use crate::files::{CopyError, Source, Sources, shown, word};
use crate::print::Output;
use crate::print::sign::Line;
use destination::Inputs;
use keys::SigningKeys;
use work::{Copy, Signatory, Signed, cannot_copy, sign_all};

pub fn run(arguments: &Sign, output: &mut Output) -> Result<ExitStatus, Error> {
    let sources = Sources::new(&arguments.paths, arguments.list.get(), EXAMPLE)?;
    check_usage(arguments, &sources, output.json)?;
    let keys = SigningKeys::read(arguments, output)?;
    let counter = Arc::new(Counter::default());
    let wanted = !arguments.no_progress && !output.quiet;
    let mut progress = Progress::new(&sources, counter.clone(), output.bar(), wanted);
    let signatory = Signatory::new(
        arguments.clone(),
        keys,
        counter,
        output.steps(),
        !output.json,
    );
    let list = sources.list().cloned();
    let inputs = Inputs::new(sources, arguments);
    let pool = sign_all(signatory, inputs, arguments.jobs.get())?;
    let to_files =
        arguments.in_place || arguments.output_dir.is_some() || arguments.output.is_some();
    if to_files {
        output.end_between_lines();
    }
    let mut teller = Teller {
        to_files,
        untold: None,
        status: ExitStatus::Yes,
    };
    let mut told = 0_u64;
    each(pool, output, &mut progress, |signed, _, output| {
        told += 1;
        teller.tell(signed, output)
    })?;
    if let Some(list) = list.filter(|_| told == 0) {
        output.warning(list, "there is no path in it: nothing was signed");
    }
    match teller.untold {
        Some(error) if error.kind != Kind::Closed => Err(error),
        _ => Ok(teller.status),
    }
}

/// A command line that signs.
const EXAMPLE: &str = "dkim sign -s s2026 -k s2026.pem message.eml";

/// Refuses what no message could be signed with.
fn check_usage(arguments: &Sign, sources: &Sources, json: bool) -> Result<(), Error> {
    let usage = |why: &str, hint: &str| Err(Error::usage(why).hint(hint));
    if arguments.selector.len() != arguments.key.len() {
        return usage(
            "--selector and --key go in pairs",
            "dkim sign -s first -k first.pem -s second -k second.pem",
        );
    }
    let sources = sources.named();
    let from_stdin = sources.is_some_and(|sources| sources.contains(&Source::Stdin));
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
    if sources.is_none_or(|sources| sources.len() > 1) && one_place && !only_told {
        return usage(
            "several messages and one place for them",
            "use --in-place or --output-dir DIR",
        );
    }
    if let Some(folder) = &arguments.output_dir
        && !folder.is_dir()
    {
        let error = Error::cannot("not a folder").about(shown(folder));
        return Err(error.hint(format!("mkdir -p {}", word(folder))));
    }
    Ok(())
}

/// Says what was signed.
struct Teller {
    /// Whether the messages go to files, so that they are signed whether or not anybody reads on.
    to_files: bool,
    /// The error that keeps results from being printed.
    untold: Option<Error>,
    status: ExitStatus,
}

impl Teller {
    fn tell(&mut self, signed: Signed, output: &mut Output) -> Result<(), Error> {
        let Signed {
            source,
            warnings,
            outcome,
            ..
        } = signed;
        for warning in &warnings {
            output.warning(&source, warning);
        }
        let written = match outcome {
            Ok(written) => written,
            Err(error) => return self.tell_error(&source, error, output),
        };
        if output.json {
            let line = Line {
                source: (&source).into(),
                output: written.destination,
                fields: &written.fields,
                error: None,
            };
            return self.tell_json(&line, output);
        }
        match written.rest.map(|rest| print(rest, output)) {
            Some(Err(CopyError::Write(error))) => Err(Error::of_output(&error)),
            Some(Err(error)) => self.tell_error(&source, cannot_copy(error, ""), output),
            Some(Ok(())) | None => Ok(()),
        }
    }

    fn tell_error(
        &mut self,
        source: &Source,
        error: Error,
        output: &mut Output,
    ) -> Result<(), Error> {
        let error = error.about(source);
        output.error(&error);
        self.status = self.status.worse(error.kind.exit_status());
        if output.json {
            let line = Line {
                source: source.into(),
                output: None,
                fields: &[],
                error: Some(&error.message),
            };
            self.tell_json(&line, output)?;
        }
        Ok(())
    }

    fn tell_json(&mut self, line: &Line<'_>, output: &mut Output) -> Result<(), Error> {
        if output.quiet || self.untold.is_some() {
            return Ok(());
        }
        match output.json(line) {
            // Files are signed whether or not anybody can read which.
            Err(error) if self.to_files => {
                self.untold = Some(error);
                Ok(())
            }
            told => told,
        }
    }
}

/// Prints a signed message.
fn print(rest: Copy, output: &mut Output) -> Result<(), CopyError> {
    let mut out = output.bytes();
    rest.write(&mut out)?;
    out.flush().map_err(CopyError::Write)
}
