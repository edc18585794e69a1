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
pub struct FieldIndex<'a> {
    /// The fields by name, those of one name from the top.
    fields: Vec<u32>,
    /// The distinct names in order, and where in `fields` theirs are.
    names: Vec<(Name<'a>, Range<u32>)>,
}

impl<'a> FieldIndex<'a> {
    /// Indexes the fields of a header.
    #[must_use]
    pub fn new(header: &'a Header) -> Self {
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
    pub fn select<'s, N>(
        &'s self,
        names: N,
        own: Option<usize>,
    ) -> impl Iterator<Item = Option<usize>> + 's
    where
        N: IntoIterator<Item = &'s str, IntoIter: 's>,
        'a: 's,
    {
        let places = names.into_iter().map(|name| self.place_of(name));
        self.select_at(places, own)
    }

    /// The index of the field that each name selects, as [`FieldIndex::select`] has it; the names
    /// are given by their places.
    pub(crate) fn select_at<'s>(
        &'s self,
        places: impl Iterator<Item = Option<usize>> + 's,
        own: Option<usize>,
    ) -> impl Iterator<Item = Option<usize>> + 's {
        // How many fields of each name were selected.
        let mut counts = vec![0; self.names.len()];
        places.map(move |place| {
            let place = place?;
            let fields = self.fields_at(place);
            let count = &mut counts[place];
            loop {
                let selected = *fields.get(fields.len().wrapping_sub(*count + 1))? as usize;
                *count += 1;
                if own != Some(selected) {
                    return Some(selected);
                }
            }
        })
    }

    /// How many fields have this name, up to `limit`.
    #[must_use]
    pub fn count(&self, name: &str, limit: usize) -> usize {
        self.place_of(name)
            .map_or(0, |place| self.fields_at(place).len().min(limit))
    }

    /// The names, each with its place, that are given more often than there are fields; each once,
    /// where it is given for the first time too many.
    pub(crate) fn find_excess<'s>(
        &self,
        names: impl Iterator<Item = (&'s str, Option<usize>)>,
    ) -> Vec<&'s str> {
        let mut counts = vec![0; self.names.len()];
        let mut absent = Vec::new();
        let mut many_absent = HashSet::new();
        let mut excess = Vec::new();
        for (name, place) in names {
            let is_first = if let Some(place) = place {
                counts[place] += 1;
                counts[place] == self.fields_at(place).len() + 1
            } else if absent.contains(&name) {
                false
            } else if absent.len() < FEW_NAMES {
                absent.push(name);
                true
            } else {
                many_absent.insert(name)
            };
            if is_first {
                excess.push(name);
            }
        }
        excess
    }

    /// The place of a name among those of the header.
    pub(crate) fn place_of(&self, name: &str) -> Option<usize> {
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

/// A field name that is equal to others in any letter case.
#[derive(Clone, Copy, Debug)]
struct Name<'a> {
    /// The first eight octets in lower case; most names differ in these.
    start: u64,
    /// What follows them.
    rest: &'a [u8],
    length: usize,
}

impl<'a> Name<'a> {
    fn new(name: &'a [u8]) -> Self {
        let mut start = [0; 8];
        let (first, rest) = name.split_at(name.len().min(start.len()));
        start[..first.len()].copy_from_slice(first);
        start.make_ascii_lowercase();
        Self {
            start: u64::from_be_bytes(start),
            rest,
            length: name.len(),
        }
    }
}

impl Ord for Name<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        fn lower(octets: &[u8]) -> impl Iterator<Item = u8> {
            octets.iter().map(u8::to_ascii_lowercase)
        }
        self.start
            .cmp(&other.start)
            .then(self.length.cmp(&other.length))
            .then_with(|| lower(self.rest).cmp(lower(other.rest)))
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
