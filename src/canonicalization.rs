//! Canonicalization, what a signature tolerates (RFC 6376 §3.4).

use std::fmt;

use crate::algorithm::HashAlgorithm;

mod blocks;
pub mod body;
pub mod header;

/// A canonicalization algorithm (RFC 6376 §3.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Canonicalization {
    /// `simple`: tolerates next to nothing (RFC 6376 §3.4.1, §3.4.3).
    #[default]
    Simple,
    /// `relaxed`: tolerates changes of white space and of folding (RFC 6376 §3.4.2, §3.4.4).
    Relaxed,
}

impl Canonicalization {
    /// The algorithm's name as `c=` has it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Simple => "simple",
            Self::Relaxed => "relaxed",
        }
    }

    fn from_name(name: &[u8]) -> Option<Self> {
        [Self::Simple, Self::Relaxed]
            .into_iter()
            .find(|algorithm| name.eq_ignore_ascii_case(algorithm.name().as_bytes()))
    }
}

impl fmt::Display for Canonicalization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The canonicalization algorithms of a message, one for the header and one for the body (`c=`,
/// RFC 6376 §3.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct MessageCanonicalization {
    /// The header's algorithm.
    pub header: Canonicalization,
    /// The body's algorithm.
    pub body: Canonicalization,
}

impl MessageCanonicalization {
    /// Both algorithms `relaxed`.
    pub const RELAXED: Self = Self {
        header: Canonicalization::Relaxed,
        body: Canonicalization::Relaxed,
    };

    /// Reads the value of `c=`, in any letter case: the header's algorithm, then behind a slash
    /// the body's, which is `simple` where it is missing. `None` if either is not known.
    #[must_use]
    pub fn from_name(name: &[u8]) -> Option<Self> {
        let slash = memchr::memchr(b'/', name);
        let header = Canonicalization::from_name(&name[..slash.unwrap_or(name.len())])?;
        let body = match slash {
            Some(slash) => Canonicalization::from_name(&name[slash + 1..])?,
            None => Canonicalization::Simple,
        };
        Some(Self { header, body })
    }
}

impl fmt::Display for MessageCanonicalization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.header, self.body)
    }
}

/// A body hash that a signature asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BodyHashRequest {
    /// The body's canonicalization algorithm (`c=`).
    pub(crate) canonicalization: Canonicalization,
    /// The hash algorithm (`a=`).
    pub(crate) algorithm: HashAlgorithm,
    /// How many octets of the canonicalized body are hashed (`l=`); `None` for all of them.
    pub(crate) length: Option<u64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, expected: Option<&str>) {
        let parsed = MessageCanonicalization::from_name(name.as_bytes());
        assert_eq!(
            parsed.map(|both| both.to_string()).as_deref(),
            expected,
            "{name:?}"
        );
    }

    #[test]
    fn names() {
        check("simple", Some("simple/simple"));
        check("relaxed", Some("relaxed/simple"));
        check("simple/relaxed", Some("simple/relaxed"));
        check("RELAXED/Relaxed", Some("relaxed/relaxed"));
        check("", None);
        check("relaxed/", None);
        check("/relaxed", None);
        check("relaxed/relaxed/relaxed", None);
        check("nowsp", None);
    }
}
