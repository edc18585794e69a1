//! Where the CNAME records of a provider lead to.

use std::fmt;

use super::piece::{Piece, pieces};
use crate::identifier::{DomainName, Selector};

/// The target of a provider's CNAME records, with `<…>` for what differs.
///
/// * `<selector>`: the selector
/// * `<n>`: the digits at the end of the selector
/// * `<domain>`: the customer's domain; `<dashed>`: the same with hyphens for its dots
/// * `<id>`: part of a label that only the provider knows
#[derive(Clone, Debug)]
pub struct TargetPattern {
    text: &'static str,
    /// The labels behind the last `<…>`.
    tail: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Text(&'static str),
    Selector,
    Digits,
    Domain,
    Dashed,
    Id,
}

/// What is known of a customer's target before it is read; `None` leaves it open.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Fields<'a> {
    /// The selector, in lower case.
    pub(crate) selector: Option<&'a str>,
    /// The domain, in A-labels and lower case.
    pub(crate) domain: Option<&'a str>,
    /// The domain with hyphens for its dots.
    pub(crate) dashed: Option<&'a str>,
}

impl TargetPattern {
    pub(super) fn parse(text: &'static str) -> Option<Self> {
        let tail = match text.rsplit_once('>') {
            Some((_, rest)) => rest.split_once('.')?.1,
            None => text,
        };
        Some(Self { text, tail })
    }

    /// The labels at the end that are the same for every customer.
    #[cfg(test)]
    pub(super) const fn tail(&self) -> &'static str {
        self.tail
    }

    /// Whether all of the pattern is understood.
    #[cfg(test)]
    pub(super) fn is_valid(&self) -> bool {
        let tail = self.tail.parse::<DomainName>();
        pieces(self.text).all(|piece| Part::parse(piece).is_some())
            && tail.is_ok_and(|tail| tail.to_ascii() == self.tail)
    }

    /// The parts of the pattern, in order.
    pub(super) fn parts(&self) -> Vec<Part> {
        pieces(self.text).filter_map(Part::parse).collect()
    }

    /// Whether a name is a target of the provider: by the labels at its end that are the same for
    /// every customer.
    #[must_use]
    pub fn is_of(&self, name: &DomainName) -> bool {
        name.is_within_labels(self.tail)
    }

    /// The target of a customer's selector. `id` is what only the provider knows; `None` if it is
    /// needed and not given, if there is more than one of it, or if the result is not a name.
    #[must_use]
    pub fn target(
        &self,
        selector: &Selector,
        domain: &DomainName,
        id: Option<&str>,
    ) -> Option<DomainName> {
        let ids: Vec<String> = id.map(ToOwned::to_owned).into_iter().collect();
        let dashed = dashed(domain);
        let fields = Fields {
            selector: Some(selector.to_ascii()),
            domain: Some(domain.to_ascii()),
            dashed: Some(&dashed),
        };
        // An identifier that no part asks for does no harm.
        let asked = self.ids();
        self.filled(&fields, ids.get(..asked)?)
    }

    /// The target that has these fields, all known, and identifiers; `None` if it lacks one.
    pub(crate) fn filled(&self, fields: &Fields<'_>, ids: &[String]) -> Option<DomainName> {
        let mut ids = ids.iter();
        let mut target = String::new();
        for part in self.parts() {
            target.push_str(match part {
                Part::Id => ids.next()?,
                Part::Digits => fields
                    .selector
                    .map(digits)
                    .filter(|text| !text.is_empty())?,
                part => part.known(fields)?,
            });
        }
        target.parse().ok()
    }

    /// How many identifiers only the provider knows.
    pub(crate) fn ids(&self) -> usize {
        self.parts()
            .into_iter()
            .filter(|part| *part == Part::Id)
            .count()
    }
}

impl Part {
    fn parse(piece: Piece) -> Option<Self> {
        Some(match piece {
            Piece::Text(text) => Self::Text(text),
            Piece::Field("selector") => Self::Selector,
            Piece::Field("n") => Self::Digits,
            Piece::Field("domain") => Self::Domain,
            Piece::Field("dashed") => Self::Dashed,
            Piece::Field("id") => Self::Id,
            Piece::Field(_) => return None,
        })
    }

    /// The part's text where it is known.
    pub(super) fn known<'a>(self, fields: &Fields<'a>) -> Option<&'a str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Selector => fields.selector,
            Self::Digits => fields.selector.map(digits),
            Self::Domain => fields.domain,
            Self::Dashed => fields.dashed,
            Self::Id => None,
        }
    }
}

/// The digits at the end of a selector.
fn digits(selector: &str) -> &str {
    let count = selector.bytes().rev().take_while(u8::is_ascii_digit);
    &selector[selector.len() - count.count()..]
}

/// A domain with hyphens for its dots.
pub(crate) fn dashed(domain: &DomainName) -> String {
    domain.to_ascii().replace('.', "-")
}

impl fmt::Display for TargetPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text)
    }
}
