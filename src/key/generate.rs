//! Making keys, and writing them (RFC 6376 §3.3.3; RFC 8301 §3.2; RFC 8463 §4).

use std::error::Error;
use std::fmt;

use ::rsa::rand_core::{OsRng, RngCore as _};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pkcs8::der::Encode as _;
use pkcs8::der::asn1::OctetStringRef;
use pkcs8::{AlgorithmIdentifierRef, LineEnding, ObjectIdentifier, PrivateKeyInfo, SecretDocument};
use zeroize::Zeroizing;

use crate::algorithm::KeyType;
use crate::key::{PrivateKey, ed25519};

/// `id-Ed25519`, which has no parameters (RFC 8410 §3).
const ED25519: AlgorithmIdentifierRef<'_> = AlgorithmIdentifierRef {
    oid: ObjectIdentifier::new_unwrap("1.3.101.112"),
    parameters: None,
};

/// The kind of a key to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NewKey {
    /// An RSA key with the exponent 65537.
    Rsa(RsaSize),
    /// An Ed25519 key.
    Ed25519,
}

/// The size of an RSA key to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RsaSize {
    /// 1024 bits: the least that verifiers accept, and too weak to be recommended
    /// (RFC 8301 §3.2).
    Bits1024,
    /// 2048 bits.
    Bits2048,
    /// 3072 bits.
    Bits3072,
    /// 4096 bits: the most that verifiers must accept (RFC 8301 §3.2).
    Bits4096,
}

impl RsaSize {
    /// The length of the modulus in bits.
    #[must_use]
    pub const fn bits(self) -> usize {
        match self {
            Self::Bits1024 => 1024,
            Self::Bits2048 => 2048,
            Self::Bits3072 => 3072,
            Self::Bits4096 => 4096,
        }
    }
}

/// A form of a private key's file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyFormat {
    /// PKCS#8 in PEM, which `OpenSSL` and all that builds on it reads (RFC 5958; RFC 7468 §10).
    Pkcs8,
    /// PKCS#1 in PEM, for RSA keys (RFC 8017 §A.1.2): what old software reads.
    Pkcs1,
    /// The base64 of an Ed25519 key's 32 bytes (RFC 8032 §5.1.5): what dkimpy and rspamd read.
    Seed,
}

/// A key that was just made, and the file to keep it in.
#[derive(Debug)]
#[non_exhaustive]
pub struct GeneratedKey {
    /// The key.
    pub key: PrivateKey,
    /// The key as a file, in [`KeyFormat::Pkcs8`].
    pub pem: PrivateKeyText,
    document: SecretDocument,
}

impl GeneratedKey {
    /// The key as a file in another format; `None` if keys of its type do not have that format.
    #[must_use]
    pub fn in_format(&self, format: KeyFormat) -> Option<PrivateKeyText> {
        let inner = PrivateKeyInfo::try_from(self.document.as_bytes()).ok()?;
        let text = match (format, self.key.public_key().key_type()) {
            (KeyFormat::Pkcs8, _) => self.document.to_pem("PRIVATE KEY", LineEnding::LF).ok()?,
            (KeyFormat::Pkcs1, KeyType::Rsa) => SecretDocument::try_from(inner.private_key)
                .and_then(|document| document.to_pem("RSA PRIVATE KEY", LineEnding::LF))
                .ok()?,
            (KeyFormat::Seed, KeyType::Ed25519) => {
                // Tag and length of the OCTET STRING come before the seed (RFC 8410 §7).
                let seed = inner.private_key.get(2..)?;
                // Room for all from the start: a string that grows leaves copies behind.
                let mut text = Zeroizing::new(String::with_capacity(2 * ed25519::LENGTH));
                STANDARD.encode_string(seed, &mut text);
                text.push('\n');
                text
            }
            _ => return None,
        };
        Some(PrivateKeyText { text })
    }
}

/// The text of a private key's file.
///
/// It is wiped from memory when dropped, and its `Debug` output says nothing that is secret.
pub struct PrivateKeyText {
    text: Zeroizing<String>,
}

impl PrivateKeyText {
    /// The lines of the file, each with its line end. Whoever copies them has to wipe the copy.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Debug for PrivateKeyText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrivateKeyText").finish_non_exhaustive()
    }
}

/// The cryptographic library could not make a key: the operating system gives no random numbers,
/// perhaps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GenerateError;

impl fmt::Display for GenerateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the key could not be made")
    }
}

impl Error for GenerateError {}

impl PrivateKey {
    /// Makes a key from the operating system's random numbers.
    ///
    /// # Errors
    ///
    /// A [`GenerateError`] if the cryptographic library fails.
    pub fn generate(kind: NewKey) -> Result<GeneratedKey, GenerateError> {
        let document = match kind {
            NewKey::Rsa(size) => generate_rsa(size)?,
            NewKey::Ed25519 => generate_ed25519()?,
        };
        // Read back as a signer will read it: a key that cannot be used is found out here.
        let key = Self::from_bytes(document.as_bytes(), None).map_err(|_| GenerateError)?;
        let text = document
            .to_pem("PRIVATE KEY", LineEnding::LF)
            .map_err(|_| GenerateError)?;
        let pem = PrivateKeyText { text };
        Ok(GeneratedKey { key, pem, document })
    }
}

fn generate_ed25519() -> Result<SecretDocument, GenerateError> {
    let mut seed = Zeroizing::new([0; ed25519::LENGTH]);
    OsRng
        .try_fill_bytes(seed.as_mut_slice())
        .map_err(|_| GenerateError)?;
    ed25519_document(&seed).map_err(|_| GenerateError)
}

