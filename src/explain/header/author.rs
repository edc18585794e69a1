//! The From field, as mailing lists rewrite it for the sake of DMARC.

use super::alternative::Alternatives;
use super::encoding::encodings;
use super::form::Instance;
use super::mailbox::{Mailbox, in_quotes, mailboxes};
use crate::explain::Cause;
use crate::message::Header;

/// The fields that may hold the From field as it was, or its address, the likely ones first.
pub(super) const ORIGINALS: [&str; 13] = [
    "x-original-from",
    "original-from",
    "x-google-original-from",
    "x-original-sender",
    "x-mailman-original-from",
    "x-from",
    "old-from",
    "x-old-from",
    "x-sender",
    "reply-to",
    "sender",
    "resent-from",
    "cc",
];
/// So many From fields are looked at.
const FEW: usize = 3;
/// So many addresses and so many names are put together.
const MANY: usize = 8;

/// Adds what the From field may have been.
pub(super) fn add(alternatives: &mut Alternatives<'_, '_>) {
    let form = alternatives.form;
    for instance in form.instances_of("from").take(FEW) {
        // Each name is looked for in the whole header.
        if !alternatives.spend(form.header.octets().len()) {
            return;
        }
        let Some(now) = mailboxes(instance.field.value()) else {
            continue;
        };
        for (cost, then) in originals(form.header, &now) {
            let then = [b" ", then.as_bytes()].concat();
            add_one(alternatives, &instance, &then, cost);
        }
    }
}

fn add_one(
    alternatives: &mut Alternatives<'_, '_>,
    instance: &Instance<'_>,
    then: &[u8],
    cost: u32,
) {
    alternatives.value(instance, then, cost, Cause::FromRewritten);
}

/// What the From field may have been, each with its cost.
fn originals(header: &Header, now: &[Mailbox]) -> Vec<(u32, String)> {
    let mut found = Vec::new();
    let mut names: Vec<String> = Vec::new();
    let mut addresses: Vec<String> = Vec::new();
    let mut phrases: Vec<String> = Vec::new();
    for each in now {
        names.push(before_via(&each.name()));
        phrases.push(each.phrase.clone());
        addresses.extend(unmangled(&each.address));
    }
    for (place, original) in (0..).zip(ORIGINALS) {
        for field in header.fields_named(original).take(2) {
            let text = super::text::collapsed(field.value());
            let Ok(text) = String::from_utf8(text) else {
                continue;
            };
            for each in mailboxes(text.as_bytes()).unwrap_or_default() {
                let whole = if each.phrase.is_empty() {
                    each.address.clone()
                } else {
                    format!("{} <{}>", each.phrase, each.address)
                };
                found.push((2 + place / 2, whole));
                names.push(each.name());
                phrases.push(each.phrase.clone());
                addresses.push(each.address);
            }
            found.push((1 + place / 2, text));
        }
    }
    dedupe(&mut names);
    dedupe(&mut phrases);
    dedupe(&mut addresses);
    for (address_cost, address) in (0..).zip(addresses.iter().take(MANY)) {
        found.push((3 + address_cost, address.clone()));
        found.push((4 + address_cost, format!("<{address}>")));
        for phrase in phrases.iter().filter(|text| !text.is_empty()).take(MANY) {
            found.push((3 + address_cost, format!("{phrase} <{address}>")));
        }
        let told = names.iter().filter(|text| !text.is_empty()).take(MANY);
        for (name_cost, name) in (0..).zip(told) {
            let cost = 2 + address_cost + name_cost;
            found.push((cost, format!("{name} <{address}>")));
            found.push((cost, format!("{} <{address}>", in_quotes(name))));
            found.push((cost + 3, format!("{address} ({name})")));
            if !name.is_ascii() {
                for (more, words) in encodings(name) {
                    let words = String::from_utf8_lossy(&words);
                    found.push((cost + more, format!("{words} <{address}>")));
                }
            }
        }
    }
    found
}

fn dedupe(texts: &mut Vec<String>) {
    let mut seen = std::collections::HashSet::new();
    texts.retain(|text| seen.insert(text.clone()));
}

/// A name without what lists put behind it: `Joe via List`, `'Joe' via List`.
fn before_via(name: &str) -> String {
    let end = [
        " via ",
        " (via ",
        " -- via ",
        " on behalf of ",
        " by way of ",
    ]
    .iter()
    .filter_map(|mark| name.find(mark))
    .min();
    let base = name[..end.unwrap_or(name.len())].trim();
    let base = base
        .strip_prefix('\'')
        .and_then(|base| base.strip_suffix('\''))
        .unwrap_or(base);
    base.to_owned()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{LineEndings, parse};

    fn check(message: &str, then: &str) {
        let (header, _) = parse(message.as_bytes(), LineEndings::Lenient).unwrap();
        let now = header.fields_named("from").next().unwrap();
        let found = originals(&header, &mailboxes(now.value()).unwrap());
        assert!(found.iter().any(|(_, text)| text == then), "{found:#?}");
    }

    #[test]
    fn originals_are_put_together() {
        let joe = "Joe Doe <joe@example.com>";
        check(
            "From: Joe Doe via Board <b@l.example>\nReply-To: joe@example.com\n",
            joe,
        );
        check(
            "From: 'Joe Doe' via Board <b@l.example>\nX-Original-Sender: joe@example.com\n",
            joe,
        );
        check(
            "From: b@l.example\nX-Original-From: Joe Doe <joe@example.com>\n",
            joe,
        );
        check("From: Joe Doe <joe=example.com@l.example>\n", joe);
        check(
            "From: Joe Doe (via Board) <b@l>\nCc: x@y, Joe <joe@example.com>\n",
            joe,
        );
        check(
            "From: Jö Doe via Board <b@l>\nReply-To: joe@example.com\n",
            "=?utf-8?b?SsO2IERvZQ==?= <joe@example.com>",
        );
        check("From: Joe via B <b@l>\nReply-To: j@e\n", "\"Joe\" <j@e>");
    }
}
