//! Canonicalization of header fields (RFC 6376 §3.4.1, §3.4.2).

use std::ops::Range;

use fearless_simd::{Level, Simd, dispatch};

use crate::canonicalization::Canonicalization;
use crate::canonicalization::blocks::{BLOCK, LOOKAHEAD, Masks, ROOM, with_spaces_for_tabs};
use crate::message::{HeaderField, LineEndings};
use crate::syntax::folding::is_wsp;

/// Appends the canonical form of a header field to `canonical`, with its final CRLF.
pub fn canonicalize_field(
    algorithm: Canonicalization,
    field: HeaderField<'_>,
    canonical: &mut Vec<u8>,
) {
    let end = field.value().len();
    append(algorithm, field, end..end, canonical);
    canonical.extend_from_slice(b"\r\n");
}

/// Appends the canonical form of a DKIM-Signature field to `canonical` as its own signature
/// covers it: without the octets of `emptied` in [`HeaderField::value`], which are the value of
/// its `b=`, and without the final CRLF (RFC 6376 §3.7).
pub fn canonicalize_signature_field(
    algorithm: Canonicalization,
    field: HeaderField<'_>,
    emptied: Range<usize>,
    canonical: &mut Vec<u8>,
) {
    append(algorithm, field, emptied, canonical);
}

fn append(
    algorithm: Canonicalization,
    field: HeaderField<'_>,
    emptied: Range<usize>,
    canonical: &mut Vec<u8>,
) {
    let line_endings = field.line_endings();
    let value = field.value();
    let value = [&value[..emptied.start], &value[emptied.end..]];
    match algorithm {
        Canonicalization::Simple => {
            canonical.extend_from_slice(&field.raw()[..field.value_offset()]);
            for piece in value {
                append_simple(piece, line_endings, canonical);
            }
        }
        Canonicalization::Relaxed => {
            let name = canonical.len();
            canonical.extend_from_slice(field.name());
            canonical[name..].make_ascii_lowercase();
            canonical.push(b':');
            append_relaxed(value, line_endings, canonical);
        }
    }
}

/// Byte for byte, but for a bare LF that ends a line: it is hashed as CRLF.
fn append_simple(piece: &[u8], line_endings: LineEndings, canonical: &mut Vec<u8>) {
    if line_endings == LineEndings::Strict {
        canonical.extend_from_slice(piece);
        return;
    }
    let mut taken = 0;
    for line_feed in memchr::memchr_iter(b'\n', piece) {
        let line = &piece[taken..line_feed];
        canonical.extend_from_slice(line.strip_suffix(b"\r").unwrap_or(line));
        canonical.extend_from_slice(b"\r\n");
        taken = line_feed + 1;
    }
    canonical.extend_from_slice(&piece[taken..]);
}

/// Unfolded, runs of white space as one space, none at either end.
fn append_relaxed(pieces: [&[u8]; 2], line_endings: LineEndings, canonical: &mut Vec<u8>) {
    let start = canonical.len();
    let [first, second] = pieces;
    // Most values begin with a space. Without it nothing has to be moved below.
    let blanks = first.iter().take_while(|&&octet| is_wsp(octet)).count();
    let first = &first[blanks..];
    let lenient = line_endings == LineEndings::Lenient;
    let level = Level::new();
    dispatch!(level, simd => {
        unfold(simd, first, second.first().copied(), lenient, canonical);
        // Empty but for the field of the signature itself.
        if !second.is_empty() {
            unfold(simd, second, None, lenient, canonical);
        }
    });
    // Of white space at either end one space is left.
    if canonical[start..].first() == Some(&b' ') {
        canonical.remove(start);
    }
    if canonical[start..].last() == Some(&b' ') {
        canonical.pop();
    }
}

