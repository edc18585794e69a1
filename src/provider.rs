//! The providers that send mail for others: whose keys a domain publishes or delegates to
//! (RFC 6376 §3.6.2).
//!
//! Everything that is known of a provider is one line of `src/provider/table.tsv`, with its
//! source. The CNAME target of a selector names the provider. So does a selector that nobody else
//! would choose; a common one, such as `s1` or `mail`, never does. MX and SPF records say whose
//! selectors are worth a question, and not more.
//!
//! ```
//! use dkim_toolkit::provider::Provider;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let target = "s1.domainkey.u1234567.wl123.sendgrid.net".parse()?;
//! let provider = Provider::by_cname_target(&target).ok_or("unknown")?;
//! assert_eq!(provider.name(), "Twilio SendGrid");
//! assert!(Provider::by_cname_target(&"notsendgrid.net".parse()?).is_none());
//! # Ok(())
//! # }
//! ```

mod attribution;
mod piece;
#[cfg(feature = "admin")]
mod reading;
mod selector;
mod setup;
mod siblings;
mod target;

use std::fmt;
use std::sync::LazyLock;

use crate::identifier::{DomainName, Sdid, Selector};
use selector::SelectorPattern;
use setup::Setup;

pub use self::attribution::Attribution;
#[cfg(feature = "admin")]
pub(crate) use self::reading::Reading;
pub use self::target::TargetPattern;
#[cfg(feature = "admin")]
pub(crate) use self::target::{Fields, dashed};

/// One line per provider; its first lines say what the columns are.
const TABLE: &str = include_str!("provider/table.tsv");

static PROVIDERS: LazyLock<Vec<Provider>> =
    LazyLock::new(|| rows().filter_map(Provider::parse).collect());

/// The lines of the table, without comments.
fn rows() -> impl Iterator<Item = &'static str> {
    TABLE.lines().filter(|line| !line.starts_with('#'))
}

/// How a provider has its keys published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Publication {
    /// The domain has TXT records with the keys.
    Txt,
    /// The domain has CNAME records that lead to the provider's TXT records.
    Cname,
    /// Either, by age or by choice.
    Either,
    /// `_domainkey` of the domain is delegated to the provider's name servers.
    Delegation,
}

impl Publication {
    /// The name in output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Txt => "TXT",
            Self::Cname => "CNAME",
            Self::Either => "CNAME or TXT",
            Self::Delegation => "NS",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "TXT" => Self::Txt,
            "CNAME" => Self::Cname,
            "CNAME,TXT" => Self::Either,
            "NS" => Self::Delegation,
            _ => return None,
        })
    }
}

/// A provider that signs mail for others.
#[derive(Clone, Debug)]
pub struct Provider {
    id: &'static str,
    name: &'static str,
    publication: Publication,
    selectors: Vec<SelectorPattern>,
    targets: Vec<TargetPattern>,
    mail_exchangers: Vec<&'static str>,
    spf_includes: Vec<&'static str>,
    name_servers: Vec<&'static str>,
    default_domains: Vec<&'static str>,
    source: &'static str,
}

