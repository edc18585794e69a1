//! What signers do wrong: hypotheses that leave the body as it is.
//!
//! Cost: one pass over the body for each.

use super::claim::{Claim, Fit};
use super::quotation::{quote_added, quote_change};
use super::story::{Story, count};
use super::{appended, rewrites};
use crate::canonicalization::Canonicalization;
use crate::explain::{Budget, Cause, Exhausted};
use crate::hash::Digest;
use crate::syntax::folding::is_wsp;

/// Tries the signer's mistakes.
pub(super) fn search(
    claim: &Claim<'_>,
    body: &[u8],
    budget: &mut Budget<'_>,
) -> Result<Option<Vec<Story>>, Exhausted> {
    let other = claim.in_other_canonicalization();
    if let Some(fit) = other.scan(body, budget)? {
        let canonical = other.canonical(body, budget)?;
        let signed = match fit {
            Fit::Whole => &canonical[..],
            Fit::Prefix(length) => {
                let length = usize::try_from(length).unwrap_or(usize::MAX);
                &canonical[..length.min(canonical.len())]
            }
        };
        let lines = memchr::memchr_iter(b'\n', signed).count();
        let mut stories = vec![mislabelled(claim, body, lines)];
        if matches!(fit, Fit::Prefix(_)) {
            stories.push(appended::story(&other, &canonical, signed.len()));
        }
        return Ok(Some(stories));
    }
    Ok(empty(claim, body).map(|story| vec![story]))
}

/// Lines up to this many are white space that somebody changed rather than a signer's mistake,
/// which would be all over a text, unless it is where people write it.
const FEW: usize = 3;

/// The hash is that of the first `lines` of the body in the other canonicalization.
///
/// Under `c=simple` that says two things: the signer hashed another form than it says, or the
/// body was in that form, and somebody put white space into it.
fn mislabelled(claim: &Claim<'_>, body: &[u8], lines: usize) -> Story {
    let own = match claim.canonicalization {
        Canonicalization::Simple => {
            "bh= is the hash of the body in relaxed canonicalization, though c= says simple"
        }
        Canonicalization::Relaxed => {
            "bh= is the hash of the body in simple canonicalization, though c= says relaxed"
        }
    };
    if claim.canonicalization == Canonicalization::Relaxed {
        return Story::new(Cause::CanonicalizationMislabelled, own);
    }
    WhiteSpace::in_lines(OwnWay::RelaxedUnended, body, lines)
        .story(own, "a body that had no more than one space anywhere")
}

/// Whether a line has no more white space than people write: behind a sentence, before an
/// indented line, and in the `-- ` that begins a signature (RFC 3676 §4.3).
fn is_natural(line: &[u8]) -> bool {
    let text = line.trim_ascii_start();
    let doubled = |pair: &&[u8]| is_wsp(pair[1]) && is_wsp(pair[2]);
    let behind_sentence = |pair: &[u8]| b".!?:".contains(&pair[0]) && pair[1..] == *b"  ";
    let tripled = text
        .windows(3)
        .any(|three| three.iter().all(|octet| is_wsp(*octet)));
    line == b"-- "
        || (text.trim_ascii_end() == text
            && !tripled
            && text.windows(3).filter(doubled).all(behind_sentence))
}

/// White space by which a body differs from the form of it that was hashed.
struct WhiteSpace {
    /// Whether that is in places where people write it.
    is_natural: bool,
    /// Lines that have it.
    changed: usize,
    /// The first of them, and what it is in the form that was hashed.
    first: Option<(Vec<u8>, Vec<u8>)>,
}

impl WhiteSpace {
    fn in_lines(way: OwnWay, body: &[u8], lines: usize) -> Self {
        let mut found = Self {
            is_natural: way.is_relaxed(),
            changed: 0,
            first: None,
        };
        let mut was = Vec::new();
        for line in rewrites::lines(body).take(lines) {
            let is = rewrites::content(line);
            was.clear();
            way.put_line(is, &mut was);
            if is != was {
                found.changed += 1;
                found.is_natural &= is_natural(is);
                found
                    .first
                    .get_or_insert_with(|| (is.to_vec(), was.clone()));
            }
        }
        found
    }

    /// What is told of it: the signer's own way, or that somebody put it into `such` a body.
    fn story(self, own: &str, such: &str) -> Story {
        let Some((is, was)) = self.first else {
            return Story::new(Cause::CanonicalizationMislabelled, own);
        };
        let shown = quote_change(&is, &was).unwrap_or_default();
        if self.changed > FEW || self.is_natural {
            return Story::new(
                Cause::CanonicalizationMislabelled,
                format!("{own}; or white space was added to {such}, first in {shown}"),
            );
        }
        let lines = count(self.changed, "line");
        let first = if self.changed == 1 { "" } else { ", the first" };
        Story::new(
            Cause::WhitespaceChanged,
            format!("white space was changed in {lines}{first}: {shown}; or else {own}"),
        )
        .with_original(&was)
    }
}

