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
pub(super) use encoding::{decoded, is_encoded, readable};
pub(super) use own::{with_canonicalization, without_space_before_b};
pub(super) use spaces::{Casing, NAMES, SPACINGS, Spacing, usual_case};
pub(super) use subject::is_tagging;

use super::clues::Clues;
use super::form::{Entry, Part, SignedForm};

/// Values that are longer are not guessed at.
const LONG_VALUE: usize = 8 * 1024;
/// What a rule makes of a version holds no more bytes than this together.
const MOST_BYTES: usize = 8 << 20;
/// Of one name so many fields are looked at.
const FEW: usize = 6;

/// A value that a field may have had, and its cost beyond that of the rule.
pub(super) type Costed = (u32, Vec<u8>);

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
    pub(super) kind: Kind,
    /// The names of the fields that it is for; none for all of them.
    fields: &'static [&'static str],
    /// What it costs at least.
    pub(super) cost: u32,
    undo: Undo,
}

/// What a rule undoes.
enum Undo {
    /// Another value of a field.
    Value(fn(&Text<'_>, &Clues<'_>) -> Vec<Costed>),
    /// Another way to write its name, where that is signed.
    Name(fn(&str) -> Vec<(u32, String)>),
    /// Other fields of the same name.
    Fields(fn(&[Entry], &Part, &Clues<'_>) -> Vec<Fields>),
}

/// What sort of change a rule undoes. None is undone twice in a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Copied,
    Fields,
    Tag,
    Decoded,
    Encoded,
    Author,
    Address,
    Date,
    Mime,
    Known,
    Gap,
    Space,
    Name,
    Own,
}

/// Sorts of changes, as bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Kinds(u32);

impl Kinds {
    pub(super) const fn of(kinds: &[Kind]) -> Self {
        let mut all = Self(0);
        let mut at = 0;
        while at < kinds.len() {
            all = all.with(kinds[at]);
            at += 1;
        }
        all
    }

    pub(super) const fn with(self, kind: Kind) -> Self {
        Self(self.0 | 1 << kind as u32)
    }

    pub(super) const fn has(self, kind: Kind) -> bool {
        self.0 & 1 << kind as u32 != 0
    }

    pub(super) const fn count(self) -> u32 {
        self.0.count_ones()
    }

    pub(super) const fn are_within(self, others: Self) -> bool {
        self.0 & !others.0 == 0
    }
}

/// The field of the signature itself, which has no name here.
const OWN: &[&str] = &[""];

/// The rules.
pub(super) const RULES: &[Rule] = &[
    fields(Kind::Copied, 1, super::copies::copied),
    fields(Kind::Fields, 2, structure::other_fields),
    fields(Kind::Known, 2, known::missing),
    value(Kind::Known, &[], 2, known::values),
    value(Kind::Tag, &["subject"], 1, subject::untagged),
    value(Kind::Tag, &["subject"], 3, subject::tagged),
    value(Kind::Decoded, encoding::TEXTS, 1, encoding::plain),
    value(Kind::Encoded, encoding::TEXTS, 2, encoding::encoded),
    value(Kind::Author, &["from"], 1, author::originals),
    value(Kind::Address, address::FIELDS, 2, address::rewritten),
    value(Kind::Address, address::FIELDS, 4, address::fewer),
    value(Kind::Date, &["date", "resent-date"], 2, date::dates),
    value(
        Kind::Mime,
        &["content-type"],
        3,
        content_type::content_types,
    ),
    value(Kind::Space, &[], 1, spaces::spaced),
    value(Kind::Gap, &[], 3, spaces::gaps),
    value(Kind::Space, &[], 3, spaces::folded_anew),
    value(Kind::Space, &[], 5, spaces::folded_twice),
    Rule {
        kind: Kind::Name,
        fields: &[],
        cost: 1,
        undo: Undo::Name(spaces::names),
    },
    value(Kind::Own, OWN, 1, own::tags),
    value(Kind::Space, OWN, 2, own::spaced),
    value(Kind::Space, OWN, 4, own::moved_spaces),
    Rule {
        kind: Kind::Name,
        fields: OWN,
        cost: 2,
        undo: Undo::Name(spaces::names),
    },
];

const fn value(
    kind: Kind,
    fields: &'static [&'static str],
    cost: u32,
    undo: fn(&Text<'_>, &Clues<'_>) -> Vec<Costed>,
) -> Rule {
    Rule {
        kind,
        fields,
        cost,
        undo: Undo::Value(undo),
    }
}

const fn fields(
    kind: Kind,
    cost: u32,
    undo: fn(&[Entry], &Part, &Clues<'_>) -> Vec<Fields>,
) -> Rule {
    Rule {
        kind,
        fields: &[],
        cost,
        undo: Undo::Fields(undo),
    }
}

impl Rule {
    /// Whether it is for the fields of a part.
    pub(super) fn is_for(&self, form: &SignedForm<'_>, part: usize) -> bool {
        let part = &form.parts[part];
        if part.is_own || !self.fields.is_empty() {
            return self.fields.contains(&part.name.as_str());
        }
        form.is_simple() || !matches!(self.undo, Undo::Name(_))
    }

    /// What the fields may have been, each with what it costs beyond the rule.
    pub(super) fn undo(&self, entries: &[Entry], part: &Part, clues: &Clues<'_>) -> Vec<Fields> {
        if let Undo::Fields(undo) = self.undo {
            return undo(entries, part, clues);
        }
        let few = part.signed(entries).iter().enumerate().take(FEW);
        let short = few.filter(|(_, entry)| entry.raw.len() <= LONG_VALUE);
        let (mut found, mut room) = (Vec::new(), MOST_BYTES);
        for (at, entry) in short {
            let mut add = |cost, then: Entry| {
                let bytes = then.raw.len() + size_of_val(entries);
                if bytes > room {
                    return;
                }
                room -= bytes;
                let mut entries = entries.to_vec();
                entries[at] = then;
                found.push((cost, entries));
            };
            match self.undo {
                Undo::Value(undo) => {
                    let text = Text {
                        field: &part.name,
                        name: entry.shown_name(),
                        value: entry.value(),
                    };
                    for (cost, value) in undo(&text, clues) {
                        if value != entry.value() {
                            add(cost, entry.with_value(&value));
                        }
                    }
                }
                Undo::Name(undo) => {
                    for (cost, name) in undo(&entry.shown_name()) {
                        add(
                            cost,
                            Entry::new(entry.origin, name.as_bytes(), entry.value()),
                        );
                    }
                }
                Undo::Fields(_) => {}
            }
        }
        found
    }
}
