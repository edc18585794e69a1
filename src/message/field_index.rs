//! Selecting the fields that `h=` names (RFC 6376 §5.4.2).

use std::cmp::Ordering;
use std::collections::HashSet;
use std::ops::Range;

use super::{Header, offset};

/// Up to this many names, one is looked for among them one by one; beyond, by hashing.
const FEW_NAMES: usize = 16;

/// Finds the fields that a list of names selects, from the bottom of the header upwards
/// (RFC 6376 §5.4.2), whatever a stranger puts into header and list in no more time than it takes
/// to sort the one and to look up the other.
#[derive(Debug)]
pub(crate) struct FieldIndex<'a> {
    /// The fields by name, those of one name from the top.
    fields: Vec<u32>,
    /// The distinct names in order, and where in `fields` theirs are.
    names: Vec<(Name<'a>, Range<u32>)>,
}

impl<'a> FieldIndex<'a> {
    /// Indexes the fields of a header.
    pub(crate) fn new(header: &'a Header) -> Self {
        let mut sorted: Vec<_> = header
            .fields()
            .enumerate()
            .map(|(index, field)| (Name::new(field.name()), offset(index)))
            .collect();
        sorted.sort_unstable();
        let mut names: Vec<(Name<'a>, Range<u32>)> = Vec::with_capacity(sorted.len());
        for (place, (name, _)) in sorted.iter().enumerate() {
            let place = offset(place);
            match names.last_mut() {
                Some((last, places)) if last == name => places.end = place + 1,
                _ => names.push((*name, place..place + 1)),
            }
        }
        Self {
            fields: sorted.into_iter().map(|(_, index)| index).collect(),
            names,
        }
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
        let mut counts = vec![0; self.names.len()];
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
        self.names
            .iter()
            .filter(|(_, places)| places.len() > 1)
            .map(|(name, places)| (name.octets, places.len()))
    }

    /// Looks each name up once, for the fields that it selects, as [`FieldIndex::select`] has it,
    /// and for whether it is one too many.
    pub(crate) fn select_and_find_excess<'s>(
        &self,
        names: impl ExactSizeIterator<Item = &'s str>,
        own: usize,
    ) -> Selection<'s> {
        // How often each name was given, and how many fields of it were selected.
        let mut counts = vec![(0, 0); self.names.len()];
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
                *given == fields.len() + 1
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

    /// The place of a name among those of the header.
    fn place_of(&self, name: &str) -> Option<usize> {
        let name = Name::new(name.as_bytes());
        self.names
            .binary_search_by(|(other, _)| other.cmp(&name))
            .ok()
    }

    fn fields_at(&self, place: usize) -> &[u32] {
        let Range { start, end } = self.names[place].1;
        &self.fields[start as usize..end as usize]
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
fn next_from_bottom(fields: &[u32], count: &mut usize, own: Option<usize>) -> Option<usize> {
    loop {
        let selected = *fields.get(fields.len().wrapping_sub(*count + 1))? as usize;
        *count += 1;
        if own != Some(selected) {
            return Some(selected);
        }
    }
}

/// How many octets of a name are compared at once.
const WORD: usize = size_of::<u128>();

/// A field name that is equal to others in any letter case.
#[derive(Clone, Copy, Debug)]
struct Name<'a> {
    /// Its start in lower case; most names differ in it, and few are longer.
    start: u128,
    octets: &'a [u8],
}

impl<'a> Name<'a> {
    fn new(octets: &'a [u8]) -> Self {
        Self {
            start: word(&octets[..octets.len().min(WORD)]),
            octets,
        }
    }

    /// What follows the start.
    fn rest(&self) -> &'a [u8] {
        self.octets.get(WORD..).unwrap_or_default()
    }
}

/// No more than [`WORD`] octets in lower case, as a number.
fn word(octets: &[u8]) -> u128 {
    let mut word = [0; WORD];
    word[..octets.len()].copy_from_slice(octets);
    word.make_ascii_lowercase();
    u128::from_be_bytes(word)
}

impl Ord for Name<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        // Any order will do in which those that differ in no more than letter case are equal.
        let words = |name: &Self| name.rest().chunks(WORD).map(word);
        self.start
            .cmp(&other.start)
            .then(self.octets.len().cmp(&other.octets.len()))
            .then_with(|| words(self).cmp(words(other)))
    }
}

impl PartialOrd for Name<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Name<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
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
            fields in vec("(a|B|abcdefgh|abcdefghi|ABCDEFGHj|abcdefghij)", 1..30),
            names in vec("(a|b|abcdefgh|abcdefghi|abcdefghJ|abcdefghij|c|abcdefg)", 0..30),
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
