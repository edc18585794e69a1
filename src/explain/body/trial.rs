//! The one hash loop: whether a body is the one that was hashed.
//!
//! Candidates differ from a body that is at hand in places. That body is hashed once, and the state
//! of the hash set aside now and then; a candidate comes in pieces, none of which is kept, and is
//! hashed from the last of those states before its first difference.

use std::borrow::Cow;

use super::claim::{Claim, FINISH, Outcome, PIECE, Scan};
use crate::explain::{Budget, Exhausted};

/// A state is set aside after so many bytes.
const STEP: usize = PIECE;
/// Bytes that are compared in the time in which one is hashed.
const COMPARED: usize = 8;

/// A body, hashed.
#[derive(Debug)]
pub(super) struct Hashed<'c> {
    pub(super) claim: Claim<'c>,
    pub(super) bytes: Cow<'c, [u8]>,
    /// The states of the hash, with the bytes before each, ascending.
    states: Vec<(usize, Scan<'c>)>,
    pub(super) outcome: Outcome,
}

/// What is thought of the end of a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// It was signed.
    Signed,
    /// It may have been added.
    Open,
}

/// A candidate of which some is known.
#[derive(Debug)]
pub(super) struct Trial<'h, 'c> {
    hashed: &'h Hashed<'c>,
    end: End,
    /// How many bytes at its beginning are those of the body at hand.
    same: usize,
    /// The hash, from its first difference on.
    scan: Option<Scan<'c>>,
}

impl<'c> Hashed<'c> {
    /// Hashes a body.
    pub(super) fn new(
        claim: Claim<'c>,
        bytes: impl Into<Cow<'c, [u8]>>,
        budget: &mut Budget<'_>,
    ) -> Result<Self, Exhausted> {
        let bytes = bytes.into();
        let mut scan = Scan::new(claim);
        let mut states = Vec::with_capacity(bytes.len() / STEP + 1);
        for (at, piece) in bytes.chunks(STEP).enumerate() {
            states.push((at * STEP, scan.clone()));
            budget.spend(piece.len())?;
            scan.push(piece);
        }
        if states.is_empty() {
            states.push((0, scan.clone()));
        }
        Ok(Self {
            claim,
            bytes,
            states,
            outcome: scan.finish(),
        })
    }

    /// Begins with a candidate of which the first `same` bytes are those of this body; `end`: whether
    /// what is at its end may have been added as well.
    pub(super) const fn trial(&self, same: usize, end: End) -> Trial<'_, 'c> {
        Trial {
            hashed: self,
            end,
            same,
            scan: None,
        }
    }

    /// The hash of the first `same` bytes.
    fn scan(&self, same: usize, end: End, budget: &mut Budget<'_>) -> Result<Scan<'c>, Exhausted> {
        let at = self.states.partition_point(|(before, _)| *before <= same);
        let (before, state) = &self.states[at - 1];
        let mut scan = state.clone();
        if end == End::Signed {
            scan.close();
        }
        let between = &self.bytes[*before..same];
        budget.candidate(between.len())?;
        scan.push(between);
        Ok(scan)
    }
}

impl Trial<'_, '_> {
    /// Takes the next bytes of the candidate.
    pub(super) fn take(&mut self, bytes: &[u8], budget: &mut Budget<'_>) -> Result<(), Exhausted> {
        let mut rest = bytes;
        if self.scan.is_none() {
            let same = shared(&self.hashed.bytes[self.same..], bytes);
            budget.spend(same / COMPARED)?;
            self.same += same;
            rest = &bytes[same..];
        }
        if rest.is_empty() {
            return Ok(());
        }
        let scan = match &mut self.scan {
            Some(scan) => scan,
            none => none.insert(self.hashed.scan(self.same, self.end, budget)?),
        };
        for piece in rest.chunks(PIECE) {
            // The hash is looked at where lines end.
            let ends = match self.end {
                End::Signed => 0,
                End::Open => memchr::memchr_iter(b'\n', piece).count(),
            };
            budget.spend(piece.len() + ends * FINISH)?;
            scan.push(piece);
        }
        Ok(())
    }

    /// What came of the candidate.
    pub(super) fn finish(self, budget: &mut Budget<'_>) -> Result<Outcome, Exhausted> {
        let scan = match self.scan {
            Some(scan) => scan,
            None => self.hashed.scan(self.same, self.end, budget)?,
        };
        Ok(scan.finish())
    }
}

/// How many bytes at their beginning two texts share.
fn shared(a: &[u8], b: &[u8]) -> usize {
    const AT_ONCE: usize = 256;
    let equal = a.chunks(AT_ONCE).zip(b.chunks(AT_ONCE));
    let whole = equal.take_while(|(a, b)| a == b && a.len() == AT_ONCE);
    let at = whole.count() * AT_ONCE;
    let rest = a[at..].iter().zip(&b[at..]);
    at + rest.take_while(|(a, b)| a == b).count()
}
