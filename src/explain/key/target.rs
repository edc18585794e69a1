//! What a right guess is known by (RFC 6376 §3.7).

use crate::algorithm::HashAlgorithm;
use crate::explain::{Budget, Exhausted};
use crate::key::PublicKey;
use crate::signature::Signature;

/// What verifying an Ed25519 signature costs, in bytes hashed.
const VERIFICATION: usize = 30_000;

/// The length of an Ed25519 signature, in bytes (RFC 8032 §5.1.6).
pub(super) const ED25519_LENGTH: usize = 64;

/// What the header's hash has to be for the signature to be good.
#[derive(Clone, Debug)]
pub(in crate::explain) enum Target<'a> {
    /// This hash, which the signature opens to.
    Digest(Vec<u8>),
    /// A hash that nobody knows: the key says of each whether it is the one.
    Key {
        key: &'a PublicKey,
        hash: HashAlgorithm,
        signature: &'a [u8],
    },
}

impl<'a> Target<'a> {
    /// What a key says of a signature; `None` if it is not its key.
    pub(in crate::explain) fn new(key: &'a PublicKey, signature: &'a Signature) -> Option<Self> {
        let hash = signature.algorithm.hash();
        if key.key_type() != signature.algorithm.key_type() {
            return None;
        }
        match key {
            PublicKey::Rsa(key) => key.open(hash, &signature.signature).map(Self::Digest),
            // One of another length is good for no hash.
            PublicKey::Ed25519(_) => {
                (signature.signature.len() == ED25519_LENGTH).then_some(Self::Key {
                    key,
                    hash,
                    signature: &signature.signature,
                })
            }
        }
    }

    /// Whether the signature was made of this hash.
    pub(in crate::explain) fn is_met(
        &self,
        digest: &[u8],
        budget: &mut Budget<'_>,
    ) -> Result<bool, Exhausted> {
        match self {
            Self::Digest(expected) => Ok(expected == digest),
            Self::Key {
                key,
                hash,
                signature,
            } => {
                budget.spend(self.price())?;
                Ok(key.verify(*hash, digest, signature))
            }
        }
    }

    /// What a guess costs beside the hash, in bytes hashed.
    pub(in crate::explain) const fn price(&self) -> usize {
        match self {
            Self::Digest(_) => 0,
            Self::Key { .. } => VERIFICATION,
        }
    }

    /// Whether a guess costs no more than a hash.
    pub(in crate::explain) const fn is_cheap(&self) -> bool {
        matches!(self, Self::Digest(_))
    }
}
