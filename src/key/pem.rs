//! PEM armor (RFC 7468), read as forgivingly as key files need: text around it, several blocks,
//! lines of any length.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use memchr::memmem;
use zeroize::Zeroizing;

/// A block from its begin line to its end line.
pub(crate) struct Block<'a> {
    /// What the begin line names, such as `PRIVATE KEY`.
    pub(crate) label: &'a [u8],
    body: &'a [u8],
}

/// A block without its end line, or whose body is not base64.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Damaged;

/// The blocks of a text, as far as they are whole.
pub(crate) fn blocks(text: &[u8]) -> impl Iterator<Item = Result<Block<'_>, Damaged>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (_, after_begin) = split_at_marker(rest, b"-----BEGIN ")?;
        let read = Block::read(after_begin);
        rest = read.as_ref().map_or(&[], |(_, after)| after);
        Some(read.map(|(block, _)| block))
    })
}

impl<'a> Block<'a> {
    /// Reads a block from its label on; also the text after it.
    fn read(after_begin: &'a [u8]) -> Result<(Self, &'a [u8]), Damaged> {
        let (label, after_label) = split_at_marker(after_begin, b"-----").ok_or(Damaged)?;
        let (body, after_end) = split_at_marker(after_label, b"-----END ").ok_or(Damaged)?;
        let rest = after_end.strip_prefix(label).ok_or(Damaged)?;
        let rest = rest.strip_prefix(b"-----").ok_or(Damaged)?;
        Ok((Self { label, body }, rest))
    }

    /// Whether header lines say that the body is encrypted (RFC 1421 §4.6.1.1).
    pub(crate) fn has_legacy_encryption(&self) -> bool {
        memmem::find(self.body, b"Proc-Type:").is_some()
    }

    /// The bytes that the body encodes.
    pub(crate) fn decode(&self) -> Result<Zeroizing<Vec<u8>>, Damaged> {
        decode_base64(&without_white_space(self.body)).ok_or(Damaged)
    }
}

/// The text without white space, in a buffer that is wiped.
pub(crate) fn without_white_space(text: &[u8]) -> Zeroizing<Vec<u8>> {
    // Room for all from the start: a buffer that grows leaves copies of the key behind.
    let mut without = Zeroizing::new(Vec::with_capacity(text.len()));
    without.extend(text.iter().filter(|byte| !byte.is_ascii_whitespace()));
    without
}

/// Decodes base64 without white space into a buffer that is wiped; `None` if it is not base64.
pub(crate) fn decode_base64(text: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let mut octets = Zeroizing::new(vec![0; base64::decoded_len_estimate(text.len())]);
    let length = STANDARD.decode_slice(text, &mut octets).ok()?;
    octets.truncate(length);
    Some(octets)
}

/// What stands before and after the first `marker`.
fn split_at_marker<'a>(text: &'a [u8], marker: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = memmem::find(text, marker)?;
    Some((&text[..at], &text[at + marker.len()..]))
}