/// Appends each octet but what is dropped: line ends, and white space that is not the last of its
/// run. The last counts, for behind the line end of a fold there is more of it.
#[expect(
    clippy::inline_always,
    reason = "what is not inlined is compiled for the least of machines"
)]
#[inline(always)]
fn unfold<S: Simd>(
    simd: S,
    piece: &[u8],
    behind: Option<u8>,
    lenient: bool,
    canonical: &mut Vec<u8>,
) {
    let mut rest = piece;
    let mut after_cr = false;
    let mut room = [0; ROOM];
    while !rest.is_empty() {
        let length = rest.len().min(BLOCK);
        let mut padded = [0; LOOKAHEAD];
        let window = rest.first_chunk().unwrap_or_else(|| {
            padded[..rest.len()].copy_from_slice(rest);
            padded[rest.len()] = behind.unwrap_or(0);
            &padded
        });
        let masks = Masks::new::<_, true>(simd, window, after_cr);
        let changes = masks.unfolding(lenient, length);
        if masks.has_tab {
            let made = changes.make(simd, &with_spaces_for_tabs(window), &mut room);
            canonical.extend_from_slice(&room[..made]);
        } else if masks.unfolding(lenient, BLOCK).any() {
            let made = changes.make(simd, window, &mut room);
            canonical.extend_from_slice(&room[..made]);
        } else {
            // Most values are shorter than a block, and nothing in them changes.
            canonical.extend_from_slice(&rest[..length]);
        }
        after_cr = rest[length - 1] == b'\r';
        rest = &rest[length..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(algorithm: Canonicalization, line_endings: LineEndings, raw: &str, expected: &str) {
        let mut canonical = Vec::new();
        let field = HeaderField::from_raw(raw.as_bytes(), line_endings);
        canonicalize_field(algorithm, field, &mut canonical);
        assert_eq!(String::from_utf8(canonical).unwrap(), expected, "{raw:?}");
    }

    #[test]
    fn simple_keeps_every_octet() {
        let simple = |raw, expected| {
            check(
                Canonicalization::Simple,
                LineEndings::Lenient,
                raw,
                expected,
            );
        };
        simple("A: X\r\n", "A: X\r\n");
        simple("B : Y\t\r\n\tZ  \r\n", "B : Y\t\r\n\tZ  \r\n");
        simple("A: X\n Y\n", "A: X\r\n Y\r\n");
        simple("A: X", "A: X\r\n");
        simple("A: X\rY\r\n", "A: X\rY\r\n");
        check(
            Canonicalization::Simple,
            LineEndings::Strict,
            "A: X\nY\r\n",
            "A: X\nY\r\n",
        );
        check(
            Canonicalization::Simple,
            LineEndings::Strict,
            "A: X\n",
            "A: X\n\r\n",
        );
    }

    #[test]
    fn relaxed_unfolds_and_compresses() {
        let relaxed = |raw, expected| {
            check(
                Canonicalization::Relaxed,
                LineEndings::Lenient,
                raw,
                expected,
            );
        };
        relaxed("A: X\r\n", "a:X\r\n");
        relaxed("B : Y\t\r\n\tZ  \r\n", "b:Y Z\r\n");
        relaxed("SUBJECT:\t a  b\t\tc \t\r\n", "subject:a b c\r\n");
        relaxed("A:\r\n X\n Y\n", "a:X Y\r\n");
        relaxed("A:\r\n", "a:\r\n");
        relaxed("A: \r\n \r\n", "a:\r\n");
        relaxed("A: X\rY \r\n", "a:X\rY\r\n");
        relaxed("A: \u{a0}X\r\n", "a:\u{a0}X\r\n");
        check(
            Canonicalization::Relaxed,
            LineEndings::Strict,
            "A: X \nY\r\n",
            "a:X \nY\r\n",
        );
    }

    #[test]
    fn only_the_span_of_b_is_emptied() {
        let raw = b"DKIM-Signature: a=b; b= x y\r\n z ; c=x y\r\n";
        let field = HeaderField::from_raw(raw, LineEndings::Lenient);
        let emptied = 8..17;
        assert_eq!(&field.value()[emptied.clone()], b" x y\r\n z ");
        let canonical = |algorithm| {
            let mut canonical = Vec::new();
            let emptied = emptied.clone();
            canonicalize_signature_field(algorithm, field, emptied, &mut canonical);
            String::from_utf8(canonical).unwrap()
        };
        assert_eq!(
            canonical(Canonicalization::Simple),
            "DKIM-Signature: a=b; b=; c=x y"
        );
        assert_eq!(
            canonical(Canonicalization::Relaxed),
            "dkim-signature:a=b; b=; c=x y"
        );
    }
}
