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
    // What is no message has nothing that a sender could mend.
    if let Some(foreign) = header.foreign() {
        let warning = Warning::new(WarningCode::NotAMessage, foreign.to_string());
        return vec![match foreign.remedy() {
            Some(remedy) => warning.with_remedy(remedy.to_owned()),
            None => warning,
        }];
    }
    // Where a signature is not accepted for it, its verdict says so, but not what mends it.
    let is_told =
        |verdict: &Verdict| matches!(verdict.reason, Some(Reason::MalformedHeader { .. }));
    let malformation = header.malformation().and_then(|malformation| {
        let warning = |message| Warning::new(WarningCode::MalformedHeader, message);
        if let Some(remedy) = malformation.remedy() {
            let line = malformation.line();
            let message = format!(
                "line {line} is white space and must be empty: it ends the header, and what is below \
                 it is body"
            );
            return Some(warning(message).with_remedy(remedy));
        }
        let is_new = !verdicts.iter().any(is_told);
        is_new.then(|| warning(malformation.to_string()))
    });
    let mut warnings = Vec::new();
    let mut warn = |condition, code, message: &str| {
        if condition {
            warnings.push(Warning::new(code, message));
        }
    };
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
    malformation.into_iter().chain(warnings).collect()
}
