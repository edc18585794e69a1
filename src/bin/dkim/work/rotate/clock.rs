//! The time of a run, which goes on while it waits for the DNS and for commands.

use crate::clock::now;

#[derive(Clone, Copy)]
pub struct Clock {
    /// The time that the command line names, which does not go on.
    fixed: Option<u64>,
}

impl Clock {
    pub const fn new(fixed: Option<u64>) -> Self {
        Self { fixed }
    }

    /// The time in Unix seconds.
    pub fn now(self) -> u64 {
        self.fixed.unwrap_or_else(now)
    }
}
