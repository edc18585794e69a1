//! The private key of a key file.

use std::error::Error;
use std::fmt;

use crate::algorithm::HashAlgorithm;
use crate::key::der::DerError;
use crate::key::ed25519::Ed25519SigningKey;
use crate::key::rsa::RsaSigningKey;
use crate::key::{PublicKey, PublicKeyError, SigningKey, file};

/// The private key of a key file.
///
/// Its halves were held against each other when it was read. It is wiped from memory when
/// dropped, and its `Debug` output says nothing that is secret.
pub struct PrivateKey {
    public: PublicKey,
    secret: Secret,
}

enum Secret {
    Rsa(RsaSigningKey),
    Ed25519(Box<Ed25519SigningKey>),
}

impl PrivateKey {
    /// Reads the bytes of a key file: PKCS#8 or PKCS#1, as PEM or DER; encrypted PKCS#8 with its
    /// passphrase; OpenSSH's format, not encrypted; or the bare base64 of a 32-byte Ed25519 seed,
    /// with or without the public key after it, and with white space around it. Text may be in
    /// UTF-16, and the line ends of PEM may be written out as `\n`.
    ///
    /// `passphrase` is not used if the key is not encrypted. RSA keys of any readable size are
    /// read: which sizes may sign is the signer's business (RFC 8301 §3.2).
    ///
    /// # Errors
    ///
    /// A [`PrivateKeyError`] if the bytes are no private key that this crate can sign with.
    pub fn from_bytes(bytes: &[u8], passphrase: Option<&[u8]>) -> Result<Self, PrivateKeyError> {
        file::read_private_key(bytes, passphrase)
    }

    /// The public half.
    #[must_use]
    pub fn public_key(&self) -> &PublicKey {
        &self.public
    }

    /// Signs a header hash made with SHA-256, as [`SigningKey::sign`] has it. The same digest
    /// gives the same signature every time.
    ///
    /// # Errors
    ///
    /// [`PrivateKeyError::Failed`] if the digest does not have the hash's length, or if the
    /// cryptographic library cannot sign: the RSA key is too short to hold the digest (under 489
    /// bits), or it is damaged in a way that shows only now.
    pub fn sign(&self, digest: &[u8]) -> Result<Vec<u8>, PrivateKeyError> {
        if digest.len() != HashAlgorithm::Sha256.digest_length() {
            return Err(PrivateKeyError::Failed);
        }
        match &self.secret {
            Secret::Rsa(key) => key.sign(digest),
            Secret::Ed25519(key) => key.sign(digest),
        }
    }
}

impl SigningKey for PrivateKey {
    fn public_key(&self) -> &PublicKey {
        self.public_key()
    }

    fn sign(&self, digest: &[u8]) -> Result<Vec<u8>, Box<dyn Error + Send + Sync>> {
        Ok(self.sign(digest)?)
    }

    fn needs_check(&self) -> bool {
        false
    }
}

impl From<RsaSigningKey> for PrivateKey {
    fn from(key: RsaSigningKey) -> Self {
        Self {
            public: PublicKey::Rsa(key.public_key().clone()),
            secret: Secret::Rsa(key),
        }
    }
}

impl From<Ed25519SigningKey> for PrivateKey {
    fn from(key: Ed25519SigningKey) -> Self {
        Self {
            public: PublicKey::Ed25519(key.public_key()),
            secret: Secret::Ed25519(Box::new(key)),
        }
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrivateKey")
            .field("key_type", &self.public.key_type())
            .field("bits", &self.public.bits())
            .finish_non_exhaustive()
    }
}

/// Why bytes are no private key to sign with, or a signature failed. Never holds a part of the key.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PrivateKeyError {
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
    /// The private key format of OpenSSH, encrypted.
    OpenSshEncrypted,
    /// The private key format of `PuTTY`.
    Putty,
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

impl PrivateKeyError {
    /// What the owner of the key should do about it, if that can be said.
    #[must_use]
    pub const fn hint(&self) -> Option<&'static str> {
        match self {
            Self::LegacyEncryption | Self::UnsupportedEncryption => {
                Some("convert it with: openssl pkcs8 -topk8 -in OLD.pem -out NEW.pem")
            }
            Self::OpenSshEncrypted => {
                Some("take the passphrase off a copy of it with: ssh-keygen -p -N '' -f COPY")
            }
            Self::Putty => Some("convert it with: puttygen OLD.ppk -O private-openssh-new -o NEW"),
            Self::UnsupportedAlgorithm { .. } => {
                Some("make a key of a type that DKIM has: dkim keygen")
            }
            Self::Pkcs12 => Some("extract the key with: openssl pkcs12 -nocerts -in FILE -out KEY"),
            Self::Public => Some("the private half is needed to sign"),
            _ => None,
        }
    }
}

impl fmt::Display for PrivateKeyError {
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
            Self::OpenSshEncrypted => "the private key is in the format of OpenSSH and encrypted",
            Self::Putty => "the private key is in the format of PuTTY",
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

impl Error for PrivateKeyError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::NotDer(error) => Some(error),
            Self::PublicHalf(error) => Some(error),
            _ => None,
        }
    }
}

impl From<PublicKeyError> for PrivateKeyError {
    fn from(error: PublicKeyError) -> Self {
        Self::PublicHalf(error)
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    const RFC_8463_RSA: &str = include_str!("testdata/rfc8463-test.rsa.pem");

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
            let private = PrivateKey::from_bytes(private.as_bytes(), None).expect("a key");
            assert_eq!(private.sign(&digest).as_ref(), Ok(&signature));
            let key_type = private.public_key().key_type();
            let key = PublicKey::from_record(key_type, &record).expect("a key");
            assert_eq!(key, *private.public_key());
            assert_eq!(key.to_record(), record);
            assert!(key.verify(HashAlgorithm::Sha256, &digest, &signature));
            assert!(!key.verify(HashAlgorithm::Sha256, &[0; 32], &signature));
            assert!(!key.verify(HashAlgorithm::Sha1, &digest[..20], &signature));
            for not_a_digest in [&digest[1..], &[&digest[..], &[0]].concat()] {
                assert_eq!(private.sign(not_a_digest), Err(PrivateKeyError::Failed));
            }
        }
    }

    #[test]
    fn errors_are_one_sentence_each() {
        let rows: &[(PrivateKeyError, &str)] = &[
            (
                PublicKeyError::TooLarge { bits: 16_384 }.into(),
                "the private key is unusable: the RSA modulus has 16384 bits, more than 8192",
            ),
            (
                PrivateKeyError::UnsupportedAlgorithm {
                    algorithm: "EC".to_owned(),
                },
                "the private key is neither RSA nor Ed25519 but EC",
            ),
        ];
        for (error, text) in rows {
            assert_eq!(error.to_string(), *text);
        }
    }
}
