//! The signed form of a header, piece by piece (RFC 6376 §3.7, §5.4.2).

use std::collections::HashMap;
use std::ops::Range;

use crate::algorithm::HashAlgorithm;
use crate::canonicalization::Canonicalization;
use crate::canonicalization::header::{canonicalize_field, canonicalize_signature_field};
use crate::hash::Digest;
use crate::message::{FieldIndex, Header, HeaderField, LineEndings};
use crate::signature::Signature;

/// Values that are longer are not guessed at.
const LONG_VALUE: usize = 8 * 1024;

/// What is hashed for a signature: a slot for each name in `h=`, then one for the signature's own
/// field. Each holds the canonical form of the field that the name selects, or nothing.
pub(super) struct SignedForm<'a> {
    /// The header.
    pub(super) header: &'a Header,
    /// How fields are canonicalized.
    pub(super) canonicalization: Canonicalization,
    /// The names of `h=`, each once, and what they select.
    pub(super) parts: Vec<Part>,
    /// The signature's own field.
    pub(super) own: HeaderField<'a>,
    /// The span of the value of `b=` in the value of the signature's own field.
    pub(super) emptied: Range<usize>,
    slots: Vec<Vec<u8>>,
    /// The hash up to each slot.
    states: Vec<Digest>,
    /// The octets from each slot to the end.
    rests: Vec<usize>,
}

/// A name in `h=`, with all that it selects.
pub(super) struct Part {
    /// The name in lower case.
    pub(super) name: String,
    /// The slots that it has, the one for the lowest field first.
    pub(super) slots: Vec<usize>,
    /// The fields of this name by their places in the header, the lowest first; some may not be
    /// signed.
    pub(super) instances: Vec<usize>,
}

/// A field that is signed.
#[derive(Clone, Copy)]
pub(super) struct Instance<'a> {
    /// The place of its part.
    pub(super) part: usize,
    /// Its slot.
    pub(super) slot: usize,
    /// The field.
    pub(super) field: HeaderField<'a>,
}

impl Instance<'_> {
    /// The field's name as it is written.
    pub(super) fn name(&self) -> String {
        String::from_utf8_lossy(self.field.name()).into_owned()
    }
}

impl<'a> SignedForm<'a> {
    /// The signed form of a header for the signature that was parsed from the field at
    /// `field_index`; `None` if it was not.
    pub(super) fn new(
        header: &'a Header,
        field_index: usize,
        signature: &Signature,
    ) -> Option<Self> {
        let own = header.field(field_index)?;
        let emptied = signature.emptied.clone();
        own.value().get(emptied.clone())?;
        let canonicalization = signature.canonicalization.header;
        let names: Vec<&str> = signature.signed_headers().collect();
        let index = FieldIndex::new(header);
        let selected: Vec<_> = index
            .select(names.iter().copied(), Some(field_index))
            .collect();
        let mut parts = parts_of(&names);
        fill_instances(&mut parts, header, field_index);
        let mut form = Self {
            header,
            canonicalization,
            parts,
            own,
            emptied: emptied.clone(),
            slots: Vec::with_capacity(names.len() + 1),
            states: Vec::new(),
            rests: Vec::new(),
        };
        for at in selected {
            let field = at.and_then(|at| header.field(at));
            form.slots
                .push(field.map_or_else(Vec::new, |field| form.canonical(field.raw())));
        }
        form.slots.push(form.canonical_own(own.raw(), emptied));
        form.begin(signature.algorithm.hash());
        Some(form)
    }

    fn begin(&mut self, algorithm: HashAlgorithm) {
        let mut digest = Digest::new(algorithm);
        let mut rest: usize = self.slots.iter().map(Vec::len).sum();
        for slot in &self.slots {
            self.states.push(digest.clone());
            self.rests.push(rest);
            digest.update(slot);
            rest -= slot.len();
        }
    }

    /// The slots' canonical octets.
    pub(super) fn slots(&self) -> &[Vec<u8>] {
        &self.slots
    }

    /// The slot of the signature's own field.
    pub(super) fn own_slot(&self) -> usize {
        self.slots.len() - 1
    }

    /// The canonical form of a field that may stand in a slot.
    pub(super) fn canonical(&self, raw: &[u8]) -> Vec<u8> {
        self.canonical_by(self.canonicalization, raw)
    }

