//! Fields that are removed or rewritten, and of which the value can be guessed: those of MIME
//! (RFC 2045 §4, §5, §6), dates, and others that mostly say the same.
//!
//! Only what a mail system may have written is taken for its work. A value that nobody writes was
//! damaged or tampered with, and what systems do does not explain it.

use super::alternative::{Alternative, Alternatives, Story};
use super::content_type::{content_types, fields_of_parts, is_written};
use super::date::dates;
use super::form::Instance;
use super::instances::display_name;
use super::text::collapsed;
use crate::explain::Cause;

/// Fields and what they usually say.
const USUAL: [(&str, &[&str]); 12] = [
    ("mime-version", &["1.0"]),
    (
        "content-transfer-encoding",
        &[
            "7bit",
            "8bit",
            "quoted-printable",
            "base64",
            "binary",
            "7BIT",
            "8BIT",
            "Quoted-Printable",
            "QUOTED-PRINTABLE",
            "BASE64",
            "Base64",
        ],
    ),
    (
        "content-type",
        &[
            "text/plain",
            "text/plain; charset=utf-8",
            "text/plain; charset=UTF-8",
            "text/plain; charset=\"utf-8\"",
            "text/plain; charset=\"UTF-8\"",
            "text/plain; charset=us-ascii",
            "text/plain; charset=US-ASCII",
            "text/plain; charset=\"us-ascii\"",
            "text/plain; charset=iso-8859-1",
            "text/plain; charset=ISO-8859-1",
            "text/plain; charset=\"iso-8859-1\"",
            "text/plain; charset=utf-8; format=flowed",
            "text/plain; charset=UTF-8; format=flowed",
            "text/html",
            "text/html; charset=utf-8",
            "text/html; charset=UTF-8",
            "text/html; charset=\"utf-8\"",
            "text/html; charset=\"UTF-8\"",
        ],
    ),
    (
        "to",
        &[
            "undisclosed-recipients:;",
            "undisclosed-recipients: ;",
            "Undisclosed recipients:;",
            "Undisclosed-recipients:;",
            "undisclosed recipients:;",
            "\"undisclosed-recipients:;\"",
        ],
    ),
    ("cc", &["", "recipient list not shown: ;"]),
    (
        "precedence",
        &["bulk", "list", "junk", "first-class", "normal"],
    ),
    ("importance", &["Normal", "normal", "High", "high", "low"]),
    ("priority", &["normal", "urgent", "non-urgent"]),
    ("x-priority", &["3", "1", "5", "3 (Normal)", "1 (Highest)"]),
    ("auto-submitted", &["auto-generated", "auto-replied", "no"]),
    ("list-unsubscribe-post", &["List-Unsubscribe=One-Click"]),
    ("subject", &[""]),
];

/// So many fields of one name are looked at: those of MIME stand once.
const FEW: usize = 3;

/// Adds the usual values of fields, in their place and where there is none.
pub(super) fn add(alternatives: &mut Alternatives<'_, '_>, body: &[u8]) {
    for (name, values) in USUAL {
        let instances = alternatives.form.instances_of(name).take(FEW);
        let mut values_now = instances.map(|instance| instance.field.value());
        if !values_now.all(|now| is_of_a_system(name, now, values, body)) {
            continue;
        }
        for value in values {
            let value = [b" ", value.as_bytes()].concat();
            add_value(alternatives, name, &value, 4);
        }
    }
    for (name, value) in fields_of_parts(body) {
        add_value(alternatives, &name, &value, 2);
    }
    for instance in alternatives.form.instances_of("content-type").take(FEW) {
        if !is_written(instance.field.value(), body) {
            continue;
        }
        for then in content_types(instance.field.value(), body) {
            alternatives.value(&instance, &then, 4, Cause::HeaderValueChanged);
        }
    }
    for name in ["date", "resent-date"] {
        for instance in alternatives.form.instances_of(name).take(FEW) {
            for then in dates(instance.field.value()) {
                alternatives.value(&instance, &then, 5, Cause::HeaderValueChanged);
            }
        }
    }
    for instance in alternatives.form.instances_of("message-id").take(FEW) {
        add_message_ids(alternatives, &instance);
    }
    for name in ["sender", "reply-to"] {
        add_author(alternatives, name);
    }
    for (name, keeper) in [("in-reply-to", "references"), ("references", "in-reply-to")] {
        add_thread(alternatives, name, keeper);
    }
}

