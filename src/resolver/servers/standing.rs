//! Which servers answer, so that one that is down does not cost each lookup its share of the time.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// How long a server that kept silent is asked after the others: long enough to cost little where
/// it stays down, short enough to go back to the order that was wanted.
const REST: Duration = Duration::from_secs(30);

/// What is known about one server.
#[derive(Debug, Default)]
pub(super) struct Standing {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// When it answered last, whatever it said.
    heard: Option<Instant>,
    /// Until when it is asked after the others.
    rests_until: Option<Instant>,
}

impl Standing {
    /// Whether the others are asked first.
    pub(super) fn rests(&self) -> bool {
        let rests_until = self.state().rests_until;
        rests_until.is_some_and(|until| Instant::now() < until)
    }

    /// It answered.
    pub(super) fn answered(&self) {
        *self.state() = State {
            heard: Some(Instant::now()),
            rests_until: None,
        };
    }

    /// It was asked then, and another server had the answer first. A server that has answered
    /// other questions meanwhile is not down: this question was hard for it.
    pub(super) fn kept_silent_since(&self, asked: Instant) {
        let mut state = self.state();
        if state.heard.is_none_or(|heard| heard < asked) {
            state.rests_until = Some(Instant::now() + REST);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
