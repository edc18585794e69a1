//! The From field, as mailing lists rewrite it for the sake of DMARC.

use std::collections::HashSet;

use super::{Clues, Costed, Text, on_one_line};
use crate::explain::header::mailbox::{in_phrase, in_quotes, mailboxes};

/// The fields that may hold the From field as it was, or its address, the likely ones first.
pub(in crate::explain::header) const ORIGINALS: &str = "x-original-from original-from \
    x-google-original-from x-original-sender x-mailman-original-from x-from old-from x-old-from \
    x-sender reply-to sender resent-from cc";
/// So many addresses and so many names are put together.
const MANY: usize = 8;
/// What lists put behind an author's name, with their own.
const VIAS: &str = " via | (via | -- via | on behalf of | by way of | at ";

/// What the From field may have been: what the header has of it, and names and addresses of the
/// header put together.
pub(super) fn originals(text: &Text<'_>, clues: &Clues<'_>) -> Vec<Costed> {
    let Some(now) = mailboxes(text.value) else {
        return Vec::new();
    };
    let mut found: Vec<(u32, String)> = Vec::new();
    let (mut names, mut phrases, mut addresses) = (Vec::new(), Vec::new(), Vec::new());
    for each in &now {
        names.push(before_via(&each.name()));
        phrases.push(each.phrase.clone());
        addresses.extend(unmangled(&each.address));
    }
    for (rank, whole) in &clues.originals {
        found.push((*rank, whole.clone()));
        for each in mailboxes(whole.as_bytes()).unwrap_or_default() {
            found.push((rank + 1, in_phrase(&each.phrase, &each.address)));
            names.push(each.name());
            phrases.push(each.phrase);
            addresses.push(each.address);
        }
    }
    for texts in [&mut names, &mut phrases, &mut addresses] {
        let mut seen = HashSet::new();
        texts.retain(|text| !text.is_empty() && seen.insert(text.clone()));
        texts.truncate(MANY);
    }
    for (cost, address) in (0..).zip(&addresses) {
        found.push((2 + cost, address.clone()));
        found.push((2 + cost, format!("<{address}>")));
        for phrase in &phrases {
            found.push((2 + cost, in_phrase(phrase, address)));
        }
        for (more, name) in (0..).zip(&names) {
            found.push((cost + more, in_phrase(name, address)));
            found.push((cost + more, in_phrase(&in_quotes(name), address)));
            found.push((4 + cost + more, format!("{address} ({name})")));
            for (dearer, phrase) in super::encoding::encoded_phrases(name) {
                if !name.is_ascii() {
                    found.push((1 + cost + more + dearer, in_phrase(&phrase, address)));
                }
            }
        }
    }
    found.into_iter().map(on_one_line).collect()
}

/// A name without what lists put behind it: `Joe via List`, `'Joe' via List`.
fn before_via(name: &str) -> String {
    let end = VIAS.split('|').filter_map(|mark| name.find(mark)).min();
    let base = name[..end.unwrap_or(name.len())].trim();
    let inner = base
        .strip_prefix('\'')
        .and_then(|base| base.strip_suffix('\''));
    inner.unwrap_or(base).to_owned()
}

/// The addresses that a list may have put another address into: `joe=example.com@list.example`.
fn unmangled(address: &str) -> Vec<String> {
    let local = address.split('@').next().unwrap_or_default();
    let mut found = Vec::new();
    for mark in ["=", "_at_", ".at.", "--"] {
        if let Some((user, domain)) = local.rsplit_once(mark)
            && domain.contains('.')
            && !user.is_empty()
        {
            let user = user.rsplit("+caf_=").next().unwrap_or(user);
            found.push(format!("{user}@{domain}"));
        }
    }
    found
}
