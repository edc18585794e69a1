//! RSA keys (RFC 6376 §3.3, §3.6.1; RFC 8017 §A.1).

use std::fmt;
use std::sync::Arc;

use ::rsa::BigUint;

use crate::algorithm::HashAlgorithm;
use crate::key::der::{
    self, Algorithm, DerError, DerFlaw, Flaws, RSA_ENCRYPTION, Reader, SEQUENCE,
};
use crate::key::structure::Structure;
use crate::key::{
    MAX_RSA_BITS, MAX_RSA_EXPONENT_BITS, MIN_READABLE_RSA_BITS, PublicKeyError, ed25519,
};

mod signing;
mod verifier;

pub(crate) use self::signing::RsaSigningKey;
use self::verifier::Verifier;

/// An RSA public key, ready to verify with. Cheap to clone.
///
/// The modulus is odd and has [`MIN_READABLE_RSA_BITS`] to [`MAX_RSA_BITS`] bits; the exponent is
/// odd, at least 3, and has at most [`MAX_RSA_EXPONENT_BITS`] bits. Two keys are equal if their
/// modulus and exponent are.
#[derive(Clone)]
pub struct RsaPublicKey {
    inner: Arc<Inner>,
}

struct Inner {
    modulus: Box<[u8]>,
    exponent: Box<[u8]>,
    encoding: RsaEncoding,
    flaws: Flaws,
    verifier: Verifier,
}

/// The structure that an RSA public key was read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RsaEncoding {
    /// `SubjectPublicKeyInfo` (RFC 5280 §4.1): what every signer publishes.
    SubjectPublicKeyInfo,
    /// PKCS#1 `RSAPublicKey` (RFC 8017 §A.1.1): what RFC 6376 §3.6.1 asks for, and few publish.
    RsaPublicKey,
}

impl RsaPublicKey {
    /// Reads the base64-decoded value of `p=` (RFC 6376 §3.6.1).
    pub(crate) fn from_record(octets: &[u8]) -> Result<Self, PublicKeyError> {
        if octets.len() == ed25519::LENGTH {
            return Err(PublicKeyError::Ed25519AsRsa);
        }
        let mut flaws = Flaws::default();
        let mut reader = Reader::new(octets);
        let contents = reader.expect(SEQUENCE, &mut flaws)?;
        if !reader.rest().is_empty() {
            flaws.note(DerFlaw::TrailingOctets);
        }
        if Structure::of(contents).is_some_and(Structure::is_open_private_key) {
            return Err(PublicKeyError::PrivateKey);
        }
        if Reader::inside(contents).peek() == Some(SEQUENCE) {
            Self::from_subject_public_key_info(contents, flaws)
        } else {
            Self::from_rsa_public_key(contents, RsaEncoding::RsaPublicKey, flaws)
        }
    }

    /// Reads the contents of a `SubjectPublicKeyInfo`.
    fn from_subject_public_key_info(
        contents: &[u8],
        mut flaws: Flaws,
    ) -> Result<Self, PublicKeyError> {
        let mut reader = Reader::inside(contents);
        let algorithm = Algorithm::read(reader.expect(SEQUENCE, &mut flaws)?, &mut flaws)?;
        if algorithm.oid != RSA_ENCRYPTION {
            return Err(PublicKeyError::NotRsa {
                algorithm: algorithm.name(),
            });
        }
        algorithm.note_rsa_flaws(&mut flaws);
        let key = reader.bit_string(&mut flaws)?;
        if !reader.rest().is_empty() {
            return Err(DerError::ExtraElement.into());
        }
        let mut reader = Reader::inside(key);
        let contents = reader.expect(SEQUENCE, &mut flaws)?;
        if !reader.rest().is_empty() {
            flaws.note(DerFlaw::TrailingOctets);
        }
        Self::from_rsa_public_key(contents, RsaEncoding::SubjectPublicKeyInfo, flaws)
    }

    /// Reads the contents of an `RSAPublicKey`.
    fn from_rsa_public_key(
        contents: &[u8],
        encoding: RsaEncoding,
        mut flaws: Flaws,
    ) -> Result<Self, PublicKeyError> {
        let mut reader = Reader::inside(contents);
        let modulus = reader.number(&mut flaws)?;
        let exponent = reader.number(&mut flaws)?;
        if !reader.rest().is_empty() {
            return Err(DerError::ExtraElement.into());
        }
        Self::from_numbers(modulus, exponent, encoding, flaws)
    }

