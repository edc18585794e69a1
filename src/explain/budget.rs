//! How long a search may take.

use std::time::Duration;

/// Octets that are hashed or looked through between two looks at the clock.
const STEP: u64 = 256 * 1024;

/// How long a search may take, by the caller's clock.
pub struct Budget<'a> {
    clock: Box<dyn FnMut() -> Duration + 'a>,
    /// When the search ends.
    end: Duration,
    left: u64,
    /// What is left of the share of one search; without a share, more than can be spent.
    share: u64,
}

/// The budget is spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Exhausted;

impl<'a> Budget<'a> {
    /// A budget that lasts for a time from now. `clock` gives the time since any moment, which
    /// stays the same; it is asked after every few hundred thousand bytes of work, and the search
    /// ends soon after the end of its time.
    pub fn new(limit: Duration, clock: impl FnMut() -> Duration + 'a) -> Self {
        let mut clock = Box::new(clock);
        Self {
            end: clock().saturating_add(limit),
            clock,
            left: STEP,
            share: u64::MAX,
        }
    }

    /// A budget for work that is bounded by itself.
    pub(super) fn unlimited() -> Self {
        Self::new(Duration::MAX, || Duration::ZERO)
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

    /// Lets one of `count` searches go on for its part of the time that is left. What it does not
    /// need is left to the others.
    pub(super) fn part<T>(&mut self, count: u32, search: impl FnOnce(&mut Self) -> T) -> T {
        let end = self.end;
        let now = (self.clock)();
        self.end = now.saturating_add(end.saturating_sub(now) / count);
        let found = search(self);
        self.end = end;
        found
    }

    /// Takes note of work on so many octets, before or after it.
    ///
    /// # Errors
    ///
    /// [`Exhausted`] if the search has to end.
    pub(super) fn spend(&mut self, octets: usize) -> Result<(), Exhausted> {
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
        if (self.clock)() < self.end {
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
impl Budget<'_> {
    /// A budget that lasts for this many looks at the clock.
    pub(super) fn of_looks(count: u64) -> Self {
        let mut seconds = 0..;
        Self::new(Duration::from_secs(count + 1), move || {
            Duration::from_secs(seconds.next().unwrap())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_less_than_all() {
        let mut budget = Budget::unlimited();
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
        let mut budget = Budget::of_looks(0);
        let spent = budget.within(u64::MAX, |budget| budget.spend(1 << 20));
        assert_eq!(spent, Err(Exhausted));
    }

    #[test]
    fn a_part_leaves_the_rest_to_others() {
        // It ends at 101 s. At 1 s, one of three parts lasts until 34.3 s.
        let mut budget = Budget::of_looks(100);
        let spend_all = |budget: &mut Budget<'_>| {
            let looks = (0..1000).take_while(|_| budget.spend(1 << 20).is_ok());
            looks.count()
        };
        assert_eq!(budget.part(3, spend_all), 33);
        // At 36 s, one of two parts lasts until 68.5 s.
        assert_eq!(budget.part(2, spend_all), 32);
        // One that needs little leaves the rest: from 72 s to 101 s.
        assert_eq!(budget.part(2, |budget| budget.spend(1 << 20)), Ok(()));
        assert_eq!(budget.part(1, spend_all), 28);
        assert_eq!(budget.spend(1), Err(Exhausted));
    }
}
