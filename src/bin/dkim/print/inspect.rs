//! What `dkim inspect` prints of a message.

mod claims;
mod inspected;
mod json;
mod text;

use super::Output;
use crate::error::Error;
use crate::files::Place;

pub use claims::Claims;
pub use inspected::{Inspected, Signature};

/// Prints what is said of one message, or why it could not be read; `follows` another report.
pub fn print(
    place: &Place,
    outcome: &Result<Inspected, Error>,
    follows: bool,
    output: &mut Output,
) -> Result<(), Error> {
    if outcome.as_ref().is_ok_and(Inspected::has_warnings) {
        output.note_warning();
    }
    if output.quiet {
        return Ok(());
    }
    if output.json {
        return output.json(&json::Message::new(place, outcome));
    }
    match outcome {
        Ok(inspected) => output.report(text::report(place, inspected, follows, output.columns)),
        Err(_) => Ok(()),
    }
}