    /// Makes a key of its numbers, big-endian and without leading zeros.
    fn from_numbers(
        modulus: &[u8],
        exponent: &[u8],
        encoding: RsaEncoding,
        flaws: Flaws,
    ) -> Result<Self, PublicKeyError> {
        check_modulus(modulus)?;
        check_exponent(exponent)?;
        let inner = Arc::new(Inner {
            modulus: modulus.into(),
            exponent: exponent.into(),
            encoding,
            flaws,
            verifier: Verifier::new(modulus, exponent),
        });
        Ok(Self { inner })
    }

    /// The modulus, big-endian and without leading zeros.
    #[must_use]
    pub fn modulus(&self) -> &[u8] {
        &self.inner.modulus
    }

    /// The public exponent, big-endian and without leading zeros.
    #[must_use]
    pub fn exponent(&self) -> &[u8] {
        &self.inner.exponent
    }

    /// The public exponent as a number: it has at most [`MAX_RSA_EXPONENT_BITS`].
    #[must_use]
    pub fn exponent_number(&self) -> u64 {
        self.exponent()
            .iter()
            .fold(0, |number, &octet| number << 8 | u64::from(octet))
    }

    /// The length of the modulus in bits.
    #[must_use]
    pub fn bits(&self) -> usize {
        bit_length(self.modulus())
    }

    /// The structure that the key was read from.
    #[must_use]
    pub fn encoding(&self) -> RsaEncoding {
        self.inner.encoding
    }

    /// Whether the key was not written in exact DER; [`flaws`](Self::flaws) says in which ways.
    #[must_use]
    pub fn is_sloppy(&self) -> bool {
        !self.flaws().is_empty()
    }

    /// The ways in which what the key was read from is not exact DER, each once.
    #[must_use]
    pub fn flaws(&self) -> &[DerFlaw] {
        self.inner.flaws.as_slice()
    }

    /// Whether `signature` is this key's signature of `digest` (RFC 8017 §8.2.2).
    pub(crate) fn verify(&self, hash: HashAlgorithm, digest: &[u8], signature: &[u8]) -> bool {
        digest.len() == hash.digest_length()
            && signature.len() == self.modulus().len()
            && self.inner.verifier.verify(hash, digest, signature)
    }

    /// The digest that `signature` was made of, whichever it is, to explain why it does not verify;
    /// `None` if the signature is not this key's signature of a digest by `hash`
    /// (RFC 8017 §9.2).
    ///
    /// Not for verification: [`PublicKey::verify`](crate::key::PublicKey::verify) is many times as
    /// fast.
    #[must_use]
    pub fn open(&self, hash: HashAlgorithm, signature: &[u8]) -> Option<Vec<u8>> {
        let modulus = BigUint::from_bytes_be(self.modulus());
        let signature_number = BigUint::from_bytes_be(signature);
        if signature.len() != self.modulus().len() || signature_number >= modulus {
            return None;
        }
        let exponent = BigUint::from_bytes_be(self.exponent());
        // The block begins 00 01, and a number does not keep the zero octet.
        let block = signature_number.modpow(&exponent, &modulus).to_bytes_be();
        let padded = block.strip_prefix(&[1])?;
        if padded.len() + 2 != self.modulus().len() {
            return None;
        }
        let padding = padded.iter().take_while(|&&octet| octet == 0xff).count();
        let digest_info = padded[padding..].strip_prefix(&[0])?;
        let digest = digest_info.strip_prefix(verifier::digest_info_prefix(hash))?;
        (padding >= 8 && digest.len() == hash.digest_length()).then(|| digest.to_vec())
    }

    /// The key as an exact DER `SubjectPublicKeyInfo` (RFC 5280 §4.1).
    pub(crate) fn to_subject_public_key_info(&self) -> Vec<u8> {
        let key = encode_rsa_public_key(self.modulus(), self.exponent());
        let bits = der::encode(der::BIT_STRING, &[&[0], &key]);
        der::encode(SEQUENCE, &[&der::encode_rsa_algorithm(), &bits])
    }
}

impl PartialEq for RsaPublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.modulus() == other.modulus() && self.exponent() == other.exponent()
    }
}

