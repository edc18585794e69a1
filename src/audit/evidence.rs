//! Who signs, as messages and aggregate reports say.

use std::collections::BTreeMap;

use crate::identifier::{DomainName, Sdid, Selector};

/// What messages and aggregate reports say about selectors.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Evidence {
    /// How many messages were read.
    pub messages: u64,
    /// How many aggregate reports were read.
    pub reports: u64,
    /// What was seen of each signing domain and selector.
    pub sightings: BTreeMap<(Sdid, Selector), Sighting>,
}

/// What was seen of one signing domain and selector.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sighting {
    /// How many messages have a signature of it.
    pub in_messages: u64,
    /// How many messages the reports count.
    pub in_reports: u64,
    /// The earliest time of a signature (`t=`) or report, in Unix seconds.
    pub first_seen: Option<u64>,
    /// The latest, likewise.
    pub last_seen: Option<u64>,
    /// How many messages of the reports passed with it.
    pub passed: u64,
    /// How many messages of the reports did not.
    pub failed: u64,
    /// How many of the signatures in messages leave out the From field.
    pub from_not_signed: u64,
    /// The domains of the authors (RFC 5322 §3.6.2), with the number of messages of each.
    pub authors: BTreeMap<DomainName, u64>,
}
