//! All that is known of a domain's delegations, put together.

use super::case::Case;
use super::check::Answers;
use super::customer::Customer;
use super::plan::{Alias, Plan};
use super::report::{Report, State};
use super::sight::Sight;
use super::single;
use crate::identifier::{DomainName, Selector};
use crate::lookup::{LookupFailure, ServerAnswer, TxtAnswer};

/// The plan, and what the DNS said.
pub(super) struct Scene<'a> {
    pub(super) plan: &'a Plan,
    pub(super) answers: &'a Answers,
    pub(super) customer: Customer,
    /// What is known of each record of the plan, in order.
    seen: Vec<Seen>,
    targets: Vec<Option<DomainName>>,
}

/// What the DNS said of one name.
pub(super) struct Seen {
    /// What the resolver said.
    pub(super) answer: Option<Result<TxtAnswer, LookupFailure>>,
    pub(super) resolver: Sight,
    pub(super) servers: Vec<(ServerAnswer, Sight)>,
    /// Why the servers could not be found.
    pub(super) no_servers: Option<LookupFailure>,
    /// Whether answers come from master files.
    pub(super) is_offline: bool,
}

impl Seen {
    fn new(alias: &Alias, answers: &Answers) -> Self {
        let answer = answers.texts(alias.name());
        let resolver = Sight::of_texts(answer.as_ref());
        let (servers, no_servers, is_offline) = match answers.aliases(alias.name()) {
            None => (Vec::new(), None, false),
            Some(Err(failure)) => (Vec::new(), Some(failure.clone()), false),
            Some(Ok(answer)) => (answer.servers.clone(), None, answer.zone.is_empty()),
        };
        let sight = |server: &ServerAnswer| match (Sight::of_server(server), &resolver) {
            // It was asked for the CNAME record alone.
            (Sight::Nothing, Sight::Text(text)) => Sight::Text(text.clone()),
            (sight, _) => sight,
        };
        let servers = servers.into_iter().map(|server| {
            let sight = sight(&server);
            (server, sight)
        });
        Self {
            servers: servers.collect(),
            answer,
            resolver,
            no_servers,
            is_offline,
        }
    }

    /// What the servers that answered say, if they all say the same.
    pub(super) fn agreed(&self) -> Option<&Sight> {
        let mut known = self.servers.iter().map(|(_, sight)| sight);
        let first = known.find(|sight| sight.is_known())?;
        let is_same = |sight: &Sight| sight == first || !sight.is_known();
        known.all(is_same).then_some(first)
    }

    /// Whether servers that answered say different things.
    pub(super) fn is_disagreed(&self) -> bool {
        self.agreed().is_none() && self.servers.iter().any(|(_, sight)| sight.is_known())
    }

    /// What is there: what the authoritative servers say if they agree, else what the resolver
    /// says, which may be from its cache.
    pub(super) fn sight(&self) -> &Sight {
        self.agreed().unwrap_or(&self.resolver)
    }
}

impl<'a> Scene<'a> {
    pub(super) fn new(plan: &'a Plan, answers: &'a Answers) -> Self {
        let mut customer = Customer::new(plan.domain());
        if let Some(provider) = plan.provider() {
            customer.note_exchangers(provider, &answers.exchangers(plan.domain()));
        }
        let aliases = plan.aliases().iter();
        let seen: Vec<Seen> = aliases.map(|alias| Seen::new(alias, answers)).collect();
        let mut scene = Self {
            targets: Vec::new(),
            plan,
            answers,
            customer,
            seen,
        };
        let aliases = plan.aliases().iter().enumerate();
        scene.targets = aliases
            .map(|(number, _)| scene.find_target(number))
            .collect();
        scene
    }

