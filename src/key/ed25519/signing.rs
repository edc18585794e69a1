//! Ed25519 private keys, with either of two libraries (RFC 8032 §5.1.5, §5.1.6).
//!
//! aws-lc takes a little over half the time; `ed25519-dalek` signs where the feature `aws-lc` is
//! off. Their signatures are the same.

use ed25519_dalek::Signer as _;

use super::{Ed25519PublicKey, LENGTH};
use crate::key::PrivateKeyError;

/// An Ed25519 private key, wiped from memory when dropped.
pub(crate) struct Ed25519SigningKey {
    public_key: Ed25519PublicKey,
    signer: Signer,
}

/// A private key in the form in which its library keeps it.
enum Signer {
    #[cfg(feature = "aws-lc")]
    AwsLc(aws_lc_rs::signature::Ed25519KeyPair),
    // On the heap, so that moving the key leaves no copies behind.
    PureRust(Box<ed25519_dalek::SigningKey>),
}

impl Ed25519SigningKey {
    /// The key of a seed (RFC 8032 §5.1.5).
    pub(crate) fn from_seed(seed: &[u8; LENGTH]) -> Self {
        let key = Box::new(ed25519_dalek::SigningKey::from_bytes(seed));
        Self {
            public_key: Ed25519PublicKey {
                key: key.verifying_key(),
            },
            signer: Signer::new(key),
        }
    }

    /// The public half.
    pub(crate) fn public_key(&self) -> Ed25519PublicKey {
        self.public_key.clone()
    }

    /// The public half's bytes.
    pub(crate) fn public_octets(&self) -> &[u8] {
        self.public_key.as_bytes()
    }

    /// Signs `message` (RFC 8032 §5.1.6).
    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, PrivateKeyError> {
        self.signer.sign(message)
    }
}

impl Signer {
    /// Hands the key to the faster library that is there and finds the same public half.
    fn new(key: Box<ed25519_dalek::SigningKey>) -> Self {
        #[cfg(feature = "aws-lc")]
        if let Ok(pair) = aws_lc_rs::signature::Ed25519KeyPair::from_seed_and_public_key(
            key.as_bytes(),
            key.as_ref().as_ref().as_bytes(),
        ) {
            return Self::AwsLc(pair);
        }
        Self::PureRust(key)
    }

    #[cfg_attr(
        not(feature = "aws-lc"),
        expect(clippy::unnecessary_wraps, reason = "aws-lc says that it may fail")
    )]
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, PrivateKeyError> {
        match self {
            #[cfg(feature = "aws-lc")]
            Self::AwsLc(key) => key
                .try_sign(message)
                .map(|signature| signature.as_ref().to_vec())
                .map_err(|_| PrivateKeyError::Failed),
            Self::PureRust(key) => Ok(key.sign(message).to_vec()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_backends_sign_alike() {
        for number in 0..50 {
            let seed = [number; LENGTH];
            let key = Ed25519SigningKey::from_seed(&seed);
            let pure_rust =
                Signer::PureRust(Box::new(ed25519_dalek::SigningKey::from_bytes(&seed)));
            for length in [0, 1, 32, 200] {
                let message = vec![number ^ 0x5a; length];
                let signature = key.sign(&message);
                assert_eq!(signature, pure_rust.sign(&message));
                let signature = signature.expect("a signature");
                assert!(key.public_key().verify(&message, &signature));
            }
        }
    }
}
