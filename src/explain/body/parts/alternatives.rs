//! What a part may have been.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hasher as _};
use std::ops::Range;

use super::super::appended::is_white;
use super::super::claim::Claim;
use super::super::encodings::decode;
use super::super::mime::{Encoding, Media, Part};
use super::super::share::{Share, Stop};
use super::super::story::{Story, quote, size};
use super::canonical_lines;
use super::cuts::{Where, cuts};
use super::links::originals;
use super::recoding::{Recoding, recodings};
use crate::explain::Cause;

/// Parts that are longer are left as they are.
const LONGEST: usize = 4 * 1024 * 1024;

/// A part in its place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    pub(super) part: &'a Part,
    /// Its header with the empty line behind it.
    pub(super) header: &'a [u8],
    /// What is behind, without the empty lines at its end.
    pub(super) content: &'a [u8],
    /// Those: with most encoders the last line end or two belong to the boundary.
    pub(super) tail: &'a [u8],
    /// Where header and content are in the canonicalized body.
    pub(super) start: usize,
    pub(super) end: usize,
    /// Its number among all, from 1, and how many there are.
    pub(super) number: usize,
    pub(super) count: usize,
}

impl Place<'_> {
    /// The part in words.
    pub(super) fn name(&self) -> String {
        if self.count == 1 {
            return "body".to_owned();
        }
        let media = self.part.media.name();
        format!("{media} (part {} of {})", self.number, self.count)
    }
}

/// What happened to the empty lines at the end of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tail {
    Kept,
    /// There is one that was not there.
    Longer,
    /// There was one that is not there.
    Shorter,
}

impl Tail {
    fn octets(self, place: &Place<'_>) -> Option<Vec<u8>> {
        let is_last = place.count == 1;
        match self {
            Self::Kept => Some(place.tail.to_vec()),
            Self::Shorter => (!is_last).then(|| [place.tail, b"\r\n"].concat()),
            Self::Longer => {
                let line = memchr::memchr(b'\n', place.tail).filter(|_| !is_last)?;
                Some(place.tail[line + 1..].to_vec())
            }
        }
    }

    fn story(self, place: &Place<'_>) -> Option<Story> {
        let what = match self {
            Self::Kept => return None,
            Self::Longer => "added",
            Self::Shorter => "removed",
        };
        Some(Story::new(
            Cause::TrailingLinesChanged,
            format!(
                "an empty line at the end of the {} was {what}",
                place.name()
            ),
        ))
    }
}

/// Something that a part may have been.
#[derive(Clone, Debug)]
pub(super) struct Alternative {
    pub(super) kind: Kind,
    /// The part, with its header, in canonicalized form.
    pub(super) canonical: Vec<u8>,
    recoding: Option<Recoding>,
    /// What was added.
    added: Option<(Where, Vec<u8>)>,
    /// The letters and digits of that, without HTML tags.
    pub(super) words: Vec<u8>,
    tail: Tail,
}

/// Which alternatives of two parts go together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Another encoding, or other empty lines at the end.
    Recoded,
    /// Something added, and perhaps one certain other encoding.
    Added(Where, Option<Recoding>),
    /// Links as they were.
    Linked,
}

impl Alternative {
    /// What is told of it.
    pub(super) fn stories(&self, place: &Place<'_>) -> Vec<Story> {
        // What was encoded like this before was changed by the addition alone.
        let recoded = self
            .recoding
            .filter(|recoding| recoding.apply(place).is_some())
            .map(|recoding| recoding.story(place));
        let added = self
            .added
            .as_ref()
            .map(|(at, text)| added(*at, text, place));
        let linked = (self.kind == Kind::Linked).then(|| {
            let what = "were rewritten to go through a gateway that checks them";
            Story::new(
                Cause::ContentInserted,
                format!("links in the {} {what}", place.name()),
            )
        });
        let added = added.or(linked);
        // Empty lines go with what was added behind them; it tells of them as well.
        let is_appended = |story: &Story| story.cause == Cause::ContentAppended;
        let tail = self.tail.story(place);
        let tail = tail.filter(|_| !added.as_ref().is_some_and(is_appended));
        recoded.into_iter().chain(added).chain(tail).collect()
    }
}

