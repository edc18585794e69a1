//! Tags of the signature's own field that were changed, and whose value can be told.

use super::{add_value, told};
use crate::canonicalization::Canonicalization;
use crate::canonicalization::body::BodyCanonicalizer;
use crate::explain::header::alternative::{Alternative, Alternatives, Story};
use crate::explain::{Cause, Evidence, Explanation, Proof};
use crate::hash::Digest;
use crate::signature::Signature;
use crate::syntax::folding::is_fws;
use crate::syntax::tag_list::TagList;

/// The body is looked at in pieces of so many octets.
const PIECE: usize = 32 * 1024;
/// So many lengths of the body are tried.
const LENGTHS: usize = 4;
/// What `c=` says, and the canonicalization of the header that it means (RFC 6376 §3.5).
const CANONICALIZATIONS: [(&str, Canonicalization); 6] = [
    ("relaxed/relaxed", Canonicalization::Relaxed),
    ("relaxed/simple", Canonicalization::Relaxed),
    ("simple/simple", Canonicalization::Simple),
    ("simple/relaxed", Canonicalization::Simple),
    ("relaxed", Canonicalization::Relaxed),
    ("simple", Canonicalization::Simple),
];

const LENGTH_ADDED: &str = "l= was added to the DKIM-Signature field";

/// Whether it is proven that `l=` is not what it was.
pub(in crate::explain) fn tells_length(each: &Explanation) -> bool {
    let is_length = |original: &String| original.starts_with("l=");
    each.proof == Proof::Proven
        && each.cause == Cause::SignatureFieldChanged
        && (each.original.as_ref().is_some_and(is_length) || each.detail.starts_with(LENGTH_ADDED))
}

/// Adds other values of `l=` and `c=`.
pub(super) fn add(alternatives: &mut Alternatives<'_, '_>, now: &[u8], evidence: &Evidence<'_>) {
    let Ok(tags) = TagList::parse(now, alternatives.form.line_endings()) else {
        return;
    };
    if let Some(span) = tags.raw_value_span("c") {
        for (text, canonicalization) in CANONICALIZATIONS {
            let then = with_value(now, &span, text);
            add_canonicalization(alternatives, &then, text, canonicalization);
        }
    }
    let Some((span, signature)) = tags
        .raw_value_span("l")
        .zip(evidence.verdict.signature.as_ref())
    else {
        return;
    };
    for then in without_tag(now, &span) {
        let story = told(LENGTH_ADDED);
        add_value(alternatives, &then, 3, &story);
    }
    for length in lengths(alternatives, signature, evidence.body.unwrap_or_default()) {
        let text = length.to_string();
        let story = changed("l", &text);
        add_value(alternatives, &with_value(now, &span, &text), 3, &story);
    }
}

fn changed(tag: &str, then: &str) -> Story {
    Story {
        original: Some(format!("{tag}={then}")),
        ..told(&format!(
            "{tag}= of the DKIM-Signature field was changed; it was {then}"
        ))
    }
}

/// The field with another value at the place of one.
fn with_value(now: &[u8], span: &std::ops::Range<usize>, text: &str) -> Vec<u8> {
    let blanks = now[span.clone()].iter().take_while(|&&octet| is_fws(octet));
    let start = span.start + blanks.count();
    [&now[..start], text.as_bytes(), &now[span.end..]].concat()
}

/// The field without the tag that has this value, and without the white space before it, or that
/// behind it.
fn without_tag(now: &[u8], span: &std::ops::Range<usize>) -> Vec<Vec<u8>> {
    let start = memchr::memrchr(b';', &now[..span.start]).map_or(0, |at| at + 1);
    let (front, behind) = (&now[..start], &now[span.end..]);
    let Some(behind) = behind.strip_prefix(b";") else {
        // The last tag: the semicolon before it may have stood there.
        let without = front.strip_suffix(b";").unwrap_or(front);
        return vec![without.to_vec(), front.to_vec()];
    };
    let blanks = |text: &[u8]| text.iter().take_while(|&&octet| is_fws(octet)).count();
    let (before, after) = (blanks(&now[start..]), blanks(behind));
    vec![
        [front, behind].concat(),
        [front, &now[start..start + before], &behind[after..]].concat(),
    ]
}

/// The header in the form that `c=` would ask for.
fn add_canonicalization(
    alternatives: &mut Alternatives<'_, '_>,
    own: &[u8],
    text: &str,
    canonicalization: Canonicalization,
) {
    let form = alternatives.form;
    let raw = [&form.own.raw()[..form.own.value_offset()], own].concat();
    if !alternatives.work(raw.len()) {
        return;
    }
    let own = form.canonical_own_by(canonicalization, &raw, 0..0);
    let mut octets = vec![(form.own_slot(), own)];
    if canonicalization != form.canonicalization {
        octets.extend(form.all_by(canonicalization));
    }
    alternatives.add(Alternative {
        part: None,
        cost: 4,
        octets,
        stories: vec![changed("c", text)],
    });
}

/// The lengths of the canonicalized body's beginnings that end with a line, and whose hash is what
/// `bh=` says (RFC 6376 §3.4.5).
fn lengths(
    alternatives: &mut Alternatives<'_, '_>,
    signature: &Signature,
    body: &[u8],
) -> Vec<usize> {
    let algorithm = signature.canonicalization.body;
    let mut canonicalizer = BodyCanonicalizer::new(algorithm, alternatives.form.line_endings());
    let mut digest = Digest::new(signature.algorithm.hash());
    let (mut length, mut found) = (0, Vec::new());
    let mut take = |mut octets: &[u8]| {
        while let Some(line_feed) = memchr::memchr(b'\n', octets) {
            let (line, behind) = octets.split_at(line_feed + 1);
            digest.update(line);
            length += line.len();
            octets = behind;
            if found.len() < LENGTHS && digest.is_now(&signature.body_hash) {
                found.push(length);
            }
        }
        digest.update(octets);
        length += octets.len();
    };
    for piece in body.chunks(PIECE) {
        if !alternatives.spend(2 * piece.len()) {
            break;
        }
        canonicalizer.push(piece, &mut take);
    }
    canonicalizer.finish(&mut take);
    found
}
