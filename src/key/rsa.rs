//! RSA keys (RFC 6376 §3.3, §3.6.1; RFC 8017 §A.1).

use std::fmt;
use std::sync::Arc;

use ::rsa::{BigUint, pkcs1};
use pkcs8::SubjectPublicKeyInfoRef;
use pkcs8::der::asn1::{BitStringRef, UintRef};
use pkcs8::der::{self, Encode as _};

use crate::algorithm::HashAlgorithm;
use crate::key::der::{Algorithm, DerError, DerFlaw, Flaws, RSA_ENCRYPTION, Reader, SEQUENCE};
use crate::key::structure::{Structure, begins_private_key};
use crate::key::{
    MAX_RSA_BITS, MAX_RSA_EXPONENT_BITS, MIN_READABLE_RSA_BITS, PublicKeyError, ed25519,
};

mod signing;
mod verifier;

pub(crate) use self::signing::RsaSigningKey;
use self::verifier::Verifier;

/// An RSA public key, ready to verify with. Cheap to clone.
///
/// The modulus is odd and has [`MIN_READABLE_RSA_BITS`] to [`MAX_RSA_BITS`] bits; the exponent is
/// odd, at least 3, and has at most [`MAX_RSA_EXPONENT_BITS`] bits. Two keys are equal if their
/// modulus and exponent are.
#[derive(Clone)]
pub struct RsaPublicKey {
    inner: Arc<Inner>,
}

struct Inner {
    modulus: Box<[u8]>,
    exponent: Box<[u8]>,
    encoding: RsaEncoding,
    flaws: Flaws,
    verifier: Verifier,
}

/// The structure that an RSA public key was read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RsaEncoding {
    /// `SubjectPublicKeyInfo` (RFC 5280 §4.1): what every signer publishes.
    SubjectPublicKeyInfo,
    /// PKCS#1 `RSAPublicKey` (RFC 8017 §A.1.1): what RFC 6376 §3.6.1 asks for, and few publish.
    RsaPublicKey,
}

impl RsaPublicKey {
    /// Reads the base64-decoded value of `p=` (RFC 6376 §3.6.1).
    pub(crate) fn from_record(octets: &[u8]) -> Result<Self, PublicKeyError> {
        if octets.len() == ed25519::LENGTH {
            return Err(PublicKeyError::Ed25519AsRsa);
        }
        let mut flaws = Flaws::default();
        let mut reader = Reader::new(octets);
        let contents = match reader.expect(SEQUENCE, &mut flaws) {
            Err(DerError::Truncated { .. }) if begins_private_key(octets) => {
                return Err(PublicKeyError::PrivateKey);
            }
            contents => contents?,
        };
        if !reader.rest().is_empty() {
            flaws.note(DerFlaw::TrailingOctets);
        }
        if Structure::of(contents).is_some_and(Structure::is_open_private_key) {
            return Err(PublicKeyError::PrivateKey);
        }
        if Reader::inside(contents).peek() == Some(SEQUENCE) {
            Self::from_subject_public_key_info(contents, flaws)
        } else {
            Self::from_rsa_public_key(contents, RsaEncoding::RsaPublicKey, flaws)
        }
    }

    /// Makes a key of its numbers, big-endian and without leading zeros.
    pub(crate) fn from_big_endian(modulus: &[u8], exponent: &[u8]) -> Result<Self, PublicKeyError> {
        let encoding = RsaEncoding::SubjectPublicKeyInfo;
        Self::from_numbers(modulus, exponent, encoding, Flaws::default())
    }

