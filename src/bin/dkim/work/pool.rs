//! Work on many inputs at once; the results come in the order of the inputs, in bounded memory.
//!
//! A thread of its own takes the inputs, the *producer*. For each input it reserves memory, hands
//! the work to worker threads as a future, and sends a receiver of the result through a channel.
//! The consumer awaits these receivers one after the other. Work that waits, for the DNS say,
//! keeps no thread busy.
//!
//! Memory is reserved in the order of the inputs and before the work begins, and it may only
//! shrink. So the input whose result is next always has what it needs, and nothing deadlocks.

use std::future::Future;
use std::io;
use std::num::NonZeroUsize;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot::error::TryRecvError;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

use crate::error::Error;

/// Memory is counted in units of this many bytes.
const UNIT: u64 = 1024;
/// Inputs that no worker has begun, at most. Each may be an open file.
const QUEUED: usize = 64;
/// The producer waits until there is room for this many inputs: threads that wake each other for
/// each input spend a tenth of the time on that.
const ROUND: u32 = 32;
/// Inputs whose results are awaited, at most.
const MAX_AHEAD: usize = 100_000;
/// How often the consumer may do something else while it waits.
const TICK: Duration = Duration::from_millis(100);

/// The work in progress. Work that is still going on when this is dropped is abandoned.
pub struct Pool<R> {
    results: mpsc::Receiver<oneshot::Receiver<R>>,
    /// The receiver of the next result, or why there is none, if it was looked at before.
    next: Option<Result<oneshot::Receiver<R>, Error>>,
    producer: Option<JoinHandle<io::Result<Workers>>>,
    /// What the consumer waits with.
    runtime: Runtime,
}

/// What the producer passes work to.
pub struct Feed<R> {
    memory: Arc<Semaphore>,
    /// The units of `memory` when all is free.
    units: u32,
    queue: Arc<Semaphore>,
    /// Places in the queue that the producer has for the next inputs.
    places: Option<OwnedSemaphorePermit>,
    results: mpsc::Sender<oneshot::Receiver<R>>,
    workers: Workers,
}

/// Why the producer should stop: nobody awaits results any more, or no thread can be started.
#[derive(Debug)]
pub struct Stop(Option<io::Error>);

/// Reserved memory, which others can have again once this is dropped.
#[derive(Debug)]
pub struct Held(OwnedSemaphorePermit);

impl Held {
    /// Gives back what exceeds this many bytes.
    pub fn shrink_to(&mut self, bytes: u64) {
        let excess = u32::try_from(self.0.num_permits())
            .unwrap_or(u32::MAX)
            .saturating_sub(units(bytes));
        drop(self.0.split(excess as usize));
    }
}

/// The units of memory that hold this many bytes.
fn units(bytes: u64) -> u32 {
    u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(u32::MAX)
}

/// The threads that work.
struct Workers {
    jobs: Option<NonZeroUsize>,
    begun: bool,
    /// Started with the second input.
    runtime: Option<Runtime>,
}

impl<R: Send + 'static> Pool<R> {
    /// Starts work with `jobs` worker threads, or one for each core, and `memory` bytes to reserve. `produce` runs on the
    /// producer's thread, where it may block.
    pub fn start(
        jobs: Option<NonZeroUsize>,
        memory: u64,
        produce: impl AsyncFnOnce(&mut Feed<R>) -> Result<(), Stop> + Send + 'static,
    ) -> Result<Self, Error> {
        let (sender, results) = mpsc::channel(MAX_AHEAD);
        let runtime = Builder::new_current_thread().enable_time().build();
        let producer = move || {
            let units = units(memory);
            let mut feed = Feed {
                memory: Arc::new(Semaphore::new(units as usize)),
                units,
                queue: Arc::new(Semaphore::new(QUEUED)),
                places: None,
                results: sender,
                workers: Workers::new(jobs),
            };
            let stopped = Builder::new_current_thread()
                .build()?
                .block_on(produce(&mut feed));
            match stopped {
                Err(Stop(Some(error))) => Err(error),
                Err(Stop(None)) | Ok(()) => Ok(feed.workers),
            }
        };
        let producer = thread::Builder::new().spawn(producer);
        Ok(Self {
            results,
            next: None,
            producer: Some(producer.map_err(no_threads)?),
            runtime: runtime.map_err(no_threads)?,
        })
    }

    /// The next results that are ready, at least one; `None` at the end. Calls `tick` from time to
    /// time while there is none.
    pub fn next(&mut self, mut tick: impl FnMut()) -> Result<Option<Vec<R>>, Error> {
        let Self {
            results,
            next,
            producer,
            runtime,
        } = self;
        runtime.block_on(async {
            let first = match next.take() {
                Some(first) => Some(first?),
                None => ticking(results.recv(), &mut tick).await,
            };
            let Some(first) = first else {
                return end(producer.take()).map(|()| None);
            };
            let first = ticking(first, &mut tick).await;
            let mut ready = vec![first.map_err(|_| panicked())?];
            while let Ok(mut receiver) = results.try_recv() {
                match receiver.try_recv() {
                    Ok(result) => ready.push(result),
                    Err(why) => {
                        *next = Some(match why {
                            TryRecvError::Empty => Ok(receiver),
                            TryRecvError::Closed => Err(panicked()),
                        });
                        break;
                    }
                }
            }
            Ok(Some(ready))
        })
    }
}

