//! Owner names as they are written, absolute or relative.

use crate::identifier::Sdid;

/// The selector in an owner name of this domain. A name without its final dot may be relative to
/// the domain, or to a zone above it.
pub(super) fn selector<'a>(name: &'a str, domain: &Sdid) -> Option<&'a str> {
    let without_dot = name.strip_suffix('.').unwrap_or(name);
    let lower = without_dot.to_ascii_lowercase();
    let label = "._domainkey";
    let at = lower.find(label)?;
    let (selector, rest) = (&without_dot[..at], &lower[at + label.len()..]);
    let own = domain.to_ascii();
    let is_own = match rest.strip_prefix('.') {
        None => rest.is_empty(),
        Some(rest) => {
            let is_relative = without_dot.len() == name.len();
            let above = own
                .strip_prefix(rest)
                .is_some_and(|rest| rest.starts_with('.'));
            rest == own || rest == domain.as_str().to_lowercase() || is_relative && above
        }
    };
    (is_own && !selector.is_empty()).then_some(selector)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absolute_and_relative_names() {
        let check = |name: &str, domain: &str, expected: Option<&str>| {
            let domain = Sdid::parse(domain.as_bytes()).unwrap();
            assert_eq!(selector(name, &domain), expected, "{name}");
        };
        check("s1._domainkey", "example.com", Some("s1"));
        check("s1._domainkey.example.com", "example.com", Some("s1"));
        check("S1._DomainKey.Example.COM.", "example.com", Some("S1"));
        check("s1._domainkey.mail", "mail.example.com", Some("s1"));
        check("s1._domainkey.mail.", "mail.example.com", None);
        check("s1._domainkey.example.org", "example.com", None);
        check("s1._domainkey.example.com", "mail.example.com", None);
        check("a.b._domainkey", "example.com", Some("a.b"));
        check("s1.domainkey.example.com", "example.com", None);
        check("._domainkey", "example.com", None);
    }
}
