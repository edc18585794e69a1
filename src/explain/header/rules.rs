//! The rules: what may have been done to a field, undone. One row is one rule.
//!
//! A rule is a pure function from a value to values that it may have been, each with what it costs
//! more than the rule itself: the less likely, the dearer. The search applies rules to what other
//! rules made. What a change is called is told from the two values in the end, and not here.

mod address;
mod author;
mod content_type;
mod date;
mod encoding;
mod known;
mod own;
mod spaces;
mod structure;
mod subject;

pub(super) use address::holds_addresses;
pub(super) use author::ORIGINALS;
pub(super) use content_type::fields_of_parts;
pub(super) use encoding::{Wording, decoded, is_encoded, readable, reworded, wordings};
pub(super) use own::{with_canonicalization, without_space_before_b};
pub(super) use spaces::{Casing, NAMES, SPACINGS, Spacing, usual_case};
pub(super) use subject::is_tagging;

use Undo::{Each, Whole};

use super::clues::Clues;
use super::form::{Entry, Part, SignedForm};

/// Values that are longer are not guessed at.
const LONG_VALUE: usize = 8 * 1024;
/// What a rule makes of a version holds no more bytes than this together.
const MOST_BYTES: usize = 8 << 20;
/// Of one name so many fields are looked at.
const FEW: usize = 6;

/// A value that a field may have had, or its name, and the cost beyond that of the rule.
pub(super) type Costed = (u32, Vec<u8>);

/// A text on one line as a value.
fn on_one_line((cost, text): (u32, String)) -> Costed {
    (cost, format!(" {text}").into_bytes())
}

/// The fields of a name that there may have been, and their cost beyond that of the rule.
pub(super) type Fields = (u32, Vec<Entry>);

/// What a rule looks at.
pub(super) struct Text<'a> {
    /// The field's name in lower case; empty for the signature's own.
    pub(super) field: &'a str,
    /// The name as it is written.
    pub(super) name: String,
    /// What stands behind the colon.
    pub(super) value: &'a [u8],
}

/// A rule.
pub(super) struct Rule {
    pub(super) kind: Kinds,
    /// The names of the fields that it is for, with spaces between; none for all of them.
    fields: &'static str,
    /// What it costs at least.
    pub(super) cost: u32,
    undo: Undo,
}

/// What a rule makes.
enum Undo {
    /// Other values of a field, or other ways to write its name.
    Each(fn(&Text<'_>, &Clues<'_>) -> Vec<Costed>),
    /// Other fields of the same name.
    Whole(fn(&[Entry], &Part, &Clues<'_>) -> Vec<Fields>),
}

/// Sorts of changes that rules undo, as bits. None is undone twice in a field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Kinds(u32);

impl Kinds {
    pub(super) const COPIED: Self = Self(1);
    pub(super) const FIELDS: Self = Self(1 << 1);
    pub(super) const TAG: Self = Self(1 << 2);
    pub(super) const DECODED: Self = Self(1 << 3);
    pub(super) const ENCODED: Self = Self(1 << 4);
    pub(super) const AUTHOR: Self = Self(1 << 5);
    pub(super) const ADDRESS: Self = Self(1 << 6);
    pub(super) const DATE: Self = Self(1 << 7);
    pub(super) const MIME: Self = Self(1 << 8);
    pub(super) const KNOWN: Self = Self(1 << 9);
    pub(super) const GAP: Self = Self(1 << 10);
    pub(super) const SPACE: Self = Self(1 << 11);
    pub(super) const NAME: Self = Self(1 << 12);
    pub(super) const OWN: Self = Self(1 << 13);

    pub(super) const fn with(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    pub(super) const fn has(self, kind: Self) -> bool {
        self.0 & kind.0 != 0
    }

    pub(super) const fn count(self) -> u32 {
        self.0.count_ones()
    }

    pub(super) const fn are_within(self, others: Self) -> bool {
        self.0 & !others.0 == 0
    }
}

/// For the field of the signature itself, and no other.
const OWN: &str = "own";

/// The rules.
pub(super) const RULES: &[Rule] = &[
    rule(Kinds::COPIED, "", 1, Whole(super::copies::copied)),
    rule(Kinds::FIELDS, "", 2, Whole(structure::other_fields)),
    rule(Kinds::KNOWN, "", 2, Whole(known::missing)),
    rule(Kinds::KNOWN, "", 2, Each(known::values)),
    rule(Kinds::TAG, "subject", 1, Each(subject::untagged)),
    rule(Kinds::TAG, "subject", 3, Each(subject::tagged)),
    rule(Kinds::DECODED, encoding::TEXTS, 1, Each(encoding::plain)),
    rule(Kinds::ENCODED, encoding::TEXTS, 2, Each(encoding::encoded)),
    rule(Kinds::AUTHOR, "from", 1, Each(author::originals)),
    rule(Kinds::ADDRESS, address::FIELDS, 2, Each(address::rewritten)),
    rule(Kinds::ADDRESS, address::FIELDS, 4, Each(address::fewer)),
    rule(Kinds::DATE, "date resent-date", 2, Each(date::dates)),
    rule(Kinds::MIME, "content-type", 3, Each(content_type::types)),
    rule(Kinds::SPACE, "", 1, Each(spaces::spaced)),
    rule(Kinds::GAP, "", 3, Each(spaces::gaps)),
    rule(Kinds::SPACE, "", 3, Each(spaces::folded_anew)),
    rule(Kinds::SPACE, "", 5, Each(spaces::folded_twice)),
    rule(Kinds::NAME, "", 1, Each(spaces::names)),
    rule(Kinds::OWN, OWN, 1, Each(own::tags)),
    rule(Kinds::SPACE, OWN, 2, Each(own::spaced)),
    rule(Kinds::SPACE, OWN, 4, Each(own::moved_spaces)),
    rule(Kinds::NAME, OWN, 2, Each(spaces::names)),
];

const fn rule(kind: Kinds, fields: &'static str, cost: u32, undo: Undo) -> Rule {
    Rule {
        kind,
        fields,
        cost,
        undo,
    }
}

impl Rule {
    /// Whether it is for the fields of a part.
    pub(super) fn is_for(&self, form: &SignedForm<'_>, part: usize) -> bool {
        let part = &form.parts[part];
        match self.fields {
            OWN => part.is_own,
            _ if part.is_own => false,
            "" => form.is_simple() || self.kind != Kinds::NAME,
            names => names.split(' ').any(|name| name == part.name),
        }
    }

    /// What the fields may have been, each with what it costs beyond the rule.
    pub(super) fn undo(&self, entries: &[Entry], part: &Part, clues: &Clues<'_>) -> Vec<Fields> {
        let undo = match self.undo {
            Each(undo) => undo,
            Whole(undo) => return undo(entries, part, clues),
        };
        let few = part.signed(entries).iter().enumerate().take(FEW);
        let (mut found, mut room) = (Vec::new(), MOST_BYTES);
        for (at, entry) in few.filter(|(_, entry)| entry.raw.len() <= LONG_VALUE) {
            let (name, value) = (entry.shown_name(), entry.value());
            let field = &part.name;
            for (cost, text) in undo(&Text { field, name, value }, clues) {
                let then = if self.kind == Kinds::NAME {
                    Entry::new(entry.origin, &text, value)
                } else if text != value {
                    entry.with_value(&text)
                } else {
                    continue;
                };
                let bytes = then.raw.len() + size_of_val(entries);
                if bytes <= room {
                    room -= bytes;
                    let mut entries = entries.to_vec();
                    entries[at] = then;
                    found.push((cost, entries));
                }
            }
        }
        found
    }
}
