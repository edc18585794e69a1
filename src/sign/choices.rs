//! What a signer may choose: the fields to sign and the tags to write (RFC 6376 §3.5, §5.4).

use std::collections::HashSet;
use std::time::Duration;

use super::SignError;
use crate::canonicalization::MessageCanonicalization;
use crate::identifier::Auid;
use crate::message::{FieldIndex, Header, is_field_name};
use crate::signature::MAX_NAMES;

/// The header fields that are signed by default where they are present: those of RFC 6376 §5.4.1
/// and those that MIME readers obey. Every List field is signed beside them.
pub const DEFAULT_HEADERS: &[&str] = &[
    "From",
    "To",
    "Cc",
    "Subject",
    "Date",
    "Message-ID",
    "Reply-To",
    "In-Reply-To",
    "References",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
    "Resent-Date",
    "Resent-From",
    "Resent-To",
    "Resent-Cc",
];

/// The header fields that are oversigned by default, present or not: by them a reader sees who
/// wrote the message and what about, and a mail program which part of the body it shows.
pub const DEFAULT_OVERSIGN: &[&str] = &[
    "From",
    "Subject",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
];

/// The header fields that are oversigned by default where they are present. Where one is absent,
/// a mail server may add it (RFC 6409 §8.2, §8.3), which must not break the signature.
pub const DEFAULT_OVERSIGN_IF_PRESENT: &[&str] = &[
    "To",
    "Cc",
    "Date",
    "Message-ID",
    "Reply-To",
    "Sender",
    "In-Reply-To",
    "References",
];

/// Fields that are never signed: mail systems on the way add, change or remove them
/// (RFC 6376 §5.4), Bcc is not to be told, and signatures sign themselves.
const NEVER_SIGNED: &[&str] = &[
    "return-path",
    "received",
    "received-spf",
    "dkim-signature",
    "authentication-results",
    "bcc",
    "resent-bcc",
    "arc-seal",
    "arc-message-signature",
    "arc-authentication-results",
];

/// What a signer may choose (RFC 6376 §3.5, §5.4).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Choices {
    /// The canonicalization algorithms (`c=`).
    pub canonicalization: MessageCanonicalization,
    /// The names of the fields to sign: every instance that is present of each, or, for a name
    /// without any, its absence. `None`: those of [`DEFAULT_HEADERS`] that are present.
    pub headers: Option<Vec<String>>,
    /// Names that `h=` has once more than there are instances, so that adding one breaks the
    /// signature (RFC 6376 §8.15). `None`: those of [`DEFAULT_OVERSIGN`], and those of
    /// [`DEFAULT_OVERSIGN_IF_PRESENT`] that are present; where `headers` are chosen, From and
    /// those of both lists that are among them.
    pub oversign: Option<Vec<String>>,
    /// The agent or user (`i=`).
    pub identity: Option<Auid>,
    /// Say when the message was signed (`t=`).
    pub timestamp: bool,
    /// How long a signature holds from the time of signing on (`x=`): at least one second.
    pub expires_in: Option<Duration>,
    /// How much of the body is signed (`l=`).
    pub body_length: BodyLength,
    /// Copy the signed fields into the signature (`z=`).
    pub copy_headers: bool,
    /// Fold the field at 78 columns.
    pub wrap: bool,
    /// Read each new field as a verifier does, and verify it. Signatures that were
    /// [supplied](super::Signing::supply), and those of a key that
    /// [needs it](crate::key::SigningKey::needs_check), are verified in any case.
    pub verify: bool,
}

impl Default for Choices {
    /// `relaxed/relaxed`, default fields, oversigned as by default, `t=`, the whole body, folded.
    fn default() -> Self {
        Self {
            canonicalization: MessageCanonicalization::RELAXED,
            headers: None,
            oversign: None,
            identity: None,
            timestamp: true,
            expires_in: None,
            body_length: BodyLength::Unlimited,
            copy_headers: false,
            wrap: true,
            verify: false,
        }
    }
}

/// How much of the body is signed, in octets of the canonicalized body (`l=`, RFC 6376 §3.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum BodyLength {
    /// All of it, and nothing can be added to it: no `l=`.
    #[default]
    Unlimited,
    /// All of it, and more can be added behind it: `l=` has its length.
    Whole,
    /// So many octets from its start.
    First(u64),
}

