//! What a target says of its customer.

use super::Provider;
use super::selector::SelectorPattern;
use super::target::{Fields, Part, TargetPattern};
use crate::identifier::{DomainName, Selector};

/// What a target says where its pattern has `<…>`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reading {
    /// The domain, in either form, if it was left open.
    pub(crate) domain: Option<String>,
    /// What only the provider knows, in order.
    pub(crate) ids: Vec<String>,
}

impl TargetPattern {
    /// Whether the target differs by selector.
    pub(crate) fn has_selector(&self) -> bool {
        let is_selector = |part: &Part| matches!(part, Part::Selector | Part::Digits);
        self.parts().iter().any(is_selector)
    }

    /// Whether the target has the domain with hyphens for dots.
    pub(crate) fn has_dashed(&self) -> bool {
        self.parts().contains(&Part::Dashed)
    }

    /// Reads a target; `None` if it does not have the pattern's form and these fields.
    pub(crate) fn read(&self, target: &DomainName, fields: &Fields<'_>) -> Option<Reading> {
        let mut reading = Reading::default();
        read(&self.parts(), target.to_ascii(), fields, &mut reading).then_some(reading)
    }
}

impl Part {
    /// Whether the part may have this byte where it is not known.
    const fn allows(self, byte: u8) -> bool {
        match self {
            Self::Digits => byte.is_ascii_digit(),
            Self::Domain | Self::Selector if byte == b'.' => true,
            _ => byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'),
        }
    }
}

impl Provider {
    /// The targets that a selector may have: where there is one pattern for each selector, and
    /// patterns do not name the selector, the one at its place.
    pub(crate) fn targets_of(&self, selector: &Selector) -> &[TargetPattern] {
        let has_selector = |pattern: &TargetPattern| pattern.has_selector();
        if self.targets.len() == self.selectors.len() && !self.targets.iter().all(has_selector) {
            let is_own = |own: &SelectorPattern| own.matches(selector.to_ascii());
            if let Some(place) = self.selectors.iter().position(is_own) {
                return &self.targets[place..=place];
            }
        }
        &self.targets
    }

    /// Whether the provider receives mail.
    pub(crate) fn has_mail_exchangers(&self) -> bool {
        !self.mail_exchangers.is_empty()
    }

    /// Whether a mail exchanger is one of the provider's.
    pub(crate) fn has_mail_exchanger(&self, exchanger: &DomainName) -> bool {
        let mut own = self.mail_exchangers.iter();
        own.any(|own| exchanger.is_within_labels(own))
    }
}

/// Whether the text has the parts, to its end; fills in what it has for them.
fn read(parts: &[Part], text: &str, fields: &Fields<'_>, reading: &mut Reading) -> bool {
    let Some((&part, parts)) = parts.split_first() else {
        return text.is_empty();
    };
    if let Some(known) = part.known(fields) {
        let rest = text.strip_prefix(known);
        return rest.is_some_and(|rest| read(parts, rest, fields, reading));
    }
    let longest = text.bytes().take_while(|byte| part.allows(*byte)).count();
    let ids = reading.ids.len();
    for end in 1..=longest {
        let (value, rest) = text.split_at(end);
        match part {
            Part::Id => reading.ids.push(value.to_owned()),
            Part::Domain | Part::Dashed => reading.domain = Some(value.to_owned()),
            _ => {}
        }
        if read(parts, rest, fields, reading) {
            return true;
        }
        reading.ids.truncate(ids);
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pattern: &'static str, target: &str, selector: Option<&str>, expected: Option<&str>) {
        let pattern = TargetPattern::parse(pattern).unwrap();
        let fields = Fields {
            selector,
            ..Fields::default()
        };
        let reading = pattern.read(&target.parse().unwrap(), &fields);
        let in_words = reading.map(|reading| {
            let domain = reading.domain.unwrap_or_default();
            format!("{domain} {}", reading.ids.join(" "))
        });
        assert_eq!(in_words.as_deref(), expected, "{target}");
    }

    #[test]
    fn targets_are_read() {
        let pattern = "<selector>-<dashed>._domainkey.<id>.<id>-v1.dkim.mail.microsoft";
        let target = "selector1-example-com._domainkey.contoso.n-v1.dkim.mail.microsoft";
        check(
            pattern,
            target,
            Some("selector1"),
            Some("example-com contoso n"),
        );
        check(pattern, target, Some("selector2"), None);
        let other = "selector1-example-com._domainkey.contoso.onmicrosoft.com";
        check(pattern, other, Some("selector1"), None);
        let pattern = "<selector>.<domain>.dkim.fmhosted.com";
        let target = "fm1.mail.example.com.dkim.fmhosted.com";
        check(pattern, target, Some("fm1"), Some("mail.example.com "));
        check("dkim<n>.mcsv.net", "dkim2.mcsv.net", Some("k2"), Some(" "));
        check("dkim<n>.mcsv.net", "dkim2.mcsv.net", Some("k3"), None);
        check("dkim<n>.mcsv.net", "dkim2.mcsv.net", None, Some(" "));
    }
}
