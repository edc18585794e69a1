//! Strings that look like addresses, wherever they are: what a careless reader may take for the
//! author.

use std::collections::HashSet;

use super::domain_name;
use crate::identifier::DomainName;
use crate::syntax::encoded_word::decoded;
use crate::syntax::escape::is_printable;

/// The one domain of all strings in a value that look like addresses, read as it is and decoded;
/// `None` where there is none, or another one, or one that may be longer than it looks.
pub(super) fn only_domain(value: &[u8]) -> Option<DomainName> {
    let (raw, decoded) = (String::from_utf8_lossy(value), decoded(value));
    let mut domains = domains(&raw).chain(domains(&decoded));
    let first = domains.next()??;
    domains
        .all(|domain| domain.as_ref() == Some(&first))
        .then_some(first)
}

/// The domain behind each `@`.
fn domains(text: &str) -> impl Iterator<Item = Option<DomainName>> + '_ {
    text.match_indices(is_at).map(|(at, sign)| {
        let rest = text[at + sign.len()..].trim_start();
        let (domain, behind) = rest.split_at(rest.find(is_end).unwrap_or(rest.len()));
        // White space and comments may stand around dots (RFC 5322 §4.4).
        let goes_on = behind.trim_start().starts_with(['.', '(']);
        domain_name(domain).filter(|_| !goes_on)
    })
}

/// The addresses that a reader sees in a text, with their domains: each has a local part and a
/// domain of several labels. Backslashes, and characters that show nothing, are overlooked.
pub(super) fn shown_addresses(text: &str) -> Vec<(String, DomainName)> {
    let is_seen = |character: &char| {
        *character != '\\' && (character.is_whitespace() || is_printable(*character))
    };
    let seen: String = text.chars().filter(is_seen).collect();
    let mut found = Vec::new();
    let mut known = HashSet::new();
    for (at, sign) in seen.match_indices(is_at) {
        let before = &seen[..at];
        let start = before
            .char_indices()
            .rev()
            .find(|(_, character)| is_end(*character));
        let local = &before[start.map_or(0, |(at, end)| at + end.len_utf8())..];
        let rest = &seen[at + sign.len()..];
        let domain = &rest[..rest.find(is_no_label).unwrap_or(rest.len())];
        let domain = domain.trim_end_matches(['.', '-', '_']);
        let named = domain_name(domain).filter(|_| domain.contains('.') && !local.is_empty());
        if let Some(name) = named
            && known.insert(format!("{local}@{domain}"))
        {
            found.push((format!("{local}@{domain}"), name));
        }
    }
    found
}

/// An at sign, also in its wide and its small form, which readers do not tell from it.
fn is_at(character: char) -> bool {
    matches!(character, '@' | '\u{ff20}' | '\u{fe6b}')
}

/// Whether a character ends an address that is read leniently.
fn is_end(character: char) -> bool {
    is_at(character) || character.is_whitespace() || "<>()[],;:\"\\'".contains(character)
}

/// Whether a character is in no domain name.
fn is_no_label(character: char) -> bool {
    !(character.is_alphanumeric() || matches!(character, '.' | '-' | '_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_domain_of_all_that_look_like_addresses() {
        for (value, expected) in [
            ("info@example.com <info@example.com>", Some("example.com")),
            ("Foo, Inc. <info@Example.com>", Some("example.com")),
            ("Foo [Bar] <info@example.com>", Some("example.com")),
            (
                "=?utf-8?q?info=40example.com?=, <a@example.com>",
                Some("example.com"),
            ),
            ("a @ example.com, x", Some("example.com")),
            ("=?utf-8?q?x=40example.net?=, <a@example.com>", None),
            ("x@example.net <info@example.com>", None),
            ("x\u{ff20}example.net, <info@example.com>", None),
            ("x@mail.example.com <info@example.com>", None),
            ("Foo @ Bar <info@example.com>", None),
            ("info@example.com .net, x", None),
            ("info@example.com (x) .net, x", None),
            ("info@example.com., x", None),
            ("info@[192.0.2.1], x", None),
            ("info@example\u{1}.com, x", None),
            ("@, a@example.com", None),
            ("nobody", None),
        ] {
            let found = only_domain(value.as_bytes());
            assert_eq!(
                found.as_ref().map(DomainName::to_ascii),
                expected,
                "{value}"
            );
        }
        let found = only_domain(b"J\xf6rg <info@example.com>");
        assert_eq!(
            found.as_ref().map(DomainName::to_ascii),
            Some("example.com")
        );
        assert_eq!(only_domain(b"J\xf6rg <info@ex\xf6mple.com>"), None);
    }

    #[test]
    fn addresses_that_are_seen() {
        let check = |text: &str, expected: &[&str]| {
            let found = shown_addresses(text);
            let found: Vec<&str> = found.iter().map(|(address, _)| &address[..]).collect();
            assert_eq!(found, expected, "{text}");
        };
        check(
            "\"anna@firma.example\" <x@evil.example>",
            &["anna@firma.example", "x@evil.example"],
        );
        check("anna\\@firma.example", &["anna@firma.example"]);
        check("an\u{200b}na@fir\u{ad}ma.example.", &["anna@firma.example"]);
        check(
            "'anna@firma.example' (b@bücher.example)",
            &["anna@firma.example", "b@bücher.example"],
        );
        check("anna\u{ff20}firma.example", &["anna@firma.example"]);
        check("Sales @ example.com, @example.com, a@b, a@1.2", &[]);
    }
}
