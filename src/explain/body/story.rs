//! What is told of a change that was proven.

use std::borrow::Cow;

use crate::explain::quote::as_text;
use crate::explain::{Cause, Explanation, Proof};

/// A change that, undone, makes the body hash come out right; alone or with others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Story {
    pub(super) cause: Cause,
    /// A sentence in lower case and without a full stop.
    pub(super) detail: String,
    /// What stood there when it was signed, where it is short enough to be shown.
    original: Option<String>,
    /// What to do about this very change; `None` for what its cause says.
    remedy: Option<Cow<'static, str>>,
}

impl Story {
    pub(super) fn new(cause: Cause, detail: impl Into<String>) -> Self {
        Self {
            cause,
            detail: detail.into(),
            original: None,
            remedy: None,
        }
    }

    /// The same with what to do about this very change, in lower case and without a full stop.
    pub(super) fn with_remedy(self, remedy: impl Into<Cow<'static, str>>) -> Self {
        Self {
            remedy: Some(remedy.into()),
            ..self
        }
    }

    /// The same with what stood there when it was signed.
    pub(super) fn with_original(self, original: &[u8]) -> Self {
        /// What is longer is no more to be read.
        const LONGEST: usize = 1000;
        let original = (original.len() <= LONGEST).then(|| as_text(original));
        Self { original, ..self }
    }

    /// The explanation for it, as sure as `proof`.
    pub(super) fn explanation(self, proof: Proof) -> Explanation {
        Explanation {
            cause: self.cause,
            proof,
            detail: self.detail,
            field: None,
            original: self.original,
            remedy: self.remedy.unwrap_or(self.cause.remedy().into()),
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

/// How many lines these are, and bytes: `2 lines (71 bytes)`.
pub(super) fn size(octets: &[u8]) -> String {
    let mut lines = memchr::memchr_iter(b'\n', octets).count();
    if !octets.is_empty() && !octets.ends_with(b"\n") {
        lines += 1;
    }
    format!("{} ({})", count(lines, "line"), count(octets.len(), "byte"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        let check = |text: &str, expected: &str| assert_eq!(size(text.as_bytes()), expected);
        check("", "0 lines (0 bytes)");
        check("a\r\n", "1 line (3 bytes)");
        check("a\r\nb", "2 lines (4 bytes)");
    }
}