    /// Reads the contents of a `SubjectPublicKeyInfo`.
    pub(crate) fn from_subject_public_key_info(
        contents: &[u8],
        mut flaws: Flaws,
    ) -> Result<Self, PublicKeyError> {
        let mut reader = Reader::inside(contents);
        let algorithm = Algorithm::read(reader.expect(SEQUENCE, &mut flaws)?, &mut flaws)?;
        if algorithm.oid != RSA_ENCRYPTION {
            return Err(PublicKeyError::NotRsa {
                algorithm: algorithm.name(),
            });
        }
        algorithm.note_rsa_flaws(&mut flaws);
        let key = reader.bit_string(&mut flaws)?;
        if !reader.rest().is_empty() {
            return Err(DerError::ExtraElement.into());
        }
        let mut reader = Reader::inside(key);
        let contents = reader.expect(SEQUENCE, &mut flaws)?;
        if !reader.rest().is_empty() {
            flaws.note(DerFlaw::TrailingOctets);
        }
        Self::from_rsa_public_key(contents, RsaEncoding::SubjectPublicKeyInfo, flaws)
    }

    /// Reads the contents of an `RSAPublicKey`.
    fn from_rsa_public_key(
        contents: &[u8],
        encoding: RsaEncoding,
        mut flaws: Flaws,
    ) -> Result<Self, PublicKeyError> {
        let mut reader = Reader::inside(contents);
        let modulus = reader.number(&mut flaws)?;
        let exponent = reader.number(&mut flaws)?;
        if !reader.rest().is_empty() {
            return Err(DerError::ExtraElement.into());
        }
        Self::from_numbers(modulus, exponent, encoding, flaws)
    }

    /// Makes a key of its numbers, big-endian and without leading zeros.
    fn from_numbers(
        modulus: &[u8],
        exponent: &[u8],
        encoding: RsaEncoding,
        flaws: Flaws,
    ) -> Result<Self, PublicKeyError> {
        check_modulus(modulus)?;
        check_exponent(exponent)?;
        let inner = Arc::new(Inner {
            modulus: modulus.into(),
            exponent: exponent.into(),
            encoding,
            flaws,
            verifier: Verifier::new(modulus, exponent),
        });
        Ok(Self { inner })
    }

    /// The modulus, big-endian and without leading zeros.
    #[must_use]
    pub fn modulus(&self) -> &[u8] {
        &self.inner.modulus
    }

    /// The public exponent, big-endian and without leading zeros.
    #[must_use]
    pub fn exponent(&self) -> &[u8] {
        &self.inner.exponent
    }

    /// The public exponent as a number: it has at most [`MAX_RSA_EXPONENT_BITS`].
    #[must_use]
    pub fn exponent_number(&self) -> u64 {
        self.exponent()
            .iter()
            .fold(0, |number, &octet| number << 8 | u64::from(octet))
    }

    /// The length of the modulus in bits.
    #[must_use]
    pub fn bits(&self) -> usize {
        bit_length(self.modulus())
    }

    /// The structure that the key was read from.
    #[must_use]
    pub fn encoding(&self) -> RsaEncoding {
        self.inner.encoding
    }

    /// Whether the key was not written in exact DER; [`flaws`](Self::flaws) says in which ways.
    #[must_use]
    pub fn is_sloppy(&self) -> bool {
        !self.flaws().is_empty()
    }

    /// The ways in which what the key was read from is not exact DER, each once.
    #[must_use]
    pub fn flaws(&self) -> &[DerFlaw] {
        self.inner.flaws.as_slice()
    }

    /// Whether `signature` is this key's signature of `digest` (RFC 8017 §8.2.2).
    pub(crate) fn verify(&self, hash: HashAlgorithm, digest: &[u8], signature: &[u8]) -> bool {
        digest.len() == hash.digest_length()
            && signature.len() == self.modulus().len()
            && self.inner.verifier.verify(hash, digest, signature)
    }

