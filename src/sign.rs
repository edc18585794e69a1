//! Signing a message (RFC 6376 §5).

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::sync::Arc;

use crate::algorithm::{HashAlgorithm, KeyType, SigningAlgorithm};
use crate::canonicalization::MessageCanonicalization;
use crate::hash::{BodyHashRequest, BodyHasher, SignatureField, header_hash};
use crate::identifier::{Auid, DomainName, Sdid, Selector};
use crate::key::{SigningKey, SigningKeyError};
use crate::message::{FieldIndex, Header, HeaderField, LineEnd, LineEndings};
use crate::signature::format::{
    UnsignedField, copied_field_pieces, header_name_pieces, is_internationalized, quoted_printable,
};
use crate::signature::{MAX_NAMES, Signature, SignatureError};
use crate::verify::MINIMUM_RSA_BITS;

/// The header fields that are signed by default where they are present: those of RFC 6376 §5.4.1
/// and those that MIME readers obey. Every List field is signed beside them.
pub const DEFAULT_HEADERS: [&str; 16] = [
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

/// Fields that are never signed: mail systems on the way add, change or remove them
/// (RFC 6376 §5.4), Bcc is not to be told, and signatures sign themselves.
const NEVER_SIGNED: [&str; 10] = [
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

/// How messages are signed with one key.
#[derive(Debug)]
pub struct Signer {
    domain: Sdid,
    selector: Selector,
    key: Arc<SigningKey>,
    choices: Choices,
}

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
    /// signature (RFC 6376 §8.15).
    pub oversign: Vec<String>,
    /// The agent or user (`i=`).
    pub identity: Option<Auid>,
    /// The time of signing (`t=`), in Unix seconds.
    pub timestamp: Option<u64>,
    /// The time of expiration (`x=`), in Unix seconds.
    pub expiration: Option<u64>,
    /// How much of the body is signed (`l=`).
    pub body_length: BodyLength,
    /// Copy the signed fields into the signature (`z=`).
    pub copy_headers: bool,
    /// Fold the field at 78 columns.
    pub wrap: bool,
}

impl Default for Choices {
    /// `relaxed/relaxed`, default fields, From oversigned, the whole body, folded; no `t=`.
    fn default() -> Self {
        Self {
            canonicalization: MessageCanonicalization::RELAXED,
            headers: None,
            oversign: vec!["From".to_owned()],
            identity: None,
            timestamp: None,
            expiration: None,
            body_length: BodyLength::Unlimited,
            copy_headers: false,
            wrap: true,
        }
    }
}

/// How much of the body is signed, in octets of the canonicalized body (`l=`, RFC 6376 §3.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BodyLength {
    /// All of it, and nothing can be added to it: no `l=`.
    #[default]
    Unlimited,
    /// All of it, and more can be added behind it: `l=` has its length.
    Whole,
    /// So many octets from its start.
    First(u64),
}

impl Signer {
    /// A signer for a domain with the key at a selector.
    ///
    /// # Errors
    ///
    /// A [`SignError`] if the key or a choice would make signatures that verifiers refuse.
    pub fn new(
        domain: Sdid,
        selector: Selector,
        key: Arc<SigningKey>,
        choices: Choices,
    ) -> Result<Self, SignError> {
        let bits = key.bits();
        if key.key_type() == KeyType::Rsa && bits < MINIMUM_RSA_BITS {
            return Err(SignError::KeyTooShort { bits });
        }
        if let Some(identity) = &choices.identity
            && !identity.domain().is_within(domain.domain())
        {
            return Err(SignError::IdentityOutsideDomain);
        }
        if let (Some(timestamp), Some(expiration)) = (choices.timestamp, choices.expiration)
            && expiration <= timestamp
        {
            return Err(SignError::ExpirationBeforeTimestamp);
        }
        choices
            .headers
            .iter()
            .flatten()
            .chain(&choices.oversign)
            .try_for_each(|name| check_name(name))?;
        let mut signed = choices.headers.iter().flatten().chain(&choices.oversign);
        if choices.headers.is_some() && !signed.any(|name| name.eq_ignore_ascii_case("from")) {
            return Err(SignError::FromNotSigned);
        }
        Ok(Self {
            domain,
            selector,
            key,
            choices,
        })
    }

