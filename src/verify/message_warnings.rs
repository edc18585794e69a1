//! What is unwise or surprising about a message as a whole, whatever its signatures.

use crate::canonicalization::body::LineEndsSeen;
use crate::hash::BodyHashes;
use crate::message::Header;
use crate::verdict::{Reason, Verdict, Warning, WarningCode};

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
    warn(
        body.message_has_long_line(header),
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
