//! RSA verification, by either of two libraries (RFC 8017 §8.2.2).
//!
//! aws-lc is about eight times as fast; `rsa` takes the key sizes that aws-lc does not, and
//! everything where the feature `aws-lc` is off. They must accept and refuse the same signatures.

use ::rsa::{BigUint, Pkcs1v15Sign};

use crate::algorithm::HashAlgorithm;

/// What stands before the digest in a `DigestInfo` (RFC 8017 §9.2, note 1).
pub(super) const fn digest_info_prefix(hash: HashAlgorithm) -> &'static [u8] {
    match hash {
        HashAlgorithm::Sha1 => &[
            0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00, 0x04,
            0x14,
        ],
        HashAlgorithm::Sha256 => &[
            0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
            0x01, 0x05, 0x00, 0x04, 0x20,
        ],
    }
}

/// The padding scheme RSASSA-PKCS1-v1_5 for `rsa`.
pub(super) fn pure_rust_padding(hash: HashAlgorithm) -> Pkcs1v15Sign {
    Pkcs1v15Sign {
        hash_len: Some(hash.digest_length()),
        prefix: digest_info_prefix(hash).into(),
    }
}

/// A public key in the form in which its library keeps it.
pub(super) enum Verifier {
    #[cfg(feature = "aws-lc")]
    AwsLc(AwsLc),
    PureRust(PureRust),
}

impl Verifier {
    /// A verifier of the best library for a key that has passed the checks of
    /// [`RsaPublicKey`](super::RsaPublicKey).
    pub(super) fn new(modulus: &[u8], exponent: &[u8]) -> Self {
        #[cfg(feature = "aws-lc")]
        if let Some(verifier) = AwsLc::new(modulus, exponent) {
            return Self::AwsLc(verifier);
        }
        Self::PureRust(PureRust::new(modulus, exponent))
    }

    /// Whether `signature` is the key's signature of `digest`.
    pub(super) fn verify(&self, hash: HashAlgorithm, digest: &[u8], signature: &[u8]) -> bool {
        match self {
            #[cfg(feature = "aws-lc")]
            Self::AwsLc(verifier) => verifier.verify(hash, digest, signature),
            Self::PureRust(verifier) => verifier.verify(hash, digest, signature),
        }
    }
}

/// A key for `rsa`.
pub(super) struct PureRust {
    key: ::rsa::RsaPublicKey,
}

impl PureRust {
    fn new(modulus: &[u8], exponent: &[u8]) -> Self {
        let modulus = BigUint::from_bytes_be(modulus);
        let exponent = BigUint::from_bytes_be(exponent);
        // Unchecked by the library, which stops at 4096 bits; the caller has checked all the rest.
        let key = ::rsa::RsaPublicKey::new_unchecked(modulus, exponent);
        Self { key }
    }

    fn verify(&self, hash: HashAlgorithm, digest: &[u8], signature: &[u8]) -> bool {
        let padding = pure_rust_padding(hash);
        self.key.verify(padding, digest, signature).is_ok()
    }
}

#[cfg(feature = "aws-lc")]
pub(super) use self::aws_lc::AwsLc;

#[cfg(feature = "aws-lc")]
mod aws_lc {
    use aws_lc_rs::digest::{self, Digest};
    use aws_lc_rs::signature::{
        ParsedPublicKey, RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY as RSA_SHA1,
        RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY as RSA_SHA256, UnparsedPublicKey,
    };

    use crate::algorithm::HashAlgorithm;
    use crate::key::rsa::{bit_length, encode_rsa_public_key};

    /// A key for aws-lc, parsed once.
    pub(in crate::key::rsa) struct AwsLc {
        // For SHA-256. The type binds a key to one hash, and SHA-1 is too rare to be fast.
        key: ParsedPublicKey,
    }

    impl AwsLc {
        /// `None` for the sizes that the library does not verify.
        pub(super) fn new(modulus: &[u8], exponent: &[u8]) -> Option<Self> {
            if bit_length(modulus) < 1024 {
                return None;
            }
            let der = encode_rsa_public_key(modulus, exponent).ok()?;
            let key = ParsedPublicKey::new(&RSA_SHA256, der).ok()?;
            Some(Self { key })
        }

