//! Who signs, as messages and aggregate reports say.

mod message;
mod report;

use std::collections::{BTreeMap, BTreeSet};

use crate::identifier::{DomainName, Sdid, Selector};

/// The most pairs of a domain and a selector of which sightings are kept.
pub const MAX_PAIRS: usize = 20_000;
/// The most domains whose signatures without a selector are kept.
pub const MAX_UNNAMED: usize = 20_000;
/// The most domains of authors that are kept for one pair.
pub const MAX_AUTHORS: usize = 1_000;
/// The most domains of authors that are kept for all pairs together.
pub const MAX_AUTHORS_IN_ALL: usize = 100_000;
/// Later times than the end of the year 9999, in Unix seconds, are not taken for times.
const MAX_TIME: u64 = 253_402_300_799;

/// What messages and aggregate reports say about selectors.
///
/// Nothing is verified: anybody can write a signature with any domain and selector into a message,
/// and anybody can send a report. Names are in lower case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Evidence {
    /// How many messages were read.
    pub messages: u64,
    /// How many aggregate reports were read.
    pub reports: u64,
    /// How many further reports were read that have the reporter and the name of one of those.
    pub duplicate_reports: u64,
    /// How many messages the reports count.
    pub reported_messages: u64,
    /// What was seen of each signing domain and selector.
    pub sightings: BTreeMap<(Sdid, Selector), Sighting>,
    /// What reports count of signatures whose selector they do not say, by signing domain.
    pub without_selector: BTreeMap<Sdid, Counts>,
    /// How many signatures have a domain or a selector that cannot be read. Of reports, they are
    /// rows, and not messages.
    pub unreadable: u64,
    /// What was seen and not kept.
    pub left_out: LeftOut,
    /// How many authors' domains are kept, of all pairs together.
    authors: usize,
    /// Hashes of the reporter and the name of each report.
    known_reports: BTreeSet<[u8; 32]>,
}

/// What was seen of one signing domain and selector.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sighting {
    /// How many messages have a signature of it.
    pub in_messages: u64,
    /// How many messages the reports count.
    pub in_reports: u64,
    /// The earliest time of a signature (`t=`) or report, in Unix seconds. A signature without
    /// `t=` has the time at which its message was received, or else that of its Date field.
    pub first_seen: Option<u64>,
    /// The latest, likewise; of reports, the end of their time.
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

/// How many messages reports count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// In all.
    pub in_reports: u64,
    /// How many passed.
    pub passed: u64,
    /// How many did not.
    pub failed: u64,
}

/// What was seen and not kept, because there was too much of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LeftOut {
    /// How often a pair of domain and selector was seen that is not among the first
    /// [`MAX_PAIRS`], or, without a selector, a domain that is not among the first
    /// [`MAX_UNNAMED`].
    pub signatures: u64,
    /// How often a domain of an author was seen that is not among the first [`MAX_AUTHORS`] of a
    /// pair, or [`MAX_AUTHORS_IN_ALL`].
    pub authors: u64,
}

impl Evidence {
    /// Changes the sighting of a pair, which may be its first.
    fn sight(&mut self, pair: &(Sdid, Selector), change: impl FnOnce(&mut Sighting)) -> bool {
        if let Some(sighting) = self.sightings.get_mut(pair) {
            change(sighting);
        } else if self.sightings.len() < MAX_PAIRS {
            change(self.sightings.entry(pair.clone()).or_default());
        } else {
            self.left_out.signatures = self.left_out.signatures.saturating_add(1);
            return false;
        }
        true
    }

    /// Counts messages of an author with a pair that was seen.
    fn count_author(&mut self, pair: &(Sdid, Selector), author: &DomainName, messages: u64) {
        let Some(sighting) = self.sightings.get_mut(pair) else {
            return;
        };
        if let Some(count) = sighting.authors.get_mut(author) {
            *count = count.saturating_add(messages);
        } else if sighting.authors.len() < MAX_AUTHORS && self.authors < MAX_AUTHORS_IN_ALL {
            sighting.authors.insert(author.clone(), messages);
            self.authors += 1;
        } else {
            self.left_out.authors = self.left_out.authors.saturating_add(1);
        }
    }
}

impl Sighting {
    /// Notes a time at which the pair was in use.
    fn note_time(&mut self, time: Option<u64>) {
        let Some(time) = time.filter(|&time| time <= MAX_TIME) else {
            return;
        };
        self.first_seen = Some(self.first_seen.map_or(time, |first| first.min(time)));
        self.last_seen = Some(self.last_seen.map_or(time, |last| last.max(time)));
    }
}

#[cfg(test)]
mod tests;
