//! `dkim inspect`.

mod canonical;
mod json;
mod text;
mod time;

use dkim_toolkit::inspect::{InspectedTag, Inspection, signatures};
use dkim_toolkit::verdict::Verdict;
use dkim_toolkit::verify::Verifier;

use crate::args::Inspect;
use crate::exit::ExitStatus;
use crate::io::{Failure, Input, Pieces as _, Source, sources};
use crate::output::{self, Output, OutputError};
use crate::verify::now;

/// What is said of one message.
struct Inspected {
    signatures: Vec<Signature>,
    /// Whether there is any header field at all.
    has_header: bool,
    /// The time in Unix seconds that times are compared with.
    now: u64,
}

/// What is said of one signature.
struct Signature {
    /// Its number, from the top and from 1.
    number: usize,
    inspection: Inspection,
    verdict: Verdict,
}

impl Inspected {
    /// Yes, if there is a signature and every one depends on its key alone.
    fn exit_status(&self) -> ExitStatus {
        let good = |signature: &Signature| signature.inspection.refused.is_empty();
        if !self.signatures.is_empty() && self.signatures.iter().all(good) {
            ExitStatus::Yes
        } else {
            ExitStatus::No
        }
    }
}

/// Whether a tag is required, optional or discouraged, or not known.
fn status(tag: &InspectedTag) -> &'static str {
    tag.known.map_or("unknown", |known| known.presence.name())
}

pub fn run(arguments: &Inspect, output: &mut Output) -> Result<ExitStatus, OutputError> {
    let sources = match sources(&arguments.paths) {
        Ok(sources) => sources,
        Err(why) => {
            output::usage_error(why);
            output::hint("dkim inspect MESSAGE, or dkim inspect < MESSAGE");
            return Ok(ExitStatus::Usage);
        }
    };
    if let Some(part) = arguments.canonical {
        return canonical::run(arguments, part, &sources, output);
    }
    let mut status = ExitStatus::Yes;
    for (place, source) in sources.iter().enumerate() {
        let outcome = inspect(arguments, source);
        if output.json && !output.quiet {
            output.json(&json::Message::new(source, &outcome))?;
        }
        match outcome {
            Ok(inspected) => {
                status = status.worse(inspected.exit_status());
                if !output.json {
                    output.report(&text::report(source, &inspected, place > 0))?;
                }
            }
            Err(failure) => {
                failure.say(source);
                status = status.worse(ExitStatus::CannotDo);
            }
        }
    }
    Ok(status)
}

fn inspect(arguments: &Inspect, source: &Source) -> Result<Inspected, Failure> {
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
