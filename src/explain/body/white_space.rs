//! White space that was changed in one place.
//!
//! Cost: what stands behind is hashed for each place: first where there is more than one space,
//! which are few, then where there is one.

use super::claim::Claim;
use super::quotation::quote_change;
use super::share::{Share, Stop, within};
use super::story::Story;
use crate::canonicalization::Canonicalization;
use crate::explain::{Budget, Cause, Exhausted};
use crate::hash::Digest;
use crate::syntax::folding::is_wsp;

/// Octets that each kind of place may hash.
const SHARE: usize = 64 * 1024 * 1024;

/// Tries one space less or one more in each place. Relaxed canonicalization takes no notice of them.
pub(super) fn search(
    claim: &Claim<'_>,
    canonical: &[u8],
    budget: &mut Budget<'_>,
) -> Result<Option<Vec<Story>>, Exhausted> {
    if claim.canonicalization == Canonicalization::Relaxed {
        return Ok(None);
    }
    budget.spend(canonical.len())?;
    for change in [Change::Fewer, Change::More] {
        let found = within(budget, SHARE, |share| {
            change.search(claim, canonical, share)
        })?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

/// What there was in a place, beside what is there now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Change {
    /// One space or TAB less, of several.
    Fewer,
    /// One space more.
    More,
}

impl Change {
    fn search(
        self,
        claim: &Claim<'_>,
        canonical: &[u8],
        share: &mut Share<'_, '_>,
    ) -> Result<Option<Vec<Story>>, Stop> {
        let mut digest = Digest::new(claim.algorithm);
        let mut hashed = 0;
        for end in run_ends(canonical) {
            let is_several = canonical[..end - 1].last().copied().is_some_and(is_wsp);
            let (end, more): (usize, &[u8]) = match self {
                Self::Fewer if is_several => (end - 1, b""),
                Self::Fewer => continue,
                Self::More => (end, b" "),
            };
            let rest = match self {
                Self::Fewer => &canonical[end + 1..],
                Self::More => &canonical[end..],
            };
            share.spend(end - hashed)?;
            digest.update(&canonical[hashed..end]);
            hashed = end;
            if claim.holds(&digest, end, &[more, rest], share)? {
                return Ok(Some(vec![self.story(canonical, end)]));
            }
        }
        Ok(None)
    }

    fn story(self, canonical: &[u8], at: usize) -> Story {
        let start = memchr::memrchr(b'\n', &canonical[..at]).map_or(0, |line_feed| line_feed + 1);
        let rest = &canonical[start..];
        // A CR alone ends no line.
        let is = memchr::memchr(b'\n', rest).map_or(rest, |line_feed| &rest[..line_feed]);
        let is = is.strip_suffix(b"\r").unwrap_or(is);
        let (before, behind) = is.split_at(at - start);
        let (what, was) = match self {
            Self::Fewer => ("added", [before, &behind[1..]].concat()),
            Self::More => ("removed", [before, b" ", behind].concat()),
        };
        let line = 1 + memchr::memchr_iter(b'\n', &canonical[..start]).count();
        let shown = quote_change(is, &was).unwrap_or_default();
        let detail = format!("white space was {what} in line {line} of the body: {shown}");
        Story::new(Cause::WhitespaceChanged, detail).with_original(&was)
    }
}

/// Where runs of white space within lines end.
fn run_ends(canonical: &[u8]) -> impl Iterator<Item = usize> {
    memchr::memchr2_iter(b' ', b'\t', canonical)
        .map(|at| at + 1)
        .filter(|&end| !canonical.get(end).copied().is_some_and(is_wsp))
}

#[cfg(test)]
mod tests {
    use crate::explain::Cause;
    use crate::explain::body::tests::{Signed, assert_proven};

    const TEXT: &str = "Dear Joe,\r\n\r\n  pay   100 EUR,  please.\r\n-- \r\nSuzie\r\n";

    #[test]
    fn one_place() {
        let check = |received: &str, words: &str| {
            let explained =
                Signed::new("simple/simple").explain(TEXT.as_bytes(), received.as_bytes());
            assert_proven(&explained, &[Cause::WhitespaceChanged], words, received);
        };
        check(&TEXT.replace("Dear ", "Dear  "), "added in line 1");
        check(&TEXT.replace("EUR,  ", "EUR, "), "removed in line 3");
        check(&TEXT.replace("  pay", " pay"), "line 3");
    }

    #[test]
    fn a_bare_carriage_return_ends_no_line() {
        let original = "Dear\rAnn, pay 100\r\nx  y   z\r\n";
        for (was, now) in [("Ann, ", "Ann,  "), ("pay 1", "pay  1")] {
            let received = original.replace(was, now);
            let signed = Signed::new("simple/simple");
            let explained = signed.explain(original.as_bytes(), received.as_bytes());
            let found = &explained.explanations[0];
            assert_eq!(
                found.cause,
                Cause::WhitespaceChanged,
                "{received:?}: {found:?}"
            );
        }
    }

    #[test]
    fn words_are_no_white_space() {
        let received = TEXT.replace("pay   100", "pay  1 00");
        let explained = Signed::new("simple/simple").explain(TEXT.as_bytes(), received.as_bytes());
        assert_eq!(explained.explanations[0].cause, Cause::Unknown);
    }
}
