//! Who signed a message, by its header.

use std::collections::{BTreeMap, BTreeSet};

use super::Evidence;
use crate::author::author_domains;
use crate::identifier::{Sdid, Selector};
use crate::message::{Header, HeaderField, received_time, written_time};
use crate::signature::FIELD_NAME;
use crate::syntax::tag_list::{TagList, colon_separated};

/// What a signature says about itself.
struct Claim {
    pair: (Sdid, Selector),
    timestamp: Option<u64>,
    leaves_out_from: bool,
}

impl Evidence {
    /// Takes the signatures of a message, by its header.
    ///
    /// A signature counts if its domain (`d=`) and its selector (`s=`) can be read, whatever else
    /// is wrong with it. Nothing is verified. Several signatures of one pair in a message count as
    /// one message.
    pub fn add_message(&mut self, header: &Header) {
        self.messages = self.messages.saturating_add(1);
        let mut claims: BTreeMap<_, Vec<Claim>> = BTreeMap::new();
        for field in header.fields_named(FIELD_NAME) {
            match claim(field) {
                Some(claim) => claims.entry(claim.pair.clone()).or_default().push(claim),
                None => self.unreadable = self.unreadable.saturating_add(1),
            }
        }
        if claims.is_empty() {
            return;
        }
        let time = received_time(header).or_else(|| written_time(header));
        let authors: BTreeSet<_> = author_domains(header).into_iter().collect();
        for (pair, claims) in claims {
            let is_kept = self.sight(&pair, |sighting| {
                sighting.in_messages = sighting.in_messages.saturating_add(1);
                for claim in &claims {
                    sighting.note_time(claim.timestamp.or(time));
                    let left_out = u64::from(claim.leaves_out_from);
                    sighting.from_not_signed = sighting.from_not_signed.saturating_add(left_out);
                }
            });
            if is_kept {
                for author in &authors {
                    self.count_author(&pair, author, 1);
                }
            }
        }
    }
}

/// What a DKIM-Signature field says; `None` if it does not say who signs.
fn claim(field: HeaderField<'_>) -> Option<Claim> {
    let tags = TagList::parse(field.value(), field.line_endings()).ok()?;
    let domain = Sdid::parse(&tags.get("d")?.to_ascii_lowercase()).ok()?;
    let selector = Selector::parse(&tags.get("s")?.to_ascii_lowercase()).ok()?;
    let timestamp = tags.get("t").and_then(|digits| {
        let digits = std::str::from_utf8(digits).ok()?;
        let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
        digits.parse().ok().filter(|_| is_number)
    });
    let signs_from =
        |names: &[u8]| colon_separated(names).any(|name| name.eq_ignore_ascii_case(b"from"));
    Some(Claim {
        pair: (domain, selector),
        timestamp,
        leaves_out_from: tags.get("h").is_some_and(|names| !signs_from(names)),
    })
}