impl Eq for RsaPublicKey {}

impl fmt::Debug for RsaPublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RsaPublicKey")
            .field("bits", &self.bits())
            .field("modulus", &format_args!("{:02x?}", self.modulus()))
            .field("exponent", &format_args!("{:02x?}", self.exponent()))
            .field("encoding", &self.encoding())
            .field("flaws", &self.flaws())
            .finish()
    }
}

/// Refuses a modulus that no backend should see.
fn check_modulus(modulus: &[u8]) -> Result<(), PublicKeyError> {
    let bits = bit_length(modulus);
    if bits < MIN_READABLE_RSA_BITS {
        Err(PublicKeyError::TooSmall { bits })
    } else if bits > MAX_RSA_BITS {
        Err(PublicKeyError::TooLarge { bits })
    } else if is_even(modulus) {
        Err(PublicKeyError::EvenModulus)
    } else {
        Ok(())
    }
}

/// Refuses an exponent that not every backend takes.
fn check_exponent(exponent: &[u8]) -> Result<(), PublicKeyError> {
    let bits = bit_length(exponent);
    if bits < 2 {
        Err(PublicKeyError::ExponentTooSmall)
    } else if bits > MAX_RSA_EXPONENT_BITS {
        Err(PublicKeyError::ExponentTooLarge { bits })
    } else if is_even(exponent) {
        Err(PublicKeyError::EvenExponent)
    } else {
        Ok(())
    }
}

/// The length in bits of a number without leading zeros.
fn bit_length(magnitude: &[u8]) -> usize {
    magnitude.first().map_or(0, |high| {
        magnitude.len() * 8 - high.leading_zeros() as usize
    })
}

fn is_even(magnitude: &[u8]) -> bool {
    magnitude.last().is_none_or(|low| low % 2 == 0)
}

