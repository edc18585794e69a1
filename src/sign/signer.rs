//! How messages are signed with one key, and the field that is made for one of them.

use std::fmt;
use std::sync::Arc;

use super::choices::{BodyLength, Choices, check_name};
use super::{HashedMessage, SignError};
use crate::algorithm::{HashAlgorithm, HashValue, KeyType, SigningAlgorithm};
use crate::canonicalization::{BodyHashRequest, MessageCanonicalization};
use crate::hash::{SignatureField, header_hash};
use crate::identifier::{DomainName, KeyQuery, Sdid, Selector};
use crate::key::{PublicKey, SigningKey};
use crate::message::HeaderField;
use crate::signature::Signature;
use crate::signature::format::{UnsignedField, copied_field_pieces, is_internationalized};
use crate::syntax::quoted_printable::encode_quoted_printable;

/// How messages are signed with one key.
///
/// Made once for a key and used for any number of messages; cheap to clone.
#[derive(Clone)]
pub struct Signer {
    inner: Arc<Inner>,
}

struct Inner {
    domain: Sdid,
    selector: Selector,
    key: Key,
    choices: Choices,
}

enum Key {
    Here(Arc<dyn SigningKey>),
    Elsewhere(PublicKey),
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
        key: Arc<dyn SigningKey>,
        choices: Choices,
    ) -> Result<Self, SignError> {
        Self::with_key(domain, selector, Key::Here(key), choices)
    }

    /// A signer whose private key is elsewhere: in a hardware module, a service or an agent. Its
    /// signatures are asked for with [`Signing::requests`](super::Signing::requests), and each is
    /// verified with this public key.
    ///
    /// # Errors
    ///
    /// A [`SignError`] if the key or a choice would make signatures that verifiers refuse.
    pub fn with_key_elsewhere(
        domain: Sdid,
        selector: Selector,
        key: PublicKey,
        choices: Choices,
    ) -> Result<Self, SignError> {
        Self::with_key(domain, selector, Key::Elsewhere(key), choices)
    }

    fn with_key(
        domain: Sdid,
        selector: Selector,
        key: Key,
        choices: Choices,
    ) -> Result<Self, SignError> {
        let public = key.public();
        if public.is_too_short() {
            return Err(SignError::KeyTooShort {
                bits: public.bits(),
            });
        }
        if KeyQuery::new(&selector, &domain).is_none() {
            return Err(SignError::LongOwnerName);
        }
        if let Some(identity) = &choices.identity
            && !identity.domain().is_within(domain.domain())
        {
            return Err(SignError::IdentityOutsideDomain);
        }
        choices.expiration(0)?;
        let (headers, oversign) = (choices.headers.iter(), choices.oversign.iter());
        let mut signed = headers.flatten().chain(oversign.flatten());
        signed.clone().try_for_each(|name| check_name(name))?;
        // By default From is both signed and oversigned.
        let is_chosen = choices.headers.is_some() && choices.oversign.is_some();
        if is_chosen && !signed.any(|name| name.eq_ignore_ascii_case("from")) {
            return Err(SignError::FromNotSigned);
        }
        let inner = Arc::new(Inner {
            domain,
            selector,
            key,
            choices,
        });
        Ok(Self { inner })
    }

    /// The signing domain (`d=`).
    #[must_use]
    pub fn domain(&self) -> &Sdid {
        &self.inner.domain
    }

    /// The selector (`s=`).
    #[must_use]
    pub fn selector(&self) -> &Selector {
        &self.inner.selector
    }

    /// The public half of the key.
    #[must_use]
    pub fn public_key(&self) -> &PublicKey {
        self.inner.key.public()
    }

    /// The algorithm of the signatures (`a=`).
    #[must_use]
    pub fn algorithm(&self) -> SigningAlgorithm {
        match self.public_key().key_type() {
            KeyType::Rsa => SigningAlgorithm::RsaSha256,
            KeyType::Ed25519 => SigningAlgorithm::Ed25519Sha256,
        }
    }

    pub(super) fn has_key_elsewhere(&self) -> bool {
        matches!(self.inner.key, Key::Elsewhere(_))
    }

    pub(super) fn body_hash_request(&self) -> BodyHashRequest {
        BodyHashRequest {
            canonicalization: self.inner.choices.canonicalization.body,
            algorithm: HashAlgorithm::Sha256,
            length: match self.inner.choices.body_length {
                BodyLength::Unlimited | BodyLength::Whole => None,
                BodyLength::First(length) => Some(length),
            },
        }
    }

    /// Makes the field for a message up to its signature, and the hash that is to be signed.
    pub(super) fn prepare(&self, message: &HashedMessage<'_>) -> Result<Prepared, SignError> {
        let choices = &self.inner.choices;
        let request = self.body_hash_request();
        let actual = message.body.canonical_length(&request).unwrap_or_default();
        let body_hash = message
            .body
            .hash(&request)
            .ok_or(SignError::BodyTooShort { actual })?;
        let length = match choices.body_length {
            BodyLength::Unlimited => None,
            BodyLength::Whole => Some(actual),
            BodyLength::First(length) => Some(length),
        };
        let names = choices.signed_names(message.header, message.index)?;
        let mut field = self.unsigned_field(message, &names, &body_hash, length)?;
        let line_endings = message.header.line_endings();
        let own = SignatureField {
            field: HeaderField::from_raw(field.open_signature().as_bytes(), line_endings),
            index: None,
            emptied: 0..0,
            canonicalization: choices.canonicalization.header,
            algorithm: HashAlgorithm::Sha256,
        };
        let selected = message.index.select(names, None).flatten();
        let digest = header_hash(message.header, selected, own);
        Ok(Prepared {
            field,
            body_hash,
            length,
            digest,
        })
    }

    fn unsigned_field<'s>(
        &'s self,
        message: &HashedMessage<'_>,
        names: &[&str],
        body_hash: &[u8],
        length: Option<u64>,
    ) -> Result<UnsignedField, SignError> {
        let Inner {
            domain,
            selector,
            choices,
            ..
        } = &*self.inner;
        let header = message.header;
        let international = is_internationalized(header);
        let form = |name: &'s DomainName| -> &'s str {
            if international {
                name.as_str()
            } else {
                name.to_ascii()
            }
        };
        let mut field = UnsignedField::new(choices.wrap, header.line_end_on_top());
        field.tag("v", "1");
        field.tag("a", self.algorithm().name());
        let MessageCanonicalization {
            header: of_header,
            body,
        } = choices.canonicalization;
        field.tag_of_parts("c", [of_header.name(), "/", body.name()]);
        field.tag("d", form(domain.domain()));
        field.tag("s", form(selector.domain()));
        if let Some(identity) = &choices.identity {
            let local_part = encode_quoted_printable(identity.local_part(), international);
            field.tag_of_parts("i", [&local_part, "@", form(identity.domain())]);
        }
        let numbers = [
            ("t", choices.timestamp.then_some(message.now)),
            ("x", choices.expiration(message.now)?),
            ("l", length),
        ];
        for (name, number) in numbers {
            if let Some(number) = number {
                field.tag(name, &number.to_string());
            }
        }
        field.tag_of_names("h", names);
        if choices.copy_headers {
            let selected = message.index.select(names.iter().copied(), None);
            let copied: Vec<_> = selected
                .flatten()
                .filter_map(|at| header.field(at))
                .collect();
            field.tag_of_pieces("z", &copied_field_pieces(&copied));
        }
        field.tag_of_octets("bh", body_hash);
        Ok(field)
    }

    /// Makes the field: with the signature of a key that is here, or else with the one that was
    /// supplied.
    pub(super) fn sign(
        &self,
        message: &HashedMessage<'_>,
        supplied: Option<Supplied>,
    ) -> Result<String, SignError> {
        let prepared = self.prepare(message)?;
        let signature = match &self.inner.key {
            Key::Here(key) => {
                let signature = key.sign(&prepared.digest).map_err(SignError::Key)?;
                if key.needs_check() {
                    self.verify(&prepared.digest, &signature)?;
                }
                signature
            }
            Key::Elsewhere(_) => {
                let supplied = supplied.ok_or(SignError::NotSupplied)?;
                if supplied.digest != prepared.digest {
                    return Err(SignError::BodyAfterRequest);
                }
                supplied.signature
            }
        };
        let Prepared {
            field,
            body_hash,
            length,
            ..
        } = prepared;
        let field = field.close(&signature);
        if self.inner.choices.verify {
            self.read_back(&field, message, body_hash, length)?;
        }
        Ok(field)
    }

    /// Refuses what is not the key's signature of the digest.
    pub(super) fn verify(&self, digest: &[u8], signature: &[u8]) -> Result<(), SignError> {
        if self
            .public_key()
            .verify(HashAlgorithm::Sha256, digest, signature)
        {
            Ok(())
        } else {
            Err(SignError::Unverified)
        }
    }

    /// Reads the new field as a verifier does, and verifies it.
    fn read_back(
        &self,
        field: &str,
        message: &HashedMessage<'_>,
        body_hash: HashValue,
        length: Option<u64>,
    ) -> Result<(), SignError> {
        let field = HeaderField::from_raw(field.as_bytes(), message.header.line_endings());
        let signature = Signature::parse(field).map_err(SignError::Unreadable)?;
        let own = SignatureField::new(field, None, &signature);
        let selected = message.index.select(signature.signed_headers(), None);
        let digest = header_hash(message.header, selected.flatten(), own);
        if signature.body_hash != body_hash || signature.body_length != length {
            return Err(SignError::Unverified);
        }
        self.verify(&digest, &signature.signature)
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer")
            .field("domain", &self.inner.domain)
            .field("selector", &self.inner.selector)
            .field("public_key", self.public_key())
            .field("choices", &self.inner.choices)
            .finish_non_exhaustive()
    }
}

impl Key {
    fn public(&self) -> &PublicKey {
        match self {
            Self::Here(key) => key.public_key(),
            Self::Elsewhere(key) => key,
        }
    }
}

/// A field up to its signature.
pub(super) struct Prepared {
    field: UnsignedField,
    body_hash: HashValue,
    length: Option<u64>,
    /// The header hash that is to be signed (RFC 6376 §3.7).
    pub(super) digest: HashValue,
}

/// A signature that was made elsewhere, and of what.
#[derive(Clone, Debug)]
pub(super) struct Supplied {
    pub(super) digest: HashValue,
    pub(super) signature: Vec<u8>,
}
