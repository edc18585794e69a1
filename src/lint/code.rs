//! The codes of findings: a contract with scripts.

use crate::coded::coded;

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

coded! {
    /// What of a key is damaged, or what was done to it, and whether the key can be had back.
    pub enum Part: (bool) {
        /// The beginning of the key is missing.
        Beginning = "beginning", false;
        /// Characters are missing in the middle of the key.
        Middle = "middle", false;
        /// The pieces of the key are in the wrong order.
        Order = "order", true;
        /// The letters of the key were folded to one case.
        Case = "case", false;
        /// The key was encoded in base64 twice, or it is there twice.
        Doubled = "doubled", true;
        /// The record has the encoding of a web page or of a URL.
        Encoding = "encoding", true;
        /// The key has the lines of a PEM file around it, or is in a certificate or in OpenSSH's form.
        Wrapper = "wrapper", true;
    }
}

impl Part {
    /// Whether the key can be had back, and a corrected record is offered as a rule.
    #[must_use]
    pub const fn is_reversible(self) -> bool {
        self.columns().0
    }
}

/// What a finding is about.
enum About {
    /// The form of a record: a corrected record with the same key does not have the finding.
    Form,
    /// The key, the name, or what the domain wants.
    Content,
}

use About::{Content, Form};
use Severity::{Error, Note, Warning};