    /// The key.
    #[must_use]
    pub fn key(&self) -> &SigningKey {
        &self.key
    }

    fn algorithm(&self) -> SigningAlgorithm {
        match self.key.key_type() {
            KeyType::Rsa => SigningAlgorithm::RsaSha256,
            KeyType::Ed25519 => SigningAlgorithm::Ed25519Sha256,
        }
    }

    fn body_hash_request(&self) -> BodyHashRequest {
        BodyHashRequest {
            canonicalization: self.choices.canonicalization.body,
            algorithm: HashAlgorithm::Sha256,
            length: match self.choices.body_length {
                BodyLength::Unlimited | BodyLength::Whole => None,
                BodyLength::First(length) => Some(length),
            },
        }
    }

    /// The names for `h=`: each as often as it has fields, and once more where it is oversigned.
    fn signed_names(
        &self,
        header: &Header,
        index: &FieldIndex<'_>,
    ) -> Result<Vec<String>, SignError> {
        let mut names: Vec<Cow<'_, str>> = Vec::new();
        match &self.choices.headers {
            Some(chosen) => names.extend(chosen.iter().map(Cow::from)),
            None => {
                let present = |name: &&str| index.count(name, 1) > 0;
                names.extend(DEFAULT_HEADERS.into_iter().filter(present).map(Cow::from));
                names.extend(list_fields(header).map(Cow::from));
            }
        }
        names.extend(self.choices.oversign.iter().map(Cow::from));
        let mut signed: Vec<String> = Vec::new();
        for (at, name) in names.iter().enumerate() {
            let equals = |other: &Cow<'_, str>| other.eq_ignore_ascii_case(name);
            if names[..at].iter().any(equals) {
                continue;
            }
            let oversigned = self
                .choices
                .oversign
                .iter()
                .any(|other| other.eq_ignore_ascii_case(name));
            let chosen = self.choices.headers.is_some();
            let present = index.count(name, MAX_NAMES);
            let times = if oversigned {
                present + 1
            } else {
                present.max(usize::from(chosen))
            };
            if signed.len() + times > MAX_NAMES {
                return Err(SignError::TooManyNames);
            }
            signed.extend(std::iter::repeat_n(name.clone().into_owned(), times));
        }
        Ok(signed)
    }
}

/// The signing of one message in flight, by any number of signers.
///
/// Begun with the header, it is given the body in pieces; [`Signing::finish`] makes one field for
/// each signer, to be put on top of the message.
#[derive(Debug)]
pub struct Signing<'a> {
    signers: &'a [Signer],
    header: &'a Header,
    body: BodyHasher,
}

impl<'a> Signing<'a> {
    /// Begins to sign a message.
    ///
    /// # Errors
    ///
    /// [`SignError::FromMissing`] if there is no From field to be signed.
    pub fn begin(signers: &'a [Signer], header: &'a Header) -> Result<Self, SignError> {
        if header.fields_named("from").next().is_none() {
            return Err(SignError::FromMissing);
        }
        let requests: Vec<_> = signers.iter().map(Signer::body_hash_request).collect();
        Ok(Self {
            signers,
            header,
            body: BodyHasher::new(header.line_endings(), &requests),
        })
    }

    /// Takes the next octets of the body, the empty line before it not included.
    pub fn body(&mut self, octets: &[u8]) {
        self.body.update(octets);
    }

