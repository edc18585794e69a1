//! Fields of addresses: names with and without quotes, addresses that came or went.

use super::alternative::Alternatives;
use super::encoding::encodings;
use super::form::Instance;
use super::mailbox::{Mailbox, are_same, has_same_name, in_quotes, mailboxes};
use crate::explain::Cause;

/// The fields that hold addresses (RFC 5322 §3.6).
const FIELDS: [&str; 11] = [
    "to",
    "cc",
    "from",
    "reply-to",
    "sender",
    "bcc",
    "resent-from",
    "resent-to",
    "resent-cc",
    "resent-sender",
    "disposition-notification-to",
];
/// Of longer lists only the first addresses are tried without.
const MANY: usize = 12;

/// Whether fields of this name hold addresses.
pub(super) fn holds_addresses(name: &str) -> bool {
    FIELDS.iter().any(|field| field.eq_ignore_ascii_case(name))
}

/// Adds other ways to write the same addresses, and lists with fewer of them.
pub(super) fn add(alternatives: &mut Alternatives<'_, '_>) {
    for name in FIELDS {
        for instance in alternatives.form.instances_of(name) {
            if alternatives.is_full() {
                return;
            }
            let Some(list) = mailboxes(instance.field.value()) else {
                continue;
            };
            add_rewritten(alternatives, &instance, &list);
            add_fewer(alternatives, &instance, &list);
        }
    }
}

/// A way to write a mailbox.
type Writing = fn(&Mailbox) -> String;

const WRITINGS: [Writing; 8] = [
    |each| in_phrase(&each.phrase, &each.address),
    |each| in_phrase(&each.name(), &each.address),
    |each| {
        let name = each.name();
        let quoted = if name.is_empty() {
            name
        } else {
            in_quotes(&name)
        };
        in_phrase(&quoted, &each.address)
    },
    |each| each.address.clone(),
    |each| format!("<{}>", each.address),
    |each| {
        let name = each.name();
        if name == each.address {
            name
        } else {
            in_phrase(&each.phrase, &each.address)
        }
    },
    |each| format!("{} <{}>", in_quotes(&each.address), each.address),
    |each| in_phrase(&each.phrase, &without_capitals(&each.address)),
];

/// An address that is all in capitals, in small letters; any other as it is.
fn without_capitals(address: &str) -> String {
    if address.contains(|letter: char| letter.is_ascii_lowercase()) {
        address.to_owned()
    } else {
        address.to_ascii_lowercase()
    }
}

fn in_phrase(phrase: &str, address: &str) -> String {
    if phrase.is_empty() {
        address.to_owned()
    } else {
        format!("{phrase} <{address}>")
    }
}

/// All mailboxes in one way; one mailbox in another way; each name in other encodings.
fn add_rewritten(
    alternatives: &mut Alternatives<'_, '_>,
    instance: &Instance<'_>,
    list: &[Mailbox],
) {
    let value =
        |items: &[String], separator: &str| format!(" {}", items.join(separator)).into_bytes();
    for separator in [", ", ","] {
        for (cost, write) in (3..).zip(WRITINGS) {
            let items: Vec<_> = list.iter().map(write).collect();
            alternatives.value(
                instance,
                &value(&items, separator),
                cost,
                cause_of(instance, list, &items),
            );
        }
    }
    let as_is: Vec<_> = list.iter().map(WRITINGS[0]).collect();
    for (at, each) in list.iter().enumerate().take(MANY) {
        if alternatives.is_full() {
            return;
        }
        for write in WRITINGS {
            let mut items = as_is.clone();
            items[at] = write(each);
            alternatives.value(
                instance,
                &value(&items, ", "),
                5,
                cause_of(instance, list, &items),
            );
        }
        let name = each.name();
        if each.phrase.contains("=?") || !name.is_ascii() {
            for (cost, encoded) in encodings(&name) {
                let encoded = String::from_utf8_lossy(&encoded);
                for phrase in [encoded.clone().into_owned(), in_quotes(&encoded)] {
                    let mut items = as_is.clone();
                    items[at] = in_phrase(&phrase, &each.address);
                    alternatives.value(
                        instance,
                        &value(&items, ", "),
                        cost,
                        cause_of(instance, list, &items),
                    );
                }
            }
        }
    }
}

/// What it is called that these mailboxes became those of the list: written otherwise, if names
/// and addresses are the same.
fn cause_of(instance: &Instance<'_>, list: &[Mailbox], items: &[String]) -> Cause {
    let then = mailboxes(items.join(",").as_bytes()).unwrap_or_default();
    let is_recased = |(now, then): (&Mailbox, &Mailbox)| {
        now.address.eq_ignore_ascii_case(&then.address) && has_same_name(now, then)
    };
    if are_same(list, &then) {
        Cause::HeaderReencoded
    } else if then.len() == list.len() && list.iter().zip(&then).all(is_recased) {
        Cause::HeaderRecased
    } else if instance.field.is_named("from") {
        Cause::FromRewritten
    } else {
        Cause::HeaderValueChanged
    }
}

/// Without one of the addresses, or without those from one on; each with the names in the ways
/// that programs write them.
fn add_fewer(alternatives: &mut Alternatives<'_, '_>, instance: &Instance<'_>, list: &[Mailbox]) {
    if list.len() < 2 || instance.field.is_named("from") {
        return;
    }
    for at in 0..list.len().min(MANY) {
        if alternatives.is_full() {
            return;
        }
        let mut without = list.to_vec();
        without.remove(at);
        for fewer in [without, list[..at].to_vec()] {
            if fewer.is_empty() {
                continue;
            }
            for write in &WRITINGS[..3] {
                let items: Vec<_> = fewer.iter().map(write).collect();
                let then = format!(" {}", items.join(", ")).into_bytes();
                alternatives.value(instance, &then, 5, Cause::HeaderValueChanged);
            }
        }
    }
}
