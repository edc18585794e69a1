//! Where the CNAME records of a provider lead to.

use std::fmt;

use crate::identifier::{DomainName, Selector};

/// The target of a provider's CNAME records, with `<…>` for what differs.
///
/// * `<selector>`: the selector
/// * `<n>`: the digits at the end of the selector
/// * `<domain>`: the customer's domain; `<dashed>`: the same with hyphens for its dots
/// * `<id>`: part of a label that only the provider knows
#[derive(Clone, Debug)]
pub struct TargetPattern {
    text: &'static str,
    /// The labels behind the last `<…>`.
    tail: DomainName,
}

impl TargetPattern {
    pub(super) fn parse(text: &'static str) -> Option<Self> {
        let mut fields = text.split('<').skip(1).map(|rest| rest.split_once('>'));
        let is_known = |field: Option<(&str, &str)>| {
            matches!(field?.0, "selector" | "n" | "domain" | "dashed" | "id").then_some(())
        };
        fields.try_for_each(is_known)?;
        let tail = match text.rsplit_once('>') {
            Some((_, rest)) => rest.split_once('.')?.1,
            None => text,
        };
        let tail = tail.parse().ok()?;
        Some(Self { text, tail })
    }

    /// Whether a name is a target of the provider: by the labels at its end that are the same for
    /// every customer.
    #[must_use]
    pub fn is_of(&self, name: &DomainName) -> bool {
        name.is_within(&self.tail)
    }

    /// The labels at the end that are the same for every customer.
    #[must_use]
    pub const fn tail(&self) -> &DomainName {
        &self.tail
    }

    /// The target of a customer's selector. `id` is what only the provider knows; `None` if it is
    /// needed and not given, if there is more than one of it, or if the result is not a name.
    #[must_use]
    pub fn target(
        &self,
        selector: &Selector,
        domain: &DomainName,
        id: Option<&str>,
    ) -> Option<DomainName> {
        let selector = selector.to_ascii();
        let digits = selector
            .bytes()
            .rev()
            .take_while(u8::is_ascii_digit)
            .count();
        let domain = domain.to_ascii();
        let mut target = self.text.replace("<selector>", selector);
        target = target.replace("<n>", &selector[selector.len() - digits..]);
        target = target.replace("<domain>", domain);
        target = target.replace("<dashed>", &domain.replace('.', "-"));
        if let Some(id) = id {
            target = target.replacen("<id>", id, 1);
        }
        target.parse().ok()
    }
}

impl fmt::Display for TargetPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text)
    }
}
