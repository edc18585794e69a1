//! The white space of header fields' values.

use crate::explain::quote::as_text;
use crate::syntax::folding::{is_fws, is_wsp, trim};

/// A value without its folds: a line end before white space is taken out, the white space stays
/// (RFC 5322 §2.2.3).
pub(super) fn unfolded(value: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(value.len());
    for (at, &octet) in value.iter().enumerate() {
        let folds = match octet {
            b'\r' => value.get(at + 1) == Some(&b'\n'),
            b'\n' => true,
            _ => false,
        };
        if !folds {
            text.push(octet);
        }
    }
    text
}

/// Unfolded, with one space for each run of white space and none at either end.
pub(super) fn collapsed(value: &[u8]) -> Vec<u8> {
    let mut text: Vec<u8> = Vec::with_capacity(value.len());
    for octet in unfolded(value) {
        if !is_wsp(octet) {
            text.push(octet);
        } else if text.last().is_some_and(|&last| last != b' ') {
            text.push(b' ');
        }
    }
    while text.last() == Some(&b' ') {
        text.pop();
    }
    text
}

/// How many bytes of white space, folds among it, a value begins with.
pub(super) fn indent(value: &[u8]) -> usize {
    let word = value.iter().position(|&octet| !is_fws(octet));
    word.unwrap_or(value.len())
}

/// How many bytes of it a value ends with.
pub(super) fn outdent(value: &[u8]) -> usize {
    let last = value.iter().rposition(|&octet| !is_fws(octet));
    value.len() - last.map_or(0, |last| last + 1)
}

/// A value as text: unfolded, without white space at either end.
pub(super) fn shown(value: &[u8]) -> String {
    as_text(trim(&unfolded(value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_is_told_apart() {
        assert_eq!(unfolded(b" a\r\n\tb\n c"), b" a\tb c");
        assert_eq!(collapsed(b" a\r\n\tb  \n c \t"), b"a b c");
    }
}
