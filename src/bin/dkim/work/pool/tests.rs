use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc as blocking;

use super::*;

const KIB: u64 = 1024;

/// This many threads, or one for each core for 0.
fn jobs(jobs: usize) -> Option<NonZeroUsize> {
    NonZeroUsize::new(jobs)
}

/// Runs a test that hangs where the pool deadlocks, and fails if it does. On a busy machine none
/// needs more than a fraction of this time.
fn within_limit(test: impl FnOnce() + Send + 'static) {
    let (done, ended) = blocking::channel();
    let test = thread::spawn(move || {
        test();
        done.send(()).unwrap();
    });
    let ended = ended.recv_timeout(Duration::from_secs(300));
    assert_ne!(
        ended,
        Err(blocking::RecvTimeoutError::Timeout),
        "the pool hangs"
    );
    test.join().unwrap();
}

/// All results until the end.
fn all<R: Send + 'static>(mut pool: Pool<R>) -> Result<Vec<R>, Error> {
    let mut results = Vec::new();
    while let Some(ready) = pool.next(|| {})? {
        assert!(!ready.is_empty());
        results.extend(ready);
    }
    assert!(pool.next(|| {})?.is_none());
    Ok(results)
}

#[test]
fn results_are_in_the_order_of_the_inputs() {
    within_limit(|| {
        for (threads, count) in [(1, 0), (4, 0), (1, 1), (0, 1), (1, 500), (2, 500), (0, 500)] {
            let pool = Pool::start(jobs(threads), 64 * KIB, async move |feed| {
                for number in 0..count {
                    let held = feed.reserve(KIB * (1 + number % 5)).await?;
                    feed.work(async move {
                        for _ in 0..number * 7 % 11 {
                            tokio::task::yield_now().await;
                        }
                        drop(held);
                        number
                    })
                    .await?;
                }
                Ok(())
            });
            let results = all(pool.unwrap()).unwrap();
            assert_eq!(results, (0..count).collect::<Vec<_>>(), "{threads} threads");
        }
    });
}

/// Results that wait for their turn count, and so does work that waits.
#[test]
fn memory_is_bounded() {
    within_limit(|| {
        let taken = Arc::new(AtomicUsize::new(0));
        let counter = taken.clone();
        let (open, gate) = oneshot::channel::<()>();
        let mut pool = Pool::start(jobs(2), 64 * KIB, async move |feed| {
            let mut gate = Some(gate);
            for number in 0..100 {
                let mut held = feed.reserve(40 * KIB).await?;
                counter.fetch_add(1, Ordering::SeqCst);
                let gate = gate.take();
                feed.work(async move {
                    held.shrink_to(8 * KIB + 1);
                    if let Some(gate) = gate {
                        gate.await.unwrap();
                    }
                    (number, held)
                })
                .await?;
            }
            Ok(())
        })
        .unwrap();
        // The first result is not there yet. Each of the others takes 9 KiB once it has begun,
        // and 40 KiB must be free for the next: three are in memory.
        let mut open = Some(open);
        let mut ticks = 0;
        let first = pool.next(|| {
            assert!(taken.load(Ordering::SeqCst) <= 3);
            ticks += 1;
            if ticks == 2
                && let Some(open) = open.take()
            {
                open.send(()).unwrap();
            }
        });
        assert_eq!(first.unwrap().unwrap()[0].0, 0);
        let mut last = 0;
        while let Some(ready) = pool.next(|| {}).unwrap() {
            last = ready.last().unwrap().0;
        }
        assert_eq!((last, taken.load(Ordering::SeqCst)), (99, 100));
    });
}

#[test]
fn what_exceeds_the_memory_goes_alone() {
    within_limit(|| {
        let at_once = Arc::new(Mutex::new((0, 0)));
        let pool = Pool::start(jobs(4), 64 * KIB, {
            let at_once = at_once.clone();
            async move |feed: &mut Feed<()>| {
                for _ in 0..20 {
                    let held = feed.reserve(u64::MAX).await?;
                    let at_once = at_once.clone();
                    feed.work(async move {
                        at_once.lock().unwrap().0 += 1;
                        tokio::task::yield_now().await;
                        let mut at_once = at_once.lock().unwrap();
                        at_once.1 = at_once.1.max(at_once.0);
                        at_once.0 -= 1;
                        drop(held);
                    })
                    .await?;
                }
                Ok(())
            }
        });
        assert_eq!(all(pool.unwrap()).unwrap().len(), 20);
        assert_eq!(at_once.lock().unwrap().1, 1);
    });
}

#[test]
fn results_come_while_the_producer_is_blocked() {
    within_limit(|| {
        for threads in [1, 4] {
            let (go_on, wait) = blocking::channel::<()>();
            let mut pool = Pool::start(jobs(threads), KIB, async move |feed| {
                feed.work(async { 1 }).await?;
                feed.work(async { 2 }).await?;
                let _ = wait.recv();
                feed.work(async { 3 }).await
            })
            .unwrap();
            let mut results = Vec::new();
            while results.len() < 2 {
                results.extend(pool.next(|| {}).unwrap().unwrap());
            }
            drop(go_on);
            results.extend(all(pool).unwrap());
            assert_eq!(results, [1, 2, 3]);
        }
    });
}

#[test]
fn work_that_waits_keeps_no_thread() {
    within_limit(|| {
        let (answer, answers) = tokio::sync::watch::channel(false);
        let begun = Arc::new(AtomicUsize::new(0));
        let counter = begun.clone();
        let mut pool = Pool::start(jobs(2), 1024 * KIB, async move |feed| {
            for _ in 0..1000 {
                let (mut answers, counter) = (answers.clone(), counter.clone());
                feed.work(async move {
                    counter.fetch_add(1, Ordering::SeqCst);
                    answers.wait_for(|there| *there).await.is_ok()
                })
                .await?;
            }
            Ok(())
        })
        .unwrap();
        let first = pool.next(|| {
            if begun.load(Ordering::SeqCst) == 1000 {
                let _ = answer.send(true);
            }
        });
        let mut results = first.unwrap().unwrap();
        results.extend(all(pool).unwrap());
        assert_eq!(results, [true; 1000]);
    });
}

#[test]
fn a_panic_ends_it() {
    within_limit(|| {
        for (threads, bad) in [(1, 0), (4, 0), (1, 7), (4, 7), (4, 99)] {
            let pool = Pool::start(jobs(threads), KIB, async move |feed| {
                for number in 0..100 {
                    feed.work(async move { assert_ne!(number, bad, "intended") })
                        .await?;
                }
                Ok(())
            });
            assert!(all(pool.unwrap()).is_err());
            let pool = Pool::start(jobs(threads), KIB, async move |feed| {
                for number in 0..100 {
                    assert_ne!(number, bad, "intended");
                    feed.work(async {}).await?;
                }
                Ok(())
            });
            assert!(all(pool.unwrap()).is_err());
        }
    });
}

#[test]
fn the_producer_ends_when_nobody_awaits_results() {
    within_limit(|| {
        let (sender, ended) = blocking::channel();
        let mut pool = Pool::start(jobs(2), KIB, async move |feed| {
            loop {
                if let Err(Stop(why)) = feed.work(async {}).await {
                    sender.send(why.is_none()).unwrap();
                    return Ok(());
                }
            }
        })
        .unwrap();
        assert!(pool.next(|| {}).unwrap().is_some());
        drop(pool);
        assert!(ended.recv().unwrap());
    });
}
