//! What is told of a change that was proven.

use crate::explain::{Cause, Explanation, Proof};

/// A change that, undone, makes the body hash come out right; alone or with others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Story {
    pub(super) cause: Cause,
    /// A sentence in lower case and without a full stop.
    pub(super) detail: String,
}

impl Story {
    pub(super) fn new(cause: Cause, detail: impl Into<String>) -> Self {
        Self {
            cause,
            detail: detail.into(),
        }
    }

    /// The explanation for it, as sure as `proof`.
    pub(super) fn explanation(self, proof: Proof) -> Explanation {
        Explanation {
            cause: self.cause,
            proof,
            detail: self.detail,
            field: None,
            original: None,
            remedy: self.cause.remedy(),
        }
    }
}

/// The explanations for changes that are proven together.
pub(super) fn proven(mut stories: Vec<Story>) -> Vec<Explanation> {
    if let [_, .., last] = &mut stories[..] {
        last.detail += "; with all of this undone the body hash is right";
    }
    stories
        .into_iter()
        .map(|story| story.explanation(Proof::Proven))
        .collect()
}

/// `1 line`, `2 lines`.
pub(super) fn count(number: usize, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}

/// How many lines these are, and octets: `2 lines (71 octets)`.
pub(super) fn size(octets: &[u8]) -> String {
    let mut lines = memchr::memchr_iter(b'\n', octets).count();
    if !octets.is_empty() && !octets.ends_with(b"\n") {
        lines += 1;
    }
    format!(
        "{} ({})",
        count(lines, "line"),
        count(octets.len(), "octet")
    )
}

/// How many characters of the message a sentence quotes.
const QUOTED: usize = 60;

/// The first words of a text, in quotation marks.
pub(super) fn quote(octets: &[u8]) -> String {
    // Enough for the characters and what white space is between them.
    let beginning = String::from_utf8_lossy(&octets[..octets.len().min(40 * QUOTED)]);
    let mut quoted = String::new();
    let mut length = 0;
    for word in beginning.split_whitespace() {
        if length > 0 {
            quoted.push(' ');
            length += 1;
        }
        for character in word.chars() {
            if length >= QUOTED {
                return format!("“{quoted}…”");
            }
            quoted.push(character);
            length += 1;
        }
    }
    format!("“{quoted}”")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes() {
        let check = |text: &str, expected: &str| {
            assert_eq!(quote(text.as_bytes()), format!("“{expected}”"));
        };
        check("", "");
        check("\r\n  two\r\n\twords\r\n", "two words");
        check(&"x".repeat(61), &format!("{}…", "x".repeat(60)));
        check(&"x".repeat(60), &"x".repeat(60));
    }

    #[test]
    fn sizes() {
        let check = |text: &str, expected: &str| assert_eq!(size(text.as_bytes()), expected);
        check("", "0 lines (0 octets)");
        check("a\r\n", "1 line (3 octets)");
        check("a\r\nb", "2 lines (4 octets)");
    }
}
