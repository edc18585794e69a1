//! Warnings, and what to do about them: codes that are a contract with scripts.

use crate::coded::coded;
use crate::message::{FILE, with_file};

/// What to do where it is not proven how the header was changed.
pub(crate) const COMPARE_HEADER: &str =
    "do not rely on it; ask the sender, or compare: dkim inspect --canonical header FILE";
/// What to do where it is not proven how the body was changed.
pub(crate) const COMPARE_BODY: &str =
    "do not rely on it; ask the sender, or compare: dkim inspect --canonical body FILE";

/// Something unwise or surprising about a signature or a message that may still pass.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Warning {
    /// What it is.
    pub code: WarningCode,
    /// One sentence in lower case without a full stop, for who reads the mail. Free of control
    /// characters.
    pub message: String,
    /// The name of the header field that it is about.
    pub field: Option<String>,
    /// What to do about it, where that depends on more than the code; see [`Warning::remedy`].
    own_remedy: Option<String>,
}

impl Warning {
    pub(crate) fn new(code: WarningCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            field: None,
            own_remedy: None,
        }
    }

    pub(crate) fn about_field(mut self, name: impl Into<String>) -> Self {
        self.field = Some(name.into());
        self
    }

    pub(crate) fn with_remedy(mut self, remedy: impl Into<String>) -> Self {
        self.own_remedy = Some(remedy.into());
        self
    }

    /// Whether the remedy is for who reads the message, and not for who sent it.
    #[must_use]
    pub fn is_for_reader(&self) -> bool {
        match self.code {
            WarningCode::NotAMessage | WarningCode::SignedMessageInside => true,
            WarningCode::MalformedHeader => self.own_remedy.is_some(),
            _ => false,
        }
    }

    /// Names the file, for which `FILE` stands in a command that mends it; without a command where
    /// `name` gives none.
    pub fn name_file(&mut self, name: impl FnOnce(&str) -> Option<String>) {
        if let Some(remedy) = &self.own_remedy
            && remedy.contains(FILE)
        {
            self.own_remedy = name(remedy).map(|name| with_file(remedy, &name));
        }
    }

    /// What to do about it, in lower case and without a full stop, free of control characters;
    /// `None` where the message says that itself.
    #[must_use]
    pub fn remedy(&self) -> Option<&str> {
        self.own_remedy.as_deref().or(self.code.remedy())
    }
}

