//! A body that was put into a multipart, as mailing lists do to add a footer as a part of its own.
//!
//! Cost: each of the first parts is hashed once; then again for what is likely to have been added
//! to the parts of it.

use std::ops::Range;

use super::appended;
use super::claim::Claim;
use super::inserted::Source;
use super::mime::{self, Structure};
use super::parts;
use super::quotation::quote_parts;
use super::rewrites;
use super::story::{Story, count};
use crate::explain::{Budget, Cause, Exhausted};
use crate::message;

/// Parts that may be the whole body: the first, or one behind a banner.
const MOST_TRIED: usize = 3;
/// Parts that are kept, with the last; the others are counted.
const MOST_PARTS: usize = 16;

/// A part of the outermost multipart, which may be a multipart itself.
#[derive(Clone, Debug)]
struct Outer {
    /// Its header with the empty line behind it.
    header: Range<usize>,
    /// What is behind, up to the boundary line.
    content: Range<usize>,
}

/// The parts of the outermost multipart.
#[derive(Debug, Default)]
struct Outers {
    /// The first ones, and the last.
    kept: Vec<Outer>,
    /// How many there are before the last that are not kept.
    more: usize,
}

impl Outers {
    fn push(&mut self, part: Outer) {
        if self.kept.len() >= MOST_PARTS {
            self.kept.pop();
            self.more += 1;
        }
        self.kept.push(part);
    }

    /// Those that may be the whole body, each with its place and its content.
    fn tried<'s>(&'s self, body: &'s [u8]) -> impl Iterator<Item = (usize, &'s Outer, &'s [u8])> {
        let first = self.kept.iter().enumerate().take(MOST_TRIED);
        first
            .map(|(at, part)| (at, part, &body[part.content.clone()]))
            .filter(|(_, _, content)| !appended::is_white(content))
    }
}

/// Holds what is in the parts of the outermost multipart against the claim.
pub(super) fn search(
    claim: &Claim<'_>,
    structure: &Structure,
    body: &[u8],
    budget: &mut Budget<'_>,
) -> Result<Option<Vec<Story>>, Exhausted> {
    let parts = outer_parts(structure, body, budget)?;
    for (at, part, content) in parts.tried(body) {
        if let Some(fit) = claim.scan(content, budget)? {
            let claim = Claim {
                form: structure_of(part, claim, body, budget)?.form(),
                ..*claim
            };
            let more = appended::behind(fit, &claim, content, budget)?;
            let mut stories = vec![story(body, &parts, at, more.is_none())];
            stories.extend(more);
            return Ok(Some(stories));
        }
    }
    Ok(None)
}

/// The same, where something was added to the text in them before.
pub(super) fn search_changed(
    claim: &Claim<'_>,
    structure: &Structure,
    body: &[u8],
    budget: &mut Budget<'_>,
) -> Result<Option<Vec<Story>>, Exhausted> {
    let parts = outer_parts(structure, body, budget)?;
    for (at, part, content) in parts.tried(body) {
        let inner = structure_of(part, claim, body, budget)?;
        let claim = Claim {
            form: inner.form(),
            ..*claim
        };
        let source = Source {
            body: content,
            canonical: &claim.canonical(content, budget)?,
            structure: &inner,
        };
        if let Some(changed) = parts::search_likely(&claim, source, budget)? {
            let mut stories = vec![story(body, &parts, at, false)];
            stories.extend(changed);
            return Ok(Some(stories));
        }
    }
    Ok(None)
}

/// What is in a part, by its own header.
fn structure_of(
    part: &Outer,
    claim: &Claim<'_>,
    body: &[u8],
    budget: &mut Budget<'_>,
) -> Result<Structure, Exhausted> {
    let header = &body[part.header.clone()];
    match message::parse(header, claim.line_endings) {
        Ok((header, _)) => mime::structure(&header, &body[part.content.clone()], budget),
        Err(_) => Ok(Structure::default()),
    }
}

/// A multipart's own parts, each up to its boundary line.
fn outer_parts(
    structure: &Structure,
    body: &[u8],
    budget: &mut Budget<'_>,
) -> Result<Outers, Exhausted> {
    let mut parts = Outers::default();
    // The first boundary line in use is that of the outermost multipart.
    let Some(boundary) = structure.boundaries.first() else {
        return Ok(parts);
    };
    let mut content: Option<(Range<usize>, usize)> = None;
    let mut header = None;
    let mut start = 0;
    for line in rewrites::lines(body) {
        budget.spend(line.len())?;
        let end = start + line.len();
        match line.trim_ascii_end().strip_prefix(boundary.as_slice()) {
            Some(last @ (b"" | b"--")) => {
                if let Some((header, from)) = content.take() {
                    let content = from..start;
                    parts.push(Outer { header, content });
                }
                if !last.is_empty() {
                    return Ok(parts);
                }
                header = Some(end);
            }
            _ if rewrites::content(line).is_empty() => {
                content = content.or(header.take().map(|from| (from..end, end)));
            }
            _ => {}
        }
        start = end;
    }
    if let Some((header, from)) = content {
        let content = from..body.len();
        parts.push(Outer { header, content });
    }
    Ok(parts)
}

/// Tells of a body that is now one part among others, and as it was if nothing else is told.
fn story(body: &[u8], parts: &Outers, at: usize, as_it_was: bool) -> Story {
    let signed = if as_it_was {
        "the body as it was signed"
    } else {
        "the body that was signed"
    };
    let mut detail = format!(
        "the message was wrapped in a multipart: part {} of {} is {signed}",
        at + 1,
        parts.kept.len() + parts.more,
    );
    let (before, behind) = (&parts.kept[..at], &parts.kept[at + 1..]);
    for (others, more, place) in [(before, 0, "before"), (behind, parts.more, "after")] {
        if !others.is_empty() {
            let texts = others
                .iter()
                .map(|other| &body[other.header.start..other.content.end]);
            detail += &format!(
                ", with {} {place} it: {}",
                count(others.len() + more, "part"),
                quote_parts(texts, more)
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
        let many = [&[text.as_str()], vec![footer; 24].as_slice(), &[banner]].concat();
        let words = "part 1 of 26 is the body as it was signed, with 25 parts after it";
        check(TEXT, &many, &appended, words);
        check(TEXT, &many, &appended, " and 22 more and “CAUTION”");
        let tampered = text.replace("this", "that");
        check(TEXT, &[&tampered, footer], &[], "");
    }
}
