//! Key files: from bytes in any of the usual formats to a key.

use pkcs8::EncryptedPrivateKeyInfo;
use zeroize::Zeroizing;

use crate::key::der::{
    Algorithm, DerError, ED25519, Flaws, OCTET_STRING, RSA_ENCRYPTION, Reader, SEQUENCE,
};
use crate::key::ed25519::{self, Ed25519SigningKey};
use crate::key::pem::{self, Block, Damaged};
use crate::key::rsa::RsaSigningKey;
use crate::key::structure::Structure;
use crate::key::{PrivateKey, PrivateKeyError, openssh, text};

/// The label of OpenSSH's private keys.
const OPENSSH: &[u8] = b"OPENSSH PRIVATE KEY";

/// What a private key file of `PuTTY` begins with.
pub(crate) const PUTTY: &[u8] = b"PuTTY-User-Key-File-";

/// The implicit tag of the public key in a PKCS#8 structure of version 2 (RFC 5958 §2).
const PUBLIC_KEY: u8 = 0x81;

impl From<Damaged> for PrivateKeyError {
    fn from(_: Damaged) -> Self {
        Self::DamagedPem
    }
}

/// Reads a private key in any of the formats that [`PrivateKey::from_bytes`] lists.
pub(crate) fn read_private_key(
    bytes: &[u8],
    passphrase: Option<&[u8]>,
) -> Result<PrivateKey, PrivateKeyError> {
    let plain = text::plain(bytes);
    let bytes = plain.as_ref().map_or(bytes, |plain| plain);
    if let Some(key) = bare_ed25519(bytes)? {
        return Ok(key.into());
    }
    match private_block(bytes)? {
        Some(block) if block.label == OPENSSH => openssh::private_key(&block.decode()?),
        Some(block) => from_der(&block.decode()?, passphrase),
        None if bytes.starts_with(PUTTY) => Err(PrivateKeyError::Putty),
        None if openssh::public_line(bytes).is_some() => Err(PrivateKeyError::Public),
        None => from_der(bytes, passphrase),
    }
}

/// The Ed25519 key that a file of nothing but base64 holds: a seed, as dkimpy writes it, or a seed
/// with its public key after it, as rspamd does; `None` if the file is another.
fn bare_ed25519(bytes: &[u8]) -> Result<Option<Ed25519SigningKey>, PrivateKeyError> {
    const LONGEST: usize = 2 * ed25519::LENGTH;
    let text = bytes.trim_ascii();
    if text.is_empty() || text.len() > LONGEST.div_ceil(3) * 4 {
        return Ok(None);
    }
    let Some(octets) = pem::decode_base64(text) else {
        return Ok(None);
    };
    let wrong_length = || PrivateKeyError::SeedLength {
        length: octets.len(),
    };
    let (seed, public_key) = octets
        .split_first_chunk::<{ ed25519::LENGTH }>()
        .ok_or_else(wrong_length)?;
    let key = Ed25519SigningKey::from_seed(seed);
    match public_key.len() {
        0 => Ok(Some(key)),
        ed25519::LENGTH if public_key == key.public_octets() => Ok(Some(key)),
        ed25519::LENGTH => Err(PrivateKeyError::Inconsistent),
        _ => Err(wrong_length()),
    }
}

/// The first PEM block that can hold a private key to sign with; `None` if there is no PEM.
fn private_block(bytes: &[u8]) -> Result<Option<Block<'_>>, PrivateKeyError> {
    let mut public = false;
    for block in pem::blocks(bytes) {
        let block = block?;
        match block.label {
            label if label.ends_with(b"PRIVATE KEY") => {
                return if block.has_legacy_encryption() {
                    Err(PrivateKeyError::LegacyEncryption)
                } else {
                    Ok(Some(block))
                };
            }
            label => public |= label.ends_with(b"PUBLIC KEY") || label.ends_with(b"CERTIFICATE"),
        }
    }
    if public {
        return Err(PrivateKeyError::Public);
    }
    Ok(None)
}

