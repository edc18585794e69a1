//! Keys: the public half that a key record publishes, and the private half that signs
//! (RFC 6376 §3.3; RFC 8463).
//!
//! This module and the files under it are the only ones that name cryptographic libraries. A
//! [`PublicKey`] comes from the octets of `p=`, a [`PrivateKey`] from the bytes of a key file; any
//! [`SigningKey`] signs.

use std::error::Error;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::algorithm::{
    HashAlgorithm, KeyType, MAX_RSA_BITS, MAX_RSA_EXPONENT_BITS, MIN_READABLE_RSA_BITS,
    MINIMUM_RSA_BITS, STRONG_RSA_BITS,
};

pub(crate) mod der;
pub(crate) mod ed25519;
pub(crate) mod file;
#[cfg(feature = "generate")]
mod generate;
pub(crate) mod openssh;
pub(crate) mod pem;
mod private;
mod rsa;
pub(crate) mod structure;
#[cfg(test)]
pub(crate) mod testdata;
pub(crate) mod text;

pub use self::der::{DerError, DerFlaw};
pub use self::ed25519::Ed25519PublicKey;
#[cfg(feature = "generate")]
pub use self::generate::{GenerateError, GeneratedKey, KeyFormat, NewKey, PrivateKeyText, RsaSize};
pub use self::private::{PrivateKey, PrivateKeyError};
pub use self::rsa::{RsaEncoding, RsaPublicKey};

/// A public key, as a key record publishes it (RFC 6376 §3.6.1; RFC 8463 §4).
///
/// Cheap to clone. Two keys are equal if they are the same key, however each was encoded.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PublicKey {
    /// An RSA key, for `rsa-sha256` and the historic `rsa-sha1`.
    Rsa(RsaPublicKey),
    /// An Ed25519 key, for `ed25519-sha256`.
    Ed25519(Ed25519PublicKey),
}

impl PublicKey {
    /// Reads the base64-decoded value of `p=`, for the key type that `k=` says
    /// (RFC 6376 §3.6.1; RFC 8463 §4).
    ///
    /// RSA keys are read as `SubjectPublicKeyInfo` and as `RSAPublicKey`, and with the
    /// [flaws](RsaPublicKey::flaws) that most receivers overlook. Ed25519 keys are 32 octets.
    ///
    /// # Errors
    ///
    /// A [`PublicKeyError`] if the octets are not a usable key of that type.
    pub fn from_record(key_type: KeyType, octets: &[u8]) -> Result<Self, PublicKeyError> {
        match key_type {
            KeyType::Rsa => RsaPublicKey::from_record(octets).map(Self::Rsa),
            KeyType::Ed25519 => Ed25519PublicKey::from_record(octets).map(Self::Ed25519),
        }
    }

    /// The key's type.
    #[must_use]
    pub const fn key_type(&self) -> KeyType {
        match self {
            Self::Rsa(_) => KeyType::Rsa,
            Self::Ed25519(_) => KeyType::Ed25519,
        }
    }

    /// The key's size in bits: the exact length of an RSA modulus; 256 for Ed25519.
    #[must_use]
    pub fn bits(&self) -> usize {
        match self {
            Self::Rsa(key) => key.bits(),
            Self::Ed25519(_) => ed25519::BITS,
        }
    }

    /// Whether verifiers refuse the key because it is too short: an RSA key of fewer than 1024 bits
    /// (RFC 8301 §3.2).
    #[must_use]
    pub fn is_too_short(&self) -> bool {
        matches!(self, Self::Rsa(key) if key.bits() < MINIMUM_RSA_BITS)
    }

    /// What is weak about the key though verifiers accept it, in a sentence of lower case without a
    /// full stop: an RSA key of fewer than 2048 bits (RFC 8301 §3.2). `None` for any other key.
    #[must_use]
    pub fn weakness(&self) -> Option<String> {
        let weak = MINIMUM_RSA_BITS..STRONG_RSA_BITS;
        match self {
            Self::Rsa(key) if weak.contains(&key.bits()) => Some(format!(
                "an RSA key of {} bits is weak: {STRONG_RSA_BITS} or more are recommended",
                key.bits()
            )),
            Self::Rsa(_) | Self::Ed25519(_) => None,
        }
    }

