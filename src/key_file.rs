//! Files that hold a public key, or a private key or certificate with a public key in it.

use std::error::Error;
use std::fmt;

use crate::algorithm::KeyType;
use crate::key::der::{
    Algorithm, DerError, ED25519, Flaws, INTEGER, RSA_ENCRYPTION, Reader, SEQUENCE,
};
use crate::key::file::PUTTY;
use crate::key::pem::{self, Block, Damaged};
use crate::key::structure::Structure;
use crate::key::{
    PrivateKey, PrivateKeyError, PublicKey, PublicKeyError, RsaPublicKey, ed25519, openssh, text,
};
use crate::key_record::{KeyRecord, RecordError};
use crate::presentation;

/// The tag of a certificate's version (RFC 5280 §4.1).
const VERSION: u8 = 0xa0;

/// The octets of an Ed25519 seed, without and with the public key after it.
const SEED_LENGTHS: [usize; 2] = [ed25519::LENGTH, 2 * ed25519::LENGTH];

/// The SEQUENCEs of a `TBSCertificate` up to the key: algorithm, issuer, validity, subject
/// (RFC 5280 §4.1).
const BEFORE_CERTIFIED_KEY: usize = 4;

impl PublicKey {
    /// Reads the bytes of a key file and takes its public key: `SubjectPublicKeyInfo`, PKCS#1
    /// `RSAPublicKey`, an X.509 certificate, or a private key in any format that
    /// [`PrivateKey::from_bytes`] reads; as PEM, as DER, or as the base64 that stands in `p=`; a
    /// public key of OpenSSH in one line; or a key record (RFC 6376 §3.6.1), its text or what a
    /// zone file, dig, host or nslookup has of it.
    ///
    /// The first key of a PEM file counts. **The bare base64 of 32 octets is an Ed25519 seed**, a
    /// private key, as other tools write it: nothing tells it from a public key. A bare public
    /// key of Ed25519 is read in a record: `k=ed25519; p=…`.
    ///
    /// `passphrase` is not used if the key is not encrypted.
    ///
    /// # Errors
    ///
    /// A [`KeyFileError`] if there is no key in the bytes that DKIM has a use for.
    pub fn from_bytes(bytes: &[u8], passphrase: Option<&[u8]>) -> Result<Self, KeyFileError> {
        let plain = text::plain(bytes);
        let bytes = plain.as_ref().map_or(bytes, |plain| plain);
        if let Some(block) = key_block(bytes)? {
            if block.label.ends_with(b"PRIVATE KEY") {
                return private(bytes, passphrase);
            }
            return from_der(&block.decode()?, passphrase);
        }
        let text = bytes.trim_ascii();
        if text.starts_with(PUTTY) {
            return Err(KeyFileError::Private(PrivateKeyError::Putty));
        }
        if let Some(base64) = openssh::public_line(text) {
            let octets = pem::decode_base64(base64).ok_or(KeyFileError::DamagedLine)?;
            return openssh::public_key(&octets).map_err(KeyFileError::from);
        }
        let printed = printed_record(text)?;
        let text = printed.as_ref().map_or(text, |record| record.as_bytes());
        if is_record(text) {
            return KeyRecord::parse(text)
                .map(|record| record.key)
                .map_err(KeyFileError::Record);
        }
        let without_space = pem::without_white_space(text);
        match pem::decode_base64(&without_space) {
            Some(octets) if SEED_LENGTHS.contains(&octets.len()) => {
                private(&without_space, passphrase)
            }
            Some(octets) if !octets.is_empty() => from_der(&octets, passphrase),
            _ => from_der(bytes, passphrase),
        }
    }
}

/// Why a file holds no public key. Never holds a part of a private one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyFileError {
    /// It holds a private key, which cannot be read.
    Private(PrivateKeyError),
    /// It holds a public key, which is not usable.
    Public(PublicKeyError),
    /// It holds the text of a key record, which is not usable.
    Record(RecordError),
    /// It begins as DER, and is then not the DER of a key or a certificate.
    NotDer(DerError),
    /// The key is of an algorithm that DKIM has no use for.
    UnsupportedAlgorithm {
        /// The algorithm's name or number.
        algorithm: String,
    },
    /// It holds several key records, of which none is meant more than another.
    SeveralRecords,
    /// A public key of OpenSSH, in one line, that is not whole.
    DamagedLine,
    /// PEM without its end line, or with a body that is not base64 (RFC 7468 §2).
    DamagedPem,
    /// The bytes are none of the formats that are read.
    UnknownFormat,
}

impl KeyFileError {
    /// What the owner of the file should do about it, if that can be said.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Private(error) => error.hint().map(str::to_owned),
            Self::Public(error) => error.hint(),
            Self::UnsupportedAlgorithm { .. } => {
                Some("make a key of a type that DKIM has: dkim keygen".to_owned())
            }
            Self::SeveralRecords => {
                Some("put the record of the key into a file of its own".to_owned())
            }
            _ => None,
        }
    }
}

impl fmt::Display for KeyFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Private(error) => error.fmt(f),
            Self::Public(error) => error.fmt(f),
            Self::Record(error) => error.fmt(f),
            Self::NotDer(error) => write!(f, "the key is damaged: {error}"),
            Self::UnsupportedAlgorithm { algorithm } => {
                write!(f, "the key is neither RSA nor Ed25519 but {algorithm}")
            }
            Self::SeveralRecords => f.write_str("the records of several keys are in it"),
            Self::DamagedLine => f.write_str("the public key of OpenSSH is damaged"),
            Self::DamagedPem => {
                f.write_str("the PEM is damaged: its end line is missing or it is not base64")
            }
            Self::UnknownFormat => f.write_str("this is no key, no certificate and no key record"),
        }
    }
}

