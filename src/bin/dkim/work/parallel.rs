//! Work on many inputs at once, its results in the order of the inputs, in bounded memory.
//!
//! Threads take inputs in turns. Work that has to wait, for the DNS say, is put aside, and goes on
//! when what it waits for is there; meanwhile its thread takes other inputs. Results that are ready
//! before their turn are kept. How much is put aside and kept is bounded: at the bound no further
//! input is taken until the results next in turn are there.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use super::progress::{Progress, TICK};
use crate::error::Error;
use crate::print::Output;

/// What waits for its turn or for an answer may take so many octets of memory.
const MAX_HELD: usize = 16 * 1024 * 1024;
/// And it may be so many inputs, however small.
const MAX_AHEAD: u64 = 100_000;
/// Once results came in so many rounds, they are printed at most once in this time: whoever reads
/// them sees no difference, and the threads need not wait for each other.
const MANY_ROUNDS: u32 = 16;
const ROUND: Duration = Duration::from_millis(1);

/// What is to be done with each input.
pub trait Task: Send + Sync + 'static {
    /// Where inputs come from.
    type Inputs: Send;
    /// One input.
    type Item;
    /// What a thread keeps from one input to the next.
    type Scratch: Default;
    /// Work that was put aside.
    type Waiting: Send;
    /// What put-aside work asks for.
    type Question;
    /// What it is given.
    type Answer: Send;
    /// A result.
    type Done: Send;

    /// Takes the next input; `None` if there is no more. One thread at a time does this.
    fn take(&self, inputs: &mut Self::Inputs, scratch: &mut Self::Scratch) -> Option<Self::Item>;

    /// Works on an input.
    fn work(&self, item: Self::Item, scratch: &mut Self::Scratch) -> Step<Self>;

    /// Asks for what put-aside work needs; `wake` takes the answer, once, from any thread.
    fn ask(&self, question: Self::Question, wake: impl FnOnce(Self::Answer) + Send + 'static);

    /// Goes on with work that was put aside, which may have to wait once more.
    fn go_on(&self, waiting: Self::Waiting, answer: Self::Answer) -> Step<Self> {
        let (done, size) = self.resume(waiting, answer);
        Step::Done(done, size)
    }

    /// Ends work that was put aside; the result, and about how many octets of memory it takes.
    fn resume(&self, waiting: Self::Waiting, answer: Self::Answer) -> (Self::Done, usize);
}

/// How far the work on an input came.
pub enum Step<T: Task + ?Sized> {
    /// To its end. The result takes about so many octets of memory.
    Done(T::Done, usize),
    /// It has to wait, and meanwhile takes about so many octets of memory.
    Wait(T::Waiting, T::Question, usize),
}

/// The work in progress.
pub struct Work<T: Task> {
    shared: Arc<Shared<T>>,
}

struct Shared<T: Task> {
    task: T,
    inputs: Mutex<Inputs<T>>,
    jobs: Option<NonZeroUsize>,
    has_all_threads: AtomicBool,
    state: Mutex<State<T>>,
    /// Threads wait for this: there is work for them, or none any more.
    for_threads: Condvar,
    /// Whoever takes the results waits for this: the next in turn is there.
    for_results: Condvar,
}

struct Inputs<T: Task> {
    source: T::Inputs,
    taken: u64,
}

struct State<T: Task> {
    /// The place of the result next in turn.
    turn: u64,
    /// How many inputs were taken, once that was all.
    total: Option<u64>,
    /// How many inputs were taken or are being taken.
    taken: u64,
    waiting: HashMap<u64, (T::Waiting, usize)>,
    answered: VecDeque<(u64, T::Answer)>,
    /// How many of them somebody goes on with, who may put them aside again.
    resumed: usize,
    done: HashMap<u64, (T::Done, usize)>,
    /// The memory that `waiting` and `done` take, in octets.
    held: usize,
    threads: usize,
    /// How many of them wait for work.
    idle: usize,
    /// Whether somebody waits for a result.
    awaited: bool,
    broken: bool,
}

impl<T: Task> State<T> {
    fn is_full(&self) -> bool {
        self.held >= MAX_HELD || self.taken - self.turn >= MAX_AHEAD
    }

