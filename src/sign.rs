//! Signing a message (RFC 6376 §5).

mod choices;
mod error;

use std::sync::Arc;

use crate::algorithm::MINIMUM_RSA_BITS;
use crate::algorithm::{HashAlgorithm, KeyType, SigningAlgorithm};
use crate::canonicalization::BodyHashRequest;
use crate::hash::{BodyHasher, SignatureField, header_hash};
use crate::identifier::{DomainName, Sdid, Selector};
use crate::key::SigningKey;
use crate::message::{FieldIndex, Header, HeaderField, LineEnd, LineEndings};
use crate::signature::Signature;
use crate::signature::format::{
    UnsignedField, copied_field_pieces, header_name_pieces, is_internationalized, quoted_printable,
};
use crate::syntax::folding::is_wsp;
use choices::check_name;

pub use choices::{BodyLength, Choices, DEFAULT_HEADERS};
pub use error::SignError;

/// How messages are signed with one key.
#[derive(Debug)]
pub struct Signer {
    domain: Sdid,
    selector: Selector,
    key: Arc<SigningKey>,
    choices: Choices,
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
    /// [`SignError::FromMissing`] if there is no From field to be signed;
    /// [`SignError::ContinuesNothing`] if a field put on top would not stay one of its own.
    pub fn begin(signers: &'a [Signer], header: &'a Header) -> Result<Self, SignError> {
        if header.fields_named("from").next().is_none() {
            return Err(SignError::FromMissing);
        }
        let first = header.field(0).and_then(|field| field.raw().first());
        if first.is_some_and(|&octet| is_wsp(octet)) {
            return Err(SignError::ContinuesNothing);
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
        let names = self.choices.signed_names(message.header, message.index)?;
        let mut field = self.unsigned_field(message, &names);
        let unsigned = field.open_signature().to_owned();
        let own = SignatureField {
            field: HeaderField::from_raw(unsigned.as_bytes(), message.header.line_endings()),
            index: None,
            emptied: 0..0,
            canonicalization: self.choices.canonicalization.header,
            algorithm: HashAlgorithm::Sha256,
        };
        let hash = header_hash(
            message.header,
            message
                .index
                .select(names.iter().map(String::as_str), None)
                .flatten(),
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
        let field = HeaderField::from_raw(field.as_bytes(), message.header.line_endings());
        let signature = Signature::parse(field).map_err(SignError::Unreadable)?;
        let own = SignatureField::new(field, None, &signature);
        let hash = header_hash(
            message.header,
            message
                .index
                .select(signature.signed_headers(), None)
                .flatten(),
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
