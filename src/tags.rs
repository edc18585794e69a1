//! The tags of signatures and of key records, as their specifications define them: their names,
//! whether they must be there, and what their values are.
//!
//! ```
//! use dkim_toolkit::tags::{KnownTag, Presence};
//!
//! let tag = KnownTag::of_signature("bh").ok_or("not a tag of signatures")?;
//! assert_eq!((tag.meaning, tag.presence), ("body hash", Presence::Required));
//! assert!(KnownTag::of_key_record("bh").is_none());
//! # Ok::<(), &str>(())
//! ```

/// A tag that a specification defines.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KnownTag {
    /// The tag's name.
    pub name: &'static str,
    /// The section that defines it.
    pub section: &'static str,
    /// Whether it must be there.
    pub presence: Presence,
    /// What its value is, in a word or three.
    pub meaning: &'static str,
}

/// Whether a tag must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Presence {
    /// It must be there.
    Required,
    /// It may be missing, also where its specification recommends it.
    Optional,
    /// It is allowed, and better left out: `l=` lets anyone add to the body (RFC 6376 §8.2), `z=`
    /// publishes what may be private (RFC 6376 §3.5), and `g=` of a key record means nothing any
    /// more (RFC 6376 §C.1).
    Discouraged,
}

impl Presence {
    /// Its name in output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Optional => "optional",
            Self::Discouraged => "discouraged",
        }
    }
}

use Presence::{Discouraged, Optional, Required};

/// The tags of a DKIM-Signature field.
pub const SIGNATURE: &[KnownTag] = &[
    signature("v", Required, "version"),
    signature("a", Required, "algorithm"),
    signature("b", Required, "signature"),
    signature("bh", Required, "body hash"),
    signature("c", Optional, "canonicalization"),
    signature("d", Required, "signing domain"),
    signature("h", Required, "signed fields"),
    signature("i", Optional, "agent or user"),
    signature("l", Discouraged, "body length"),
    signature("q", Optional, "query methods"),
    signature("s", Required, "selector"),
    signature("t", Optional, "time of signing"),
    signature("x", Optional, "expiration"),
    signature("z", Discouraged, "copied fields"),
];

/// The tags of a key record.
pub const KEY_RECORD: &[KnownTag] = &[
    key_record("v", Optional, "version"),
    KnownTag {
        section: "RFC 4871 §3.6.1",
        ..key_record("g", Discouraged, "granularity")
    },
    key_record("h", Optional, "hash algorithms"),
    key_record("k", Optional, "key type"),
    key_record("n", Optional, "note"),
    key_record("p", Required, "public key"),
    key_record("s", Optional, "service types"),
    key_record("t", Optional, "flags"),
];

const fn signature(name: &'static str, presence: Presence, meaning: &'static str) -> KnownTag {
    KnownTag {
        name,
        section: "RFC 6376 §3.5",
        presence,
        meaning,
    }
}

const fn key_record(name: &'static str, presence: Presence, meaning: &'static str) -> KnownTag {
    KnownTag {
        section: "RFC 6376 §3.6.1",
        ..signature(name, presence, meaning)
    }
}

impl KnownTag {
    /// The tag of DKIM-Signature fields that has this name.
    #[must_use]
    pub fn of_signature(name: &str) -> Option<&'static Self> {
        SIGNATURE.iter().find(|tag| tag.name == name)
    }

    /// The tag of key records that has this name.
    #[must_use]
    pub fn of_key_record(name: &str) -> Option<&'static Self> {
        KEY_RECORD.iter().find(|tag| tag.name == name)
    }
}

/// The tags that must be there.
pub(crate) fn required(tags: &'static [KnownTag]) -> impl Iterator<Item = &'static KnownTag> {
    tags.iter().filter(|tag| tag.presence == Presence::Required)
}