    /// The digest that `signature` was made of, whichever it is, to explain why it does not verify;
    /// `None` if the signature is not this key's signature of a digest by `hash`
    /// (RFC 8017 §9.2).
    ///
    /// Not for verification: [`PublicKey::verify`](crate::key::PublicKey::verify) is many times as
    /// fast.
    #[must_use]
    pub fn open(&self, hash: HashAlgorithm, signature: &[u8]) -> Option<Vec<u8>> {
        let modulus = BigUint::from_bytes_be(self.modulus());
        let signature_number = BigUint::from_bytes_be(signature);
        if signature.len() != self.modulus().len() || signature_number >= modulus {
            return None;
        }
        let exponent = BigUint::from_bytes_be(self.exponent());
        // The block begins 00 01, and a number does not keep the zero octet.
        let block = signature_number.modpow(&exponent, &modulus).to_bytes_be();
        let padded = block.strip_prefix(&[1])?;
        if padded.len() + 2 != self.modulus().len() {
            return None;
        }
        let padding = padded.iter().take_while(|&&octet| octet == 0xff).count();
        let digest_info = padded[padding..].strip_prefix(&[0])?;
        let digest = digest_info.strip_prefix(verifier::digest_info_prefix(hash))?;
        (padding >= 8 && digest.len() == hash.digest_length()).then(|| digest.to_vec())
    }

    /// The key as an exact DER `SubjectPublicKeyInfo` (RFC 5280 §4.1).
    #[expect(
        clippy::expect_used,
        reason = "DER has lengths up to 256 MiB, a key at most 1 KiB"
    )]
    pub(crate) fn to_subject_public_key_info(&self) -> Vec<u8> {
        encode_rsa_public_key(self.modulus(), self.exponent())
            .and_then(|key| {
                SubjectPublicKeyInfoRef {
                    algorithm: pkcs1::ALGORITHM_ID,
                    subject_public_key: BitStringRef::from_bytes(&key)?,
                }
                .to_der()
            })
            .expect("numbers within MAX_RSA_BITS and MAX_RSA_EXPONENT_BITS")
    }
}

impl PartialEq for RsaPublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.modulus() == other.modulus() && self.exponent() == other.exponent()
    }
}

impl Eq for RsaPublicKey {}

impl fmt::Debug for RsaPublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RsaPublicKey")
            .field("bits", &self.bits())
            .field("modulus", &format_args!("{:02x?}", self.modulus()))
            .field("exponent", &format_args!("{:02x?}", self.exponent()))
            .field("encoding", &self.encoding())
            .field("flaws", &self.flaws())
            .finish()
    }
}

/// Refuses a modulus that no backend should see.
fn check_modulus(modulus: &[u8]) -> Result<(), PublicKeyError> {
    let bits = bit_length(modulus);
    if bits < MIN_READABLE_RSA_BITS {
        Err(PublicKeyError::TooSmall { bits })
    } else if bits > MAX_RSA_BITS {
        Err(PublicKeyError::TooLarge { bits })
    } else if is_even(modulus) {
        Err(PublicKeyError::EvenModulus)
    } else {
        Ok(())
    }
}

/// Refuses an exponent that not every backend takes.
fn check_exponent(exponent: &[u8]) -> Result<(), PublicKeyError> {
    let bits = bit_length(exponent);
    if bits < 2 {
        Err(PublicKeyError::ExponentTooSmall)
    } else if bits > MAX_RSA_EXPONENT_BITS {
        Err(PublicKeyError::ExponentTooLarge { bits })
    } else if is_even(exponent) {
        Err(PublicKeyError::EvenExponent)
    } else {
        Ok(())
    }
}

/// The length in bits of a number without leading zeros.
fn bit_length(magnitude: &[u8]) -> usize {
    magnitude.first().map_or(0, |high| {
        magnitude.len() * 8 - high.leading_zeros() as usize
    })
}

fn is_even(magnitude: &[u8]) -> bool {
    magnitude.last().is_none_or(|low| low % 2 == 0)
}

/// The DER `RSAPublicKey` of these numbers (RFC 8017 §A.1.1).
fn encode_rsa_public_key(modulus: &[u8], exponent: &[u8]) -> der::Result<Vec<u8>> {
    pkcs1::RsaPublicKey {
        modulus: UintRef::new(modulus)?,
        public_exponent: UintRef::new(exponent)?,
    }
    .to_der()
}

#[cfg(test)]
mod tests;
