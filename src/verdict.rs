//! What a verification found: a [`Verdict`] for each signature, with its evidence, and the
//! mapping of reasons to results (RFC 6376 §3.9, §6.1; RFC 8601 §2.7.1).

mod warning;

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use crate::algorithm::HashValue;
use crate::alignment::Alignment;
use crate::identifier::{Sdid, Selector};
use crate::key_record::{KeyRecord, MAX_KEYS, RecordError};
use crate::lookup::{Dnssec, LookupFailure, LookupFailureKind};
use crate::message::{Header, Malformation};
use crate::provider::Attribution;
use crate::signature::{Signature, SignatureError, claimed_identifiers};

#[cfg(feature = "explain")]
pub(crate) use warning::{COMPARE_BODY, COMPARE_HEADER};
pub use warning::{Warning, WarningCode};

/// A result as RFC 8601 §2.7.1 names it. Results are ordered by how near each is to a pass, the
/// best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VerificationResult {
    /// The signature is good and acceptable.
    Pass,
    /// The signature cannot be judged now, for a cause that may pass (TEMPFAIL).
    TempError,
    /// The signature may be good, but local policy does not accept it.
    Policy,
    /// The signature was judged and is bad: the message or the signature was changed.
    Fail,
    /// The signature cannot be judged: its syntax or its algorithms are beyond the standard.
    Neutral,
    /// The signature cannot be judged, for a cause that will not pass (PERMFAIL).
    PermError,
}

impl VerificationResult {
    /// The result's name in an Authentication-Results field.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Policy => "policy",
            Self::Neutral => "neutral",
            Self::TempError => "temperror",
            Self::PermError => "permerror",
        }
    }
}

impl fmt::Display for VerificationResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The outcome of one signature, with the evidence for it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Verdict {
    /// The index of the DKIM-Signature field among the message's header fields, from 0.
    pub field_index: usize,
    /// Why the signature is not accepted; `None` if it is.
    pub reason: Option<Reason>,
    /// The signature; `None` if its field could not be read as one, or was not read at all.
    pub signature: Option<Signature>,
    /// The indexes of the signed fields among the message's header fields, from 0, in the order of
    /// `h=`; empty without a readable signature.
    pub signed_fields: Vec<usize>,
    /// The places in `h=` of the [oversigned headers](Self::oversigned_headers).
    pub(crate) oversigned: Vec<usize>,
    /// Why there is no key that could be used, also where another reason comes before it.
    pub key_reason: Option<Reason>,
    /// The length in octets of the key record that could not be read.
    pub unreadable_record: Option<usize>,
    /// The body hash that was computed; `None` if it could not be (no readable signature, or
    /// `l=` beyond the body).
    pub computed_body_hash: Option<HashValue>,
    /// The length of the canonicalized body in octets, all of it, whatever `l=` says.
    pub canonical_body_length: Option<u64>,
    /// The hash of the signed header fields and of the signature field (RFC 6376 §3.7);
    /// `None` without a readable signature.
    pub header_hash: Option<HashValue>,
    /// Whether `b=` is the key's signature of the header hash; `None` without a key to judge with.
    pub signature_matches: Option<bool>,
    /// The key record that the signature was judged with.
    pub key: Option<KeyEvidence>,
    /// How `d=` is aligned with the From domain; `None` without a readable signature or without
    /// one From domain to be relied on.
    pub alignment: Option<Alignment>,
    /// What is unwise or surprising about the signature though it may pass.
    pub warnings: Vec<Warning>,
}

impl Verdict {
    /// The result that the reason stands for.
    #[must_use]
    pub fn result(&self) -> VerificationResult {
        self.reason
            .as_ref()
            .map_or(VerificationResult::Pass, Reason::result)
    }

    /// The signing domain and the selector, as far as each is valid: also where the signature's
    /// field is no signature as a whole, or was not judged. `header` is the header that has it.
    #[must_use]
    pub fn identifiers(&self, header: &Header) -> (Option<Sdid>, Option<Selector>) {
        match (&self.signature, header.field(self.field_index)) {
            (
                Some(Signature {
                    domain, selector, ..
                }),
                _,
            ) => (Some(domain.clone()), Some(selector.clone())),
            (None, Some(field)) => claimed_identifiers(field),
            (None, None) => (None, None),
        }
    }

    /// The names that stand in `h=` more often than the header has such fields: one that is added
    /// breaks the signature (RFC 6376 §8.15). In order, each once.
    pub fn oversigned_headers(&self) -> impl Iterator<Item = &str> {
        let signature = self.signature.iter();
        signature.flat_map(|signature| {
            let places = self.oversigned.iter();
            places.map(|&place| signature.signed_header(place))
        })
    }

