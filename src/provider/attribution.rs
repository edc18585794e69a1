//! Whose key is under a name.

use std::fmt;

use super::Provider;
use crate::identifier::{DomainName, Sdid, Selector};

/// The provider that has the key under a name, and how that is known.
#[derive(Clone, Copy, Debug)]
pub struct Attribution {
    /// The provider.
    pub provider: &'static Provider,
    /// Whether it follows from where the key is: behind an alias of the provider's, or in a domain
    /// of its own. Otherwise the selector alone says so, which makes it likely.
    pub is_certain: bool,
}

impl Attribution {
    /// The provider of the key that was found under `name`, which is absolute or not; the names of
    /// `chain` are those of [`TxtAnswer::chain`](crate::lookup::TxtAnswer::chain).
    ///
    /// A selector counts only where no alias leads to the key: an alias of an unknown target is
    /// somebody else's.
    ///
    /// ```
    /// use dkim_toolkit::provider::Attribution;
    ///
    /// let target = "selector1-example-com._domainkey.contoso.onmicrosoft.com.".to_owned();
    /// let of_key = Attribution::of_key("selector1._domainkey.example.com.", &[target]);
    /// assert!(of_key.is_some_and(|of_key| of_key.provider.id() == "microsoft365"));
    /// assert!(Attribution::of_key("selector1._domainkey.example.com.", &[]).is_none());
    /// ```
    #[must_use]
    pub fn of_key(name: &str, chain: &[String]) -> Option<Self> {
        let name = name.strip_suffix('.').unwrap_or(name);
        let by_name = || Provider::by_cname_target(&name.parse::<DomainName>().ok()?);
        let (selector, domain) = name.split_once("._domainkey.").unzip();
        let by_domain = || {
            let domain = Sdid::parse(domain?.as_bytes()).ok()?;
            Provider::by_default_domain(&domain)
        };
        let by_selector = || {
            let selector = Selector::parse(selector?.as_bytes()).ok()?;
            Provider::by_selector(&selector)
        };
        let certain = Provider::by_chain(chain)
            .or_else(by_name)
            .or_else(by_domain);
        let likely = || chain.is_empty().then(by_selector).flatten();
        match certain {
            Some(provider) => Some(Self {
                provider,
                is_certain: true,
            }),
            None => likely().map(|provider| Self {
                provider,
                is_certain: false,
            }),
        }
    }
}

impl fmt::Display for Attribution {
    /// The provider's name for people, behind `likely` if it is not certain.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.is_certain {
            f.write_str("likely ")?;
        }
        self.provider.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_to_a_key_comes_before_its_selector() {
        let check = |name: &str, chain: &[&str], expected: Option<(&str, bool)>| {
            let chain: Vec<String> = chain.iter().map(|&name| name.to_owned()).collect();
            let found = Attribution::of_key(name, &chain);
            let found = found.map(|found| (found.provider.id(), found.is_certain));
            assert_eq!(found, expected, "{name} {chain:?}");
        };
        let sendgrid = "s1.domainkey.u1234567.wl123.sendgrid.net.";
        check(
            "s1._domainkey.example.com.",
            &[sendgrid],
            Some(("sendgrid", true)),
        );
        check(
            "google._domainkey.example.com.",
            &[sendgrid],
            Some(("sendgrid", true)),
        );
        // The target itself.
        check(sendgrid, &[], Some(("sendgrid", true)));
        // In the provider's own domain.
        check(
            "20230601._domainkey.example-com.20230601.gappssmtp.com.",
            &[],
            Some(("google", true)),
        );
        check("s9._domainkey.notgappssmtp.com.", &[], None);
        // A telling selector, and one that anybody may choose.
        let google = Some(("google", false));
        check("google._domainkey.example.com.", &[], google);
        check("google._domainkey.example.com", &[], google);
        check("s1._domainkey.example.com.", &[], None);
        // Somebody else's key, whatever the selector says.
        check("google._domainkey.example.com.", &["k.example.net."], None);
        check("example.com.", &[], None);
        check("", &["."], None);
        check("\\000._domainkey.example.com.", &["a\\.b.example."], None);
    }
}
