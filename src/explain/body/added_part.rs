//! A whole part that was added to a multipart, as mailing lists do to messages with attachments.
//!
//! Cost: the body up to its last boundary line is hashed once, and then, for each part that may
//! have been added, what is behind it: next to nothing for the last, which is tried first.

use super::claim::{Claim, PIECE};
use super::inserted::Source;
use super::mime::Structure;
use super::quotation::quote_parts;
use super::rewrites::{self, PREAMBLES, content, preamble_story};
use super::share::{Share, Stop, within};
use super::story::{Story, count, size};
use crate::explain::{Budget, Cause, Exhausted};
use crate::hash::Digest;

/// Octets that may be hashed.
const SHARE: usize = 384 * 1024 * 1024;
/// Boundary lines that are kept, the first and the last.
const MOST_LINES: usize = 64;
/// Parts that are tried with other empty lines before them, and other text before the first part.
const MOST_VARIED: usize = 2;

/// A boundary line in the canonicalized body, with the hash of what is before it.
struct Boundary {
    start: usize,
    before: Digest,
}

/// Tries to leave out parts of the outermost multipart, and of those within it.
pub(super) fn search(
    claim: &Claim<'_>,
    source: Source<'_>,
    budget: &mut Budget<'_>,
) -> Result<Option<Vec<Story>>, Exhausted> {
    for boundary in source.structure.boundaries.iter().take(MOST_VARIED) {
        let found = within(budget, SHARE, |share| {
            let lines = boundary_lines(claim, source.canonical, boundary, share)?;
            let found = one_part(claim, source.canonical, &lines, share)?;
            Ok(match found {
                None => other_preamble(claim, source.canonical, &lines, share)?,
                found => found,
            })
        })?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

/// The same of the last part, where something was added to the text in those before it as well.
pub(super) fn search_changed(
    claim: &Claim<'_>,
    source: Source<'_>,
    budget: &mut Budget<'_>,
) -> Result<Option<Vec<Story>>, Exhausted> {
    let Some(boundary) = source.structure.boundaries.first() else {
        return Ok(None);
    };
    let lines = within(budget, SHARE, |share| {
        boundary_lines(claim, source.canonical, boundary, share).map(Some)
    })?;
    let lines = lines.unwrap_or_default();
    budget.spend(source.body.len())?;
    let starts = boundary_starts(source.body, boundary);
    let [_, .., part, last] = starts[..] else {
        return Ok(None);
    };
    if lines.len() != starts.len() {
        return Ok(None);
    }
    let body = [&source.body[..part], &source.body[last..]].concat();
    let parts = source.structure.parts.iter();
    let structure = Structure {
        parts: parts
            .filter(|each| each.content.end <= part)
            .cloned()
            .collect(),
        ..source.structure.clone()
    };
    let without = Source {
        body: &body,
        canonical: &claim.canonical(&body, budget)?,
        structure: &structure,
    };
    let changed = super::parts::search_likely(claim, without, budget)?;
    Ok(changed.map(|mut stories| {
        stories.push(story(source.canonical, &lines, lines.len() - 2));
        stories
    }))
}

/// Where the lines of one boundary begin in a body.
fn boundary_starts(body: &[u8], name: &[u8]) -> Vec<usize> {
    let mut starts = Vec::new();
    for start in memchr::memmem::find_iter(body, name) {
        if let Some(is_last) = boundary_line(body, start, name) {
            starts.push(start);
            if starts.len() >= MOST_LINES || is_last {
                break;
            }
        }
    }
    starts
}

/// Whether the boundary line that begins here is the last one; `None` if none begins here.
fn boundary_line(octets: &[u8], start: usize, name: &[u8]) -> Option<bool> {
    // First of all, for the rest of a line may be long.
    if start > 0 && octets[start - 1] != b'\n' {
        return None;
    }
    let line = rewrites::lines(&octets[start..]).next()?;
    match content(line).trim_ascii_end().strip_prefix(name)? {
        b"" => Some(false),
        b"--" => Some(true),
        _ => None,
    }
}

/// Where the lines of one boundary are.
fn boundary_lines(
    claim: &Claim<'_>,
    canonical: &[u8],
    name: &[u8],
    share: &mut Share<'_, '_>,
) -> Result<Vec<Boundary>, Stop> {
    let mut lines = Vec::new();
    let mut digest = Digest::new(claim.algorithm);
    let mut hashed = 0;
    for start in memchr::memmem::find_iter(canonical, name) {
        share.spend(name.len())?;
        let Some(is_last) = boundary_line(canonical, start, name) else {
            continue;
        };
        for piece in canonical[hashed..start].chunks(PIECE) {
            share.spend(piece.len())?;
            digest.update(piece);
        }
        hashed = start;
        lines.push(Boundary {
            start,
            before: digest.clone(),
        });
        if lines.len() >= MOST_LINES || is_last {
            break;
        }
    }
    Ok(lines)
}

/// Without one part, the last first.
fn one_part(
    claim: &Claim<'_>,
    canonical: &[u8],
    lines: &[Boundary],
    share: &mut Share<'_, '_>,
) -> Result<Option<Vec<Story>>, Stop> {
    let parts = lines.len().saturating_sub(1);
    for (rank, at) in (0..parts).rev().enumerate() {
        let [part, next] = [&lines[at], &lines[at + 1]];
        let rest = &canonical[next.start..];
        let told = || vec![story(canonical, lines, at)];
        if claim.holds(&part.before, part.start, &[rest], share)? {
            return Ok(Some(told()));
        }
        if rank >= MOST_VARIED {
            continue;
        }
        // What is at the end of the body may have been added as well.
        if let Some(signed) = claim.holds_up_to(&part.before, rest, share)? {
            let mut stories = told();
            let signed = next.start + signed;
            stories.push(super::appended::story(claim, canonical, signed));
            return Ok(Some(stories));
        }
        let with_line: [&[u8]; 2] = [b"\r\n", rest];
        if claim.holds(&part.before, part.start, &with_line, share)? {
            let mut stories = told();
            stories.push(empty_line("removed"));
            return Ok(Some(stories));
        }
        if at > 0 && canonical[..part.start].ends_with(b"\n\r\n") {
            let previous = &lines[at - 1];
            let whole = &canonical[previous.start..part.start - 2];
            let pieces = [whole, rest];
            if claim.holds(&previous.before, previous.start, &pieces, share)? {
                let mut stories = told();
                stories.push(empty_line("added"));
                return Ok(Some(stories));
            }
        }
    }
    Ok(None)
}

fn empty_line(what: &str) -> Story {
    Story::new(
        Cause::TrailingLinesChanged,
        format!("an empty line before that part was {what}"),
    )
}

/// Without the last part, and with other text before the first.
fn other_preamble(
    claim: &Claim<'_>,
    canonical: &[u8],
    lines: &[Boundary],
    share: &mut Share<'_, '_>,
) -> Result<Option<Vec<Story>>, Stop> {
    let [first, .., part, last] = lines else {
        return Ok(None);
    };
    for preamble in std::iter::once("").chain(PREAMBLES) {
        let was = super::parts::canonical_lines(claim, preamble.as_bytes());
        if was == canonical[..first.start] {
            continue;
        }
        let pieces = [
            was.as_slice(),
            &canonical[first.start..part.start],
            &canonical[last.start..],
        ];
        let digest = Digest::new(claim.algorithm);
        if claim.holds(&digest, 0, &pieces, share)? {
            let at = lines.len() - 2;
            return Ok(Some(vec![
                preamble_story(&canonical[..first.start], preamble.as_bytes()),
                story(canonical, lines, at),
            ]));
        }
    }
    Ok(None)
}

/// Tells of the part between two boundary lines.
fn story(canonical: &[u8], lines: &[Boundary], at: usize) -> Story {
    let parts = lines.len() - 1;
    let part = &canonical[lines[at].start..lines[at + 1].start];
    let line = memchr::memchr(b'\n', part).map_or(part.len(), |line_feed| line_feed + 1);
    let text = &part[line..];
    let (cause, place) = if at + 1 == parts {
        (Cause::ContentAppended, "at the end of the multipart")
    } else if at == 0 {
        (Cause::ContentPrepended, "at the beginning of the multipart")
    } else {
        (Cause::ContentInserted, "within the multipart")
    };
    let detail = format!(
        "a part was added {place}, as number {} of {}, {}: {}",
        at + 1,
        count(parts, "part"),
        size(text),
        quote_parts(std::iter::once(text), 0)
    );
    Story::new(cause, detail)
}

#[cfg(test)]
mod tests {
    use crate::explain::Cause;
    use crate::explain::body::tests::{Signed, assert_proven};

    const MIXED: &str = "Content-Type: multipart/mixed; boundary=b\r\n";
    const FIRST: &str = "--b\r\nContent-Type: text/plain\r\n\r\nPay 100 EUR\r\n";
    const SECOND: &str =
        "--b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\nYWJj\r\n";
    const FOOTER: &str = "--b\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\
                          \r\nPHA+UGF5IDkwMDwvcD4=\r\n";

    fn check(original: &[&str], received: &[&str], causes: &[Cause], words: &str) {
        let whole = |parts: &[&str]| format!("{}--b--\r\n", parts.concat());
        for tags in ["relaxed/relaxed", "simple/simple"] {
            let signed = Signed {
                fields: MIXED,
                ..Signed::new(tags)
            };
            let (original, received) = (whole(original), whole(received));
            let explained = signed.explain(original.as_bytes(), received.as_bytes());
            assert_proven(&explained, causes, words, &format!("{tags} {received:?}"));
        }
    }

    #[test]
    fn added_parts() {
        let appended = [Cause::ContentAppended];
        let both = [FIRST, SECOND];
        check(
            &both,
            &[FIRST, SECOND, FOOTER],
            &appended,
            "added at the end of the multipart, as number 3 of 3 parts, 4 lines (84 octets): HTML, \
             “Pay 900”",
        );
        check(
            &both,
            &[FOOTER, FIRST, SECOND],
            &[Cause::ContentPrepended],
            "at the beginning of the multipart, as number 1 of 3 parts",
        );
        check(
            &both,
            &[FIRST, FOOTER, SECOND],
            &[Cause::ContentInserted],
            "within the multipart, as number 2 of 3 parts",
        );
        check(
            &[FIRST],
            &both,
            &appended,
            "an attachment, 1 line (6 octets): “Content-Type: image/png",
        );
        let lines = [Cause::ContentAppended, Cause::TrailingLinesChanged];
        check(&both, &[FIRST, SECOND, "\r\n", FOOTER], &lines, "was added");
        check(
            &[FIRST, SECOND, "\r\n"],
            &[FIRST, SECOND, FOOTER],
            &lines,
            "was removed",
        );
        let preamble = "This is a multi-part message in MIME format.\r\n";
        check(
            &[preamble, FIRST],
            &[FIRST, FOOTER],
            &[Cause::TransferEncodingChanged, Cause::ContentAppended],
            "was removed: “This is a multi-part",
        );
        let tampered = FIRST.replace("100", "900");
        check(&both, &[&tampered, SECOND, FOOTER], &[], "");
    }

    #[test]
    fn banners_in_the_parts_before() {
        let (banner, html) = ("External mail!\r\n\r\n", "<p>External mail!</p>\r\n");
        let part =
            |kind: &str, text: &str| format!("--b\r\nContent-Type: text/{kind}\r\n\r\n{text}\r\n");
        let [plain, marked] = [
            "<p>Pay 100 EUR</p>\r\n".to_owned(),
            format!("{html}<p>Pay 100 EUR</p>\r\n"),
        ]
        .map(|text| part("html", &text));
        check(
            &[FIRST, &plain],
            &[
                &FIRST.replace("Pay", &format!("{banner}Pay")),
                &marked,
                FOOTER,
            ],
            &[
                Cause::ContentPrepended,
                Cause::ContentPrepended,
                Cause::ContentAppended,
            ],
            "as number 3 of 3 parts",
        );
    }

    #[test]
    fn with_an_epilogue() {
        let signed = Signed {
            fields: MIXED,
            ..Signed::new("relaxed/relaxed")
        };
        let original = format!("{FIRST}--b--\r\n");
        let received = format!("{FIRST}{FOOTER}--b--\r\nscanned\r\n");
        let explained = signed.explain(original.as_bytes(), received.as_bytes());
        let causes = [Cause::ContentAppended, Cause::ContentAppended];
        assert_proven(&explained, &causes, "“scanned”", "epilogue");
    }
}