    /// Whether the signature is accepted.
    #[must_use]
    pub const fn passes(&self) -> bool {
        self.reason.is_none()
    }

    /// Whether the signature passes and is aligned with the From domain, as DMARC wants it
    /// (RFC 9989 §4.4).
    #[must_use]
    pub fn passes_aligned(&self) -> bool {
        self.passes() && self.alignment.is_some_and(Alignment::is_aligned)
    }

    /// Why the signature is not accepted, in a sentence of lower case without a full stop; for a
    /// signature that local policy refuses, also whether it is good. `None` if it is accepted.
    #[must_use]
    pub fn detail(&self) -> Option<String> {
        self.reason.as_ref().map(|reason| self.detail_of(reason))
    }

    fn detail_of(&self, reason: &Reason) -> String {
        let name = || {
            self.signature
                .as_ref()
                .map_or("", |signature| signature.key_query().name())
        };
        match reason {
            Reason::MalformedHeader {
                otherwise: Some(otherwise),
                ..
            } => format!(
                "{reason}; without that the result would be {}: {}",
                otherwise.result(),
                self.detail_of(otherwise)
            ),
            // It is judged as the remedy makes it.
            Reason::MalformedHeader { malformation, .. } if malformation.remedy().is_some() => {
                format!("{reason}; without that the result would be pass")
            }
            Reason::Lookup(_)
            | Reason::KeyNotFound(_)
            | Reason::TooManyKeys { .. }
            | Reason::Record(_) => {
                format!("{reason} ({})", name())
            }
            Reason::BodyHashMismatch => match self.signature_matches {
                Some(true) => format!("{reason}; the signed header fields are unchanged"),
                Some(false) => format!("{reason}; nor did the signature verify with this key"),
                None => reason.to_string(),
            },
            Reason::MalformedHeader { .. } if self.is_good() => {
                format!("{reason}; the signature holds, but not for what a mail program may show")
            }
            _ if reason.result() == VerificationResult::Policy => {
                format!("{reason}; {}", self.cryptography())
            }
            _ => reason.to_string(),
        }
    }

    /// Whether the key made the signature, of this header and this body.
    pub(crate) fn is_good(&self) -> bool {
        self.signature_matches == Some(true) && self.body_hash_matches() == Some(true)
    }

    /// Whether the signature is good, in words, for one that local policy refuses.
    fn cryptography(&self) -> String {
        if self.signature.is_none() {
            return "it was not judged".to_owned();
        }
        let words = match (self.signature_matches, self.body_hash_matches()) {
            (_, Some(false)) => "and the signature is bad: the body was changed",
            (_, None) => "and the signature is bad: l= is more than there is of the body",
            (Some(false), Some(true)) => "and the signature does not verify with this key",
            (Some(true), Some(true)) => "the signature itself is good",
            (None, Some(true)) => match &self.key_reason {
                Some(reason) => return format!("nor could it be judged: {reason}"),
                None => "there was no key to judge it with",
            },
        };
        words.to_owned()
    }

    pub(crate) fn not_judged(field_index: usize, reason: Reason) -> Self {
        Self {
            field_index,
            reason: Some(reason),
            signature: None,
            signed_fields: Vec::new(),
            oversigned: Vec::new(),
            key_reason: None,
            unreadable_record: None,
            computed_body_hash: None,
            canonical_body_length: None,
            header_hash: None,
            signature_matches: None,
            key: None,
            alignment: None,
            warnings: Vec::new(),
        }
    }

    /// Whether `bh=` is the hash of the body; `None` if no body hash was computed.
    #[must_use]
    pub fn body_hash_matches(&self) -> Option<bool> {
        let claimed = &self.signature.as_ref()?.body_hash;
        Some(claimed == self.computed_body_hash.as_ref()?)
    }
}

/// The key record that a signature was judged with.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct KeyEvidence {
    /// The absolute owner name that was asked for.
    pub name: Arc<str>,
    /// The record.
    pub record: KeyRecord,
    /// The answer's DNSSEC state; `None` if nothing validated it.
    pub dnssec: Option<Dnssec>,
    /// The names that CNAME and DNAME records led to, as in
    /// [`TxtAnswer::chain`](crate::lookup::TxtAnswer::chain).
    pub chain: Arc<[String]>,
}