impl Error for KeyFileError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Private(error) => Some(error),
            Self::Public(error) => Some(error),
            Self::Record(error) => Some(error),
            Self::NotDer(error) => Some(error),
            _ => None,
        }
    }
}

impl From<Damaged> for KeyFileError {
    fn from(_: Damaged) -> Self {
        Self::DamagedPem
    }
}

impl From<openssh::PublicError> for KeyFileError {
    fn from(error: openssh::PublicError) -> Self {
        match error {
            openssh::PublicError::Damaged => Self::DamagedLine,
            openssh::PublicError::Unsupported(algorithm) => {
                Self::UnsupportedAlgorithm { algorithm }
            }
            openssh::PublicError::Key(error) => Self::Public(error),
        }
    }
}

impl From<DerError> for KeyFileError {
    fn from(error: DerError) -> Self {
        Self::NotDer(error)
    }
}

impl From<PublicKeyError> for KeyFileError {
    fn from(error: PublicKeyError) -> Self {
        Self::Public(error)
    }
}

/// The public half of a private key.
fn private(bytes: &[u8], passphrase: Option<&[u8]>) -> Result<PublicKey, KeyFileError> {
    PrivateKey::from_bytes(bytes, passphrase)
        .map(|key| key.public_key().clone())
        .map_err(|error| match error {
            PrivateKeyError::UnsupportedAlgorithm { algorithm } => {
                KeyFileError::UnsupportedAlgorithm { algorithm }
            }
            error => KeyFileError::Private(error),
        })
}

/// The first PEM block that holds a key or a certificate; `None` if there is no PEM.
fn key_block(bytes: &[u8]) -> Result<Option<Block<'_>>, KeyFileError> {
    let mut found_other = false;
    for block in pem::blocks(bytes) {
        let block = block?;
        // `TRUSTED CERTIFICATE` and `X509 CERTIFICATE` are OpenSSL's.
        let holds_key = block.label.ends_with(b"PRIVATE KEY")
            || block.label.ends_with(b"PUBLIC KEY")
            || block.label.ends_with(b"CERTIFICATE");
        if holds_key {
            return Ok(Some(block));
        }
        found_other = true;
    }
    if found_other {
        return Err(KeyFileError::UnknownFormat);
    }
    Ok(None)
}

/// The text of the key record that a zone file or a program such as dig has; `None` if the text is
/// not of that form.
fn printed_record(text: &[u8]) -> Result<Option<String>, KeyFileError> {
    let printed = str::from_utf8(text).ok().and_then(presentation::records);
    let mut records = printed.unwrap_or_default();
    records.retain(|record| is_record(record.as_bytes()));
    records.dedup();
    if records.len() > 1 {
        return Err(KeyFileError::SeveralRecords);
    }
    Ok(records.pop())
}

/// Whether the bytes are a tag-list with a key in it, or meant to be one.
fn is_record(text: &[u8]) -> bool {
    text.split(|&octet| octet == b';').any(|tag| {
        let tag = tag.trim_ascii();
        let value = tag.strip_prefix(b"p").map(<[u8]>::trim_ascii_start);
        value.is_some_and(|value| value.starts_with(b"="))
    })
}

fn from_der(octets: &[u8], passphrase: Option<&[u8]>) -> Result<PublicKey, KeyFileError> {
    if octets.first() != Some(&SEQUENCE) {
        return Err(KeyFileError::UnknownFormat);
    }
    let contents = Reader::new(octets).expect(SEQUENCE, &mut Flaws::default())?;
    match Structure::of(contents) {
        Some(Structure::SubjectPublicKeyInfo) => from_subject_public_key_info(contents),
        Some(Structure::RsaPublicKey) => Ok(PublicKey::from_record(KeyType::Rsa, octets)?),
        Some(Structure::Certificate) => from_certificate(contents),
        Some(_) => private(octets, passphrase),
        None => Err(KeyFileError::UnknownFormat),
    }
}

/// Reads the contents of a `SubjectPublicKeyInfo` (RFC 5280 §4.1; RFC 8410 §4).
fn from_subject_public_key_info(contents: &[u8]) -> Result<PublicKey, KeyFileError> {
    let flaws = &mut Flaws::default();
    let mut reader = Reader::inside(contents);
    let algorithm = Algorithm::read(reader.expect(SEQUENCE, flaws)?, flaws)?;
    match algorithm.oid {
        RSA_ENCRYPTION => {
            let key = RsaPublicKey::from_subject_public_key_info(contents, Flaws::default())?;
            Ok(PublicKey::Rsa(key))
        }
        ED25519 => {
            let octets = reader.bit_string(flaws)?;
            Ok(PublicKey::from_record(KeyType::Ed25519, octets)?)
        }
        _ => Err(KeyFileError::UnsupportedAlgorithm {
            algorithm: algorithm.name(),
        }),
    }
}

/// Reads the key in the contents of a `Certificate` (RFC 5280 §4.1).
fn from_certificate(contents: &[u8]) -> Result<PublicKey, KeyFileError> {
    let flaws = &mut Flaws::default();
    let mut reader = Reader::inside(Reader::inside(contents).expect(SEQUENCE, flaws)?);
    if reader.peek() == Some(VERSION) {
        reader.any(flaws)?;
    }
    reader.expect(INTEGER, flaws)?;
    for _ in 0..BEFORE_CERTIFIED_KEY {
        reader.expect(SEQUENCE, flaws)?;
    }
    from_subject_public_key_info(reader.expect(SEQUENCE, flaws)?)
}

#[cfg(test)]
mod tests;
