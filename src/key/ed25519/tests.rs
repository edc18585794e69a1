use super::*;
use crate::algorithm::{HashAlgorithm, KeyType};
use crate::key::{DerError, PublicKey};
use crate::syntax::hex::hex_pair;

/// The public key of RFC 8410 §10.3, alone and as `SubjectPublicKeyInfo`.
const KEY: [u8; 32] = [
    0x19, 0xbf, 0x44, 0x09, 0x69, 0x84, 0xcd, 0xfe, 0x85, 0x41, 0xba, 0xc1, 0x67, 0xdc, 0x3b, 0x96,
    0xc8, 0x50, 0x86, 0xaa, 0x30, 0xb6, 0xb6, 0xcb, 0x0c, 0x5c, 0x38, 0xad, 0x70, 0x31, 0x66, 0xe1,
];
const SIGNATURES: &str = include_str!("../testdata/ed25519-signatures.txt");
const WRAPPER: [u8; 12] = [0x30, 0x2a, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 3, 0x21, 0];

#[test]
fn records_hold_the_key_alone() {
    use PublicKeyError::{Ed25519Length, Ed25519Point, Ed25519Weak, Ed25519Wrapped, NotEd25519};
    let wrapped = [&WRAPPER[..], &KEY].concat();
    let mut x25519 = wrapped.clone();
    x25519[8] = 0x6e;
    let algorithm = "X25519".to_owned();
    let rows: &[(&[u8], PublicKeyError)] = &[
        (&[], Ed25519Length { length: 0 }),
        (&KEY[1..], Ed25519Length { length: 31 }),
        (&[7; 64], Ed25519Length { length: 64 }),
        (&wrapped, Ed25519Wrapped { key: KEY.into() }),
        (&wrapped[..43], Ed25519Length { length: 43 }),
        (&x25519, NotEd25519 { algorithm }),
        // y = 2 is on no point; the others are the points of small order.
        (&coordinate(2, 0, 0), Ed25519Point),
        (&coordinate(0, 0, 0), Ed25519Weak),
        (&coordinate(1, 0, 0), Ed25519Weak),
        (&coordinate(0xec, 0xff, 0x7f), Ed25519Weak),
        // y = p and above are not reduced (RFC 8032 §5.1.3); p + 3 is a point otherwise.
        (&coordinate(0xed, 0xff, 0x7f), Ed25519Point),
        (&coordinate(0xf0, 0xff, 0x7f), Ed25519Point),
    ];
    for (octets, error) in rows {
        let read = PublicKey::from_record(KeyType::Ed25519, octets);
        assert_eq!(read.as_ref(), Err(error), "{octets:02x?}");
    }
    let key = PublicKey::from_record(KeyType::Ed25519, &KEY).expect("the RFC's key");
    assert_eq!(key.to_record(), KEY);
    assert_eq!((key.key_type(), key.bits()), (KeyType::Ed25519, 256));
    let hint = Ed25519Wrapped { key: KEY.into() }.hint();
    let expected = "publish p=Gb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=";
    assert_eq!(hint.as_deref(), Some(expected));
    let as_rsa = PublicKey::from_record(KeyType::Rsa, &KEY);
    assert_eq!(as_rsa, Err(PublicKeyError::Ed25519AsRsa));
    let text = PublicKey::from_record(KeyType::Rsa, b"key");
    assert!(matches!(
        text,
        Err(PublicKeyError::NotDer(DerError::UnexpectedTag { .. }))
    ));
}

fn decode_hex(text: &str) -> Vec<u8> {
    let mut digits = text.as_bytes().iter();
    std::iter::from_fn(|| hex_pair(&mut digits)).collect()
}

/// Whether a signature is good; `None` if others disagree: the library's own strict verification, and
/// aws-lc, to which the same checks of the key and of R are added.
fn verify(key: &Ed25519PublicKey, digest: &[u8], signature: &[u8; 64]) -> Option<bool> {
    let is_good = key.verify(digest, signature);
    let strict = Signature::from_bytes(signature);
    let agree = key.key.verify_strict(digest, &strict).is_ok() == is_good;
    #[cfg(feature = "aws-lc")]
    let agree = {
        use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};

        let aws_lc = UnparsedPublicKey::new(&ED25519, key.as_bytes());
        let verified = aws_lc.verify(digest, signature).is_ok();
        agree && (verified && !is_of_small_order(strict.r_bytes())) == is_good
    };
    agree.then_some(is_good)
}

#[test]
fn what_is_not_strictly_a_signature_is_refused() {
    let mut rows = 0;
    for line in SIGNATURES.lines().filter(|line| !line.starts_with('#')) {
        let fields = line.split(' ').collect::<Vec<_>>();
        let [name, expected, _equation, key, digest, signature] = fields[..] else {
            panic!("not a row: {line}");
        };
        let [key, digest, signature] = [key, digest, signature].map(decode_hex);
        let signature = signature.try_into().expect("64 bytes");
        let read = Ed25519PublicKey::from_record(&key);
        match (expected, read) {
            ("no-key", Err(PublicKeyError::Ed25519Point))
            | ("weak-key", Err(PublicKeyError::Ed25519Weak)) => {}
            ("good" | "bad", Ok(key)) => {
                let is_good = verify(&key, &digest, &signature);
                assert_eq!(is_good, Some(expected == "good"), "{name}");
            }
            (_, read) => panic!("{name}: {read:?}"),
        }
        rows += 1;
    }
    assert_eq!(rows, 50);
}

#[test]
fn only_the_exact_signature_verifies() {
    let key = Ed25519SigningKey::from_seed(&[7; 32]);
    let public = PublicKey::Ed25519(key.public_key());
    let digest = [9; 32];
    let signature = key.sign(&digest).expect("a signature");
    let verify = |hash, digest: &[u8], signature: &[u8]| public.verify(hash, digest, signature);
    assert!(verify(HashAlgorithm::Sha256, &digest, &signature));
    assert!(!verify(HashAlgorithm::Sha1, &digest, &signature));
    assert!(!verify(HashAlgorithm::Sha256, &digest[1..], &signature));
    assert!(!verify(HashAlgorithm::Sha256, &digest, &signature[1..]));
    assert!(!verify(HashAlgorithm::Sha256, &digest, &[]));
    for at in 0..signature.len() {
        let mut flipped = signature.clone();
        flipped[at] ^= 1;
        assert!(!verify(HashAlgorithm::Sha256, &digest, &flipped), "{at}");
    }
}
