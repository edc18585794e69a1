//! Fields that are removed or rewritten, and of which the value can be guessed: those of MIME
//! (RFC 2045 §4, §5, §6), dates, and others that mostly say the same.

use super::alternative::{Alternative, Alternatives, Story};
use super::form::Instance;
use super::instances::display_name;
use super::text::{collapsed, quoted};
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
            "7Bit",
            "8Bit",
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

/// Adds the usual values of fields, in their place and where there is none.
pub(super) fn add(alternatives: &mut Alternatives<'_, '_>, body: &[u8]) {
    for (name, values) in USUAL {
        for value in values {
            let value = [b" ", value.as_bytes()].concat();
            add_value(alternatives, name, &value, 4);
        }
    }
    for (name, value) in fields_of_parts(body) {
        add_value(alternatives, &name, &value, 2);
    }
    for instance in alternatives.form.instances_of("content-type") {
        for then in content_types(instance.field.value(), body) {
            alternatives.value(&instance, &then, 4, Cause::HeaderValueChanged);
        }
    }
    for name in ["date", "resent-date"] {
        for instance in alternatives.form.instances_of(name) {
            for then in dates(instance.field.value()) {
                alternatives.value(&instance, &then, 5, Cause::HeaderValueChanged);
            }
        }
    }
    for instance in alternatives.form.instances_of("message-id") {
        add_message_ids(alternatives, &instance);
    }
    for name in ["sender", "reply-to"] {
        add_author(alternatives, name);
    }
    for (name, keeper) in [("in-reply-to", "references"), ("references", "in-reply-to")] {
        add_thread(alternatives, name, keeper);
    }
}

/// A value in the place of each field of this name; a field of it where there is none.
fn add_value(alternatives: &mut Alternatives<'_, '_>, name: &str, value: &[u8], cost: u32) {
    let form = alternatives.form;
    for instance in form.instances_of(name).take(3) {
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
        let text = String::from_utf8_lossy(&collapsed(value)).into_owned();
        let story = Story {
            original: Some(text.clone()),
            ..Story::of(
                Cause::HeaderRemoved,
                &name,
                format!("a {name} field was removed; it was {}", quoted(&text)),
            )
        };
        alternatives.add(Alternative {
            part: Some(place),
            cost: cost + more,
            octets: vec![(
                slot,
                form.canonical(&[spelling.as_bytes(), b":", value].concat()),
            )],
            stories: vec![story],
        });
    }
}

/// The fields of MIME that stand in the body: what wraps a message takes them down there.
fn fields_of_parts(body: &[u8]) -> Vec<(String, Vec<u8>)> {
    let near = &body[..body.len().min(256 * 1024)];
    let mut found: Vec<(String, Vec<u8>)> = Vec::new();
    for name in ["content-type", "content-transfer-encoding"] {
        let mut count = 0;
        let mut start = 0;
        for end in memchr::memchr_iter(b'\n', near) {
            let line = &near[start..end];
            let line_start = std::mem::replace(&mut start, end + 1);
            let is_named = line
                .get(..name.len())
                .is_some_and(|front| front.eq_ignore_ascii_case(name.as_bytes()))
                && line.get(name.len()) == Some(&b':');
            if is_named && count < 6 {
                count += 1;
                let value = folded_value(&near[line_start + name.len() + 1..]);
                found.push((name.to_owned(), value.to_vec()));
            }
        }
    }
    found
}

/// The value that a text begins with, up to the line end that no white space follows.
fn folded_value(text: &[u8]) -> &[u8] {
    let end = memchr::memchr_iter(b'\n', text)
        .find(|&at| !matches!(text.get(at + 1), Some(b' ' | b'\t')))
        .unwrap_or(text.len());
    let value = &text[..end.min(4096)];
    value.strip_suffix(b"\r").unwrap_or(value)
}

/// A Content-Type with its parameters written in other ways, left out, added.
fn content_types(value: &[u8], body: &[u8]) -> Vec<Vec<u8>> {
    let Ok(text) = String::from_utf8(collapsed(value)) else {
        return Vec::new();
    };
    let mut items = text.split(';').map(|item| item.trim().to_owned());
    let kind = items.next().unwrap_or_default();
    let parameters: Vec<String> = items.filter(|item| !item.is_empty()).collect();
    let mut lists = vec![
        parameters.clone(),
        parameters.iter().rev().cloned().collect(),
    ];
    for at in 0..parameters.len().min(8) {
        let mut without = parameters.clone();
        without.remove(at);
        lists.push(without);
        for other in parameter_forms(&parameters[at], body) {
            let mut list = parameters.clone();
            list[at] = other;
            lists.push(list);
        }
    }
    for more in [
        "format=flowed",
        "charset=utf-8",
        "charset=\"utf-8\"",
        "delsp=yes",
    ] {
        let mut list = parameters.clone();
        list.push(more.to_owned());
        lists.push(list);
    }
    let quotes: [fn(&str) -> String; 2] = [with_quotes, without_quotes];
    for quote in quotes {
        lists.push(parameters.iter().map(|each| quote(each)).collect());
    }
    let mut found = Vec::new();
    for kind in [
        kind.clone(),
        kind.to_ascii_lowercase(),
        kind.to_ascii_uppercase(),
    ] {
        for list in &lists {
            for separator in ["; ", ";"] {
                let mut text = format!(" {kind}");
                for parameter in list {
                    text.push_str(separator);
                    text.push_str(parameter);
                }
                found.push(format!("{text};").into_bytes());
                found.push(text.into_bytes());
            }
        }
    }
    found
}