fn from_der(octets: &[u8], passphrase: Option<&[u8]>) -> Result<PrivateKey, PrivateKeyError> {
    let (structure, element, contents) = identify(octets)?;
    match structure {
        Structure::EncryptedPrivateKeyInfo => {
            let opened = decrypt(element, passphrase.ok_or(PrivateKeyError::Encrypted)?)?;
            // A wrong passphrase is found out by the padding; one in 256 gets past that.
            match identify(&opened) {
                Ok((Structure::PrivateKeyInfo, _, contents)) => from_private_key_info(contents),
                _ => Err(PrivateKeyError::WrongPassphrase),
            }
        }
        Structure::PrivateKeyInfo => from_private_key_info(contents),
        Structure::RsaPrivateKey => Ok(RsaSigningKey::from_pkcs1(element)?.into()),
        Structure::MultiPrimeRsaPrivateKey => Err(unsupported("RSA with more than two primes")),
        Structure::EcPrivateKey => Err(unsupported("EC")),
        Structure::DsaPrivateKey => Err(unsupported("DSA")),
        Structure::Pkcs12 => Err(PrivateKeyError::Pkcs12),
        Structure::SubjectPublicKeyInfo | Structure::RsaPublicKey | Structure::Certificate => {
            Err(PrivateKeyError::Public)
        }
    }
}

/// The structure that the octets begin with, all its octets, and its contents.
fn identify(octets: &[u8]) -> Result<(Structure, &[u8], &[u8]), PrivateKeyError> {
    let mut reader = Reader::new(octets);
    let contents = match reader.expect(SEQUENCE, &mut Flaws::default()) {
        Ok(contents) => contents,
        Err(error) if octets.first() == Some(&SEQUENCE) => {
            return Err(PrivateKeyError::NotDer(error));
        }
        Err(_) => return Err(PrivateKeyError::UnknownFormat),
    };
    let element = &octets[..octets.len() - reader.rest().len()];
    let structure = Structure::of(contents).ok_or(PrivateKeyError::UnknownFormat)?;
    Ok((structure, element, contents))
}

/// Decrypts an `EncryptedPrivateKeyInfo` (RFC 5958 §3).
fn decrypt(element: &[u8], passphrase: &[u8]) -> Result<Zeroizing<Vec<u8>>, PrivateKeyError> {
    use pkcs8::Error::{Asn1, EncryptedPrivateKey};
    use pkcs8::pkcs5::Error::{DecryptFailed, EncryptFailed};

    let encrypted = EncryptedPrivateKeyInfo::try_from(element)
        .map_err(|_| PrivateKeyError::UnsupportedEncryption)?;
    match encrypted.decrypt(passphrase) {
        Ok(opened) => Ok(opened.to_bytes()),
        // pkcs5 0.7 says "encrypt" where decryption fails.
        Err(Asn1(_) | EncryptedPrivateKey(DecryptFailed | EncryptFailed)) => {
            Err(PrivateKeyError::WrongPassphrase)
        }
        Err(_) => Err(PrivateKeyError::UnsupportedEncryption),
    }
}

/// Reads the contents of a `PrivateKeyInfo` or `OneAsymmetricKey` (RFC 5958 §2).
fn from_private_key_info(contents: &[u8]) -> Result<PrivateKey, PrivateKeyError> {
    let flaws = &mut Flaws::default();
    let mut reader = Reader::inside(contents);
    reader.number(flaws)?;
    let algorithm = Algorithm::read(reader.expect(SEQUENCE, flaws)?, flaws)?;
    let private_key = reader.expect(OCTET_STRING, flaws)?;
    match algorithm.oid {
        RSA_ENCRYPTION => match identify(private_key)? {
            (Structure::RsaPrivateKey, element, _) => {
                Ok(RsaSigningKey::from_pkcs1(element)?.into())
            }
            (Structure::MultiPrimeRsaPrivateKey, ..) => {
                Err(unsupported("RSA with more than two primes"))
            }
            _ => Err(PrivateKeyError::UnknownFormat),
        },
        ED25519 => from_ed25519_octets(private_key, reader),
        _ => Err(unsupported(&algorithm.name())),
    }
}

