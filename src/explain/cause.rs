//! What can have happened, and how sure that is.

use std::fmt;

use crate::verdict::{COMPARE_BODY, COMPARE_HEADER};

/// What happened to a message or its key so that a signature is not good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Cause {
    /// Something was added at the end of the body, or of a part of it.
    ContentAppended,
    /// Something was added at the beginning of the body, or of a part of it.
    ContentPrepended,
    /// Something was added in the middle of the body.
    ContentInserted,
    /// White space within or at the end of lines was changed.
    WhitespaceChanged,
    /// Lines at the end of the body were added or removed.
    TrailingLinesChanged,
    /// Line ends were changed, between CRLF, LF and CR.
    LineEndingsChanged,
    /// A dot at the beginning of lines was doubled or removed, as SMTP does on the wire (RFC 5321 §4.5.2).
    DotStuffing,
    /// Lines that begin with `From ` got a `>` or lost it, as in mailboxes.
    FromStuffing,
    /// The content was encoded differently for its transfer (RFC 2045 §6).
    TransferEncodingChanged,
    /// Lines were cut or joined.
    LinesRewrapped,
    /// The end of the body is missing.
    BodyTruncated,
    /// The body hash is that of an empty body: the signer saw none.
    EmptyBodySigned,
    /// The body was hashed in another canonicalization than c= says.
    CanonicalizationMislabelled,
    /// The value of l= is wrong.
    BodyLengthWrong,
    /// The value of a header field was changed.
    HeaderValueChanged,
    /// A tag was added to the Subject, or taken from it.
    SubjectTagged,
    /// A header field was added whose name is signed.
    HeaderAdded,
    /// A signed header field was removed.
    HeaderRemoved,
    /// A signed header field is there more often than it was.
    HeaderDuplicated,
    /// Header fields of one name stand in another order.
    HeaderReordered,
    /// White space or folds in a header field were changed.
    HeaderWhitespaceChanged,
    /// The letter case of a header field's name was changed.
    HeaderRecased,
    /// The value of a header field was encoded differently (RFC 2047 §2).
    HeaderReencoded,
    /// The From field was rewritten, as mailing lists do for DMARC's sake.
    FromRewritten,
    /// The DKIM-Signature field itself was changed.
    SignatureFieldChanged,
    /// The signature was not made with the published key, or its b= is damaged.
    WrongKey,
    /// The key was another one when the message was signed.
    KeyRotated,
    /// The published key is cut off.
    KeyTruncated,
    /// There is a key under a name that is nearly the same.
    SelectorMisspelled,
    /// An Authentication-Results field says that the signature passed before.
    PassedAtDelivery,
    /// Nothing was found.
    Unknown,
}

/// What of a message a signature has a hash of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// The signed header fields: `b=` (RFC 6376 §3.7).
    Header,
    /// The body: `bh=`.
    Body,
}

impl Part {
    /// The name in output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Header => "header",
            Self::Body => "body",
        }
    }
}

