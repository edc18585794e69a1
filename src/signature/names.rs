//! The names of the header fields that a signature signs (`h=`, RFC 6376 §3.5).

use super::{MAX_NAMES, SignatureError};
use crate::message::{is_name_byte, offset};
use crate::syntax::escape::printable;
use crate::syntax::tag_list::colon_separated;

/// The names of `h=`, split once for all that look at them.
#[derive(Clone, Debug)]
pub(super) struct Names {
    /// The value in lower case.
    text: String,
    /// Where the names are in `text`.
    spans: Vec<(u32, u32)>,
}

impl Names {
    pub(super) fn parse(value: &[u8]) -> Result<Self, SignatureError> {
        let count = memchr::memchr_iter(b':', value).count() + 1;
        if count > MAX_NAMES {
            return Err(SignatureError::TooManyNames);
        }
        let mut spans = Vec::with_capacity(count);
        let mut start = 0;
        loop {
            start = behind_all(value, start, |byte| byte.is_ascii_whitespace());
            let end = behind_all(value, start, is_name_byte);
            let behind = behind_all(value, end, |byte| byte.is_ascii_whitespace());
            let is_last = behind == value.len();
            if start == end || !is_last && value[behind] != b':' {
                let wrong = colon_separated(value).nth(spans.len());
                return Err(SignatureError::HeaderName(printable(
                    wrong.unwrap_or(value),
                )));
            }
            spans.push((offset(start), offset(end)));
            if is_last {
                break;
            }
            start = behind + 1;
        }
        let text = String::from_utf8(value.to_ascii_lowercase())
            .map_err(|_| SignatureError::HeaderName(printable(value)))?;
        Ok(Self { text, spans })
    }

    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = &str> + ExactSizeIterator + Clone {
        let spans = self.spans.iter();
        spans.map(|&(start, end)| &self.text[start as usize..end as usize])
    }

    /// The name at a place, which is one of them.
    pub(super) fn at(&self, at: usize) -> &str {
        let (start, end) = self.spans[at];
        &self.text[start as usize..end as usize]
    }
}

/// Where the first byte from `start` on is that is not of a kind.
fn behind_all(value: &[u8], start: usize, is_of_kind: impl Fn(u8) -> bool) -> usize {
    let rest = &value[start..];
    let end = rest.iter().position(|&byte| !is_of_kind(byte));
    start + end.unwrap_or(rest.len())
}
