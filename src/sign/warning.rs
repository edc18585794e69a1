//! What is unwise about signing a message as it is.

use std::fmt;

use super::Signer;
use crate::hash::BodyHashes;
use crate::identifier::{Sdid, Selector};
use crate::message::{Header, MAX_LINE};
use crate::signature::{FIELD_NAME, claimed_identifiers};

/// What is unwise about signing a message: what mail servers may change on the way, so that the
/// signature breaks, and a signature that it has already.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignWarning {
    /// A line is longer than mail servers must carry (RFC 5322 §2.1.1).
    LongLine,
    /// The body has a CR without LF behind it (RFC 5321 §2.3.8).
    BareCarriageReturn,
    /// Some lines end in CRLF and some in LF alone.
    MixedLineEndings,
    /// A header field is not ASCII; the name of the first such field.
    EightBitHeader(String),
    /// The message has a signature by this domain and selector.
    AlreadySigned {
        /// The signing domain (`d=`).
        domain: Sdid,
        /// The selector (`s=`).
        selector: Selector,
    },
}

impl SignWarning {
    /// Finds what there is to warn of before a message is signed.
    pub(super) fn find(header: &Header, body: &BodyHashes, signers: &[Signer]) -> Vec<Self> {
        let mut found = Vec::new();
        if body.message_has_long_line(header) {
            found.push(Self::LongLine);
        }
        let line_ends = body.message_line_ends(header);
        if line_ends.bare_carriage_return {
            found.push(Self::BareCarriageReturn);
        }
        if line_ends.crlf && line_ends.bare_line_feed {
            found.push(Self::MixedLineEndings);
        }
        let eight_bit = header.fields().find(|field| !field.raw().is_ascii());
        found.extend(
            eight_bit.map(|field| {
                Self::EightBitHeader(String::from_utf8_lossy(field.name()).into_owned())
            }),
        );
        let claimed: Vec<_> = header
            .fields_named(FIELD_NAME)
            .map(claimed_identifiers)
            .collect();
        let is_claimed = |signer: &&Signer| {
            claimed.iter().any(|(domain, selector)| {
                domain.as_ref() == Some(signer.domain())
                    && selector.as_ref() == Some(signer.selector())
            })
        };
        found.extend(
            signers
                .iter()
                .filter(is_claimed)
                .map(|signer| Self::AlreadySigned {
                    domain: signer.domain().clone(),
                    selector: signer.selector().clone(),
                }),
        );
        found
    }

    /// The warning's code: that of [`WarningCode`](crate::verdict::WarningCode) where a verifier
    /// warns of the same.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::LongLine => "long-lines",
            Self::BareCarriageReturn => "bare-carriage-return",
            Self::MixedLineEndings => "mixed-line-endings",
            Self::EightBitHeader(_) => "eight-bit-header",
            Self::AlreadySigned { .. } => "already-signed",
        }
    }
}

impl fmt::Display for SignWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LongLine => write!(
                f,
                "a line is longer than {MAX_LINE} bytes: mail servers may cut it, which breaks the \
                 signature"
            ),
            Self::BareCarriageReturn => f.write_str(
                "the body has a CR without LF behind it: mail servers may change it, which breaks \
                 the signature",
            ),
            Self::MixedLineEndings => f.write_str(
                "some lines end in CRLF and some in LF alone: mail servers may refuse the message, \
                 or change it, which breaks the signature",
            ),
            Self::EightBitHeader(name) => write!(
                f,
                "the field {name} is not ASCII: mail servers without SMTPUTF8 may refuse the \
                 message, or change it"
            ),
            Self::AlreadySigned { domain, selector } => write!(
                f,
                "a signature by {domain} with the selector {selector} is there already, and stays"
            ),
        }
    }
}
