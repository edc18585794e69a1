//! The one hash loop: whether a body is the one that was hashed.
//!
//! Candidates differ from a body that is at hand in places. That body is hashed once, and the state
//! of the hash set aside now and then; a candidate is hashed from the last of those states before
//! its first difference.

use std::borrow::Cow;

use super::claim::{Claim, FINISH, Outcome, PIECE, Scan};
use crate::explain::{Budget, Exhausted};

/// A state is set aside after so many bytes.
const STEP: usize = PIECE;

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

    /// The outcome for the first `same` bytes and these behind them; `end`: whether what is at the
    /// end may have been added as well.
    pub(super) fn with(
        &self,
        same: usize,
        pieces: &[&[u8]],
        end: End,
        budget: &mut Budget<'_>,
    ) -> Result<Outcome, Exhausted> {
        let at = self.states.partition_point(|(before, _)| *before <= same);
        let (before, state) = &self.states[at - 1];
        let mut scan = state.clone();
        if end == End::Signed {
            scan.close();
        }
        let between = &self.bytes[*before..same];
        budget.candidate(between.len())?;
        scan.push(between);
        for piece in pieces.iter().flat_map(|piece| piece.chunks(PIECE)) {
            // The hash is looked at where lines end.
            let ends = match end {
                End::Signed => 0,
                End::Open => memchr::memchr_iter(b'\n', piece).count(),
            };
            budget.spend(piece.len() + ends * FINISH)?;
            scan.push(piece);
        }
        Ok(scan.finish())
    }
}

/// How many bytes at their beginning two texts share.
pub(super) fn shared(a: &[u8], b: &[u8]) -> usize {
    const AT_ONCE: usize = 256;
    let equal = a.chunks(AT_ONCE).zip(b.chunks(AT_ONCE));
    let whole = equal.take_while(|(a, b)| a == b && a.len() == AT_ONCE);
    let at = whole.count() * AT_ONCE;
    let rest = a[at..].iter().zip(&b[at..]);
    at + rest.take_while(|(a, b)| a == b).count()
}