fn added(at: Where, text: &[u8], place: &Place<'_>) -> Story {
    let (cause, at) = match at {
        Where::End if is_white(text) => (Cause::TrailingLinesChanged, "at the end of"),
        _ if is_white(text) => (Cause::WhitespaceChanged, "to"),
        Where::End => (Cause::ContentAppended, "at the end of"),
        Where::Beginning => (Cause::ContentPrepended, "at the beginning of"),
        Where::Within => (Cause::ContentInserted, "within"),
    };
    let words = match place.part.media {
        Media::Html => quote(&without_tags(text)),
        Media::Text | Media::Other => quote(text),
    };
    let size = size(text);
    let name = place.name();
    let detail = if is_white(text) {
        format!("white space was added {at} the {name}: {size}")
    } else {
        format!("text was added {at} the {name}, {size}: {words}")
    };
    Story::new(cause, detail)
}

/// HTML without its tags; as it is, if nothing is left then.
fn without_tags(html: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    let mut rest = html;
    while let Some(start) = memchr::memchr(b'<', rest) {
        text.extend_from_slice(&rest[..start]);
        text.push(b' ');
        let end = memchr::memchr(b'>', &rest[start..]);
        rest = end.map_or(&[][..], |end| &rest[start + end + 1..]);
    }
    text.extend_from_slice(rest);
    if is_white(&text) { html.to_vec() } else { text }
}

/// Is given alternatives until it says that they are enough.
type Taker<'t> = dyn FnMut(&Alternative, &mut Share<'_, '_>) -> Result<bool, Stop> + 't;

/// A part, and who wants its alternatives.
struct Target<'t, 'k> {
    place: &'t Place<'t>,
    claim: &'t Claim<'t>,
    take: &'t mut Taker<'k>,
}

/// Goes through the alternatives of a part, the most common first: as it is without an added
/// stretch; encoded otherwise; both.
pub(super) fn each_alternative(
    place: &Place<'_>,
    claim: &Claim<'_>,
    share: &mut Share<'_, '_>,
    take: &mut Taker<'_>,
) -> Result<(), Stop> {
    let mut target = Target { place, claim, take };
    if place.content.len() > LONGEST || put_cut(&mut target, share)? {
        return Ok(());
    }
    let Some(recodings) = put_recoded(&mut target, share)? else {
        return Ok(());
    };
    if !put_linked(&mut target, share)? {
        put_recoded_and_cut(&recodings, &mut target, share)?;
    }
    Ok(())
}

