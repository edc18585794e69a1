//! What a part may have been.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hasher as _};

use super::super::claim::Claim;
use super::super::encodings::decode;
use super::super::mime::Form;
use super::super::mime::{Encoding, Media, Part};
use super::super::quotation::without_tags;
use super::super::share::{Share, Stop};
use super::alternative::{Added, Alternative, Kind, Tail};
use super::canonical_lines;
use super::cuts::{self, Cut, Where};
use super::links::{Links, Unlinked, originals};
use super::recoding::{Recoding, recodings};

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
    /// Whether it is the whole body, and in no multipart.
    pub(super) fn is_body(&self) -> bool {
        self.part.is_body()
    }

    /// The part in words.
    pub(super) fn name(&self) -> String {
        self.part.name(self.number, self.count)
    }
}

/// Is given alternatives until it says that they are enough.
type Taker<'t> = dyn FnMut(&Alternative, &mut Share<'_, '_>) -> Result<bool, Stop> + 't;

/// A part, and who wants its alternatives.
struct Target<'t, 'k> {
    place: &'t Place<'t>,
    claim: &'t Claim<'t>,
    take: &'t mut Taker<'k>,
}

/// What was done to a part besides another encoding.
#[derive(Clone, Copy)]
enum Change<'c> {
    Nothing,
    /// These stretches of a text in this form were added.
    Added(&'c [Cut], &'c [u8], Form),
    Linked(&'c Links),
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

/// Goes through those alternatives that a part most likely was: without a banner, without a
/// footer, and without both; in its own encoding.
pub(super) fn each_likely(
    place: &Place<'_>,
    claim: &Claim<'_>,
    share: &mut Share<'_, '_>,
    take: &mut Taker<'_>,
) -> Result<(), Stop> {
    let part = place.part;
    if place.content.len() > LONGEST || part.media == Media::Other {
        return Ok(());
    }
    let mut target = Target { place, claim, take };
    share.spend(4 * place.content.len())?;
    let cuts = match part.encoding {
        Encoding::Base64 => Vec::new(),
        Encoding::Identity | Encoding::QuotedPrintable => cuts::likely(place.content, part.media),
    };
    let text = decode(part.encoding, place.content).unwrap_or_default();
    let own = own_recoding(place, &text, share)?;
    let text_cuts = match own {
        Some(_) => cuts::likely(&text, part.media),
        None => Vec::new(),
    };
    let own: Vec<_> = own.into_iter().collect();
    let sets = [singles as fn(&[Cut]) -> Vec<Vec<Cut>>, around];
    for set in sets {
        for added in set(&cuts) {
            if put_without(&added, &mut target, share)? {
                return Ok(());
            }
        }
        for added in set(&text_cuts) {
            if put_recoded_without(&added, &text, &own, &mut target, share)? {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// Each cut alone.
fn singles(cuts: &[Cut]) -> Vec<Vec<Cut>> {
    cuts.iter().map(|cut| vec![cut.clone()]).collect()
}

/// Each cut at the beginning with each at the end.
fn around(cuts: &[Cut]) -> Vec<Vec<Cut>> {
    let at = |place| cuts.iter().filter(move |cut| cut.at == place);
    let mut pairs = Vec::new();
    for first in at(Where::Beginning) {
        let behind = at(Where::End).filter(|last| first.range.end < last.range.start);
        pairs.extend(behind.map(|last| vec![first.clone(), last.clone()]));
    }
    pairs
}

/// A way of its own encoding in which the part may have been; `None` if it is not encoded.
fn own_recoding(
    place: &Place<'_>,
    text: &[u8],
    share: &mut Share<'_, '_>,
) -> Result<Option<Recoding>, Stop> {
    let encoding = place.part.encoding;
    if encoding == Encoding::Identity {
        return Ok(None);
    }
    let mut own = recodings();
    own.retain(|each| each.encoding() == encoding);
    // That in which it is now, if it is one that is known.
    for recoding in &own {
        share.spend(4 * text.len())?;
        if recoding.encode(text).as_deref() == Some(place.content) {
            return Ok(Some(*recoding));
        }
    }
    Ok(own.first().copied())
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
    for Unlinked { text, links } in originals(&text) {
        for recoding in recodings() {
            share.spend(4 * text.len())?;
            let (Some(header), Some(was)) = (recoding.header(place), recoding.encode(&text)) else {
                continue;
            };
            let raw = [header, was].concat();
            if put(&raw, Some(recoding), Change::Linked(&links), target, share)? {
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
    if !target.place.is_body() {
        share.spend(content.len())?;
        let raw = [header, content].concat();
        if put(&raw, None, Change::Nothing, target, share)? {
            return Ok(true);
        }
    }
    if target.place.part.encoding == Encoding::Base64 {
        return Ok(false);
    }
    for cut in cuts::cuts(content, target.place.part.media) {
        if put_without(&[cut], target, share)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The part without stretches of it, in the encoding that it has.
fn put_without(
    added: &[Cut],
    target: &mut Target<'_, '_>,
    share: &mut Share<'_, '_>,
) -> Result<bool, Stop> {
    let Place {
        header,
        content,
        part,
        ..
    } = *target.place;
    let raw = [header, &cuts::without(content, added)].concat();
    let change = Change::Added(added, content, part.form());
    put(&raw, None, change, target, share)
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
        if put(&raw, Some(recoding), Change::Nothing, target, share)? {
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
    let media = place.part.media;
    let both = around(&cuts::likely(&text, media));
    let all = singles(&cuts::cuts(&text, media)).into_iter().chain(both);
    for added in all {
        if put_recoded_without(&added, &text, recodings, target, share)? {
            return Ok(());
        }
    }
    Ok(())
}

/// A part's text without these stretches of it, in each of these encodings.
fn put_recoded_without(
    added: &[Cut],
    text: &[u8],
    recodings: &[Recoding],
    target: &mut Target<'_, '_>,
    share: &mut Share<'_, '_>,
) -> Result<bool, Stop> {
    let rest = cuts::without(text, added);
    let form = Form {
        media: target.place.part.media,
        encoding: Encoding::Identity,
    };
    for recoding in recodings {
        share.spend(4 * rest.len())?;
        let header = recoding.header(target.place);
        let (Some(header), Some(was)) = (header, recoding.encode(&rest)) else {
            continue;
        };
        let raw = [header, was].concat();
        let change = Change::Added(added, text, form);
        if put(&raw, Some(*recoding), change, target, share)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Gives an alternative on, with one empty line more and less at its end as well; whether it was
/// enough.
fn put(
    raw: &[u8],
    recoding: Option<Recoding>,
    change: Change<'_>,
    target: &mut Target<'_, '_>,
    share: &mut Share<'_, '_>,
) -> Result<bool, Stop> {
    let mut alternative = Alternative {
        kind: change.kind(recoding),
        canonical: Vec::new(),
        recoding,
        added: change.added(),
        words: Vec::new(),
        links: change.links(),
        tail: Tail::Kept,
    };
    for added in &alternative.added {
        let text = without_tags(&added.text).into_iter();
        let words = text.filter(|octet| octet.is_ascii_alphanumeric() || !octet.is_ascii());
        alternative.words.extend(words);
    }
    // What is added elsewhere leaves the end alone.
    let tails: &[Tail] = match alternative.kind {
        Kind::Added(Where::Beginning | Where::Within, _) | Kind::Linked => &[Tail::Kept],
        Kind::Recoded | Kind::Added(Where::End, _) | Kind::Around(_) => {
            &[Tail::Kept, Tail::Longer, Tail::Shorter]
        }
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

impl Change<'_> {
    fn kind(self, recoding: Option<Recoding>) -> Kind {
        match self {
            Self::Nothing => Kind::Recoded,
            Self::Linked(_) => Kind::Linked,
            Self::Added([only], ..) => Kind::Added(only.at, recoding),
            Self::Added(..) => Kind::Around(recoding),
        }
    }

    fn added(self) -> Vec<Added> {
        match self {
            Self::Added(cuts, text, form) => Added::all(cuts, text, form),
            Self::Nothing | Self::Linked(_) => Vec::new(),
        }
    }

    fn links(self) -> Option<Links> {
        match self {
            Self::Linked(links) => Some(links.clone()),
            Self::Nothing | Self::Added(..) => None,
        }
    }
}