    /// The canonical form of a field in a canonicalization of choice.
    pub(super) fn canonical_by(&self, algorithm: Canonicalization, raw: &[u8]) -> Vec<u8> {
        let mut canonical = Vec::with_capacity(raw.len() + 2);
        let field = HeaderField::from_raw(raw, self.line_endings());
        canonicalize_field(algorithm, field, &mut canonical);
        canonical
    }

    /// The canonical form of a signature field, without the octets of `emptied`.
    pub(super) fn canonical_own(&self, raw: &[u8], emptied: Range<usize>) -> Vec<u8> {
        self.canonical_own_by(self.canonicalization, raw, emptied)
    }

    /// The same in a canonicalization of choice.
    pub(super) fn canonical_own_by(
        &self,
        algorithm: Canonicalization,
        raw: &[u8],
        emptied: Range<usize>,
    ) -> Vec<u8> {
        let mut canonical = Vec::with_capacity(raw.len());
        let field = HeaderField::from_raw(raw, self.line_endings());
        canonicalize_signature_field(algorithm, field, emptied, &mut canonical);
        canonical
    }

    /// What ends a line in this header.
    pub(super) fn line_endings(&self) -> LineEndings {
        self.header.line_endings()
    }

    /// The signed fields that are there and not too long to guess at.
    pub(super) fn instances(&self) -> impl Iterator<Item = Instance<'a>> + '_ {
        self.parts.iter().enumerate().flat_map(move |(part, each)| {
            let pairs = each.slots.iter().zip(&each.instances);
            pairs.filter_map(move |(&slot, &at)| {
                let field = self.header.field(at)?;
                let short = field.raw().len() <= LONG_VALUE;
                short.then_some(Instance { part, slot, field })
            })
        })
    }

    /// All signed fields in a canonicalization of choice, each with its slot.
    pub(super) fn all_by(&self, algorithm: Canonicalization) -> Vec<(usize, Vec<u8>)> {
        let pairs = self
            .parts
            .iter()
            .flat_map(|part| part.slots.iter().zip(&part.instances));
        let fields = pairs.filter_map(|(&slot, &at)| Some((slot, self.header.field(at)?)));
        fields
            .map(|(slot, field)| (slot, self.canonical_by(algorithm, field.raw())))
            .collect()
    }

    /// The signed fields of one name.
    pub(super) fn instances_of<'s>(
        &'s self,
        name: &'s str,
    ) -> impl Iterator<Item = Instance<'a>> + 's {
        self.instances()
            .filter(move |instance| instance.field.is_named(name))
    }

    /// The hash with other octets in some slots, and how many octets had to be hashed. The slots
    /// ascend.
    pub(super) fn hash_with(&self, replaced: &[(usize, &[u8])]) -> (Vec<u8>, usize) {
        let first = replaced.first().map_or(0, |(slot, _)| *slot);
        let Some(state) = self.states.get(first) else {
            return (Vec::new(), 0);
        };
        let mut digest = state.clone();
        let mut replaced = replaced.iter().peekable();
        for (slot, octets) in self.slots.iter().enumerate().skip(first) {
            match replaced.next_if(|(place, _)| *place == slot) {
                Some((_, other)) => digest.update(other),
                None => digest.update(octets),
            }
        }
        (digest.finalize(), self.rests[first])
    }
}

fn parts_of(names: &[&str]) -> Vec<Part> {
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut parts: Vec<Part> = Vec::new();
    for (slot, &name) in names.iter().enumerate() {
        let place = *places.entry(name).or_insert_with(|| {
            parts.push(Part {
                name: name.to_owned(),
                slots: Vec::new(),
                instances: Vec::new(),
            });
            parts.len() - 1
        });
        parts[place].slots.push(slot);
    }
    parts
}

fn fill_instances(parts: &mut [Part], header: &Header, own: usize) {
    let places: HashMap<String, usize> = parts
        .iter()
        .enumerate()
        .map(|(place, part)| (part.name.clone(), place))
        .collect();
    for (at, field) in header.fields().enumerate() {
        let name = String::from_utf8_lossy(field.name()).to_ascii_lowercase();
        if let Some(&place) = places.get(&name).filter(|_| at != own) {
            parts[place].instances.push(at);
        }
    }
    for part in parts {
        part.instances.reverse();
    }
}
