//! The codes of findings: a contract with scripts.

/// How bad a finding is; the worst comes first in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// No signature can be verified with the record, or an expectation does not hold.
    Error,
    /// It works, or works for some, and should be changed.
    Warning,
    /// It is to be known.
    Note,
}

impl Severity {
    /// The severity's name in output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// What can be found about a record, or about a name; the order is that of output within one
/// severity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum FindingCode {
    /// `p=` is empty (RFC 6376 §3.6.1).
    Revoked,
    /// The name is an alias, and what it leads to has no TXT record.
    CnameDangling,
    /// The chain of aliases comes back to itself, or does not end.
    CnameLoop,
    /// The name does not lead to the expected one.
    CnameMismatch,
    /// The published key is not the expected one.
    KeyMismatch,
    /// Several key records under one name, or one in several pieces (RFC 6376 §3.6.2.2).
    SeveralRecords,
    /// More octets than are read, of the record or of the key in it.
    RecordTooLarge,
    /// The text is not a tag-list (RFC 6376 §3.2), or quotes and backslashes are a part of it.
    TagSyntax,
    /// A tag stands twice (RFC 6376 §3.2).
    DuplicateTag,
    /// `v=` is not `DKIM1`.
    BadVersion,
    /// `v=` is not the first tag.
    VersionNotFirst,
    /// There is no `p=`.
    NoKeyTag,
    /// `k=` is neither `rsa` nor `ed25519`.
    UnknownKeyType,
    /// `p=` is not base64.
    BadBase64,
    /// The end of the key is missing.
    KeyTruncated,
    /// `p=` does not hold a key of the type that `k=` says.
    KeyTypeMismatch,
    /// An RSA key of fewer than 1024 bits (RFC 8301 §3.2).
    KeyTooShort,
    /// Quotes of a master file became a part of the record.
    QuotesInValue,
    /// `\;` of a master file became a part of the record.
    EscapedSemicolons,
    /// `h=` leaves out SHA-256, the one hash in use (RFC 8301 §3.1).
    Sha1Only,
    /// `s=` leaves out mail (RFC 6376 §3.6.1).
    ServiceRestricted,
    /// An RSA key of 1024 to 2047 bits (RFC 8301 §3.2).
    WeakKey,
    /// An RSA exponent under 65537.
    LowExponent,
    /// An RSA exponent over 65537.
    UnusualExponent,
    /// The domain says that it is testing: `t=y` (RFC 6376 §3.6.1).
    TestingFlag,
    /// `h=` lists SHA-1 beside SHA-256 (RFC 8301 §3.1).
    Sha1Allowed,
    /// There is no `v=` (RFC 6376 §3.6.1 recommends it).
    NoVersion,
    /// White space inside `p=`.
    WhitespaceInKey,
    /// `p=` is an `RSAPublicKey` and not a `SubjectPublicKeyInfo`.
    Pkcs1Key,
    /// `p=` is not exact DER.
    SloppyDer,
    /// `g=`, historic (RFC 6376 §C.1 dropped it).
    GranularityTag,
    /// A TXT record for something else.
    NotAKeyRecord,
    /// An RSA key of more than 2048 bits, for which the DNS needs care.
    LargeKey,
    /// A tag that no standard knows.
    UnknownTag,
    /// `n=`, a note for people.
    NoteTag,
    /// Caches keep the record for a very short time.
    ShortTtl,
    /// Caches keep the record for a very long time.
    LongTtl,
}

impl FindingCode {
    /// Every code, in the order of output.
    pub const ALL: [Self; 37] = [
        Self::Revoked,
        Self::CnameDangling,
        Self::CnameLoop,
        Self::CnameMismatch,
        Self::KeyMismatch,
        Self::SeveralRecords,
        Self::RecordTooLarge,
        Self::TagSyntax,
        Self::DuplicateTag,
        Self::BadVersion,
        Self::VersionNotFirst,
        Self::NoKeyTag,
        Self::UnknownKeyType,
        Self::BadBase64,
        Self::KeyTruncated,
        Self::KeyTypeMismatch,
        Self::KeyTooShort,
        Self::QuotesInValue,
        Self::EscapedSemicolons,
        Self::Sha1Only,
        Self::ServiceRestricted,
        Self::WeakKey,
        Self::LowExponent,
        Self::UnusualExponent,
        Self::TestingFlag,
        Self::Sha1Allowed,
        Self::NoVersion,
        Self::WhitespaceInKey,
        Self::Pkcs1Key,
        Self::SloppyDer,
        Self::GranularityTag,
        Self::NotAKeyRecord,
        Self::LargeKey,
        Self::UnknownTag,
        Self::NoteTag,
        Self::ShortTtl,
        Self::LongTtl,
    ];

