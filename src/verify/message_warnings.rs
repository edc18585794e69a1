//! What is unwise or surprising about a message as a whole, whatever its signatures.

use crate::canonicalization::body::LineEndsSeen;
use crate::hash::BodyHashes;
use crate::message::{Header, LineEnd, LongLine};
use crate::verdict::Warning;

pub(super) fn message_line_ends(header: &Header, body: &BodyHashes) -> LineEndsSeen {
    let mut seen = body.line_ends();
    let octets = header.octets();
    let pairs = pairs_in(octets);
    seen.crlf |= pairs & CRLF != 0;
    seen.bare_line_feed |= pairs & BARE_LINE_FEED != 0;
    seen.bare_carriage_return |= pairs & BARE_CARRIAGE_RETURN != 0;
    seen.bare_line_feed |= octets.first() == Some(&b'\n');
    seen.bare_carriage_return |= octets.last() == Some(&b'\r');
    match header.first_line_end() {
        Some(LineEnd::Crlf) => seen.crlf = true,
        Some(LineEnd::Lf) => seen.bare_line_feed = true,
        None => {}
    }
    seen
}

const CRLF: u8 = 1;
const BARE_LINE_FEED: u8 = 2;
const BARE_CARRIAGE_RETURN: u8 = 4;

/// Which of these any octet and the one behind it are.
fn pairs_in(octets: &[u8]) -> u8 {
    let pairs = octets.iter().zip(octets.get(1..).unwrap_or_default());
    // All of them are looked at, many at a time; stopping at the first would be one at a time.
    pairs.fold(0, |any, (&octet, &next)| {
        let carriage_return = if octet == b'\r' { u8::MAX } else { 0 };
        let line_feed = if next == b'\n' { u8::MAX } else { 0 };
        any | carriage_return & line_feed & CRLF
            | !carriage_return & line_feed & BARE_LINE_FEED
            | carriage_return & !line_feed & BARE_CARRIAGE_RETURN
    })
}

pub(super) fn message_warnings(
    header: &Header,
    from_fields: usize,
    body: &BodyHashes,
    line_ends: LineEndsSeen,
) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let mut warn = |condition, code, message: &str| {
        if condition {
            warnings.push(Warning::new(code, message));
        }
    };
    warn(
        line_ends.crlf && line_ends.bare_line_feed,
        "mixed-line-endings",
        "some lines end in CRLF and some in LF alone",
    );
    warn(
        line_ends.bare_carriage_return,
        "bare-carriage-return",
        "there is a CR without LF behind it: mail servers may change it",
    );
    warn(
        from_fields > 1,
        "several-from",
        "there is more than one From field",
    );
    let mut long_line = LongLine::default();
    long_line.update(header.octets());
    warn(
        long_line.is_found() || body.has_long_line(),
        "long-lines",
        "a line is longer than 998 octets: mail servers may cut it",
    );
    warn(
        !header.octets().is_ascii(),
        "eight-bit-header",
        "the header is not ASCII: mail servers without SMTPUTF8 may change it",
    );
    warnings
}
