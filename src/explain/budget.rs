//! How much work a search may do.

use std::fmt;
use std::time::Duration;

/// The bytes of work in one unit.
const UNIT: u64 = 1024 * 1024;
/// The candidates that are tried in one unit, beside the bytes that are hashed for them.
const CANDIDATES: u64 = 1000;
/// The bytes of work between two looks at the clock.
const STEP: u64 = 256 * 1024;

/// How much work a search may do.
///
/// Work is counted in units of 1 MiB hashed or looked through, or of 1,000 candidates tried. So the
/// same input gives the same answer on every machine, however busy it is. A clock is only a
/// backstop: a search also ends after [`Budget::LONGEST`], and says so.
pub struct Budget<'a> {
    units: u64,
    /// The bytes of work that are left to the innermost share.
    left: u64,
    /// The bytes of work since the last look at the clock.
    unseen: u64,
    clock: Box<dyn FnMut() -> Duration + 'a>,
    end: Duration,
    is_late: bool,
    is_left_out: bool,
}

/// The budget, or the share of it, is spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Exhausted;

/// Why a search ended before all was tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unfinished {
    /// The work was done that a [`Budget`] of so many units allows.
    BudgetSpent {
        /// The units of the whole budget.
        units: u64,
    },
    /// [`Budget::LONGEST`] went by before that.
    TimeUp,
    /// Something was not looked for because the body is too long, or has too much in it.
    TooLong,
    /// The search is done, but names at which the key may be were not answered.
    Unanswered {
        /// How many.
        names: usize,
    },
}

impl<'a> Budget<'a> {
    /// The units that suffice for nearly all messages.
    pub const DEFAULT_UNITS: u64 = 2000;

    /// The time after which a search ends, whatever is left of its work.
    pub const LONGEST: Duration = Duration::from_secs(60);

    /// A budget of so many units. `clock` gives the time since any moment, which stays the same; it
    /// is asked now, and after every few hundred thousand bytes of work. One that stands still
    /// leaves the work alone to end the search.
    pub fn new(units: u64, clock: impl FnMut() -> Duration + 'a) -> Self {
        let mut clock = Box::new(clock);
        Self {
            units,
            left: units.saturating_mul(UNIT),
            unseen: 0,
            end: clock().saturating_add(Self::LONGEST),
            clock,
            is_late: false,
            is_left_out: false,
        }
    }

    /// A budget that is never spent.
    #[cfg(test)]
    pub(super) fn unlimited() -> Self {
        Self::new(u64::MAX, || Duration::ZERO)
    }

    /// Lets one of `count` searches do its part of the work that is left. What it does not need is
    /// left to the others.
    pub(super) fn part<T>(&mut self, count: u32, search: impl FnOnce(&mut Self) -> T) -> T {
        let whole = self.left;
        let share = whole / u64::from(count.max(1));
        self.left = share;
        let found = search(self);
        self.left = whole - (share - self.left);
        found
    }

    /// Takes note of work on so many bytes, before or after it.
    ///
    /// # Errors
    ///
    /// [`Exhausted`] if the search has to end.
    pub(super) fn spend(&mut self, bytes: usize) -> Result<(), Exhausted> {
        let bytes = bytes as u64;
        self.unseen = self.unseen.saturating_add(bytes);
        if self.unseen >= STEP {
            self.unseen = 0;
            self.is_late |= (self.clock)() >= self.end;
        }
        self.left = self.left.saturating_sub(bytes);
        if self.is_late || self.left == 0 {
            self.is_left_out = false;
            Err(Exhausted)
        } else {
            Ok(())
        }
    }

    /// Takes note of a candidate for which so many bytes are hashed.
    ///
    /// # Errors
    ///
    /// [`Exhausted`] if the search has to end.
    pub(super) fn candidate(&mut self, bytes: usize) -> Result<(), Exhausted> {
        self.spend(bytes.saturating_add((UNIT / CANDIDATES) as usize))
    }

    /// Takes note that a search is over that had to leave something out for want of memory.
    pub(super) const fn left_out(&mut self) -> Exhausted {
        self.is_left_out = true;
        Exhausted
    }

    /// Why a search that is [`Exhausted`] ended.
    pub(super) fn unfinished(&self) -> Unfinished {
        if self.is_left_out {
            Unfinished::TooLong
        } else if self.is_late {
            Unfinished::TimeUp
        } else {
            Unfinished::BudgetSpent { units: self.units }
        }
    }
}

