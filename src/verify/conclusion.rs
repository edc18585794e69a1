//! What follows from which signatures pass: who signed and who did not, and what nobody signed.

use super::unsigned_field::UnsignedField;
use super::{Report, default_signature};
use crate::alignment::{Alignment, organizational_domain};
use crate::author::{NoAuthorDomain, address_domain, author_domains, shown_addresses};
use crate::identifier::{DomainName, Sdid};
use crate::message::received_time;
use crate::syntax::escape::escape;
use crate::verdict::{Verdict, Warning, WarningCode, duration};

/// A message is old if it was received this many seconds after it was signed.
const OLD: u64 = 7 * 24 * 60 * 60;

/// The warnings that depend on which signatures pass.
const DEPENDENT: [WarningCode; 6] = [
    WarningCode::NotAligned,
    WarningCode::DefaultProviderSignature,
    WarningCode::SeveralFrom,
    WarningCode::SeveralAuthors,
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
        if let Ok(author) = &self.author_domain
            && !self.passes_aligned()
        {
            warn_of_strangers(&mut self.verdicts, author);
            default_signature::warn(&mut self.verdicts, author);
        }
        if self.verdicts.iter().any(Verdict::passes)
            && let Some(received) = received_time(&self.header)
        {
            warn_of_age(&mut self.verdicts, received);
        }
        self.unsigned_fields = UnsignedField::find(&self.header, &self.verdicts);
        let unsigned = self.unsigned_fields.iter().map(UnsignedField::warning);
        self.warnings.extend(unsigned);
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
    pub fn domains_that_did_not_sign(&self) -> Vec<DomainName> {
        let signers = self.signers();
        let is_signer = |author: &DomainName| {
            let mut signers = signers.iter();
            signers.any(|signer| Alignment::of(author, signer.domain()).is_aligned())
        };
        let authors = author_domains(&self.header).into_iter();
        authors.filter(|author| !is_signer(author)).collect()
    }

    /// Says of a From with addresses of several domains, or of several From fields, for which of
    /// them the signatures speak.
    fn several_authors(&self) -> Option<Warning> {
        let authors = author_domains(&self.header);
        let named = listed(authors.iter());
        let (code, what) = match self.author_domain {
            Err(NoAuthorDomain::SeveralDomains) => (
                WarningCode::SeveralAuthors,
                format!("the From names authors of {named}"),
            ),
            Err(NoAuthorDomain::Malformed) if authors.len() > 1 => (
                WarningCode::SeveralAuthors,
                format!("the From is malformed and names authors of {named}"),
            ),
            Err(NoAuthorDomain::SeveralFields) => {
                let count = self.header.fields_named("from").count();
                let what = match &authors[..] {
                    [] => format!("there are {count} From fields"),
                    _ => format!("there are {count} From fields, of {named}"),
                };
                (WarningCode::SeveralFrom, what)
            }
            _ => return None,
        };
        let signers = self.signers();
        let missing = self.domains_that_did_not_sign();
        let signed = match (&signers[..], &missing[..]) {
            ([], _) => "a mail program may show any of them".to_owned(),
            (_, []) if authors.len() > 1 => "each of these domains signed".to_owned(),
            (_, []) => "all of them are signed".to_owned(),
            _ => format!(
                "only {} signed: do not trust the From",
                listed(signers.iter().map(|signer| signer.domain())),
            ),
        };
        Some(Warning::new(code, format!("{what}; {signed}")).about_field("From"))
    }
}

/// Says of each signature that passes that the author's domain did not sign.
fn warn_of_strangers(verdicts: &mut [Verdict], author: &DomainName) {
    for verdict in verdicts.iter_mut().filter(|verdict| verdict.passes()) {
        let Some(signature) = &verdict.signature else {
            continue;
        };
        let signer = signature.domain.domain();
        let message = format!(
            "{} did not sign this message; {} did: do not trust the From",
            author.shown(),
            signer.shown()
        );
        let remedy = format!(
            "if {} sent it, have it signed with d={}: DMARC counts no other",
            author.shown(),
            author.to_ascii()
        );
        let warning = Warning::new(WarningCode::NotAligned, message).about_field("From");
        verdict.warnings.push(warning.with_remedy(remedy));
    }
}

/// Says of each signature that passes whether it was old when the message was received.
fn warn_of_age(verdicts: &mut [Verdict], received: u64) {
    for verdict in verdicts.iter_mut().filter(|verdict| verdict.passes()) {
        let signed = verdict.signature.as_ref();
        let Some(signed) = signed.and_then(|signature| signature.timestamp) else {
            continue;
        };
        let age = received.saturating_sub(signed);
        if age > OLD {
            let message = format!(
                "the message was received {} after it was signed: somebody may have sent an old \
                 message again, to other people",
                duration(age)
            );
            let warning = Warning::new(WarningCode::OldSignature, message);
            verdict.warnings.push(warning);
        }
    }
}

/// Says of a From that shows an address of another organization than that of its addresses.
pub(super) fn address_in_display_name(report: &Report) -> Option<Warning> {
    let organizations: Vec<_> = report
        .from
        .iter()
        .filter_map(|address| address_domain(address))
        .map(|domain| organizational_domain(&domain).to_owned())
        .collect();
    let address = report.from.first().filter(|_| !organizations.is_empty())?;
    let is_foreign = |domain: &DomainName| {
        let organization = organizational_domain(domain);
        !organizations.iter().any(|own| own == organization)
    };
    let shown = shown_addresses(&report.header);
    let (foreign, domain) = shown.into_iter().find(|(_, domain)| is_foreign(domain))?;
    let message = format!(
        "the From shows {}, and the message is from {}: do not take it for a message of {}",
        escape(&foreign),
        escape(address),
        domain.shown()
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
    match listed.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => String::new(),
    }
}
