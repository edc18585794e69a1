//! What is likely to have been added to text parts.

use super::super::claim::Claim;
use super::super::inserted::Source;
use super::super::share::{Share, Stop, within};
use super::super::story::Story;
use super::alternative::Alternative;
use super::alternatives::each_likely;
use super::{Layout, MOST_KEPT, MOST_PAIRED, with_more};
use crate::explain::{Budget, Exhausted};
use crate::hash::Digest;

/// Octets that each kind of what is likely may hash. A long attachment stands behind each guess.
const LIKELY_SHARE: usize = 384 * 1024 * 1024;

/// Tries what is likely to have been added to text parts: a banner, a footer, or both, to one part
/// or to two.
pub(in crate::explain::body) fn search_likely(
    claim: &Claim<'_>,
    source: Source<'_>,
    budget: &mut Budget<'_>,
) -> Result<Option<Vec<Story>>, Exhausted> {
    let layout = Layout::of(claim, source, budget)?;
    let likely = within(budget, LIKELY_SHARE, |share| layout.likely(share).map(Some))?;
    let likely = likely.unwrap_or_default();
    for kind in [Together::Alike, Together::Alone, Together::Any] {
        // All pairs are many.
        if kind == Together::Any
            && layout.has_short_texts()
            && let Some(stories) = within(budget, LIKELY_SHARE, |share| layout.all_texts(share))?
        {
            return Ok(Some(stories));
        }
        let found = within(budget, LIKELY_SHARE, |share| match kind {
            Together::Alone => layout.one_of(&likely, share),
            Together::Alike | Together::Any => layout.two_of(&likely, kind, share),
        })?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

/// Which of two parts' alternatives are held against the claim together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Together {
    /// Those in which the same words were added.
    Alike,
    /// Each alone.
    Alone,
    /// All.
    Any,
}

/// A part's place among all, and what it likely was.
type Likely = (usize, Vec<Alternative>);

impl Layout<'_> {
    /// What the text parts likely were.
    fn likely(&self, share: &mut Share<'_, '_>) -> Result<Vec<Likely>, Stop> {
        let texts = self.texts();
        let mut likely = Vec::with_capacity(texts.len());
        for at in texts {
            let place = &self.places[at];
            let mut kept = Vec::new();
            let mut room = MOST_KEPT / MOST_PAIRED;
            each_likely(place, self.claim, share, &mut |alternative, _| {
                // A long one has at least a few.
                let has_room = kept.len() < 2 * MOST_PAIRED;
                let Some(rest) = room.checked_sub(alternative.canonical.len()) else {
                    kept.extend(has_room.then(|| alternative.clone()));
                    return Ok(!has_room);
                };
                room = rest;
                kept.push(alternative.clone());
                Ok(false)
            })?;
            likely.push((at, kept));
        }
        Ok(likely)
    }

    /// Each of these alternatives alone.
    fn one_of(
        &self,
        likely: &[Likely],
        share: &mut Share<'_, '_>,
    ) -> Result<Option<Vec<Story>>, Stop> {
        let mut befores = Vec::with_capacity(likely.len());
        let mut digest = Digest::new(self.claim.algorithm);
        let mut hashed = 0;
        for (at, _) in likely {
            let start = self.places[*at].start;
            digest = self.hash_to(digest, hashed, start, share)?;
            hashed = start;
            befores.push(digest.clone());
        }
        let most = likely.iter().map(|(_, kept)| kept.len()).max();
        for rank in 0..most.unwrap_or(0) {
            for ((at, kept), before) in likely.iter().zip(&befores) {
                let place = &self.places[*at];
                let Some(alternative) = kept.get(rank) else {
                    continue;
                };
                let octets = &alternative.canonical;
                if let Some(more) = self.holds(before, place.start, octets, place.end, share)? {
                    return Ok(Some(with_more(alternative.stories(place), more)));
                }
            }
        }
        Ok(None)
    }

    /// These alternatives of each two parts.
    fn two_of(
        &self,
        likely: &[Likely],
        kind: Together,
        share: &mut Share<'_, '_>,
    ) -> Result<Option<Vec<Story>>, Stop> {
        for (number, (first, alternatives)) in likely.iter().enumerate() {
            let first = &self.places[*first];
            let empty = Digest::new(self.claim.algorithm);
            let before = self.hash_to(empty, 0, first.start, share)?;
            for (second, others) in &likely[number + 1..] {
                let second = &self.places[*second];
                for alternative in alternatives {
                    let alike = |other: &&Alternative| {
                        (other.words == alternative.words) == (kind == Together::Alike)
                    };
                    let others: Vec<_> = others.iter().filter(alike).collect();
                    let first = (first, alternative);
                    let found = self.with_others(&before, first, (second, &others), share)?;
                    if found.is_some() {
                        return Ok(found);
                    }
                }
            }
        }
        Ok(None)
    }
}
