//! How long a search may take.

/// Octets that are hashed or looked through between two looks at the clock.
const STEP: u64 = 256 * 1024;

/// How long a search may take: it ends soon after `goes_on` has said no.
pub struct Budget<'a> {
    goes_on: &'a mut dyn FnMut() -> bool,
    left: u64,
    /// What is left of the share of one search; without a share, more than can be spent.
    share: u64,
}

/// The budget is spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exhausted;

impl<'a> Budget<'a> {
    /// A budget that lasts as long as `goes_on` says yes; the caller looks at the clock there. It
    /// is asked after every few hundred thousand octets of work.
    pub fn new(goes_on: &'a mut dyn FnMut() -> bool) -> Self {
        Self {
            goes_on,
            left: STEP,
            share: u64::MAX,
        }
    }

    /// Lets a search go on for so many octets at most: a share, so that something is left for what
    /// comes behind it. `None` if it ended because the share was spent.
    ///
    /// # Errors
    ///
    /// [`Exhausted`] if the whole budget is spent.
    pub(super) fn within(
        &mut self,
        octets: u64,
        search: impl FnOnce(&mut Self) -> Result<(), Exhausted>,
    ) -> Result<Option<()>, Exhausted> {
        self.share = octets;
        let searched = search(self);
        let is_spent = std::mem::replace(&mut self.share, u64::MAX) == 0;
        match searched {
            Ok(()) => Ok(Some(())),
            Err(Exhausted) if is_spent => Ok(None),
            Err(Exhausted) => Err(Exhausted),
        }
    }

    /// Takes note of work on so many octets, before or after it.
    ///
    /// # Errors
    ///
    /// [`Exhausted`] if the search has to end.
    pub fn spend(&mut self, octets: usize) -> Result<(), Exhausted> {
        let octets = octets as u64;
        self.share = self.share.saturating_sub(octets);
        if self.share == 0 {
            return Err(Exhausted);
        }
        if octets < self.left {
            self.left -= octets;
            return Ok(());
        }
        self.left = STEP;
        if (self.goes_on)() {
            Ok(())
        } else {
            self.left = 0;
            Err(Exhausted)
        }
    }
}

impl std::fmt::Debug for Budget<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Budget").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_less_than_all() {
        let mut goes_on = || true;
        let mut budget = Budget::new(&mut goes_on);
        assert_eq!(budget.within(100, |budget| budget.spend(60)), Ok(Some(())));
        let spent = budget.within(100, |budget| {
            budget.spend(60)?;
            budget.spend(60)
        });
        assert_eq!(spent, Ok(None));
        assert_eq!(budget.spend(1 << 30), Ok(()));
    }

    #[test]
    fn the_whole_may_end_within_a_share() {
        let mut goes_on = || false;
        let mut budget = Budget::new(&mut goes_on);
        let spent = budget.within(u64::MAX, |budget| budget.spend(1 << 20));
        assert_eq!(spent, Err(Exhausted));
    }
}
