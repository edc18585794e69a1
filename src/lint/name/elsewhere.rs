//! Where the record of a key went that is not under its name.
//!
//! Names are entered in forms that add the name of the zone, or not; with an underscore less; or
//! one level higher. The caller asks for the few names that [`places`] gives, and
//! [`name`](super::name) judges what is there.

use super::alias::is_to_microsoft;
use super::unreachable::{MISSPELLED, parts};
use super::{NameReport, without_dot};
use crate::enclosing::{parents, zones};
use crate::identifier::{DomainName, Sdid};
use crate::key_record::PublishedRecord;
use crate::lint::{Finding, FindingCode};
use crate::lookup::{LookupFailure, TxtAnswer, TxtOutcome};
use crate::provider::Provider;

/// A name that is asked for because there is no key record under another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    name: String,
    slip: Slip,
}

impl Place {
    /// The absolute name, with its final dot.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// What leads to a place.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Slip {
    /// The name of this zone was added to a name that had it.
    ZoneTwice(String),
    /// `_domainkey` is misspelled.
    Misspelled,
    /// `_domainkey` is further to the right, in a domain above.
    TooHigh,
    /// The record is that of a domain above.
    Parent(String),
    /// The target of the alias before the name of a zone was added to it.
    Target,
    /// A random selector: if it has an answer, that comes from a wildcard.
    Random,
}

/// A selector that nobody publishes. Chosen at random once, so that every run asks for the same.
pub const RANDOM_SELECTOR: &str = "no-such-selector-b8f41e7d90c2";

/// The names to ask for next, given the answer for `name`: none if a key record is there or may be,
/// and never more than eleven. Different names may have places in common.
#[must_use]
pub fn places(name: &str, answer: &Result<TxtAnswer, LookupFailure>) -> Vec<Place> {
    let Ok(answer) = answer else {
        return Vec::new();
    };
    let Some((selector, domain)) = parts(name) else {
        return Vec::new();
    };
    let is_idle = is_to_microsoft(&answer.chain);
    if has_key_record(answer) || is_idle || answer.outcome == TxtOutcome::AliasLoop {
        return Vec::new();
    }
    let mut places: Vec<Place> = Vec::new();
    let mut add = |name: String, slip| {
        if DomainName::parse(name.as_bytes()).is_ok() {
            let name = format!("{name}.");
            places.push(Place { name, slip });
        }
    };
    let own = domain.to_ascii();
    for zone in zones(&domain) {
        let slip = Slip::ZoneTwice(zone.to_owned());
        add(format!("{selector}._domainkey.{own}.{zone}"), slip);
    }
    for label in &MISSPELLED[..2] {
        add(format!("{selector}.{label}.{own}"), Slip::Misspelled);
    }
    for parent in parents(&domain) {
        let below = own.strip_suffix(parent).unwrap_or_default();
        add(
            format!("{selector}.{below}_domainkey.{parent}"),
            Slip::TooHigh,
        );
        let slip = Slip::Parent(parent.to_owned());
        add(format!("{selector}._domainkey.{parent}"), slip);
    }
    if let Some(target) = answer
        .chain
        .first()
        .and_then(|target| without_zone(target, &domain))
    {
        add(target.to_owned(), Slip::Target);
    }
    if answer.outcome != TxtOutcome::NoSuchName || !answer.chain.is_empty() {
        add(format!("{RANDOM_SELECTOR}._domainkey.{own}"), Slip::Random);
    }
    places
}

/// Whether an answer has a record that is meant as a key record.
fn has_key_record(answer: &TxtAnswer) -> bool {
    let TxtOutcome::Found { records, .. } = &answer.outcome else {
        return false;
    };
    let is_meant = |text: &Vec<u8>| PublishedRecord::new(text.clone()).key_record().is_some();
    records.iter().any(is_meant)
}

