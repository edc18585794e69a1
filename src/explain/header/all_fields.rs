//! All fields written anew by one system: spaced, folded or named in one way.

use super::alternative::{Alternative, Alternatives, Story};
use super::folding::{SPACINGS, Spacing};
use super::form::SignedForm;
use super::search::is_right;
use super::spacing::{mislabelled, title_case, usual_case};
use crate::canonicalization::Canonicalization;
use crate::explain::key::Target;
use crate::explain::{Cause, Exhausted};
use crate::message::HeaderField;

/// So many other changes are tried with each way, where a guess costs a hash.
const MANY: usize = 120;
/// And so many where it costs the verification of a signature.
const FEW: usize = 12;

/// A way to write any field.
#[derive(Clone, Copy)]
enum Writing {
    /// White space and folds, or their lack.
    Spaces(Spacing),
    /// The letter case of names.
    Names(fn(&str) -> String),
    /// The form that `c=` does not say.
    Relaxed,
}

/// How names are written.
const NAMES: [fn(&str) -> String; 6] = [
    usual_case,
    title_case,
    |name| {
        if is_one_case(name) {
            usual_case(name)
        } else {
            name.to_owned()
        }
    },
    |name| {
        if is_one_case(name) {
            title_case(name)
        } else {
            name.to_owned()
        }
    },
    str::to_ascii_lowercase,
    str::to_ascii_uppercase,
];

/// Whether a name was put into small letters, or into capitals.
fn is_one_case(name: &str) -> bool {
    name == name.to_ascii_lowercase() || name == name.to_ascii_uppercase()
}

impl Writing {
    /// The ways, each with its cost.
    fn all() -> impl Iterator<Item = (u32, Self)> {
        let spaces = SPACINGS
            .iter()
            .map(|(cost, space)| (cost + 3, Self::Spaces(*space)));
        let names = NAMES.iter().map(|name| (5, Self::Names(*name)));
        names.chain(spaces).chain([(4, Self::Relaxed)])
    }

    /// The canonical form of a field in this way.
    fn of_field(self, form: &SignedForm<'_>, field: HeaderField<'_>) -> Vec<u8> {
        let raw = field.raw();
        let name = String::from_utf8_lossy(field.name());
        match self {
            Self::Spaces(space) => {
                let spaced = space(&name, field.value());
                form.canonical(&[&raw[..field.value_offset()], &spaced[..]].concat())
            }
            Self::Names(write) => {
                let other = write(&name);
                form.canonical(&[other.as_bytes(), &raw[field.name().len()..]].concat())
            }
            Self::Relaxed => form.canonical_by(Canonicalization::Relaxed, raw),
        }
    }

    /// All fields in this way, but for the signature's own where only other fields are written.
    fn of_all(self, form: &SignedForm<'_>) -> Vec<(usize, Vec<u8>)> {
        let fields = form.instances();
        let mut octets: Vec<_> = fields
            .map(|instance| (instance.slot, self.of_field(form, instance.field)))
            .collect();
        if matches!(self, Self::Relaxed) {
            let own = form.canonical_own_by(
                Canonicalization::Relaxed,
                form.own.raw(),
                form.emptied.clone(),
            );
            octets.push((form.own_slot(), own));
        }
        octets.sort_unstable_by_key(|(slot, _)| *slot);
        octets
    }

    /// What an alternative has for a slot, in this way; `None` for the signature's own field.
    fn of_alternative(self, form: &SignedForm<'_>, slot: usize, octets: &[u8]) -> Option<Vec<u8>> {
        if slot == form.own_slot() {
            return None;
        }
        let raw = octets.strip_suffix(b"\r\n").unwrap_or(octets);
        let is_there = !raw.is_empty();
        let field = HeaderField::from_raw(raw, form.line_endings());
        Some(if is_there {
            self.of_field(form, field)
        } else {
            Vec::new()
        })
    }

    fn story(self) -> Story {
        let (cause, detail) = match self {
            Self::Spaces(_) => (
                Cause::HeaderWhitespaceChanged,
                "white space or folds of several header fields were changed, which the signature \
                 covers under c=simple",
            ),
            Self::Names(_) => (
                Cause::HeaderRecased,
                "the names of several header fields were written in another letter case when they \
                 were signed",
            ),
            Self::Relaxed => return mislabelled(Canonicalization::Relaxed),
        };
        Story {
            cause,
            field: None,
            original: None,
            detail: detail.to_owned(),
            change: None,
            remedy: None,
        }
    }
}

/// Adds all fields in each way, where `simple` signs it (RFC 6376 §3.4.1).
pub(super) fn add(alternatives: &mut Alternatives<'_, '_>) {
    if alternatives.form.canonicalization != Canonicalization::Simple {
        return;
    }
    for (cost, writing) in Writing::all() {
        if alternatives.is_full() {
            return;
        }
        let octets = writing.of_all(alternatives.form);
        alternatives.add(Alternative {
            part: None,
            cost,
            octets,
            stories: vec![writing.story()],
        });
    }
}

/// Finds all fields in one way together with one other change, which may be to one of them.
pub(super) fn find_with_one(
    alternatives: &mut Alternatives<'_, '_>,
    target: &Target<'_>,
) -> Result<Option<Vec<Story>>, Exhausted> {
    let form = alternatives.form;
    let (all, budget) = alternatives.all();
    let others = all.iter().filter(|each| each.part.is_some());
    let count = if target.is_cheap() { MANY } else { FEW };
    let others: Vec<&Alternative> = others.copied().take(count).collect();
    // What z= says as a whole, for one.
    let wholes = all.iter().filter(|each| each.part.is_none()).take(4);
    for whole in wholes {
        for other in &others {
            let is_in = |slot: usize| whole.octets.iter().any(|(there, _)| *there == slot);
            if other.octets.iter().any(|(slot, _)| is_in(*slot)) {
                continue;
            }
            if is_right(form, target, &[whole, other], budget)? {
                let stories = whole.stories.iter().chain(&other.stories);
                return Ok(Some(stories.cloned().collect()));
            }
        }
    }
    if form.canonicalization != Canonicalization::Simple {
        return Ok(None);
    }
    for (cost, writing) in Writing::all() {
        let whole = writing.of_all(form);
        for other in &others {
            let mut together = Alternative {
                part: None,
                cost: cost + other.cost,
                octets: whole.clone(),
                stories: vec![writing.story()],
            };
            for (slot, octets) in &other.octets {
                let Some(octets) = writing.of_alternative(form, *slot, octets) else {
                    continue;
                };
                together.octets.retain(|(there, _)| there != slot);
                together.octets.push((*slot, octets));
            }
            if is_right(form, target, &[&together], budget)? {
                together.stories.extend(other.stories.iter().cloned());
                return Ok(Some(together.stories));
            }
        }
    }
    Ok(None)
}
