//! Ed25519 keys (RFC 8463; RFC 8032 §5.1).

use std::fmt;

use ed25519_dalek::{Signature, Verifier as _, VerifyingKey};

use crate::key::PublicKeyError;
use crate::key::der::{Algorithm, ED25519, Flaws, Reader, SEQUENCE};

mod signing;

pub(crate) use self::signing::Ed25519SigningKey;

/// The length of a public key, and of a private one, in octets (RFC 8032 §5.1.5).
pub(crate) const LENGTH: usize = 32;

/// The size that is told of an Ed25519 key, in bits.
pub(crate) const BITS: usize = 256;

/// The y coordinates of the points of small order, little-endian: 1 for order 1, p - 1 for order 2,
/// 0 for order 4, and the other two for order 8.
const SMALL_ORDER: [[u8; LENGTH]; 5] = [
    coordinate(0x01, 0x00, 0x00),
    coordinate(0xec, 0xff, 0x7f),
    coordinate(0x00, 0x00, 0x00),
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98,
        0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53,
        0xfc, 0x05,
    ],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67,
        0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac,
        0x03, 0x7a,
    ],
];

/// An Ed25519 public key: a point of the curve that is not of small order.
///
/// Keys and signatures are judged by RFC 8032 §5.1.7, without the cofactor:
///
/// * A key is refused if it is no point of the curve, if it is not in canonical form (RFC 8032
///   §5.1.2: y not below p, or a sign where x is 0), or if it is of small order, so that anyone can
///   make signatures for it.
/// * A signature is refused if its S is not below the group's order, or if its R is no point, not in
///   canonical form, or of small order.
/// * Otherwise a signature is good if S·B - k·A, encoded, is R byte for byte. It is not enough if
///   that holds after multiplying by the cofactor, 8.
#[derive(Clone, PartialEq, Eq)]
pub struct Ed25519PublicKey {
    key: VerifyingKey,
}

impl Ed25519PublicKey {
    /// Reads the base64-decoded value of `p=` (RFC 8463 §4).
    pub(crate) fn from_record(octets: &[u8]) -> Result<Self, PublicKeyError> {
        let octets = <&[u8; LENGTH]>::try_from(octets).map_err(|_| wrong_length(octets))?;
        // The library also takes what is not canonical: another spelling of a key would be another
        // key record for the same signatures.
        if !is_canonical(octets) {
            return Err(PublicKeyError::Ed25519Point);
        }
        let key = VerifyingKey::from_bytes(octets).map_err(|_| PublicKeyError::Ed25519Point)?;
        if is_of_small_order(octets) {
            return Err(PublicKeyError::Ed25519Weak);
        }
        Ok(Self { key })
    }

    /// The key's 32 bytes (RFC 8032 §5.1.2).
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.key.as_bytes()
    }

    /// Whether `signature` is this key's signature of `message`.
    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        let Ok(signature) = Signature::from_slice(signature) else {
            return false;
        };
        // The library refuses an S that is not reduced and compares the canonical bytes of R; of the
        // order of R it knows nothing. Its `verify_strict` does, and is slower by a square root.
        !is_of_small_order(signature.r_bytes()) && self.key.verify(message, &signature).is_ok()
    }
}

impl fmt::Debug for Ed25519PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ed25519PublicKey({:02x?})", self.as_bytes())
    }
}

/// The y coordinate with these as its lowest byte, the bytes between, and its highest byte.
const fn coordinate(lowest: u8, between: u8, highest: u8) -> [u8; LENGTH] {
    let mut octets = [between; LENGTH];
    octets[0] = lowest;
    octets[LENGTH - 1] = highest;
    octets
}

/// The y coordinate of an encoded point: all but the sign of x (RFC 8032 §5.1.2).
fn y_coordinate(point: &[u8; LENGTH]) -> [u8; LENGTH] {
    let mut y = *point;
    y[LENGTH - 1] &= 0x7f;
    y
}

/// Whether the encoding of a point is that which RFC 8032 §5.1.2 gives it: y is below p, and an x of
/// 0, which y = 1 and y = p - 1 have, has no sign.
fn is_canonical(point: &[u8; LENGTH]) -> bool {
    let y = y_coordinate(point);
    let [lowest, between @ .., highest] = y;
    let is_reduced = lowest < 0xed || between.iter().any(|&octet| octet < 0xff) || highest < 0x7f;
    let [one, minus_one, ..] = SMALL_ORDER;
    is_reduced && (y == *point || y != one && y != minus_one)
}

/// Whether an encoded point is of small order, given that it is in canonical form.
fn is_of_small_order(point: &[u8; LENGTH]) -> bool {
    SMALL_ORDER.contains(&y_coordinate(point))
}

/// Classifies a key of the wrong length: wrapped, of another algorithm, or truncated.
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

#[cfg(test)]
mod tests;
