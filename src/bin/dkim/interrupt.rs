//! Ctrl-C ends the program soon, but not in the middle of a line or of the renaming of a file.

use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::thread;
use std::time::{Duration, Instant};

use crate::system::{before_signals_end, end_group_of};

/// How long a signal waits for a step to end: a step may wait for a reader that has stopped.
const PATIENCE: Duration = Duration::from_millis(300);

/// Steps that a signal must not cut in two: a line of output, a file that has another name for a
/// moment.
#[derive(Clone, Debug, Default)]
pub struct Steps {
    lock: Arc<RwLock<()>>,
    /// The process of a command that runs in a group of its own.
    command: Arc<Mutex<Option<u32>>>,
}

impl Steps {
    /// Begins a step, which ends when the result is dropped.
    pub fn begin(&self) -> RwLockReadGuard<'_, ()> {
        self.lock.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Names the process of a command, which signals end with this program; `None` when it has ended.
    pub fn runs(&self, command: Option<u32>) {
        *self.command.lock().unwrap_or_else(PoisonError::into_inner) = command;
    }

    /// Ends the command that runs, with all that it has started.
    fn end_command(&self) {
        let command = self.command.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(command) = *command {
            end_group_of(command);
        }
    }

    /// Waits until no step is under way, but not for long. While the result is held, none begins.
    fn between(&self) -> Option<RwLockWriteGuard<'_, ()>> {
        let until = Instant::now() + PATIENCE;
        loop {
            if let Ok(guard) = self.lock.try_write() {
                return Some(guard);
            }
            if Instant::now() > until {
                return None;
            }
            thread::sleep(Duration::from_millis(1));
        }
    }
}

/// From now on signals end the program between two steps and after `tidy`.
pub fn end_between(steps: Steps, tidy: impl Fn() + Send + 'static) {
    before_signals_end(move |end| {
        let between = steps.between();
        if between.is_some() {
            tidy();
        }
        steps.end_command();
        end();
    });
}
