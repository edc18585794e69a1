//! Ctrl-C, where much is printed or written: the program ends at once, and between two steps.

use std::fs;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::thread;
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;

/// How long a signal waits for a step to end: a step may wait for a reader that has stopped.
const PATIENCE: Duration = Duration::from_millis(300);

/// Steps that a signal must not cut in two: a line of output, a file that has another name for a
/// moment.
#[derive(Clone, Debug, Default)]
pub struct Steps(Arc<RwLock<()>>);

impl Steps {
    /// Begins a step, which ends when the result is dropped.
    pub fn begin(&self) -> RwLockReadGuard<'_, ()> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until no step is under way, but not for long. While the result is held, none begins.
    fn between(&self) -> Option<RwLockWriteGuard<'_, ()>> {
        let until = Instant::now() + PATIENCE;
        loop {
            if let Ok(guard) = self.0.try_write() {
                return Some(guard);
            }
            if Instant::now() > until {
                return None;
            }
            thread::sleep(Duration::from_millis(1));
        }
    }
}

/// From now on signals end the program between two steps and after `tidy`, except those that the
/// parent process has set to be ignored (`nohup`, for one). If no thread can be started, signals
/// end the program anywhere.
pub fn end_between(steps: Steps, tidy: impl Fn() + Send + 'static) {
    let wait = move || {
        let ignored = ignored();
        let heeded = [SIGINT, SIGTERM, SIGHUP].into_iter();
        let heeded = heeded.filter(|signal| ignored & (1 << (signal - 1)) == 0);
        let Ok(mut signals) = Signals::new(heeded) else {
            return;
        };
        for signal in signals.forever() {
            let between = steps.between();
            if between.is_some() {
                tidy();
            }
            // The parent process sees which signal ended the program.
            let _ = emulate_default_handler(signal);
        }
    };
    let _ = thread::Builder::new().spawn(wait);
}

/// The signals that are ignored, the first as the lowest bit; on Linux. Other systems do not tell
/// without unsafe code.
fn ignored() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or_default()
}