impl fmt::Debug for Budget<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { units, left, .. } = self;
        let mut shown = f.debug_struct("Budget");
        shown.field("units", units).field("left", left);
        shown.finish_non_exhaustive()
    }
}

impl Unfinished {
    /// What to do about it, in lower case and without a full stop.
    pub(super) fn remedy(self) -> String {
        match self {
            Self::BudgetSpent { units } => {
                format!(
                    "allow more work: --explain-budget {}",
                    units.saturating_mul(10)
                )
            }
            Self::TimeUp => "try again when the machine has less to do".to_owned(),
            Self::TooLong => "compare the body with the one that was sent: dkim inspect \
                              --canonical body FILE"
                .to_owned(),
            Self::Unanswered { .. } => "try again later".to_owned(),
        }
    }
}

impl fmt::Display for Unfinished {
    /// Why, as a sentence in lower case and without a full stop.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BudgetSpent { units } => write!(f, "its budget of {units} is spent"),
            Self::TimeUp => {
                let longest = Budget::LONGEST.as_secs();
                write!(f, "it took {longest} s, the longest that it may take")
            }
            Self::TooLong => f.write_str(
                "the body is too long, or has too much in it, for all of it to be looked into",
            ),
            Self::Unanswered { names } => {
                let plural = if *names == 1 { "name" } else { "names" };
                write!(
                    f,
                    "the DNS gave no answer for {names} {plural} near the key's"
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(units: u64) -> Budget<'static> {
        Budget::new(units, || Duration::ZERO)
    }

    /// How often this much can be spent.
    fn count(budget: &mut Budget<'_>, bytes: usize) -> usize {
        (0..10_000)
            .take_while(|_| budget.spend(bytes).is_ok())
            .count()
    }

    #[test]
    fn the_whole_may_end_within_a_part() {
        let mut budget = of(1);
        let spent = budget.part(1, |budget| budget.spend(1 << 20));
        assert_eq!(spent, Err(Exhausted));
        assert_eq!(budget.unfinished(), Unfinished::BudgetSpent { units: 1 });
    }

    #[test]
    fn what_is_left_out_is_not_spent() {
        let mut budget = of(1);
        let _ = budget.left_out();
        assert_eq!(budget.unfinished(), Unfinished::TooLong);
        assert_eq!(budget.spend(1 << 20), Err(Exhausted));
        assert_eq!(budget.unfinished(), Unfinished::BudgetSpent { units: 1 });
    }

    #[test]
    fn a_part_leaves_the_rest_to_others() {
        let mut budget = of(90);
        let mib = |budget: &mut Budget<'_>| count(budget, 1 << 20);
        assert_eq!(budget.part(3, mib), 29);
        assert_eq!(budget.part(2, |budget| budget.spend(1 << 20)), Ok(()));
        // What that one did not need.
        assert_eq!(budget.part(1, mib), 58);
        assert_eq!(budget.spend(1), Err(Exhausted));
    }

    #[test]
    fn candidates_count() {
        let mut budget = of(2);
        let tried = (0..10_000).take_while(|_| budget.candidate(0).is_ok());
        assert_eq!(tried.count(), 2001);
    }

    #[test]
    fn the_clock_is_a_backstop() {
        let mut seconds = 0..;
        let mut budget = Budget::new(u64::MAX, || Duration::from_secs(seconds.next().unwrap()));
        let share = budget.part(2, |budget| {
            assert_eq!(count(budget, 256 * 1024), 59);
            budget.spend(1)
        });
        assert_eq!(share, Err(Exhausted));
        assert_eq!(budget.spend(1), Err(Exhausted));
        assert_eq!(budget.unfinished(), Unfinished::TimeUp);
    }

    #[test]
    fn what_is_spent_and_what_to_do_is_said() {
        let check = |why: Unfinished, said: &str, remedy: &str| {
            assert_eq!((&*why.to_string(), &*why.remedy()), (said, remedy));
        };
        let spent = Unfinished::BudgetSpent { units: 2000 };
        check(
            spent,
            "its budget of 2000 is spent",
            "allow more work: --explain-budget 20000",
        );
        let said = "it took 60 s, the longest that it may take";
        check(
            Unfinished::TimeUp,
            said,
            "try again when the machine has less to do",
        );
        let said = "the DNS gave no answer for 1 name near the key's";
        check(Unfinished::Unanswered { names: 1 }, said, "try again later");
    }
}