    /// Whether `signature` is this key's signature of the header hash `digest`, which `hash` made
    /// (RFC 6376 §3.7; RFC 8463 §3).
    ///
    /// False, too, if `digest` does not have the hash's length, and for Ed25519 with SHA-1, which
    /// no algorithm of DKIM combines. [`Ed25519PublicKey`] says how strictly Ed25519 is verified.
    #[must_use]
    pub fn verify(&self, hash: HashAlgorithm, digest: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Rsa(key) => key.verify(hash, digest, signature),
            Self::Ed25519(key) => {
                hash == HashAlgorithm::Sha256
                    && digest.len() == hash.digest_length()
                    && key.verify(digest, signature)
            }
        }
    }

    /// The octets to publish in `p=`, base64-encoded: for RSA an exact DER `SubjectPublicKeyInfo`,
    /// which every verifier reads (RFC 6376 §3.6.1 says `RSAPublicKey`, its examples are these);
    /// for Ed25519 the 32 octets of the key (RFC 8463 §4).
    #[must_use]
    pub fn to_record(&self) -> Vec<u8> {
        match self {
            Self::Rsa(key) => key.to_subject_public_key_info(),
            Self::Ed25519(key) => key.as_bytes().to_vec(),
        }
    }
}

/// Why the octets of `p=` are not a usable key.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PublicKeyError {
    /// The octets are not DER of a public key, not even sloppy DER. If the key was cut off, this
    /// is [`DerError::Truncated`].
    NotDer(DerError),
    /// A `SubjectPublicKeyInfo` of another algorithm, where an RSA key is expected.
    NotRsa {
        /// The algorithm's name or number.
        algorithm: String,
    },
    /// The octets are a private key, which is thereby compromised.
    PrivateKey,
    /// Thirty-two octets, as an Ed25519 key has, where an RSA key is expected.
    Ed25519AsRsa,
    /// An RSA modulus under [`MIN_READABLE_RSA_BITS`].
    TooSmall {
        /// The length of the modulus in bits.
        bits: usize,
    },
    /// An RSA modulus over [`MAX_RSA_BITS`].
    TooLarge {
        /// The length of the modulus in bits.
        bits: usize,
    },
    /// An RSA modulus that is even, and so not the product of two large primes.
    EvenModulus,
    /// An RSA exponent of 0 or 1.
    ExponentTooSmall,
    /// An RSA exponent over [`MAX_RSA_EXPONENT_BITS`].
    ExponentTooLarge {
        /// The length of the exponent in bits.
        bits: usize,
    },
    /// An RSA exponent that is even, with which nothing can be signed.
    EvenExponent,
    /// A `SubjectPublicKeyInfo` around an Ed25519 key, where RFC 8463 §4 wants the key alone.
    Ed25519Wrapped {
        /// The 32 bytes of the key inside: what `p=` should hold.
        key: Box<[u8]>,
    },
    /// A `SubjectPublicKeyInfo` of another algorithm, where an Ed25519 key is expected.
    NotEd25519 {
        /// The algorithm's name or number.
        algorithm: String,
    },
    /// An Ed25519 key that is not 32 octets long (RFC 8032 §5.1.2).
    Ed25519Length {
        /// The number of octets.
        length: usize,
    },
    /// Thirty-two octets that encode no point of the curve (RFC 8032 §5.1.3).
    Ed25519Point,
    /// A point of small order, for which anyone can make signatures.
    Ed25519Weak,
}

impl PublicKeyError {
    /// What the owner of the key should do about it, if that can be said.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NotDer(DerError::Truncated { .. }) => {
                Some("publish the whole key: it was cut off, perhaps at 255 characters".to_owned())
            }
            Self::PrivateKey => Some(
                "anyone can sign with this key: remove it and publish the public half of a new one"
                    .to_owned(),
            ),
            Self::Ed25519AsRsa => Some("if this is an Ed25519 key, publish k=ed25519".to_owned()),
            Self::Ed25519Wrapped { key } => Some(format!("publish p={}", STANDARD.encode(key))),
            Self::NotEd25519 { algorithm } if algorithm == "RSA" => {
                Some("publish k=rsa with this key".to_owned())
            }
            _ => None,
        }
    }
}

