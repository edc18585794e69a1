//! How long a search may take.

/// Octets that are hashed or looked through between two looks at the clock.
const STEP: u64 = 256 * 1024;

/// How long a search may take: it ends soon after `goes_on` has said no.
pub struct Budget<'a> {
    goes_on: &'a mut dyn FnMut() -> bool,
    left: u64,
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
        }
    }

    /// Takes note of work on so many octets, before or after it.
    ///
    /// # Errors
    ///
    /// [`Exhausted`] if the search has to end.
    pub fn spend(&mut self, octets: usize) -> Result<(), Exhausted> {
        let octets = octets as u64;
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
