//! Links that were rewritten so that they lead elsewhere first.
//!
//! Gateways that check links do so, and so does who wants readers to come to him. They are told
//! apart by their hosts; a host that is not known is never called a gateway.

mod gateways;
#[cfg(test)]
mod tests;

use std::ops::Range;

use self::gateways::Gateway;
use crate::explain::body::mime::{Encoding, Media};
use crate::explain::body::quotation::decode_references;
use crate::explain::body::undone::{Change, Edit, Edits, Text, Undone, replace};

pub(in crate::explain::body) use self::gateways::host;

/// Links that are looked at.
const MOST_LINKS: usize = 1_000;

/// The attributes that Safe Links gives links. What was there is in the first, as it was.
const ATTRIBUTES: [&[u8]; 2] = [b" originalsrc=\"", b" shash=\""];

/// The system that checks links that a link goes through, by its name.
pub(in crate::explain::body) fn checked_by(link: &[u8], media: Media) -> Option<&'static str> {
    let (gateway, _) = gateways::behind(&unescaped(link, media)?)?;
    gateway.checks.then_some(gateway.name)
}

/// A link that leads elsewhere first.
struct Found {
    range: Range<usize>,
    was: Vec<u8>,
    /// `None` if it is not known.
    gateway: Option<&'static Gateway>,
    /// Whether it is in a tag.
    in_tag: bool,
}

/// How the text was written that the links were in: what that costs, and how many spaces were put
/// behind each link.
#[derive(Clone, Copy)]
struct Variant(u32, And, Attributes, usize);

/// What `&` was in links.
#[derive(Clone, Copy, PartialEq, Eq)]
enum And {
    Plain,
    /// `&amp;`
    Escaped,
}

/// What became of [`ATTRIBUTES`].
#[derive(Clone, Copy, PartialEq, Eq)]
enum Attributes {
    Added,
    /// And what was there is in one of them as it was.
    Original,
    Kept,
}

const IN_TEXT: &[Variant] = &[
    Variant(1, And::Plain, Attributes::Kept, 0),
    Variant(1, And::Plain, Attributes::Kept, 1),
    Variant(2, And::Plain, Attributes::Kept, 2),
    Variant(3, And::Escaped, Attributes::Kept, 0),
];
const IN_HTML: &[Variant] = &[
    Variant(1, And::Escaped, Attributes::Added, 0),
    Variant(1, And::Escaped, Attributes::Original, 0),
    Variant(2, And::Plain, Attributes::Added, 0),
    Variant(2, And::Escaped, Attributes::Kept, 0),
    Variant(2, And::Plain, Attributes::Kept, 0),
];

/// How an address was written, if it can have been written so, and what that costs more.
type Address = (u32, fn(&[u8]) -> Option<Vec<u8>>);

const ADDRESSES: &[Address] = &[
    (0, |was| Some(was.to_vec())),
    (1, without_slash),
    (1, without_scheme),
];

/// What the text may have been before its links were rewritten: those of one system at once.
pub(super) fn undo(text: Text<'_>) -> Vec<Undone> {
    let variants = match text.media {
        _ if text.encoding != Encoding::Identity => &[],
        Media::Text => IN_TEXT,
        Media::Html => IN_HTML,
        Media::Other => &[],
    };
    let found = found(text);
    let name = |link: &Found| link.gateway.map(|gateway| gateway.name);
    let mut undone: Vec<Undone> = Vec::new();
    for (at, link) in found.iter().enumerate() {
        let is_own = |other: &&Found| name(other) == name(link);
        if found[..at].iter().any(|other| is_own(&other)) {
            continue;
        }
        let own: Vec<_> = found.iter().filter(is_own).collect();
        let extra = match link.gateway {
            Some(gateway) if gateway.checks => 0,
            Some(_) => 1,
            None => 2,
        };
        let start = undone.len();
        for (more, address) in ADDRESSES {
            for variant in variants {
                let edits = variant.edits(text, &own, *address);
                let is_known = |other: &Undone| matches!(&other.edits, Edits::Some(other) if **other == *edits);
                if !edits.is_empty() && !undone[start..].iter().any(is_known) {
                    undone.push(Undone {
                        edits: Edits::of(edits),
                        cost: variant.0 + more + extra,
                        change: Change::Linked,
                    });
                }
            }
        }
    }
    undone
}

/// The links that lead elsewhere first.
fn found(text: Text<'_>) -> Vec<Found> {
    const END: &[u8] = b" \t\r\n\"'<>)]";
    let bytes = text.bytes;
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = memchr::memmem::find(&bytes[at..], b"http") {
        let start = at + start;
        let length = bytes[start..].iter().position(|byte| END.contains(byte));
        let mut range = start..length.map_or(bytes.len(), |length| start + length);
        at = range.end;
        let before = memchr::memrchr2(b'<', b'>', &bytes[..start]);
        let in_tag = text.media == Media::Html && before.is_some_and(|at| bytes[at] == b'<');
        if !in_tag {
            // What ends a sentence ends no link.
            let marks = bytes[range.clone()].iter().rev();
            range.end -= marks.take_while(|byte| b".,;:!?".contains(byte)).count();
        }
        let link = &bytes[range.clone()];
        let known = unescaped(link, text.media).and_then(|link| gateways::behind(&link));
        let (gateway, was) = match known {
            Some((gateway, was)) => (Some(gateway), was),
            None => match gateways::within(&plain(link, text.media)) {
                Some(was) => (None, was),
                None => continue,
            },
        };
        found.push(Found {
            range,
            was,
            gateway,
            in_tag,
        });
        if found.len() >= MOST_LINKS {
            break;
        }
    }
    found
}

