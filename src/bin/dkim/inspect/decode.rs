//! The tags of a signature decoded, each by itself: also where the signature as a whole is none.

use std::collections::HashMap;

use dkim_toolkit::identifier::KeyQuery;
use dkim_toolkit::message::{FieldIndex, Header, HeaderField};
use dkim_toolkit::signature::claimed_identifiers;
use dkim_toolkit::tag_list::{Tag as RawTag, TagList};
use dkim_toolkit::verdict::Verdict;
use serde::Serialize;

use crate::inspect::value::{Decoded, decode};

/// What the tags of a message's signatures are decoded against.
pub struct Context<'a> {
    pub header: &'a Header,
    pub index: FieldIndex<'a>,
    /// How many fields of each name there are; the names in lower case.
    counts: HashMap<Vec<u8>, usize>,
    /// The time in Unix seconds.
    pub now: u64,
}

/// The tags of one signature.
pub struct Tags {
    pub tags: Vec<Tag>,
    /// Where the tag-list is broken: its text.
    pub raw: Option<String>,
}

/// A tag of a signature.
pub struct Tag {
    pub name: String,
    /// The value as it stands there.
    pub value: String,
    /// What it means, in a word or three; `None` for an unknown tag.
    pub meaning: Option<&'static str>,
    pub status: Status,
    /// The value decoded, or what is wrong with it.
    pub decoded: Result<Decoded, String>,
}

/// What RFC 6376 §3.5 thinks of a tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    Required,
    Optional,
    /// Allowed, and better left out: `l=` lets anyone add to the body (RFC 6376 §8.2), and `z=`
    /// makes public what may be private (RFC 6376 §3.5).
    Discouraged,
    /// Not of RFC 6376: passed over, and signed as it stands.
    Unknown,
}

impl Status {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Optional => "optional",
            Self::Discouraged => "discouraged",
            Self::Unknown => "unknown",
        }
    }
}

/// What stands for a tag that is not there.
#[derive(Serialize)]
pub struct Default {
    pub name: &'static str,
    pub value: String,
}

/// The tags of RFC 6376 §3.5.
const TAGS: [(&str, &str, Status); 14] = [
    ("v", "version", Status::Required),
    ("a", "algorithm", Status::Required),
    ("b", "signature", Status::Required),
    ("bh", "body hash", Status::Required),
    ("c", "canonicalization", Status::Optional),
    ("d", "signing domain", Status::Required),
    ("h", "signed fields", Status::Required),
    ("i", "agent or user", Status::Optional),
    ("l", "body length", Status::Discouraged),
    ("q", "query methods", Status::Optional),
    ("s", "selector", Status::Required),
    ("t", "time of signing", Status::Optional),
    ("x", "expiration", Status::Optional),
    ("z", "copied fields", Status::Discouraged),
];

impl<'a> Context<'a> {
    pub fn new(header: &'a Header, now: u64) -> Self {
        let mut counts = HashMap::new();
        for field in header.fields() {
            *counts.entry(field.name().to_ascii_lowercase()).or_default() += 1;
        }
        Self {
            header,
            index: FieldIndex::new(header),
            counts,
            now,
        }
    }

    /// How many fields of this name, which is in lower case, there are.
    pub fn count(&self, name: &str) -> usize {
        self.counts.get(name.as_bytes()).copied().unwrap_or(0)
    }

    /// The tags of the signature that a verdict is about, as far as they can be read.
    pub fn tags(&self, verdict: &Verdict) -> Tags {
        let value = self.field(verdict).map_or(&[][..], |field| field.value());
        let line_endings = self.header.line_endings();
        let tag = |raw| self.tag(raw, verdict);
        if let Ok(list) = TagList::parse(value, line_endings) {
            return Tags {
                tags: list.iter().map(tag).collect(),
                raw: None,
            };
        }
        // What stands between two semicolons may be a tag though the whole is no list.
        let specs = value.split(|&octet| octet == b';');
        let lists = specs.filter_map(|spec| TagList::parse(spec, line_endings).ok());
        let tags = lists.flat_map(|list| list.iter().map(tag).collect::<Vec<_>>());
        Tags {
            tags: tags.collect(),
            raw: Some(String::from_utf8_lossy(value).into_owned()),
        }
    }

    /// The owner name of the record that verification would ask for.
    pub fn key_name(&self, verdict: &Verdict) -> Option<String> {
        let claimed = claimed_identifiers(self.field(verdict)?);
        let (Some(domain), Some(selector)) = claimed else {
            return None;
        };
        KeyQuery::new(&selector, &domain).map(|query| query.name().to_owned())
    }

    fn field(&self, verdict: &Verdict) -> Option<HeaderField<'a>> {
        self.header.field(verdict.field_index)
    }

    fn tag(&self, RawTag { name, value }: RawTag<'_>, verdict: &Verdict) -> Tag {
        let known = TAGS.iter().find(|known| known.0.as_bytes() == name);
        let decoded = match known {
            None => Ok(Decoded::Nothing),
            Some((_, _, Status::Required)) if value.is_empty() => Err("it is empty".to_owned()),
            Some((name, _, _)) => decode(name, value, self, verdict),
        };
        Tag {
            name: String::from_utf8_lossy(name).into_owned(),
            value: String::from_utf8_lossy(value).into_owned(),
            meaning: known.map(|known| known.1),
            status: known.map_or(Status::Unknown, |known| known.2),
            decoded,
        }
    }
}

impl Tags {
    /// The required tags that are not there, each with its meaning; none where that is unclear.
    pub fn missing(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        TAGS.iter()
            .filter(|known| self.raw.is_none() && known.2 == Status::Required)
            .filter(|known| self.tags.iter().all(|tag| tag.name != known.0))
            .map(|known| (known.0, known.1))
    }

    /// What stands for the tags that are not there; nothing where it is unclear which are.
    pub fn defaults(&self) -> Vec<Default> {
        let get = |name: &str| self.tags.iter().find(|tag| tag.name == name);
        let missing = |name: &&str| self.raw.is_none() && get(name).is_none();
        let value = |name: &'static str| {
            let value = match name {
                "c" => "simple/simple".to_owned(),
                "i" => format!("@{}", get("d")?.decoded.as_ref().ok()?.domain()?),
                _ => "dns/txt".to_owned(),
            };
            Some(Default { name, value })
        };
        let names = ["c", "i", "q"].into_iter();
        names.filter(missing).filter_map(value).collect()
    }
}