coded! {
    /// What can be found about a record or a name, in the order of output within one severity.
    pub enum FindingCode: (Severity, About) {
        /// A private key is published, or a part of one.
        PrivateKeyPublished = "private-key-published", Error, Content;
        /// `p=` is empty (RFC 6376 §3.6.1).
        Revoked = "revoked", Error, Content;
        /// No verifier asks for the name: it is not `selector._domainkey.domain`.
        UnreachableName = "unreachable-name", Error, Content;
        /// The key record is at another name, because its name was entered wrongly.
        KeyElsewhere = "key-elsewhere", Error, Content;
        /// The name is an alias of a name that has no TXT record.
        CnameDangling = "cname-dangling", Error, Content;
        /// The chain of aliases leads back to itself, or is too long.
        CnameLoop = "cname-loop", Error, Content;
        /// A TXT record holds the target of a CNAME record.
        CnameAsTxt = "cname-as-txt", Error, Content;
        /// The name is not an alias of the expected one.
        CnameMismatch = "cname-mismatch", Error, Content;
        /// The published key is not the expected one.
        KeyMismatch = "key-mismatch", Error, Content;
        /// The name has several key records, or one in several pieces (RFC 6376 §3.6.2.2).
        SeveralRecords = "several-records", Error, Content;
        /// The record, or the key in it, has more bytes than are read.
        RecordTooLarge = "record-too-large", Error, Content;
        /// The text is not a tag-list (RFC 6376 §3.2), or contains quotes and backslashes.
        TagSyntax = "tag-syntax", Error, Form;
        /// A tag occurs twice (RFC 6376 §3.2).
        DuplicateTag = "duplicate-tag", Error, Form;
        /// `v=` is not `DKIM1`.
        BadVersion = "bad-version", Error, Form;
        /// `v=` is not the first tag.
        VersionNotFirst = "version-not-first", Error, Form;
        /// There is no `p=`.
        NoKeyTag = "no-key-tag", Error, Form;
        /// `k=` is neither `rsa` nor `ed25519`.
        UnknownKeyType = "unknown-key-type", Error, Form;
        /// `p=` is not base64.
        BadBase64 = "bad-base64", Error, Form;
        /// The end of the key is missing.
        KeyTruncated = "key-truncated", Error, Content;
        /// The key is damaged in another way than that its end is missing; `part` says which.
        KeyDamaged = "key-damaged", Error, Form;
        /// A semicolon is missing between two tags (RFC 6376 §3.2).
        MissingSemicolon = "missing-semicolon", Error, Form;
        /// `p=` does not hold a key of the type that `k=` says.
        KeyTypeMismatch = "key-type-mismatch", Error, Form;
        /// The RSA key has fewer than 1024 bits (RFC 8301 §3.2).
        KeyTooShort = "key-too-short", Error, Content;
        /// The answer comes from a wildcard (RFC 4592): the selector itself does not exist.
        Wildcard = "wildcard", Warning, Content;
        /// The name has a CNAME record and TXT records (RFC 1034 §3.6.2).
        CnameAndTxt = "cname-and-txt", Warning, Content;
        /// A TXT record for something else is beside the key record (RFC 6376 §3.6.2.2).
        SecondTxt = "second-txt", Warning, Content;
        /// Quotes of a master file became a part of the record.
        QuotesInValue = "quotes-in-value", Error, Form;
        /// `\;` of a master file became a part of the record.
        EscapedSemicolons = "escaped-semicolons", Error, Form;
        /// `h=` leaves out SHA-256, the only hash in use (RFC 8301 §3.1).
        Sha1Only = "sha1-only", Error, Form;
        /// `h=` names a signature algorithm, where it takes a hash (RFC 6376 §3.6.1).
        AlgorithmInH = "algorithm-in-h", Error, Form;
        /// `s=` leaves out mail (RFC 6376 §3.6.1).
        ServiceRestricted = "service-restricted", Error, Form;
        /// The RSA key has 1024 to 2047 bits (RFC 8301 §3.2).
        WeakKey = "weak-key", Warning, Content;
        /// The RSA exponent is less than 65537.
        LowExponent = "low-exponent", Warning, Content;
        /// The RSA exponent is greater than 65537.
        UnusualExponent = "unusual-exponent", Warning, Content;
        /// The domain says that it is testing: `t=y` (RFC 6376 §3.6.1).
        TestingFlag = "testing-flag", Warning, Content;
        /// `h=` lists SHA-1 beside SHA-256 (RFC 8301 §3.1).
        Sha1Allowed = "sha1-allowed", Warning, Form;
        /// There is no `v=`, which RFC 6376 §3.6.1 recommends.
        NoVersion = "no-version", Warning, Form;
        /// `p=` contains white space.
        WhitespaceInKey = "whitespace-in-key", Warning, Form;
        /// `p=` contains a line break that is not folded (RFC 6376 §3.2).
        LineBreak = "line-break", Warning, Form;
        /// The base64 in `p=` lacks its padding.
        UnpaddedKey = "unpadded-key", Warning, Form;
        /// `p=` is an `RSAPublicKey` and not a `SubjectPublicKeyInfo`.
        Pkcs1Key = "pkcs1-key", Warning, Form;
        /// `p=` is not exact DER.
        SloppyDer = "sloppy-der", Warning, Form;
        /// The record has `g=`, which RFC 6376 §C.1 dropped.
        GranularityTag = "granularity-tag", Warning, Form;
        /// The TXT record is for something other than DKIM.
        NotAKeyRecord = "not-a-key-record", Note, Content;
        /// The target is one that the provider publishes when it rotates its keys.
        IdleSelector = "idle-selector", Note, Content;
        /// The text is one that a program printed, with quotes that are not a part of the record.
        PresentationForm = "presentation-form", Note, Content;
        /// The RSA key has more than 2048 bits, for which the DNS needs care.
        LargeKey = "large-key", Note, Content;
        /// A value has another letter case than RFC 6376 §3.6.1 has it, and is accepted.
        LetterCase = "letter-case", Note, Form;
        /// The record has a tag that no standard knows.
        UnknownTag = "unknown-tag", Note, Content;
        /// The record has `n=`, a note for people.
        NoteTag = "note-tag", Note, Content;
        /// Caches keep the record for a very short time.
        ShortTtl = "short-ttl", Note, Content;
        /// Caches keep the record for a very long time.
        LongTtl = "long-ttl", Note, Content;
    }
}

impl FindingCode {
    /// How bad it is.
    #[must_use]
    pub const fn severity(self) -> Severity {
        self.columns().0
    }

    /// Whether it is about the form of a record, so that it is gone from a corrected one.
    pub(crate) const fn is_correctable(self) -> bool {
        matches!(self.columns().1, About::Form)
    }
}
