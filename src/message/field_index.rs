//! Selecting the fields that `h=` names (RFC 6376 §5.4.2).

use std::cmp::Ordering;
use std::collections::HashSet;

use super::{Header, offset};

/// Up to this many names, one is looked for among them one by one; beyond, by hashing.
const FEW_NAMES: usize = 16;

/// Finds the fields that a list of names selects, from the bottom of the header upwards
/// (RFC 6376 §5.4.2), whatever a stranger puts into header and list in no more time than it takes
/// to sort the one and to look up the other.
#[derive(Debug)]
pub(crate) struct FieldIndex<'a> {
    /// The fields by name, those of one name from the top.
    fields: Vec<Entry<'a>>,
}

#[derive(Debug)]
struct Entry<'a> {
    name: Name<'a>,
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
            .map(|(index, field)| Entry {
                name: Name::new(field.name()),
                index: offset(index),
                count: 0,
            })
            .collect();
        fields.sort_unstable_by(|one, other| {
            let by_name = one.name.cmp(&other.name);
            by_name.then(one.index.cmp(&other.index))
        });
        for same in fields.chunk_by_mut(|one, other| one.name == other.name) {
            same[0].count = offset(same.len());
        }
        Self { fields }
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
        repeated.map(|entry| (entry.name.octets, entry.count as usize))
    }

    /// Looks each name up once, for the fields that it selects, as [`FieldIndex::select`] has it,
    /// and for whether it is one too many.
    pub(crate) fn select_and_find_excess<'s>(
        &self,
        names: impl ExactSizeIterator<Item = &'s str>,
        own: usize,
    ) -> Selection<'s> {
        // How often each name was given, and how many fields of it were selected.
        let mut counts = vec![(0_u32, 0_u32); self.fields.len()];
        let mut absent = Vec::new();
        let mut many_absent = HashSet::new();
        let mut selection = Selection {
            fields: Vec::with_capacity(names.len()),
            excess: Vec::new(),
        };
        for name in names {
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
                selection.excess.push(name);
            }
        }
        selection
    }

    /// The place of the topmost field of a name among the fields by name.
    fn place_of(&self, name: &str) -> Option<usize> {
        let name = Name::new(name.as_bytes());
        let place = self.fields.partition_point(|entry| entry.name < name);
        let found = self.fields.get(place)?;
        (found.name == name).then_some(place)
    }

    /// The fields of a name, given the place of the topmost.
    fn fields_at(&self, place: usize) -> &[Entry<'a>] {
        &self.fields[place..place + self.fields[place].count as usize]
    }
}

/// What the names of `h=` select, and what they have too many of.
pub(crate) struct Selection<'s> {
    /// The indexes of the selected fields, in the order of the names.
    pub(crate) fields: Vec<usize>,
    /// The names that are given more often than there are fields; each once, where it is given for
    /// the first time too many.
    pub(crate) excess: Vec<&'s str>,
}

/// The last of `fields` but for `count` of them, which counts on; the one at `own` is passed over.
fn next_from_bottom(fields: &[Entry<'_>], count: &mut u32, own: Option<usize>) -> Option<usize> {
    loop {
        let place = fields.len().checked_sub(*count as usize + 1)?;
        let selected = fields[place].index as usize;
        *count += 1;
        if own != Some(selected) {
            return Some(selected);
        }
    }
}

/// How many octets of a name are compared at once.
const WORD: usize = size_of::<u64>();

/// A field name that is equal to others in any letter case.
#[derive(Clone, Copy, Debug)]
struct Name<'a> {
    /// The first and the last [`WORD`] octets in lower case: few names are longer than the two.
    ends: u128,
    octets: &'a [u8],
}

impl<'a> Name<'a> {
    fn new(octets: &'a [u8]) -> Self {
        let mut ends = [0; 2 * WORD];
        match (octets.first_chunk::<WORD>(), octets.last_chunk::<WORD>()) {
            (Some(first), Some(last)) => {
                ends[..WORD].copy_from_slice(first);
                ends[WORD..].copy_from_slice(last);
            }
            // A call to copy so few would take longer.
            _ => ends
                .iter_mut()
                .zip(octets)
                .for_each(|(to, &from)| *to = from),
        }
        ends.make_ascii_lowercase();
        Self {
            ends: u128::from_ne_bytes(ends),
            octets,
        }
    }

    /// What is between the ends.
    fn middle(&self) -> &'a [u8] {
        let end = self.octets.len().saturating_sub(WORD);
        self.octets.get(WORD..end).unwrap_or_default()
    }
}

impl Ord for Name<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        // Any order will do in which those that differ in no more than letter case are equal.
        self.ends.cmp(&other.ends).then_with(|| {
            let middle = |name: &Self| name.middle().iter().map(u8::to_ascii_lowercase);
            let by_length = self.octets.len().cmp(&other.octets.len());
            by_length.then_with(|| middle(self).cmp(middle(other)))
        })
    }
}

impl PartialOrd for Name<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Name<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.ends == other.ends
            && self.octets.len() == other.octets.len()
            && self.middle().eq_ignore_ascii_case(other.middle())
    }
}

impl Eq for Name<'_> {}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;
    use crate::message::{LineEndings, parse};

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]

        #[test]
        fn fields_are_selected_from_the_bottom_up(
            fields in vec("(a|B|abcdefgh|abcdefghi|ABCDEFGHj|abcdefghij|[ab]{16,18}|Abcdefgh[xYz]abcdefgh)", 1..30),
            names in vec("(a|b|abcdefgh|abcdefghi|abcdefghJ|abcdefghij|c|abcdefg|[ab]{16,18}|Abcdefgh[xYz]abcdefgh)", 0..30),
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