/// A target without the name of a zone at its end.
fn without_zone<'a>(target: &'a str, domain: &Sdid) -> Option<&'a str> {
    zones(domain).find_map(|zone| {
        let front = without_dot(target).strip_suffix(zone)?.strip_suffix('.')?;
        let front = front.strip_suffix("._domainkey").unwrap_or(front);
        front.contains('.').then_some(front)
    })
}

impl NameReport {
    /// Says what is at the places where the record of `name` may have gone.
    pub(super) fn find_elsewhere(
        &mut self,
        name: &str,
        answer: &TxtAnswer,
        elsewhere: &[(Place, Result<TxtAnswer, LookupFailure>)],
    ) {
        for (place, there) in elsewhere {
            let Ok(there) = there else {
                continue;
            };
            match &place.slip {
                Slip::Target => self.find_relative_target(name, place, there),
                Slip::Random => self.find_wildcard(name, answer, there),
                slip => self.findings.extend(at_place(name, place, slip, there)),
            }
        }
    }

    /// The target of the alias lacks its final dot: it has a key, or it is that of a provider.
    fn find_relative_target(&mut self, name: &str, place: &Place, there: &TxtAnswer) {
        let target = without_dot(&place.name);
        let of_provider = || Provider::by_chain(std::slice::from_ref(&place.name));
        if !has_key_record(there) && of_provider().is_none() {
            return;
        }
        let is_dangling = |finding: &&mut Finding| finding.code == FindingCode::CnameDangling;
        if let Some(finding) = self.findings.iter_mut().find(is_dangling) {
            let wrong = self.chain.first().map_or("", |target| without_dot(target));
            finding.message = format!(
                "the alias leads to {wrong}: the target {target} was entered without its final dot, \
                 and the name of the zone was added to it"
            );
            finding.remedy = format!(
                "publish {}. IN CNAME {target}. with the final dot",
                without_dot(name)
            );
        }
    }

    /// A random selector has the same answer.
    fn find_wildcard(&mut self, name: &str, answer: &TxtAnswer, there: &TxtAnswer) {
        let what = match (&answer.outcome, &there.outcome) {
            _ if answer.chain.first() != there.chain.first() => return,
            _ if !answer.chain.is_empty() => "the alias comes",
            (outcome, other) if outcome.has_records_of(other) => "the TXT records come",
            (TxtOutcome::NoRecords, TxtOutcome::NoRecords) => "the answer comes",
            _ => return,
        };
        self.findings
            .retain(|finding| finding.code != FindingCode::CnameDangling);
        self.findings.push(Finding::new(
            FindingCode::Wildcard,
            format!(
                "{what} from a wildcard: a random selector has the same one, so this selector itself \
                 does not exist"
            ),
            format!(
                "publish the key record at {}: a wildcard does not answer for a name that has records",
                without_dot(name)
            ),
        ));
    }
}

