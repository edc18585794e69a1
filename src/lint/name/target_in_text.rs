//! The target of a CNAME record, published as a TXT record.

use super::without_dot;
use crate::identifier::DomainName;
use crate::lint::{Finding, FindingCode};

/// What is wrong with a TXT record if its text is the name of a host.
pub(super) fn examine(name: Option<&str>, text: &[u8]) -> Option<Finding> {
    let target = target(text)?;
    let target = target.to_ascii();
    let owner = name.map_or_else(String::new, |name| format!("{}. ", without_dot(name)));
    Some(Finding::new(
        FindingCode::CnameAsTxt,
        format!("the TXT record holds {target}, the target of a CNAME record"),
        format!("publish {owner}IN CNAME {target}. in the place of the TXT record"),
    ))
}

/// The target in a text: a name of three labels or more, as those of providers are.
fn target(text: &[u8]) -> Option<DomainName> {
    let text = std::str::from_utf8(text).ok()?.trim();
    let text = text.trim_matches('"').trim();
    let is_type = |word: &str| ["in", "cname"].contains(&word.to_ascii_lowercase().as_str());
    let mut words = text
        .split_ascii_whitespace()
        .skip_while(|word| is_type(word));
    let (word, None) = (words.next()?, words.next()) else {
        return None;
    };
    let name = without_dot(word);
    let (_, top) = name.rsplit_once('.')?;
    let is_top = top.starts_with("xn--") || top.bytes().all(|byte| byte.is_ascii_alphabetic());
    let is_long = name.split('.').count() >= 3;
    (is_top && is_long)
        .then(|| DomainName::parse(name.as_bytes()).ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        let target = target(text.as_bytes());
        assert_eq!(target.as_ref().map(DomainName::to_ascii), expected);
    }

    #[test]
    fn targets_and_other_texts() {
        let name = "selector1-example-com._domainkey.contoso.onmicrosoft.com";
        check(name, Some(name));
        check(&format!("{name}."), Some(name));
        check(&format!("\"{name}.\" "), Some(name));
        check(&format!("IN CNAME {name}."), Some(name));
        check("dkim.mcsv.net", Some("dkim.mcsv.net"));
        check("example.com", None);
        check("192.0.2.1", None);
        check("see www.example.com", None);
        check("v=spf1", None);
        check("CNAME", None);
        check("", None);
    }
}