/// An address with `&` where HTML has `&amp;`.
fn plain(link: &[u8], media: Media) -> Vec<u8> {
    match media {
        Media::Html => replaced(link, b"&amp;", b"&"),
        Media::Text | Media::Other => link.to_vec(),
    }
}

/// An address as all programs read it; `None` where HTML has other references in it than `&amp;`, of
/// which no gateway makes use: a second parameter may be behind one.
fn unescaped(link: &[u8], media: Media) -> Option<Vec<u8>> {
    let plain = plain(link, media);
    let is_sure = || {
        // Browsers read some without their semicolon.
        let mut rest = link.split(|byte| *byte == b'&').skip(1);
        let is_other = |rest: &[u8]| {
            let is_amp = rest
                .get(..3)
                .is_some_and(|name| name.eq_ignore_ascii_case(b"amp"));
            is_amp && !rest.starts_with(b"amp;")
        };
        decode_references(link) == plain && !rest.any(is_other)
    };
    (media != Media::Html || is_sure()).then_some(plain)
}

fn replaced(text: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    replace(text, from, to, &mut out);
    out
}

/// Without the slash that is behind a host alone.
fn without_slash(was: &[u8]) -> Option<Vec<u8>> {
    let without = was.strip_suffix(b"/")?;
    (memchr::memchr_iter(b'/', without).count() == 2).then(|| without.to_vec())
}

/// `www.example.org` for `http://www.example.org`, as people write it; without a slash that is
/// behind the host alone.
fn without_scheme(was: &[u8]) -> Option<Vec<u8>> {
    let rest = was
        .strip_prefix(b"http://")
        .or_else(|| was.strip_prefix(b"https://"))?;
    let rest = without_slash(was).map_or(rest, |without| {
        &rest[..without.len() + rest.len() - was.len()]
    });
    rest.starts_with(b"www.").then(|| rest.to_vec())
}

impl Variant {
    /// The edits that make the links what they were; none if none of them can have been written so.
    fn edits(
        &self,
        text: Text<'_>,
        links: &[&Found],
        address: fn(&[u8]) -> Option<Vec<u8>>,
    ) -> Vec<Edit> {
        let Self(_, and, kind, spaces) = *self;
        let mut edits: Vec<Edit> = Vec::with_capacity(links.len());
        let mut is_so = false;
        for link in links {
            let address = address(&link.was);
            is_so |= address.is_some();
            let mut was = address.unwrap_or_else(|| link.was.clone());
            if and == And::Escaped {
                was = replaced(&was, b"&", b"&amp;");
            }
            let mut range = link.range.clone();
            let behind = text.bytes[range.end..].iter().take(spaces);
            range.end += behind.take_while(|byte| **byte == b' ').count();
            let mut added = Vec::new();
            if link.in_tag && kind != Attributes::Kept {
                added = attributes(text.bytes, range.end);
                // Anybody may write an attribute: it says how the address was written, not where it
                // led.
                let values = added.iter().map(|(_, value)| &text.bytes[value.clone()]);
                let mut own = values.filter(|value| host(value) == host(&was));
                if kind == Attributes::Original
                    && let Some(own) = own.next()
                {
                    was = own.to_vec();
                }
            }
            // Links may share a tag, and so its attributes.
            if edits
                .last()
                .is_none_or(|last| last.range.end <= range.start)
            {
                edits.push(Edit { range, was });
                edits.extend(added.into_iter().map(|(range, _)| Edit::added(range)));
            }
        }
        if is_so { edits } else { Vec::new() }
    }
}

/// Those of [`ATTRIBUTES`] that are behind a link in a tag, which ends at `at`: each with the space
/// before it, and its value.
fn attributes(text: &[u8], at: usize) -> Vec<(Range<usize>, Range<usize>)> {
    /// No tag is longer.
    const LONGEST: usize = 16 * 1024;
    let rest = &text[at..text.len().min(at + LONGEST)];
    let mut quoted = true;
    let end = rest.iter().position(|byte| {
        quoted ^= *byte == b'"';
        *byte == b'>' && !quoted
    });
    let tag = &rest[..end.unwrap_or(0)];
    let found = ATTRIBUTES.iter().filter_map(|name| {
        let start = memchr::memmem::find(tag, name)?;
        let value = start + name.len();
        let end = value + memchr::memchr(b'"', &tag[value..])?;
        Some((at + start..at + end + 1, at + value..at + end))
    });
    let mut found: Vec<_> = found.collect();
    found.sort_by_key(|(whole, _)| whole.start);
    found
}
