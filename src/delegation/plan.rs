//! The records that there should be.

use std::error::Error;
use std::fmt;

use super::customer::Customer;
use crate::identifier::{DomainName, KeyQuery, Sdid, Selector};
use crate::provider::Provider;

/// A selector, and its target if the customer knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// The selector.
    pub selector: Selector,
    /// Where its CNAME record has to lead.
    pub target: Option<DomainName>,
}

/// A CNAME record that there should be.
#[derive(Clone, Debug)]
pub struct Alias {
    selector: Selector,
    name: KeyQuery,
    target: Option<DomainName>,
    is_given: bool,
}

impl Alias {
    /// The selector.
    #[must_use]
    pub const fn selector(&self) -> &Selector {
        &self.selector
    }

    /// The absolute owner name, with its final dot.
    #[must_use]
    pub fn name(&self) -> &str {
        self.name.name()
    }

    /// Where the record has to lead; `None` if only the provider knows.
    #[must_use]
    pub const fn target(&self) -> Option<&DomainName> {
        self.target.as_ref()
    }

    /// Whether the customer said the target, so that no other one will do.
    #[must_use]
    pub const fn is_given(&self) -> bool {
        self.is_given
    }
}

/// The CNAME records that a domain should have.
#[derive(Clone, Debug)]
pub struct Plan {
    domain: Sdid,
    provider: Option<&'static Provider>,
    aliases: Vec<Alias>,
}

impl Plan {
    /// The records of a domain at a provider, who may be unknown. Without any `given`, the
    /// provider's own selectors; a target that is not given is computed where it can be.
    ///
    /// # Errors
    ///
    /// [`PlanError::NoSelectors`] if none is given and the provider chooses them for each customer,
    /// [`PlanError::NameTooLong`] if the DNS has no names of that length.
    pub fn new(
        domain: Sdid,
        provider: Option<&'static Provider>,
        given: Vec<Given>,
    ) -> Result<Self, PlanError> {
        let given = if given.is_empty() {
            let own = provider.map(Provider::current_selectors);
            let selectors = own.unwrap_or_default().into_iter();
            selectors.map(Given::without_target).collect()
        } else {
            given
        };
        if given.is_empty() {
            return Err(PlanError::NoSelectors);
        }
        let customer = Customer::new(&domain);
        let mut aliases: Vec<Alias> = Vec::new();
        for Given { selector, target } in given {
            if aliases.iter().any(|alias| alias.selector == selector) {
                continue;
            }
            let name = KeyQuery::new(&selector, &domain).ok_or(PlanError::NameTooLong)?;
            let is_given = target.is_some();
            let computed = || customer.computed(provider?, &selector);
            aliases.push(Alias {
                target: target.or_else(computed),
                selector,
                name,
                is_given,
            });
        }
        Ok(Self {
            domain,
            provider,
            aliases,
        })
    }

    /// The same plan with targets like this one, which the customer knows of one of the selectors,
    /// where the provider has the same for each but the selector; unchanged if it tells nothing.
    #[must_use]
    pub fn like(mut self, known: &DomainName) -> Self {
        let Some(provider) = self.provider else {
            return self;
        };
        let customer = Customer::new(&self.domain);
        let selectors: Vec<Selector> = self.selectors().cloned().collect();
        for alias in self.aliases.iter_mut().filter(|alias| !alias.is_given) {
            let like = customer.like(provider, &selectors, known, &alias.selector);
            if like.is_some() {
                alias.target = like;
                alias.is_given = true;
            }
        }
        self
    }

    /// The domain.
    #[must_use]
    pub const fn domain(&self) -> &Sdid {
        &self.domain
    }

    /// The provider; `None` if it is not one of the table.
    #[must_use]
    pub const fn provider(&self) -> Option<&'static Provider> {
        self.provider
    }

    /// The records.
    #[must_use]
    pub fn aliases(&self) -> &[Alias] {
        &self.aliases
    }

    /// What is odd about the targets that the customer said: sentences in lower case without a full
    /// stop, safe to print.
    #[must_use]
    pub fn doubts(&self) -> Vec<String> {
        let customer = Customer::new(&self.domain);
        let given = || self.aliases.iter().filter(|alias| alias.is_given);
        let mut doubts = Vec::new();
        for (place, alias) in given().enumerate() {
            let Some(target) = &alias.target else {
                continue;
            };
            let selector = &alias.selector;
            let mut before = given().take(place);
            if let Some(other) = before.find(|other| other.target.as_ref() == Some(target)) {
                doubts.push(format!("{} and {selector} have one target", other.selector));
            }
            let domain = self.provider.and_then(|provider| {
                let is_own = customer.read(provider, target, selector).is_some();
                let domain = Customer::domain_in(provider, target, selector)?;
                (!is_own && !customer.may_be_written(&domain)).then_some(domain)
            });
            if let Some(domain) = domain {
                let own = &self.domain;
                doubts.push(format!(
                    "the target of {selector} is that of {domain}, as far as its form tells, and not \
                     of {own}"
                ));
            }
        }
        doubts
    }

    pub(super) fn selectors(&self) -> impl Iterator<Item = &Selector> {
        self.aliases.iter().map(Alias::selector)
    }

    /// How a target is learnt that only the provider knows: a sentence of lower case without a full
    /// stop.
    #[must_use]
    pub fn how_to_learn_targets(&self) -> String {
        let domain = self.domain.domain();
        let known = self.provider.and_then(|provider| {
            let how = provider.how_to_learn_targets(domain)?;
            Some(format!("to learn the target, {how}"))
        });
        known.unwrap_or_else(|| {
            let who = self.provider.map_or("the provider", Provider::name);
            format!("to learn the target, look where {who} shows the DNS records of {domain}")
        })
    }
}

impl Given {
    /// A selector whose target the customer does not know.
    #[must_use]
    pub const fn without_target(selector: Selector) -> Self {
        Self {
            selector,
            target: None,
        }
    }
}

/// Why there is no plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PlanError {
    /// No selector was given, and the provider has none that are the same for every customer.
    NoSelectors,
    /// An owner name is longer than 253 bytes.
    NameTooLong,
}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoSelectors => "the provider chooses the selectors of each customer",
            Self::NameTooLong => {
                "the record's name, selector._domainkey.domain, is longer than 253 bytes"
            }
        })
    }
}

impl Error for PlanError {}