/// The part with its links as they were; whether that was enough.
fn put_linked(target: &mut Target<'_, '_>, share: &mut Share<'_, '_>) -> Result<bool, Stop> {
    let place = target.place;
    if place.part.media == Media::Other {
        return Ok(false);
    }
    let Some(text) = decode(place.part.encoding, place.content) else {
        return Ok(false);
    };
    share.spend(8 * text.len())?;
    for original in originals(&text) {
        for recoding in recodings() {
            share.spend(4 * original.len())?;
            let Some(header) = recoding.header(place) else {
                continue;
            };
            let raw = [header, recoding.encode(&original)].concat();
            if put(&raw, Kind::Linked, Some(recoding), None, target, share)? {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// The part as it is, and without stretches that may have been added; whether that was enough.
fn put_cut(target: &mut Target<'_, '_>, share: &mut Share<'_, '_>) -> Result<bool, Stop> {
    let Place {
        header, content, ..
    } = *target.place;
    if target.place.count > 1 {
        share.spend(content.len())?;
        if put(
            &[header, content].concat(),
            Kind::Recoded,
            None,
            None,
            target,
            share,
        )? {
            return Ok(true);
        }
    }
    if target.place.part.encoding == Encoding::Base64 {
        return Ok(false);
    }
    for (at, cut) in cuts(content, target.place.part.media) {
        let added = content[cut.clone()].to_vec();
        let raw = [header, &without(content, &cut)].concat();
        if put(
            &raw,
            Kind::Added(at, None),
            None,
            Some((at, added)),
            target,
            share,
        )? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The part in other encodings; those that make a difference, or `None` if that was enough.
fn put_recoded(
    target: &mut Target<'_, '_>,
    share: &mut Share<'_, '_>,
) -> Result<Option<Vec<Recoding>>, Stop> {
    let mut seen = HashSet::new();
    let mut distinct = Vec::new();
    let part = target.place.part;
    for recoding in recodings() {
        // Base64 that is no text stays base64, if in other lines.
        let is_data = part.media == Media::Other && part.encoding == Encoding::Base64;
        if is_data && recoding.encoding() != Encoding::Base64 {
            continue;
        }
        share.spend(8 * target.place.content.len())?;
        let Some(raw) = recoding.apply(target.place) else {
            continue;
        };
        let mut hasher = DefaultHasher::new();
        hasher.write(&raw);
        if !seen.insert(hasher.finish()) {
            continue;
        }
        distinct.push(recoding);
        if put(&raw, Kind::Recoded, Some(recoding), None, target, share)? {
            return Ok(None);
        }
    }
    // Encoded as it is, it is none of the others; but what was added makes a difference.
    let encoding = part.encoding;
    if encoding != Encoding::Identity {
        let same = |recoding: &Recoding| recoding.encoding() == encoding;
        distinct.extend(recodings().into_iter().find(same));
    }
    Ok(Some(distinct))
}

/// The part in other encodings without stretches that may have been added.
fn put_recoded_and_cut(
    recodings: &[Recoding],
    target: &mut Target<'_, '_>,
    share: &mut Share<'_, '_>,
) -> Result<(), Stop> {
    let place = target.place;
    let Some(text) = decode(place.part.encoding, place.content) else {
        return Ok(());
    };
    for (at, cut) in cuts(&text, place.part.media) {
        let added = text[cut.clone()].to_vec();
        let rest = without(&text, &cut);
        for recoding in recodings {
            share.spend(4 * rest.len())?;
            let Some(header) = recoding.header(place) else {
                continue;
            };
            let raw = [header, recoding.encode(&rest)].concat();
            let kind = Kind::Added(at, Some(*recoding));
            let added = Some((at, added.clone()));
            if put(&raw, kind, Some(*recoding), added, target, share)? {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// Gives an alternative on, with one empty line more and less at its end as well; whether it was
/// enough.
fn put(
    raw: &[u8],
    kind: Kind,
    recoding: Option<Recoding>,
    added: Option<(Where, Vec<u8>)>,
    target: &mut Target<'_, '_>,
    share: &mut Share<'_, '_>,
) -> Result<bool, Stop> {
    let words = added.as_ref().map_or_else(Vec::new, |(_, text)| {
        let text = without_tags(text).into_iter();
        text.filter(|octet| octet.is_ascii_alphanumeric() || !octet.is_ascii())
            .collect()
    });
    // What is added elsewhere leaves the end alone.
    let tails: &[Tail] = match kind {
        Kind::Added(Where::Beginning | Where::Within, _) | Kind::Linked => &[Tail::Kept],
        Kind::Recoded | Kind::Added(Where::End, _) => &[Tail::Kept, Tail::Longer, Tail::Shorter],
    };
    let mut alternative = Alternative {
        kind,
        words,
        canonical: Vec::new(),
        recoding,
        added,
        tail: Tail::Kept,
    };
    for tail in tails {
        let Some(lines) = tail.octets(target.place) else {
            continue;
        };
        share.spend(2 * raw.len())?;
        alternative.tail = *tail;
        alternative.canonical = canonical_lines(target.claim, &[raw, &lines].concat());
        if (target.take)(&alternative, share)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn without(text: &[u8], cut: &Range<usize>) -> Vec<u8> {
    [&text[..cut.start], &text[cut.end..]].concat()
}
