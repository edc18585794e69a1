//! The white space of header fields' values.

use crate::explain::quote::as_text;
use crate::syntax::folding::{is_fws, is_wsp};

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

/// Without white space at either end.
pub(super) fn trimmed(value: &[u8]) -> &[u8] {
    let start = value.iter().take_while(|&&octet| is_fws(octet)).count();
    let value = &value[start..];
    let end = value
        .iter()
        .rev()
        .take_while(|&&octet| is_fws(octet))
        .count();
    &value[..value.len() - end]
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

/// A value as text: unfolded, without white space at either end.
pub(super) fn shown(value: &[u8]) -> String {
    as_text(trimmed(&unfolded(value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_is_told_apart() {
        assert_eq!(unfolded(b" a\r\n\tb\n c"), b" a\tb c");
        assert_eq!(collapsed(b" a\r\n\tb  \n c \t"), b"a b c");
        assert_eq!(trimmed(b" \t\r\n"), b"");
    }
}