    pub(super) fn alias(&self, number: usize) -> &'a Alias {
        &self.plan.aliases()[number]
    }

    pub(super) fn seen(&self, number: usize) -> &Seen {
        &self.seen[number]
    }

    /// Where a record has to lead, as far as that is known.
    pub(super) fn target(&self, number: usize) -> Option<&DomainName> {
        self.targets[number].as_ref()
    }

    /// The target of the plan; else one like the first that is published for any of the selectors,
    /// be it at the name of another one.
    fn find_target(&self, number: usize) -> Option<DomainName> {
        let alias = self.alias(number);
        if let Some(target) = alias.target() {
            return Some(target.clone());
        }
        let provider = self.plan.provider()?;
        let donors = self.plan.aliases().iter().zip(&self.seen);
        let mut known = donors.filter_map(|(donor, seen)| {
            let published = || seen.sight().target()?.parse::<DomainName>().ok();
            let known = donor.target().cloned().or_else(published)?;
            Some((donor.selector(), known))
        });
        known.find_map(|(donor, known)| {
            let others = self.plan.selectors().filter(|other| *other != donor);
            let selectors: Vec<Selector> = std::iter::once(donor).chain(others).cloned().collect();
            self.customer
                .like(provider, &selectors, &known, alias.selector())
        })
    }

    /// Whether what is known of the target is more than its form: a target that was made from what
    /// is published says nothing new of that.
    pub(super) fn is_checked(&self, number: usize) -> bool {
        let is_made = self.target(number).is_some();
        let mut aliases = self.plan.aliases().iter();
        self.alias(number).target().is_some() || is_made && aliases.any(Alias::is_given)
    }

    fn is_target(&self, number: usize, name: &str) -> bool {
        let name = name.parse::<DomainName>().ok();
        name.is_some() && name.as_ref() == self.target(number)
    }

    /// The state of a record, by what is there.
    pub(super) fn state_of(&self, number: usize, sight: &Sight) -> State {
        match sight {
            Sight::Nothing => State::ToSet,
            Sight::Text(_) => State::ToFix,
            Sight::Alias(target) if self.is_right(number, target) => State::Set,
            Sight::Alias(_) if self.can_judge(number) => State::ToFix,
            Sight::Alias(_) | Sight::Unknown(_) => State::Unknown,
        }
    }

    /// Whether there is anything to hold a target against.
    pub(super) fn can_judge(&self, number: usize) -> bool {
        let selector = self.alias(number).selector();
        let has_patterns = |provider: &crate::provider::Provider| {
            let patterns = provider.targets_of(selector);
            !patterns.is_empty()
        };
        self.target(number).is_some() || self.plan.provider().is_some_and(has_patterns)
    }

    pub(super) fn is_right(&self, number: usize, published: &str) -> bool {
        if self.is_target(number, published) {
            return true;
        }
        let alias = self.alias(number);
        if self.target(number).is_some() {
            // By way of other names, where the resolver followed them.
            let answer = self.seen(number).answer.as_ref();
            let chain = match answer {
                Some(Ok(answer)) => &answer.chain,
                Some(Err(failure)) => &failure.chain,
                None => return false,
            };
            let mut chain = chain.iter().map(|name| name.trim_end_matches('.'));
            let is_first = chain.next() == Some(published);
            if is_first && chain.any(|name| self.is_target(number, name)) {
                return true;
            }
        }
        let may_differ =
            !alias.is_given() && (alias.target().is_some() || self.target(number).is_none());
        may_differ && self.has_form(number, published)
    }

    /// Whether a name has the form of the provider's target for this selector and domain.
    pub(super) fn has_form(&self, number: usize, published: &str) -> bool {
        let selector = self.alias(number).selector();
        let read = || {
            let provider = self.plan.provider()?;
            let name = published.parse().ok()?;
            self.customer.read(provider, &name, selector)
        };
        read().is_some()
    }

    /// The state of a record, by all that is known.
    pub(super) fn state(&self, number: usize) -> State {
        let seen = self.seen(number);
        if seen.is_disagreed() {
            let servers = seen.servers.iter();
            let states = servers.map(|(_, sight)| self.state_of(number, sight));
            return states.max().unwrap_or(State::Unknown);
        }
        let state = self.state_of(number, seen.sight());
        if state == State::Set && self.has_text_beside(number) {
            return State::ToFix;
        }
        state
    }

    /// Whether TXT records are at the name of the CNAME record.
    pub(super) fn has_text_beside(&self, number: usize) -> bool {
        let answer = self.seen(number).answer.as_ref();
        let answer = answer.and_then(|answer| answer.as_ref().ok());
        answer.is_some_and(|answer| answer.alias_beside.is_some() && answer.chain.is_empty())
    }

    /// Whether the resolver was led to where the record has to lead, so that its answer is that of
    /// the target.
    pub(super) fn leads_right(&self, number: usize) -> bool {
        let resolver = &self.seen(number).resolver;
        self.state_of(number, resolver) == State::Set && !self.has_text_beside(number)
    }

    pub(super) fn report(&self) -> Report {
        let numbers = 0..self.plan.aliases().len();
        let cases: Vec<Case<'_>> = numbers.map(|number| Case::new(self, number)).collect();
        let mut selectors: Vec<_> = cases.iter().map(Case::report).collect();
        single::examine(self.plan, &mut selectors);
        Report {
            domain: self.plan.domain().clone(),
            provider: self.plan.provider(),
            is_offline: self.seen.iter().any(|seen| seen.is_offline),
            selectors,
        }
    }
}