fn with_quotes(parameter: &str) -> String {
    match parameter.split_once('=') {
        Some((name, value)) if !value.starts_with('"') => format!("{name}=\"{value}\""),
        _ => parameter.to_owned(),
    }
}

fn without_quotes(parameter: &str) -> String {
    parameter.replace('"', "")
}

/// A parameter in other forms; a boundary also as the body has it.
fn parameter_forms(parameter: &str, body: &[u8]) -> Vec<String> {
    let mut values = vec![parameter.to_owned()];
    if let Some((name, value)) = parameter.split_once('=') {
        values.push(format!("{}={value}", name.to_ascii_lowercase()));
        values.push(format!("{name}={}", value.to_ascii_lowercase()));
        values.push(format!("{name}={}", value.to_ascii_uppercase()));
        if name.eq_ignore_ascii_case("charset") {
            for charset in [
                "utf-8",
                "UTF-8",
                "us-ascii",
                "US-ASCII",
                "iso-8859-1",
                "ISO-8859-1",
            ] {
                values.push(format!("{name}={charset}"));
            }
        } else if name.eq_ignore_ascii_case("boundary") {
            let boundaries = first_boundaries(body).into_iter();
            values.extend(boundaries.map(|boundary| format!("{name}={boundary}")));
        }
    }
    let forms = values.iter().flat_map(|each| {
        [
            each.clone(),
            with_quotes(&without_quotes(each)),
            without_quotes(each),
        ]
    });
    forms.collect()
}

/// What the body has where a boundary should be: its first lines that begin with two hyphens.
fn first_boundaries(body: &[u8]) -> Vec<String> {
    let near = &body[..body.len().min(16 * 1024)];
    let lines = near.split(|&octet| octet == b'\n');
    let boundaries = lines.filter_map(|line| {
        let text = std::str::from_utf8(line).ok()?.trim_end();
        let boundary = text.strip_prefix("--")?;
        (!boundary.is_empty() && boundary.len() <= 70).then(|| boundary.to_owned())
    });
    boundaries.take(4).collect()
}

/// A date in other spellings (RFC 5322 §3.3, §4.3).
fn dates(value: &[u8]) -> Vec<Vec<u8>> {
    let Ok(text) = String::from_utf8(collapsed(value)) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let base = text.split(" (").next().unwrap_or_default().to_owned();
    let zones = [
        (" GMT", " +0000"),
        (" +0000", " GMT"),
        (" UT", " +0000"),
        (" -0000", " +0000"),
        (" +0000", " -0000"),
        (" +0000", " UTC"),
        (" UTC", " +0000"),
    ];
    let mut texts = vec![
        base.clone(),
        format!("{base} (UTC)"),
        format!("{base} (GMT)"),
    ];
    for (now, then) in zones {
        if let Some(front) = base.strip_suffix(now) {
            texts.push(format!("{front}{then}"));
        }
    }
    for text in texts {
        let (week_day, rest) = text.split_once(", ").unwrap_or(("", &text));
        let day_forms = [
            rest.to_owned(),
            format!("0{rest}"),
            rest.strip_prefix('0').unwrap_or(rest).to_owned(),
        ];
        for rest in day_forms {
            found.push(format!(" {rest}").into_bytes());
            if !week_day.is_empty() {
                found.push(format!(" {week_day}, {rest}").into_bytes());
                found.push(format!(" {week_day},  {rest}").into_bytes());
            }
        }
    }
    found
}

/// A Message-ID that was replaced may be kept among the References, or elsewhere.
fn add_message_ids(alternatives: &mut Alternatives<'_, '_>, instance: &Instance<'_>) {
    let header = alternatives.form.header;
    for field in header.fields().filter(|field| field.value().len() < 4096) {
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
    fn values_in_other_forms() {
        let check = |found: Vec<Vec<u8>>, then: &str| {
            let texts: Vec<_> = found
                .iter()
                .map(|text| String::from_utf8_lossy(text))
                .collect();
            assert!(
                texts.iter().any(|text| text == then),
                "{then:?}: {texts:#?}"
            );
        };
        let types = |value: &str| content_types(value.as_bytes(), b"x\r\n--abc\r\n");
        check(
            types(" text/plain; charset=\"utf-8\""),
            " text/plain; charset=utf-8",
        );
        check(
            types(" text/plain; charset=UTF-8"),
            " text/plain; charset=\"utf-8\"",
        );
        check(types(" text/plain;\r\n\tcharset=utf-8"), " text/plain");
        check(types(" text/plain"), " text/plain; format=flowed");
        check(types(" text/plain; format=flowed"), " text/plain");
        check(types(" a/b; boundary=\"x\""), " a/b; boundary=\"abc\"");
        check(types(" a/b; x=1; y=2"), " a/b; y=2; x=1");
        let date = " Mon, 05 Jan 2026 10:00:00 GMT";
        check(dates(date.as_bytes()), " Mon, 5 Jan 2026 10:00:00 +0000");
    }

    #[test]
    fn fields_in_the_body_are_found() {
        let body =
            b"--a\nContent-Type: text/plain;\n charset=x\ncontent-transfer-encoding: 8bit\r\n\n";
        let found = fields_of_parts(body);
        assert_eq!(found[0].1, b" text/plain;\n charset=x");
        assert_eq!(
            found[1],
            ("content-transfer-encoding".to_owned(), b" 8bit".to_vec())
        );
        assert!(fields_of_parts(b"").is_empty());
    }
}
