//! Texts of header fields, to be compared and told.

use super::encoding::decoded;
use crate::syntax::folding::{is_fws, is_wsp};

/// Longer texts are cut where they are told.
const LONG: usize = 160;

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
    String::from_utf8_lossy(trimmed(&unfolded(value))).into_owned()
}

/// A text in quotes, without white space at either end and shortened if it is long; its encoded
/// words decoded, for people to read (RFC 2047 §6).
pub(super) fn quoted(text: &str) -> String {
    let readable = decoded(text.as_bytes()).filter(|_| text.contains("=?"));
    let readable = readable.as_deref().unwrap_or(text).trim();
    let mut short: String = readable.chars().take(LONG).collect();
    if short.len() < readable.len() {
        short.push('…');
    }
    format!("“{short}”")
}

/// What became of a field's value, in a sentence. The width of white space is not told.
pub(super) fn describe(name: &str, now: &[u8], then: &[u8]) -> String {
    let text = |value: &[u8]| String::from_utf8_lossy(&collapsed(value)).into_owned();
    let (now, then) = (text(now), text(then));
    let was = format!("the {name} field was {} when it was signed", quoted(&then));
    if let Some(front) = now.strip_suffix(&then).filter(|_| !then.is_empty()) {
        return format!("{was}; {} was put in front", quoted(front));
    }
    if let Some(end) = now.strip_prefix(&then).filter(|_| !then.is_empty()) {
        return format!("{was}; {} was put at its end", quoted(end));
    }
    if let Some(front) = then.strip_suffix(&now).filter(|_| !now.is_empty()) {
        return format!("{was}; {} was taken from its front", quoted(front));
    }
    if let Some(end) = then.strip_prefix(&now).filter(|_| !now.is_empty()) {
        return format!("{was}; {} was taken from its end", quoted(end));
    }
    let (then_read, now_read) = (quoted(&then), quoted(&now));
    if then_read == now_read {
        format!("the {name} field says {now_read} as it did, and was encoded differently")
    } else {
        format!("{was}; now it is {now_read}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(now: &str, then: &str, expected: &str) {
        let told = describe("Subject", now.as_bytes(), then.as_bytes());
        let was = format!("the Subject field was “{then}” when it was signed; ");
        assert_eq!(told, was + expected);
    }

    #[test]
    fn changes_are_described() {
        check("[a] b c", "b c", "“[a]” was put in front");
        check("b c (x)", "b c", "“(x)” was put at its end");
        check("b c", "[a] b c", "“[a]” was taken from its front");
        check("b", "b c", "“c” was taken from its end");
        check(" d\r\n e ", "b c", "now it is “d e”");
        check("d", "", "now it is “d”");
    }

    #[test]
    fn white_space_is_told_apart() {
        assert_eq!(unfolded(b" a\r\n\tb\n c"), b" a\tb c");
        assert_eq!(collapsed(b" a\r\n\tb  \n c \t"), b"a b c");
        assert_eq!(trimmed(b" \t\r\n"), b"");
        assert_eq!(quoted(&"ü".repeat(200)).chars().count(), 163);
    }
}