impl KeyEvidence {
    /// The provider that the key is from, if it is known.
    #[must_use]
    pub fn provider(&self) -> Option<Attribution> {
        Attribution::of_key(&self.name, &self.chain)
    }
}

/// Why a signature is not accepted. [`Reason::code`] is its name in output.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// The DKIM-Signature field is not a signature that can be judged (RFC 6376 §6.1.1).
    Signature(SignatureError),
    /// Mail software takes the header in different ways: what a reader sees need not be what was
    /// signed (RFC 6376 §3.8).
    MalformedHeader {
        /// What makes the header malformed.
        malformation: Malformation,
        /// Why the signature would not be accepted of a header that is not; `None` if it would.
        otherwise: Option<Box<Self>>,
    },
    /// The message has no From field (RFC 6376 §5.4: From MUST be signed).
    FromMissing,
    /// `h=` does not name From (RFC 6376 §6.1.1).
    FromNotSigned,
    /// The domain of `i=` is neither `d=` nor under it (RFC 6376 §6.1.1).
    IdentityMismatch,
    /// `x=` is not after `t=` (RFC 6376 §3.5).
    ExpirationBeforeTimestamp,
    /// `a=rsa-sha1`, which RFC 8301 §3.1 forbids.
    Sha1,
    /// `x=` is past; `since` seconds (RFC 6376 §3.5).
    Expired {
        /// Seconds since the expiration.
        since: u64,
        /// Seconds from the expiration to the date of the message's newest Received field; 0 where
        /// the signature was valid then, as far as that can be relied on. `None` without such a
        /// field.
        until_received: Option<u64>,
    },
    /// `t=` is `ahead` seconds in the future (RFC 6376 §3.5).
    TimestampInFuture {
        /// Seconds until the timestamp.
        ahead: u64,
    },
    /// The message has more From fields than are signed (RFC 6376 §8.15).
    ExtraFrom {
        /// From fields in the message.
        present: usize,
        /// From fields that are signed.
        signed: usize,
    },
    /// More signatures than the limit; this one was not judged (RFC 6376 §6.1).
    TooManySignatures {
        /// The limit.
        limit: usize,
    },
    /// No key record could be had now (RFC 6376 §6.1.2 step 2).
    Lookup(LookupFailure),
    /// There is no key record (RFC 6376 §6.1.2 step 3).
    KeyNotFound(KeyNotFound),
    /// There are more records with `p=` at the name than [`MAX_KEYS`]: none was tried. RFC 6376
    /// §3.6.2.2 leaves open what more than one of them means.
    TooManyKeys {
        /// How many there are.
        count: usize,
    },
    /// The key record cannot be used (RFC 6376 §6.1.2 steps 4 to 8).
    Record(RecordError),
    /// `k=` of the record is not the type of key that `a=` needs (RFC 6376 §6.1.2 step 8).
    KeyTypeMismatch,
    /// `h=` of the record does not list the signature's hash (RFC 6376 §6.1.2 step 6).
    HashNotAllowed,
    /// `s=` of the record allows neither `email` nor `*` (RFC 6376 §3.6.1).
    ServiceNotAllowed,
    /// `t=s` of the record, and `i=` is in a subdomain of `d=` (RFC 6376 §3.6.1).
    IdentityForbidden,
    /// An RSA key under 1024 bits (RFC 8301 §3.2).
    KeyTooShort {
        /// The key's size in bits.
        bits: usize,
    },
    /// An RSA key under the local minimum.
    KeyBelowMinimum {
        /// The key's size in bits.
        bits: usize,
        /// The minimum in bits.
        minimum: usize,
    },
    /// `l=` is greater than the canonicalized body is long (RFC 6376 §3.5).
    BodyLengthExceedsBody {
        /// The length of the canonicalized body in octets.
        actual: u64,
    },
    /// `l=` leaves a part of the body unsigned, and local policy refuses that (RFC 6376 §8.2).
    PartialBody {
        /// Octets of the canonicalized body that are not signed.
        unsigned: u64,
    },
    /// `bh=` is not the hash of the body (RFC 6376 §6.1.3 step 3).
    BodyHashMismatch,
    /// `b=` is not the key's signature of the header (RFC 6376 §6.1.3 step 4).
    SignatureMismatch,
}

/// In which way there is no key record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyNotFound {
    /// The name does not exist (NXDOMAIN).
    NoSuchName,
    /// The name exists and has no TXT record.
    NoRecords,
    /// The name has TXT records, and none of them is a key record.
    OnlyForeign,
}