    /// The code in output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Revoked => "revoked",
            Self::CnameDangling => "cname-dangling",
            Self::CnameLoop => "cname-loop",
            Self::CnameMismatch => "cname-mismatch",
            Self::KeyMismatch => "key-mismatch",
            Self::SeveralRecords => "several-records",
            Self::RecordTooLarge => "record-too-large",
            Self::TagSyntax => "tag-syntax",
            Self::DuplicateTag => "duplicate-tag",
            Self::BadVersion => "bad-version",
            Self::VersionNotFirst => "version-not-first",
            Self::NoKeyTag => "no-key-tag",
            Self::UnknownKeyType => "unknown-key-type",
            Self::BadBase64 => "bad-base64",
            Self::KeyTruncated => "key-truncated",
            Self::KeyTypeMismatch => "key-type-mismatch",
            Self::KeyTooShort => "key-too-short",
            Self::QuotesInValue => "quotes-in-value",
            Self::EscapedSemicolons => "escaped-semicolons",
            Self::Sha1Only => "sha1-only",
            Self::ServiceRestricted => "service-restricted",
            Self::WeakKey => "weak-key",
            Self::LowExponent => "low-exponent",
            Self::UnusualExponent => "unusual-exponent",
            Self::TestingFlag => "testing-flag",
            Self::Sha1Allowed => "sha1-allowed",
            Self::NoVersion => "no-version",
            Self::WhitespaceInKey => "whitespace-in-key",
            Self::Pkcs1Key => "pkcs1-key",
            Self::SloppyDer => "sloppy-der",
            Self::GranularityTag => "granularity-tag",
            Self::NotAKeyRecord => "not-a-key-record",
            Self::LargeKey => "large-key",
            Self::UnknownTag => "unknown-tag",
            Self::NoteTag => "note-tag",
            Self::ShortTtl => "short-ttl",
            Self::LongTtl => "long-ttl",
        }
    }

    /// How bad it is.
    #[must_use]
    pub const fn severity(self) -> Severity {
        match self {
            Self::Revoked
            | Self::CnameDangling
            | Self::CnameLoop
            | Self::CnameMismatch
            | Self::KeyMismatch
            | Self::SeveralRecords
            | Self::RecordTooLarge
            | Self::TagSyntax
            | Self::DuplicateTag
            | Self::BadVersion
            | Self::VersionNotFirst
            | Self::NoKeyTag
            | Self::UnknownKeyType
            | Self::BadBase64
            | Self::KeyTruncated
            | Self::KeyTypeMismatch
            | Self::KeyTooShort => Severity::Error,
            Self::QuotesInValue
            | Self::EscapedSemicolons
            | Self::Sha1Only
            | Self::ServiceRestricted
            | Self::WeakKey
            | Self::LowExponent
            | Self::UnusualExponent
            | Self::TestingFlag
            | Self::Sha1Allowed
            | Self::NoVersion
            | Self::WhitespaceInKey
            | Self::Pkcs1Key
            | Self::SloppyDer
            | Self::GranularityTag
            | Self::NotAKeyRecord => Severity::Warning,
            Self::LargeKey | Self::UnknownTag | Self::NoteTag | Self::ShortTtl | Self::LongTtl => {
                Severity::Note
            }
        }
    }

    /// Whether it is about the form of a record, so that it is gone from a corrected one.
    pub(super) const fn is_correctable(self) -> bool {
        matches!(
            self,
            Self::TagSyntax
                | Self::DuplicateTag
                | Self::BadVersion
                | Self::VersionNotFirst
                | Self::NoKeyTag
                | Self::UnknownKeyType
                | Self::BadBase64
                | Self::KeyTypeMismatch
                | Self::QuotesInValue
                | Self::EscapedSemicolons
                | Self::Sha1Only
                | Self::ServiceRestricted
                | Self::Sha1Allowed
                | Self::NoVersion
                | Self::WhitespaceInKey
                | Self::Pkcs1Key
                | Self::SloppyDer
                | Self::GranularityTag
        )
    }
}
