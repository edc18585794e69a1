//! `dkim inspect`.

mod canonical;
mod one;
mod part;

use dkim_toolkit::inspect::signatures;
use dkim_toolkit::mailbox::Readings;
use dkim_toolkit::verdict::WarningCode;
use dkim_toolkit::verify::{SignedInside, Verifier};

use super::inputs::{Content, Inputs, Next};
use crate::args::Inspect;
use crate::clock::now;
use crate::error::Error;
use crate::exit::ExitStatus;
use crate::files::{Pieces as _, Place, Sources};
use crate::print::Output;
use crate::print::inspect::{Claims, Inspected, Signature, print};

pub fn run(arguments: &Inspect, output: &mut Output) -> Result<ExitStatus, Error> {
    let list = arguments.list.get();
    let sources = Sources::new(&arguments.paths, list, "dkim inspect message.eml")?;
    if let Some(part) = arguments.canonical {
        return canonical::run(arguments, part, sources, output);
    }
    if let Some(number) = &arguments.part {
        return part::run(arguments, number, sources, output);
    }
    let mut inputs = Inputs::new(sources);
    let mut inspecting = Inspecting {
        arguments,
        any: false,
        status: ExitStatus::Yes,
    };
    if let Some(number) = arguments.message {
        inspecting.take(inputs.pick(number)?, output)?;
        return Ok(inspecting.status);
    }
    while let Some(next) = inputs.read_next() {
        inspecting.take(next, output)?;
    }
    Ok(inspecting.status)
}

struct Inspecting<'a> {
    arguments: &'a Inspect,
    /// Whether a message was printed.
    any: bool,
    status: ExitStatus,
}

impl Inspecting<'_> {
    fn take(&mut self, next: Next<'_>, output: &mut Output) -> Result<(), Error> {
        let (place, outcome) = match next {
            Next::Message(place, content) => {
                let outcome = inspect(self.arguments, &place, content);
                (place, outcome)
            }
            Next::Failed(place, error) => (place, Err(error)),
            Next::PassedOver(place, why) => {
                output.warning(place, why);
                return Ok(());
            }
            Next::Empty(place) => {
                output.warning(place, "there is no message in it");
                self.status = self.status.worse(ExitStatus::No);
                return Ok(());
            }
        };
        self.tell(&place, outcome, output)
    }

    fn tell(
        &mut self,
        place: &Place,
        outcome: Result<Inspected, Error>,
        output: &mut Output,
    ) -> Result<(), Error> {
        print(place, &outcome, self.any, output)?;
        self.any = true;
        self.status = self.status.worse(match outcome {
            Ok(inspected) => inspected.exit_status(),
            Err(error) => {
                let error = error.about(place);
                output.error(&error);
                error.kind.exit_status()
            }
        });
        Ok(())
    }
}

fn inspect(
    arguments: &Inspect,
    place: &Place,
    mut content: Content<'_>,
) -> Result<Inspected, Error> {
    let (header, body) = content.read_header(arguments.line_endings.get())?;
    let now = now();
    let verification = Verifier::default().begin(header, now);
    let mut readings = Readings::new(verification, place.quoting());
    let mut inside = SignedInside::new(readings.header());
    content.read_body(&body, |bytes| {
        if let Some(inside) = &mut inside {
            inside.push(bytes);
        }
        readings.body(bytes);
    })?;
    let mut report = readings.finish().into_report();
    (report.warnings).retain(|warning| warning.code == WarningCode::NotAMessage);
    let inside = inside.map(|inside| inside.warnings(&report.header));
    report.warnings.extend(inside.into_iter().flatten());
    for warning in &mut report.warnings {
        place.complete(warning);
    }
    let claims = Claims::new(&report);
    let inspections = signatures(&report);
    let signature = |(place, (inspection, verdict))| Signature {
        number: place + 1,
        inspection,
        verdict,
    };
    let each = inspections.into_iter().zip(report.verdicts).enumerate();
    Ok(Inspected {
        signatures: each.map(signature).collect(),
        warnings: report.warnings,
        claims,
        now,
    })
}
