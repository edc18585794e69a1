//! Where HTML that was added leads.

use super::html::{MOST_NAMED, MOST_SEARCHED, and_more};
use super::references::decode_references;
use crate::explain::quote::quote;

/// Addresses on hosts of their own that it names.
const MOST_HOSTS: usize = 8;
/// Addresses that are kept, and octets of one, and of all with those that are there twice.
const MOST_ADDRESSES: usize = 100;
const LONGEST_ADDRESS: usize = 2 * 1024;
const MOST_READ: usize = 2 * MOST_SEARCHED;

/// Attributes whose value leads somewhere, or has something loaded.
const LEADING: [&[u8]; 8] = [
    b"href",
    b"src",
    b"action",
    b"formaction",
    b"background",
    b"poster",
    b"srcset",
    b"data",
];

/// Where something leads, in order, each once.
#[derive(Default)]
pub(super) struct Addresses {
    pub(super) found: Vec<Vec<u8>>,
    /// Octets that were read.
    read: usize,
}

impl Addresses {
    /// Those in attributes that lead somewhere.
    pub(super) fn add_leading(&mut self, html: &[u8]) {
        for equals in memchr::memchr_iter(b'=', html) {
            let name = html[..equals].trim_ascii_end();
            let leads = LEADING.iter().any(|leading| {
                let at = name.len().checked_sub(leading.len());
                at.is_some_and(|at| {
                    name[at..].eq_ignore_ascii_case(leading)
                        && at > 0
                        && !name[at - 1].is_ascii_alphanumeric()
                })
            });
            if leads && !self.add(value(&html[equals + 1..])) {
                return;
            }
        }
    }

    /// Those in attributes' `url()`.
    pub(super) fn add_of_styles(&mut self, attributes: &[u8]) {
        let lower = attributes.to_ascii_lowercase();
        for at in memchr::memmem::find_iter(&lower, b"url(") {
            let rest = &attributes[at + b"url(".len()..];
            let rest = &rest[..rest.len().min(LONGEST_ADDRESS)];
            let end = memchr::memchr(b')', rest).unwrap_or(rest.len());
            let is_mark = |octet: &u8| octet.is_ascii_whitespace() || b"\"'".contains(octet);
            let start = rest[..end]
                .iter()
                .take_while(|octet| is_mark(octet))
                .count();
            let behind = rest[start..end].iter().rev();
            let behind = behind.take_while(|octet| is_mark(octet)).count();
            if !self.add(&rest[start..end - behind]) {
                return;
            }
        }
    }

    /// Adds one; whether there may be more.
    fn add(&mut self, value: &[u8]) -> bool {
        self.read += value.len();
        let address = decode_references(value).trim_ascii().to_vec();
        if !address.is_empty() && !self.found.contains(&address) {
            self.found.push(address);
        }
        !self.is_full()
    }

    /// Whether there may be more than were kept.
    pub(super) fn is_full(&self) -> bool {
        self.read >= MOST_READ || self.found.len() >= MOST_ADDRESSES
    }
}

/// An attribute's value at the beginning of what is behind its `=`.
fn value(rest: &[u8]) -> &[u8] {
    let rest = rest[..rest.len().min(LONGEST_ADDRESS)].trim_ascii_start();
    let (rest, ends): (_, fn(&u8) -> bool) = match rest.first() {
        Some(b'"') => (&rest[1..], |octet| *octet == b'"'),
        Some(b'\'') => (&rest[1..], |octet| *octet == b'\''),
        _ => (rest, |octet| octet.is_ascii_whitespace() || *octet == b'>'),
    };
    let end = rest.iter().position(ends);
    &rest[..end.unwrap_or(rest.len())]
}

/// Addresses on different hosts, the last of them too; and the first on the same.
pub(super) fn listed_hosts(all: &[Vec<u8>]) -> Option<(String, String)> {
    let mut hosts: Vec<Vec<u8>> = Vec::new();
    let (mut firsts, mut others) = (Vec::new(), Vec::new());
    for (at, address) in all.iter().enumerate() {
        let host = host(address);
        if hosts.contains(&host) {
            others.push(at);
        } else {
            hosts.push(host);
            firsts.push(at);
        }
    }
    if firsts.len() > MOST_HOSTS {
        firsts.drain(MOST_HOSTS - 1..firsts.len() - 1);
    }
    let room = MOST_NAMED.saturating_sub(firsts.len());
    firsts.extend(others.into_iter().take(room));
    firsts.sort_unstable();
    let shown: Vec<_> = firsts.iter().map(|at| quote(&all[*at])).collect();
    (!shown.is_empty()).then(|| (shown.join(", "), and_more(all.len() - shown.len())))
}

/// The host that an address names, as browsers take it, or its scheme; nothing if it has neither.
fn host(address: &[u8]) -> Vec<u8> {
    let is_slash = |octet: &u8| matches!(octet, b'/' | b'\\');
    let scheme = address
        .iter()
        .position(|octet| matches!(octet, b':' | b'/' | b'\\' | b'?' | b'#'))
        .filter(|at| address[*at] == b':');
    let rest = &address[scheme.map_or(0, |at| at + 1)..];
    let slashes = rest.iter().take_while(|octet| is_slash(octet)).count();
    if scheme.is_none() && slashes < 2 {
        return Vec::new();
    }
    let rest = &rest[slashes..];
    let ends = |octet: &u8| is_slash(octet) || matches!(octet, b'?' | b'#');
    let authority = &rest[..rest.iter().position(ends).unwrap_or(rest.len())];
    let user = memchr::memrchr(b'@', authority).map_or(0, |at| at + 1);
    authority[user..].to_ascii_lowercase()
}
