//! The stretches that were found, each once.

use std::collections::HashMap;
use std::ops::Range;

use crate::explain::body::undone::{Change, Edit, Edits, Text, Undone, Where};

/// Stretches that are gone through one by one are no longer.
const LONGEST: usize = 64 * 1024;

/// What a text may have been without something.
pub(super) struct Found<'t> {
    pub(super) text: &'t [u8],
    /// Where the empty lines at its end begin.
    pub(super) core: usize,
    pub(super) undone: Vec<Undone>,
    /// What costs more is left out.
    pub(super) dearest: u32,
    /// Where each is among them.
    places: HashMap<(Range<usize>, Vec<u8>), usize>,
}

impl<'t> Found<'t> {
    pub(super) fn new(text: Text<'t>) -> Self {
        let dearest = text.dearest;
        let text = text.bytes;
        let rest = &text[text.trim_ascii_end().len()..];
        let core = memchr::memchr(b'\n', rest);
        let core = core.map_or(text.len(), |at| text.len() - rest.len() + at + 1);
        Self {
            text,
            core,
            undone: Vec::new(),
            dearest,
            places: HashMap::new(),
        }
    }

    /// The text without a stretch.
    pub(super) fn put(&mut self, at: Where, range: Range<usize>, cost: u32) {
        self.put_changed(at, range, Vec::new(), cost);
    }

    /// The same with something where the stretch was.
    fn put_changed(&mut self, at: Where, range: Range<usize>, was: Vec<u8>, cost: u32) {
        let is_all = range == (0..self.text.len());
        let is_long = cost > 3 && range.len() > LONGEST;
        let is_dear = cost > self.dearest;
        if is_dear || range.is_empty() || is_all || is_long || self.text[range.clone()] == was {
            return;
        }
        let place = self.places.entry((range.clone(), was.clone()));
        let place = *place.or_insert(self.undone.len());
        if let Some(known) = self.undone.get_mut(place) {
            known.cost = known.cost.min(cost);
            return;
        }
        self.undone.push(Undone {
            edits: Edits::of(vec![Edit { range, was }]),
            cost,
            change: Change::Added(at),
        });
    }

    /// The text without what is between these places. Where that is all up to its end: with the empty
    /// lines there, which were there before; without them; with one more or less.
    pub(super) fn put_end(&mut self, start: usize, end: usize, cost: u32) {
        let (text, core) = (self.text, self.core);
        if end != text.len() && end != core {
            self.put(Where::End, start..end, cost);
            return;
        }
        self.put(Where::End, start..text.len(), cost);
        if start >= core {
            return;
        }
        self.put(Where::End, start..core, cost);
        // What is less likely has no variants.
        if cost > 3 {
            return;
        }
        let tail = &text[core..];
        // Behind an empty line there is another such place.
        if !text[..start].ends_with(b"\r\n\r\n") {
            let more = [tail, b"\r\n"].concat();
            self.put_changed(Where::End, start..text.len(), more, cost + 1);
        }
        if let Some(less) = memchr::memchr(b'\n', tail) {
            self.put(Where::End, start..core + less + 1, cost + 1);
        } else if let Some(before) = text[..start].strip_suffix(b"\r\n") {
            self.put(Where::End, before.len()..text.len(), cost + 1);
        }
    }
}
