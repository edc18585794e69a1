//! Answers from master files alone (RFC 1035 §5, RFC 1034 §4.3.2).
//!
//! Several files make one tree. There are no zone cuts in it: what the files say about a name is
//! the answer, and a name that they do not say anything about does not exist.

pub(super) mod reader;

use std::collections::{BTreeMap, HashSet};
use std::ops::Bound;

use super::ResolverError;
use super::alias::Step;
use super::name::OwnerName;
use crate::lookup::{LookupFailure, LookupFailureKind, RecordData, RecordType};

pub use reader::ZoneFault;
use reader::{Data, Entry, Reader};

/// The records of all files, by owner name.
#[derive(Debug, Default)]
pub(super) struct Zones {
    nodes: BTreeMap<OwnerName, Node>,
}

/// What stands at one name.
#[derive(Debug, Default)]
struct Node {
    /// TXT records, each as its strings.
    texts: Vec<Vec<Vec<u8>>>,
    /// The same once more, to find doubles among many.
    known_texts: HashSet<Vec<Vec<u8>>>,
    ttl: Option<u32>,
    /// The target of the CNAME.
    alias: Option<OwnerName>,
    /// The target of the DNAME.
    subtree: Option<OwnerName>,
    /// Records that may not stand beside a CNAME (RFC 2181 §10.1).
    other: bool,
}

impl Zones {
    /// Adds the records of one file; `file` is its name in errors.
    pub(super) fn add(&mut self, file: &str, contents: &[u8]) -> Result<(), ResolverError> {
        let mut reader = Reader::new(contents);
        let error = |line, fault| ResolverError::Zone {
            file: file.to_owned(),
            line,
            fault,
        };
        while let Some(entry) = reader.next_entry().map_err(|at| error(at.line, at.fault))? {
            let line = entry.line;
            self.insert(entry).map_err(|fault| error(line, fault))?;
        }
        Ok(())
    }

    /// What the files say about `name` (RFC 1034 §4.3.2 step 3, RFC 6672 §3.2).
    pub(super) fn step(
        &self,
        name: &OwnerName,
        record_type: RecordType,
    ) -> Result<Step, LookupFailure> {
        for ancestor in name.ancestors() {
            let subtree = self
                .nodes
                .get(&ancestor)
                .and_then(|node| node.subtree.as_ref());
            if let Some(target) = subtree {
                return name
                    .substituted(&ancestor, target)
                    .map(Step::Alias)
                    .ok_or_else(|| name_too_long(name));
            }
        }
        Ok(match self.nodes.get(name) {
            Some(node) => node.step(record_type),
            None if self.has_names_below(name) => Step::NoRecords,
            None => self.wildcard(name, record_type).unwrap_or(Step::NoSuchName),
        })
    }

    fn insert(&mut self, entry: Entry) -> Result<(), ZoneFault> {
        let conflict = ZoneFault::AliasConflict(entry.owner.to_string());
        let node = self.nodes.entry(entry.owner).or_default();
        let beside_alias = matches!(entry.data, Data::BesideAlias);
        match entry.data {
            Data::Text(strings) => {
                // A record that is there twice is there once (RFC 2181 §5).
                if node.known_texts.insert(strings.clone()) {
                    node.texts.push(strings);
                }
                // One TTL for the set: the lowest (RFC 2181 §5.2).
                node.ttl = [node.ttl, entry.ttl].into_iter().flatten().min();
            }
            Data::Alias(target) => {
                if node.alias.get_or_insert_with(|| target.clone()) != &target {
                    return Err(conflict);
                }
            }
            Data::Subtree(target) => {
                node.other = true;
                if node.subtree.get_or_insert_with(|| target.clone()) != &target {
                    return Err(conflict);
                }
            }
            Data::Other => node.other = true,
            Data::BesideAlias => {}
        }
        let alone = node.texts.is_empty() && !node.other;
        if node.alias.is_some() && !alone && !beside_alias {
            return Err(conflict);
        }
        Ok(())
    }

    /// The answer that the wildcard below the closest encloser gives (RFC 4592 §3.3.1).
    fn wildcard(&self, name: &OwnerName, record_type: RecordType) -> Option<Step> {
        let encloser = name
            .ancestors()
            .rev()
            .find(|ancestor| self.nodes.contains_key(ancestor) || self.has_names_below(ancestor))?;
        let wildcard = encloser.child(b"*")?;
        match self.nodes.get(&wildcard) {
            Some(node) => Some(node.step(record_type)),
            None => self.has_names_below(&wildcard).then_some(Step::NoRecords),
        }
    }

    /// Whether a name without records of its own exists because of one below it (RFC 8020 §1).
    fn has_names_below(&self, name: &OwnerName) -> bool {
        self.nodes
            .range((Bound::Excluded(name), Bound::Unbounded))
            .next()
            .is_some_and(|(next, _)| next.is_within(name))
    }
}

impl Node {
    fn step(&self, record_type: RecordType) -> Step {
        if let Some(target) = &self.alias {
            if record_type == RecordType::Cname {
                return Step::Found {
                    records: vec![RecordData::Cname(target.to_string())],
                    ttl: None,
                    alias_beside: None,
                };
            }
            return Step::Alias(target.clone());
        }
        if self.texts.is_empty() || record_type != RecordType::Txt {
            return Step::NoRecords;
        }
        Step::Found {
            records: self
                .texts
                .iter()
                .map(|strings| RecordData::Txt(strings.concat()))
                .collect(),
            ttl: self.ttl,
            alias_beside: None,
        }
    }
}

fn name_too_long(name: &OwnerName) -> LookupFailure {
    LookupFailure::new(
        LookupFailureKind::ServFail,
        format!("a DNAME record makes a name out of {name} that is too long"),
    )
}

#[cfg(test)]
mod tests;
