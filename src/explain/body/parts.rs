//! Changes to parts of a multipart: text added to one or two, and other encodings.
//!
//! A part's [`Alternative`]s are what it may have been. Each takes the part's place, and what
//! stands behind it is hashed again. Where two parts show the same text, plain and as HTML,
//! systems do the same to both: so alternatives of one kind are paired.
//!
//! Cost: the part and what stands behind it, for each alternative; for pairs, both parts. Within
//! a share, and for parts up to a limit.

mod alternative;
mod alternatives;
mod cuts;
mod likely;
mod links;
mod recoding;

pub(super) use self::likely::search_likely;

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hasher as _};

use self::alternative::Alternative;
use self::alternatives::{Place, each_alternative};
use super::appended;
use super::claim::{Claim, PIECE};
use super::inserted::Source;
use super::mime::{Media, Structure};
use super::share::{Share, Stop, within};
use super::story::Story;
use crate::canonicalization::body::BodyCanonicalizer;
use crate::explain::{Budget, Exhausted};
use crate::hash::Digest;

/// Octets that may be hashed for one changed part, for two, and for all.
const SHARE: usize = 192 * 1024 * 1024;
/// Text parts of which each two are paired.
const MOST_PAIRED: usize = 4;
/// Octets of alternatives that are kept for pairing.
const MOST_KEPT: usize = 8 * 1024 * 1024;
/// Where more than this stands behind a part, a footer of the whole body is not looked for with
/// each guess.
const LONGEST_REST: usize = 2 * 1024 * 1024;

/// A body in canonicalized form, with the places of its parts in it.
struct Layout<'a> {
    claim: &'a Claim<'a>,
    canonical: &'a [u8],
    places: Vec<Place<'a>>,
}

/// Tries to undo changes within parts.
pub(super) fn search(
    claim: &Claim<'_>,
    source: Source<'_>,
    budget: &mut Budget<'_>,
) -> Result<Option<Vec<Story>>, Exhausted> {
    let layout = Layout::of(claim, source, budget)?;
    // Short ones were tried before.
    if !layout.has_short_texts()
        && let Some(stories) = within(budget, SHARE, |share| layout.all_texts(share))?
    {
        return Ok(Some(stories));
    }
    let texts = layout.texts();
    for &place in &texts {
        let found = within(budget, SHARE, |share| layout.one(&[place], share))?;
        if found.is_some() {
            return Ok(found);
        }
    }
    let others: Vec<_> = (0..layout.places.len())
        .filter(|place| !texts.contains(place))
        .collect();
    if let Some(stories) = within(budget, SHARE, |share| layout.one(&others, share))? {
        return Ok(Some(stories));
    }
    for alike in [true, false] {
        for (at, &first) in texts.iter().enumerate() {
            for &second in &texts[at + 1..] {
                let pair = Pair {
                    first,
                    second,
                    alike,
                };
                let found = within(budget, 2 * SHARE, |share| layout.two(pair, share))?;
                if found.is_some() {
                    return Ok(found);
                }
            }
        }
    }
    Ok(None)
}

/// Two parts that were changed.
#[derive(Clone, Copy, Debug)]
struct Pair {
    first: usize,
    second: usize,
    /// Whether only the same words are thought to have been added to both.
    alike: bool,
}

/// Where the parts are in the canonicalized body, which is `length` octets long.
fn places<'a>(
    claim: &Claim<'_>,
    structure: &'a Structure,
    body: &'a [u8],
    length: usize,
    budget: &mut Budget<'_>,
) -> Result<Vec<Place<'a>>, Exhausted> {
    let mut places = Vec::with_capacity(structure.parts.len());
    let mut seen = 0;
    let mut at = 0;
    for (number, part) in structure.parts.iter().enumerate() {
        at += canonical_length(claim, &body[seen..part.header.start], budget)?;
        let start = at;
        let whole = &body[part.header.start..part.content.end];
        at += canonical_length(claim, whole, budget)?;
        seen = part.content.end;
        places.push(Place {
            part,
            header: &body[part.header.start..part.content.start],
            content: without_blank_lines(&body[part.content.clone()]),
            tail: blank_lines(&body[part.content.clone()]),
            // Empty lines at the end of the body are in no canonicalized body.
            start: start.min(length),
            end: at.min(length),
            number: number + 1,
            count: structure.parts.len(),
        });
    }
    Ok(places)
}

/// Lines without the empty ones at their end.
fn without_blank_lines(lines: &[u8]) -> &[u8] {
    let text = lines.trim_ascii_end();
    let line_end = memchr::memchr(b'\n', &lines[text.len()..]);
    &lines[..line_end.map_or(lines.len(), |at| text.len() + at + 1)]
}

