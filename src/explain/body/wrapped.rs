//! A body that was put into a multipart, as mailing lists do to add a footer as a part of its own.
//!
//! Cost: each of the first parts is hashed once.

use std::ops::Range;

use super::appended;
use super::claim::{Claim, Fit};
use super::mime::Structure;
use super::rewrites;
use super::story::{Story, count, quote};
use crate::explain::{Budget, Cause, Exhausted};

/// Parts that may be the whole body: the first, or one behind a banner.
const MOST_TRIED: usize = 3;
/// Parts that are counted.
const MOST_PARTS: usize = 16;

/// Holds what is in the parts of the outermost multipart against the claim.
pub(super) fn search(
    claim: &Claim<'_>,
    structure: &Structure,
    body: &[u8],
    budget: &mut Budget<'_>,
) -> Result<Option<Vec<Story>>, Exhausted> {
    // The first boundary line in use is that of the outermost multipart.
    let Some(boundary) = structure.boundaries.first() else {
        return Ok(None);
    };
    let parts = outer_parts(body, boundary, budget)?;
    for (at, part) in parts.iter().enumerate().take(MOST_TRIED) {
        let content = &body[part.clone()];
        if appended::is_white(content) {
            continue;
        }
        if let Some(fit) = claim.scan(content, budget)? {
            let mut stories = vec![story(body, &parts, at)];
            if let Fit::Prefix(length) = fit {
                let canonical = claim.canonical(content, budget)?;
                let signed = usize::try_from(length).unwrap_or(usize::MAX);
                stories.push(appended::story(claim, &canonical, signed));
            }
            return Ok(Some(stories));
        }
    }
    Ok(None)
}

/// What is behind the headers of a multipart's own parts, each up to its boundary line. Those
/// that are multiparts themselves stay whole.
fn outer_parts(
    body: &[u8],
    boundary: &[u8],
    budget: &mut Budget<'_>,
) -> Result<Vec<Range<usize>>, Exhausted> {
    let mut parts: Vec<Range<usize>> = Vec::new();
    let mut content = None;
    let mut in_header = false;
    let mut start = 0;
    for line in rewrites::lines(body) {
        budget.spend(line.len())?;
        let end = start + line.len();
        match line.trim_ascii_end().strip_prefix(boundary) {
            Some(last @ (b"" | b"--")) => {
                parts.extend(content.take().map(|from| from..start));
                if !last.is_empty() || parts.len() >= MOST_PARTS {
                    return Ok(parts);
                }
                in_header = true;
            }
            _ if in_header && rewrites::content(line).is_empty() => {
                content = Some(end);
                in_header = false;
            }
            _ => {}
        }
        start = end;
    }
    parts.extend(content.map(|from| from..body.len()));
    Ok(parts)
}

/// Tells of a body that is now one part among others.
fn story(body: &[u8], parts: &[Range<usize>], at: usize) -> Story {
    let mut detail = format!(
        "the message was wrapped in a multipart: part {} of {} is the body as it was signed",
        at + 1,
        parts.len(),
    );
    let (before, behind) = (&parts[..at], &parts[at + 1..]);
    for (others, place) in [(before, "before"), (behind, "after")] {
        if let Some(first) = others.first() {
            detail += &format!(
                ", with {} {place} it: {}",
                count(others.len(), "part"),
                quote(&body[first.clone()])
            );
        }
    }
    let cause = match (before, behind) {
        (_, [_, ..]) => Cause::ContentAppended,
        ([_, ..], []) => Cause::ContentPrepended,
        ([], []) => Cause::ContentInserted,
    };
    Story::new(cause, detail)
}

#[cfg(test)]
mod tests {
    use crate::explain::Cause;
    use crate::explain::body::tests::{Signed, assert_proven};

    const TEXT: &str = "Hello,\r\n\r\nthis is  the text.\r\n";
    const NESTED: &str = "--i\r\n\r\none\r\n--i\r\n\r\ntwo\r\n--i--\r\n";

    fn check(original: &str, parts: &[&str], causes: &[Cause], words: &str) {
        let mut received = "A preamble\r\n".to_owned();
        for part in parts {
            received += &format!("--o\r\n{part}\r\n");
        }
        received += "--o--\r\n";
        for tags in ["relaxed/relaxed", "simple/simple"] {
            let signed = Signed {
                fields: "Content-Type: multipart/mixed; boundary=o\r\n",
                ..Signed::new(tags)
            };
            let explained = signed.explain(original.as_bytes(), received.as_bytes());
            assert_proven(&explained, causes, words, &format!("{tags} {received:?}"));
        }
    }

    #[test]
    fn wrapped() {
        let text = format!("Content-Type: text/plain\r\n\r\n{TEXT}");
        let nested = format!("Content-Type: multipart/x; boundary=i\r\n\r\n{NESTED}");
        let footer = "Content-Disposition: inline\r\n\r\n____\r\nthe list\r\n";
        let banner = "\r\nCAUTION\r\n";
        let appended = [Cause::ContentAppended];
        let words = "part 1 of 2 is the body as it was signed, with 1 part after it: “____ the";
        check(TEXT, &[&text, footer], &appended, words);
        check(NESTED, &[&nested, footer], &appended, words);
        check(TEXT, &[banner, &text, footer], &appended, "part 2 of 3");
        let prepended = [Cause::ContentPrepended];
        check(TEXT, &[banner, &text], &prepended, "part 2 of 2");
        let inserted = [Cause::ContentInserted];
        check(TEXT, &[&text], &inserted, "wrapped in a multipart");
        let within = format!("{text}more\r\n");
        let both = [Cause::ContentAppended, Cause::ContentAppended];
        check(TEXT, &[&within, footer], &both, "“more”");
        let tampered = text.replace("this", "that");
        check(TEXT, &[&tampered, footer], &[], "");
    }
}
