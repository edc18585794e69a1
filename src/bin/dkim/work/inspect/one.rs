//! The one message whose bytes are written.

use crate::error::Error;
use crate::files::{InFile, Pieces as _, Place};
use crate::work::inputs::{Content, Inputs, Next};

/// The one message that was named, or picked.
pub enum Message {
    File(InFile),
    /// A message of an mbox, with its quoting, or of a packed file.
    Whole(Vec<u8>),
}

/// The message of this number, or the only one, which `option` wants.
pub fn only(
    mut inputs: Inputs,
    number: Option<u32>,
    option: &str,
) -> Result<(Place, Message), Error> {
    let next = match number {
        Some(number) => inputs.pick(number)?,
        None => loop {
            match inputs.read_next() {
                Some(Next::PassedOver(..)) => {}
                Some(next) => break next,
                None => return Err(Error::cannot("there is no message")),
            }
        },
    };
    let (place, message) = match next {
        Next::Message(place, Content::File(file)) => (place, Message::File(file)),
        Next::Message(place, Content::Chain(mut message)) => {
            let mut bytes = Vec::new();
            let read = message.read_body(&[], |piece| bytes.extend_from_slice(piece));
            read.map_err(|error| error.about(&place))?;
            (place, Message::Whole(bytes))
        }
        Next::Failed(place, error) => return Err(error.about(place)),
        Next::PassedOver(place, _) | Next::Empty(place) => {
            return Err(Error::cannot("there is no message in it").about(place));
        }
    };
    if number.is_none() && inputs.take().is_some() {
        let error = Error::usage(format!("{option} takes one message, and there are more"));
        return Err(error.hint("say which, counted over all of them: --message 1"));
    }
    Ok((place, message))
}
