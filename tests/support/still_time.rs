//! Time that stands still while a test waits for real sockets, and passes when the test says so.
//! With it, no result depends on how busy the machine is.

#![allow(dead_code)] // Each test binary uses a part.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// The longest that a test waits by the clock of the machine; no test needs more than a fraction.
const LIMIT: Duration = Duration::from_secs(120);
const STEP: Duration = Duration::from_millis(1);

/// Runs a test while the time of its runtime stands still; [`tokio::time::advance`] moves it.
pub fn at_still_time<T>(test: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(async {
        // When all tasks wait for sockets, tokio moves paused time on to the next timer, unless a
        // blocking task runs. This one ends at the limit; then all timers expire.
        let (end, ended) = mpsc::channel::<()>();
        tokio::task::spawn_blocking(move || ended.recv_timeout(LIMIT));
        let done = test.await;
        drop(end);
        done
    })
}

/// Waits until a condition holds that depends on threads outside of the runtime.
pub async fn until(mut reached: impl FnMut() -> bool) {
    let mut left = LIMIT.as_millis();
    while !reached() {
        left = left
            .checked_sub(1)
            .expect("the condition does not hold within the limit");
        thread::sleep(STEP);
        tokio::task::yield_now().await;
    }
}
