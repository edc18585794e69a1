//! Names that no verifier asks for (RFC 6376 §3.6.2.1).

use super::without_dot;
use crate::identifier::{KeyQuery, Sdid};
use crate::lint::{Finding, FindingCode};

/// What is published in the place of the label `_domainkey`.
pub(super) const MISSPELLED: [&str; 6] = [
    "domainkey",
    "_domainkeys",
    "domainkeys",
    "_domain_key",
    "domain_key",
    "_domain-key",
];

/// The selector and the domain of a name in lower case that verifiers ask for.
pub(super) fn parts(name: &str) -> Option<(&str, Sdid)> {
    let _: KeyQuery = name.parse().ok()?;
    let (selector, domain) = KeyQuery::split(name)?;
    Some((selector, Sdid::parse(domain.as_bytes()).ok()?))
}

/// What is wrong with a name that is not `selector._domainkey.domain`.
pub(super) fn examine(name: &str) -> Option<Finding> {
    if name.parse::<KeyQuery>().is_ok() {
        return None;
    }
    let remedy = match corrected(name) {
        Some(query) => format!("publish the record at {}", without_dot(query.name())),
        None => {
            "look up a name of that form; if this one is the target of a CNAME record, look up \
                 the name that has the CNAME record"
                .to_owned()
        }
    };
    Some(Finding::new(
        FindingCode::UnreachableName,
        format!(
            "no verifier asks for {}: key records are named selector._domainkey.domain",
            without_dot(name)
        ),
        remedy,
    ))
}

/// The name that was meant, where `_domainkey` is misspelled.
fn corrected(name: &str) -> Option<KeyQuery> {
    let name = name.to_ascii_lowercase();
    let mut labels: Vec<&str> = name.split('.').collect();
    let at = labels.iter().position(|label| MISSPELLED.contains(label))?;
    labels[at] = "_domainkey";
    labels.join(".").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, remedy: Option<&str>) {
        let found = examine(name).map(|finding| finding.remedy);
        assert_eq!(found.as_deref(), remedy, "{name}");
    }

    #[test]
    fn names_that_verifiers_do_not_ask_for() {
        check("mail._domainkey.example.com.", None);
        check("a.b._DomainKey.example.com.", None);
        let at = "publish the record at mail._domainkey.example.com";
        check("mail.domainkey.example.com.", Some(at));
        check("mail._DomainKeys.Example.com.", Some(at));
        let other = "look up a name of that form; if this one is the target of a CNAME record, look \
                     up the name that has the CNAME record";
        check("mail.example.com.", Some(other));
        check("_domainkey.example.com.", Some(other));
        check("mail.example.com._domainkey.", Some(other));
        check("domainkey.example.com.", Some(other));
    }
}
