//! What can have happened, and how sure that is.

use std::fmt;

use crate::coded::coded;
use crate::verdict::{COMPARE_BODY, COMPARE_HEADER};

coded! {
    /// What happened to a message or its key so that a signature is not good.
    pub enum Cause: (Option<Part>, &'static str) {
        /// Something was added at the end of the body, or of a part of it.
        ContentAppended = "content-appended", Some(Part::Body),
            "do not take it for the sender's words; what adds it has to sign anew with \
             a domain of its own, or to leave signed mail alone";
        /// Something was added at the beginning of the body, or of a part of it.
        ContentPrepended = "content-prepended", Some(Part::Body),
            "do not take it for the sender's words; verify before it is put there, or \
             have what adds it leave signed mail alone";
        /// Something was added in the middle of the body.
        ContentInserted = "content-inserted", Some(Part::Body),
            "do not take it for the sender's words; verify before it is put there, or \
             have what adds it leave signed mail alone";
        /// White space within or at the end of lines was changed.
        WhitespaceChanged = "whitespace-changed", Some(Part::Body),
            "find what changes white space; c=relaxed/relaxed ignores most of it within lines";
        /// Lines at the end of the body were added or removed.
        TrailingLinesChanged = "trailing-lines-changed", Some(Part::Body),
            "find the system that cuts or adds lines, and have it leave bodies alone";
        /// Line ends were changed, between CRLF, LF and CR.
        LineEndingsChanged = "line-endings-changed", Some(Part::Body),
            "sign and verify messages with CRLF line ends, as they go over the wire";
        /// A dot at the beginning of lines was doubled or removed, as SMTP does on the wire (RFC 5321 §4.5.2).
        DotStuffing = "dot-stuffing", Some(Part::Body),
            "sign before dots are doubled and verify after they are undone";
        /// Lines that begin with `From ` got a `>` or lost it, as in mailboxes.
        FromStuffing = "from-stuffing", Some(Part::Body),
            "have the sender encode lines that begin with “From ”, in quoted-printable for example";
        /// The content was encoded differently for its transfer (RFC 2045 §6).
        TransferEncodingChanged = "transfer-encoding-changed", Some(Part::Body),
            "find the system that converts content; 7bit, quoted-printable and base64 \
             are mostly left alone, 8bit is not";
        /// Lines were cut or joined.
        LinesRewrapped = "lines-rewrapped", Some(Part::Body),
            "wrap lines at 76 bytes before signing: servers cut those over 998, and \
             some programs wrap shorter ones anew";
        /// The end of the body is missing.
        BodyTruncated = "body-truncated", Some(Part::Body),
            "find where it was lost: a size limit, a broken connection, a filter";
        /// The body hash is that of an empty body: the signer saw none.
        EmptyBodySigned = "empty-body-signed", Some(Part::Body),
            "take nothing of the body for the sender's words, unless the signer never \
             sees bodies: then mend the signer";
        /// The body was hashed in another canonicalization than c= says.
        CanonicalizationMislabelled = "canonicalization-mislabelled", Some(Part::Body),
            "correct the signer: c= has to name what it does";
        /// The value of l= is wrong.
        BodyLengthWrong = "body-length-wrong", Some(Part::Body),
            "correct the signer, best by leaving l= out";
        /// The value of a header field was changed.
        HeaderValueChanged = "header-value-changed", Some(Part::Header),
            "do not rely on the field as it is now: find the system that changes it, \
             and have it sign anew or leave it alone";
        /// A tag was added to the Subject, or taken from it.
        SubjectTagged = "subject-tagged", Some(Part::Header),
            "have the list or the filter leave the Subject alone or sign anew; do not \
             trust the words added if no system of yours adds them";
        /// A header field was added whose name is signed.
        HeaderAdded = "header-added", Some(Part::Header),
            "do not rely on the field: find what adds it, and refuse a message with a \
             second one";
        /// A signed header field was removed.
        HeaderRemoved = "header-removed", Some(Part::Header), "find what removes the field";
        /// A signed header field is there more often than it was.
        HeaderDuplicated = "header-duplicated", Some(Part::Header),
            "find what adds the field once more";
        /// Header fields of one name stand in another order.
        HeaderReordered = "header-reordered", Some(Part::Header),
            "have the systems on the way keep the order of fields";
        /// White space or folds in a header field were changed.
        HeaderWhitespaceChanged = "header-whitespace-changed", Some(Part::Header),
            "sign with c=relaxed/relaxed, which ignores such changes";
        /// The letter case of a header field's name was changed.
        HeaderRecased = "header-recased", Some(Part::Header),
            "sign with c=relaxed/relaxed, which ignores such changes";
        /// The value of a header field was encoded differently (RFC 2047 §2).
        HeaderReencoded = "header-reencoded", Some(Part::Header),
            "have the signer encode header fields before it signs";
        /// The From field was rewritten, as mailing lists do for DMARC's sake.
        FromRewritten = "from-rewritten", Some(Part::Header),
            "lists do this for DMARC's sake: look for the list's own signature; if \
             there is none, take the From for forged";
        /// The DKIM-Signature field itself was changed.
        SignatureFieldChanged = "signature-field-changed", Some(Part::Header),
            "take it for unsigned; have the systems on the way keep the field as it is";
        /// The signature was not made with the published key, or its b= is damaged.
        WrongKey = "wrong-key", None,
            "rely on nothing: a forged signature looks the same; the signer may compare \
             keys: dkim lookup --expect-key";
        /// The key was another one when the message was signed.
        KeyRotated = "key-rotated", None,
            "keep an old key published as long as mail signed with it is under way; \
             without the key, rely on nothing";
        /// The published key is cut off.
        KeyTruncated = "key-truncated", None,
            "publish the record whole, in several strings: dkim record prints it";
        /// There is a key under a name that is nearly the same.
        SelectorMisspelled = "selector-misspelled", None,
            "correct the selector in the signer, or publish the key under its name";
        /// Nothing is published at the name of the key, so nothing can be told of the signature.
        KeyMissing = "key-missing", None,
            "without the key, rely on nothing; see what is published: dkim lookup";
        /// The signature is refused before its key is needed, so the key was not asked for.
        NotAsked = "not-asked", None,
            "see what is wrong with the signature: dkim inspect";
        /// An Authentication-Results field says that the signature passed before.
        PassedAtDelivery = "passed-at-delivery", None,
            "if that is a system of yours, look for the change after it: a list, an \
             archive, a mail program; if not, do not trust it";
        /// Nothing was found.
        Unknown = "unknown", None, COMPARE_BODY;
    }
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
        self.columns().0
    }

    /// What to do about it, in lower case and without a full stop, where no more is known than the
    /// cause. [`Explanation::remedy`](super::Explanation::remedy) may know more.
    #[must_use]
    pub const fn remedy(self) -> &'static str {
        self.columns().1
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
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

    #[test]
    fn the_page_has_every_cause_where_it_belongs() {
        let at = |text: &str| PAGE.find(text).unwrap_or_else(|| panic!("no {text:?}"));
        let (body, header) = (at("\n## The body\n"), at("\n## The header\n"));
        let (key, unknown) = (at("\n## The key\n"), at("\n## unknown\n"));
        for &cause in Cause::ALL {
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
        for &cause in Cause::ALL {
            let remedy = cause.remedy();
            assert!(!remedy.is_empty() && !remedy.ends_with('.'), "{cause}");
            assert!(
                remedy.starts_with(|letter: char| letter.is_ascii_lowercase()),
                "{cause}"
            );
        }
    }
}
