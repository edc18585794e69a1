//! What a reader must know beside the result of a message: the one rule for the first line, for
//! what is green, and for `--failing`.

use dkim_toolkit::author::NoAuthorDomain;
use dkim_toolkit::identifier::{DomainName, Sdid};
use dkim_toolkit::message::received_time;
use dkim_toolkit::verdict::{Verdict, WarningCode};
use dkim_toolkit::verify::{AuthorSignature, Report as Found, UnsignedField};

use super::outcome::Outcome;
use crate::print::in_a_row;
use crate::print::time::span;

/// So many fields that nobody signed are named.
const NAMED: usize = 2;

impl Outcome {
    /// Why a message that passes is not to be relied on without more ado, in words for the first
    /// line; `None` where nothing stands against it, and where it does not pass.
    pub fn doubts(&self) -> Option<String> {
        let found = &self.report;
        if !self.passes() {
            return None;
        }
        let name = shows_another(found);
        if !found.passes_aligned() {
            let name = name.map_or(String::new(), |name| format!(", {name}"));
            return Some(format!("{}{name}", other_signers(found)));
        }
        let doubts = [name, unsigned_parts(found), age(found)];
        let doubts: Vec<_> = doubts.into_iter().flatten().collect();
        (!doubts.is_empty()).then(|| format!("but {}", doubts.join(", and ")))
    }

    /// Whether the message does not pass, or something stands against relying on that: what
    /// `--failing` prints.
    pub fn is_failing(&self) -> bool {
        !self.passes() || self.doubts().is_some()
    }
}

/// That the From shows an address of another domain than it has.
pub fn shows_another(found: &Found) -> Option<String> {
    let mut warnings = found.warnings.iter();
    warnings
        .any(|warning| warning.code == WarningCode::AddressInDisplayName)
        .then(|| "the From shows an address of another domain".to_owned())
}

/// Who signed, and what became of the signatures of those whom the From names.
fn other_signers(found: &Found) -> String {
    let signers = found.signers();
    let signers = listed(signers.iter().map(|signer| Sdid::domain(signer)));
    let missing = found.domains_without_a_pass();
    let is_absent =
        |author: &&DomainName| matches!(found.signature_for(author), AuthorSignature::Absent);
    let (absent, present): (Vec<_>, Vec<_>) = missing.iter().partition(is_absent);
    let mut text = format!("signed by {signers}");
    if !absent.is_empty() {
        let absent = listed(absent.into_iter());
        text.push_str(&format!(", nobody signed for {absent}"));
    }
    for author in present.iter().take(NAMED) {
        let clause = found.signature_for(author).clause(author);
        text.push_str(&format!("; {clause}"));
    }
    if missing.is_empty() {
        text.push_str(&format!(", {}", no_author(found)));
    }
    text
}

/// Why nobody can have signed for the author.
fn no_author(found: &Found) -> &'static str {
    match found.author_domain {
        Err(NoAuthorDomain::Group) => "the From is a group without an author",
        Err(NoAuthorDomain::SeveralFields) => "there are several From fields",
        _ if found.author_domains().is_empty() => "the From has no domain",
        _ => "the From names several domains",
    }
}

/// The parts of the message that nobody signed, or only a stranger beside the author.
fn unsigned_parts(found: &Found) -> Option<String> {
    let mut speaking = found.speaking();
    let first = speaking.next()?;
    let others: Vec<_> = speaking.collect();
    let mut fields: Vec<_> = found
        .unsigned_fields
        .iter()
        .map(UnsignedField::to_string)
        .collect();
    // Of other names than those, where no signature has them all.
    let doubled = first.warnings.iter().filter(|warning| {
        let is_same = |name: &str| {
            warning
                .field
                .as_deref()
                .is_some_and(|other| other.eq_ignore_ascii_case(name))
        };
        let is_told = found
            .unsigned_fields
            .iter()
            .any(|field| is_same(field.name));
        let mut others = others.iter().map(|verdict| &verdict.warnings);
        warning.code == WarningCode::UnsignedDuplicate
            && !is_told
            && others.all(|warnings| warnings.contains(warning))
    });
    fields.extend(
        doubled.filter_map(|warning| Some(format!("a second {}", warning.field.as_deref()?))),
    );
    let rest = fields.len().saturating_sub(NAMED);
    fields.truncate(NAMED);
    match rest {
        0 => {}
        1 => fields.push("1 other field".to_owned()),
        _ => fields.push(format!("{rest} other fields")),
    }
    let is_cut = |verdict: &Verdict| has(verdict, WarningCode::UnsignedBody);
    if is_cut(first) && others.iter().all(|verdict| is_cut(verdict)) {
        fields.push("the end of the body".to_owned());
    }
    let fields = (!fields.is_empty()).then(|| in_a_row(&fields, "and"))?;
    Some(format!("{} {fields}", found.who_did_not_sign()))
}

/// How old the message was when it came, where every signature was old whose word counts.
fn age(found: &Found) -> Option<String> {
    let is_old = found
        .speaking()
        .all(|verdict| has(verdict, WarningCode::OldSignature));
    let received = received_time(&found.header).filter(|_| is_old)?;
    let times = found.speaking();
    let times = times.filter_map(|verdict| verdict.signature.as_ref()?.timestamp);
    let age = received.saturating_sub(times.max()?);
    Some(format!(
        "it was signed {} before it was received",
        span(age)
    ))
}

fn has(verdict: &Verdict, code: WarningCode) -> bool {
    verdict.warnings.iter().any(|warning| warning.code == code)
}

/// Domains with “and” between; the first two of many.
fn listed<'a>(mut domains: impl ExactSizeIterator<Item = &'a DomainName>) -> String {
    let (first, second) = (domains.next(), domains.next());
    let shown: Vec<_> = first
        .into_iter()
        .chain(second)
        .map(DomainName::shown)
        .collect();
    match domains.len() {
        0 => shown.join(" and "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
