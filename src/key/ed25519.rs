//! Ed25519 keys (RFC 8463; RFC 8032 §5.1).

use std::fmt;

use ed25519_dalek::{Signature, Signer as _, VerifyingKey};

use crate::key::PublicKeyError;
use crate::key::der::{Algorithm, ED25519, Flaws, Reader, SEQUENCE};

/// The length of a public key, and of a private one, in octets (RFC 8032 §5.1.5).
pub(crate) const LENGTH: usize = 32;

/// The size that is told of an Ed25519 key, in bits.
pub(crate) const BITS: usize = 256;

/// An Ed25519 public key: a point of the curve that is not of small order.
#[derive(Clone, PartialEq, Eq)]
pub struct Ed25519PublicKey {
    key: VerifyingKey,
}

impl Ed25519PublicKey {
    /// Reads the base64-decoded value of `p=` (RFC 8463 §4).
    pub(crate) fn from_record(octets: &[u8]) -> Result<Self, PublicKeyError> {
        let octets = <&[u8; LENGTH]>::try_from(octets).map_err(|_| wrong_length(octets))?;
        let key = VerifyingKey::from_bytes(octets).map_err(|_| PublicKeyError::Ed25519Point)?;
        // The library also takes y coordinates that are not reduced, which RFC 8032 §5.1.3 does
        // not: another spelling of a key would be another key record for the same signatures.
        if key.to_edwards().compress().as_bytes() != octets {
            return Err(PublicKeyError::Ed25519Point);
        }
        if key.is_weak() {
            return Err(PublicKeyError::Ed25519Weak);
        }
        Ok(Self { key })
    }

    /// The key's 32 octets (RFC 8032 §5.1.2).
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.key.as_bytes()
    }

    /// Whether `signature` is this key's signature of `message`.
    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        Signature::from_slice(signature)
            .is_ok_and(|signature| self.key.verify_strict(message, &signature).is_ok())
    }
}

impl fmt::Debug for Ed25519PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ed25519PublicKey({:02x?})", self.as_bytes())
    }
}

/// What octets are that have not the length of an Ed25519 key.
fn wrong_length(octets: &[u8]) -> PublicKeyError {
    match wrapped(octets) {
        Some(Wrapped::Ed25519(key)) => PublicKeyError::Ed25519Wrapped { key: key.into() },
        Some(Wrapped::Other(algorithm)) => PublicKeyError::NotEd25519 { algorithm },
        None => PublicKeyError::Ed25519Length {
            length: octets.len(),
        },
    }
}

enum Wrapped<'a> {
    Ed25519(&'a [u8]),
    Other(String),
}

/// The key in a `SubjectPublicKeyInfo`; `None` if the octets are not one.
fn wrapped(octets: &[u8]) -> Option<Wrapped<'_>> {
    let flaws = &mut Flaws::default();
    let mut reader = Reader::inside(Reader::new(octets).expect(SEQUENCE, flaws).ok()?);
    let algorithm = Algorithm::read(reader.expect(SEQUENCE, flaws).ok()?, flaws).ok()?;
    let key = reader.bit_string(flaws).ok()?;
    if algorithm.oid == ED25519 {
        (key.len() == LENGTH).then_some(Wrapped::Ed25519(key))
    } else {
        Some(Wrapped::Other(algorithm.name()))
    }
}

/// An Ed25519 private key, wiped from memory when dropped.
pub(crate) struct Ed25519SigningKey {
    // On the heap, so that moving the key leaves no copies behind.
    key: Box<ed25519_dalek::SigningKey>,
}

impl Ed25519SigningKey {
    /// The key that the seed stands for (RFC 8032 §5.1.5).
    pub(crate) fn from_seed(seed: &[u8; LENGTH]) -> Self {
        let key = Box::new(ed25519_dalek::SigningKey::from_bytes(seed));
        Self { key }
    }

    /// The public half.
    pub(crate) fn public_key(&self) -> Ed25519PublicKey {
        let key = self.key.verifying_key();
        Ed25519PublicKey { key }
    }

    /// The public half's octets.
    pub(crate) fn public_octets(&self) -> &[u8] {
        self.key.as_ref().as_ref().as_bytes()
    }

    /// Signs `message` (RFC 8032 §5.1.6).
    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.key.sign(message).to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::algorithm::{HashAlgorithm, KeyType};
    use crate::key::{DerError, PublicKey};

    /// The public key of RFC 8410 §10.3, alone and as `SubjectPublicKeyInfo`.
    const KEY: [u8; 32] = [
        0x19, 0xbf, 0x44, 0x09, 0x69, 0x84, 0xcd, 0xfe, 0x85, 0x41, 0xba, 0xc1, 0x67, 0xdc, 0x3b,
        0x96, 0xc8, 0x50, 0x86, 0xaa, 0x30, 0xb6, 0xb6, 0xcb, 0x0c, 0x5c, 0x38, 0xad, 0x70, 0x31,
        0x66, 0xe1,
    ];
    const WRAPPER: [u8; 12] = [0x30, 0x2a, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 3, 0x21, 0];

