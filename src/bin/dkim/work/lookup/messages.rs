//! The keys that the signatures of messages need.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use dkim_toolkit::message::{Header, LineEndings};
use dkim_toolkit::signature::{FIELD_NAME, claimed_key_query};
use dkim_toolkit::verify::Policy;

use crate::error::{Error, Kind};
use crate::exit::ExitStatus;
use crate::files::{Pieces as _, Place, Sources, shown};
use crate::print::Output;
use crate::work::inputs::{Inputs, Next};

/// The names of the keys that the signatures of the messages in `path` need, each once, in the
/// order in which they are found; and the status of what could not be read.
pub fn of_messages(path: &Path, output: &Output) -> Result<(Vec<String>, ExitStatus), Error> {
    let paths = [PathBuf::from(path)];
    let mut inputs = Inputs::new(Sources::new(&paths, None, "dkim lookup --message x.eml")?);
    let mut found = Found::default();
    let mut status = ExitStatus::Yes;
    let mut failures = Vec::new();
    while let Some(next) = inputs.read_next() {
        let failure = match next {
            Next::Message(place, mut content) => match content.read_header(LineEndings::Lenient) {
                Ok((header, _)) => match header.foreign() {
                    Some(foreign) => Error::new(Kind::No, foreign).about(place),
                    None => {
                        found.add(&place, &header, output);
                        continue;
                    }
                },
                Err(error) => error.about(place),
            },
            Next::Failed(place, error) => error.about(place),
            Next::PassedOver(place, why) => {
                output.warning(place, why);
                continue;
            }
            Next::Empty(place) => {
                return Err(Error::new(Kind::No, "there is no message in it").about(place));
            }
        };
        status = status.worse(failure.kind.exit_status());
        failures.push(failure);
    }
    // Where nothing can be read at all, the last of the errors is what the run comes to.
    let last = (found.messages == 0).then(|| failures.pop()).flatten();
    for failure in &failures {
        output.error(failure);
    }
    if let Some(failure) = last {
        return Err(failure);
    }
    if found.names.is_empty() {
        let reason = match found.signatures {
            0 => "there is no DKIM-Signature field",
            _ => "no signature says where its key is",
        };
        return Err(Error::new(Kind::No, reason).about(shown(path)));
    }
    Ok((found.names, status))
}

/// What signatures say about their keys.
#[derive(Default)]
struct Found {
    names: Vec<String>,
    known: HashSet<String>,
    messages: u64,
    signatures: u64,
}

impl Found {
    /// Adds the keys of a message.
    fn add(&mut self, place: &Place, header: &Header, output: &Output) {
        // The keys of more signatures are not looked up: verification judges no more either.
        let limit = Policy::default().maximum_signatures;
        let mut signatures = 0_usize;
        let mut named = 0;
        for field in header.fields_named(FIELD_NAME) {
            signatures += 1;
            if named == limit {
                continue;
            }
            let Some(query) = claimed_key_query(field) else {
                let why = "names no domain and selector that can be read";
                output.warning(place, format_args!("signature {signatures} {why}"));
                continue;
            };
            named += 1;
            let name = query.to_string();
            if self.known.insert(name.clone()) {
                self.names.push(name);
            }
        }
        if signatures > limit && named == limit {
            let why = format!("of {signatures} signatures, the keys of {limit} are looked up");
            output.warning(place, why);
        }
        self.messages += 1;
        self.signatures += signatures as u64;
    }
}