    /// Makes the DKIM-Signature fields, in the order of the signers, each with its final line
    /// end. Each was verified with the public half of its key.
    ///
    /// # Errors
    ///
    /// A [`SignError`] if one of them cannot be made.
    pub fn finish(self) -> Result<Vec<String>, SignError> {
        let body = self.body.finish();
        let index = FieldIndex::new(self.header);
        self.signers
            .iter()
            .map(|signer| {
                let request = signer.body_hash_request();
                let actual = body.canonical_length(&request).unwrap_or_default();
                let body_hash = body
                    .hash(&request)
                    .ok_or(SignError::BodyTooShort { actual })?;
                let length = match signer.choices.body_length {
                    BodyLength::Unlimited => None,
                    BodyLength::Whole => Some(actual),
                    BodyLength::First(length) => Some(length),
                };
                let message = HashedMessage {
                    header: self.header,
                    index: &index,
                    body_hash,
                    length,
                };
                signer.sign(&message)
            })
            .collect()
    }
}

/// A message as a signer needs it.
struct HashedMessage<'a> {
    header: &'a Header,
    index: &'a FieldIndex<'a>,
    body_hash: &'a [u8],
    length: Option<u64>,
}

impl Signer {
    fn sign(&self, message: &HashedMessage<'_>) -> Result<String, SignError> {
        let names = self.signed_names(message.header, message.index)?;
        let mut field = self.unsigned_field(message, &names);
        let unsigned = field.open_signature().to_owned();
        let own = SignatureField {
            field: HeaderField::from_raw(unsigned.as_bytes()),
            index: None,
            emptied: 0..0,
            canonicalization: self.choices.canonicalization.header,
            algorithm: HashAlgorithm::Sha256,
        };
        let hash = header_hash(
            message.header,
            message.index,
            names.iter().map(String::as_str),
            own,
        );
        let digest: &[u8; 32] = hash
            .as_slice()
            .try_into()
            .map_err(|_| SignError::SelfCheck)?;
        let signature = self.key.sign(digest).map_err(SignError::Key)?;
        let field = field.close(&signature);
        self.check(&field, message)?;
        Ok(field)
    }

    fn unsigned_field(&self, message: &HashedMessage<'_>, names: &[String]) -> UnsignedField {
        let Self {
            domain,
            selector,
            choices,
            ..
        } = self;
        let header = message.header;
        let line_end = match header.line_endings() {
            LineEndings::Strict => LineEnd::Crlf,
            LineEndings::Lenient => header.first_line_end().unwrap_or(LineEnd::Crlf),
        };
        let international = is_internationalized(header);
        let label_form = |text: &str, ascii: &str| {
            if international {
                text.to_owned()
            } else {
                ascii.to_owned()
            }
        };
        let domain_form = |name: &DomainName| label_form(name.as_str(), name.to_ascii());
        let mut field = UnsignedField::new(choices.wrap, line_end);
        field.tag("v", "1");
        field.tag("a", self.algorithm().name());
        field.tag("c", &choices.canonicalization.to_string());
        field.tag("d", &domain_form(domain.domain()));
        field.tag("s", &label_form(selector.as_str(), selector.to_ascii()));
        if let Some(identity) = &choices.identity {
            let local_part = quoted_printable(identity.local_part(), international);
            field.tag(
                "i",
                &format!("{local_part}@{}", domain_form(identity.domain())),
            );
        }
        let numbers = [
            ("t", choices.timestamp),
            ("x", choices.expiration),
            ("l", message.length),
        ];
        for (name, number) in numbers {
            if let Some(number) = number {
                field.tag(name, &number.to_string());
            }
        }
        field.tag_of_pieces("h", &header_name_pieces(names));
        if choices.copy_headers {
            let selected = message.index.select(names.iter().map(String::as_str), None);
            let copied: Vec<_> = selected
                .flatten()
                .filter_map(|at| header.field(at))
                .collect();
            field.tag_of_pieces("z", &copied_field_pieces(&copied));
        }
        field.tag_of_octets("bh", message.body_hash);
        field
    }

    /// Reads the new field as a verifier would, and verifies it with the public half of the key.
    fn check(&self, field: &str, message: &HashedMessage<'_>) -> Result<(), SignError> {
        let field = HeaderField::from_raw(field.as_bytes());
        let line_endings = message.header.line_endings();
        let signature = Signature::parse(field, line_endings).map_err(SignError::Unreadable)?;
        let own = SignatureField::new(field, None, &signature);
        let hash = header_hash(
            message.header,
            message.index,
            signature.signed_headers(),
            own,
        );
        let key = self.key.public_key();
        let good = key.verify(signature.algorithm.hash(), &hash, &signature.signature)
            && signature.body_hash == message.body_hash
            && signature.body_length == message.length;
        if good {
            Ok(())
        } else {
            Err(SignError::SelfCheck)
        }
    }
}

