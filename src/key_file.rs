//! Files that hold a public key, or a private key or certificate with a public key in it.

use std::error::Error;
use std::fmt;

use crate::algorithm::KeyType;
use crate::key::der::{
    Algorithm, DerError, ED25519, Flaws, INTEGER, RSA_ENCRYPTION, Reader, SEQUENCE,
};
use crate::key::pem::{self, Block, Damaged};
use crate::key::structure::Structure;
use crate::key::{PrivateKey, PrivateKeyError, PublicKey, PublicKeyError, RsaPublicKey, ed25519};
use crate::key_record::{KeyRecord, RecordError};

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
    /// [`PrivateKey::from_bytes`] reads; as PEM, as DER, or as the base64 that stands in `p=`; or
    /// the text of a key record (RFC 6376 §3.6.1).
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
        if let Some(block) = key_block(bytes)? {
            if block.label.ends_with(b"PRIVATE KEY") {
                return private(bytes, passphrase);
            }
            return from_der(&block.decode()?, passphrase);
        }
        let text = bytes.trim_ascii();
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
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;
    use crate::key::der::{BIT_STRING, OBJECT_IDENTIFIER, encode};
    use crate::key::testdata::{PASSPHRASE, file, octets};

    fn read(bytes: &[u8]) -> Result<PublicKey, KeyFileError> {
        PublicKey::from_bytes(bytes, Some(PASSPHRASE))
    }

    /// The bytes must be read as the key with these octets in `p=`.
    fn check(what: &str, bytes: &[u8], record: &[u8]) {
        let key = read(bytes).unwrap_or_else(|error| panic!("{what}: {error}"));
        assert_eq!(key.to_record(), record, "{what}");
    }

    #[test]
    fn every_file_with_an_rsa_key_is_read() {
        let record = octets("rsa-public");
        for name in [
            "rsa-public",
            "rsa-public-pkcs1",
            "rsa-certificate",
            "rsa-pkcs8",
            "rsa-pkcs1",
            "rsa-pbkdf2",
        ] {
            check(name, file(name).as_bytes(), &record);
            check(name, &octets(name), &record);
            let base64 = STANDARD.encode(octets(name));
            check(name, base64.as_bytes(), &record);
            check(
                name,
                format!(" {}\n", base64.replace('A', "A\n")).as_bytes(),
                &record,
            );
        }
        let trusted = file("rsa-certificate").replace(" CERTIFICATE", " TRUSTED CERTIFICATE");
        check("trusted", trusted.as_bytes(), &record);
        let base64 = STANDARD.encode(&record);
        check(
            "record",
            format!("v=DKIM1; k=rsa; p={base64}\n").as_bytes(),
            &record,
        );
        check("short record", format!("p={base64}").as_bytes(), &record);
    }

    #[test]
    fn every_file_with_an_ed25519_key_is_read() {
        let record = &octets("ed25519-public")[12..];
        for name in ["ed25519-public", "ed25519-pkcs8", "ed25519-pbkdf2"] {
            check(name, file(name).as_bytes(), record);
            check(name, &octets(name), record);
        }
        let seed = STANDARD.encode(&octets("ed25519-pkcs8")[16..]);
        check("seed", format!("{seed}\n").as_bytes(), record);
        let pair = STANDARD.encode([&octets("ed25519-pkcs8")[16..], record].concat());
        check("seed and public key", pair.as_bytes(), record);
        let wrapped = STANDARD.encode(octets("ed25519-public"));
        check("wrapped", wrapped.as_bytes(), record);
        let text = format!("k=ed25519 ; p = {}\n", STANDARD.encode(record));
        check("record", text.as_bytes(), record);
    }

    #[test]
    fn what_has_no_key_is_refused_by_name() {
        use KeyFileError::{
            DamagedPem, NotDer, Private, Public, Record, UnknownFormat, UnsupportedAlgorithm,
        };
        let unsupported = |algorithm: &str| UnsupportedAlgorithm {
            algorithm: algorithm.to_owned(),
        };
        let cut = DerError::Truncated {
            expected: 294,
            present: 200,
        };
        let pem = |name| file(name).as_bytes().to_vec();
        let rows: &[(Vec<u8>, KeyFileError)] = &[
            (b"".to_vec(), UnknownFormat),
            (b"hello, world".to_vec(), UnknownFormat),
            (b"\0\xff".to_vec(), UnknownFormat),
            (STANDARD.encode([7; 31]).into(), UnknownFormat),
            (vec![SEQUENCE, 0], UnknownFormat),
            (octets("rsa-public")[..200].to_vec(), NotDer(cut)),
            (octets("ec-pkcs8"), unsupported("EC")),
            (pem("x25519"), unsupported("X25519")),
            (pem("rsa-openssh"), Private(PrivateKeyError::OpenSsh)),
            (
                pem("rsa-legacy"),
                Private(PrivateKeyError::LegacyEncryption),
            ),
            (
                file("rsa-public").replace("END P", "END X").into(),
                DamagedPem,
            ),
            (b"v=DKIM1; p=".to_vec(), Record(RecordError::Revoked)),
            (
                b"p=AAAA".to_vec(),
                Record(RecordError::Key(PublicKeyError::NotDer(
                    DerError::UnexpectedTag {
                        expected: 0x30,
                        found: 0,
                    },
                ))),
            ),
            (
                b"-----BEGIN DH PARAMETERS-----\nAAAA\n-----END DH PARAMETERS-----\n".to_vec(),
                UnknownFormat,
            ),
            (
                encode(
                    SEQUENCE,
                    &[
                        &encode(SEQUENCE, &[&encode(OBJECT_IDENTIFIER, &[ED25519])]),
                        &encode(BIT_STRING, &[&[0; 3]]),
                    ],
                ),
                Public(PublicKeyError::Ed25519Length { length: 2 }),
            ),
        ];
        for (row, (bytes, error)) in rows.iter().enumerate() {
            assert_eq!(read(bytes).as_ref(), Err(error), "row {row}");
        }
        let closed = PublicKey::from_bytes(file("rsa-pbkdf2").as_bytes(), None);
        assert_eq!(closed, Err(Private(PrivateKeyError::Encrypted)));
    }
}