    /// The y coordinate `low`, little-endian, with `high` as its last octet.
    fn point(low: u8, middle: u8, high: u8) -> Vec<u8> {
        let mut octets = vec![middle; 32];
        octets[0] = low;
        octets[31] = high;
        octets
    }

    #[test]
    fn records_hold_the_key_alone() {
        use PublicKeyError::{
            Ed25519Length, Ed25519Point, Ed25519Weak, Ed25519Wrapped, NotEd25519,
        };
        let wrapped = [&WRAPPER[..], &KEY].concat();
        let mut x25519 = wrapped.clone();
        x25519[8] = 0x6e;
        let algorithm = "X25519".to_owned();
        let rows: &[(&[u8], PublicKeyError)] = &[
            (&[], Ed25519Length { length: 0 }),
            (&KEY[1..], Ed25519Length { length: 31 }),
            (&[7; 64], Ed25519Length { length: 64 }),
            (&wrapped, Ed25519Wrapped { key: KEY.into() }),
            (&wrapped[..43], Ed25519Length { length: 43 }),
            (&x25519, NotEd25519 { algorithm }),
            // y = 2 is on no point; the others are the points of small order.
            (&point(2, 0, 0), Ed25519Point),
            (&point(0, 0, 0), Ed25519Weak),
            (&point(1, 0, 0), Ed25519Weak),
            (&point(0xec, 0xff, 0x7f), Ed25519Weak),
            // y = p and above are not reduced (RFC 8032 §5.1.3); p + 3 is a point otherwise.
            (&point(0xed, 0xff, 0x7f), Ed25519Point),
            (&point(0xf0, 0xff, 0x7f), Ed25519Point),
        ];
        for (octets, error) in rows {
            let read = PublicKey::from_record(KeyType::Ed25519, octets);
            assert_eq!(read.as_ref(), Err(error), "{octets:02x?}");
        }
        let key = PublicKey::from_record(KeyType::Ed25519, &KEY).expect("the RFC's key");
        assert_eq!(key.to_record(), KEY);
        assert_eq!((key.key_type(), key.bits()), (KeyType::Ed25519, 256));
        let hint = Ed25519Wrapped { key: KEY.into() }.hint();
        let expected = "publish p=Gb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=";
        assert_eq!(hint.as_deref(), Some(expected));
        let as_rsa = PublicKey::from_record(KeyType::Rsa, &KEY);
        assert_eq!(as_rsa, Err(PublicKeyError::Ed25519AsRsa));
        let text = PublicKey::from_record(KeyType::Rsa, b"key");
        assert!(matches!(
            text,
            Err(PublicKeyError::NotDer(DerError::UnexpectedTag { .. }))
        ));
    }

    #[test]
    fn only_the_exact_signature_verifies() {
        let key = Ed25519SigningKey::from_seed(&[7; 32]);
        let public = PublicKey::Ed25519(key.public_key());
        let digest = [9; 32];
        let signature = key.sign(&digest);
        let verify = |hash, digest: &[u8], signature: &[u8]| public.verify(hash, digest, signature);
        assert!(verify(HashAlgorithm::Sha256, &digest, &signature));
        assert!(!verify(HashAlgorithm::Sha1, &digest, &signature));
        assert!(!verify(HashAlgorithm::Sha256, &digest[1..], &signature));
        assert!(!verify(HashAlgorithm::Sha256, &digest, &signature[1..]));
        assert!(!verify(HashAlgorithm::Sha256, &digest, &[]));
        for at in 0..signature.len() {
            let mut flipped = signature.clone();
            flipped[at] ^= 1;
            assert!(!verify(HashAlgorithm::Sha256, &digest, &flipped), "{at}");
        }
        assert!(!verify(
            HashAlgorithm::Sha256,
            &digest,
            &plus_order(&signature)
        ));
    }

    /// The signature with the group's order added to S: congruent, and not reduced
    /// (RFC 8032 §5.1.7).
    fn plus_order(signature: &[u8]) -> Vec<u8> {
        const ORDER: [u8; 32] = [
            0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9,
            0xde, 0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
        ];
        let mut sum = signature.to_vec();
        let mut carry = 0;
        for (octet, order) in sum[32..].iter_mut().zip(ORDER) {
            let total = u16::from(*octet) + u16::from(order) + carry;
            [*octet, _] = total.to_le_bytes();
            carry = total >> 8;
        }
        sum
    }
}