impl Reason {
    /// The result that this reason leads to. The one place where reasons become results.
    #[must_use]
    pub const fn result(&self) -> VerificationResult {
        match self {
            Self::BodyHashMismatch | Self::SignatureMismatch => VerificationResult::Fail,
            Self::Signature(error) => signature_result(error),
            Self::Record(error) => record_result(error),
            Self::FromMissing
            | Self::FromNotSigned
            | Self::IdentityMismatch
            | Self::ExpirationBeforeTimestamp
            | Self::KeyNotFound(_)
            | Self::TooManyKeys { .. }
            | Self::KeyTypeMismatch
            | Self::HashNotAllowed
            | Self::ServiceNotAllowed
            | Self::IdentityForbidden
            | Self::KeyTooShort { .. }
            | Self::BodyLengthExceedsBody { .. } => VerificationResult::PermError,
            Self::MalformedHeader { .. }
            | Self::Sha1
            | Self::Expired { .. }
            | Self::TimestampInFuture { .. }
            | Self::ExtraFrom { .. }
            | Self::TooManySignatures { .. }
            | Self::KeyBelowMinimum { .. }
            | Self::PartialBody { .. } => VerificationResult::Policy,
            Self::Lookup(_) => VerificationResult::TempError,
        }
    }

    /// The reason's code in output.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Signature(error) => error.code(),
            Self::Record(error) => error.code(),
            Self::MalformedHeader { .. } => "malformed-header",
            Self::FromMissing => "from-missing",
            Self::FromNotSigned => "from-not-signed",
            Self::IdentityMismatch => "identity-mismatch",
            Self::ExpirationBeforeTimestamp => "expiration-before-timestamp",
            Self::Sha1 => "sha1",
            Self::Expired { .. } => "expired",
            Self::TimestampInFuture { .. } => "timestamp-in-future",
            Self::ExtraFrom { .. } => "extra-from",
            Self::TooManySignatures { .. } => "too-many-signatures",
            Self::Lookup(failure) => match failure.kind {
                LookupFailureKind::Timeout => "dns-timeout",
                LookupFailureKind::ServFail
                | LookupFailureKind::Refused
                | LookupFailureKind::Truncated => "dns-servfail",
                LookupFailureKind::Unreachable => "dns-unreachable",
                LookupFailureKind::Bogus => "dnssec-bogus",
            },
            Self::KeyNotFound(_) => "key-not-found",
            Self::TooManyKeys { .. } => "key-syntax",
            Self::KeyTypeMismatch => "key-type-mismatch",
            Self::HashNotAllowed => "hash-not-allowed",
            Self::ServiceNotAllowed => "service-not-allowed",
            Self::IdentityForbidden => "identity-forbidden",
            Self::KeyTooShort { .. } => "key-too-short",
            Self::KeyBelowMinimum { .. } => "key-below-minimum",
            Self::BodyLengthExceedsBody { .. } => "body-length-exceeds-body",
            Self::PartialBody { .. } => "partial-body",
            Self::BodyHashMismatch => "body-hash-mismatch",
            Self::SignatureMismatch => "signature-mismatch",
        }
    }

    /// Why a signature would not be accepted even if this reason did not stand in the way.
    #[must_use]
    pub fn otherwise(&self) -> Option<&Self> {
        match self {
            Self::MalformedHeader { otherwise, .. } => otherwise.as_deref(),
            _ => None,
        }
    }
}

