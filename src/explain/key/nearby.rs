//! Names near the one where a key was looked for: slips of the pen, and other keys of one signer.

use crate::enclosing::{parents, zones};
use crate::identifier::KeyQuery;
use crate::identifier::{Sdid, Selector};
use crate::signature::Signature;

/// So many names are asked for at most.
const MANY: usize = 30;
/// Selectors that signers use by default.
const USUAL: &str = "default dkim mail selector1 selector2 s1 k1 google";

/// The names to ask for, the likely ones first, without that of the signature.
pub(super) fn names(signature: &Signature) -> Vec<KeyQuery> {
    let selector = signature.selector.to_ascii();
    let domain = signature.domain.to_ascii();
    let mut found: Vec<KeyQuery> = Vec::new();
    let mut add = |selector: &str, domain: &str| {
        let query = Selector::parse(selector.as_bytes())
            .ok()
            .and_then(|selector| KeyQuery::new(&selector, &Sdid::parse(domain.as_bytes()).ok()?));
        if let Some(query) = query
            && query != signature.query
            && !found.contains(&query)
            && found.len() < MANY
        {
            found.push(query);
        }
    };
    for parent in parents(&signature.domain) {
        add(selector, parent);
    }
    for doubled in doubled(&signature.domain) {
        add(selector, &doubled);
    }
    for other in numbers(selector).iter().chain(&marks(selector)) {
        add(other, domain);
    }
    let slips = slips(selector);
    let (first, last) = slips.split_at(slips.len().min(MANY / 2));
    let usual = USUAL.split(' ');
    let first = first.iter().map(String::as_str);
    for other in first.chain(usual).chain(last.iter().map(String::as_str)) {
        add(other, domain);
    }
    found
}

/// The domain with that of a zone behind it, which is added to a name without a final dot
/// (RFC 1035 §5.1): the domain itself, or one above.
fn doubled(domain: &Sdid) -> impl Iterator<Item = String> {
    let own = domain.to_ascii();
    zones(domain).map(move |zone| format!("{own}.{zone}"))
}

/// Whether a name is what a zone file without a final dot makes of the signature's.
pub(super) fn lacks_a_dot(query: &KeyQuery, signature: &Signature) -> bool {
    let own = signature.query.name();
    doubled(&signature.domain)
        .filter_map(|doubled| {
            let rest = doubled.strip_prefix(signature.domain.to_ascii())?;
            Some(format!("{own}{}.", rest.strip_prefix('.')?))
        })
        .any(|name| name == query.name())
}

/// The selector with its last number one more and one less, without leading zeros and without
/// number; with a number if there is none.
fn numbers(selector: &str) -> Vec<String> {
    let is_digit = |letter: char| letter.is_ascii_digit();
    let Some(last) = selector.rfind(is_digit) else {
        return ["1", "2"]
            .map(|digit| format!("{selector}{digit}"))
            .to_vec();
    };
    let (rest, behind) = selector.split_at(last + 1);
    let front = rest.trim_end_matches(is_digit);
    let digits = &rest[front.len()..];
    let width = digits.len();
    let Ok(number) = digits.parse::<u64>() else {
        return Vec::new();
    };
    // A month: 202612 is followed by 202701.
    let step = |last| {
        if width >= 6 && number % 100 == last {
            89
        } else {
            1
        }
    };
    let padded = |number: u64| format!("{front}{number:0width$}{behind}");
    vec![
        padded(number.saturating_add(step(12))),
        padded(number.saturating_sub(step(1))),
        format!("{front}{number}{behind}"),
        format!("{front}0{number}{behind}"),
        format!("{front}{behind}"),
    ]
}

/// The selector with other marks between its words, or before its number.
fn marks(selector: &str) -> Vec<String> {
    let mut found = Vec::new();
    if selector.contains(['-', '_', '.']) {
        for mark in ["-", "_", ".", ""] {
            found.push(selector.replace(['-', '_', '.'], mark));
        }
    } else if let Some(at) = selector.find(|letter: char| letter.is_ascii_digit())
        && at > 0
    {
        let (word, number) = selector.split_at(at);
        found.extend(["-", "_", "."].map(|mark| format!("{word}{mark}{number}")));
    }
    found
}