impl Provider {
    /// Every provider, in the order of the table.
    #[must_use]
    pub fn all() -> &'static [Self] {
        &PROVIDERS
    }

    /// The provider with this [`Provider::id`].
    #[must_use]
    pub fn by_id(id: &str) -> Option<&'static Self> {
        Self::all().iter().find(|provider| provider.id == id)
    }

    /// The provider that a CNAME record of a selector leads to.
    #[must_use]
    pub fn by_cname_target(target: &DomainName) -> Option<&'static Self> {
        let is_of = |provider: &&Self| provider.targets.iter().any(|own| own.is_of(target));
        Self::all().iter().find(is_of)
    }

    /// The provider of the first name in a chain of aliases that is known: the one that the domain
    /// deals with, even if it has others do the work. The names are those of
    /// [`TxtAnswer::chain`](crate::lookup::TxtAnswer::chain).
    #[must_use]
    pub fn by_chain(chain: &[String]) -> Option<&'static Self> {
        let names = chain.iter().map(|name| name.trim_end_matches('.'));
        names
            .filter_map(|name| name.parse().ok())
            .find_map(|name| Self::by_cname_target(&name))
    }

    /// The provider whose TXT records alone have this selector.
    ///
    /// It is likely, and not certain: anyone may call a selector so.
    #[must_use]
    pub fn by_selector(selector: &Selector) -> Option<&'static Self> {
        let is_of = |provider: &&Self| {
            let mut patterns = provider.selectors.iter();
            patterns.any(|pattern| pattern.is_telling() && pattern.matches(selector.to_ascii()))
        };
        Self::all().iter().find(is_of)
    }

    /// The provider that receives the domain's mail, by the name of a mail exchanger: a reason to
    /// ask for its selectors, and no proof that it signs.
    #[must_use]
    pub fn by_mx(exchanger: &DomainName) -> Option<&'static Self> {
        Self::by_sign(exchanger, |provider| &provider.mail_exchangers)
    }

    /// The provider that an `include:` or `redirect=` of an SPF record names: a reason to ask for
    /// its selectors, and no proof that it signs.
    #[must_use]
    pub fn by_spf_include(domain: &DomainName) -> Option<&'static Self> {
        Self::by_sign(domain, |provider| &provider.spf_includes)
    }

    /// The provider that the `_domainkey` of a domain is delegated to, by the name of a name
    /// server.
    #[must_use]
    pub fn by_name_server(server: &DomainName) -> Option<&'static Self> {
        Self::by_sign(server, |provider| &provider.name_servers)
    }

    /// The provider that signs in its own name because the customer's domain is not set up:
    /// `onmicrosoft.com` and `gappssmtp.com`.
    #[must_use]
    pub fn by_default_domain(signer: &Sdid) -> Option<&'static Self> {
        Self::by_sign(signer.domain(), |provider| &provider.default_domains)
    }

    /// Whether the provider signs in its own name while a customer's domain is not set up.
    #[must_use]
    pub const fn has_default_domain(&self) -> bool {
        !self.default_domains.is_empty()
    }

    fn by_sign(name: &DomainName, signs: fn(&Self) -> &[&'static str]) -> Option<&'static Self> {
        let is_of = |provider: &&Self| {
            signs(provider)
                .iter()
                .any(|sign| name.is_within_labels(sign))
        };
        Self::all().iter().find(is_of)
    }

    /// The provider's short name in commands and in JSON.
    #[must_use]
    pub const fn id(&self) -> &'static str {
        self.id
    }

    /// The provider's name for people.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// How the provider has its keys published.
    #[must_use]
    pub const fn publication(&self) -> Publication {
        self.publication
    }

    /// The targets of the provider's CNAME records; none if they are unknown.
    #[must_use]
    pub fn targets(&self) -> &[TargetPattern] {
        &self.targets
    }

    /// The patterns of [`Provider::selector_patterns`] that name the provider by themselves.
    pub fn telling_selector_patterns(&self) -> impl Iterator<Item = &'static str> + '_ {
        let telling = self.selectors.iter().filter(|each| each.is_telling());
        telling.map(SelectorPattern::text)
    }

    /// The domains that the provider signs with while the customer's is not set up.
    #[must_use]
    pub fn default_domains(&self) -> &[&'static str] {
        &self.default_domains
    }

    /// Where the line's facts are from: a URL.
    #[must_use]
    pub const fn source(&self) -> &'static str {
        self.source
    }

    /// The selectors that are the same for every customer.
    #[must_use]
    pub fn selectors(&self) -> Vec<Selector> {
        let fixed = self.selectors.iter().filter_map(SelectorPattern::fixed);
        fixed.collect()
    }

    /// The selectors that are set up today: [`Provider::selectors`] without those of older days.
    #[must_use]
    pub fn current_selectors(&self) -> Vec<Selector> {
        match Setup::of(self.id) {
            Some(setup) if !setup.selectors.is_empty() => setup.selectors.clone(),
            _ => self.selectors(),
        }
    }

    /// How a customer learns the targets of the CNAME records of a domain: words that follow "to
    /// learn the target, "; `None` if that is not known.
    #[must_use]
    pub fn how_to_learn_targets(&self, domain: &DomainName) -> Option<String> {
        Setup::of(self.id)?.targets(domain)
    }

    /// What a customer does at the provider when all records of a domain are there; `None` if that
    /// is not known.
    #[must_use]
    pub fn next_step(&self, domain: &DomainName) -> Option<String> {
        Setup::of(self.id)?.next(domain)
    }

    /// Whether what only the provider knows of a target is the same for each selector of a domain.
    #[must_use]
    pub fn has_same_ids(&self) -> bool {
        Setup::of(self.id).is_some_and(|setup| setup.has_same_ids)
    }

    /// The selectors that are made of a date, for the dates of the two years before `now`, in Unix
    /// seconds; the latest first.
    ///
    /// A pattern by the month gives 25 of them, one by the day over seven hundred.
    pub fn dated_selectors(&self, now: u64) -> impl Iterator<Item = Selector> + '_ {
        let patterns = self.selectors.iter();
        patterns.flat_map(move |pattern| pattern.dated(now))
    }

    /// Those of [`dated_selectors`](Self::dated_selectors) that a month has one of, at most 25 for
    /// each pattern.
    pub fn monthly_selectors(&self, now: u64) -> impl Iterator<Item = Selector> + '_ {
        let patterns = self.selectors.iter();
        let monthly = patterns.filter(|pattern| pattern.is_monthly());
        monthly.flat_map(move |pattern| pattern.dated(now))
    }

    /// How a selector of the provider is written, with `<…>` for what differs.
    pub fn selector_patterns(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.selectors.iter().map(SelectorPattern::text)
    }

    /// Reads a line of the table; `None` if it is not as the table's first lines say.
    fn parse(line: &'static str) -> Option<Self> {
        let columns: Vec<&'static str> = line.split('\t').collect();
        let [
            id,
            name,
            publication,
            selectors,
            targets,
            exchangers,
            includes,
            servers,
            defaults,
            source,
        ] = *columns.as_slice()
        else {
            return None;
        };
        Some(Self {
            id,
            name,
            publication: Publication::parse(publication)?,
            selectors: items(selectors).map(SelectorPattern::parse).collect(),
            targets: items(targets)
                .map(TargetPattern::parse)
                .collect::<Option<_>>()?,
            mail_exchangers: items(exchangers).collect(),
            spf_includes: items(includes).collect(),
            name_servers: items(servers).collect(),
            default_domains: items(defaults).collect(),
            source,
        })
    }
}

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// The items of a column, which has `-` for none.
fn items(column: &'static str) -> impl Iterator<Item = &'static str> {
    column.split(',').filter(|item| *item != "-")
}

#[cfg(test)]
mod tests;
