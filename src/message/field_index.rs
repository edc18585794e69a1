//! Selecting the fields that `h=` names (RFC 6376 §5.4.2).

use std::cmp::Ordering;
use std::collections::HashSet;

use super::{Header, offset};

/// Up to this many names, one is looked for among them one by one; beyond, by hashing.
const FEW_NAMES: usize = 16;

/// Names up to this length are the same in any letter case if their [`ends`] and their length are.
const WHOLE: u32 = 16;

/// Finds the fields that a list of names selects, from the bottom of the header upwards
/// (RFC 6376 §5.4.2), whatever a stranger puts into header and list in no more time than it takes
/// to sort the one and to look up the other.
#[derive(Debug)]
pub(crate) struct FieldIndex<'a> {
    header: &'a Header,
    /// The fields by name, those of one name from the top.
    fields: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    /// [`ends`] of the field's name.
    ends: u128,
    /// The length of the field's name.
    length: u32,
    /// The field's index in the header.
    index: u32,
    /// How many fields have this name, where this is the topmost of them.
    count: u32,
}

impl<'a> FieldIndex<'a> {
    /// Indexes the fields of a header.
    pub(crate) fn new(header: &'a Header) -> Self {
        let mut fields: Vec<_> = header
            .fields()
            .enumerate()
            .map(|(index, field)| (index, field.name()))
            .map(|(index, name)| Entry {
                ends: ends(name),
                length: offset(name.len()),
                index: offset(index),
                count: 0,
            })
            .collect();
        fields.sort_by_key(|entry| entry.ends);
        let name = |entry: &Entry| name_of(header, entry);
        let is_same = |one: &Entry, other: &Entry| {
            one.length == other.length
                && (one.length <= WHOLE || name(one).eq_ignore_ascii_case(name(other)))
        };
        for alike in fields.chunk_by_mut(|one, other| one.ends == other.ends) {
            if let [first, others @ ..] = alike
                && others.iter().all(|other| is_same(first, other))
            {
                first.count = offset(1 + others.len());
                continue;
            }
            // Different names have the same ends.
            alike.sort_by(|one, other| compare(name(one), name(other)));
            for same in alike.chunk_by_mut(is_same) {
                same[0].count = offset(same.len());
            }
        }
        Self { header, fields }
    }

    /// The index of the field that each name selects: for a name that is given for the n-th time
    /// the n-th field of that name from the bottom, `None` past the last. The field at `own` counts
    /// as not there: a signature does not sign itself as one of the fields of `h=` (RFC 6376 §3.5).
    pub(crate) fn select<'s, N>(
        &'s self,
        names: N,
        own: Option<usize>,
    ) -> impl Iterator<Item = Option<usize>> + 's
    where
        N: IntoIterator<Item = &'s str, IntoIter: 's>,
        'a: 's,
    {
        // How many fields of each name were selected.
        let mut counts = vec![0; self.fields.len()];
        names.into_iter().map(move |name| {
            let place = self.place_of(name)?;
            next_from_bottom(self.fields_at(place), &mut counts[place], own)
        })
    }

    /// How many fields have this name, up to `limit`.
    pub(crate) fn count(&self, name: &str, limit: usize) -> usize {
        self.place_of(name)
            .map_or(0, |place| self.fields_at(place).len().min(limit))
    }

    /// The names that more than one field has, and how many have them.
    pub(crate) fn repeated(&self) -> impl Iterator<Item = (&'a [u8], usize)> + '_ {
        let repeated = self.fields.iter().filter(|entry| entry.count > 1);
        repeated.map(|entry| (name_of(self.header, entry), entry.count as usize))
    }

    /// Looks each name up once, for the fields that it selects, as [`FieldIndex::select`] has it,
    /// and for whether it is one too many.
    pub(crate) fn select_and_find_excess<'s>(
        &self,
        names: impl ExactSizeIterator<Item = &'s str>,
        own: usize,
    ) -> Selection {
        // How often each name was given, and how many fields of it were selected.
        let mut counts = vec![(0_u32, 0_u32); self.fields.len()];
        let mut absent = Vec::new();
        let mut many_absent = HashSet::new();
        let mut selection = Selection {
            fields: Vec::with_capacity(names.len()),
            excess: Vec::with_capacity(names.len()),
        };
        for (at, name) in names.enumerate() {
            let is_first = if let Some(place) = self.place_of(name) {
                let fields = self.fields_at(place);
                let (given, selected) = &mut counts[place];
                *given += 1;
                let next = next_from_bottom(fields, selected, Some(own));
                selection.fields.extend(next);
                *given as usize == fields.len() + 1
            } else if absent.contains(&name) {
                false
            } else if absent.len() < FEW_NAMES {
                absent.push(name);
                true
            } else {
                many_absent.insert(name)
            };
            if is_first {
                selection.excess.push(at);
            }
        }
        selection
    }

    /// The place of the topmost field of a name among the fields by name.
    fn place_of(&self, name: &str) -> Option<usize> {
        let (name, ends) = (name.as_bytes(), ends(name.as_bytes()));
        let place = self.fields.partition_point(|entry| entry.ends < ends);
        let alike = &self.fields[place..];
        let is_named = |entry: &&Entry| {
            entry.ends == ends
                && entry.length as usize == name.len()
                && (entry.length <= WHOLE || name_of(self.header, entry).eq_ignore_ascii_case(name))
        };
        if alike.first().as_ref().is_some_and(is_named) {
            return Some(place);
        }
        // Another name may have the same ends.
        let before = alike.partition_point(|entry| {
            entry.ends == ends && compare(name_of(self.header, entry), name).is_lt()
        });
        alike.get(before).filter(is_named).map(|_| place + before)
    }

    /// The fields of a name, given the place of the topmost.
    fn fields_at(&self, place: usize) -> &[Entry] {
        &self.fields[place..place + self.fields[place].count as usize]
    }
}

