//! The signature's own field, which it signs as well (RFC 6376 §3.5, §3.7): tags whose value can be
//! told, and white space.

use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::spaces::{folded, with_folds};
use super::{Clues, Costed, Text};
use crate::canonicalization::Canonicalization;
use crate::explain::header::text::{collapsed, indent, unfolded};
use crate::message::LineEndings;
use crate::signature::FIELD_NAME;
use crate::syntax::folding::{is_fws, is_wsp, without_fws};
use crate::syntax::tag_list::TagList;

/// So many stretches of white space, and so many colons, are looked at.
const MANY: usize = 48;
/// What stands in `c=` behind the canonicalization of the header (RFC 6376 §3.5).
const OF_BODIES: [&str; 3] = ["/relaxed", "/simple", ""];

/// The field with the hash of the body that is there, with another `l=` or without one, and with a
/// `c=` that means the same for the header.
pub(super) fn tags(text: &Text<'_>, clues: &Clues<'_>) -> Vec<Costed> {
    let now = text.value;
    let mut found = Vec::new();
    let Ok(tags) = TagList::parse(now, clues.line_endings()) else {
        return found;
    };
    let hash = clues.evidence.verdict.computed_body_hash.as_deref();
    if let (Some(span), Some(hash)) = (tags.raw_value_span("bh"), hash) {
        let hash = STANDARD.encode(hash);
        found.push((
            0,
            [&now[..span.start], hash.as_bytes(), &now[span.end..]].concat(),
        ));
    }
    let others = with_canonicalization(now, clues.line_endings(), clues.canonicalization);
    found.extend(others.into_iter().map(|value| (2, value)));
    if let Some(span) = tags.raw_value_span("l") {
        found.extend(without_tag(now, &span).into_iter().map(|value| (1, value)));
        let lengths = clues.lengths.iter();
        found.extend(lengths.map(|length| (1, with_value(now, &span, &length.to_string()))));
    }
    found
}

/// The field with each `c=` that means this canonicalization of the header.
pub(in crate::explain::header) fn with_canonicalization(
    now: &[u8],
    line_endings: LineEndings,
    wanted: Canonicalization,
) -> Vec<Vec<u8>> {
    let tags = TagList::parse(now, line_endings).ok();
    let Some(span) = tags.and_then(|tags| tags.raw_value_span("c")) else {
        return Vec::new();
    };
    let written = |of_body: &str| with_value(now, &span, &format!("{}{of_body}", wanted.name()));
    OF_BODIES.map(written).to_vec()
}

/// The field with another value at the place of one.
fn with_value(now: &[u8], span: &Range<usize>, text: &str) -> Vec<u8> {
    let start = span.start + indent(&now[span.clone()]);
    [&now[..start], text.as_bytes(), &now[span.end..]].concat()
}

/// The field without the tag that has this value, and without the white space before it, or that
/// behind it.
fn without_tag(now: &[u8], span: &Range<usize>) -> Vec<Vec<u8>> {
    let start = memchr::memrchr(b';', &now[..span.start]).map_or(0, |at| at + 1);
    let (front, behind) = (&now[..start], &now[span.end..]);
    let Some(behind) = behind.strip_prefix(b";") else {
        // The last tag: the semicolon before it may have stood there.
        let without = front.strip_suffix(b";").unwrap_or(front);
        return vec![without.to_vec(), front.to_vec()];
    };
    let (before, after) = (indent(&now[start..]), indent(behind));
    vec![
        [front, behind].concat(),
        [front, &now[start..start + before], &behind[after..]].concat(),
    ]
}

/// The field in other spacings. `relaxed` signs where white space is, though not how much.
pub(super) fn spaced(text: &Text<'_>, clues: &Clues<'_>) -> Vec<Costed> {
    let value = text.value;
    let Ok(tags) = TagList::parse(value, clues.line_endings()) else {
        return Vec::new();
    };
    let mut found = vec![(0, unfolded(value))];
    found.extend(without_space_before_b(value).map(|value| (0, value)));
    let end: &[u8] = if value.trim_ascii_end().ends_with(b";") {
        b";"
    } else {
        b""
    };
    let other_end = value
        .strip_suffix(b";")
        .map_or_else(|| [value, b";"].concat(), <[u8]>::to_vec);
    found.push((2, other_end));
    for space in [&b"\r\n\t"[..], b"\r\n ", b" ", b""] {
        found.push((1, with_folds(value, space)));
    }
    for separator in [&b"; "[..], b";", b";\r\n\t", b";\r\n "] {
        for squeezes in [true, false] {
            let all = tags.iter().map(|tag| {
                let value = if squeezes {
                    without_fws(tag.value).into_owned()
                } else {
                    unfolded(tag.value)
                };
                [tag.name, b"=", &value].concat()
            });
            let line = [b" ", &all.collect::<Vec<_>>().join(separator)[..], end].concat();
            for columns in [78, 76, 72, 79].into_iter().filter(|_| clues.is_simple()) {
                for space in [&b" "[..], b"\t", b"        "] {
                    found.push((2, folded(FIELD_NAME, &line, columns, space)));
                }
            }
            found.push((1, line));
        }
    }
    found
}

/// The field without the white space before the name of `b=`, where there is some: signers put a
/// fold there when all is hashed.
pub(in crate::explain::header) fn without_space_before_b(value: &[u8]) -> Option<Vec<u8>> {
    let ends = memchr::memmem::find_iter(value, b"b=");
    let at = ends.filter(|&at| at > 0 && is_fws(value[at - 1])).last()?;
    let front = value[..at].trim_ascii_end();
    front
        .ends_with(b";")
        .then(|| [front, &value[at..]].concat())
}

/// The field without one of its folds, without one of its stretches of white space, and perhaps
/// with a space behind a colon: where it was folded, and where it is now.
pub(super) fn moved_spaces(text: &Text<'_>, _: &Clues<'_>) -> Vec<Costed> {
    let value = text.value;
    let mut found = Vec::new();
    for line_feed in memchr::memchr_iter(b'\n', value).take(MANY) {
        let front = value[..line_feed]
            .strip_suffix(b"\r")
            .unwrap_or(&value[..line_feed]);
        let behind = &value[line_feed + 1..];
        let blanks = behind.iter().take_while(|&&octet| is_wsp(octet)).count();
        for space in [&b""[..], b" "] {
            found.push((0, [front, space, &behind[blanks..]].concat()));
        }
    }
    let text = [b" ", &collapsed(value)[..]].concat();
    let places = |wanted| {
        memchr::memchr_iter(wanted, &text)
            .skip_while(|at| *at == 0)
            .take(MANY)
    };
    for space in places(b' ') {
        let without = [&text[..space], &text[space + 1..]].concat();
        for colon in places(b':') {
            // One that is gone if the space was before.
            let (front, behind) = without.split_at(colon + 1 - usize::from(space < colon));
            found.push((3, [front, b" ", behind].concat()));
        }
        found.push((0, without));
    }
    for colon in places(b':') {
        found.push((1, [&text[..=colon], b" ", &text[colon + 1..]].concat()));
    }
    found
}