impl Error for Reason {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Signature(error) => Some(error),
            Self::Record(error) => Some(error),
            Self::Lookup(failure) => Some(failure),
            _ => None,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Signature(error) => error.fmt(f),
            Self::Record(error) => error.fmt(f),
            Self::Lookup(failure) => write!(f, "key unavailable: {}", failure.detail),
            Self::MalformedHeader { malformation, .. } => malformation.fmt(f),
            Self::FromMissing => f.write_str("the message has no From field"),
            Self::FromNotSigned => f.write_str("From field not signed"),
            Self::IdentityMismatch => {
                f.write_str("domain mismatch: the domain of i= is neither d= nor under it")
            }
            Self::ExpirationBeforeTimestamp => {
                f.write_str("the signature expires before it was made (x= is not after t=)")
            }
            Self::Sha1 => f.write_str("rsa-sha1 must not be used (RFC 8301 §3.1)"),
            Self::Expired {
                since,
                until_received,
            } => f.write_str(&expired(*since, *until_received)),
            Self::TimestampInFuture { ahead } => {
                write!(
                    f,
                    "the signature was made {} in the future",
                    duration(*ahead)
                )
            }
            Self::ExtraFrom { present, signed } => write!(
                f,
                "there are {present} From fields and {signed} of them signed: a reader may see \
                 one that is not"
            ),
            Self::TooManySignatures { limit } => {
                write!(
                    f,
                    "the message has more signatures than the limit of {limit}"
                )
            }
            Self::KeyNotFound(KeyNotFound::NoSuchName) => {
                f.write_str("no key for signature: the name does not exist")
            }
            Self::KeyNotFound(KeyNotFound::NoRecords) => {
                f.write_str("no key for signature: the name exists but has no TXT record")
            }
            Self::KeyNotFound(KeyNotFound::OnlyForeign) => f.write_str(
                "no key for signature: the name has TXT records, and none of them is a key record",
            ),
            Self::TooManyKeys { count } => write!(
                f,
                "key syntax error: {count} records with p= at one name, more than the limit of \
                 {MAX_KEYS}: none was tried"
            ),
            Self::KeyTypeMismatch => {
                f.write_str("inappropriate key algorithm: the key is not of the type that a= needs")
            }
            Self::HashNotAllowed => f.write_str(
                "inappropriate hash algorithm: the key record does not allow the one of a= (h=)",
            ),
            Self::ServiceNotAllowed => f.write_str("the key record is not for mail (s=)"),
            Self::IdentityForbidden => {
                f.write_str("the key record allows no subdomain of d= in i= (t=s)")
            }
            Self::KeyTooShort { bits } => {
                write!(
                    f,
                    "the RSA key has {bits} bits, fewer than 1024 (RFC 8301 §3.2)"
                )
            }
            Self::KeyBelowMinimum { bits, minimum } => {
                write!(
                    f,
                    "the RSA key has {bits} bits, fewer than the minimum of {minimum}"
                )
            }
            Self::BodyLengthExceedsBody { actual } => write!(
                f,
                "l= is more than the {actual} bytes of the body: some of it was cut off"
            ),
            Self::PartialBody { unsigned } => {
                write!(
                    f,
                    "the last {unsigned} bytes of the body are not signed (l=)"
                )
            }
            Self::BodyHashMismatch => {
                f.write_str("body hash did not verify: the body was changed after signing")
            }
            Self::SignatureMismatch => f.write_str(
                "signature did not verify: signed header fields were changed, or the key is \
                 another",
            ),
        }
    }
}

/// That a signature expired, and whether that was so when the message was received.
fn expired(since: u64, until_received: Option<u64>) -> String {
    let then = match until_received {
        None => String::new(),
        Some(0) => ", and by the newest Received field it was valid when the message was received \
                    (--at received)"
            .to_owned(),
        Some(seconds) => format!(", {} before the message was received", duration(seconds)),
    };
    format!("signature expired {} ago{then}", duration(since))
}

/// The result for a field that is no signature that could be judged (RFC 6376 §6.1.1).
const fn signature_result(error: &SignatureError) -> VerificationResult {
    match error {
        SignatureError::MissingTag(_) | SignatureError::EmptyTag(_) => {
            VerificationResult::PermError
        }
        SignatureError::TagList(_)
        | SignatureError::Version(_)
        | SignatureError::Algorithm(_)
        | SignatureError::Canonicalization(_)
        | SignatureError::QueryMethod(_)
        | SignatureError::EmptyMethod
        | SignatureError::Base64(_)
        | SignatureError::BodyHash(_)
        | SignatureError::Identifier { .. }
        | SignatureError::LongQuery
        | SignatureError::Number(_)
        | SignatureError::HeaderName(_)
        | SignatureError::TooManyNames => VerificationResult::Neutral,
    }
}

/// The result for a signature whose key record cannot be used (RFC 6376 §6.1.2).
const fn record_result(error: &RecordError) -> VerificationResult {
    match error {
        RecordError::Version(_) | RecordError::UnknownKeyType(_) => VerificationResult::Neutral,
        RecordError::TooLong { .. }
        | RecordError::TagList(_)
        | RecordError::Quoting
        | RecordError::VersionNotFirst
        | RecordError::NoKey
        | RecordError::Revoked
        | RecordError::Base64
        | RecordError::Key(_) => VerificationResult::PermError,
    }
}

/// A duration in words, in its largest unit.
pub(crate) fn duration(seconds: u64) -> String {
    let (count, unit) = match seconds {
        0..120 => (seconds, "second"),
        120..7200 => (seconds / 60, "minute"),
        7200..172_800 => (seconds / 3600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural}")
}
