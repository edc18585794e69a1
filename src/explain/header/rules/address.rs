//! Fields of addresses (RFC 5322 §3.4): names with and without quotes, addresses with and without
//! angle brackets, names and addresses that came or went.

use super::encoding::{encoded_phrases, is_encoded};
use super::{Clues, Costed, Text};
use crate::explain::header::mailbox::{Mailbox, in_phrase, in_quotes, mailboxes};

/// The fields that hold addresses (RFC 5322 §3.6).
pub(super) const FIELDS: &str = "to cc from reply-to sender bcc resent-from resent-to resent-cc \
    resent-sender disposition-notification-to";
/// Of longer lists only the first addresses are looked at one by one.
const MANY: usize = 12;

/// Whether fields of this name hold addresses.
pub(in crate::explain::header) fn holds_addresses(name: &str) -> bool {
    FIELDS
        .split(' ')
        .any(|field| field.eq_ignore_ascii_case(name))
}

/// A way to write a mailbox.
type Writing = fn(&Mailbox) -> String;

const WRITINGS: [(u32, Writing); 10] = [
    (0, |each| in_phrase(&each.name(), &each.address)),
    (0, |each| in_phrase(&quoted(&each.name()), &each.address)),
    (0, |each| in_phrase(&each.phrase, &each.address)),
    (0, |each| in_angles(&each.phrase, &each.address)),
    (1, |each| each.address.clone()),
    (1, |each| in_angles("", &each.address)),
    (1, |each| match &each.name() {
        name if *name == each.address => name.clone(),
        _ => in_phrase(&each.phrase, &each.address),
    }),
    (1, |each| {
        in_angles(&in_quotes(&each.address), &each.address)
    }),
    (1, |each| match &each.address.to_ascii_lowercase() {
        small if each.address == small.to_ascii_uppercase() => in_phrase(&each.phrase, small),
        _ => in_phrase(&each.phrase, &each.address),
    }),
    (2, |each| format!("{} ({})", each.address, each.name())),
];

fn quoted(name: &str) -> String {
    if name.is_empty() {
        String::new()
    } else {
        in_quotes(name)
    }
}

fn in_angles(phrase: &str, address: &str) -> String {
    format!("{phrase} <{address}>").trim_start().to_owned()
}

/// All mailboxes in one way; one of them in another way, with a name that the header has for its
/// address, or with its name in other encodings.
pub(super) fn rewritten(text: &Text<'_>, clues: &Clues<'_>) -> Vec<Costed> {
    let Some(list) = mailboxes(text.value) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for (more, separator) in [(0, ", "), (0, ","), (2, " , ")] {
        for (cost, write) in WRITINGS {
            let items: Vec<_> = list.iter().map(write).collect();
            found.push((cost + more, joined(&items, separator)));
            // As Exchange has it: an address without a name in angle brackets.
            let bare = list
                .iter()
                .zip(items)
                .map(|(each, item)| match &each.phrase[..] {
                    "" => each.address.clone(),
                    _ => item,
                });
            found.push((cost + more, joined(&bare.collect::<Vec<_>>(), separator)));
        }
    }
    let as_is: Vec<_> = list.iter().map(WRITINGS[2].1).collect();
    for (at, each) in list.iter().enumerate().take(MANY) {
        let mut add = |cost, item: String| {
            let mut items = as_is.clone();
            items[at] = item;
            found.push((cost, joined(&items, ", ")));
        };
        for (cost, write) in WRITINGS {
            add(cost + 1, write(each));
        }
        let same = |other: &&Mailbox| other.address.eq_ignore_ascii_case(&each.address);
        for other in clues.mailboxes.iter().filter(same) {
            add(2, in_phrase(&other.phrase, &each.address));
            add(2, in_phrase(&quoted(&other.name()), &each.address));
        }
        if is_encoded(each.phrase.as_bytes()) {
            for (cost, phrase) in encoded_phrases(&each.name()) {
                add(cost + 1, in_phrase(&phrase, &each.address));
                add(cost + 1, in_phrase(&in_quotes(&phrase), &each.address));
            }
        }
    }
    found
}

/// Without one of the addresses, or without those from one on; each with the names in the ways
/// that programs write them.
pub(super) fn fewer(text: &Text<'_>, _: &Clues<'_>) -> Vec<Costed> {
    let list = mailboxes(text.value).unwrap_or_default();
    let mut found = Vec::new();
    if text.field == "from" {
        return found;
    }
    for at in 0..list.len().min(MANY) {
        let mut without = list.clone();
        without.remove(at);
        for fewer in [without, list[..at].to_vec()] {
            for (cost, write) in WRITINGS.iter().take(3).filter(|_| !fewer.is_empty()) {
                let items: Vec<_> = fewer.iter().map(write).collect();
                found.push((*cost, joined(&items, ", ")));
            }
        }
    }
    found
}

fn joined(items: &[String], separator: &str) -> Vec<u8> {
    format!(" {}", items.join(separator)).into_bytes()
}
