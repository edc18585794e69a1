//! Keys: the public half that a key record publishes, and the private half that signs
//! (RFC 6376 §3.3; RFC 8463).
//!
//! This module and the files under it are the only ones that name cryptographic libraries. A
//! [`PublicKey`] comes from the octets of `p=`, a [`SigningKey`] from the bytes of a key file.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::algorithm::{
    HashAlgorithm, KeyType, MAX_RSA_BITS, MAX_RSA_EXPONENT_BITS, MIN_READABLE_RSA_BITS,
};

pub(crate) mod der;
pub(crate) mod ed25519;
mod file;
#[cfg(feature = "generate")]
mod generate;
pub(crate) mod pem;
mod rsa;
pub(crate) mod structure;

pub use self::der::{DerError, DerFlaw};
pub use self::ed25519::Ed25519PublicKey;
#[cfg(feature = "generate")]
pub use self::generate::{GenerateError, GeneratedKey, NewKey, PrivateKeyPem, RsaSize};
pub use self::rsa::{RsaEncoding, RsaPublicKey};

/// A public key, as a key record publishes it (RFC 6376 §3.6.1; RFC 8463 §4).
///
/// Cheap to clone. Two keys are equal if they are the same key, however each was encoded.
#[derive(Clone, Debug, PartialEq, Eq)]
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

    /// Whether `signature` is this key's signature of the header hash `digest`, which `hash` made
    /// (RFC 6376 §3.7; RFC 8463 §3).
    ///
    /// False, too, if `digest` does not have the hash's length, and for Ed25519 with SHA-1, which
    /// no algorithm of DKIM combines.
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
        /// The key inside: what `p=` should hold.
        key: [u8; 32],
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

impl std::error::Error for PublicKeyError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
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

/// A private key to sign with.
///
/// It is wiped from memory when dropped, and its `Debug` output says nothing that is secret.
pub struct SigningKey {
    kind: Kind,
}

enum Kind {
    Rsa(rsa::RsaSigningKey),
    Ed25519(ed25519::Ed25519SigningKey),
}

impl SigningKey {
    /// Reads the bytes of a key file: PKCS#8 or PKCS#1, as PEM or DER; encrypted PKCS#8 with its
    /// passphrase; or the bare base64 of a 32-octet Ed25519 seed, with or without the public key
    /// after it, and with white space around it.
    ///
    /// `passphrase` is not used if the key is not encrypted. RSA keys of any readable size are
    /// read: which sizes may sign is the signer's business (RFC 8301 §3.2).
    ///
    /// # Errors
    ///
    /// A [`SigningKeyError`] if the bytes are no private key that this crate can sign with.
    pub fn from_bytes(bytes: &[u8], passphrase: Option<&[u8]>) -> Result<Self, SigningKeyError> {
        file::read_signing_key(bytes, passphrase)
    }

    /// The public half.
    #[must_use]
    pub fn public_key(&self) -> PublicKey {
        match &self.kind {
            Kind::Rsa(key) => PublicKey::Rsa(key.public_key().clone()),
            Kind::Ed25519(key) => PublicKey::Ed25519(key.public_key()),
        }
    }

    /// The key's type.
    #[must_use]
    pub const fn key_type(&self) -> KeyType {
        match self.kind {
            Kind::Rsa(_) => KeyType::Rsa,
            Kind::Ed25519(_) => KeyType::Ed25519,
        }
    }

    /// The key's size in bits: the exact length of an RSA modulus; 256 for Ed25519.
    #[must_use]
    pub fn bits(&self) -> usize {
        match &self.kind {
            Kind::Rsa(key) => key.public_key().bits(),
            Kind::Ed25519(_) => ed25519::BITS,
        }
    }

