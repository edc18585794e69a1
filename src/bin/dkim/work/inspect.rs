//! `dkim inspect`.

mod canonical;

use dkim_toolkit::inspect::signatures;
use dkim_toolkit::verify::Verifier;

use crate::args::Inspect;
use crate::clock::now;
use crate::error::Error;
use crate::exit::ExitStatus;
use crate::files::{Input, Pieces as _, Source, sources};
use crate::print::Output;
use crate::print::inspect::{Inspected, Signature, print};

pub fn run(arguments: &Inspect, output: &mut Output) -> Result<ExitStatus, Error> {
    let sources = sources(&arguments.paths, "dkim inspect message.eml")?;
    if let Some(part) = arguments.canonical {
        return canonical::run(arguments, part, &sources, output);
    }
    let mut status = ExitStatus::Yes;
    for (place, source) in sources.iter().enumerate() {
        let outcome = inspect(arguments, source);
        print(source, &outcome, place > 0, output)?;
        status = status.worse(match outcome {
            Ok(inspected) => inspected.exit_status(),
            Err(error) => {
                let error = error.about(source);
                output.error(&error);
                error.kind.exit_status()
            }
        });
    }
    Ok(status)
}

fn inspect(arguments: &Inspect, source: &Source) -> Result<Inspected, Error> {
    let mut input = Input::open(source)?;
    let (header, body) = input.read_header(arguments.line_endings.get())?;
    let now = now();
    let mut verification = Verifier::default().begin(header, now);
    input.read_body(&body, |octets| verification.body(octets))?;
    let report = verification.finish();
    let inspections = signatures(&report);
    let signature = |(place, (inspection, verdict))| Signature {
        number: place + 1,
        inspection,
        verdict,
    };
    let each = inspections.into_iter().zip(report.verdicts).enumerate();
    Ok(Inspected {
        signatures: each.map(signature).collect(),
        has_header: report.header.has_fields(),
        now,
    })
}
