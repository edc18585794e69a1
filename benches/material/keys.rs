//! Keys: each as the library has it, and as the library of the floor has it.

use std::sync::Arc;

use aws_lc_rs::digest::{Digest, SHA256};
use aws_lc_rs::signature::{
    Ed25519KeyPair, ParsedPublicKey, RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY,
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dkim_toolkit::key::{NewKey, PrivateKey, RsaSize};
use ed25519_dalek::{Signature, Verifier as _, VerifyingKey};

use super::Fallible;

/// The kind of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// RSA with 2048 bits.
    Rsa,
    /// RSA with 1024 bits.
    Rsa1024,
    /// Ed25519.
    Ed25519,
}

/// A new key.
pub struct Key {
    #[allow(dead_code, reason = "only `peers` has other libraries")]
    pub kind: Kind,
    /// For the library.
    pub signing: Arc<PrivateKey>,
    /// The private key as PKCS#8, for other libraries.
    #[allow(dead_code, reason = "only `peers` has other libraries")]
    pub pkcs8: Vec<u8>,
    /// The TXT record for it.
    pub record: String,
    /// For the floor.
    pub bare: BareKey,
}

/// A key without anything around it: what the floor signs and verifies with.
pub enum BareKey {
    Rsa {
        /// `None` with 1024 bits: the library of the floor signs with no such key.
        private: Option<Box<RsaKeyPair>>,
        public: ParsedPublicKey,
    },
    Ed25519 {
        private: Box<Ed25519KeyPair>,
        public: Box<VerifyingKey>,
    },
}

impl Key {
    /// Makes a key.
    pub fn new(kind: Kind) -> Fallible<Self> {
        let new = match kind {
            Kind::Rsa => NewKey::Rsa(RsaSize::Bits2048),
            Kind::Rsa1024 => NewKey::Rsa(RsaSize::Bits1024),
            Kind::Ed25519 => NewKey::Ed25519,
        };
        let generated = PrivateKey::generate(new)?;
        let text = generated.pem.as_str();
        let base64: String = text.lines().filter(|line| !line.starts_with('-')).collect();
        let der = STANDARD.decode(base64)?;
        let public = generated.key.public_key().to_record();
        let bare = match kind {
            Kind::Rsa => BareKey::Rsa {
                private: Some(Box::new(RsaKeyPair::from_pkcs8(&der)?)),
                public: ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &public)?,
            },
            Kind::Rsa1024 => BareKey::Rsa {
                private: None,
                public: ParsedPublicKey::new(
                    &RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY,
                    &public,
                )?,
            },
            Kind::Ed25519 => BareKey::Ed25519 {
                private: Box::new(Ed25519KeyPair::from_pkcs8(&der)?),
                public: Box::new(
                    VerifyingKey::try_from(&*public).map_err(|error| error.to_string())?,
                ),
            },
        };
        let name = match kind {
            Kind::Rsa | Kind::Rsa1024 => "rsa",
            Kind::Ed25519 => "ed25519",
        };
        Ok(Self {
            kind,
            signing: Arc::new(generated.key),
            pkcs8: der,
            record: format!("v=DKIM1; k={name}; p={}", STANDARD.encode(public)),
            bare,
        })
    }
}

impl BareKey {
    /// Whether `signature` is this key's signature of `digest`.
    pub fn verify(&self, digest: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Rsa { public, .. } => Digest::import_less_safe(digest, &SHA256)
                .and_then(|digest| public.verify_digest_sig(&digest, signature))
                .is_ok(),
            Self::Ed25519 { public, .. } => Signature::from_slice(signature)
                .and_then(|signature| public.verify(digest, &signature))
                .is_ok(),
        }
    }

    /// The key's signature of `digest`; empty if there is none, which is not so.
    pub fn sign(&self, digest: &[u8]) -> Vec<u8> {
        match self {
            Self::Rsa { private, .. } => {
                let Some(private) = private else {
                    return Vec::new();
                };
                let mut signature = vec![0; private.public_modulus_len()];
                let signed = Digest::import_less_safe(digest, &SHA256).and_then(|digest| {
                    private.sign_digest(&RSA_PKCS1_SHA256, &digest, &mut signature)
                });
                if signed.is_err() {
                    signature.clear();
                }
                signature
            }
            Self::Ed25519 { private, .. } => private
                .try_sign(digest)
                .map(|signature| signature.as_ref().to_vec())
                .unwrap_or_default(),
        }
    }
}
