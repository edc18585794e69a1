//! The signed form of a header, piece by piece (RFC 6376 §3.7, §5.4.2).

use std::collections::HashMap;
use std::rc::Rc;

use crate::algorithm::HashAlgorithm;
use crate::canonicalization::Canonicalization;
use crate::canonicalization::header::{canonicalize_field, canonicalize_signature_field};
use crate::message::{FieldIndex, Header, HeaderField, LineEndings};
use crate::signature::Signature;

/// Of one name this many fields are looked at, beside those that are signed.
const MORE: usize = 12;

/// What is hashed for a signature: a slot for each name in `h=`, then one for the signature's own
/// field. Each holds the canonical form of a field, or nothing.
pub(super) struct SignedForm<'a> {
    pub(super) header: &'a Header,
    pub(super) canonicalization: Canonicalization,
    pub(super) algorithm: HashAlgorithm,
    /// The names of `h=`, each once, and what they select; the signature's own field last.
    pub(super) parts: Vec<Part>,
    /// The number of slots.
    pub(super) slots: usize,
}

/// A name in `h=` with all that it selects.
pub(super) struct Part {
    /// The name in lower case.
    pub(super) name: String,
    /// The slots that it has, the one for the lowest field first.
    pub(super) slots: Vec<usize>,
    /// The fields of this name, the lowest first: as many as there are slots are signed.
    pub(super) now: Vec<Entry>,
    /// Whether it is the signature's own field.
    pub(super) is_own: bool,
}

/// A field as it is, or as it may have been.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// Its place in the header; `None` if it is not there.
    pub(super) origin: Option<usize>,
    /// The field without its final line end; the signature's own without the value of `b=`.
    pub(super) raw: Rc<[u8]>,
}

impl Entry {
    pub(super) fn new(origin: Option<usize>, name: &[u8], value: &[u8]) -> Self {
        let raw = [name, b":", value].concat().into();
        Self { origin, raw }
    }

    /// The same field with another value.
    pub(super) fn with_value(&self, value: &[u8]) -> Self {
        let front = self.raw.len() - self.value().len();
        Self {
            origin: self.origin,
            raw: [&self.raw[..front], value].concat().into(),
        }
    }

    /// The name as it is written, with white space before the colon.
    pub(super) fn name(&self) -> &[u8] {
        let colon = memchr::memchr(b':', &self.raw);
        &self.raw[..colon.unwrap_or(self.raw.len())]
    }

    /// The name for people.
    pub(super) fn shown_name(&self) -> String {
        String::from_utf8_lossy(self.name()).trim_end().to_owned()
    }

    /// What stands behind the colon.
    pub(super) fn value(&self) -> &[u8] {
        self.raw.get(self.name().len() + 1..).unwrap_or_default()
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
        let (value, emptied) = (own.value(), signature.emptied.clone());
        let emptied_value = [value.get(..emptied.start)?, value.get(emptied.end..)?].concat();
        let raw = [&own.raw()[..own.value_offset()], &emptied_value].concat();
        let mut parts: Vec<Part> = Vec::new();
        let mut places: HashMap<&str, usize> = HashMap::new();
        let names: Vec<&str> = signature.signed_headers().collect();
        for (slot, &name) in names.iter().enumerate() {
            let place = *places.entry(name).or_insert(parts.len());
            if place == parts.len() {
                parts.push(Part::new(name, false));
            }
            parts[place].slots.push(slot);
        }
        fill(&mut parts, header, field_index);
        let mut own = Part::new("", true);
        own.slots.push(names.len());
        own.now.push(Entry {
            origin: Some(field_index),
            raw: raw.into(),
        });
        parts.push(own);
        Some(Self {
            header,
            canonicalization: signature.canonicalization.header,
            algorithm: signature.algorithm.hash(),
            parts,
            slots: names.len() + 1,
        })
    }

    /// The place of the signature's own field among the parts.
    pub(super) fn own(&self) -> usize {
        self.parts.len() - 1
    }

    /// The part of this name.
    pub(super) fn part(&self, name: &str) -> Option<&Part> {
        let named = |part: &&Part| part.name == name && !part.is_own;
        self.parts.iter().find(named)
    }

    /// The canonical form of a field, as `c=` asks for.
    pub(super) fn canonical(&self, entry: &Entry, is_own: bool) -> Vec<u8> {
        self.canonical_by(self.canonicalization, &entry.raw, is_own)
    }

    /// The canonical form in a canonicalization of choice.
    pub(super) fn canonical_by(
        &self,
        algorithm: Canonicalization,
        raw: &[u8],
        is_own: bool,
    ) -> Vec<u8> {
        let mut canonical = Vec::with_capacity(raw.len() + 2);
        let field = HeaderField::from_raw(raw, self.line_endings());
        if is_own {
            canonicalize_signature_field(algorithm, field, 0..0, &mut canonical);
        } else {
            canonicalize_field(algorithm, field, &mut canonical);
        }
        canonical
    }

    /// What ends a line in this header.
    pub(super) fn line_endings(&self) -> LineEndings {
        self.header.line_endings()
    }

    /// Whether white space, folds and the letter case of names are signed (RFC 6376 §3.4.1).
    pub(super) fn is_simple(&self) -> bool {
        self.canonicalization == Canonicalization::Simple
    }
}

impl Part {
    fn new(name: &str, is_own: bool) -> Self {
        Self {
            name: name.to_owned(),
            slots: Vec::new(),
            now: Vec::new(),
            is_own,
        }
    }

    /// The fields of some that are signed.
    pub(super) fn signed<'e>(&self, entries: &'e [Entry]) -> &'e [Entry] {
        &entries[..entries.len().min(self.slots.len())]
    }

    /// The name as a field has it, else in the usual letter case.
    pub(super) fn shown_name(&self) -> String {
        let field = self.now.first();
        field.map_or_else(|| super::rules::usual_case(&self.name), Entry::shown_name)
    }
}

/// Gives each part the fields that are there, the lowest first.
fn fill(parts: &mut [Part], header: &Header, own: usize) {
    let index = FieldIndex::new(header);
    let most = |part: &Part| index.count(&part.name, part.slots.len() + MORE + 1);
    let counts: Vec<_> = parts.iter().map(most).collect();
    let names: Vec<String> = parts.iter().map(|part| part.name.clone()).collect();
    let wanted = names.iter().zip(&counts);
    let wanted = wanted.flat_map(|(name, &count)| std::iter::repeat_n(name.as_str(), count));
    let mut selected = index.select(wanted, Some(own));
    for (part, count) in parts.iter_mut().zip(&counts) {
        let fields = selected.by_ref().take(*count).flatten();
        let fields = fields.filter_map(|at| Some((at, header.field(at)?)));
        let entries = fields.map(|(at, field)| Entry {
            origin: Some(at),
            raw: field.raw()[..field.value_offset() + field.value().len()].into(),
        });
        part.now = entries.collect();
    }
}
