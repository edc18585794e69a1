//! RSA private keys (RFC 8017 §8.2.1, §A.1.2).

use ::rsa::pkcs1::{DecodeRsaPrivateKey as _, EncodeRsaPrivateKey as _};
use ::rsa::rand_core::SeedableRng as _;
use ::rsa::{BigUint, RsaPrivateKey};
use rand_chacha::ChaCha20Rng;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::algorithm::HashAlgorithm;
use crate::key::PrivateKeyError;
use crate::key::der::{Flaws, Reader, SEQUENCE};
use crate::key::rsa::verifier::pure_rust_padding;
use crate::key::rsa::{RsaEncoding, RsaPublicKey};

/// An RSA private key, wiped from memory when dropped.
pub(crate) struct RsaSigningKey {
    public_key: RsaPublicKey,
    signer: Signer,
}

/// A private key in the form in which its library keeps it.
enum Signer {
    #[cfg(feature = "aws-lc")]
    AwsLc(aws_lc_rs::signature::RsaKeyPair),
    PureRust(PureRust),
}

impl RsaSigningKey {
    /// Reads a DER `RSAPrivateKey` of two primes.
    pub(crate) fn from_pkcs1(der: &[u8]) -> Result<Self, PrivateKeyError> {
        let public_key = public_half(der)?;
        let signer = Signer::new(der, public_key.bits())?;
        Ok(Self { public_key, signer })
    }

    /// Makes a key of its numbers, big-endian: modulus, public and private exponent, and primes.
    pub(crate) fn from_numbers(
        modulus: &[u8],
        exponent: &[u8],
        private_exponent: &[u8],
        primes: [&[u8]; 2],
    ) -> Result<Self, PrivateKeyError> {
        // Before any arithmetic, which would take long with other numbers.
        let longest = modulus.len() + 1;
        let [first, second] = primes;
        if [private_exponent, first, second]
            .iter()
            .any(|number| number.len() > longest)
        {
            return Err(PrivateKeyError::Inconsistent);
        }
        let number = BigUint::from_bytes_be;
        let (modulus, exponent) = (number(modulus), number(exponent));
        RsaPublicKey::from_big_endian(&modulus.to_bytes_be(), &exponent.to_bytes_be())?;
        let primes = primes.map(number).to_vec();
        let document =
            RsaPrivateKey::from_components(modulus, exponent, number(private_exponent), primes)
                .ok()
                .and_then(|key| key.to_pkcs1_der().ok())
                .ok_or(PrivateKeyError::Inconsistent)?;
        Self::from_pkcs1(document.as_bytes())
    }

    /// The public half.
    pub(crate) const fn public_key(&self) -> &RsaPublicKey {
        &self.public_key
    }

    /// Signs a SHA-256 digest with RSASSA-PKCS1-v1_5.
    pub(crate) fn sign(&self, digest: &[u8]) -> Result<Vec<u8>, PrivateKeyError> {
        match &self.signer {
            #[cfg(feature = "aws-lc")]
            Signer::AwsLc(key) => sign_with_aws_lc(key, digest),
            Signer::PureRust(key) => key.sign(digest),
        }
    }
}

impl Signer {
    /// Hands the key to the best library for its size.
    fn new(der: &[u8], bits: usize) -> Result<Self, PrivateKeyError> {
        #[cfg(feature = "aws-lc")]
        if bits >= 2048 {
            return aws_lc_rs::signature::RsaKeyPair::from_der(der)
                .map(Self::AwsLc)
                .map_err(|_| PrivateKeyError::Inconsistent);
        }
        #[cfg(not(feature = "aws-lc"))]
        let _ = bits;
        PureRust::new(der).map(Self::PureRust)
    }
}

/// A key for `rsa`.
///
/// Each signature is blinded, against the timing channel of RUSTSEC-2023-0071. The numbers for that
/// come from the key and the digest: nobody without the key can tell them, and signing needs no
/// random generator, which some machines do not have.
struct PureRust {
    // Both are on the heap, so that moving the key leaves no copies behind.
    key: Box<RsaPrivateKey>,
    blinding: Zeroizing<Box<[u8]>>,
}

impl PureRust {
    /// Reads a DER `RSAPrivateKey`.
    fn new(der: &[u8]) -> Result<Self, PrivateKeyError> {
        let key = RsaPrivateKey::from_pkcs1_der(der).map_err(|_| PrivateKeyError::Inconsistent)?;
        Ok(Self {
            key: Box::new(key),
            blinding: Zeroizing::new(Sha256::digest(der).as_slice().into()),
        })
    }

    fn sign(&self, digest: &[u8]) -> Result<Vec<u8>, PrivateKeyError> {
        let seed = Sha256::new_with_prefix(&*self.blinding).chain_update(digest);
        let mut numbers = ChaCha20Rng::from_seed(seed.finalize().into());
        self.key
            .sign_with_rng(
                &mut numbers,
                pure_rust_padding(HashAlgorithm::Sha256),
                digest,
            )
            .map_err(|_| PrivateKeyError::Failed)
    }
}

/// Reads the public numbers of a DER `RSAPrivateKey`, which come first.
fn public_half(der: &[u8]) -> Result<RsaPublicKey, PrivateKeyError> {
    let flaws = &mut Flaws::default();
    let mut reader = Reader::inside(Reader::new(der).expect(SEQUENCE, flaws)?);
    let _version = reader.number(flaws)?;
    let modulus = reader.number(flaws)?;
    let exponent = reader.number(flaws)?;
    let encoding = RsaEncoding::SubjectPublicKeyInfo;
    RsaPublicKey::from_numbers(modulus, exponent, encoding, Flaws::default()).map_err(Into::into)
}

#[cfg(feature = "aws-lc")]
fn sign_with_aws_lc(
    key: &aws_lc_rs::signature::RsaKeyPair,
    digest: &[u8],
) -> Result<Vec<u8>, PrivateKeyError> {
    use aws_lc_rs::digest::{Digest, SHA256};
    use aws_lc_rs::signature::RSA_PKCS1_SHA256;

    let mut signature = vec![0; key.public_modulus_len()];
    Digest::import_less_safe(digest, &SHA256)
        .and_then(|digest| key.sign_digest(&RSA_PKCS1_SHA256, &digest, &mut signature))
        .map_err(|_| PrivateKeyError::Failed)?;
    Ok(signature)
}