/// The hash of nothing (RFC 6376 §3.4.3, §3.4.4): the signer did not see the body, or it had none.
fn empty(claim: &Claim<'_>, body: &[u8]) -> Option<Story> {
    let simple = claim.is_hash_of(b"\r\n");
    (simple || claim.is_hash_of(b"")).then(|| {
        let canonicalization = if simple { "simple" } else { "relaxed" };
        let shown = quote_added(claim.form, body);
        Story::new(
            Cause::EmptyBodySigned,
            format!(
                "bh= is the hash of an empty body in {canonicalization} canonicalization, so \
                 nothing of this body is signed: either the signer never saw it, or all of it was \
                 added since: {shown}"
            ),
        )
    })
}

/// The ways in which signers hash bodies that no canonicalization of RFC 6376 §3.4 allows.
#[derive(Clone, Copy, Debug)]
enum OwnWay {
    /// As it is, with all empty lines at the end, and nothing added.
    AsItIs,
    /// That with bare LF at line ends.
    LineFeeds,
    /// Without the last line end.
    Unended,
    /// That with bare LF at line ends.
    UnendedLineFeeds,
    /// With bare LF in simple canonicalization.
    SimpleLineFeeds,
    /// With bare LF in relaxed canonicalization.
    RelaxedLineFeeds,
    /// In relaxed canonicalization, but with the empty lines at the end.
    RelaxedWithEmptyLines,
    /// In relaxed canonicalization, without the last line end.
    RelaxedUnended,
    /// Without any white space, as `nofws` of the historic `DomainKeys`.
    WithoutWhiteSpace,
}

impl OwnWay {
    const ALL: [Self; 9] = [
        Self::AsItIs,
        Self::LineFeeds,
        Self::Unended,
        Self::UnendedLineFeeds,
        Self::SimpleLineFeeds,
        Self::RelaxedLineFeeds,
        Self::RelaxedWithEmptyLines,
        Self::RelaxedUnended,
        Self::WithoutWhiteSpace,
    ];

    fn cause(self) -> Cause {
        match self {
            Self::LineFeeds
            | Self::UnendedLineFeeds
            | Self::SimpleLineFeeds
            | Self::RelaxedLineFeeds => Cause::LineEndingsChanged,
            Self::AsItIs
            | Self::Unended
            | Self::RelaxedWithEmptyLines
            | Self::RelaxedUnended
            | Self::WithoutWhiteSpace => Cause::CanonicalizationMislabelled,
        }
    }

    fn detail(self) -> &'static str {
        match self {
            Self::AsItIs => {
                "bh= is the hash of the body as it is, with the empty lines at its end, which \
                 canonicalization ignores"
            }
            Self::LineFeeds | Self::SimpleLineFeeds | Self::RelaxedLineFeeds => {
                "bh= is the hash of the body with LF line ends: the signer did not make CRLF of them"
            }
            Self::UnendedLineFeeds => {
                "bh= is the hash of the body with LF line ends and none at its end"
            }
            Self::Unended | Self::RelaxedUnended => {
                "bh= is the hash of the body without the line end at its end"
            }
            Self::RelaxedWithEmptyLines => {
                "bh= is the hash of the body with the empty lines at its end, which \
                 canonicalization ignores"
            }
            Self::WithoutWhiteSpace => {
                "bh= is the hash of the body without any white space, as DomainKeys had it (nofws)"
            }
        }
    }

    /// What the signer has to do otherwise: no value of `c=` makes these right.
    fn remedy(self) -> &'static str {
        match self {
            Self::AsItIs | Self::RelaxedWithEmptyLines => {
                "have the signer leave out the empty lines at the end of the body before it hashes \
                 it (RFC 6376 §3.4.3, §3.4.4)"
            }
            Self::LineFeeds | Self::SimpleLineFeeds | Self::RelaxedLineFeeds => {
                "have the signer make each line end CRLF before it hashes (RFC 6376 §5.3)"
            }
            Self::UnendedLineFeeds => {
                "have the signer make each line end CRLF before it hashes, and end the last line \
                 too (RFC 6376 §5.3, §3.4.3, §3.4.4)"
            }
            Self::Unended | Self::RelaxedUnended => {
                "have the signer hash the body with CRLF at its end (RFC 6376 §3.4.3, §3.4.4)"
            }
            Self::WithoutWhiteSpace => {
                "have the signer canonicalize bodies as simple or relaxed has it (RFC 6376 §3.4)"
            }
        }
    }

    fn story(self, body: &[u8]) -> Story {
        let story = match self {
            Self::WithoutWhiteSpace => WhiteSpace::in_lines(self, body, usize::MAX)
                .story(self.detail(), "a body that had none"),
            _ => Story::new(self.cause(), self.detail()),
        };
        // Unless it was somebody else who put white space in.
        if story.cause == Cause::WhitespaceChanged {
            return story;
        }
        story.with_remedy(self.remedy())
    }

    /// Whether lines are taken in relaxed canonicalization.
    fn is_relaxed(self) -> bool {
        matches!(
            self,
            Self::RelaxedLineFeeds | Self::RelaxedWithEmptyLines | Self::RelaxedUnended
        )
    }

    /// Whether empty lines at the end count.
    fn keeps_empty_lines(self) -> bool {
        matches!(
            self,
            Self::AsItIs | Self::LineFeeds | Self::RelaxedWithEmptyLines
        )
    }

    fn has_line_feeds(self) -> bool {
        matches!(
            self,
            Self::LineFeeds
                | Self::UnendedLineFeeds
                | Self::SimpleLineFeeds
                | Self::RelaxedLineFeeds
        )
    }

    fn ends_without_line_end(self) -> bool {
        matches!(
            self,
            Self::Unended | Self::UnendedLineFeeds | Self::RelaxedUnended
        )
    }

    /// Appends a line, without its line end, as it is hashed.
    fn put_line(self, line: &[u8], out: &mut Vec<u8>) {
        if matches!(self, Self::WithoutWhiteSpace) {
            out.extend(line.iter().filter(|octet| !is_wsp(**octet)));
        } else if self.is_relaxed() {
            let start = out.len();
            for &octet in line {
                match (is_wsp(octet), out[start..].last()) {
                    (true, Some(b' ')) => {}
                    (true, _) => out.push(b' '),
                    (false, _) => out.push(octet),
                }
            }
            if out[start..].last() == Some(&b' ') {
                out.pop();
            }
        } else {
            out.extend_from_slice(line);
        }
    }

    fn line_end(self) -> &'static [u8] {
        if self.has_line_feeds() {
            b"\n"
        } else {
            b"\r\n"
        }
    }
}