/// The empty lines at the end.
fn blank_lines(lines: &[u8]) -> &[u8] {
    &lines[without_blank_lines(lines).len()..]
}

/// Lines in canonicalized form, with empty ones at their end.
pub(super) fn canonical_lines(claim: &Claim<'_>, lines: &[u8]) -> Vec<u8> {
    // Empty lines count where something follows; so something does, and is taken away again.
    const END: &[u8] = b"x";
    let mut canonical = Vec::with_capacity(lines.len() + 8);
    let mut canonicalizer = BodyCanonicalizer::new(claim.canonicalization, claim.line_endings);
    let mut put =
        |octets: &[u8]| canonicalizer.push(octets, |out| canonical.extend_from_slice(out));
    put(lines);
    if !lines.is_empty() && !lines.ends_with(b"\n") {
        put(b"\r\n");
    }
    put(END);
    canonicalizer.finish(|out| canonical.extend_from_slice(out));
    canonical.truncate(canonical.len() - END.len() - b"\r\n".len());
    canonical
}

/// How long [`canonical_lines`] are.
fn canonical_length(
    claim: &Claim<'_>,
    mut lines: &[u8],
    budget: &mut Budget<'_>,
) -> Result<usize, Exhausted> {
    let mut length = 0;
    while !lines.is_empty() {
        let piece = &lines[..lines.len().min(PIECE)];
        // At a line end, or the whole of a line that is longer than a piece.
        let end = memchr::memrchr(b'\n', piece)
            .or_else(|| memchr::memchr(b'\n', lines))
            .map_or(lines.len(), |line_feed| line_feed + 1);
        budget.spend(end)?;
        length += canonical_lines(claim, &lines[..end]).len();
        lines = &lines[end..];
    }
    Ok(length)
}

impl<'a> Layout<'a> {
    fn of(
        claim: &'a Claim<'a>,
        source: Source<'a>,
        budget: &mut Budget<'_>,
    ) -> Result<Self, Exhausted> {
        let Source {
            body,
            canonical,
            structure,
        } = source;
        Ok(Self {
            claim,
            canonical,
            places: places(claim, structure, body, canonical.len(), budget)?,
        })
    }

    /// The parts that people read, as many as are paired.
    fn texts(&self) -> Vec<usize> {
        let is_text = |at: &usize| self.places[*at].part.media != Media::Other;
        let texts = (0..self.places.len()).filter(is_text);
        texts.take(MOST_PAIRED).collect()
    }

    /// Whether the text parts are so short that it costs little to encode them anew.
    fn has_short_texts(&self) -> bool {
        const SHORT: usize = 128 * 1024;
        let texts = self.places.iter();
        let texts = texts.filter(|place| place.part.media != Media::Other);
        texts.map(|place| place.content.len()).sum::<usize>() <= SHORT
    }

    /// The hash of the body up to an octet, going on from one further up.
    fn hash_to(
        &self,
        mut digest: Digest,
        from: usize,
        to: usize,
        share: &mut Share<'_, '_>,
    ) -> Result<Digest, Stop> {
        for piece in self.canonical[from..to.max(from)].chunks(PIECE) {
            share.spend(piece.len())?;
            digest.update(piece);
        }
        Ok(digest)
    }

    /// Whether the claim holds with `octets` in the place of those from the digest's end, which is
    /// `before` octets long, up to `end`: with all that is behind, or with as many lines of it as
    /// were not added at the end of the body. What is told of those, then.
    fn holds(
        &self,
        digest: &Digest,
        before: usize,
        octets: &[u8],
        end: usize,
        share: &mut Share<'_, '_>,
    ) -> Result<Option<Vec<Story>>, Stop> {
        let rest = &self.canonical[end..];
        if rest.is_empty() {
            let blank = octets
                .iter()
                .rev()
                .take_while(|octet| matches!(octet, b'\r' | b'\n'));
            let text = &octets[..octets.len() - blank.count()];
            let holds = self.claim.holds(digest, before, &[text, b"\r\n"], share)?;
            return Ok(holds.then(Vec::new));
        }
        if self.claim.length.is_some() || rest.len() > LONGEST_REST {
            let holds = self.claim.holds(digest, before, &[octets, rest], share)?;
            return Ok(holds.then(Vec::new));
        }
        share.spend(octets.len())?;
        let mut digest = digest.clone();
        digest.update(octets);
        let found = self.claim.holds_up_to(&digest, rest, share)?;
        Ok(found.map(|signed| {
            let all = end + signed;
            let more = all < self.canonical.len();
            more.then(|| appended::story(self.claim, self.canonical, all))
                .into_iter()
                .collect()
        }))
    }