/// The PKCS#8 structure of an Ed25519 key, without its public half (RFC 8410 §7).
fn ed25519_document(seed: &[u8; ed25519::LENGTH]) -> pkcs8::Result<SecretDocument> {
    // A `CurvePrivateKey`. The types of `ed25519` would leave copies of it in memory.
    let private_key = Zeroizing::new(OctetStringRef::new(seed)?.to_der()?);
    PrivateKeyInfo::new(ED25519, &private_key).try_into()
}

#[cfg(feature = "aws-lc")]
fn generate_rsa(size: RsaSize) -> Result<SecretDocument, GenerateError> {
    use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
    use aws_lc_rs::rsa::{KeyPair, KeySize};

    let key_size = match size {
        RsaSize::Bits1024 => return generate_rsa_in_rust(size),
        RsaSize::Bits2048 => KeySize::Rsa2048,
        RsaSize::Bits3072 => KeySize::Rsa3072,
        RsaSize::Bits4096 => KeySize::Rsa4096,
    };
    // The library wipes the key and its DER when they are dropped.
    let der: Pkcs8V1Der<'_> = KeyPair::generate(key_size)
        .and_then(|pair| pair.as_der())
        .map_err(|_| GenerateError)?;
    SecretDocument::try_from(der.as_ref()).map_err(|_| GenerateError)
}

#[cfg(not(feature = "aws-lc"))]
fn generate_rsa(size: RsaSize) -> Result<SecretDocument, GenerateError> {
    generate_rsa_in_rust(size)
}

fn generate_rsa_in_rust(size: RsaSize) -> Result<SecretDocument, GenerateError> {
    use ::rsa::RsaPrivateKey;
    use ::rsa::pkcs8::EncodePrivateKey as _;

    RsaPrivateKey::new(&mut OsRng, size.bits())
        .map_err(|_| GenerateError)?
        .to_pkcs8_der()
        .map_err(|_| GenerateError)
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;
    use crate::algorithm::{HashAlgorithm, KeyType};
    use crate::key::PublicKey;

    fn check(kind: NewKey, key_type: KeyType, bits: usize) {
        let made = PrivateKey::generate(kind).unwrap();
        let public = made.key.public_key();
        assert_eq!((public.key_type(), public.bits()), (key_type, bits));
        let lines: Vec<_> = made.pem.as_str().lines().collect();
        assert_eq!(lines.first(), Some(&"-----BEGIN PRIVATE KEY-----"));
        assert_eq!(lines.last(), Some(&"-----END PRIVATE KEY-----"));
        assert!(lines.iter().all(|line| line.len() <= 64));
        assert!(made.pem.as_str().ends_with("-----\n"));
        let read = PrivateKey::from_bytes(made.pem.as_str().as_bytes(), None).unwrap();
        assert_eq!(read.public_key(), public);
        let digest = [5; 32];
        let signature = read.sign(&digest).unwrap();
        assert!(public.verify(HashAlgorithm::Sha256, &digest, &signature));
        if let PublicKey::Rsa(key) = public {
            assert_eq!(key.exponent(), [1, 0, 1]);
        }
        assert_eq!(format!("{:?}", made.pem), "PrivateKeyText { .. }");

        let other = match key_type {
            KeyType::Rsa => KeyFormat::Pkcs1,
            KeyType::Ed25519 => KeyFormat::Seed,
        };
        for format in [KeyFormat::Pkcs8, KeyFormat::Pkcs1, KeyFormat::Seed] {
            let text = made.in_format(format);
            assert_eq!(
                text.is_some(),
                format == KeyFormat::Pkcs8 || format == other
            );
            if let Some(text) = text {
                let read = PrivateKey::from_bytes(text.as_str().as_bytes(), None).unwrap();
                assert_eq!(read.public_key(), public);
                let start = match format {
                    KeyFormat::Pkcs8 => "-----BEGIN PRIVATE KEY-----\n",
                    KeyFormat::Pkcs1 => "-----BEGIN RSA PRIVATE KEY-----\n",
                    KeyFormat::Seed => "",
                };
                assert!(text.as_str().starts_with(start) && text.as_str().ends_with('\n'));
            }
        }
    }

    #[test]
    fn keys_are_made_of_each_kind() {
        check(NewKey::Ed25519, KeyType::Ed25519, 256);
        for size in [RsaSize::Bits1024, RsaSize::Bits2048] {
            check(NewKey::Rsa(size), KeyType::Rsa, size.bits());
        }
    }

    #[test]
    fn an_ed25519_key_is_written_as_in_the_standard() {
        // RFC 8410 §10.3.
        let expected = "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC";
        let octets = STANDARD.decode(expected).unwrap();
        let seed = octets.last_chunk().unwrap();
        let document = ed25519_document(seed).unwrap();
        assert_eq!(document.as_bytes(), octets);
    }

    #[test]
    fn the_pure_rust_library_makes_whole_sizes_too() {
        let document = generate_rsa_in_rust(RsaSize::Bits2048).unwrap();
        let key = PrivateKey::from_bytes(document.as_bytes(), None).unwrap();
        assert_eq!(key.public_key().bits(), 2048);
    }

    #[test]
    fn no_two_keys_are_the_same() {
        let make = || {
            PrivateKey::generate(NewKey::Ed25519)
                .unwrap()
                .key
                .public_key()
                .clone()
        };
        assert_ne!(make(), make());
    }
}