/// Why a message cannot be signed.
#[derive(Debug)]
#[non_exhaustive]
pub enum SignError {
    /// The message has no From field.
    FromMissing,
    /// From is not among the fields to sign (RFC 6376 §5.4).
    FromNotSigned,
    /// A name is not that of a header field.
    BadName(String),
    /// A field that is never to be signed.
    NeverSigned(String),
    /// `h=` would have more names than [`MAX_NAMES`].
    TooManyNames,
    /// The domain of the identity is neither the signing domain nor under it.
    IdentityOutsideDomain,
    /// The expiration is not after the timestamp.
    ExpirationBeforeTimestamp,
    /// An RSA key under 1024 bits (RFC 8301 §3.2).
    KeyTooShort {
        /// The key's size in bits.
        bits: usize,
    },
    /// The body has fewer octets than are to be signed.
    BodyTooShort {
        /// The length of the canonicalized body in octets.
        actual: u64,
    },
    /// The key cannot sign.
    Key(SigningKeyError),
    /// The field that was made cannot be read: a verifier would not judge it.
    Unreadable(SignatureError),
    /// The signature that was made does not verify.
    SelfCheck,
}

impl fmt::Display for SignError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FromMissing => f.write_str("the message has no From field"),
            Self::FromNotSigned => f.write_str("the From field must be signed"),
            Self::BadName(name) => write!(f, "\"{name}\" is not the name of a header field"),
            Self::NeverSigned(name) => {
                write!(
                    f,
                    "the field {name} must not be signed: it changes on the way"
                )
            }
            Self::TooManyNames => write!(f, "more than {MAX_NAMES} header fields to sign"),
            Self::IdentityOutsideDomain => {
                f.write_str("the identity is not in the signing domain nor under it")
            }
            Self::ExpirationBeforeTimestamp => {
                f.write_str("the expiration is not after the timestamp")
            }
            Self::KeyTooShort { bits } => {
                write!(
                    f,
                    "an RSA key of {bits} bits: verifiers refuse fewer than 1024"
                )
            }
            Self::BodyTooShort { actual } => {
                write!(f, "the body has only {actual} octets when canonicalized")
            }
            Self::Key(error) => error.fmt(f),
            Self::Unreadable(error) => write!(f, "the signature would not be read: {error}"),
            Self::SelfCheck => f.write_str("the new signature does not verify"),
        }
    }
}

impl Error for SignError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Key(error) => Some(error),
            Self::Unreadable(error) => Some(error),
            _ => None,
        }
    }
}

/// The distinct names of the List fields that are present (RFC 2369, RFC 2919, RFC 8058).
fn list_fields(header: &Header) -> impl Iterator<Item = &str> {
    let is_list = |name: &[u8]| {
        name.get(..5)
            .is_some_and(|start| start.eq_ignore_ascii_case(b"list-"))
    };
    let mut seen: std::collections::HashSet<String> = std::collections::HashSet::new();
    header
        .fields()
        .filter_map(move |field| {
            std::str::from_utf8(field.name())
                .ok()
                .filter(|name| is_list(name.as_bytes()))
        })
        .filter(move |name| check_name(name).is_ok() && seen.insert(name.to_ascii_lowercase()))
}

fn check_name(name: &str) -> Result<(), SignError> {
    let allowed = |octet: u8| octet.is_ascii_graphic() && !matches!(octet, b':' | b';');
    if name.is_empty() || !name.bytes().all(allowed) {
        return Err(SignError::BadName(crate::escape::escape(name)));
    }
    if NEVER_SIGNED
        .iter()
        .any(|never| never.eq_ignore_ascii_case(name))
    {
        return Err(SignError::NeverSigned(name.to_owned()));
    }
    Ok(())
}
