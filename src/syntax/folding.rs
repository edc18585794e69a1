//! White space, line ends and folds (RFC 6376 §2.8; RFC 5322 §2.2.3).

use std::borrow::Cow;

/// Which octets end a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum LineEndings {
    /// CRLF or a bare LF, as messages stand on disks; a bare LF is hashed as CRLF.
    #[default]
    Lenient,
    /// CRLF alone, as messages go over the wire; a bare LF is data (RFC 5322 §2.3).
    Strict,
}

/// A line end as it stands in a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineEnd {
    /// CR and LF.
    Crlf,
    /// A bare LF.
    Lf,
}

impl LineEnd {
    /// The line end's bytes.
    #[must_use]
    pub const fn octets(self) -> &'static str {
        match self {
            Self::Crlf => "\r\n",
            Self::Lf => "\n",
        }
    }
}

/// Whether an octet is white space inside a line (RFC 6376 §2.8).
pub(crate) const fn is_wsp(octet: u8) -> bool {
    matches!(octet, b' ' | b'\t')
}

/// Whether an octet can be part of folding white space. In a parsed tag-list each one is.
pub(crate) const fn is_fws(octet: u8) -> bool {
    matches!(octet, b' ' | b'\t' | b'\r' | b'\n')
}

/// The value without any folding white space in it, as base64 and `h=` are read.
#[must_use]
pub fn without_fws(value: &[u8]) -> Cow<'_, [u8]> {
    // White space stands in the folds of what is one long word otherwise.
    let end_of_word = |text: &[u8]| {
        let end = memchr::memchr3(b' ', b'\t', b'\r', text).unwrap_or(text.len());
        memchr::memchr(b'\n', &text[..end]).unwrap_or(end)
    };
    let mut end = end_of_word(value);
    if end == value.len() {
        return Cow::Borrowed(value);
    }
    let mut without = Vec::with_capacity(value.len());
    let mut rest = value;
    while !rest.is_empty() {
        without.extend_from_slice(&rest[..end]);
        rest = &rest[end..];
        let word = rest.iter().position(|&octet| !is_fws(octet));
        rest = &rest[word.unwrap_or(rest.len())..];
        end = end_of_word(rest);
    }
    Cow::Owned(without)
}

/// The text without the folding white space around it.
pub(crate) fn trim(mut text: &[u8]) -> &[u8] {
    while let [first, rest @ ..] = text
        && is_fws(*first)
    {
        text = rest;
    }
    while let [rest @ .., last] = text
        && is_fws(*last)
    {
        text = rest;
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_folding_white_space_is_left(value in "[a-z \\t\\r\\n]{0,60}") {
            let expected: Vec<u8> = value.bytes().filter(|&octet| !is_fws(octet)).collect();
            prop_assert_eq!(&without_fws(value.as_bytes())[..], &expected[..]);
        }
    }
}
