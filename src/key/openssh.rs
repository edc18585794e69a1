//! Keys of OpenSSH: its private key files that are not encrypted (PROTOCOL.key in its sources), and
//! public keys (RFC 4253 §6.6; RFC 8709 §4).

use crate::algorithm::KeyType;
use crate::key::ed25519::{self, Ed25519SigningKey};
use crate::key::pem::Damaged;
use crate::key::rsa::{RsaPublicKey, RsaSigningKey};
use crate::key::{PrivateKey, PrivateKeyError, PublicKey, PublicKeyError};

/// What a private key file begins with.
const MAGIC: &[u8] = b"openssh-key-v1\0";

const RSA: &[u8] = b"ssh-rsa";
const ED25519: &[u8] = b"ssh-ed25519";

/// Reads the contents of an `OPENSSH PRIVATE KEY`.
pub(crate) fn private_key(octets: &[u8]) -> Result<PrivateKey, PrivateKeyError> {
    let mut file = Fields(octets.strip_prefix(MAGIC).ok_or(Damaged)?);
    if file.string()? != b"none" {
        return Err(PrivateKeyError::OpenSshEncrypted);
    }
    let _derivation = (file.string()?, file.string()?);
    // The file format has room for several keys; OpenSSH writes one.
    let _count = file.number()?;
    let _public = file.string()?;
    let mut secret = Fields(file.string()?);
    if secret.number()? != secret.number()? {
        return Err(Damaged.into());
    }
    match secret.string()? {
        ED25519 => {
            let public = secret.string()?;
            let (seed, after) = secret
                .string()?
                .split_first_chunk::<{ ed25519::LENGTH }>()
                .ok_or(Damaged)?;
            let key = Ed25519SigningKey::from_seed(seed);
            if public != key.public_octets() || after != public {
                return Err(PrivateKeyError::Inconsistent);
            }
            Ok(key.into())
        }
        RSA => {
            let [modulus, exponent, private, _inverse, first, second] = secret.strings()?;
            let key = RsaSigningKey::from_numbers(modulus, exponent, private, [first, second])?;
            Ok(key.into())
        }
        other => Err(PrivateKeyError::UnsupportedAlgorithm {
            algorithm: name(other),
        }),
    }
}

/// Why a public key cannot be used.
pub(crate) enum PublicError {
    Damaged,
    Unsupported(String),
    Key(PublicKeyError),
}

impl From<Damaged> for PublicError {
    fn from(_: Damaged) -> Self {
        Self::Damaged
    }
}

impl From<PublicKeyError> for PublicError {
    fn from(error: PublicKeyError) -> Self {
        Self::Key(error)
    }
}

/// The base64 of a public key in a line such as `ssh-rsa AAAAB3… comment`; `None` if the text is
/// another.
pub(crate) fn public_line(text: &[u8]) -> Option<&[u8]> {
    let mut words = text
        .split(u8::is_ascii_whitespace)
        .filter(|word| !word.is_empty());
    let kind = words.next()?;
    let is_kind = kind.starts_with(b"ssh-") || kind.starts_with(b"ecdsa-sha2-");
    words.next().filter(|_| is_kind)
}

/// Reads what a public line encodes.
pub(crate) fn public_key(octets: &[u8]) -> Result<PublicKey, PublicError> {
    let mut fields = Fields(octets);
    match fields.string()? {
        ED25519 => Ok(PublicKey::from_record(KeyType::Ed25519, fields.string()?)?),
        RSA => {
            let [exponent, modulus] = fields.strings()?;
            let key = RsaPublicKey::from_big_endian(unsigned(modulus), unsigned(exponent))?;
            Ok(PublicKey::Rsa(key))
        }
        other => Err(PublicError::Unsupported(name(other))),
    }
}

/// The name of an algorithm, as far as it can be one.
fn name(text: &[u8]) -> String {
    match std::str::from_utf8(text) {
        Ok(name) if name.bytes().all(|byte| byte.is_ascii_graphic()) => name.to_owned(),
        _ => "unknown".to_owned(),
    }
}

/// A number without the zeros that show that it is positive.
fn unsigned(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|&&byte| byte == 0).count();
    &number[zeros..]
}

/// The fields that are still to be read (RFC 4251 §5).
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn number(&mut self) -> Result<u32, Damaged> {
        let (number, rest) = self.0.split_first_chunk().ok_or(Damaged)?;
        self.0 = rest;
        Ok(u32::from_be_bytes(*number))
    }

    fn string(&mut self) -> Result<&'a [u8], Damaged> {
        let length = usize::try_from(self.number()?).map_err(|_| Damaged)?;
        let (string, rest) = self.0.split_at_checked(length).ok_or(Damaged)?;
        self.0 = rest;
        Ok(string)
    }

    fn strings<const N: usize>(&mut self) -> Result<[&'a [u8]; N], Damaged> {
        let mut strings = [&[][..]; N];
        for string in &mut strings {
            *string = self.string()?;
        }
        Ok(strings)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::testdata::octets;

    /// A field with its length.
    fn field(contents: &[u8]) -> Vec<u8> {
        let length = u32::try_from(contents.len()).unwrap();
        [&length.to_be_bytes(), contents].concat()
    }

    /// A private key file with these fields after the two equal numbers.
    fn file(secret: &[&[u8]]) -> Vec<u8> {
        let fields: Vec<u8> = secret.iter().flat_map(|contents| field(contents)).collect();
        let secret = [&[7, 7, 7, 7, 7, 7, 7, 7], fields.as_slice()].concat();
        let parts = [
            MAGIC.to_vec(),
            field(b"none"),
            field(b"none"),
            field(b""),
            vec![0, 0, 0, 1],
            field(b""),
            field(&secret),
        ];
        parts.concat()
    }

    #[test]
    fn damaged_files_are_refused() {
        for name in ["openssh-ed25519", "rsa-openssh"] {
            let whole = octets(name);
            assert!(private_key(&whole).is_ok());
            // The comment and the padding are of no use.
            for length in 0..whole.len() - 40 {
                assert!(private_key(&whole[..length]).is_err(), "{name} {length}");
            }
        }
        let whole = octets("openssh-ed25519");
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 0x81;
            // What is wrong depends on the place; some places are of no use.
            let _ = private_key(&damaged);
        }
        for length in 0..octets("openssh-public").len() {
            assert!(public_key(&octets("openssh-public")[..length]).is_err());
        }
    }

    #[test]
    fn numbers_of_no_key_are_refused() {
        let modulus = [&[0, 0xc1], &[0x55; 126][..], &[0x51]].concat();
        let long = vec![0x55; 100_000];
        let (one, three): (&[u8], &[u8]) = (&[1], &[1, 0, 1]);
        for numbers in [
            [&modulus, three, one, one, one, &modulus],
            [&modulus, three, one, one, &[], &modulus],
            [&modulus, three, one, one, &[], &[]],
            [&modulus, three, one, one, &long, &long],
            [&modulus, three, &long, one, one, &modulus],
            [&long, three, one, one, one, &long],
            [&[], &[], &[], &[], &[], &[]],
        ] {
            let secret = [&[RSA][..], &numbers].concat();
            assert!(private_key(&file(&secret)).is_err());
        }
        assert_eq!(
            private_key(&file(&[b"ssh-\x1b[2J"])).err(),
            Some(PrivateKeyError::UnsupportedAlgorithm {
                algorithm: "unknown".to_owned()
            })
        );
    }
}