impl Choices {
    /// The time of expiration of a signature that is made now, in Unix seconds.
    pub(super) fn expiration(&self, now: u64) -> Result<Option<u64>, SignError> {
        let Some(expires_in) = self.expires_in else {
            return Ok(None);
        };
        let expiration = now.checked_add(expires_in.as_secs());
        let after_now = expiration.filter(|&expiration| expiration > now);
        after_now
            .map(Some)
            .ok_or(SignError::ExpirationBeforeTimestamp)
    }

    /// The names for `h=`: each as often as it has fields, and once more where it is oversigned.
    pub(super) fn signed_names<'a>(
        &'a self,
        header: &'a Header,
        index: &FieldIndex<'_>,
    ) -> Result<Vec<&'a str>, SignError> {
        // Each name once, with the number of its fields.
        let mut names: Vec<(&str, usize)> = Vec::with_capacity(32);
        let mut add = |name: &'a str, is_wanted_absent: bool| {
            let is_added = names
                .iter()
                .any(|(other, _)| other.eq_ignore_ascii_case(name));
            if !is_added {
                let present = index.count(name, MAX_NAMES);
                if present > 0 || is_wanted_absent {
                    names.push((name, present));
                }
            }
        };
        if let Some(chosen) = &self.headers {
            for name in chosen {
                add(name, true);
            }
        } else {
            for name in DEFAULT_HEADERS.iter().copied().chain(list_fields(header)) {
                add(name, false);
            }
        }
        if let Some(chosen) = &self.oversign {
            for name in chosen {
                add(name, true);
            }
        } else {
            for name in DEFAULT_OVERSIGN.iter().chain(DEFAULT_OVERSIGN_IF_PRESENT) {
                add(name, true);
            }
        }
        let mut signed = Vec::with_capacity(2 * names.len());
        for (name, present) in names {
            let times = if self.oversigns(name, present) {
                present + 1
            } else {
                match &self.headers {
                    None => present,
                    Some(chosen) if is_among(chosen, name) => present.max(1),
                    Some(_) => 0,
                }
            };
            if signed.len() + times > MAX_NAMES {
                return Err(SignError::TooManyNames);
            }
            signed.extend(std::iter::repeat_n(name, times));
        }
        Ok(signed)
    }

    /// Whether a name with so many fields is given once more than there are.
    fn oversigns(&self, name: &str, present: usize) -> bool {
        let always = || is_among(DEFAULT_OVERSIGN, name);
        let if_present = || is_among(DEFAULT_OVERSIGN_IF_PRESENT, name);
        match (&self.oversign, &self.headers) {
            (Some(chosen), _) => is_among(chosen, name),
            (None, None) => always() || present > 0 && if_present(),
            (None, Some(headers)) => {
                let is_from = name.eq_ignore_ascii_case("From");
                is_from || is_among(headers, name) && (always() || if_present())
            }
        }
    }
}

fn is_among(names: &[impl AsRef<str>], name: &str) -> bool {
    names
        .iter()
        .any(|other| other.as_ref().eq_ignore_ascii_case(name))
}

/// The distinct names of the List fields that are present (RFC 2369, RFC 2919, RFC 8058).
fn list_fields(header: &Header) -> impl Iterator<Item = &str> {
    let is_list = |name: &[u8]| {
        name.get(..5)
            .is_some_and(|start| start.eq_ignore_ascii_case(b"list-"))
    };
    let mut seen: HashSet<String> = HashSet::new();
    header
        .fields()
        .filter_map(move |field| {
            std::str::from_utf8(field.name())
                .ok()
                .filter(|name| is_list(name.as_bytes()))
        })
        .filter(move |name| check_name(name).is_ok() && seen.insert(name.to_ascii_lowercase()))
}

pub(super) fn check_name(name: &str) -> Result<(), SignError> {
    // In `h=` a semicolon would end the tag.
    if !is_field_name(name.as_bytes()) || name.contains(';') {
        return Err(SignError::BadName(crate::syntax::escape::escape(name)));
    }
    if NEVER_SIGNED
        .iter()
        .any(|never| never.eq_ignore_ascii_case(name))
    {
        return Err(SignError::NeverSigned(name.to_owned()));
    }
    Ok(())
}