/// Whether a field's value is one that a mail system may have written in the place of a usual one.
fn is_of_a_system(name: &str, now: &[u8], usual: &[&str], body: &[u8]) -> bool {
    let text = String::from_utf8_lossy(&collapsed(now)).into_owned();
    match name {
        "content-type" => is_written(now, body),
        "to" | "cc" => text.is_empty() || text.contains('@'),
        "subject" => true,
        // With a comment (RFC 2045 §4).
        "mime-version" => text.split('(').next().unwrap_or_default().trim_end() == "1.0",
        _ => usual.contains(&text.as_str()),
    }
}

/// A value in the place of each field of this name; a field of it where there is none.
fn add_value(alternatives: &mut Alternatives<'_, '_>, name: &str, value: &[u8], cost: u32) {
    let form = alternatives.form;
    for instance in form.instances_of(name).take(FEW) {
        alternatives.value(&instance, value, cost, Cause::HeaderValueChanged);
    }
    let Some(place) = form.parts.iter().position(|part| part.name == name) else {
        return;
    };
    let part = &form.parts[place];
    let Some(&slot) = part.slots.get(part.instances.len()) else {
        return;
    };
    let name = display_name(alternatives, part);
    let mut spellings = super::spacing::names(&name);
    spellings.push((0, name.clone()));
    for (more, spelling) in spellings {
        alternatives.add(Alternative {
            part: Some(place),
            cost: cost + more,
            octets: vec![(
                slot,
                form.canonical(&[spelling.as_bytes(), b":", value].concat()),
            )],
            stories: vec![Story::of_removed(&name, &collapsed(value))],
        });
    }
}

/// A Message-ID that was replaced may be kept among the References, or elsewhere.
fn add_message_ids(alternatives: &mut Alternatives<'_, '_>, instance: &Instance<'_>) {
    let header = alternatives.form.header;
    for field in header.fields().filter(|field| field.value().len() < 4096) {
        if !alternatives.work(field.raw().len()) {
            return;
        }
        let name = String::from_utf8_lossy(field.name()).to_ascii_lowercase();
        if name != "references" && name != "in-reply-to" && !name.starts_with("x-") {
            continue;
        }
        for word in collapsed(field.value()).split(|&octet| octet == b' ') {
            if word.starts_with(b"<") && word.ends_with(b">") && word.contains(&b'@') {
                let then = [b" ", word].concat();
                alternatives.value(instance, &then, 5, Cause::HeaderValueChanged);
            }
        }
    }
}

/// A Sender or Reply-To that was the same as From.
fn add_author(alternatives: &mut Alternatives<'_, '_>, name: &str) {
    let header = alternatives.form.header;
    let from = header
        .fields_named("from")
        .next()
        .map(|field| field.value());
    if let Some(from) = from.filter(|from| from.len() < 4096) {
        add_value(alternatives, name, from, 5);
        for mailbox in super::mailbox::mailboxes(from).unwrap_or_default() {
            let value = [b" ", mailbox.address.as_bytes()].concat();
            add_value(alternatives, name, &value, 5);
        }
    }
}

/// What a message answers stands last among its References (RFC 5322 §3.6.4).
fn add_thread(alternatives: &mut Alternatives<'_, '_>, name: &str, keeper: &str) {
    let Some(field) = alternatives.form.header.fields_named(keeper).next() else {
        return;
    };
    let text = collapsed(field.value());
    let last = text
        .rsplit(|&octet| octet == b' ')
        .next()
        .unwrap_or_default();
    if !last.is_empty() && last.len() < 1000 {
        add_value(alternatives, name, &[b" ", last].concat(), 5);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_writes_is_no_work_of_a_system() {
        let is = |name: &str, now: &str| {
            let (_, usual) = USUAL.iter().find(|(usual, _)| *usual == name).unwrap();
            is_of_a_system(name, now.as_bytes(), usual, b"")
        };
        assert!(is("mime-version", " 1.0 (produced by a gateway)"));
        assert!(!is("mime-version", " 1.1"));
        assert!(is("content-transfer-encoding", " 8bit\r\n"));
        assert!(!is("content-transfer-encoding", " 7bat"));
        assert!(is("to", " Joe <joe@example.com>"));
        assert!(!is("to", " undisclosed recipients:;"));
    }
}
