//! What follows from which signatures pass: who signed and who did not, and what nobody signed.

use super::author_signature::AuthorSignature;
use super::unsigned_field::UnsignedField;
use super::{Report, default_signature};
use crate::alignment::{Alignment, organizational_domain};
use crate::author::{NoAuthorDomain, ShownAddress, address_domain, author_domains};
use crate::identifier::{DomainName, Sdid};
use crate::message::received_time;
use crate::syntax::escape::escape;
use crate::syntax::words::in_a_row;
use crate::verdict::{Verdict, Warning, WarningCode, duration};

/// A message is old if it was received this many seconds after it was signed.
const OLD: u64 = 7 * 24 * 60 * 60;

/// The warnings that depend on which signatures pass.
const DEPENDENT: [WarningCode; 7] = [
    WarningCode::NotAligned,
    WarningCode::DefaultProviderSignature,
    WarningCode::SeveralFrom,
    WarningCode::SeveralAuthors,
    WarningCode::NoAuthorDomain,
    WarningCode::UnsignedField,
    WarningCode::OldSignature,
];

impl Report {
    /// Draws the conclusions, in the place of those that were drawn before.
    pub(crate) fn conclude(&mut self) {
        let is_kept = |warning: &Warning| !DEPENDENT.contains(&warning.code);
        self.warnings.retain(is_kept);
        for verdict in &mut self.verdicts {
            verdict.warnings.retain(is_kept);
        }
        if !self.passes_aligned()
            && let Ok(author) = self.author_domain.clone()
        {
            self.warn_of_strangers(&author);
            let is_signed = match self.signature_for(&author) {
                AuthorSignature::Absent => Some(false),
                AuthorSignature::NotJudged(_) => Some(true),
                AuthorSignature::Refused(_) | AuthorSignature::Fails(_) => None,
            };
            if let Some(is_signed) = is_signed {
                default_signature::warn(&mut self.verdicts, &author, is_signed);
            }
        }
        // No message was received after it is judged.
        let may_be_old = |verdict: &Verdict| age(verdict, self.now).is_some_and(|age| age > OLD);
        if self.verdicts.iter().any(may_be_old)
            && let Some(received) = received_time(&self.header)
        {
            warn_of_age(&mut self.verdicts, received);
        }
        self.unsigned_fields = UnsignedField::find(self);
        if !self.unsigned_fields.is_empty() {
            let who = self.who_did_not_sign();
            let unsigned = self.unsigned_fields.iter().map(|field| field.warning(&who));
            self.warnings.extend(unsigned);
        }
        self.warnings.extend(self.several_authors());
        self.warnings.sort_by_key(|warning| warning.code);
        for verdict in &mut self.verdicts {
            verdict.warnings.sort_by_key(|warning| warning.code);
        }
    }

    /// Whether a signature passes that is aligned with the From domain, as DMARC wants it
    /// (RFC 9989 §4.4).
    #[must_use]
    pub fn passes_aligned(&self) -> bool {
        self.verdicts.iter().any(Verdict::passes_aligned)
    }

    /// The signatures whose word counts for a reader: those that pass and are aligned with the From
    /// domain, or else all that pass. What a stranger signs beside the author, the author did not.
    pub fn speaking(&self) -> impl Iterator<Item = &Verdict> {
        let is_aligned = self.passes_aligned();
        let passing = self.verdicts.iter().filter(|verdict| verdict.passes());
        passing.filter(move |verdict| !is_aligned || verdict.passes_aligned())
    }

    /// Who did not sign what [`Self::speaking`] leaves out: the From domain, where another domain's
    /// signature passes that may cover it, or else nobody.
    #[must_use]
    pub fn who_did_not_sign(&self) -> String {
        let passing = self.verdicts.iter().filter(|verdict| verdict.passes());
        match &self.author_domain {
            Ok(author) if passing.count() > self.speaking().count() => {
                format!("{} did not sign", author.shown())
            }
            _ => "nobody signed".to_owned(),
        }
    }

    /// The domains whose signatures pass, each once, from the top.
    #[must_use]
    pub fn signers(&self) -> Vec<&Sdid> {
        let mut signers: Vec<&Sdid> = Vec::new();
        for verdict in self.verdicts.iter().filter(|verdict| verdict.passes()) {
            if let Some(signature) = &verdict.signature
                && !signers.contains(&&signature.domain)
            {
                signers.push(&signature.domain);
            }
        }
        signers
    }

    /// The domains that the From fields name and that no passing signature is aligned with, in
    /// lower case, each once.
    #[must_use]
    pub fn domains_without_a_pass(&self) -> Vec<DomainName> {
        let signers = self.signers();
        let is_signer = |author: &DomainName| {
            let mut signers = signers.iter();
            signers.any(|signer| Alignment::of(author, signer.domain()).is_aligned())
        };
        let authors = self.author_domains().into_iter();
        authors.filter(|author| !is_signer(author)).collect()
    }

    /// The domains that the From fields name, in lower case, each once; those of a field that is
    /// malformed are of all that looks like an address.
    #[must_use]
    pub fn author_domains(&self) -> Vec<DomainName> {
        author_domains(&self.header)
    }

