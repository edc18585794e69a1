//! `dkim inspect --canonical`: the very bytes that a signature covers, and nothing else.

use std::io::{self, BufWriter, Write};

use dkim_toolkit::canonicalization::body::BodyCanonicalizer;
use dkim_toolkit::mailbox::{Quoting, Reading, Readings, unquote};
use dkim_toolkit::message::{Header, parse};
use dkim_toolkit::signature::{FIELD_NAME, Signature};
use dkim_toolkit::verify::{Verifier, canonical_header};

use super::one::{Message, only};
use crate::args::{Inspect, Part};
use crate::clock::now;
use crate::error::Error;
use crate::exit::ExitStatus;
use crate::files::{Pieces, Sources};
use crate::print::{Output, count};
use crate::work::inputs::{Chain, Inputs};

pub fn run(
    arguments: &Inspect,
    part: Part,
    sources: Sources,
    output: &mut Output,
) -> Result<ExitStatus, Error> {
    if output.json {
        let error = "--canonical prints bytes, which --json cannot hold";
        return Err(Error::usage(error).hint("leave out --json"));
    }
    let (place, message) = only(Inputs::new(sources), arguments.message, "--canonical")?;
    let out = output.bytes();
    let covered = match message {
        Message::File(file) => write(arguments, part, file, out),
        Message::Whole(bytes) if place.index.is_none() => {
            write(arguments, part, Chain::new(bytes, None), out)
        }
        Message::Whole(bytes) => write_from_mbox(arguments, part, bytes, out),
    };
    match covered.map_err(|error| error.about(&place))? {
        Covered::Whole => Ok(ExitStatus::Yes),
        Covered::Short { length, body } => {
            let why = format!("l= is {length}, but the body has only {body} bytes: all are here");
            output.warning(place, why);
            Ok(ExitStatus::No)
        }
    }
}

/// Writes what a signature covers of a message in an mbox: in the reading of its body in which
/// the body hash is right, as verification does.
fn write_from_mbox(
    arguments: &Inspect,
    part: Part,
    message: Vec<u8>,
    out: Box<dyn Write>,
) -> Result<Covered, Error> {
    let (header, body) = parse(&message, arguments.line_endings.get()).map_err(Error::cannot)?;
    let at = arguments.signature.unwrap_or(1) as usize - 1;
    let mut readings = Readings::new(Verifier::default().begin(header, now()), Quoting::Mbox);
    readings.body(body);
    let message = match readings.finish().readings().get(at) {
        Some(Reading::AsItStands) => message,
        Some(Reading::Unquoted) | None => {
            [&message[..message.len() - body.len()], &unquote(body)].concat()
        }
    };
    write(arguments, part, Chain::new(message, None), out)
}

/// Whether what was written is what the signature covers.
enum Covered {
    Whole,
    /// `l=` is more than there is: verification refuses to hash it.
    Short {
        length: u64,
        body: u64,
    },
}

fn write(
    arguments: &Inspect,
    part: Part,
    mut input: impl Pieces,
    out: Box<dyn Write>,
) -> Result<Covered, Error> {
    let (header, body) = input.read_header(arguments.line_endings.get())?;
    let number = arguments.signature.unwrap_or(1) as usize;
    let (field_index, signature) = find(&header, number)?;
    let mut sink = Sink::new(out);
    let covered = match part {
        Part::Header => {
            canonical_header(&header, field_index, &signature, |piece| sink.take(piece));
            Covered::Whole
        }
        Part::Body => {
            sink.left = signature.body_length;
            write_body(&header, &signature, &body, &mut input, &mut sink)?
        }
    };
    sink.finish().map_err(|error| Error::of_output(&error))?;
    Ok(covered)
}

/// The place of a signature's field in the header, and the signature.
fn find(header: &Header, number: usize) -> Result<(usize, Signature), Error> {
    let signatures = || {
        let fields = header.fields().enumerate();
        fields.filter(|(_, field)| field.is_named(FIELD_NAME))
    };
    let Some((at, field)) = signatures().nth(number - 1) else {
        return Err(Error::cannot(match signatures().count() {
            0 => "it has no signature".to_owned(),
            there => format!("it has {}, not {number}", count(there, "signature")),
        }));
    };
    match Signature::parse(field) {
        Ok(signature) => Ok((at, signature)),
        Err(error) => {
            let error = format!("signature {number} covers nothing: {error}");
            Err(Error::cannot(error).hint("dkim inspect without --canonical shows its tags"))
        }
    }
}

fn write_body(
    header: &Header,
    signature: &Signature,
    start: &[u8],
    input: &mut impl Pieces,
    sink: &mut Sink,
) -> Result<Covered, Error> {
    let mut canonicalizer =
        BodyCanonicalizer::new(signature.canonicalization.body, header.line_endings());
    canonicalizer.push(start, |bytes| sink.take(bytes));
    loop {
        // Nobody need read a long body whose bytes nobody takes any more.
        sink.check().map_err(|error| Error::of_output(&error))?;
        let piece = input.read()?;
        if piece.is_empty() {
            break;
        }
        canonicalizer.push(piece, |bytes| sink.take(bytes));
    }
    canonicalizer.finish(|bytes| sink.take(bytes));
    Ok(match signature.body_length {
        Some(length) if length > sink.taken => Covered::Short {
            length,
            body: sink.taken,
        },
        _ => Covered::Whole,
    })
}

/// Writes what canonicalizers pass on, which cannot be told of errors.
struct Sink {
    out: BufWriter<Box<dyn Write>>,
    /// How many bytes more to write; `None` for all that come.
    left: Option<u64>,
    /// Octets that came.
    taken: u64,
    outcome: io::Result<()>,
}

impl Sink {
    fn new(out: Box<dyn Write>) -> Self {
        Self {
            out: BufWriter::with_capacity(64 * 1024, out),
            left: None,
            taken: 0,
            outcome: Ok(()),
        }
    }

    fn take(&mut self, mut bytes: &[u8]) {
        self.taken += bytes.len() as u64;
        if let Some(left) = &mut self.left {
            bytes =
                &bytes[..usize::try_from(*left).map_or(bytes.len(), |left| left.min(bytes.len()))];
            *left -= bytes.len() as u64;
        }
        if self.outcome.is_ok() {
            self.outcome = self.out.write_all(bytes);
        }
    }

    fn check(&mut self) -> io::Result<()> {
        std::mem::replace(&mut self.outcome, Ok(()))
    }

    fn finish(mut self) -> io::Result<()> {
        self.check()?;
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_is_written_than_is_left() {
        for (left, expected) in [(None, 6), (Some(0), 0), (Some(4), 4), (Some(u64::MAX), 6)] {
            let mut sink = Sink::new(Box::new(io::sink()));
            sink.left = left;
            sink.take(b"abc");
            sink.take(b"def");
            let written = left
                .zip(sink.left)
                .map_or(6, |(before, after)| before - after);
            assert_eq!((written, sink.taken), (expected, 6), "{left:?}");
            assert!(sink.finish().is_ok());
        }
    }
}
