//! The targets of a customer, by the patterns of its provider.

use crate::identifier::{DomainName, Sdid, Selector};
use crate::provider::{Fields, Provider, Reading, dashed};

/// A domain, as providers write it into targets.
#[derive(Clone, Debug)]
pub(super) struct Customer {
    domain: String,
    /// With hyphens for dots: what the name of the mail exchanger has first, for Microsoft 365 may
    /// have put something behind it.
    dashed: Vec<String>,
}

impl Customer {
    pub(super) fn new(domain: &Sdid) -> Self {
        Self {
            domain: domain.to_ascii().to_owned(),
            dashed: vec![dashed(domain.domain())],
        }
    }

    /// Notes the mail exchangers of the domain: absolute names.
    pub(super) fn note_exchangers(&mut self, provider: &Provider, exchangers: &[String]) {
        let names = exchangers.iter().map(|name| name.trim_end_matches('.'));
        let names = names.filter_map(|name| name.parse::<DomainName>().ok());
        for name in names.filter(|name| provider.has_mail_exchanger(name)) {
            let first = name.to_ascii().split('.').next().unwrap_or_default();
            if self.may_be_written(first) && !self.dashed.iter().any(|known| known == first) {
                self.dashed.insert(0, first.to_owned());
            }
        }
    }

    /// Whether a provider may write the domain like this: without hyphens of its own, and with
    /// something behind it.
    pub(super) fn may_be_written(&self, text: &str) -> bool {
        let letters = |text: &str| text.replace(['-', '.'], "");
        letters(text).starts_with(&letters(&self.domain))
    }

    fn fields<'a>(&'a self, selector: &'a Selector) -> impl Iterator<Item = Fields<'a>> {
        self.dashed.iter().map(|dashed| Fields {
            selector: Some(selector.to_ascii()),
            domain: Some(&self.domain),
            dashed: Some(dashed),
        })
    }

    /// The target of a selector, if nothing in it is known to the provider alone.
    pub(super) fn computed(&self, provider: &Provider, selector: &Selector) -> Option<DomainName> {
        let patterns = provider.targets_of(selector);
        let by_selector = patterns.iter().filter(|pattern| pattern.has_selector());
        let others = patterns.iter().filter(|pattern| !pattern.has_selector());
        let fields = self.fields(selector).next()?;
        by_selector
            .chain(others)
            .find_map(|pattern| pattern.filled(&fields, &[]))
    }

    /// Reads a target as that of a selector of this domain.
    pub(super) fn read(
        &self,
        provider: &Provider,
        target: &DomainName,
        selector: &Selector,
    ) -> Option<Reading> {
        let mut patterns = provider.targets_of(selector).iter();
        patterns.find_map(|pattern| {
            let mut fields = self.fields(selector);
            fields.find_map(|fields| pattern.read(target, &fields))
        })
    }

    /// Reads a target as that of a selector of any domain: the domain in it.
    pub(super) fn domain_in(
        provider: &Provider,
        target: &DomainName,
        selector: &Selector,
    ) -> Option<String> {
        let fields = Fields {
            selector: Some(selector.to_ascii()),
            ..Fields::default()
        };
        let mut patterns = provider.targets_of(selector).iter();
        patterns.find_map(|pattern| pattern.read(target, &fields)?.domain)
    }

    /// The target of `selector` that is like this one, which is that of another of the selectors.
    pub(super) fn like(
        &self,
        provider: &Provider,
        selectors: &[Selector],
        known: &DomainName,
        selector: &Selector,
    ) -> Option<DomainName> {
        if !provider.has_same_ids() {
            return None;
        }
        let mut patterns = provider.targets().iter();
        patterns.find_map(|pattern| {
            selectors.iter().find_map(|other| {
                let mut fields = self.fields(other).zip(self.fields(selector));
                fields.find_map(|(of_other, own)| {
                    let reading = pattern.read(known, &of_other)?;
                    pattern.filled(&own, &reading.ids)
                })
            })
        })
    }
}
