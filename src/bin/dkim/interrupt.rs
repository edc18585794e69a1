//! Ctrl-C, where much is printed: the end comes at once, and behind a whole line.

use std::fs;
use std::thread;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;

use crate::new_file::RENAMING;
use crate::output;

/// From now on these signals end the program between two lines of output, unless whoever started
/// it wants them ignored: `nohup`, say. Without the means to do so they end it wherever it is.
pub fn end_between_lines() {
    let wait = || {
        let ignored = ignored();
        let heeded = [SIGINT, SIGTERM, SIGHUP].into_iter();
        let heeded = heeded.filter(|signal| ignored & (1 << (signal - 1)) == 0);
        let Ok(mut signals) = Signals::new(heeded) else {
            return;
        };
        for signal in signals.forever() {
            let _between = output::between_lines();
            let _no_other_name = output::soon(&RENAMING);
            // As if nothing had caught it: whoever waits for the program sees what ended it.
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
