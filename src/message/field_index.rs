//! Selecting the fields that `h=` names (RFC 6376 §5.4.2).

use std::collections::HashMap;
use std::hash::{Hash, Hasher};

use super::{Header, offset};

/// Finds the fields that a list of names selects, from the bottom of the header upwards
/// (RFC 6376 §5.4.2), in time linear in fields and names.
#[derive(Debug)]
pub struct FieldIndex<'a> {
    /// The lowest field of each name.
    lowest: HashMap<Name<'a>, u32>,
    /// For each field the next one above it with the same name.
    above: Vec<Option<u32>>,
}

impl<'a> FieldIndex<'a> {
    /// Indexes the fields of a header.
    #[must_use]
    pub fn new(header: &'a Header) -> Self {
        let mut lowest = HashMap::with_capacity(header.fields.len());
        let mut above = Vec::with_capacity(header.fields.len());
        for (index, field) in header.fields().enumerate() {
            above.push(lowest.insert(Name(field.name()), offset(index)));
        }
        Self { lowest, above }
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
        // The next field of each name, kept at the place of its lowest one.
        let mut next: HashMap<u32, Option<u32>> = HashMap::new();
        names.into_iter().map(move |name| {
            let lowest = *self.lowest.get(&Name(name.as_bytes()))?;
            let cursor = next.entry(lowest).or_insert(Some(lowest));
            let mut selected = (*cursor)?;
            if own == Some(selected as usize) {
                selected = self.above[selected as usize]?;
            }
            *cursor = self.above[selected as usize];
            Some(selected as usize)
        })
    }

    /// How many fields have this name, up to `limit`.
    #[must_use]
    pub fn count(&self, name: &str, limit: usize) -> usize {
        let lowest = self.lowest.get(&Name(name.as_bytes())).copied();
        std::iter::successors(lowest, |&index| self.above[index as usize])
            .take(limit)
            .count()
    }
}

/// A field name that is equal to others in any letter case.
#[derive(Clone, Copy, Debug)]
struct Name<'a>(&'a [u8]);

impl PartialEq for Name<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(other.0)
    }
}

impl Eq for Name<'_> {}

impl Hash for Name<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let mut lower = [0; 32];
        for piece in self.0.chunks(lower.len()) {
            let lower = &mut lower[..piece.len()];
            lower.copy_from_slice(piece);
            lower.make_ascii_lowercase();
            state.write(lower);
        }
        state.write_u8(b':');
    }
}
