//! Machines that examine domains, and the DNS that answers their questions: many at a time, each
//! question once.

use std::collections::{HashMap, HashSet, VecDeque};
use std::time::Duration;

use dkim_toolkit::lookup::{Answer, Question};
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use tokio::time::{Instant, timeout};

use crate::error::Error;

/// How often the caller hears how far the work is.
const TICK: Duration = Duration::from_millis(100);
/// Answers that are kept for machines that ask the same later. The oldest go first.
const KEPT: usize = 16_384;

/// What examines a domain by questions and answers.
pub trait Machine {
    /// The questions that it needs answered now, the most urgent first. One that was answered is
    /// not among them.
    fn pending(&self) -> Vec<Question>;

    /// Takes the answer to a question that it asked. It may no longer need it.
    fn answer(&mut self, question: &Question, answer: Answer);
}

/// How many questions were put to the DNS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub asked: usize,
    pub answered: usize,
}

/// What the caller of [`drive`] hears.
pub enum Event<M> {
    /// Some time has passed.
    Tick(Tally),
    /// The machine of this number has all its answers, and so have those before it.
    Done(usize, M),
}

/// Answers the questions of machines until none has any more.
///
/// At most `parallel` questions are under way at a time, and they are taken from the machines in
/// turn. A question that several machines ask is asked once. Twice as many machines as `parallel` are
/// at work at a time. `on` gets each machine back, in their order; its error ends the work.
pub async fn drive<M: Machine, F: Future<Output = Answer>>(
    machines: impl IntoIterator<Item = M>,
    parallel: usize,
    ask: impl Fn(Question) -> F,
    mut on: impl FnMut(Event<M>) -> Result<(), Error>,
) -> Result<Tally, Error> {
    let parallel = parallel.max(1);
    let mut work = Work::new(machines.into_iter(), parallel.saturating_mul(2));
    let mut under_way = FuturesUnordered::new();
    let mut ticked = Instant::now();
    loop {
        while under_way.len() < parallel
            && let Some(question) = work.next_question()
        {
            let answer = ask(question.clone());
            under_way.push(async move { (question, answer.await) });
        }
        while let Some((number, machine)) = work.next_done() {
            on(Event::Done(number, machine))?;
        }
        if under_way.is_empty() {
            return Ok(work.shared.tally);
        }
        if let Ok(Some((question, answer))) = timeout(TICK, under_way.next()).await {
            work.take(&question, &answer);
        }
        if ticked.elapsed() >= TICK {
            ticked = Instant::now();
            on(Event::Tick(work.shared.tally))?;
        }
    }
}

/// The machines, and what was asked and answered.
struct Work<M, I> {
    waiting: I,
    at_a_time: usize,
    /// Those at work, in the order of their turns.
    active: VecDeque<Active<M>>,
    begun: usize,
    done: HashMap<usize, M>,
    given_back: usize,
    shared: Shared,
}

/// What is known of all questions.
#[derive(Default)]
struct Shared {
    /// The questions that are under way.
    asked: HashSet<Question>,
    known: HashMap<Question, Answer>,
    /// The known questions from the oldest on.
    order: VecDeque<Question>,
    tally: Tally,
}

/// A machine at work.
struct Active<M> {
    number: usize,
    machine: M,
    /// What it wants to know and has not asked; `None` if it has to be asked for that.
    wanted: Option<VecDeque<Question>>,
    /// The questions that were asked for it and are not answered.
    awaited: HashSet<Question>,
    answered: HashSet<Question>,
}

impl<M: Machine, I: Iterator<Item = M>> Work<M, I> {
    fn new(waiting: I, at_a_time: usize) -> Self {
        Self {
            waiting,
            at_a_time,
            active: VecDeque::new(),
            begun: 0,
            done: HashMap::new(),
            given_back: 0,
            shared: Shared::default(),
        }
    }

    /// The next question that nobody asked before, from the machine whose turn it is.
    fn next_question(&mut self) -> Option<Question> {
        let mut turns = 0;
        loop {
            self.begin();
            if turns >= self.active.len() {
                return None;
            }
            let mut machine = self.active.pop_front()?;
            let question = machine.next(&mut self.shared);
            if question.is_none() && machine.awaited.is_empty() {
                self.done.insert(machine.number, machine.machine);
                continue;
            }
            self.active.push_back(machine);
            if question.is_some() {
                return question;
            }
            turns += 1;
        }
    }

    /// Takes in machines until enough are at work.
    fn begin(&mut self) {
        while self.active.len() < self.at_a_time
            && let Some(machine) = self.waiting.next()
        {
            self.active.push_back(Active::new(self.begun, machine));
            self.begun += 1;
        }
    }

    /// Gives an answer to all machines that wait for it.
    fn take(&mut self, question: &Question, answer: &Answer) {
        self.shared.take(question, answer);
        for mut machine in std::mem::take(&mut self.active) {
            if machine.awaited.remove(question) {
                machine.take(question, answer.clone());
            }
            if machine.awaited.is_empty() && !machine.wants(&mut self.shared) {
                self.done.insert(machine.number, machine.machine);
            } else {
                self.active.push_back(machine);
            }
        }
    }

    /// The next machine that has all its answers, if those before it were given back.
    fn next_done(&mut self) -> Option<(usize, M)> {
        let number = self.given_back;
        let machine = self.done.remove(&number)?;
        self.given_back += 1;
        Some((number, machine))
    }
}

impl<M: Machine> Active<M> {
    fn new(number: usize, machine: M) -> Self {
        Self {
            number,
            machine,
            wanted: None,
            awaited: HashSet::new(),
            answered: HashSet::new(),
        }
    }

    /// The next question that nobody asked before.
    fn next(&mut self, shared: &mut Shared) -> Option<Question> {
        if !self.wants(shared) {
            return None;
        }
        let question = self.wanted.as_mut()?.pop_front()?;
        self.awaited.insert(question.clone());
        shared.asked.insert(question.clone());
        shared.tally.asked += 1;
        Some(question)
    }

    /// Whether it has a question that nobody asked before, now that it has all answers that are
    /// known and waits for those that are under way.
    fn wants(&mut self, shared: &mut Shared) -> bool {
        loop {
            let pending = || self.machine.pending().into();
            let wanted = self.wanted.get_or_insert_with(pending);
            let Some(question) = wanted.front() else {
                return false;
            };
            if self.awaited.contains(question) || self.answered.contains(question) {
                wanted.pop_front();
                continue;
            }
            if let Some(answer) = shared.known.get(question) {
                let (question, answer) = (question.clone(), answer.clone());
                self.take(&question, answer);
            } else if shared.asked.contains(question) {
                self.awaited.extend(wanted.pop_front());
            } else {
                return true;
            }
        }
    }

    fn take(&mut self, question: &Question, answer: Answer) {
        self.machine.answer(question, answer);
        self.answered.insert(question.clone());
        // It may want to know more now, or less.
        self.wanted = None;
    }
}

impl Shared {
    fn take(&mut self, question: &Question, answer: &Answer) {
        self.tally.answered += 1;
        self.asked.remove(question);
        self.known.insert(question.clone(), answer.clone());
        self.order.push_back(question.clone());
        if self.order.len() > KEPT
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests;
