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
    /// The records of the types that can be asked for, beside CNAME.
    sets: BTreeMap<RecordType, Set>,
    /// The same once more, to find doubles among many.
    known: HashSet<Data>,
    /// The target of the CNAME, and its TTL.
    alias: Option<(OwnerName, Option<u32>)>,
    /// The target of the DNAME, and its TTL.
    subtree: Option<(OwnerName, Option<u32>)>,
    /// Records that may not stand beside a CNAME (RFC 2181 §10.1).
    other: bool,
}

/// The records of one type at one name.
#[derive(Debug, Default)]
struct Set {
    records: Vec<RecordData>,
    /// One TTL for the set: the lowest (RFC 2181 §5.2).
    ttl: Option<u32>,
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
            if let Some((target, ttl)) = subtree {
                let target = name.substituted(&ancestor, target);
                let target = target.ok_or_else(|| name_too_long(name))?;
                return Ok(alias(target, *ttl, record_type));
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
        // A record that is there twice is there once (RFC 2181 §5).
        let is_new = !beside_alias && node.known.insert(entry.data.clone());
        match entry.data {
            Data::Text(strings) => {
                let text = RecordData::Txt(strings.concat());
                node.add(RecordType::Txt, text, is_new, entry.ttl);
            }
            Data::Plain(record_type, data) => node.add(record_type, data, is_new, entry.ttl),
            Data::Alias(target) => {
                let alias = node
                    .alias
                    .get_or_insert_with(|| (target.clone(), entry.ttl));
                if alias.0 != target {
                    return Err(conflict);
                }
            }
            Data::Subtree(target) => {
                node.other = true;
                let subtree = node
                    .subtree
                    .get_or_insert_with(|| (target.clone(), entry.ttl));
                if subtree.0 != target {
                    return Err(conflict);
                }
            }
            Data::Other => node.other = true,
            Data::BesideAlias => {}
        }
        let alone = node.sets.is_empty() && !node.other;
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
    fn add(&mut self, record_type: RecordType, data: RecordData, is_new: bool, ttl: Option<u32>) {
        let set = self.sets.entry(record_type).or_default();
        if is_new {
            set.records.push(data);
        }
        set.ttl = [set.ttl, ttl].into_iter().flatten().min();
    }

    fn step(&self, record_type: RecordType) -> Step {
        if let Some((target, ttl)) = &self.alias {
            return alias(target.clone(), *ttl, record_type);
        }
        self.sets
            .get(&record_type)
            .map_or(Step::NoRecords, |set| Step::Found {
                records: set.records.clone(),
                ttl: set.ttl,
                alias_beside: None,
            })
    }
}

/// The step to the target of a CNAME, which a question for a CNAME ends at.
fn alias(target: OwnerName, ttl: Option<u32>, record_type: RecordType) -> Step {
    if record_type != RecordType::Cname {
        return Step::Alias(target);
    }
    Step::Found {
        records: vec![RecordData::Cname(target.to_string())],
        ttl,
        alias_beside: None,
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