/// Tries the ways to hash a body that are none.
pub(super) fn own_way(
    claim: &Claim<'_>,
    body: &[u8],
    budget: &mut Budget<'_>,
) -> Result<Option<Vec<Story>>, Exhausted> {
    for way in OwnWay::ALL {
        if hashed_in(way, claim, body, budget)? {
            return Ok(Some(vec![way.story(body)]));
        }
    }
    Ok(None)
}

fn hashed_in(
    way: OwnWay,
    claim: &Claim<'_>,
    body: &[u8],
    budget: &mut Budget<'_>,
) -> Result<bool, Exhausted> {
    let mut digest = Digest::new(claim.algorithm);
    let mut line_ends = 0_usize;
    let mut canonical = Vec::new();
    for line in rewrites::lines(body) {
        budget.spend(line.len())?;
        let content = rewrites::content(line);
        canonical.clear();
        way.put_line(content, &mut canonical);
        if !canonical.is_empty() {
            put_line_ends(way, std::mem::take(&mut line_ends), &mut digest, budget)?;
            digest.update(&canonical);
        }
        line_ends += usize::from(content.len() < line.len());
    }
    let counted = if way.keeps_empty_lines() {
        line_ends
    } else {
        usize::from(!way.ends_without_line_end())
    };
    put_line_ends(way, counted, &mut digest, budget)?;
    Ok(digest.is_now(claim.hash))
}

fn put_line_ends(
    way: OwnWay,
    count: usize,
    digest: &mut Digest,
    budget: &mut Budget<'_>,
) -> Result<(), Exhausted> {
    const AT_ONCE: usize = 1024;
    let mut left = count;
    while left > 0 {
        let now = left.min(AT_ONCE);
        let octets = way.line_end().repeat(now);
        budget.spend(octets.len())?;
        digest.update(&octets);
        left -= now;
    }
    Ok(())
}

/// `bh=` is the hash of as many octets as `l=` says under neither canonicalization, but of another
/// number: at any octet, for `l=` cuts lines.
///
/// Cost: the end of a hash for each octet, so only for bodies up to a limit.
pub(super) fn cut_anywhere(
    claim: &Claim<'_>,
    canonical: &[u8],
    budget: &mut Budget<'_>,
) -> Result<Option<Vec<Story>>, Exhausted> {
    const LONGEST: usize = 1024 * 1024;
    let mut digest = Digest::new(claim.algorithm);
    for (at, octet) in canonical.iter().take(LONGEST).enumerate() {
        // Two ends: as it is, and with the line end that canonicalization adds.
        budget.spend(2 * super::claim::FINISH)?;
        digest.update(&[*octet]);
        let signed = at + 1;
        if digest.is_now(claim.hash) {
            return Ok(Some(vec![appended::story_within_line(
                claim, canonical, signed,
            )]));
        }
        let mut ended = digest.clone();
        ended.update(b"\r\n");
        if claim.length.is_none() && ended.is_now(claim.hash) {
            return Ok(Some(vec![appended::story_in_last_line(canonical, signed)]));
        }
    }
    Ok(None)
}
