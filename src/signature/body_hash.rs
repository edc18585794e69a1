//! Values of `bh=` that are no hash: what they are instead (RFC 6376 §3.5).

use std::error::Error;
use std::fmt;

use crate::algorithm::{HashAlgorithm, HashValue};
use crate::syntax::base64::decode_base64;
use crate::syntax::folding::without_fws;

/// Hashes that signers take for the one that `a=` names, by the length of their digests in bytes.
const HASHES: [(usize, &str); 6] = [
    (16, "MD5"),
    (20, "SHA-1"),
    (28, "SHA-224"),
    (32, "SHA-256"),
    (48, "SHA-384"),
    (64, "SHA-512"),
];

/// Why the value of `bh=` is no body hash: its length is not that of a digest. Then nothing that
/// happens to the body makes or breaks it; the signer wrote something else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoBodyHash {
    /// The length of a digest, in bytes.
    wanted: usize,
    /// The length of the decoded value, in bytes.
    length: usize,
    form: Form,
}

/// What the value is. A hash is told by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// The hexadecimal digits of a hash, not encoded.
    Hexadecimal(&'static str),
    /// The hexadecimal digits of a hash in base64.
    HexadecimalInBase64(&'static str),
    /// A hash in base64, and that once more in base64.
    Base64Twice(&'static str),
    /// As many bytes as another hash has.
    OtherHash(&'static str),
    Unknown,
}

impl NoBodyHash {
    /// Decodes the value of `bh=`; `None` if it is not base64.
    pub(crate) fn check(value: &[u8], hash: HashAlgorithm) -> Option<Result<HashValue, Self>> {
        let decoded = decode_base64(value)?;
        let wanted = hash.digest_length();
        let hash = HashValue::new(&decoded).filter(|hash| hash.len() == wanted);
        Some(hash.ok_or_else(|| Self {
            wanted,
            length: decoded.len(),
            form: Form::of(value, &decoded),
        }))
    }

    /// What the signer has to do, in lower case and without a full stop.
    #[must_use]
    pub const fn remedy(&self) -> &'static str {
        match self.form {
            Form::Hexadecimal(_) | Form::HexadecimalInBase64(_) => {
                "have the signer encode the bytes of the hash in base64, not its hexadecimal text"
            }
            Form::Base64Twice(_) => "have the signer encode the hash in base64 once",
            Form::OtherHash(_) => "have the signer hash the body with the algorithm that a= says",
            Form::Unknown => "have the signer write the hash of the body into bh=, in base64",
        }
    }
}

impl Form {
    fn of(value: &[u8], decoded: &[u8]) -> Self {
        let text = without_fws(value);
        let twice = || decode_base64(decoded).and_then(|bytes| name(bytes.len()));
        if let Some(name) = name_of_hexadecimal(&text) {
            Self::Hexadecimal(name)
        } else if let Some(name) = name_of_hexadecimal(decoded) {
            Self::HexadecimalInBase64(name)
        } else if let Some(name) = twice() {
            Self::Base64Twice(name)
        } else {
            name(decoded.len()).map_or(Self::Unknown, Self::OtherHash)
        }
    }
}

/// The hash that has digests of this length.
fn name(length: usize) -> Option<&'static str> {
    let hash = HASHES.iter().find(|(of_hash, _)| *of_hash == length);
    hash.map(|(_, name)| *name)
}

fn name_of_hexadecimal(text: &[u8]) -> Option<&'static str> {
    let is_hexadecimal = text.iter().all(u8::is_ascii_hexdigit) && text.len().is_multiple_of(2);
    name(text.len() / 2).filter(|_| is_hexadecimal)
}

impl fmt::Display for NoBodyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            wanted,
            length,
            form,
        } = self;
        match form {
            Form::Hexadecimal(name) => write!(
                f,
                "it is the hexadecimal text of a {name} hash, and not base64 of its bytes"
            ),
            Form::HexadecimalInBase64(name) => write!(
                f,
                "it is base64 of the hexadecimal text of a {name} hash, and not of its bytes"
            ),
            Form::Base64Twice(name) => {
                write!(f, "it is a {name} hash that was encoded in base64 twice")
            }
            Form::OtherHash(name) => write!(
                f,
                "it has {length} bytes, as a {name} hash has, and not {wanted}"
            ),
            Form::Unknown => write!(f, "it has {length} bytes, and a hash has {wanted}"),
        }
    }
}

impl Error for NoBodyHash {}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    fn hexadecimal(length: usize) -> String {
        "9fA0".repeat(length / 2)
    }

    fn check(value: &str, hash: HashAlgorithm, expected: &str) {
        let checked = NoBodyHash::check(value.as_bytes(), hash).unwrap();
        let found = checked.map_or_else(|why| why.to_string(), |_| String::new());
        assert_eq!(found, expected, "{value:?}");
    }

    #[test]
    fn hashes_of_the_right_length() {
        check(&STANDARD.encode([7; 32]), HashAlgorithm::Sha256, "");
        check(&STANDARD.encode([7; 20]), HashAlgorithm::Sha1, "");
        assert_eq!(NoBodyHash::check(b"!", HashAlgorithm::Sha256), None);
    }

    #[test]
    fn what_is_there_instead() {
        let sha256 = |value: &str, expected: &str| check(value, HashAlgorithm::Sha256, expected);
        for (length, name) in [(20, "SHA-1"), (32, "SHA-256"), (64, "SHA-512")] {
            let digits = hexadecimal(length);
            sha256(
                &format!("{}\r\n {}", &digits[..7], &digits[7..]),
                &format!(
                    "it is the hexadecimal text of a {name} hash, and not base64 of its bytes"
                ),
            );
            sha256(
                &STANDARD.encode(&digits),
                &format!(
                    "it is base64 of the hexadecimal text of a {name} hash, and not of its bytes"
                ),
            );
            sha256(
                &STANDARD.encode(STANDARD.encode(vec![7; length])),
                &format!("it is a {name} hash that was encoded in base64 twice"),
            );
        }
        for (length, name) in [(16, "MD5"), (20, "SHA-1"), (48, "SHA-384"), (64, "SHA-512")] {
            sha256(
                &STANDARD.encode(vec![7; length]),
                &format!("it has {length} bytes, as a {name} hash has, and not 32"),
            );
        }
        check(
            &STANDARD.encode([7; 32]),
            HashAlgorithm::Sha1,
            "it has 32 bytes, as a SHA-256 hash has, and not 20",
        );
        sha256("AAAA", "it has 3 bytes, and a hash has 32");
    }
}
