//! A bound on how much work begins at once.

use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::timeout;

/// A number of turns. Work begins when it has a turn, and keeps it until the work is done or the
/// turn's length is over; then it goes on without one. So work that never ends blocks no turn.
///
/// When no turn is free, the newest work gets the next one. So new work waits no longer than the
/// length of a turn, however much older work waits that will never end.
#[derive(Clone)]
pub(super) struct Turns {
    shared: Arc<Shared>,
}

struct Shared {
    /// The length of a turn.
    length: Duration,
    /// The longest wait for a turn.
    patience: Duration,
    state: Mutex<State>,
}

struct State {
    free: usize,
    /// One sender for each waiting work, the newest last.
    waiting: Vec<oneshot::Sender<Turn>>,
}

/// A turn, given back when this is dropped.
struct Turn {
    shared: Arc<Shared>,
}

impl Turns {
    /// `count` turns, each of `length`. Work that waits longer than `patience` is given up.
    pub(super) fn new(count: usize, length: Duration, patience: Duration) -> Self {
        Self {
            shared: Arc::new(Shared {
                length,
                patience,
                state: Mutex::new(State {
                    free: count,
                    waiting: Vec::new(),
                }),
            }),
        }
    }

    /// Does the work once there is a turn for it; `None` if there is none in time.
    pub(super) async fn work<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        let turn = self.turn().await?;
        let mut work = pin!(work);
        match timeout(self.shared.length, &mut work).await {
            Ok(done) => Some(done),
            Err(_) => {
                drop(turn);
                Some(work.await)
            }
        }
    }

    async fn turn(&self) -> Option<Turn> {
        let given = {
            let mut state = self.shared.state();
            if let Some(free) = state.free.checked_sub(1) {
                state.free = free;
                return Some(self.shared.turn());
            }
            // Waiters that gave up are removed before the list grows, so that it stays bounded.
            if state.waiting.len() == state.waiting.capacity() {
                state.waiting.retain(|other| !other.is_closed());
            }
            let (give, given) = oneshot::channel();
            state.waiting.push(give);
            given
        };
        timeout(self.shared.patience, given).await.ok()?.ok()
    }
}

impl Shared {
    fn turn(self: &Arc<Self>) -> Turn {
        Turn {
            shared: self.clone(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The newest waiter; if there is none, the turn is free.
    fn next(&self) -> Option<oneshot::Sender<Turn>> {
        let mut state = self.state();
        while let Some(next) = state.waiting.pop() {
            if !next.is_closed() {
                return Some(next);
            }
        }
        state.free += 1;
        None
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(next) = self.shared.next() {
            // A waiter that gives up at this moment drops the turn, which gives it back.
            let _ = next.send(self.shared.turn());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use tokio::task::{JoinSet, yield_now};
    use tokio::time::Instant;

    use super::super::at_paused_time;
    use super::*;

    const LENGTH: Duration = Duration::from_millis(25);
    const PATIENCE: Duration = Duration::from_secs(30);

    /// Starts work that never ends: each piece has a turn or waits for one.
    async fn endless(turns: &Turns, count: usize) -> JoinSet<Option<()>> {
        let waits = count - turns.shared.state().free;
        let mut tasks = JoinSet::new();
        for _ in 0..count {
            let turns = turns.clone();
            tasks.spawn(async move { turns.work(pending()).await });
        }
        loop {
            let (free, waiting) = {
                let state = turns.shared.state();
                (state.free, state.waiting.len())
            };
            if free == 0 && waiting >= waits {
                return tasks;
            }
            yield_now().await;
        }
    }

    #[test]
    fn endless_work_does_not_delay_the_newest() {
        at_paused_time(async {
            for count in [32, 800, 20_000] {
                let turns = Turns::new(32, LENGTH, PATIENCE);
                let _endless = endless(&turns, count).await;
                let began = Instant::now();
                assert_eq!(turns.work(ready(())).await, Some(()));
                assert!(began.elapsed() <= LENGTH + Duration::from_millis(1));
            }
        });
    }

    #[test]
    fn all_work_begins_in_the_end() {
        at_paused_time(async {
            let turns = Turns::new(32, LENGTH, PATIENCE);
            let _endless = endless(&turns, 800).await;
            tokio::time::sleep(LENGTH * (800 / 32) + Duration::from_millis(100)).await;
            assert_eq!(turns.shared.state().free, 32);
        });
    }

    #[test]
    fn work_without_a_turn_in_time_is_given_up() {
        at_paused_time(async {
            let turns = Turns::new(1, Duration::MAX, PATIENCE);
            let endless = endless(&turns, 1).await;
            let began = Instant::now();
            assert_eq!(turns.work(ready(())).await, None);
            assert!(began.elapsed() >= PATIENCE);
            // The turn is not given to the waiter that gave up.
            drop(endless);
            yield_now().await;
            assert_eq!(turns.work(ready(())).await, Some(()));
            assert_eq!(turns.shared.state().free, 1);
        });
    }

    #[test]
    fn waiters_that_gave_up_are_removed() {
        at_paused_time(async {
            let turns = Turns::new(1, Duration::MAX, Duration::from_millis(1));
            let _endless = endless(&turns, 1).await;
            for _ in 0..1_000 {
                assert_eq!(turns.work(ready(())).await, None);
                assert!(turns.shared.state().waiting.len() <= 4);
            }
        });
    }
}
