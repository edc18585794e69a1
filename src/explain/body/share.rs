//! How much of the budget one hypothesis may use.
//!
//! A hypothesis with many candidates must not use up the time of those behind it. So each has its
//! own share, in octets hashed; where that ends, the search goes on with the next.

use crate::explain::{Budget, Exhausted};

/// A part of a budget.
pub(super) struct Share<'s, 'b> {
    budget: &'s mut Budget<'b>,
    left: usize,
}

/// Why a hypothesis is given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// The whole budget is spent.
    Exhausted,
    /// The share is.
    ShareSpent,
}

impl From<Exhausted> for Stop {
    fn from(_: Exhausted) -> Self {
        Self::Exhausted
    }
}

impl<'b> Share<'_, 'b> {
    /// Takes note of work on so many octets.
    pub(super) fn spend(&mut self, octets: usize) -> Result<(), Stop> {
        self.left = self.left.checked_sub(octets).ok_or(Stop::ShareSpent)?;
        self.budget.spend(octets)?;
        Ok(())
    }

    /// The whole budget, for work that the share was asked for already.
    pub(super) fn budget(&mut self) -> &mut Budget<'b> {
        self.budget
    }
}

/// Lets a hypothesis search on at most so many octets of work; what it found.
pub(super) fn within<'b, T>(
    budget: &mut Budget<'b>,
    octets: usize,
    search: impl FnOnce(&mut Share<'_, 'b>) -> Result<Option<T>, Stop>,
) -> Result<Option<T>, Exhausted> {
    let mut share = Share {
        budget,
        left: octets,
    };
    match search(&mut share) {
        Ok(found) => Ok(found),
        Err(Stop::ShareSpent) => Ok(None),
        Err(Stop::Exhausted) => Err(Exhausted),
    }
}
