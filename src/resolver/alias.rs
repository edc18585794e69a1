//! The way from a name to its records along CNAME and DNAME records (RFC 1034 §3.6.2,
//! RFC 6672), wherever the records come from.

use super::name::OwnerName;
use crate::lookup::RecordData;

/// How many aliases are followed: twice of what is found in practice, and no more than what
/// recursive resolvers follow.
const MAX_ALIASES: usize = 16;

/// What is known about one name.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Records of the type that was asked for.
    Found {
        records: Vec<RecordData>,
        ttl: Option<u32>,
        /// The target of a CNAME record at the same name, which should not be there.
        alias_beside: Option<OwnerName>,
    },
    /// The name stands for another one.
    Alias(OwnerName),
    /// It exists, without records of this type.
    NoRecords,
    /// It does not exist.
    NoSuchName,
}

/// The names from the one that was asked for to the one that has the answer.
#[derive(Debug)]
pub(super) struct Chain {
    names: Vec<OwnerName>,
}

impl Chain {
    pub(super) fn new(name: OwnerName) -> Self {
        Self { names: vec![name] }
    }

    /// Goes on to `target`, and says whether that leads anywhere: not if the chain was there
    /// before, and not if it is too long.
    pub(super) fn follow(&mut self, target: OwnerName) -> bool {
        let fresh = !self.names.contains(&target);
        self.names.push(target);
        fresh && self.names.len() <= MAX_ALIASES + 1
    }

    /// Where the chain stands.
    pub(super) fn end(&self) -> &OwnerName {
        // `new` puts one name there, and none is ever removed.
        &self.names[self.names.len() - 1]
    }

    /// The targets in order, absolute and safe to print.
    pub(super) fn targets(&self) -> Vec<String> {
        self.names.iter().skip(1).map(ToString::to_string).collect()
    }
}
