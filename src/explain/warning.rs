//! What is warned of where something is not explained, and what to do about warnings.

use super::Part;
use crate::verdict::Warning;

/// What to do where the budget was spent.
pub(super) const SEARCH_LONGER: &str = "search longer: --explain-budget SECONDS";

impl Part {
    /// The warning that it is not proven how this was changed.
    #[must_use]
    pub fn warning(self) -> Warning {
        match self {
            Self::Header => Warning::new(
                "header-not-explained",
                "how the header was changed is not proven",
            ),
            Self::Body => Warning::new(
                "body-not-explained",
                "how the body was changed is not proven",
            ),
        }
    }
}

/// The warning that a search came to no end.
pub(super) fn budget_spent() -> Warning {
    Warning::new(
        "explain-budget-spent",
        "the search for what happened ended before all was tried",
    )
}

/// What to do about a warning, in lower case and without a full stop; `None` for a code that is
/// not known.
#[must_use]
pub fn warning_remedy(code: &str) -> Option<&'static str> {
    Some(match code {
        "unsigned-subject" => "have the signer put Subject into h=",
        "unsigned-duplicate" => {
            "have the signer name the field once more in h= than there are (oversigning)"
        }
        "unsigned-body" => {
            "have the signer leave out l=, or refuse such signatures: --reject-partial-body"
        }
        "weak-key" => "have the signer use an RSA key of 2048 bits",
        "testing" => "take t=y out of the key record when testing is over",
        "near-expiration" => "deliver sooner, or have the signer choose a later x=",
        "not-aligned" => "sign with a d= of the From domain: DMARC counts no other",
        "sha1" => "have the signer use rsa-sha256",
        "no-version" => "put v=DKIM1 in front of the key record",
        "multiple-key-records" => "publish one key record under each name",
        "malformed-header" => {
            "have the sender correct that line: a header is fields and their continuations, then \
             an empty line"
        }
        "byte-order-mark" => "save the message without a byte order mark",
        "envelope-line" => "take the line away, unless the file is an mbox",
        "mixed-line-endings" => {
            "find what writes LF into the message: over SMTP every line ends in CRLF"
        }
        "bare-carriage-return" => {
            "have the sender encode the content in quoted-printable or base64"
        }
        "several-from" => "have the sender send one From field: receivers may refuse more",
        "long-lines" => "have the sender wrap lines or encode them in quoted-printable or base64",
        "eight-bit-header" => "have the sender encode header fields as RFC 2047 §2 has it",
        "header-not-explained" => Part::Header.remedy(),
        "body-not-explained" => Part::Body.remedy(),
        "explain-budget-spent" => SEARCH_LONGER,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = include_str!("../../docs/explain.md");

    /// Of signatures and of messages.
    const CODES: [&str; 21] = [
        "unsigned-subject",
        "unsigned-duplicate",
        "unsigned-body",
        "weak-key",
        "testing",
        "near-expiration",
        "not-aligned",
        "sha1",
        "no-version",
        "multiple-key-records",
        "malformed-header",
        "byte-order-mark",
        "envelope-line",
        "mixed-line-endings",
        "bare-carriage-return",
        "several-from",
        "long-lines",
        "eight-bit-header",
        "header-not-explained",
        "body-not-explained",
        "explain-budget-spent",
    ];

    #[test]
    fn every_warning_has_a_remedy_and_is_on_the_page() {
        for code in CODES {
            assert!(warning_remedy(code).is_some(), "{code}");
            assert!(PAGE.contains(&format!("`{code}`")), "{code}");
        }
        assert!(warning_remedy("no-such-warning").is_none());
    }
}
