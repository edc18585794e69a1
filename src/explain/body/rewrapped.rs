//! Base64 in lines of another length, in all parts that have it.
//!
//! Nothing is decoded and nothing kept, for attachments are long.
//!
//! Cost: the body for each length, within a share.

use super::appended;
use super::claim::{Claim, PIECE, Scan};
use super::inserted::Source;
use super::mime::{Encoding, Part};
use super::share::{Share, Stop, within};
use super::story::{Story, count};
use crate::explain::{Budget, Cause, Exhausted};

/// Octets that may be hashed.
const SHARE: usize = 384 * 1024 * 1024;
/// The lengths of lines that programs write, the most common first.
const WIDTHS: [usize; 6] = [76, 72, 64, 60, 78, 80];

/// Tries other lengths of lines for all base64 of a body.
pub(super) fn search(
    claim: &Claim<'_>,
    source: Source<'_>,
    budget: &mut Budget<'_>,
) -> Result<Option<Vec<Story>>, Exhausted> {
    let is_base64 = |part: &&Part| part.encoding == Encoding::Base64;
    let parts: Vec<_> = source.structure.parts.iter().filter(is_base64).collect();
    if parts.is_empty() {
        return Ok(None);
    }
    within(budget, SHARE, |share| {
        for width in WIDTHS {
            let stories = stories(source, &parts, width);
            if stories.is_empty() {
                continue;
            }
            let mut scan = Scan::new(*claim);
            each_piece(source.body, &parts, width, share, &mut |piece| {
                scan.push(piece);
            })?;
            let Some(fit) = scan.finish().fit else {
                continue;
            };
            let mut whole = Vec::with_capacity(source.body.len());
            each_piece(source.body, &parts, width, share, &mut |piece| {
                whole.extend_from_slice(piece);
            })?;
            let more = appended::behind(fit, claim, &whole, share.budget())?;
            return Ok(Some(stories.into_iter().chain(more).collect()));
        }
        Ok(None)
    })
}

/// What is told of the parts that have other lines now.
fn stories(source: Source<'_>, parts: &[&Part], width: usize) -> Vec<Story> {
    let all = &source.structure.parts;
    let mut stories = Vec::new();
    for (at, part) in all.iter().enumerate() {
        let content = &source.body[part.content.clone()];
        let line = content.split(|octet| *octet == b'\n').next();
        let length = line.unwrap_or_default().trim_ascii_end().len();
        let is_long = content.trim_ascii().len() > width.min(length);
        if parts.contains(&part) && is_long && length != width {
            let name = part.name(at + 1, all.len());
            stories.push(Story::new(
                Cause::LinesRewrapped,
                format!(
                    "the base64 of the {name} was in lines of {}",
                    count(width, "octet")
                ),
            ));
        }
    }
    stories
}

/// Passes on the body with the base64 of these parts in lines of this length.
fn each_piece(
    body: &[u8],
    parts: &[&Part],
    width: usize,
    share: &mut Share<'_, '_>,
    sink: &mut dyn FnMut(&[u8]),
) -> Result<(), Stop> {
    let mut at = 0;
    for part in parts {
        let content = &body[part.content.clone()];
        let digits = content.trim_ascii_end();
        put(&body[at..part.content.start], share, sink)?;
        at = part.content.start + digits.len();
        let mut lines = Vec::with_capacity(PIECE + 2);
        let mut column = 0;
        for octet in digits.iter().filter(|octet| !octet.is_ascii_whitespace()) {
            if column == width {
                lines.extend_from_slice(b"\r\n");
                column = 0;
            }
            if lines.len() >= PIECE {
                put(&lines, share, sink)?;
                lines.clear();
            }
            lines.push(*octet);
            column += 1;
        }
        put(&lines, share, sink)?;
    }
    put(&body[at..], share, sink)
}

fn put(octets: &[u8], share: &mut Share<'_, '_>, sink: &mut dyn FnMut(&[u8])) -> Result<(), Stop> {
    for piece in octets.chunks(PIECE) {
        share.spend(2 * piece.len())?;
        sink(piece);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::explain::Cause;
    use crate::explain::body::tests::{Signed, assert_proven};

    #[test]
    fn attachments() {
        let in_lines = |digits: &str, width: usize| {
            let lines: Vec<_> = digits.as_bytes().chunks(width).collect();
            String::from_utf8(lines.join(&b"\r\n"[..])).unwrap()
        };
        let digits = "YWJj".repeat(100);
        let message = |digits: &str, width: usize| {
            let part = |kind: &str| {
                format!(
                    "--b\r\nContent-Type: {kind}\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n",
                    in_lines(digits, width)
                )
            };
            format!("{}{}--b--\r\n", part("image/png"), part("application/x"))
        };
        let tampered = digits.replacen("YWJj", "YWJk", 1);
        for tags in ["relaxed/relaxed", "simple/simple"] {
            let signed = Signed {
                fields: "Content-Type: multipart/mixed; boundary=b\r\n",
                ..Signed::new(tags)
            };
            let original = message(&digits, 76);
            let check = |received: &str, causes: &[Cause], words: &str| {
                let explained = signed.explain(original.as_bytes(), received.as_bytes());
                assert_proven(&explained, causes, words, received);
            };
            let both = [Cause::LinesRewrapped; 2];
            let received = message(&digits, 64);
            check(
                &received,
                &both,
                "attachment (part 2 of 2) was in lines of 76 octets",
            );
            let with_footer = format!("{received}footer\r\n");
            let causes = [&both[..], &[Cause::ContentAppended]].concat();
            check(&with_footer, &causes, "“footer”");
            check(&message(&tampered, 64), &[], "");
        }
    }
}
