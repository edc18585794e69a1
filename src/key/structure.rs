//! Which of the structures that hold keys a DER SEQUENCE is, judged by the elements it has.

use crate::key::der::{BIT_STRING, Flaws, INTEGER, OCTET_STRING, Reader, SEQUENCE};

/// A structure that holds a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Structure {
    /// `SubjectPublicKeyInfo` (RFC 5280 §4.1).
    SubjectPublicKeyInfo,
    /// PKCS#1 `RSAPublicKey` (RFC 8017 §A.1.1).
    RsaPublicKey,
    /// `Certificate` (RFC 5280 §4.1) or a request for one.
    Certificate,
    /// PKCS#8 `PrivateKeyInfo` or `OneAsymmetricKey` (RFC 5958 §2).
    PrivateKeyInfo,
    /// PKCS#8 `EncryptedPrivateKeyInfo` (RFC 5958 §3).
    EncryptedPrivateKeyInfo,
    /// PKCS#1 `RSAPrivateKey` with two primes (RFC 8017 §A.1.2).
    RsaPrivateKey,
    /// PKCS#1 `RSAPrivateKey` with more primes (RFC 8017 §A.1.2).
    MultiPrimeRsaPrivateKey,
    /// `ECPrivateKey` (RFC 5915 §3).
    EcPrivateKey,
    /// The six INTEGERs that OpenSSL writes as a DSA private key.
    DsaPrivateKey,
    /// PKCS #12 `PFX` (RFC 7292 §4).
    Pkcs12,
}

impl Structure {
    /// Judges the contents of a SEQUENCE; `None` if no structure has such elements.
    pub(crate) fn of(contents: &[u8]) -> Option<Self> {
        let tags = tags(contents)?;
        match (version(contents), tags.as_slice()) {
            (_, [SEQUENCE, BIT_STRING]) => Some(Self::SubjectPublicKeyInfo),
            (_, [SEQUENCE, OCTET_STRING]) => Some(Self::EncryptedPrivateKeyInfo),
            (_, [SEQUENCE, SEQUENCE, BIT_STRING]) => Some(Self::Certificate),
            (_, [INTEGER, INTEGER]) => Some(Self::RsaPublicKey),
            (Some(0 | 1), [INTEGER, SEQUENCE, OCTET_STRING, ..]) => Some(Self::PrivateKeyInfo),
            (Some(0), &[INTEGER, ref numbers @ ..]) if all_numbers(numbers, 8) => {
                Some(Self::RsaPrivateKey)
            }
            (Some(1), &[INTEGER, ref numbers @ .., SEQUENCE]) if all_numbers(numbers, 8) => {
                Some(Self::MultiPrimeRsaPrivateKey)
            }
            (Some(1), [INTEGER, OCTET_STRING, ..]) => Some(Self::EcPrivateKey),
            (Some(0), &[INTEGER, ref numbers @ ..]) if all_numbers(numbers, 5) => {
                Some(Self::DsaPrivateKey)
            }
            (Some(3), [INTEGER, SEQUENCE, ..]) => Some(Self::Pkcs12),
            _ => None,
        }
    }

    /// Whether the structure holds a private key that is open to anyone who has the octets.
    pub(crate) const fn is_open_private_key(self) -> bool {
        matches!(
            self,
            Self::PrivateKeyInfo
                | Self::RsaPrivateKey
                | Self::MultiPrimeRsaPrivateKey
                | Self::EcPrivateKey
                | Self::DsaPrivateKey
        )
    }
}

/// Whether octets begin as a private key that is open, though its end may be missing: a version
/// number of one octet, and what comes after it.
pub(crate) fn begins_private_key(octets: &[u8]) -> bool {
    let ([SEQUENCE, 0..=0x7f, contents @ ..]
    | [SEQUENCE, 0x81, _, contents @ ..]
    | [SEQUENCE, 0x82, _, _, contents @ ..]) = octets
    else {
        return false;
    };
    matches!(
        contents,
        [INTEGER, 1, 0, INTEGER | SEQUENCE, ..] | [INTEGER, 1, 1, SEQUENCE | OCTET_STRING, ..]
    )
}

/// The tags of the elements; `None` if they are not elements or more than any structure has.
fn tags(contents: &[u8]) -> Option<Vec<u8>> {
    let mut reader = Reader::inside(contents);
    let mut tags = Vec::new();
    while let Some(tag) = reader.peek() {
        if tags.len() == 10 {
            return None;
        }
        tags.push(tag);
        reader.any(&mut Flaws::default()).ok()?;
    }
    Some(tags)
}

/// The version number that private keys begin with; `None` if the first element is none.
fn version(contents: &[u8]) -> Option<u8> {
    match Reader::inside(contents).number(&mut Flaws::default()) {
        Ok([]) => Some(0),
        Ok(&[version]) => Some(version),
        _ => None,
    }
}

fn all_numbers(tags: &[u8], count: usize) -> bool {
    tags.len() == count && tags.iter().all(|&tag| tag == INTEGER)
}
