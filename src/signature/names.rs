//! The names of the header fields that a signature signs (`h=`, RFC 6376 §3.5).

use super::{MAX_NAMES, SignatureError};
use crate::message::is_name_byte;
use crate::syntax::escape::printable;
use crate::syntax::tag_list::colon_separated;

/// The names of `h=`, split once for all that look at them.
#[derive(Clone, Debug)]
pub(super) struct Names {
    /// The names in lower case, one behind the other.
    text: String,
    /// Where each ends in `text`.
    ends: Vec<usize>,
}

impl Names {
    pub(super) fn parse(value: &[u8]) -> Result<Self, SignatureError> {
        let count = memchr::memchr_iter(b':', value).count() + 1;
        if count > MAX_NAMES {
            return Err(SignatureError::TooManyNames);
        }
        let mut text = Vec::with_capacity(value.len());
        let mut ends = Vec::with_capacity(count);
        let mut rest = Some(value);
        while let Some(from_name) = rest {
            let from_name = from_name.trim_ascii_start();
            let end = from_name.iter().position(|&byte| !is_name_byte(byte));
            let (name, behind) = from_name.split_at(end.unwrap_or(from_name.len()));
            rest = match behind.trim_ascii_start() {
                [] if !name.is_empty() => None,
                [b':', behind @ ..] if !name.is_empty() => Some(behind),
                _ => {
                    let wrong = colon_separated(value).nth(ends.len());
                    return Err(SignatureError::HeaderName(printable(
                        wrong.unwrap_or(value),
                    )));
                }
            };
            text.extend_from_slice(name);
            ends.push(text.len());
        }
        text.make_ascii_lowercase();
        let text =
            String::from_utf8(text).map_err(|_| SignatureError::HeaderName(printable(value)))?;
        Ok(Self { text, ends })
    }

    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = &str> + ExactSizeIterator + Clone {
        (0..self.ends.len()).map(|at| self.at(at))
    }

    /// The name at a place, which is one of them.
    pub(super) fn at(&self, at: usize) -> &str {
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.text[start..self.ends[at]]
    }
}
