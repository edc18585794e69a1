//! Signing algorithms, hash algorithms and key types, and the limits of RSA keys (RFC 6376 §3.3;
//! RFC 8301; RFC 8463).

use std::fmt;
use std::ops::Deref;

/// The fewest bits of an RSA key that a signature may be made with (RFC 8301 §3.2).
pub const MINIMUM_RSA_BITS: usize = 1024;
/// An RSA key of fewer bits is weak: signers should use more (RFC 8301 §3.2).
pub const STRONG_RSA_BITS: usize = 2048;

/// The largest RSA modulus that is read, in bits: with larger ones a stranger's key record could
/// make a verification take as long as the stranger likes.
pub const MAX_RSA_BITS: usize = 8192;

/// The smallest RSA modulus that is read, in bits. Far smaller ones than RFC 8301 §3.2 allows are
/// read, for a verdict that says how short the key is; this is where "short" becomes "no key".
pub const MIN_READABLE_RSA_BITS: usize = 256;

/// The largest RSA exponent that is read, in bits: what both backends take.
pub const MAX_RSA_EXPONENT_BITS: usize = 33;

/// A signing algorithm: a key type and a hash algorithm (`a=`, RFC 6376 §3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SigningAlgorithm {
    /// `rsa-sha1`: historic. RFC 8301 §3.1 forbids it, to signers and verifiers alike.
    RsaSha1,
    /// `rsa-sha256` (RFC 6376 §3.3.2): RSASSA-PKCS1-v1_5 with SHA-256.
    RsaSha256,
    /// `ed25519-sha256` (RFC 8463 §3): Ed25519 over the SHA-256 hash of the header data.
    Ed25519Sha256,
}

impl SigningAlgorithm {
    /// Reads the value of `a=`, in any letter case; `None` for an algorithm that is not known.
    #[must_use]
    pub fn from_name(name: &[u8]) -> Option<Self> {
        [Self::RsaSha256, Self::Ed25519Sha256, Self::RsaSha1]
            .into_iter()
            .find(|algorithm| name.eq_ignore_ascii_case(algorithm.name().as_bytes()))
    }

    /// The algorithm's name as `a=` has it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::RsaSha1 => "rsa-sha1",
            Self::RsaSha256 => "rsa-sha256",
            Self::Ed25519Sha256 => "ed25519-sha256",
        }
    }

    /// The type of key that this algorithm signs with.
    #[must_use]
    pub const fn key_type(self) -> KeyType {
        match self {
            Self::RsaSha1 | Self::RsaSha256 => KeyType::Rsa,
            Self::Ed25519Sha256 => KeyType::Ed25519,
        }
    }

    /// The hash that this algorithm takes of the header and of the body.
    #[must_use]
    pub const fn hash(self) -> HashAlgorithm {
        match self {
            Self::RsaSha1 => HashAlgorithm::Sha1,
            Self::RsaSha256 | Self::Ed25519Sha256 => HashAlgorithm::Sha256,
        }
    }
}

impl fmt::Display for SigningAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A hash algorithm (the second half of `a=`; `h=` of a key record).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HashAlgorithm {
    /// SHA-1, 20 octets: historic (RFC 8301 §3.1).
    Sha1,
    /// SHA-256, 32 octets.
    Sha256,
}

impl HashAlgorithm {
    /// The hash's name as a key record's `h=` has it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
        }
    }

    /// The length of a digest, in octets.
    #[must_use]
    pub const fn digest_length(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
        }
    }
}

impl fmt::Display for HashAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The value of a hash, as many bytes as the algorithm has.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct HashValue {
    /// The bytes, with zeros behind them.
    bytes: [u8; 32],
    length: usize,
}

impl HashValue {
    /// The value of these bytes; `None` if there are more than any algorithm has.
    pub(crate) fn new(value: &[u8]) -> Option<Self> {
        let mut bytes = [0; 32];
        bytes.get_mut(..value.len())?.copy_from_slice(value);
        Some(Self {
            bytes,
            length: value.len(),
        })
    }
}

impl Deref for HashValue {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

impl AsRef<[u8]> for HashValue {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

impl From<[u8; 20]> for HashValue {
    fn from(sha1: [u8; 20]) -> Self {
        let mut bytes = [0; 32];
        bytes[..20].copy_from_slice(&sha1);
        Self { bytes, length: 20 }
    }
}

impl From<[u8; 32]> for HashValue {
    fn from(bytes: [u8; 32]) -> Self {
        Self { bytes, length: 32 }
    }
}

impl fmt::Debug for HashValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

/// A key type (`k=` of a key record, RFC 6376 §3.6.1; RFC 8463 §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyType {
    /// `rsa`, the default.
    Rsa,
    /// `ed25519`.
    Ed25519,
}

impl KeyType {
    /// Reads the value of `k=`, in any letter case; `None` for a type that is not known.
    #[must_use]
    pub fn from_name(name: &[u8]) -> Option<Self> {
        [Self::Rsa, Self::Ed25519]
            .into_iter()
            .find(|key_type| name.eq_ignore_ascii_case(key_type.name().as_bytes()))
    }

    /// The type's name as `k=` has it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rsa => "rsa",
            Self::Ed25519 => "ed25519",
        }
    }
}

impl fmt::Display for KeyType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