impl fmt::Display for PublicKeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotDer(error) => write!(f, "the key is not a DER public key: {error}"),
            Self::NotRsa { algorithm } => write!(f, "the key is not an RSA key but {algorithm}"),
            Self::PrivateKey => f.write_str("the key is a private key"),
            Self::Ed25519AsRsa => {
                f.write_str("the key is 32 octets, which is an Ed25519 key and not an RSA key")
            }
            Self::TooSmall { bits } => write!(
                f,
                "the RSA modulus has {bits} bits, fewer than {MIN_READABLE_RSA_BITS}"
            ),
            Self::TooLarge { bits } => {
                write!(
                    f,
                    "the RSA modulus has {bits} bits, more than {MAX_RSA_BITS}"
                )
            }
            Self::EvenModulus => f.write_str("the RSA modulus is even"),
            Self::ExponentTooSmall => f.write_str("the RSA exponent is less than 3"),
            Self::ExponentTooLarge { bits } => write!(
                f,
                "the RSA exponent has {bits} bits, more than {MAX_RSA_EXPONENT_BITS}"
            ),
            Self::EvenExponent => f.write_str("the RSA exponent is even"),
            Self::Ed25519Wrapped { .. } => f.write_str(
                "the Ed25519 key is wrapped in a SubjectPublicKeyInfo instead of standing alone",
            ),
            Self::NotEd25519 { algorithm } => {
                write!(f, "the key is not an Ed25519 key but {algorithm}")
            }
            Self::Ed25519Length { length } => {
                write!(f, "the Ed25519 key has {length} octets instead of 32")
            }
            Self::Ed25519Point => f.write_str("the Ed25519 key is not a point of the curve"),
            Self::Ed25519Weak => f.write_str("the Ed25519 key is a point of small order"),
        }
    }
}

impl Error for PublicKeyError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::NotDer(error) => Some(error),
            _ => None,
        }
    }
}

impl From<DerError> for PublicKeyError {
    fn from(error: DerError) -> Self {
        Self::NotDer(error)
    }
}

/// A private key to sign with, wherever it is kept.
///
/// A [`PrivateKey`] comes from a key file. A key in a token or in a service is another type with
/// these methods. Where its signatures have to be awaited, nothing has to be implemented: a signer
/// [without the private key](crate::sign::Signer::with_key_elsewhere) says what is to be signed.
pub trait SigningKey: Send + Sync {
    /// The public half.
    fn public_key(&self) -> &PublicKey;

    /// Signs a header hash, the 32 bytes of SHA-256: with RSASSA-PKCS1-v1_5 (RFC 6376 §3.3.2), or
    /// with Ed25519 as the message (RFC 8463 §3).
    ///
    /// # Errors
    ///
    /// Whatever kept the key from signing.
    fn sign(&self, digest: &[u8]) -> Result<Vec<u8>, Box<dyn Error + Send + Sync>>;

    /// Whether each signature is verified with the public half before it is used.
    ///
    /// A key whose halves were held against each other, and whose signatures come from nowhere
    /// else, can do without, as [`PrivateKey`] does: verifying takes several times as long as
    /// signing with Ed25519.
    fn needs_check(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_one_sentence_each() {
        let rows: &[(PublicKeyError, &str)] = &[
            (
                PublicKeyError::NotDer(DerError::Truncated {
                    expected: 294,
                    present: 189,
                }),
                "the key is not a DER public key: it ends after 189 octets of at least 294",
            ),
            (
                PublicKeyError::TooLarge { bits: 16_384 },
                "the RSA modulus has 16384 bits, more than 8192",
            ),
            (
                PublicKeyError::Ed25519Length { length: 31 },
                "the Ed25519 key has 31 octets instead of 32",
            ),
        ];
        for (error, text) in rows {
            assert_eq!(error.to_string(), *text);
        }
    }
}