/// Says of a place that a slip leads to that a key record is there, or a CNAME record to a provider.
fn at_place(name: &str, place: &Place, slip: &Slip, there: &TxtAnswer) -> Option<Finding> {
    let what = match there.chain.first() {
        None if has_key_record(there) => "a key record".to_owned(),
        Some(target) if has_key_record(there) || Provider::by_chain(&there.chain).is_some() => {
            format!("a CNAME record to {}", without_dot(target))
        }
        _ => return None,
    };
    let name = without_dot(name);
    let at = without_dot(&place.name);
    let (why, remedy) = match slip {
        Slip::ZoneTwice(zone) => {
            let relative = name.strip_suffix(zone.as_str()).unwrap_or(name);
            (
                format!(", with the name of the zone {zone} twice"),
                format!(
                    "enter the name as {}, or as {name}. with a final dot",
                    without_dot(relative)
                ),
            )
        }
        Slip::Misspelled if at.contains("._domainkeys.") => (
            ", with _domainkeys in the place of _domainkey".to_owned(),
            format!("publish it at {name}"),
        ),
        Slip::Misspelled => (
            ", without the underscore".to_owned(),
            format!("publish it at {name}"),
        ),
        Slip::Parent(parent) => (
            format!(", for mail that is signed as {parent}"),
            format!("sign with d={parent}, or publish the record at {name} as well"),
        ),
        Slip::TooHigh | Slip::Target | Slip::Random => (
            ", with _domainkey at the wrong place".to_owned(),
            format!("publish it at {name}"),
        ),
    };
    Some(Finding::new(
        FindingCode::KeyElsewhere,
        format!("{what} is at {at}{why}"),
        remedy,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(outcome: TxtOutcome, chain: &[&str]) -> TxtAnswer {
        let mut answer = TxtAnswer::new(outcome);
        answer.chain = chain.iter().map(|&target| target.to_owned()).collect();
        answer
    }

    #[track_caller]
    fn check(name: &str, answer: &TxtAnswer, expected: &[&str]) {
        let places = places(name, &Ok(answer.clone()));
        let names: Vec<&str> = places.iter().map(Place::name).collect();
        assert_eq!(names, expected, "{name}");
    }

    #[test]
    fn places_to_ask_for() {
        let missing = of(TxtOutcome::NoSuchName, &[]);
        check(
            "s._domainkey.example.com.",
            &missing,
            &[
                "s._domainkey.example.com.example.com.",
                "s.domainkey.example.com.",
                "s._domainkeys.example.com.",
            ],
        );
        check(
            "s._domainkey.a.b.c.example.co.uk.",
            &missing,
            &[
                "s._domainkey.a.b.c.example.co.uk.a.b.c.example.co.uk.",
                "s._domainkey.a.b.c.example.co.uk.b.c.example.co.uk.",
                "s._domainkey.a.b.c.example.co.uk.c.example.co.uk.",
                "s.domainkey.a.b.c.example.co.uk.",
                "s._domainkeys.a.b.c.example.co.uk.",
                "s.a._domainkey.b.c.example.co.uk.",
                "s._domainkey.b.c.example.co.uk.",
                "s.a.b._domainkey.c.example.co.uk.",
                "s._domainkey.c.example.co.uk.",
            ],
        );
        let relative = of(TxtOutcome::NoSuchName, &["t.mailer.example.example.com."]);
        let all = places("s._domainkey.example.com.", &Ok(relative));
        let names: Vec<&str> = all.iter().map(Place::name).collect();
        let random = format!("{RANDOM_SELECTOR}._domainkey.example.com.");
        assert_eq!(names[3..], ["t.mailer.example.", random.as_str()]);
    }

    #[test]
    fn nothing_is_asked_where_it_helps_nobody() {
        let name = "s._domainkey.example.com.";
        let found = |text: &[u8]| TxtOutcome::Found {
            records: vec![text.to_vec()],
            ttl: None,
        };
        check(name, &of(found(b"v=DKIM1; p="), &[]), &[]);
        check(name, &of(found(b"p=broken"), &[]), &[]);
        check(name, &of(TxtOutcome::AliasLoop, &[name]), &[]);
        let idle = ["selector1-example-com._domainkey.contoso.onmicrosoft.com."];
        check(name, &of(TxtOutcome::NoSuchName, &idle), &[]);
        check("example.com.", &of(TxtOutcome::NoRecords, &[]), &[]);
        let failure = LookupFailure::new(crate::lookup::LookupFailureKind::Timeout, "silence");
        assert_eq!(places(name, &Err(failure)), []);
        assert_eq!(places(name, &Ok(of(found(b"v=spf1 -all"), &[]))).len(), 4);
    }

    #[test]
    fn a_name_of_any_length() {
        let label = "x".repeat(60);
        let name = format!("s._domainkey.{label}.{label}.{label}.example.com.");
        let places = places(&name, &Ok(of(TxtOutcome::NoRecords, &[])));
        assert!(places.iter().all(|place| place.name().len() <= 254));
    }
}