    /// Signs a header hash made with SHA-256: with RSASSA-PKCS1-v1_5 (RFC 6376 §3.3.2), or with
    /// Ed25519 as the message (RFC 8463 §3). The same digest gives the same signature every time.
    ///
    /// # Errors
    ///
    /// [`SigningKeyError::Failed`] if the cryptographic library cannot sign: the RSA key is too
    /// short to hold the digest (under 489 bits), or it is damaged in a way that shows only now.
    pub fn sign(&self, digest: &[u8; 32]) -> Result<Vec<u8>, SigningKeyError> {
        match &self.kind {
            Kind::Rsa(key) => key.sign(digest),
            Kind::Ed25519(key) => Ok(key.sign(digest)),
        }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey")
            .field("key_type", &self.key_type())
            .field("bits", &self.bits())
            .finish_non_exhaustive()
    }
}

/// Why bytes are no private key to sign with, or a signature failed. Never holds a part of the key.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SigningKeyError {
    /// The bytes are a public key or a certificate.
    Public,
    /// The key is encrypted and no passphrase was given.
    Encrypted,
    /// The passphrase does not open the key.
    WrongPassphrase,
    /// PEM's own encryption (`Proc-Type: 4,ENCRYPTED`, RFC 1421 §4.6.1.1), which is not read.
    LegacyEncryption,
    /// PKCS#8 encryption that is not PBES2 with AES and PBKDF2 or scrypt (RFC 8018 §6.2).
    UnsupportedEncryption,
    /// The private key format of OpenSSH.
    OpenSsh,
    /// A PKCS #12 archive (`.p12`, `.pfx`).
    Pkcs12,
    /// PEM without its end line, or with a body that is not base64 (RFC 7468 §2).
    DamagedPem,
    /// A bare base64 key that is not the 32 octets of an Ed25519 seed.
    SeedLength {
        /// The number of octets.
        length: usize,
    },
    /// The bytes are none of the formats that are read.
    UnknownFormat,
    /// The bytes begin as DER, and are then not the DER of a private key.
    NotDer(DerError),
    /// A private key of an algorithm that DKIM has no use for.
    UnsupportedAlgorithm {
        /// The algorithm's name or number.
        algorithm: String,
    },
    /// The public half is not acceptable: [too large](PublicKeyError::TooLarge), for one.
    PublicHalf(PublicKeyError),
    /// The numbers of the key do not belong together: the file is damaged.
    Inconsistent,
    /// The cryptographic library could not make the signature.
    Failed,
}

impl SigningKeyError {
    /// What the owner of the key should do about it, if that can be said.
    #[must_use]
    pub const fn hint(&self) -> Option<&'static str> {
        match self {
            Self::LegacyEncryption | Self::UnsupportedEncryption => {
                Some("convert it with: openssl pkcs8 -topk8 -in OLD.pem -out NEW.pem")
            }
            Self::OpenSsh => Some("convert a copy of it with: ssh-keygen -p -m PKCS8 -f COPY"),
            Self::Pkcs12 => Some("extract the key with: openssl pkcs12 -nocerts -in FILE -out KEY"),
            Self::Public => Some("the private half is needed to sign"),
            _ => None,
        }
    }
}

impl fmt::Display for SigningKeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Public => "this is a public key or a certificate, not a private key",
            Self::Encrypted => "the private key is encrypted, and no passphrase was given",
            Self::WrongPassphrase => "the passphrase does not open the private key",
            Self::LegacyEncryption => {
                "the private key is encrypted in PEM's old way (Proc-Type: 4,ENCRYPTED)"
            }
            Self::UnsupportedEncryption => {
                "the private key is encrypted, and not with AES and PBKDF2 or scrypt"
            }
            Self::OpenSsh => "the private key is in the format of OpenSSH",
            Self::Pkcs12 => "this is a PKCS #12 archive, not a private key",
            Self::DamagedPem => "the PEM is damaged: its end line is missing or it is not base64",
            Self::SeedLength { length } => {
                return write!(
                    f,
                    "a bare base64 key is 32 octets of Ed25519 seed, and this has {length}"
                );
            }
            Self::UnknownFormat => "this is no private key in PKCS#8, PKCS#1 or as a base64 seed",
            Self::NotDer(error) => return write!(f, "the private key is damaged: {error}"),
            Self::UnsupportedAlgorithm { algorithm } => {
                return write!(
                    f,
                    "the private key is neither RSA nor Ed25519 but {algorithm}"
                );
            }
            Self::PublicHalf(error) => return write!(f, "the private key is unusable: {error}"),
            Self::Inconsistent => "the private key is damaged: its numbers do not belong together",
            Self::Failed => "the signature could not be made",
        })
    }
}

