//! Mailboxes as they are written, to be written in other ways (RFC 5322 §3.4).
//!
//! This reader takes what it gets, wrong as it may be, and keeps how each phrase is written: what it
//! reads is guessed with, and a guess is held against the signature. The strict reader is that of
//! [`crate::author`], which alignment is judged by.

use super::rules::{decoded, readable};

/// One mailbox of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mailbox {
    /// What stands before the address in angle brackets, as it is written.
    pub(super) phrase: String,
    /// The address.
    pub(super) address: String,
}

impl Mailbox {
    /// The name without quotes and with its encoded words decoded.
    pub(super) fn name(&self) -> String {
        let phrase = self.phrase.trim();
        if phrase.contains("=?")
            && let Some(text) = decoded(phrase.as_bytes())
        {
            return unquoted(&text);
        }
        unquoted(phrase)
    }
}

/// Whether two lists have the same addresses with the same names, however these are written.
pub(super) fn are_same(now: &[Mailbox], then: &[Mailbox]) -> bool {
    now.len() == then.len()
        && now
            .iter()
            .zip(then)
            .all(|(now, then)| now.address == then.address && has_same_name(now, then))
}

/// Whether readers see the same name before two addresses.
pub(super) fn has_same_name(now: &Mailbox, then: &Mailbox) -> bool {
    let name = |each: &Mailbox| readable(unquoted(&each.phrase).as_bytes());
    now.phrase == then.phrase || name(now).is_some_and(|now| Some(now) == name(then))
}

/// A text without the quotes around it and without backslashes.
pub(super) fn unquoted(text: &str) -> String {
    let text = text.trim();
    let inner = text
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'));
    let mut plain = String::with_capacity(text.len());
    let mut escaped = false;
    for character in inner.unwrap_or(text).chars() {
        if character == '\\' && !escaped && inner.is_some() {
            escaped = true;
        } else {
            escaped = false;
            plain.push(character);
        }
    }
    plain
}

/// A text in quotes (RFC 5322 §3.2.4).
pub(super) fn in_quotes(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// An address with this before it; alone if that is empty.
pub(super) fn in_phrase(phrase: &str, address: &str) -> String {
    if phrase.is_empty() {
        address.to_owned()
    } else {
        format!("{phrase} <{address}>")
    }
}

/// Splits a list of mailboxes at its commas; `None` if it is not UTF-8.
pub(super) fn mailboxes(value: &[u8]) -> Option<Vec<Mailbox>> {
    let text = String::from_utf8(super::text::collapsed(value)).ok()?;
    let mut found = Vec::new();
    let mut start = 0;
    let (mut quoted, mut angle, mut depth, mut escaped) = (false, false, 0_u32, false);
    for (at, octet) in text.bytes().enumerate() {
        if std::mem::take(&mut escaped) {
            continue;
        }
        match octet {
            b'\\' => escaped = true,
            b'"' => quoted = !quoted,
            b'<' if !quoted => angle = true,
            b'>' if !quoted => angle = false,
            b'(' if !quoted => depth += 1,
            b')' if !quoted => depth = depth.saturating_sub(1),
            b',' if !quoted && !angle && depth == 0 => {
                found.push(mailbox(&text[start..at]));
                start = at + 1;
            }
            _ => {}
        }
    }
    found.push(mailbox(&text[start..]));
    Some(found)
}

fn mailbox(text: &str) -> Mailbox {
    let text = text.trim();
    let (phrase, address) = match text.rfind('<') {
        Some(at) => (&text[..at], text[at + 1..].trim_end_matches('>')),
        None => ("", text),
    };
    Mailbox {
        phrase: phrase.trim().to_owned(),
        address: address.trim().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_split() {
        let check = |value: &str, expected: &[(&str, &str)]| {
            let found = mailboxes(value.as_bytes()).unwrap();
            let found: Vec<_> = found
                .iter()
                .map(|each| (each.name(), each.address.clone()))
                .collect();
            let found: Vec<_> = found
                .iter()
                .map(|(a, b)| (a.as_str(), b.as_str()))
                .collect();
            assert_eq!(found, expected, "{value:?}");
        };
        check("a@b.example", &[("", "a@b.example")]);
        check(
            "\"Joe, \\\"J\\\"\" <a@b>,\r\n c@d",
            &[("Joe, \"J\"", "a@b"), ("", "c@d")],
        );
        check("=?utf-8?q?J=C3=B6?= <a@b>", &[("Jö", "a@b")]);
        check("x (a, b), y", &[("", "x (a, b)"), ("", "y")]);
        check("", &[("", "")]);
        check("<", &[("", "")]);
    }
}