/// Reads a `CurvePrivateKey` (RFC 8410 §7); `after` may hold the public key, which must fit.
fn from_ed25519_octets(
    private_key: &[u8],
    mut after: Reader<'_>,
) -> Result<PrivateKey, PrivateKeyError> {
    let flaws = &mut Flaws::default();
    let octets = Reader::inside(private_key).expect(OCTET_STRING, flaws)?;
    let seed = octets.try_into().map_err(|_| PrivateKeyError::SeedLength {
        length: octets.len(),
    })?;
    let key = Ed25519SigningKey::from_seed(seed);
    while after.peek().is_some() {
        let element = after.any(flaws)?;
        // The first octet of the BIT STRING counts its unused bits.
        if element.tag == PUBLIC_KEY && element.contents.get(1..) != Some(key.public_octets()) {
            return Err(PrivateKeyError::Inconsistent);
        }
    }
    Ok(key.into())
}

fn unsupported(algorithm: &str) -> PrivateKeyError {
    PrivateKeyError::UnsupportedAlgorithm {
        algorithm: algorithm.to_owned(),
    }
}

impl From<DerError> for PrivateKeyError {
    fn from(error: DerError) -> Self {
        Self::NotDer(error)
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use sha2::{Digest as _, Sha256};

    use super::*;
    use crate::algorithm::{HashAlgorithm, KeyType};
    use crate::key::testdata::{PASSPHRASE, file, octets};
    use crate::key::{DerError, PublicKeyError, RsaPublicKey};

    fn read(bytes: &[u8]) -> Result<PrivateKey, PrivateKeyError> {
        PrivateKey::from_bytes(bytes, Some(PASSPHRASE))
    }

    /// The key must sign as OpenSSL did with the same key.
    fn check_rsa(what: &str, bytes: &[u8]) {
        let key = read(bytes).unwrap_or_else(|error| panic!("{what}: {error}"));
        let public = key.public_key();
        assert_eq!((public.key_type(), public.bits()), (KeyType::Rsa, 2048));
        let digest = Sha256::digest(PASSPHRASE);
        let signature = key.sign(&digest).expect("a signature");
        assert!(signature == octets("rsa-signature-base64"), "{what}");
        assert_eq!(public.to_record(), octets("rsa-public"), "{what}");
    }

    fn check_ed25519(what: &str, bytes: &[u8]) {
        let key = read(bytes).unwrap_or_else(|error| panic!("{what}: {error}"));
        let public = key.public_key();
        assert_eq!((public.key_type(), public.bits()), (KeyType::Ed25519, 256));
        let digest = Sha256::digest(PASSPHRASE);
        let signature = key.sign(&digest).expect("a signature");
        assert!(signature == octets("ed25519-signature-base64"), "{what}");
        let record = public.to_record();
        assert_eq!(record, octets("ed25519-public")[12..], "{what}");
    }

    #[test]
    fn every_usual_format_is_read() {
        check_rsa("OpenSSH", file("rsa-openssh").as_bytes());
        for name in ["rsa-pkcs8", "rsa-pkcs1", "rsa-pbkdf2", "rsa-scrypt"] {
            check_rsa(name, file(name).as_bytes());
            check_rsa(name, &octets(name));
        }
        for name in ["ed25519-pkcs8", "ed25519-pbkdf2"] {
            check_ed25519(name, file(name).as_bytes());
            check_ed25519(name, &octets(name));
        }
        let pem = file("rsa-pkcs8");
        check_rsa("CRLF", pem.replace('\n', "\r\n").as_bytes());
        check_rsa("text around it", format!("Key: 1\n{pem}\nend").as_bytes());
        check_rsa("one line", pem.replace('\n', "").as_bytes());
        let written_out = pem.replace('\n', "\\r\\n");
        check_rsa("line ends written out", written_out.as_bytes());
        check_rsa("JSON", format!("{{\"key\": \"{written_out}\"}}").as_bytes());
        check_rsa("UTF-8 with a mark", format!("\u{feff}{pem}").as_bytes());
        for mark in ["", "\u{feff}"] {
            let text = format!("{mark}{}", file("rsa-pkcs1"));
            let units = || text.encode_utf16();
            let little: Vec<u8> = units().flat_map(u16::to_le_bytes).collect();
            check_rsa("UTF-16LE", &little);
            let big: Vec<u8> = units().flat_map(u16::to_be_bytes).collect();
            check_rsa("UTF-16BE", &big);
        }
        let chain = format!("{}{pem}", file("rsa-certificate"));
        check_rsa("certificate before it", chain.as_bytes());
        check_rsa(
            "octets after it",
            &[&octets("rsa-pkcs1")[..], b"\n"].concat(),
        );

        let seed = STANDARD.encode(&octets("ed25519-pkcs8")[16..]);
        check_ed25519("seed", seed.as_bytes());
        check_ed25519("seed, line end", format!("{seed}\n").as_bytes());
        check_ed25519("seed, white space", format!(" \r\n{seed}\t\n").as_bytes());
        let pair = [
            &octets("ed25519-pkcs8")[16..],
            &octets("ed25519-public")[12..],
        ]
        .concat();
        check_ed25519("seed and public key", STANDARD.encode(pair).as_bytes());
    }

    /// RFC 8410 §10.3: the same key as version 1, and as version 2 with attributes and public key.
    #[test]
    fn both_versions_of_pkcs8_are_read() {
        let version_1 = "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC";
        let version_2 = "MHICAQEwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\
                         oB8wHQYKKoZIhvcNAQkJFDEPDA1DdXJkbGUgQ2hhaXJzgSEAGb9ECWmEzf6FQbrB\
                         Z9w7lshQhqowtrbLDFw4rXAxZuE=";
        let public = "Gb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=";
        let decode = |text| STANDARD.decode(text).expect("base64");
        for version in [version_1, version_2] {
            let key = read(&decode(version)).expect("the RFC's key");
            assert_eq!(key.public_key().to_record(), decode(public));
        }
        let mut other_public = decode(version_2);
        other_public[115] ^= 1;
        assert_eq!(
            read(&other_public).expect_err("not a pair"),
            PrivateKeyError::Inconsistent
        );
    }

    #[test]
    fn what_cannot_sign_is_refused_by_name() {
        use PrivateKeyError::{
            DamagedPem, Inconsistent, LegacyEncryption, NotDer, OpenSshEncrypted, Pkcs12, Public,
            Putty, SeedLength, UnknownFormat, UnsupportedEncryption,
        };
        let truncated = DerError::Truncated {
            expected: 1190,
            present: 100,
        };
        let pkcs8 = file("rsa-pkcs8");
        let pem = |name| file(name).as_bytes().to_vec();
        let rows: &[(Vec<u8>, PrivateKeyError)] = &[
            (pem("rsa-public"), Public),
            (octets("rsa-public"), Public),
            (pem("rsa-public-pkcs1"), Public),
            (octets("rsa-public-pkcs1"), Public),
            (pem("rsa-certificate"), Public),
            (octets("rsa-certificate"), Public),
            (pem("ed25519-public"), Public),
            (octets("ed25519-public"), Public),
            (octets("rsa-pkcs12-base64"), Pkcs12),
            (pem("openssh-encrypted"), OpenSshEncrypted),
            (pem("openssh-ec"), unsupported("ecdsa-sha2-nistp256")),
            (pem("openssh-line"), Public),
            (b"PuTTY-User-Key-File-3: ssh-rsa\n".to_vec(), Putty),
            (pem("rsa-legacy"), LegacyEncryption),
            (pem("rsa-des3"), UnsupportedEncryption),
            (pem("rsa-pbes1"), UnsupportedEncryption),
            (
                pem("rsa-three-primes"),
                unsupported("RSA with more than two primes"),
            ),
            (pem("rsa-pss"), unsupported("RSASSA-PSS")),
            (pem("ec-sec1"), unsupported("EC")),
            (pem("ec-pkcs8"), unsupported("EC")),
            (pem("x25519"), unsupported("X25519")),
            (pem("ed448"), unsupported("Ed448")),
            (pem("dsa-traditional"), unsupported("DSA")),
            (pem("dsa-pkcs8"), unsupported("DSA")),
            (b"".to_vec(), UnknownFormat),
            (b"\n".to_vec(), UnknownFormat),
            (b"\0\xff".to_vec(), UnknownFormat),
            (b"hello, world".to_vec(), UnknownFormat),
            (vec![0x30, 0], UnknownFormat),
            (octets("rsa-pkcs1")[..100].to_vec(), NotDer(truncated)),
            (pkcs8.as_bytes()[..500].to_vec(), DamagedPem),
            (pkcs8.replace("END P", "END X").into(), DamagedPem),
            (pkcs8.replace('M', "!").into(), DamagedPem),
            (STANDARD.encode([7; 64]).into(), Inconsistent),
            (STANDARD.encode([7; 63]).into(), SeedLength { length: 63 }),
            (STANDARD.encode([7; 31]).into(), SeedLength { length: 31 }),
        ];
        for (row, (bytes, error)) in rows.iter().enumerate() {
            assert_eq!(&read(bytes).expect_err("no key"), error, "row {row}");
        }
    }

    #[test]
    fn passphrases_are_needed_and_must_fit() {
        for name in ["rsa-pbkdf2", "rsa-scrypt", "ed25519-pbkdf2"] {
            let bytes = file(name).as_bytes();
            let rows: &[(Option<&[u8]>, PrivateKeyError)] = &[
                (None, PrivateKeyError::Encrypted),
                (Some(b""), PrivateKeyError::WrongPassphrase),
                (Some(b"correct horse\n"), PrivateKeyError::WrongPassphrase),
            ];
            for (passphrase, error) in rows {
                let read = PrivateKey::from_bytes(bytes, *passphrase);
                assert_eq!(&read.expect_err("still closed"), error, "{name}");
            }
        }
    }

    #[test]
    fn damaged_rsa_keys_are_refused() {
        let whole = octets("rsa-pkcs1");
        // In the modulus, in the private exponent, and in a prime.
        for at in [100, 400, 600] {
            let mut damaged = whole.clone();
            damaged[at] ^= 4;
            assert_eq!(
                read(&damaged).expect_err("damaged"),
                PrivateKeyError::Inconsistent
            );
        }
        let mut even = whole;
        even[267] ^= 1;
        assert_eq!(
            read(&even).expect_err("damaged"),
            PrivateKeyError::PublicHalf(PublicKeyError::EvenModulus)
        );
    }

    #[test]
    fn short_rsa_keys_are_read() {
        let key = read(file("rsa-512").as_bytes()).expect("a short key");
        assert_eq!(key.public_key().bits(), 512);
        let digest = [3; 32];
        let signature = key.sign(&digest).expect("a signature");
        let public = key.public_key();
        assert!(public.verify(HashAlgorithm::Sha256, &digest, &signature));
    }

    #[test]
    fn keys_go_between_threads_and_show_no_secrets() {
        fn check<T: Send + Sync>() {}
        check::<PrivateKey>();
        check::<RsaPublicKey>();
        for (name, shown) in [
            ("rsa-pkcs8", "PrivateKey { key_type: Rsa, bits: 2048, .. }"),
            (
                "ed25519-pkcs8",
                "PrivateKey { key_type: Ed25519, bits: 256, .. }",
            ),
        ] {
            let key = read(file(name).as_bytes()).expect("a key");
            assert_eq!(format!("{key:?}"), shown);
        }
    }
}
