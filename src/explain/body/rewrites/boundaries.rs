//! What is between the parts of a multipart: empty lines, and text that nobody is shown.

use super::super::appended::is_white;
use super::super::mime::Structure;
use super::super::quotation::told_change;
use super::super::story::Story;
use super::{Rewrite, content};
use crate::explain::Cause;
use crate::explain::quote::quote;

/// The rewrites of what is around boundary lines (RFC 2046 §5.1.1).
pub(super) fn rewrites(structure: &Structure) -> Vec<Rewrite> {
    let Some(first) = structure.first_boundary else {
        return Vec::new();
    };
    let lines = Cause::TrailingLinesChanged;
    let mut all = Vec::new();
    let boundaries = Boundaries(structure.boundaries.clone());
    let known = boundaries.clone();
    let what = "an empty line was added before boundary lines";
    all.push(Rewrite::new(lines, what, move |at, out| {
        if !content(at.line).is_empty() || !known.have(at.next) {
            out.extend_from_slice(at.line);
        }
    }));
    let known = boundaries.clone();
    let what = "an empty line before boundary lines was removed";
    all.push(Rewrite::new(lines, what, move |at, out| {
        if known.have(at.line) {
            out.extend_from_slice(b"\r\n");
        }
        out.extend_from_slice(at.line);
    }));
    let what = "the text before the first boundary line was changed";
    for text in std::iter::once("").chain(PREAMBLES) {
        let cause = Cause::ContentPrepended;
        let rewrite = Rewrite::new(cause, what, move |at, out| {
            if at.number == first {
                out.extend_from_slice(text.as_bytes());
            }
            if at.number >= first {
                out.extend_from_slice(at.line);
            }
        });
        all.push(rewrite.of_preamble(first, text));
    }
    all
}

/// What is told where one text stands before the first boundary line, and stood another.
pub(in crate::explain::body) fn preamble_story(is: &[u8], was: &[u8]) -> Story {
    let place = "before the first boundary line";
    let (is_empty, was_empty) = (is_white(is), is_white(was));
    if is_empty && was_empty {
        let detail = format!("empty lines {place} were added or removed");
        return Story::new(Cause::TrailingLinesChanged, detail);
    }
    let (cause, detail) = if is_empty {
        let detail = format!("the text {place} was removed: {}", quote(was));
        (Cause::TransferEncodingChanged, detail)
    } else if was_empty {
        let detail = format!("text {place} was added: {}", quote(is));
        (Cause::ContentPrepended, detail)
    } else if words(is).eq(words(was)) {
        let detail = format!("white space of the text {place} was changed: {}", quote(is));
        (Cause::WhitespaceChanged, detail)
    } else {
        let change = told_change(is.trim_ascii(), was.trim_ascii());
        let detail = format!("the text {place} was changed: {change}");
        // Only programs write what is usual, when they put the parts together anew.
        let mut usual = PREAMBLES.iter();
        let cause = if usual.any(|usual| words(usual.as_bytes()).eq(words(is))) {
            Cause::TransferEncodingChanged
        } else {
            Cause::ContentPrepended
        };
        (cause, detail)
    };
    Story::new(cause, detail).with_original(was)
}

/// The words of a text, whatever the white space between them.
fn words(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let words = text.split(u8::is_ascii_whitespace);
    words.filter(|word| !word.is_empty())
}

/// What mail programs write before the first boundary line.
pub(in crate::explain::body) const PREAMBLES: [&str; 6] = [
    "\r\n",
    "This is a multi-part message in MIME format.\r\n",
    "This is a multi-part message in MIME format.\r\n\r\n",
    "This is a multipart message in MIME format.\r\n\r\n",
    "This is a cryptographically signed message in MIME format.\r\n\r\n",
    "This is a MIME-formatted message.  If you see this text it means that your\r\n\
     E-mail software does not support MIME-formatted messages.\r\n\r\n",
];

/// The boundary lines of a body.
#[derive(Clone, Debug)]
struct Boundaries(Vec<Vec<u8>>);

impl Boundaries {
    /// Whether a line is one of them.
    fn have(&self, line: &[u8]) -> bool {
        let line = line.trim_ascii_end();
        line.starts_with(b"--")
            && self.0.iter().any(|boundary| {
                line.strip_prefix(boundary.as_slice())
                    .is_some_and(|rest| matches!(rest, b"" | b"--"))
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn preambles_are_told_by_all_their_words() {
        let check = |is: &str, was: &str, cause, detail: &str| {
            let story = preamble_story(is.as_bytes(), was.as_bytes());
            assert_eq!((story.cause, &story.detail[..]), (cause, detail));
        };
        let usual = PREAMBLES[1];
        check(
            &usual.replace("multi-part ", "multi-part\r\n"),
            usual,
            Cause::WhitespaceChanged,
            "white space of the text before the first boundary line was changed: “This is a \
             multi-part message in MIME format.”",
        );
        check(
            PREAMBLES[3],
            usual,
            Cause::TransferEncodingChanged,
            "the text before the first boundary line was changed: “This is a multipart message in \
             MIME format.”, originally “This is a multi-part message in MIME format.”",
        );
        let long = format!("{}pay 900 {0}", "as agreed ".repeat(20));
        let told = preamble_story(long.as_bytes(), long.replace('9', "1").as_bytes());
        assert_eq!(told.cause, Cause::ContentPrepended);
        for words in ["pay 900", "originally “…", "pay 100"] {
            assert!(told.detail.contains(words), "{}", told.detail);
        }
    }
}