/// Waits for a future, and calls `tick` meanwhile.
pub async fn ticking<T>(future: impl Future<Output = T>, tick: &mut impl FnMut()) -> T {
    let mut future = pin!(future);
    loop {
        match tokio::time::timeout(TICK, &mut future).await {
            Ok(output) => return output,
            Err(_) => tick(),
        }
    }
}

/// Whether the producer came to the end of the inputs.
fn end(producer: Option<JoinHandle<io::Result<Workers>>>) -> Result<(), Error> {
    match producer.map(JoinHandle::join) {
        Some(Err(_)) => Err(panicked()),
        Some(Ok(Err(error))) => Err(no_threads(error)),
        Some(Ok(Ok(_))) | None => Ok(()),
    }
}

fn no_threads(error: io::Error) -> Error {
    Error::from(error).about("threads")
}

fn panicked() -> Error {
    Error::cannot("the work ended early")
}

impl<R: Send + 'static> Feed<R> {
    /// Waits until this many bytes of memory are free, and reserves them. What exceeds the memory
    /// of the pool counts as all of it.
    pub async fn reserve(&self, bytes: u64) -> Result<Held, Stop> {
        let units = units(bytes).min(self.units);
        let permit = self.memory.clone().acquire_many_owned(units).await;
        permit.map(Held).map_err(|_| Stop(None))
    }

    /// Does the work on the last input here: a single message need not wait for another thread.
    pub async fn work_on_last(&mut self, work: impl Future<Output = R>) -> Result<(), Stop> {
        let (sender, receiver) = oneshot::channel();
        let awaited = self.results.send(receiver).await;
        awaited.map_err(|_| Stop(None))?;
        // Where nobody awaits the result any more, it is not needed.
        let _ = sender.send(work.await);
        Ok(())
    }

    /// Passes work to the workers. Waits while there is much that they have not begun.
    pub async fn work(
        &mut self,
        work: impl Future<Output = R> + Send + 'static,
    ) -> Result<(), Stop> {
        let queued = self.place().await?;
        let (sender, receiver) = oneshot::channel();
        let work = async move {
            drop(queued);
            // Where nobody awaits the result any more, it is not needed.
            let _ = sender.send(work.await);
        };
        // Before its result is awaited: where no thread can be started, that is the error.
        let spawned = self.workers.spawn(work);
        spawned.map_err(|error| Stop(Some(error)))?;
        let awaited = self.results.send(receiver).await;
        awaited.map_err(|_| Stop(None))
    }
}

impl<R> Feed<R> {
    /// A place in the queue.
    async fn place(&mut self) -> Result<OwnedSemaphorePermit, Stop> {
        loop {
            if let Some(place) = self.places.as_mut().and_then(|places| places.split(1)) {
                return Ok(place);
            }
            let places = self.queue.clone().acquire_many_owned(ROUND).await;
            self.places = Some(places.map_err(|_| Stop(None))?);
        }
    }
}

impl Workers {
    const fn new(jobs: Option<NonZeroUsize>) -> Self {
        Self {
            jobs,
            begun: false,
            runtime: None,
        }
    }

    /// Starts work on a worker thread. The first input gets a thread of its own, so that a single
    /// message does not have to wait until the cores are counted and all workers are there.
    fn spawn(&mut self, work: impl Future<Output = ()> + Send + 'static) -> io::Result<()> {
        if !std::mem::replace(&mut self.begun, true) && self.jobs != Some(NonZeroUsize::MIN) {
            let runtime = Builder::new_current_thread().build()?;
            thread::Builder::new().spawn(move || runtime.block_on(work))?;
            return Ok(());
        }
        if self.runtime.is_none() {
            let cores = || thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
            let runtime = Builder::new_multi_thread()
                .worker_threads(startable(self.jobs.unwrap_or_else(cores).get()))
                .build()?;
            self.runtime = Some(runtime);
        }
        if let Some(runtime) = &self.runtime {
            runtime.spawn(work);
        }
        Ok(())
    }
}

/// How many of these threads can be started now, at least one. The runtime panics where the system
/// refuses one of its threads.
fn startable(threads: usize) -> usize {
    let (hold, end) = std::sync::mpsc::channel::<()>();
    let end = Arc::new(Mutex::new(end));
    let started: Vec<_> = (0..threads)
        .map_while(|_| {
            let end = end.clone();
            // Each waits until all are started.
            let wait = move || drop(end.lock().map(|end| end.recv()));
            thread::Builder::new().spawn(wait).ok()
        })
        .collect();
    drop(hold);
    let count = started.len();
    for thread in started {
        let _ = thread.join();
    }
    count.max(1)
}

impl Drop for Workers {
    /// Does not wait for work that is abandoned: it may be blocked by a pipe.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

#[cfg(test)]
mod tests;