    /// Work that has its answer.
    fn take_answered(&mut self) -> Option<(u64, T::Waiting, T::Answer)> {
        loop {
            let (place, answer) = self.answered.pop_front()?;
            if let Some((waiting, size)) = self.waiting.remove(&place) {
                self.held -= size;
                self.resumed += 1;
                return Some((place, waiting, answer));
            }
        }
    }
}

/// What a thread does next.
enum Next<T: Task> {
    Take,
    Resume(u64, T::Waiting, T::Answer),
    Nothing,
}

impl<T: Task> Work<T> {
    /// Begins the work on at most so many inputs at once, as many as there are cores for `None`; an
    /// error if there can be no thread for it.
    pub fn begin(task: T, inputs: T::Inputs, jobs: Option<NonZeroUsize>) -> Result<Self, Error> {
        let shared = Arc::new(Shared {
            task,
            inputs: Mutex::new(Inputs {
                source: inputs,
                taken: 0,
            }),
            jobs,
            has_all_threads: AtomicBool::new(false),
            state: Mutex::new(State {
                turn: 0,
                total: None,
                taken: 0,
                waiting: HashMap::new(),
                answered: VecDeque::new(),
                resumed: 0,
                done: HashMap::new(),
                held: 0,
                threads: 0,
                idle: 0,
                awaited: false,
                broken: false,
            }),
            for_threads: Condvar::new(),
            for_results: Condvar::new(),
        });
        shared
            .add_thread()
            .map_err(|error| Error::from(error).about("threads"))?;
        Ok(Self { shared })
    }

    /// Gives each result to `give` in turn, with the lines that are to be printed, to which it may
    /// add; those are printed as soon as no further result is ready.
    pub fn each(
        &mut self,
        output: &mut Output,
        progress: &mut Progress,
        mut give: impl FnMut(T::Done, &mut String, &mut Output) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut lines = String::new();
        let mut rounds = 0_u32;
        loop {
            let ready = self.next(|| {
                if progress.update() {
                    output.end_between_lines();
                }
            })?;
            if ready.is_empty() {
                return Ok(());
            }
            // A single line is short enough to be written at once, but a bar must not stay.
            if rounds > 0 || ready.len() > 1 {
                output.end_between_lines();
            }
            progress.advance(ready.len());
            for done in ready {
                give(done, &mut lines, output)?;
            }
            output.lines(&lines)?;
            lines.clear();
            rounds = rounds.saturating_add(1);
            if rounds > MANY_ROUNDS {
                thread::sleep(ROUND);
            }
        }
    }

    /// The results next in turn that are ready, at least one; none at the end.
    fn next(&self, mut while_waiting: impl FnMut()) -> Result<Vec<T::Done>, Error> {
        let shared = &self.shared;
        let mut state = shared.state();
        loop {
            let mut ready = Vec::new();
            loop {
                let turn = state.turn;
                let Some((done, size)) = state.done.remove(&turn) else {
                    break;
                };
                state.held -= size;
                state.turn += 1;
                ready.push(done);
            }
            if !ready.is_empty() || state.total == Some(state.turn) {
                shared.notify_idle(&state);
                return Ok(ready);
            }
            if state.broken || state.threads == 0 {
                return Err(Error::cannot("the work ended early"));
            }
            state.awaited = true;
            let (again, timed_out) = shared
                .for_results
                .wait_timeout(state, TICK)
                .unwrap_or_else(PoisonError::into_inner);
            state = again;
            state.awaited = false;
            if timed_out.timed_out() {
                let all_taken = state.total.is_some();
                drop(state);
                while_waiting();
                if !all_taken {
                    shared.add_threads();
                }
                shared.catch_up();
                state = shared.state();
            }
        }
    }
}

impl<T: Task> Shared<T> {
    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add_thread(self: &Arc<Self>) -> io::Result<()> {
        self.state().threads += 1;
        let leaving = Leaving(self.clone());
        thread::Builder::new().spawn(move || leaving.0.run())?;
        Ok(())
    }