coded! {
    /// What a [`Warning`] is about: a signature, the message, or an explanation. The worst come
    /// first: what misleads a reader, then what weakens a signature, then what a sender should mend.
    pub enum WarningCode: (Option<&'static str>) {
        /// The signatures of the message pass, but not as `--require` or `--signed-by` wants.
        RequirementUnmet = "requirement-unmet", None;
        /// What was given is no message: an archive, a document, text without a header.
        NotAMessage = "not-a-message", None;
        /// A signature passes, and none that passes is of the From domain: the message may be from
        /// anybody (RFC 9989 §4.4).
        NotAligned = "not-aligned", None;
        /// A provider signed in its own name, such as `onmicrosoft.com`, and no signature is of the
        /// From domain: it is not set up there.
        DefaultProviderSignature = "default-provider-signature",
            Some("set up DKIM for the From domain at the provider");
        /// There is more than one From field.
        SeveralFrom = "several-from",
            Some("have the sender send one From field: receivers may refuse more");
        /// The From field names addresses of several domains, of which mail programs may show any.
        SeveralAuthors = "several-authors",
            Some("have the sender name one author, or authors of one domain");
        /// The From names no domain, or a group: no signature can speak for its author.
        NoAuthorDomain = "no-author-domain",
            Some("have the sender put the address of the author into the From");
        /// An Authentication-Results field says that the message passed, and no signature bears that
        /// out: anybody can write such a field.
        ClaimedPass = "claimed-pass",
            Some("believe it only if your own mail server wrote it");
        /// The From shows an address of another organization than that of its address.
        AddressInDisplayName = "address-in-display-name",
            Some("have the sender, if it is a list or a service, name the author without an address");
        /// The header has a line that mail programs take in different ways, and no signature is
        /// refused for it.
        MalformedHeader = "malformed-header",
            Some("have the sender correct that line: a header is fields and their continuations, \
                  then an empty line");
        /// `l=` covers only the beginning of the body.
        UnsignedBody = "unsigned-body",
            Some("have the signer leave out l=, or refuse such signatures: --reject-partial-body");
        /// A field that decides what a reader sees or does is not covered by any signature that
        /// passes.
        UnsignedField = "unsigned-field", None;
        /// There are more fields of a signed name than are signed: mail programs may show the other
        /// one.
        UnsignedDuplicate = "unsigned-duplicate",
            Some("have the signer list the field in h=, and once more so that none can be added");
        /// The message was received over 7 days after it was signed: it may have been sent again, to
        /// other people.
        OldSignature = "old-signature",
            Some("have the signer let signatures expire: dkim sign --expires-in 7d");
        /// A message within the message has signatures, which are not verified with it.
        SignedMessageInside = "signed-message-inside", None;
        /// The key record has `t=y`: the domain asks to be treated as if it did not sign
        /// (RFC 6376 §3.6.1).
        Testing = "testing", Some("take t=y out of the key record when testing is over");
        /// The RSA key has fewer than 2048 bits (RFC 8301 §3.2).
        WeakKey = "weak-key", Some("have the signer use an RSA key of 2048 bits");
        /// `a=rsa-sha1` was accepted on request, though RFC 8301 §3.1 forbids it.
        Sha1 = "sha1", Some("have the signer use rsa-sha256");
        /// The name has several key records (RFC 6376 §3.6.2.2).
        MultipleKeyRecords = "multiple-key-records",
            Some("publish one key record under each name");
        /// `x=` is soon, or would be past.
        NearExpiration = "near-expiration",
            Some("deliver sooner, or have the signer choose a later x=");
        /// The key record has no `v=DKIM1`.
        NoVersion = "no-version", Some("put v=DKIM1 in front of the key record");
        /// A system on the way noted what it found and sealed that (ARC, RFC 8617): it is not
        /// validated.
        Arc = "arc", Some("rely on it only where you trust the sealer, and validate the seals");
        /// The From line of an mbox is above the header and was skipped.
        EnvelopeLine = "envelope-line", Some("take the line away, unless the file is an mbox");
        /// A byte order mark is above the header and was skipped.
        ByteOrderMark = "byte-order-mark", Some("save the message without a byte order mark");
        /// Some lines end in CRLF and some in LF alone.
        MixedLineEndings = "mixed-line-endings",
            Some("find what writes LF into the message: over SMTP every line ends in CRLF");
        /// There is a CR without LF behind it: mail servers may change it.
        BareCarriageReturn = "bare-carriage-return",
            Some("have the sender encode the content in quoted-printable or base64");
        /// A line has more than 998 bytes: mail servers may cut it (RFC 5322 §2.1.1).
        LongLines = "long-lines",
            Some("have the sender wrap lines or encode them in quoted-printable or base64");
        /// The header is not ASCII: mail servers without SMTPUTF8 may change it.
        EightBitHeader = "eight-bit-header",
            Some("have the sender encode header fields as RFC 2047 §2 has it");
        /// The header was changed, and it is not proven how: do not rely on it.
        HeaderNotExplained = "header-not-explained", Some(COMPARE_HEADER);
        /// The body was changed, and it is not proven how: do not rely on it.
        BodyNotExplained = "body-not-explained", Some(COMPARE_BODY);
        /// The search for what happened ended before all was tried.
        ExplainBudgetSpent = "explain-budget-spent", Some("allow more work: --explain-budget 20000");
    }
}

impl WarningCode {
    /// What to do about it, in lower case and without a full stop; `None` where the warning's
    /// message says that itself. [`Warning::remedy`] may know more.
    #[must_use]
    pub const fn remedy(self) -> Option<&'static str> {
        self.columns().0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_a_row_for_each_code() {
        let page = include_str!("../../docs/explain.md");
        for code in WarningCode::ALL {
            let row = format!("| `{}` | {} |\n", code.name(), code.meaning());
            assert!(page.contains(&row), "{row}");
        }
    }
}