/// The DER `RSAPublicKey` of these numbers (RFC 8017 §A.1.1).
fn encode_rsa_public_key(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
    let modulus = der::encode_number(modulus);
    let exponent = der::encode_number(exponent);
    der::encode(SEQUENCE, &[&modulus, &exponent])
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;
    use crate::key::der::{BIT_STRING, INTEGER, OBJECT_IDENTIFIER, encode, encode_number};

    /// The key of `test._domainkey.football.example.com` (RFC 8463 §A.2).
    const RFC_8463: &str = "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08\
                            a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR\
                            +yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l\
                            /K4w3QIDAQAB";

    fn rfc_8463() -> Vec<u8> {
        STANDARD.decode(RFC_8463).expect("base64")
    }

    /// The parts of a key, each to be replaced by what a row of a table is about.
    struct Parts {
        oid: Vec<u8>,
        parameters: Vec<u8>,
        modulus: Vec<u8>,
        exponent: Vec<u8>,
        after_exponent: Vec<u8>,
        unused_bits: u8,
        after_key: Vec<u8>,
        after_bits: Vec<u8>,
        after: Vec<u8>,
    }

    /// What a row of a table does to the parts of the RFC's key.
    type Change = fn(&mut Parts);

    impl Parts {
        fn new() -> Self {
            let key = RsaPublicKey::from_record(&rfc_8463()).expect("a key");
            Self {
                oid: RSA_ENCRYPTION.to_vec(),
                parameters: vec![5, 0],
                modulus: encode_number(key.modulus()),
                exponent: encode_number(key.exponent()),
                after_exponent: Vec::new(),
                unused_bits: 0,
                after_key: Vec::new(),
                after_bits: Vec::new(),
                after: Vec::new(),
            }
        }

        fn pkcs1(&self) -> Vec<u8> {
            encode(
                SEQUENCE,
                &[&self.modulus, &self.exponent, &self.after_exponent],
            )
        }

        fn subject_public_key_info(&self) -> Vec<u8> {
            let oid = encode(OBJECT_IDENTIFIER, &[&self.oid]);
            let algorithm = encode(SEQUENCE, &[&oid, &self.parameters]);
            let unused = [self.unused_bits];
            let bits = encode(BIT_STRING, &[&unused, &self.pkcs1(), &self.after_key]);
            let mut octets = encode(SEQUENCE, &[&algorithm, &bits, &self.after_bits]);
            octets.extend_from_slice(&self.after);
            octets
        }
    }

    /// A modulus of `bits` bits, odd unless `low` is even.
    fn modulus(bits: usize, low: u8) -> Vec<u8> {
        let mut octets = vec![0; bits.div_ceil(8)];
        octets[0] = 1 << ((bits - 1) % 8);
        let last = octets.len() - 1;
        octets[last] |= low;
        encode_number(&octets)
    }

    /// The RFC's key with its parts changed, as `SubjectPublicKeyInfo`.
    fn read(change: Change) -> Result<RsaPublicKey, PublicKeyError> {
        let mut parts = Parts::new();
        change(&mut parts);
        RsaPublicKey::from_record(&parts.subject_public_key_info())
    }

    #[test]
    fn exact_keys_are_read_and_written_the_same() {
        let octets = rfc_8463();
        let key = RsaPublicKey::from_record(&octets).expect("a key");
        assert_eq!((key.bits(), key.exponent()), (1024, &[1, 0, 1][..]));
        assert_eq!(key.encoding(), RsaEncoding::SubjectPublicKeyInfo);
        assert!(!key.is_sloppy());
        assert_eq!(key.to_subject_public_key_info(), octets);

        let bare = RsaPublicKey::from_record(&Parts::new().pkcs1()).expect("a key");
        assert_eq!(bare.encoding(), RsaEncoding::RsaPublicKey);
        assert!(!bare.is_sloppy());
        assert_eq!(bare, key);
        assert_eq!(bare.to_subject_public_key_info(), octets);
    }

    /// Each row was held against `openssl pkey -pubin -inform DER` (OpenSSL 3.0.19), which reads it.
    #[test]
    fn sloppy_keys_are_read_and_their_flaws_told() {
        use DerFlaw::{
            ExtraLeadingZeros, LongLength, MissingLeadingZero, MissingNull, TrailingOctets,
            UnexpectedParameters,
        };
        let rows: &[(Change, &[DerFlaw])] = &[
            (|_| (), &[]),
            (|key| key.parameters.clear(), &[MissingNull]),
            (
                |key| key.parameters = vec![0x0c, 1, b'a'],
                &[UnexpectedParameters],
            ),
            (
                |key| key.parameters = vec![2, 1, 5],
                &[UnexpectedParameters],
            ),
            (
                |key| key.modulus = encode(INTEGER, &[&key.modulus[4..]]),
                &[MissingLeadingZero],
            ),
            (
                |key| key.exponent = vec![2, 4, 0, 1, 0, 1],
                &[ExtraLeadingZeros],
            ),
            (
                |key| key.exponent = vec![2, 0x84, 0, 0, 0, 3, 1, 0, 1],
                &[LongLength],
            ),
            (|key| key.after_key = vec![0, 0], &[TrailingOctets]),
            (|key| key.after = b"junk".to_vec(), &[TrailingOctets]),
            (
                |key| {
                    key.parameters.clear();
                    key.after_key = vec![1];
                    key.after = vec![1];
                },
                &[TrailingOctets, MissingNull],
            ),
        ];
        let clean = RsaPublicKey::from_record(&rfc_8463()).expect("a key");
        for (row, &(change, flaws)) in rows.iter().enumerate() {
            let mut parts = Parts::new();
            change(&mut parts);
            let key = RsaPublicKey::from_record(&parts.subject_public_key_info());
            let key = key.unwrap_or_else(|error| panic!("row {row}: {error}"));
            assert_eq!((key.flaws(), key.is_sloppy()), (flaws, !flaws.is_empty()));
            assert_eq!(key, clean, "row {row}");
            assert_eq!(key.to_subject_public_key_info(), rfc_8463());
        }
    }

    #[test]
    fn what_is_no_acceptable_key_is_refused() {
        use PublicKeyError::{
            Ed25519AsRsa, EvenExponent, EvenModulus, ExponentTooLarge, ExponentTooSmall, NotDer,
            NotRsa, PrivateKey, TooLarge, TooSmall,
        };
        let algorithm = "Ed25519".to_owned();
        let rows: &[(Change, PublicKeyError)] = &[
            (
                |key| key.oid = crate::key::der::ED25519.to_vec(),
                NotRsa { algorithm },
            ),
            (|key| key.unused_bits = 4, NotDer(DerError::UnusedBits)),
            (
                |key| key.after_bits = vec![5, 0],
                NotDer(DerError::ExtraElement),
            ),
            (
                |key| key.after_exponent = vec![2, 1, 0],
                NotDer(DerError::ExtraElement),
            ),
            (
                |key| key.parameters = vec![5, 0, 5, 0],
                NotDer(DerError::ExtraElement),
            ),
            (|key| key.exponent.clear(), NotDer(DerError::Overrun)),
            (
                |key| key.exponent = vec![2, 0],
                NotDer(DerError::EmptyNumber),
            ),
            (|key| key.exponent = vec![2, 1, 0], ExponentTooSmall),
            (|key| key.exponent = vec![2, 1, 1], ExponentTooSmall),
            (|key| key.exponent = vec![2, 1, 2], EvenExponent),
            (
                |key| key.exponent = vec![2, 5, 2, 0, 0, 0, 1],
                ExponentTooLarge { bits: 34 },
            ),
            (|key| key.modulus = vec![2, 1, 0], TooSmall { bits: 0 }),
            (
                |key| key.modulus = modulus(MIN_READABLE_RSA_BITS - 1, 1),
                TooSmall { bits: 255 },
            ),
            (
                |key| key.modulus = modulus(MAX_RSA_BITS + 1, 1),
                TooLarge { bits: 8193 },
            ),
            (|key| key.modulus = modulus(1024, 0), EvenModulus),
        ];
        for (change, error) in rows {
            assert_eq!(read(*change).as_ref(), Err(error));
        }
        let wrong_tag = |expected, found| NotDer(DerError::UnexpectedTag { expected, found });
        let truncated = NotDer(DerError::Truncated {
            expected: 162,
            present: 150,
        });
        let private = "MIIBVQIBADANBgkqhkiG9w0BAQEFAASCAT8=";
        let rows: &[(&[u8], PublicKeyError)] = &[
            (&rfc_8463()[..150], truncated),
            (b"-----BEGIN", wrong_tag(SEQUENCE, b'-')),
            (&[7; 32], Ed25519AsRsa),
            (&encode(SEQUENCE, &[&[4, 1, 1]]), wrong_tag(INTEGER, 4)),
            (
                &encode(SEQUENCE, &[&[2, 1, 0, 0x30, 0, 4, 1, 1]]),
                PrivateKey,
            ),
            (
                &encode(SEQUENCE, &[&[2, 1, 0], &[2, 1, 7].repeat(8)]),
                PrivateKey,
            ),
            (
                &STANDARD.decode(private).expect("base64"),
                NotDer(DerError::Truncated {
                    expected: 345,
                    present: 26,
                }),
            ),
        ];
        for (octets, error) in rows {
            assert_eq!(RsaPublicKey::from_record(octets).as_ref(), Err(error));
        }
    }

    #[test]
    fn limits_are_within_the_readable() {
        let rows: &[(Change, usize)] = &[
            (|key| key.modulus = modulus(MIN_READABLE_RSA_BITS, 1), 256),
            (|key| key.modulus = modulus(1023, 1), 1023),
            (|key| key.modulus = modulus(MAX_RSA_BITS, 1), 8192),
            (|key| key.exponent = vec![2, 1, 3], 1024),
            (
                |key| key.exponent = vec![2, 5, 1, 0xff, 0xff, 0xff, 0xff],
                1024,
            ),
        ];
        for &(change, bits) in rows {
            assert_eq!(read(change).map(|key| key.bits()), Ok(bits));
        }
    }

    #[test]
    fn no_octets_make_the_reader_panic() {
        let octets = rfc_8463();
        for length in 0..octets.len() {
            let truncated = RsaPublicKey::from_record(&octets[..length]);
            match truncated.expect_err("a key that was cut off") {
                PublicKeyError::NotDer(DerError::Truncated { .. }) => {}
                PublicKeyError::Ed25519AsRsa if length == 32 => {}
                other => panic!("{length}: {other}"),
            }
        }
        // Every value of every octet up to the modulus, and of the exponent's.
        for at in (0..29).chain(octets.len() - 6..octets.len()) {
            for value in 0..=255 {
                let mut octets = octets.clone();
                octets[at] = value;
                if let Ok(key) = RsaPublicKey::from_record(&octets) {
                    let _ = key.verify(HashAlgorithm::Sha256, &[0; 32], &[1; 128]);
                }
            }
        }
    }
}
