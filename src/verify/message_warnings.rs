//! What is unwise or surprising about a message as a whole, whatever its signatures.

use crate::canonicalization::body::LineEndsSeen;
use crate::hash::BodyHashes;
use crate::message::{Header, LineEnd, LongLine};
use crate::verdict::{Reason, Verdict, Warning, WarningCode};

pub(super) fn message_line_ends(header: &Header, body: &BodyHashes) -> LineEndsSeen {
    let mut seen = body.line_ends();
    let octets = header.octets();
    seen.crlf |= has_pair(octets, |octet, next| octet == b'\r' && next == b'\n');
    seen.bare_line_feed |= has_pair(octets, |octet, next| octet != b'\r' && next == b'\n');
    seen.bare_carriage_return |= has_pair(octets, |octet, next| octet == b'\r' && next != b'\n');
    seen.bare_line_feed |= octets.first() == Some(&b'\n');
    seen.bare_carriage_return |= octets.last() == Some(&b'\r');
    match header.first_line_end() {
        Some(LineEnd::Crlf) => seen.crlf = true,
        Some(LineEnd::Lf) => seen.bare_line_feed = true,
        None => {}
    }
    seen
}

/// Whether any octet and the one behind it are what is wanted.
fn has_pair(octets: &[u8], is_wanted: impl Fn(u8, u8) -> bool) -> bool {
    let pairs = octets.iter().zip(octets.get(1..).unwrap_or_default());
    // All of them are looked at, many at a time; stopping at the first would be one at a time.
    let any = pairs.fold(0, |any, (&octet, &next)| {
        any | u8::from(is_wanted(octet, next))
    });
    any != 0
}

pub(super) fn message_warnings(
    header: &Header,
    verdicts: &[Verdict],
    body: &BodyHashes,
    line_ends: LineEndsSeen,
) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let mut warn = |condition, code, message: &str| {
        if condition {
            warnings.push(Warning::new(code, message));
        }
    };
    // Where a signature is not accepted for it, its verdict says so.
    let is_told =
        |verdict: &Verdict| matches!(verdict.reason, Some(Reason::MalformedHeader { .. }));
    if let Some(malformation) = header.malformation() {
        warn(
            !verdicts.iter().any(is_told),
            WarningCode::MalformedHeader,
            &malformation.to_string(),
        );
    }
    warn(
        header.has_byte_order_mark(),
        WarningCode::ByteOrderMark,
        "a byte order mark is above the header: it was skipped",
    );
    warn(
        !header.envelope().is_empty(),
        WarningCode::EnvelopeLine,
        "an mbox's From line is above the header: it was skipped",
    );
    warn(
        line_ends.crlf && line_ends.bare_line_feed,
        WarningCode::MixedLineEndings,
        "some lines end in CRLF and some in LF alone",
    );
    warn(
        line_ends.bare_carriage_return,
        WarningCode::BareCarriageReturn,
        "there is a CR without LF behind it: mail servers may change it",
    );
    let mut long_line = LongLine::default();
    long_line.update(header.octets());
    warn(
        long_line.is_found() || body.has_long_line(),
        WarningCode::LongLines,
        "a line is longer than 998 bytes: mail servers may cut it",
    );
    warn(
        !header.octets().is_ascii(),
        WarningCode::EightBitHeader,
        "the header is not ASCII: mail servers without SMTPUTF8 may change it",
    );
    warnings
}