/// The selector with one slip undone: letters swapped, one too many, one missing of two.
fn slips(selector: &str) -> Vec<String> {
    let letters: Vec<char> = selector.chars().collect();
    let with = |change: &dyn Fn(&mut Vec<char>)| {
        let mut letters = letters.clone();
        change(&mut letters);
        letters.into_iter().collect::<String>()
    };
    let swapped = (1..letters.len()).map(|at| with(&|letters| letters.swap(at - 1, at)));
    let without = (0..letters.len())
        .rev()
        .map(|at| with(&|letters| _ = letters.remove(at)));
    let doubled = (0..letters.len()).map(|at| with(&|letters| letters.insert(at, letters[at])));
    swapped.chain(without).chain(doubled).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{HeaderField, LineEndings};

    fn names_of(selector: &str, domain: &str) -> Vec<String> {
        let field = format!(
            "DKIM-Signature: v=1; a=rsa-sha256; d={domain}; s={selector}; h=From; b=AAAA; \
             bh=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
        );
        let field = HeaderField::from_raw(field.as_bytes(), LineEndings::Lenient);
        let signature = Signature::parse(field).unwrap();
        names(&signature)
            .iter()
            .map(|query| query.name().to_owned())
            .collect()
    }

    fn check(selector: &str, domain: &str, expected: &str) {
        let names = names_of(selector, domain);
        assert!(names.len() <= MANY, "{names:?}");
        assert!(
            names.iter().any(|name| name == expected),
            "{selector}: {names:#?}"
        );
        let own = format!("{selector}._domainkey.{domain}.");
        assert!(!names.contains(&own), "{names:?}");
    }

    #[test]
    fn slips_are_undone() {
        check(
            "slector1",
            "example.com",
            "selector1._domainkey.example.com.",
        );
        check(
            "brisbnae",
            "example.com",
            "brisbane._domainkey.example.com.",
        );
        check(
            "brisbanee",
            "example.com",
            "brisbane._domainkey.example.com.",
        );
        check(
            "brisbane",
            "mail.example.com",
            "brisbane._domainkey.example.com.",
        );
        check(
            "s2026-01",
            "example.com",
            "s2026_01._domainkey.example.com.",
        );
        check("rsa2048", "example.com", "rsa-2048._domainkey.example.com.");
        check("rsa2048x", "example.com", "rsa2048._domainkey.example.com.");
        check("s2026.01", "example.com", "s202601._domainkey.example.com.");
        check("s202612", "example.com", "s202701._domainkey.example.com.");
        check("s1", "example.com", "s2._domainkey.example.com.");
        check("s01", "example.com", "s1._domainkey.example.com.");
        check("mail", "example.com", "mail1._domainkey.example.com.");
        check("mai", "example.com", "mail._domainkey.example.com.");
        check(
            "s1",
            "example.com",
            "s1._domainkey.example.com.example.com.",
        );
        check(
            "s1",
            "mail.example.com",
            "s1._domainkey.mail.example.com.example.com.",
        );
    }

    #[test]
    fn nobody_else_is_asked() {
        let names = names_of("s1", "mail.example.co.uk");
        assert!(
            names
                .iter()
                .any(|name| name == "s1._domainkey.example.co.uk.")
        );
        assert!(
            names.iter().all(|name| name != "s1._domainkey.co.uk."),
            "{names:?}"
        );
    }

    #[test]
    fn odd_selectors_do_no_harm() {
        for selector in [
            "a",
            "1",
            "18446744073709551615",
            "18446744073709551612",
            "a.b",
            "99999999999999999999999",
        ] {
            assert!(names_of(selector, "example.com").len() <= MANY);
        }
    }
}