        pub(super) fn verify(&self, hash: HashAlgorithm, digest: &[u8], signature: &[u8]) -> bool {
            let algorithm = match hash {
                HashAlgorithm::Sha1 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
                HashAlgorithm::Sha256 => &digest::SHA256,
            };
            let Ok(digest) = Digest::import_less_safe(digest, algorithm) else {
                return false;
            };
            match hash {
                HashAlgorithm::Sha1 => UnparsedPublicKey::new(&RSA_SHA1, &self.key)
                    .verify_digest(&digest, signature)
                    .is_ok(),
                HashAlgorithm::Sha256 => self.key.verify_digest_sig(&digest, signature).is_ok(),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use ::rsa::traits::{PrivateKeyParts as _, PublicKeyParts as _};
    use ::rsa::{RsaPrivateKey, pkcs1::DecodeRsaPrivateKey as _};
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use pkcs8::SecretDocument;
    use sha1::Sha1;
    use sha2::{Digest as _, Sha256};

    use super::*;
    use crate::algorithm::HashAlgorithm::{Sha1 as SHA1, Sha256 as SHA256};
    use crate::key::rsa::{RsaPublicKey, encode_rsa_public_key};

    const SIGNATURES: &str = include_str!("../testdata/rsa-signatures.txt");
    const MESSAGE: &[u8] = b"both backends";
    const RFC_8463: &str = include_str!("../testdata/rfc8463-test.rsa.pem");

    fn digest(hash: HashAlgorithm) -> Vec<u8> {
        match hash {
            SHA1 => Sha1::digest(MESSAGE).to_vec(),
            SHA256 => Sha256::digest(MESSAGE).to_vec(),
        }
    }

    /// What each library that takes the key says of the signature; it must be the same.
    fn verify(
        key: &RsaPublicKey,
        hash: HashAlgorithm,
        digest: &[u8],
        signature: &[u8],
    ) -> Option<bool> {
        let accepted = key.verify(hash, digest, signature);
        let pure_rust = PureRust::new(key.modulus(), key.exponent());
        let agreed = pure_rust.verify(hash, digest, signature) == accepted;
        #[cfg(feature = "aws-lc")]
        let agreed = agreed
            && match AwsLc::new(key.modulus(), key.exponent()) {
                Some(aws_lc) => aws_lc.verify(hash, digest, signature) == accepted,
                None => key.bits() < 1024,
            };
        agreed.then_some(accepted)
    }

    /// `signature` spoilt in every way that a library might overlook.
    fn spoilt(key: &RsaPublicKey, signature: &[u8]) -> Vec<Vec<u8>> {
        let length = signature.len();
        let modulus = BigUint::from_bytes_be(key.modulus());
        let number = BigUint::from_bytes_be(signature);
        let mut spoilt = vec![
            Vec::new(),
            signature[1..].to_vec(),
            signature[..length - 1].to_vec(),
            [&[0], signature].concat(),
            [signature, &[0]].concat(),
            vec![0; length],
            vec![0xff; length],
            key.modulus().to_vec(),
            (&modulus - 1_u8).to_bytes_be(),
            // Congruent to the signature, and not a number under the modulus.
            (&modulus + &number).to_bytes_be(),
            (&modulus - &number).to_bytes_be(),
        ];
        for at in [0, length / 2, length - 1] {
            let mut flipped = signature.to_vec();
            flipped[at] ^= 1;
            spoilt.push(flipped);
        }
        spoilt
    }

    #[test]
    fn both_backends_accept_and_refuse_the_same_signatures() {
        let mut rows = 0;
        for line in SIGNATURES.lines().filter(|line| !line.starts_with('#')) {
            let fields = line.split(' ').collect::<Vec<_>>();
            let [bits, exponent, key, sha1, sha256] = fields[..] else {
                panic!("not a row: {line}");
            };
            let decode = |text| STANDARD.decode(text).expect("base64");
            let key = RsaPublicKey::from_record(&decode(key)).expect("a key");
            assert_eq!(key.bits().to_string(), bits);
            let number = BigUint::from_bytes_be(key.exponent());
            assert_eq!(number.to_string(), exponent);
            for (hash, other, signature) in [(SHA1, SHA256, sha1), (SHA256, SHA1, sha256)] {
                let what = format!("{bits} bits, exponent {exponent}, {hash}");
                let signature = decode(signature);
                let digest = digest(hash);
                let check = |hash, digest: &[u8], signature: &[u8], expected| {
                    assert_eq!(
                        verify(&key, hash, digest, signature),
                        Some(expected),
                        "{what}"
                    );
                };
                check(hash, &digest, &signature, true);
                check(other, &self::digest(other), &signature, false);
                check(other, &digest, &signature, false);
                check(hash, &digest[1..], &signature, false);
                check(hash, &[&digest[..], &[0]].concat(), &signature, false);
                for spoilt in spoilt(&key, &signature) {
                    check(hash, &digest, &spoilt, false);
                    assert_eq!(key.open(hash, &spoilt), None, "{what}");
                }
                assert_eq!(key.open(hash, &signature), Some(digest), "{what}");
                assert_eq!(key.open(other, &signature), None, "{what}");
            }
            rows += 1;
        }
        assert_eq!(rows, 21);
    }

    /// The octets that `key` signs when it signs `block` without looking at it.
    fn sign_block(key: &RsaPrivateKey, block: &[u8]) -> Vec<u8> {
        let signature = BigUint::from_bytes_be(block).modpow(key.d(), key.n());
        let octets = signature.to_bytes_be();
        [vec![0; key.size() - octets.len()], octets].concat()
    }

    /// A block of 128 octets: `head`, as much of `fill` as there is room for, `tail`.
    fn block(head: &[u8], fill: u8, tail: &[&[u8]]) -> Vec<u8> {
        let tail = tail.concat();
        let fill = vec![fill; 128 - head.len() - tail.len()];
        [head, &fill, &tail].concat()
    }

    /// What a block is, the block, and the digest that it opens to.
    type Row<'a> = (&'a str, Vec<u8>, Option<&'a [u8]>);

    #[test]
    fn both_backends_refuse_blocks_that_are_not_exactly_padded() {
        let (_, der) = SecretDocument::from_pem(RFC_8463).expect("the RFC's key");
        let private = RsaPrivateKey::from_pkcs1_der(der.as_bytes()).expect("the RFC's key");
        let (n, e) = (private.n().to_bytes_be(), private.e().to_bytes_be());
        let octets = encode_rsa_public_key(&n, &e).unwrap();
        let key = RsaPublicKey::from_record(&octets).expect("the RFC's key");
        let digest = &digest(SHA256)[..];
        let prefix = digest_info_prefix(SHA256);
        // DigestInfo without the NULL, and with a length in long form.
        let no_null = &[
            0x30, 0x2f, 0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
            0x01, 0x04, 0x20,
        ][..];
        let long_length = &[&[0x30, 0x81, 0x31], &prefix[2..]].concat()[..];
        let other_digest = &[7; 32][..];
        let seven = &[&[0, 1][..], &[0xff; 7], &[0], prefix, digest].concat()[..];
        let rows: &[Row<'_>] = &[
            (
                "exact",
                block(&[0, 1], 0xff, &[&[0], prefix, digest]),
                Some(digest),
            ),
            (
                "another digest",
                block(&[0, 1], 0xff, &[&[0], prefix, other_digest]),
                Some(other_digest),
            ),
            (
                "block type 0",
                block(&[0, 0], 0, &[&[0], prefix, digest]),
                None,
            ),
            (
                "block type 2",
                block(&[0, 2], 0xff, &[&[0], prefix, digest]),
                None,
            ),
            (
                "padding of another octet",
                block(&[0, 1], 0xfe, &[&[0], prefix, digest]),
                None,
            ),
            (
                "no end of the padding",
                block(&[0, 1], 0xff, &[prefix, digest]),
                None,
            ),
            (
                "no NULL",
                block(&[0, 1], 0xff, &[&[0], no_null, digest]),
                None,
            ),
            (
                "long length",
                block(&[0, 1], 0xff, &[&[0], long_length, digest]),
                None,
            ),
            ("no DigestInfo", block(&[0, 1], 0xff, &[&[0], digest]), None),
            (
                "another hash's DigestInfo",
                block(&[0, 1], 0xff, &[&[0], digest_info_prefix(SHA1), digest]),
                None,
            ),
            ("octets after the digest", block(seven, 0, &[]), None),
            (
                "an octet after the digest",
                block(&[0, 1], 0xff, &[&[0], prefix, digest, &[0]]),
                None,
            ),
        ];
        for (what, block, opened) in rows {
            let signature = sign_block(&private, block);
            let verified = verify(&key, SHA256, digest, &signature);
            assert_eq!(verified, Some(*opened == Some(digest)), "{what}");
            assert_eq!(key.open(SHA256, &signature).as_deref(), *opened, "{what}");
        }
    }
}
