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
use crate::explain::body::undone::{Change, Edit, Edits, Text, Undone, replace};

pub(in crate::explain::body) use self::gateways::host;

/// Links that are looked at.
const MOST_LINKS: usize = 1_000;
/// So many times only the first few links are taken.
const MOST_FIRST: usize = 24;

/// The system that checks links that a link goes through, by its name.
pub(in crate::explain::body) fn checked_by(link: &[u8]) -> Option<&'static str> {
    let (gateway, _) = gateways::behind(link)?;
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

/// How the text was written that the links were in.
#[derive(Clone, Copy)]
struct Variant {
    cost: u32,
    /// Whether `&` was `&amp;`.
    is_escaped: bool,
    /// How the address was written.
    address: fn(&[u8]) -> Option<Vec<u8>>,
    attributes: Attributes,
    /// Spaces that were put behind each link.
    spaces: usize,
    /// Whether the link was put in angle brackets behind the one that was there.
    is_behind: bool,
    /// Whether only links in tags were rewritten.
    only_tags: bool,
    /// Whether only so many were.
    first: usize,
}

/// The attributes that Safe Links gives links: `originalsrc` and `shash`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Attributes {
    Added,
    /// And what was there is in one of them as it was.
    Original,
    Kept,
}

/// What the text may have been before its links were rewritten: those of one system at once, or all.
pub(super) fn undo(text: Text<'_>) -> Vec<Undone> {
    if text.media == Media::Other || text.encoding != Encoding::Identity {
        return Vec::new();
    }
    let found = found(text);
    let mut undone = Vec::new();
    for (at, link) in found.iter().enumerate() {
        let name = |link: &Found| link.gateway.map(|gateway| gateway.name);
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
        variants(text, &own, extra, &mut undone);
        if own.len() < found.len() && link.gateway.is_none() {
            let all: Vec<_> = found.iter().collect();
            variants(text, &all, extra, &mut undone);
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
        let link = unescaped(&bytes[range.clone()], text.media);
        let (gateway, was) = match gateways::behind(&link) {
            Some((gateway, was)) => (Some(gateway), was),
            None => match gateways::within(&link) {
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

/// An address in HTML as it is read (`&amp;`).
pub(in crate::explain::body) fn unescaped(link: &[u8], media: Media) -> Vec<u8> {
    match media {
        Media::Html => replaced(link, b"&amp;", b"&"),
        Media::Text | Media::Other => link.to_vec(),
    }
}

fn replaced(text: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    replace(text, from, to, &mut out);
    out
}

/// Adds the ways in which these links may have been written.
fn variants(text: Text<'_>, links: &[&Found], extra: u32, undone: &mut Vec<Undone>) {
    let is_html = text.media == Media::Html;
    let plain = Variant {
        cost: 1,
        is_escaped: is_html,
        address: |was| Some(was.to_vec()),
        attributes: Attributes::Added,
        spaces: 0,
        is_behind: false,
        only_tags: false,
        first: links.len(),
    };
    let mut all = vec![plain];
    let other = |cost| Variant { cost, ..plain };
    let unescaped = Variant {
        is_escaped: !is_html,
        ..other(if is_html { 2 } else { 3 })
    };
    all.push(unescaped);
    if is_html {
        all.push(Variant {
            attributes: Attributes::Original,
            ..plain
        });
        all.push(Variant {
            attributes: Attributes::Kept,
            ..other(2)
        });
        all.push(Variant {
            attributes: Attributes::Kept,
            ..unescaped
        });
        all.push(Variant {
            only_tags: true,
            ..other(3)
        });
    } else {
        all.push(Variant { spaces: 1, ..plain });
        all.push(Variant {
            spaces: 2,
            ..other(2)
        });
        all.push(Variant {
            is_behind: true,
            ..plain
        });
    }
    for base in all.clone() {
        for address in [without_slash, without_scheme, encoded] {
            all.push(Variant {
                address,
                cost: base.cost + 1,
                ..base
            });
        }
    }
    let few = (1..links.len()).take(MOST_FIRST);
    all.extend(few.map(|first| Variant { first, ..other(5) }));
    let start = undone.len();
    for variant in all {
        let edits = variant.edits(text, links);
        let is_known =
            |other: &Undone| matches!(&other.edits, Edits::Some(other) if *other == edits);
        if !edits.is_empty() && !undone[start..].iter().any(is_known) {
            undone.push(Undone {
                edits: Edits::Some(edits),
                cost: variant.cost + extra,
                change: Change::Linked,
            });
        }
    }
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

/// With what no address may have in it percent-encoded (RFC 3986 §2).
fn encoded(was: &[u8]) -> Option<Vec<u8>> {
    let is_plain = |byte: &u8| byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(byte);
    let digit = |value: u8| {
        char::from_digit(value.into(), 16)
            .unwrap_or('0')
            .to_ascii_uppercase()
    };
    if was.iter().all(is_plain) {
        return None;
    }
    let mut out = String::with_capacity(3 * was.len());
    for byte in was {
        if is_plain(byte) {
            out.push(char::from(*byte));
        } else {
            out.extend(['%', digit(byte >> 4), digit(byte & 15)]);
        }
    }
    Some(out.into_bytes())
}

impl Variant {
    /// What makes the text what it was; nothing, if this is not how it was written.
    fn edits(&self, text: Text<'_>, links: &[&Found]) -> Vec<Edit> {
        let mut edits: Vec<Edit> = Vec::new();
        let mut is_so = false;
        let links = links.iter().filter(|link| link.in_tag || !self.only_tags);
        for link in links.take(self.first) {
            let address = (self.address)(&link.was);
            is_so |= address.is_some();
            let mut was = address.unwrap_or_else(|| link.was.clone());
            if self.is_escaped {
                was = replaced(&was, b"&", b"&amp;");
            }
            let mut range = link.range.clone();
            if self.is_behind {
                let Some(whole) = with_brackets(text.bytes, &range, &was) else {
                    continue;
                };
                range = whole;
            }
            let spaces = text.bytes[range.end..].iter().take(self.spaces);
            range.end += spaces.take_while(|byte| **byte == b' ').count();
            let mut added = Vec::new();
            if link.in_tag && self.attributes != Attributes::Kept {
                let of_tag = attributes(text.bytes, range.end);
                if self.attributes == Attributes::Original
                    && let Some((_, value)) = of_tag.first()
                {
                    let own = &text.bytes[value.clone()];
                    // Anybody may write an attribute: it says how the address was written, not
                    // where it led.
                    if host(own).eq_ignore_ascii_case(host(&was)) {
                        was = own.to_vec();
                    }
                }
                added = of_tag;
            }
            edits.push(Edit { range, was });
            edits.extend(added.into_iter().map(|(range, _)| Edit::added(range)));
        }
        if !is_so {
            return Vec::new();
        }
        edits.sort_by_key(|edit| edit.range.start);
        let mut end = 0;
        edits.retain(|edit| {
            let is_behind = edit.range.start >= end;
            end = end.max(edit.range.end);
            is_behind
        });
        edits
    }
}

/// A link in angle brackets together with what it was before them: `https://a<https://gateway/a>`.
fn with_brackets(text: &[u8], link: &Range<usize>, was: &[u8]) -> Option<Range<usize>> {
    let before = text[..link.start].strip_suffix(b"<")?.strip_suffix(was)?;
    (text.get(link.end) == Some(&b'>')).then_some(before.len()..link.end + 1)
}

/// Attributes that Safe Links adds behind others of a tag in which there is a link up to `at`: each
/// with the space before it, and its value.
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
    let mut found = Vec::new();
    for name in [&b" originalsrc=\""[..], b" shash=\""] {
        if let Some(start) = memchr::memmem::find(tag, name) {
            let value = start + name.len();
            if let Some(length) = memchr::memchr(b'"', &tag[value..]) {
                found.push((
                    at + start..at + value + length + 1,
                    at + value..at + value + length,
                ));
            }
        }
    }
    found
}