    /// Adds the other threads, once. A single message is done before they would have begun: they
    /// come with the second, or when the first takes long.
    fn add_threads(self: &Arc<Self>) {
        if self.has_all_threads.swap(true, Ordering::Relaxed) {
            return;
        }
        let cores = || thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        let jobs = self.jobs.unwrap_or_else(cores);
        // Fewer threads than were asked for take longer, and that is all.
        let _ = (1..jobs.get()).try_for_each(|_| self.add_thread());
    }

    /// What each thread does.
    fn run(self: &Arc<Self>) {
        let mut scratch = T::Scratch::default();
        loop {
            match self.next() {
                Next::Take => self.take(&mut scratch),
                Next::Resume(place, waiting, answer) => self.resume(place, waiting, answer),
                Next::Nothing => return,
            }
        }
    }

    /// Ends work that has its answers, which no thread may come to for long: each may wait for a
    /// pipe to give the next input.
    fn catch_up(self: &Arc<Self>) {
        loop {
            let mut state = self.state();
            let Some((place, waiting, answer)) = state.take_answered() else {
                return;
            };
            self.notify_idle(&state);
            drop(state);
            self.resume(place, waiting, answer);
        }
    }

    fn resume(self: &Arc<Self>, place: u64, waiting: T::Waiting, answer: T::Answer) {
        self.step(place, self.task.go_on(waiting, answer));
        let mut state = self.state();
        state.resumed -= 1;
        if state.total.is_some() {
            self.notify_idle(&state);
        }
    }

    /// What was answered comes first: it makes room.
    fn next(&self) -> Next<T> {
        let mut state = self.state();
        loop {
            if let Some((place, waiting, answer)) = state.take_answered() {
                self.notify_idle(&state);
                return Next::Resume(place, waiting, answer);
            }
            if state.total.is_none() && !state.is_full() {
                state.taken += 1;
                return Next::Take;
            }
            if state.total.is_some() && state.waiting.is_empty() && state.resumed == 0 {
                return Next::Nothing;
            }
            state.idle += 1;
            state = self
                .for_threads
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
            state.idle -= 1;
        }
    }

    /// Lets threads look again whether there is work: room, an answer, or the end.
    fn notify_idle(&self, state: &State<T>) {
        if state.idle > 0 {
            self.for_threads.notify_all();
        }
    }

    fn take(self: &Arc<Self>, scratch: &mut T::Scratch) {
        let mut inputs = self.inputs.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(item) = self.task.take(&mut inputs.source, scratch) else {
            let total = inputs.taken;
            drop(inputs);
            self.state().total = Some(total);
            self.for_threads.notify_all();
            self.for_results.notify_all();
            return;
        };
        let place = inputs.taken;
        inputs.taken += 1;
        drop(inputs);
        if place == 1 {
            self.add_threads();
        }
        self.step(place, self.task.work(item, scratch));
    }

    /// Keeps the result of work, or puts it aside until it has an answer.
    fn step(self: &Arc<Self>, place: u64, step: Step<T>) {
        match step {
            Step::Done(done, size) => self.finish(place, done, size),
            Step::Wait(waiting, question, size) => {
                // It has to be there before its answer comes.
                let mut state = self.state();
                state.waiting.insert(place, (waiting, size));
                state.held += size;
                drop(state);
                let shared = self.clone();
                self.task.ask(question, move |answer| {
                    let mut state = shared.state();
                    state.answered.push_back((place, answer));
                    shared.notify_idle(&state);
                });
            }
        }
    }

    fn finish(&self, place: u64, done: T::Done, size: usize) {
        let mut state = self.state();
        state.done.insert(place, (done, size));
        state.held += size;
        if state.awaited && state.turn == place {
            self.for_results.notify_one();
        }
        if state.total.is_some() {
            self.notify_idle(&state);
        }
    }
}

/// A thread at work, which is missed when it ends, in whatever way.
struct Leaving<T: Task>(Arc<Shared<T>>);

impl<T: Task> Drop for Leaving<T> {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.threads -= 1;
        state.broken |= thread::panicking();
        drop(state);
        self.0.for_results.notify_all();
    }
}
