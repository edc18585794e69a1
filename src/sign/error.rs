//! Why a message cannot be signed.

use std::error::Error;
use std::fmt;

use crate::author::NoAuthorDomain;
use crate::identifier::IdentifierError;
use crate::message::Malformation;
use crate::signature::{MAX_NAMES, SignatureError};

/// Why a message cannot be signed.
#[derive(Debug)]
#[non_exhaustive]
pub enum SignError {
    /// Mail software takes the header in different ways.
    MalformedHeader(Malformation),
    /// The message has no From field.
    FromMissing,
    /// There is not one domain of the author, for which to sign.
    NoAuthorDomain(NoAuthorDomain),
    /// The domain of the author cannot be a signing domain.
    AuthorDomain(IdentifierError),
    /// From is not among the fields to sign (RFC 6376 §5.4).
    FromNotSigned,
    /// A name is not that of a header field.
    BadName(String),
    /// A field that is never to be signed.
    NeverSigned(String),
    /// `h=` would have more names than [`MAX_NAMES`].
    TooManyNames,
    /// The domain of the identity is neither the signing domain nor under it.
    IdentityOutsideDomain,
    /// The expiration is not after the timestamp.
    ExpirationBeforeTimestamp,
    /// An RSA key under 1024 bits (RFC 8301 §3.2).
    KeyTooShort {
        /// The key's size in bits.
        bits: usize,
    },
    /// The body has fewer octets than are to be signed.
    BodyTooShort {
        /// The length of the canonicalized body in octets.
        actual: u64,
    },
    /// The owner name of the key record is longer than the DNS allows.
    LongOwnerName,
    /// The key cannot sign, for this reason.
    Key(Box<dyn Error + Send + Sync>),
    /// The signature of a key that is elsewhere was not supplied.
    NotSupplied,
    /// The body went on after its signature was requested.
    BodyAfterRequest,
    /// The field that was made cannot be read: a verifier would not judge it.
    Unreadable(SignatureError),
    /// The signature that was made, or supplied, is not the key's.
    Unverified,
}

impl fmt::Display for SignError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MalformedHeader(malformation) => malformation.fmt(f),
            Self::FromMissing => f.write_str("the message has no From field"),
            Self::NoAuthorDomain(why) => why.fmt(f),
            Self::AuthorDomain(error) => {
                write!(f, "the domain of the From address cannot sign: {error}")
            }
            Self::FromNotSigned => f.write_str("the From field must be signed"),
            Self::BadName(name) => write!(f, "\"{name}\" is not the name of a header field"),
            Self::NeverSigned(name) => {
                write!(
                    f,
                    "the field {name} must not be signed: it changes on the way"
                )
            }
            Self::TooManyNames => write!(f, "more than {MAX_NAMES} header fields to sign"),
            Self::IdentityOutsideDomain => {
                f.write_str("the identity is not in the signing domain nor under it")
            }
            Self::ExpirationBeforeTimestamp => {
                f.write_str("the expiration is not after the timestamp")
            }
            Self::KeyTooShort { bits } => {
                write!(
                    f,
                    "an RSA key of {bits} bits: verifiers refuse fewer than 1024"
                )
            }
            Self::BodyTooShort { actual } => {
                write!(f, "the body has only {actual} octets when canonicalized")
            }
            Self::LongOwnerName => {
                f.write_str("selector and domain make a name longer than the DNS allows")
            }
            Self::Key(error) => error.fmt(f),
            Self::NotSupplied => f.write_str("the signature was not supplied"),
            Self::BodyAfterRequest => {
                f.write_str("the body went on after its signature was requested")
            }
            Self::Unreadable(error) => write!(f, "the signature would not be read: {error}"),
            Self::Unverified => {
                f.write_str("the new signature does not verify with the public half of the key")
            }
        }
    }
}

impl Error for SignError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::NoAuthorDomain(why) => Some(why),
            Self::AuthorDomain(error) => Some(error),
            Self::Key(error) => Some(&**error),
            Self::Unreadable(error) => Some(error),
            _ => None,
        }
    }
}
