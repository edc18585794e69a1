use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::*;
use crate::key::der::{BIT_STRING, INTEGER, OBJECT_IDENTIFIER, encode};

/// The key of `test._domainkey.football.example.com` (RFC 8463 §A.2).
const RFC_8463: &str = "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08\
                        a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR\
                        +yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l\
                        /K4w3QIDAQAB";

fn rfc_8463() -> Vec<u8> {
    STANDARD.decode(RFC_8463).expect("base64")
}

/// The INTEGER of this number.
fn encode_number(magnitude: &[u8]) -> Vec<u8> {
    UintRef::new(magnitude).unwrap().to_der().unwrap()
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
            // The end of it is missing.
            &STANDARD.decode(private).expect("base64"),
            PrivateKey,
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
