//! Who signed the messages that a report counts.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use super::{Counts, Evidence, MAX_UNNAMED};
use crate::dmarc::report::{DkimResult, Record, Report};
use crate::identifier::{DomainName, Sdid, Selector};

impl Evidence {
    /// Takes what an aggregate report counts.
    ///
    /// A row counts for each pair of domain and selector that it has, once. Messages of it passed
    /// with the pair if any of its signatures with that pair passed. A result of `none` is no
    /// signature.
    ///
    /// A report with the reporter and the name of one that was taken before is the same report
    /// again, and only counted as such.
    pub fn add_report(&mut self, report: &Report) {
        if !self.known_reports.insert(fingerprint(report)) {
            self.duplicate_reports = self.duplicate_reports.saturating_add(1);
            return;
        }
        self.reports = self.reports.saturating_add(1);
        for record in &report.records {
            self.add_record(report, record);
        }
    }

    fn add_record(&mut self, report: &Report, record: &Record) {
        self.reported_messages = self.reported_messages.saturating_add(record.count);
        let (mut named, mut unnamed) = (BTreeMap::new(), BTreeMap::new());
        for signature in &record.signatures {
            if signature.result == DkimResult::None {
                continue;
            }
            let passed = signature.result == DkimResult::Pass;
            let domain = Sdid::parse(&plain(&signature.domain));
            let selector = signature.selector.as_deref();
            let selector = selector.map(|text| Selector::parse(&plain(text)));
            match (domain, selector.transpose()) {
                (Ok(domain), Ok(Some(selector))) => {
                    *named.entry((domain, selector)).or_insert(false) |= passed;
                }
                (Ok(domain), Ok(None)) => *unnamed.entry(domain).or_insert(false) |= passed,
                _ => self.unreadable = self.unreadable.saturating_add(1),
            }
        }
        let author = DomainName::parse(&plain(&record.header_from)).ok();
        for (pair, passed) in named {
            let is_kept = self.sight(&pair, |sighting| {
                let mut counts = Counts {
                    in_reports: sighting.in_reports,
                    passed: sighting.passed,
                    failed: sighting.failed,
                };
                counts.add(record.count, passed);
                sighting.in_reports = counts.in_reports;
                sighting.passed = counts.passed;
                sighting.failed = counts.failed;
                sighting.note_time(Some(report.date_range.begin));
                sighting.note_time(Some(report.date_range.end));
            });
            if let Some(author) = author.as_ref().filter(|_| is_kept) {
                self.count_author(&pair, author, record.count);
            }
        }
        for (domain, passed) in unnamed {
            let is_full = self.without_selector.len() >= MAX_UNNAMED;
            if is_full && !self.without_selector.contains_key(&domain) {
                self.left_out.signatures = self.left_out.signatures.saturating_add(1);
            } else {
                let counts = self.without_selector.entry(domain).or_default();
                counts.add(record.count, passed);
            }
        }
    }
}

impl Counts {
    fn add(&mut self, messages: u64, passed: bool) {
        self.in_reports = self.in_reports.saturating_add(messages);
        let count = if passed {
            &mut self.passed
        } else {
            &mut self.failed
        };
        *count = count.saturating_add(messages);
    }
}

/// What tells a report from all others.
fn fingerprint(report: &Report) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update((report.org_name.len() as u64).to_le_bytes());
    hash.update(&report.org_name);
    hash.update(&report.report_id);
    hash.finalize().into()
}

/// A name in lower case, without the dot that ends it in the DNS and in some reports.
fn plain(name: &str) -> Vec<u8> {
    name.strip_suffix('.')
        .unwrap_or(name)
        .to_ascii_lowercase()
        .into_bytes()
}
