//! Signing a message (RFC 6376 §5).

mod choices;
mod error;
mod signer;
mod warning;

use crate::algorithm::{HashValue, SigningAlgorithm};
use crate::author::{NoAuthorDomain, single_author_domain};
use crate::hash::{BodyHasher, BodyHashes};
use crate::identifier::Sdid;
use crate::message::{FieldIndex, Header};
use signer::Supplied;

pub use choices::{
    BodyLength, Choices, DEFAULT_HEADERS, DEFAULT_OVERSIGN, DEFAULT_OVERSIGN_IF_PRESENT,
};
pub use error::SignError;
pub use signer::Signer;
pub use warning::SignWarning;

/// The domain that signs a message where none is named: that of the author
/// ([`single_author_domain`]), in lower case, so that the signature is aligned with it.
///
/// # Errors
///
/// [`SignError::FromMissing`], [`SignError::NoAuthorDomain`] or [`SignError::AuthorDomain`] if the
/// author has no such domain.
pub fn domain_of_author(header: &Header) -> Result<Sdid, SignError> {
    let domain = match single_author_domain(header) {
        Ok(domain) => domain.as_str().to_ascii_lowercase(),
        Err(NoAuthorDomain::Missing) => return Err(SignError::FromMissing),
        Err(why) => return Err(SignError::NoAuthorDomain(why)),
    };
    domain.parse().map_err(SignError::AuthorDomain)
}

/// The signing of one message in flight, by any number of signers.
///
/// Begun with the header, it is given the body in pieces; [`Signing::finish`] makes one field for
/// each signer, to be put [on top](Header::with_fields_on_top) of the message. Where a private key
/// is elsewhere, [`Signing::requests`] says what it has to sign, and [`Signing::supply`] takes the
/// signature, before that.
#[derive(Clone, Debug)]
pub struct Signing {
    signers: Vec<Signer>,
    header: Header,
    now: u64,
    body: BodyHasher,
    /// What was supplied, in the order of the signers.
    supplied: Vec<Option<Supplied>>,
}

impl Signing {
    /// Begins to sign a message.
    ///
    /// `now` is the time of signing in Unix seconds.
    ///
    /// # Errors
    ///
    /// [`SignError::MalformedHeader`] if verifiers would not accept the message whatever its
    /// signature; [`SignError::FromMissing`] if there is no From field to be signed.
    pub fn begin(signers: &[Signer], header: Header, now: u64) -> Result<Self, SignError> {
        if let Some(malformation) = header.malformation() {
            return Err(SignError::MalformedHeader(malformation.clone()));
        }
        if header.fields_named("from").next().is_none() {
            return Err(SignError::FromMissing);
        }
        let requests = signers.iter().map(Signer::body_hash_request);
        Ok(Self {
            body: BodyHasher::new(header.line_endings(), requests),
            supplied: vec![None; signers.len()],
            signers: signers.to_vec(),
            header,
            now,
        })
    }

    /// Takes the next bytes of the body, the empty line before it not included.
    pub fn body(&mut self, bytes: &[u8]) {
        self.body.update(bytes);
    }

    /// The message's header.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// What is unwise about signing this message: for when the whole body was given.
    #[must_use]
    pub fn warnings(&self) -> Vec<SignWarning> {
        SignWarning::find(&self.header, &self.body.clone().finish(), &self.signers)
    }

    /// What has to be signed elsewhere and was not supplied so far: for when the whole body was
    /// given. All of it can be signed at the same time.
    ///
    /// # Errors
    ///
    /// A [`SignError`] if a field cannot be made.
    pub fn requests(&self) -> Result<Vec<SignatureRequest>, SignError> {
        let body = self.body.clone().finish();
        let index = FieldIndex::new(&self.header);
        let message = HashedMessage {
            header: &self.header,
            index: &index,
            body: &body,
            now: self.now,
        };
        let mut requests = Vec::new();
        for (place, signer) in self.signers.iter().enumerate() {
            if signer.has_key_elsewhere() && self.supplied[place].is_none() {
                requests.push(SignatureRequest {
                    place,
                    signer: signer.clone(),
                    digest: signer.prepare(&message)?.digest,
                });
            }
        }
        Ok(requests)
    }

    /// Takes the signature that was requested. A later one replaces an earlier one.
    ///
    /// # Errors
    ///
    /// [`SignError::Unverified`] if it is not the key's signature of the request's digest, or if
    /// the request is of another signing.
    pub fn supply(
        &mut self,
        request: &SignatureRequest,
        signature: &[u8],
    ) -> Result<(), SignError> {
        let signer = self.signers.get(request.place);
        let signer = signer.ok_or(SignError::Unverified)?;
        signer.verify(&request.digest, signature)?;
        self.supplied[request.place] = Some(Supplied {
            digest: request.digest,
            signature: signature.to_vec(),
        });
        Ok(())
    }

    /// Makes the DKIM-Signature fields, in the order of the signers, each with its final line
    /// end.
    ///
    /// # Errors
    ///
    /// A [`SignError`] if one of them cannot be made.
    pub fn finish(self) -> Result<Vec<String>, SignError> {
        let body = self.body.finish();
        let index = FieldIndex::new(&self.header);
        let message = HashedMessage {
            header: &self.header,
            index: &index,
            body: &body,
            now: self.now,
        };
        let signers = self.signers.iter().zip(self.supplied);
        signers
            .map(|(signer, supplied)| signer.sign(&message, supplied))
            .collect()
    }
}

/// A message whose body was hashed.
struct HashedMessage<'a> {
    header: &'a Header,
    index: &'a FieldIndex<'a>,
    body: &'a BodyHashes,
    now: u64,
}

/// What has to be signed by a key that is elsewhere.
#[derive(Clone, Debug)]
pub struct SignatureRequest {
    /// The signer's place among those of the signing.
    place: usize,
    signer: Signer,
    digest: HashValue,
}

impl SignatureRequest {
    /// The signer whose key has to sign.
    #[must_use]
    pub fn signer(&self) -> &Signer {
        &self.signer
    }

    /// The algorithm: `rsa-sha256` is RSASSA-PKCS1-v1_5 of a digest that is made already
    /// (RFC 6376 §3.3.2); `ed25519-sha256` is pure Ed25519 with the digest as the message
    /// (RFC 8463 §3).
    #[must_use]
    pub fn algorithm(&self) -> SigningAlgorithm {
        self.signer.algorithm()
    }

    /// The header hash, the 32 bytes of SHA-256 (RFC 6376 §3.7).
    #[must_use]
    pub fn digest(&self) -> &[u8] {
        &self.digest
    }
}