/// What the names of `h=` select, and what they have too many of.
pub(crate) struct Selection {
    /// The indexes of the selected fields, in the order of the names.
    pub(crate) fields: Vec<usize>,
    /// The places of the names that are given more often than there are fields; each once, where it
    /// is given for the first time too many.
    pub(crate) excess: Vec<usize>,
}

/// The last of `fields` but for `count` of them, which counts on; the one at `own` is passed over.
fn next_from_bottom(fields: &[Entry], count: &mut u32, own: Option<usize>) -> Option<usize> {
    loop {
        let place = fields.len().checked_sub(*count as usize + 1)?;
        let selected = fields[place].index as usize;
        *count += 1;
        if own != Some(selected) {
            return Some(selected);
        }
    }
}

fn name_of<'a>(header: &'a Header, entry: &Entry) -> &'a [u8] {
    header.resolve(&header.fields[entry.index as usize]).name()
}

/// The first and the last 8 bytes of a name in lower case, by which most names differ; of a shorter
/// one all bytes, some of them twice.
fn ends(name: &[u8]) -> u128 {
    let (first, last) = if let (Some(first), Some(last)) =
        (name.first_chunk::<8>(), name.last_chunk::<8>())
    {
        (u64::from_ne_bytes(*first), u64::from_ne_bytes(*last))
    } else if let (Some(first), Some(last)) = (name.first_chunk::<4>(), name.last_chunk::<4>()) {
        let of = |bytes: &[u8; 4]| u64::from(u32::from_ne_bytes(*bytes));
        (of(first), of(last))
    } else {
        let at = |place: usize| u64::from(name.get(place).copied().unwrap_or(0));
        (at(0) | at(1) << 8 | at(2) << 16, 0)
    };
    u128::from(in_lower_case(first)) | u128::from(in_lower_case(last)) << 64
}

/// Eight bytes in lower case, all of them at once.
fn in_lower_case(bytes: u64) -> u64 {
    const EACH: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = EACH * 0x80;
    // Sums of seven bits stay in their bytes; the eighth bit says whether they reach 128.
    let low = bytes & !HIGH;
    let from_a = low + EACH * u64::from(0x80 - b'A');
    let behind_z = low + EACH * u64::from(0x7f - b'Z');
    let upper = (from_a & !behind_z) & !bytes & HIGH;
    bytes | upper >> 2
}

/// An order in which names that differ in no more than letter case are equal.
fn compare(one: &[u8], other: &[u8]) -> Ordering {
    let small = |byte: &u8| byte.to_ascii_lowercase();
    let by_length = one.len().cmp(&other.len());
    by_length.then_with(|| one.iter().map(small).cmp(other.iter().map(small)))
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;
    use crate::message::{LineEndings, parse};

    #[test]
    fn eight_bytes_get_lower_case_as_each_does() {
        for byte in 0..=u8::MAX {
            let bytes = [byte, b'A', byte, b'Z', 0xff, byte, b'@', byte];
            let expected = bytes.to_ascii_lowercase();
            let found = in_lower_case(u64::from_ne_bytes(bytes));
            assert_eq!(found.to_ne_bytes()[..], expected, "{byte}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]

        #[test]
        fn fields_are_selected_from_the_bottom_up(
            fields in vec("(a[@`]|a|B|abcdefgh|abcdefghi|ABCDEFGHj|abcdefghij|[ab]{16,18}|Abcdefgh[xYz]abcdefgh)", 1..30),
            names in vec("(a[@`]|a|b|abcdefgh|abcdefghi|abcdefghJ|abcdefghij|c|abcdefg|[ab]{16,18}|Abcdefgh[xYz]abcdefgh)", 0..30),
            own in proptest::option::of(0..30_usize),
        ) {
            let text: String = fields.iter().map(|name| format!("{name}: x\r\n")).collect();
            let (header, _) = parse(text.as_bytes(), LineEndings::Lenient).unwrap();
            let index = FieldIndex::new(&header);
            let mut left: Vec<usize> = (0..fields.len()).filter(|&at| own != Some(at)).collect();
            let expected: Vec<_> = names
                .iter()
                .map(|name| {
                    let place = left.iter().rposition(|&at| fields[at].eq_ignore_ascii_case(name))?;
                    Some(left.remove(place))
                })
                .collect();
            let selected: Vec<_> = index.select(names.iter().map(String::as_str), own).collect();
            prop_assert_eq!(selected, expected);
            for name in &names {
                let count = fields.iter().filter(|field| field.eq_ignore_ascii_case(name)).count();
                prop_assert_eq!(index.count(name, usize::MAX), count);
                prop_assert_eq!(index.count(name, 1), count.min(1));
            }
        }
    }
}
