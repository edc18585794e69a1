//! Strings that look like addresses, wherever they are: what a careless reader may take for the
//! author.

use std::net::Ipv4Addr;

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

/// The domain behind each `@`, but for one that stands apart from a word without a dot: `Foo @ Bar`.
fn domains(text: &str) -> impl Iterator<Item = Option<DomainName>> + '_ {
    text.match_indices(is_at).filter_map(|(at, sign)| {
        let behind_sign = &text[at + sign.len()..];
        let rest = behind_sign.trim_start();
        let (domain, behind) = rest.split_at(rest.find(is_end).unwrap_or(rest.len()));
        // White space and comments may stand around dots (RFC 5322 §4.4).
        let goes_on = behind.trim_start().starts_with(['.', '(']);
        let is_prose = rest.len() < behind_sign.len()
            && domain.starts_with(char::is_alphanumeric)
            && !domain.contains(is_dot)
            && !goes_on;
        (!is_prose).then(|| domain_name(domain).filter(|_| !goes_on))
    })
}

/// What a reader takes for an address.
pub(crate) struct ShownAddress {
    /// As it is shown.
    pub(crate) address: String,
    /// Its domain as it is shown.
    pub(crate) shown_domain: String,
    /// The domain that is meant; `None` where none can have that name.
    pub(crate) domain: Option<DomainName>,
}

/// The addresses that a reader sees in a text: a local part and a domain of several
/// labels. Backslashes, and characters that show nothing, are overlooked; characters that look
/// like others count as those.
pub(super) fn shown_addresses(text: &str) -> Vec<ShownAddress> {
    let is_seen = |character: &char| {
        *character != '\\' && (character.is_whitespace() || is_printable(*character))
    };
    let as_seen = |character| if is_dot(character) { '.' } else { character };
    let mut seen = String::with_capacity(text.len());
    seen.extend(text.chars().filter(is_seen).map(as_seen));
    let mut found = Vec::new();
    for (at, sign) in seen.match_indices(is_at) {
        let local = last_word(&seen[..at]);
        let rest = seen[at + sign.len()..].trim_start();
        let domain = &rest[..rest.find(is_no_label).unwrap_or(rest.len())];
        let domain = domain.trim_end_matches(['.', '_']);
        if !local.is_empty() && looks_like_a_domain(domain) {
            found.push(ShownAddress {
                address: [local, "@", domain].concat(),
                shown_domain: domain.to_owned(),
                domain: mapped(domain),
            });
        }
    }
    found
}

/// The last word of a text, without white space, closing brackets and quotes at its end.
fn last_word(text: &str) -> &str {
    let text = text.trim_end_matches(|end: char| end.is_whitespace() || ")]\"'".contains(end));
    let start = text.rfind(is_end).map(|at| &text[at..]);
    start.map_or(text, |rest| rest.trim_start_matches(is_end))
}

/// Whether a reader takes a text for a domain name: several labels, and letters in the last one, or
/// an IPv4 address.
fn looks_like_a_domain(text: &str) -> bool {
    let last = text.trim_end_matches('-').rsplit_once('.');
    last.is_some_and(|(_, last)| last.chars().any(char::is_alphabetic))
        || text.parse::<Ipv4Addr>().is_ok()
}

/// The domain name that a text stands for, its characters mapped as IDNA has it (UTS 46 §4).
fn mapped(text: &str) -> Option<DomainName> {
    domain_name(text).or_else(|| domain_name(&idna::domain_to_unicode(text).0))
}

/// An at sign, also in its wide and its small form, which readers do not tell from it.
fn is_at(character: char) -> bool {
    matches!(character, '@' | '\u{ff20}' | '\u{fe6b}')
}

/// A full stop, also in forms that readers do not tell from it.
fn is_dot(character: char) -> bool {
    matches!(
        character,
        '.' | '\u{2024}' | '\u{3002}' | '\u{fe52}' | '\u{ff0e}' | '\u{ff61}'
    )
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
            ("Foo @ Bar <info@example.com>", Some("example.com")),
            ("Foo @ <info@example.com>", None),
            ("Foo @ Bar.example <info@example.com>", None),
            ("Foo @ Bar\u{3002}example <info@example.com>", None),
            ("=?utf-8?b?eEBleGFtcGxl Lm5ldA==?= <a@example.com>, x", None),
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
            let found: Vec<&str> = found.iter().map(|shown| &shown.address[..]).collect();
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
        check("Sales @ example.com", &["Sales@example.com"]);
        check("anna@ firma.example", &["anna@firma.example"]);
        check("\"(CEO)@firma.example\" x", &["CEO@firma.example"]);
        check("anna@192.0.2.1", &["anna@192.0.2.1"]);
        check("Foo @ Bar; @example.com, a@b, a@1.2, Web @ 2.0", &[]);
    }

    #[test]
    fn characters_that_look_alike_are_one_domain() {
        for (domain, expected) in [
            ("firma\u{ff0e}example", Some("firma.example")),
            ("firma\u{3002}example", Some("firma.example")),
            ("firma\u{2024}example", Some("firma.example")),
            ("\u{ff46}irma.example", Some("firma.example")),
            ("\u{1d41f}irma.example", Some("firma.example")),
            // A reader sees an address all the same.
            ("firma-.example", None),
            ("192.0.2.1", None),
        ] {
            let found = shown_addresses(&format!("ceo@{domain} <x@y>"));
            let found: Vec<_> = found
                .iter()
                .map(|shown| shown.domain.as_ref().map(DomainName::to_ascii))
                .collect();
            assert_eq!(found, [expected], "{domain}");
        }
    }
}