    fn has_signature_for(&self, author: &DomainName) -> bool {
        !matches!(self.signature_for(author), AuthorSignature::Absent)
    }

    /// Says of a From with addresses of several domains, or of several From fields, for which of
    /// them the signatures speak.
    fn several_authors(&self) -> Option<Warning> {
        let Err(why) = self.author_domain else {
            return None;
        };
        let authors = self.author_domains();
        let named = listed(authors.iter());
        let (code, what) = match why {
            NoAuthorDomain::SeveralDomains => (
                WarningCode::SeveralAuthors,
                format!("the From names authors of {named}"),
            ),
            NoAuthorDomain::Malformed if authors.len() > 1 => (
                WarningCode::SeveralAuthors,
                format!("the From is malformed and names authors of {named}"),
            ),
            NoAuthorDomain::SeveralFields => {
                let count = self.header.fields_named("from").count();
                let what = match &authors[..] {
                    [] => format!("there are {count} From fields"),
                    _ => format!("there are {count} From fields, of {named}"),
                };
                (WarningCode::SeveralFrom, what)
            }
            _ if authors.is_empty() || why == NoAuthorDomain::Group => {
                return self.no_author(why);
            }
            _ => return None,
        };
        let signers = self.signers();
        let missing = self.domains_without_a_pass();
        let signed = match (&signers[..], &missing[..]) {
            ([], _) => "a mail program may show any of them".to_owned(),
            (_, []) if authors.len() > 1 => "each of these domains signed".to_owned(),
            (_, []) => "all of them are signed".to_owned(),
            _ if missing.iter().any(|author| self.has_signature_for(author)) => format!(
                "no signature of {} passes: do not trust the From",
                listed(missing.iter())
            ),
            _ => format!(
                "only {} signed: do not trust the From",
                listed(signers.iter().map(|signer| signer.domain())),
            ),
        };
        Some(Warning::new(code, format!("{what}; {signed}")).about_field("From"))
    }

    /// Says of a From without a domain, or with a group, that nobody can have signed for it.
    fn no_author(&self, why: NoAuthorDomain) -> Option<Warning> {
        let what = match why {
            NoAuthorDomain::Group => "the From is a group, which has no author",
            NoAuthorDomain::NoDomain | NoAuthorDomain::Malformed => "the From has no domain",
            _ => return None,
        };
        let signers = self.signers();
        let domains = signers.iter().map(|signer| signer.domain());
        (!signers.is_empty()).then(|| {
            let message = format!(
                "{what} that could have signed; {} did: do not trust the From",
                listed(domains)
            );
            Warning::new(WarningCode::NoAuthorDomain, message).about_field("From")
        })
    }
}

/// How many seconds before `then` a signature was made that passes and says when.
fn age(verdict: &Verdict, then: u64) -> Option<u64> {
    let signature = verdict.signature.as_ref().filter(|_| verdict.passes())?;
    Some(then.saturating_sub(signature.timestamp?))
}

/// Says of each signature that passes whether it was old when the message was received.
fn warn_of_age(verdicts: &mut [Verdict], received: u64) {
    for verdict in verdicts {
        let Some(age) = age(verdict, received) else {
            continue;
        };
        if age > OLD {
            let message = format!(
                "the message was received {} after it was signed: it may be an old message \
                 that was sent again, to people it was not for",
                duration(age)
            );
            let warning = Warning::new(WarningCode::OldSignature, message);
            verdict.warnings.push(warning);
        }
    }
}

/// Says of a From that shows an address of another organization than that of its addresses, `from`.
pub(super) fn address_in_display_name(from: &[String], shown: &[ShownAddress]) -> Option<Warning> {
    let address = from.first().filter(|_| !shown.is_empty())?;
    let organizations: Vec<_> = from
        .iter()
        .filter_map(|address| address_domain(address))
        .map(|domain| organizational_domain(&domain).to_owned())
        .collect();
    if organizations.is_empty() {
        return None;
    }
    let is_own = |domain: &DomainName| {
        let organization = organizational_domain(domain);
        organizations.iter().any(|own| own == organization)
    };
    let mut shown = shown.iter();
    let foreign = shown.find(|shown| !shown.domain.as_ref().is_some_and(is_own))?;
    let message = format!(
        "the From shows {}, and the message is from {}: do not take it for a message of {}",
        escape(&foreign.address),
        escape(address),
        foreign
            .domain
            .as_ref()
            .map_or_else(|| escape(&foreign.shown_domain), DomainName::shown)
    );
    Some(Warning::new(WarningCode::AddressInDisplayName, message).about_field("From"))
}

/// Domains with commas between; the first three of many.
fn listed<'a>(domains: impl ExactSizeIterator<Item = &'a DomainName>) -> String {
    const SHOWN: usize = 3;
    let more = domains.len().saturating_sub(SHOWN);
    let mut listed: Vec<String> = domains.take(SHOWN).map(DomainName::shown).collect();
    if more > 0 {
        listed.push(format!("{more} more"));
    }
    in_a_row(&listed, "and")
}
