//! The selectors that a provider has set up together: one signs while another is replaced.

use super::Provider;
use super::selector::SelectorPattern;
use crate::identifier::Selector;

impl Provider {
    /// The other selectors that the provider has set up together with this one: those that differ
    /// from it in a number that the provider chose. Empty if the selector is not one of the
    /// provider's, or has none beside it.
    ///
    /// ```
    /// use dkim_toolkit::provider::Provider;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let provider = Provider::by_id("microsoft365").ok_or("unknown")?;
    /// let siblings = provider.siblings(&"selector1".parse()?);
    /// assert_eq!(siblings, ["selector2".parse()?]);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn siblings(&self, selector: &Selector) -> Vec<Selector> {
        let text = selector.to_ascii();
        let mut matching = self.selectors.iter();
        let Some(own) = matching.find(|pattern| pattern.matches(text)) else {
            return Vec::new();
        };
        let is_sibling = |other: &&SelectorPattern| {
            other.text() != own.text() && without_digits(other.text()) == without_digits(own.text())
        };
        let others = self.selectors.iter().filter(is_sibling);
        others
            .filter_map(|other| refilled(own.text(), other.text(), text))
            .filter_map(|text| Selector::parse(text.as_bytes()).ok())
            .collect()
    }
}

/// A pattern without the digits in it.
fn without_digits(pattern: &str) -> String {
    pattern
        .chars()
        .filter(|character| !character.is_ascii_digit())
        .collect()
}

/// The selector of another pattern that has the same text as `selector` in the place of `<…>`;
/// `None` if a pattern has more than one of these.
fn refilled(own: &str, other: &str, selector: &str) -> Option<String> {
    let filling = match around_field(own) {
        Some((before, after)) => selector.strip_prefix(before)?.strip_suffix(after)?,
        None => return (!other.contains('<')).then(|| other.to_owned()),
    };
    let (before, after) = around_field(other)?;
    let is_only = !before.contains('<') && !after.contains('<');
    is_only.then(|| format!("{before}{filling}{after}"))
}

/// What is before and behind the first `<…>` of a pattern, if there is one.
fn around_field(pattern: &str) -> Option<(&str, &str)> {
    let (before, rest) = pattern.split_once('<')?;
    let (_, after) = rest.split_once('>')?;
    Some((before, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn siblings_differ_in_a_number() {
        let check = |id: &str, selector: &str, expected: &[&str]| {
            let provider = Provider::by_id(id).unwrap();
            let selector = Selector::parse(selector.as_bytes()).unwrap();
            let siblings = provider.siblings(&selector);
            let siblings: Vec<&str> = siblings.iter().map(Selector::to_ascii).collect();
            assert_eq!(siblings, expected, "{id}: {selector}");
        };
        check("microsoft365", "selector2", &["selector1"]);
        check("proton", "protonmail2", &["protonmail", "protonmail3"]);
        check("ovh", "ovhmo-selector-1", &["ovhmo-selector-2"]);
        check("ovh", "ovhmo42-selector1", &["ovhmo42-selector2"]);
        check("ovh", "ovhex7-selector2", &["ovhex7-selector1"]);
        check("hubspot", "hs1-4711", &["hs2-4711"]);
        check("google", "google", &[]);
        check("microsoft365", "mail", &[]);
        check("ses", "abcdefabcdef", &[]);
    }
}