impl Part {
    /// What to do where it is not proven how this was changed, in lower case and without a full
    /// stop.
    #[must_use]
    pub const fn remedy(self) -> &'static str {
        match self {
            Self::Header => COMPARE_HEADER,
            Self::Body => COMPARE_BODY,
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Cause {
    /// What was changed; `None` for what is about keys, and for what says no more than that it was.
    #[must_use]
    pub const fn part(self) -> Option<Part> {
        match self {
            Self::ContentAppended
            | Self::ContentPrepended
            | Self::ContentInserted
            | Self::WhitespaceChanged
            | Self::TrailingLinesChanged
            | Self::LineEndingsChanged
            | Self::DotStuffing
            | Self::FromStuffing
            | Self::TransferEncodingChanged
            | Self::LinesRewrapped
            | Self::BodyTruncated
            | Self::EmptyBodySigned
            | Self::CanonicalizationMislabelled
            | Self::BodyLengthWrong => Some(Part::Body),
            Self::HeaderValueChanged
            | Self::SubjectTagged
            | Self::HeaderAdded
            | Self::HeaderRemoved
            | Self::HeaderDuplicated
            | Self::HeaderReordered
            | Self::HeaderWhitespaceChanged
            | Self::HeaderRecased
            | Self::HeaderReencoded
            | Self::FromRewritten
            | Self::SignatureFieldChanged => Some(Part::Header),
            Self::WrongKey
            | Self::KeyRotated
            | Self::KeyTruncated
            | Self::SelectorMisspelled
            | Self::PassedAtDelivery
            | Self::Unknown => None,
        }
    }

    /// The cause's name in output.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::ContentAppended => "content-appended",
            Self::ContentPrepended => "content-prepended",
            Self::ContentInserted => "content-inserted",
            Self::WhitespaceChanged => "whitespace-changed",
            Self::TrailingLinesChanged => "trailing-lines-changed",
            Self::LineEndingsChanged => "line-endings-changed",
            Self::DotStuffing => "dot-stuffing",
            Self::FromStuffing => "from-stuffing",
            Self::TransferEncodingChanged => "transfer-encoding-changed",
            Self::LinesRewrapped => "lines-rewrapped",
            Self::BodyTruncated => "body-truncated",
            Self::EmptyBodySigned => "empty-body-signed",
            Self::CanonicalizationMislabelled => "canonicalization-mislabelled",
            Self::BodyLengthWrong => "body-length-wrong",
            Self::HeaderValueChanged => "header-value-changed",
            Self::SubjectTagged => "subject-tagged",
            Self::HeaderAdded => "header-added",
            Self::HeaderRemoved => "header-removed",
            Self::HeaderDuplicated => "header-duplicated",
            Self::HeaderReordered => "header-reordered",
            Self::HeaderWhitespaceChanged => "header-whitespace-changed",
            Self::HeaderRecased => "header-recased",
            Self::HeaderReencoded => "header-reencoded",
            Self::FromRewritten => "from-rewritten",
            Self::SignatureFieldChanged => "signature-field-changed",
            Self::WrongKey => "wrong-key",
            Self::KeyRotated => "key-rotated",
            Self::KeyTruncated => "key-truncated",
            Self::SelectorMisspelled => "selector-misspelled",
            Self::PassedAtDelivery => "passed-at-delivery",
            Self::Unknown => "unknown",
        }
    }

    /// What to do about it, in lower case and without a full stop.
    #[must_use]
    pub const fn remedy(self) -> &'static str {
        match self {
            Self::ContentAppended => {
                "do not take it for the sender's words; what adds it has to sign anew with a domain of its own, or to add none"
            }
            Self::ContentPrepended | Self::ContentInserted => {
                "do not take it for the sender's words; verify before it is put there, or have what adds it leave signed mail alone"
            }
            Self::WhitespaceChanged => {
                "find what changes white space; c=relaxed/relaxed ignores most of it within lines"
            }
            Self::HeaderWhitespaceChanged | Self::HeaderRecased => {
                "sign with c=relaxed/relaxed, which ignores such changes"
            }
            Self::TrailingLinesChanged => {
                "find the system that cuts or adds lines, and have it leave bodies alone"
            }
            Self::LineEndingsChanged => {
                "sign and verify messages with CRLF line ends, as they go over the wire"
            }
            Self::DotStuffing => "sign before dots are doubled and verify after they are undone",
            Self::FromStuffing => {
                "have the sender encode lines that begin with “From ”, in quoted-printable for example"
            }
            Self::TransferEncodingChanged => {
                "find the system that converts content; 7bit, quoted-printable and base64 are mostly left alone, 8bit is not"
            }
            Self::LinesRewrapped => {
                "wrap lines at 76 octets before signing: servers cut those over 998, and some programs wrap shorter ones anew"
            }
            Self::BodyTruncated => {
                "find where it was lost: a size limit, a broken connection, a filter"
            }
            Self::EmptyBodySigned => {
                "take nothing of the body for the sender's words, unless the signer never sees bodies: then mend the signer"
            }
            Self::CanonicalizationMislabelled => "correct the signer: c= has to name what it does",
            Self::BodyLengthWrong => "correct the signer, best by leaving l= out",
            Self::HeaderValueChanged => {
                "do not rely on the field as it is now: find the system that changes it, and have it sign anew or leave it alone"
            }
            Self::SubjectTagged => {
                "have the list or the filter leave the Subject alone or sign anew; do not trust the words added if no system of yours adds them"
            }
            Self::HeaderAdded => {
                "do not rely on the field: find what adds it, and refuse a message with two From fields"
            }
            Self::HeaderRemoved => "find what removes the field",
            Self::HeaderDuplicated => "find what adds the field once more",
            Self::HeaderReordered => "have the systems on the way keep the order of fields",
            Self::HeaderReencoded => "have the signer encode header fields before it signs",
            Self::FromRewritten => {
                "lists do this for DMARC's sake: look for the list's own signature; if there is none, take the From for forged"
            }
            Self::SignatureFieldChanged => {
                "take it for unsigned; have the systems on the way keep the field as it is"
            }
            Self::WrongKey => {
                "rely on nothing: a forged signature looks the same; the signer may compare keys: dkim lookup --selector S --domain D --expect-key FILE"
            }
            Self::KeyRotated => {
                "keep an old key published as long as mail signed with it is under way; without the key, rely on nothing"
            }
            Self::KeyTruncated => {
                "publish the record whole, in several strings: dkim record --key FILE --selector S --domain D prints it"
            }
            Self::SelectorMisspelled => {
                "correct the selector in the signer, or publish the key under its name"
            }
            Self::PassedAtDelivery => {
                "if that is a system of yours, look behind it for the change: a list, an archive, a mail program; if not, do not trust it"
            }
            Self::Unknown => Part::Body.remedy(),
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// How sure an explanation is; the surest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Proof {
    /// Undoing the change makes the hash or the signature come out right.
    Proven,
    /// There are traces of it, and nothing speaks against it.
    Likely,
    /// It may be.
    Possible,
}

impl Proof {
    /// The name in output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Proven => "proven",
            Self::Likely => "likely",
            Self::Possible => "possible",
        }
    }
}

impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The page that explains every cause.
    const PAGE: &str = include_str!("../../docs/explain.md");

    const ALL: [Cause; 31] = [
        Cause::ContentAppended,
        Cause::ContentPrepended,
        Cause::ContentInserted,
        Cause::WhitespaceChanged,
        Cause::TrailingLinesChanged,
        Cause::LineEndingsChanged,
        Cause::DotStuffing,
        Cause::FromStuffing,
        Cause::TransferEncodingChanged,
        Cause::LinesRewrapped,
        Cause::BodyTruncated,
        Cause::EmptyBodySigned,
        Cause::CanonicalizationMislabelled,
        Cause::BodyLengthWrong,
        Cause::HeaderValueChanged,
        Cause::SubjectTagged,
        Cause::HeaderAdded,
        Cause::HeaderRemoved,
        Cause::HeaderDuplicated,
        Cause::HeaderReordered,
        Cause::HeaderWhitespaceChanged,
        Cause::HeaderRecased,
        Cause::HeaderReencoded,
        Cause::FromRewritten,
        Cause::SignatureFieldChanged,
        Cause::WrongKey,
        Cause::KeyRotated,
        Cause::KeyTruncated,
        Cause::SelectorMisspelled,
        Cause::PassedAtDelivery,
        Cause::Unknown,
    ];

    #[test]
    fn the_page_has_every_cause_where_it_belongs() {
        let at = |text: &str| PAGE.find(text).unwrap_or_else(|| panic!("no {text:?}"));
        let (body, header) = (at("\n## The body\n"), at("\n## The header\n"));
        let (key, unknown) = (at("\n## The key\n"), at("\n## unknown\n"));
        for cause in ALL {
            let heading = at(&format!("# {cause}\n"));
            let section = match cause.part() {
                Some(Part::Body) => body..header,
                Some(Part::Header) => header..key,
                None if cause == Cause::Unknown => unknown..PAGE.len(),
                None => key..unknown,
            };
            assert!(section.contains(&heading), "{cause}");
        }
    }

    #[test]
    fn remedies_are_sentences_to_be_printed() {
        for cause in ALL {
            let remedy = cause.remedy();
            assert!(!remedy.is_empty() && !remedy.ends_with('.'), "{cause}");
            assert!(
                remedy.starts_with(|letter: char| letter.is_ascii_lowercase()),
                "{cause}"
            );
        }
    }
}