    /// All text parts encoded alike.
    fn all_texts(&self, share: &mut Share<'_, '_>) -> Result<Option<Vec<Story>>, Stop> {
        let texts: Vec<_> = self
            .places
            .iter()
            .filter(|place| place.part.media != Media::Other)
            .collect();
        if texts.len() < 2 {
            return Ok(None);
        }
        let mut seen = HashSet::new();
        for recoding in recoding::recodings() {
            let mut whole = Vec::with_capacity(self.canonical.len());
            let mut stories = Vec::new();
            let mut at = 0;
            for place in &texts {
                share.spend(4 * place.content.len())?;
                let Some(raw) = recoding.apply(place) else {
                    continue;
                };
                whole.extend_from_slice(&self.canonical[at..place.start]);
                whole.extend_from_slice(&canonical_lines(self.claim, &raw));
                at = place.end;
                stories.push(recoding.story(place));
            }
            let mut hasher = DefaultHasher::new();
            hasher.write(&whole);
            if !seen.insert(hasher.finish()) {
                continue;
            }
            let digest = Digest::new(self.claim.algorithm);
            if stories.len() > 1
                && let Some(more) = self.holds(&digest, 0, &whole, at, share)?
            {
                stories.extend(more);
                return Ok(Some(stories));
            }
        }
        Ok(None)
    }

    /// One of these parts, in all its alternatives.
    fn one(&self, places: &[usize], share: &mut Share<'_, '_>) -> Result<Option<Vec<Story>>, Stop> {
        let mut digest = Digest::new(self.claim.algorithm);
        let mut hashed = 0;
        for place in places.iter().map(|place| &self.places[*place]) {
            digest = self.hash_to(digest, hashed, place.start, share)?;
            hashed = place.start;
            let mut found = None;
            each_alternative(place, self.claim, share, &mut |alternative, share| {
                let octets = &alternative.canonical;
                let more = self.holds(&digest, place.start, octets, place.end, share)?;
                found = more.map(|more| with_more(alternative.stories(place), more));
                Ok(found.is_some())
            })?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// Two parts, changed in the same way.
    fn two(&self, pair: Pair, share: &mut Share<'_, '_>) -> Result<Option<Vec<Story>>, Stop> {
        let (first, second) = (&self.places[pair.first], &self.places[pair.second]);
        let kept = self.kept(second, share)?;
        let empty = Digest::new(self.claim.algorithm);
        let before = self.hash_to(empty, 0, first.start, share)?;
        let mut found = None;
        each_alternative(first, self.claim, share, &mut |alternative, share| {
            let goes_with = |other: &&Alternative| {
                other.kind == alternative.kind && (!pair.alike || other.words == alternative.words)
            };
            let others: Vec<_> = kept.iter().filter(goes_with).collect();
            found = self.with_others(&before, (first, alternative), (second, &others), share)?;
            Ok(found.is_some())
        })?;
        Ok(found)
    }

    /// One part in one alternative and another in each of these; the digest has what is before.
    fn with_others(
        &self,
        before: &Digest,
        (first, alternative): (&Place<'_>, &Alternative),
        (second, others): (&Place<'_>, &[&Alternative]),
        share: &mut Share<'_, '_>,
    ) -> Result<Option<Vec<Story>>, Stop> {
        if others.is_empty() {
            return Ok(None);
        }
        let mut digest = before.clone();
        share.spend(alternative.canonical.len())?;
        digest.update(&alternative.canonical);
        let digest = self.hash_to(digest, first.end, second.start, share)?;
        let length = first.start + alternative.canonical.len() + (second.start - first.end);
        for other in others {
            let octets = &other.canonical;
            if let Some(more) = self.holds(&digest, length, octets, second.end, share)? {
                let mut stories = alternative.stories(first);
                stories.extend(other.stories(second));
                return Ok(Some(with_more(stories, more)));
            }
        }
        Ok(None)
    }

    /// The first alternatives of a part, as many as there is room for.
    fn kept(&self, place: &Place<'_>, share: &mut Share<'_, '_>) -> Result<Vec<Alternative>, Stop> {
        let mut kept: Vec<Alternative> = Vec::new();
        let mut room = MOST_KEPT;
        each_alternative(place, self.claim, share, &mut |alternative, _| {
            let Some(rest) = room.checked_sub(alternative.canonical.len()) else {
                return Ok(true);
            };
            room = rest;
            kept.push(alternative.clone());
            Ok(false)
        })?;
        Ok(kept)
    }
}

fn with_more(mut stories: Vec<Story>, more: Vec<Story>) -> Vec<Story> {
    stories.extend(more);
    stories
}

#[cfg(test)]
mod tests;
