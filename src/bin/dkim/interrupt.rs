//! Ctrl-C, where much is printed: the end comes at once, and behind a whole line.

use std::thread;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;

use crate::output;

/// From now on these signals end the program between two lines of output. Without the means to do
/// so they end it wherever it is.
pub fn end_between_lines() {
    let Ok(mut signals) = Signals::new([SIGINT, SIGTERM, SIGHUP]) else {
        return;
    };
    thread::spawn(move || {
        for signal in signals.forever() {
            let _between = output::between_lines();
            // As if nothing had caught it: whoever waits for the program sees what ended it.
            let _ = emulate_default_handler(signal);
        }
    });
}
