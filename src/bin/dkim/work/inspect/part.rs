//! `dkim inspect --part`: the bytes of a part of a message, decoded, and nothing else.

use dkim_toolkit::escape::escape;
use dkim_toolkit::mailbox::unquote;
use dkim_toolkit::message::{LineEndings, parse};
use dkim_toolkit::parts::each_part;

use super::one::{Message, only};
use crate::args::Inspect;
use crate::error::Error;
use crate::exit::ExitStatus;
use crate::files::{Pieces as _, Place, Sources};
use crate::print::Output;
use crate::work::inputs::Inputs;

/// A message of more bytes is not taken apart.
const MAX_MESSAGE: usize = 256 * 1024 * 1024;
/// So many numbers are named where another was asked for.
const NAMED: usize = 20;

pub fn run(
    arguments: &Inspect,
    number: &str,
    sources: Sources,
    output: &mut Output,
) -> Result<ExitStatus, Error> {
    if output.json {
        let error = "--part prints bytes, which --json cannot hold";
        return Err(Error::usage(error).hint("leave out --json"));
    }
    let (place, message) = only(Inputs::new(sources), arguments.message, "--part")?;
    let part = find(message, &place, number).map_err(|error| error.about(&place))?;
    output.raw(&part)?;
    Ok(ExitStatus::Yes)
}

/// What is in the part of this number.
fn find(message: Message, place: &Place, number: &str) -> Result<Vec<u8>, Error> {
    let message = read(message)?;
    let (header, body) = parse(&message, LineEndings::Lenient).map_err(Error::cannot)?;
    if let Some(foreign) = header.foreign() {
        return Err(Error::cannot(foreign));
    }
    let unquoted = place.index.map(|_| unquote(body));
    let mut found = None;
    let mut there = Vec::new();
    each_part(&header, unquoted.as_deref().unwrap_or(body), |part| {
        if part.number == number {
            found = Some(part.content.to_vec());
        }
        let media = escape(&part.media);
        there.push(format!("{} ({media})", part.number));
    });
    found.ok_or_else(|| {
        if there.len() > NAMED {
            there.truncate(NAMED);
            there.push("others".to_owned());
        }
        let there = there.join(", ");
        Error::cannot(format!("there is no part {number}; there are {there}"))
    })
}

fn read(message: Message) -> Result<Vec<u8>, Error> {
    let mut file = match message {
        Message::Whole(bytes) => return Ok(bytes),
        Message::File(file) => file,
    };
    let mut bytes = Vec::new();
    loop {
        let piece = file.read()?;
        if piece.is_empty() {
            return Ok(bytes);
        }
        if bytes.len() + piece.len() > MAX_MESSAGE {
            let most = MAX_MESSAGE >> 20;
            return Err(Error::cannot(format!(
                "it has more than {most} MiB: too much to take apart"
            )));
        }
        bytes.extend_from_slice(piece);
    }
}