impl std::error::Error for SigningKeyError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::NotDer(error) => Some(error),
            Self::PublicHalf(error) => Some(error),
            _ => None,
        }
    }
}

impl From<PublicKeyError> for SigningKeyError {
    fn from(error: PublicKeyError) -> Self {
        Self::PublicHalf(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RFC_8463_RSA: &str = include_str!("key/testdata/rfc8463-test.rsa.pem");

    /// RFC 8463 Appendix A: a private key, `p=` of its record, the header hash of the example, and
    /// `b=`. The hashes were computed by other code than this crate's.
    const RFC_8463: [(&str, &str, [u8; 32], &str); 2] = [
        (
            "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=",
            "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
            [
                0x48, 0xce, 0x9a, 0x2c, 0x71, 0x0e, 0xce, 0x17, 0x10, 0xff, 0x15, 0x69, 0x96, 0xb8,
                0x36, 0xa7, 0xf4, 0x54, 0x70, 0xe4, 0x3e, 0xfe, 0x56, 0x43, 0x07, 0x4d, 0x6e, 0x16,
                0x90, 0xed, 0x62, 0xe7,
            ],
            "/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11BusFa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==",
        ),
        (
            RFC_8463_RSA,
            "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08\
             a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR\
             +yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l\
             /K4w3QIDAQAB",
            [
                0xfe, 0xd7, 0x1e, 0x6d, 0x70, 0xfb, 0x12, 0x3b, 0xb5, 0xc3, 0x53, 0xad, 0xc4, 0x28,
                0x21, 0xb3, 0x04, 0xb6, 0xb9, 0xd5, 0x4f, 0xc8, 0x67, 0xf3, 0x04, 0xf7, 0xc6, 0x1d,
                0xaa, 0xaa, 0x11, 0x11,
            ],
            "F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3\
             DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz\
             dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=",
        ),
    ];

    #[test]
    fn the_examples_of_rfc_8463_are_signed_and_verified() {
        for (private, record, digest, signature) in RFC_8463 {
            let decode = |text| STANDARD.decode(text).expect("base64");
            let (record, signature) = (decode(record), decode(signature));
            let signing = SigningKey::from_bytes(private.as_bytes(), None).expect("a key");
            assert_eq!(signing.sign(&digest).as_ref(), Ok(&signature));
            let key = PublicKey::from_record(signing.key_type(), &record).expect("a key");
            assert_eq!(key, signing.public_key());
            assert_eq!(key.to_record(), record);
            assert!(key.verify(HashAlgorithm::Sha256, &digest, &signature));
            assert!(!key.verify(HashAlgorithm::Sha256, &[0; 32], &signature));
            assert!(!key.verify(HashAlgorithm::Sha1, &digest[..20], &signature));
        }
    }

    #[test]
    fn errors_are_one_sentence_each() {
        let public: &[(PublicKeyError, &str)] = &[
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
        for (error, text) in public {
            assert_eq!(error.to_string(), *text);
        }
        let private: &[(SigningKeyError, &str)] = &[
            (
                PublicKeyError::TooLarge { bits: 16_384 }.into(),
                "the private key is unusable: the RSA modulus has 16384 bits, more than 8192",
            ),
            (
                SigningKeyError::UnsupportedAlgorithm {
                    algorithm: "EC".to_owned(),
                },
                "the private key is neither RSA nor Ed25519 but EC",
            ),
        ];
        for (error, text) in private {
            assert_eq!(error.to_string(), *text);
        }
    }
}
