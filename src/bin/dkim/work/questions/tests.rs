use std::cell::{Cell, RefCell};

use dkim_toolkit::lookup::{RecordType, RecordsAnswer, RecordsOutcome};
use tokio::time::sleep;

use super::*;

/// A machine that asks for names; each as soon as the one that it depends on is answered.
#[derive(Debug)]
struct Fake {
    /// The name, and what it depends on.
    names: Vec<(String, Option<String>)>,
    heard: Vec<String>,
    /// Once this is answered nothing else is wanted.
    enough: Option<&'static str>,
    /// Whether it wants to know again what it was told.
    forgets: bool,
}

/// The names, each alone, or behind another one as `first>second`.
fn fake(names: &str) -> Fake {
    let pair = |name: &str| match name.split_once('>') {
        Some((first, second)) => (second.to_owned(), Some(first.to_owned())),
        None => (name.to_owned(), None),
    };
    Fake {
        names: names.split(' ').map(pair).collect(),
        heard: Vec::new(),
        enough: None,
        forgets: false,
    }
}

impl Fake {
    fn heard(&self, name: &str) -> bool {
        self.heard.iter().any(|heard| heard == name)
    }
}

impl Machine for Fake {
    fn pending(&self) -> Vec<Question> {
        if self.enough.is_some_and(|name| self.heard(name)) {
            return Vec::new();
        }
        let names = self.names.iter().filter(|(name, after)| {
            let is_ready = after.as_ref().is_none_or(|name| self.heard(name));
            is_ready && (self.forgets || !self.heard(name))
        });
        names
            .map(|(name, _)| Question::new(name, RecordType::Txt))
            .collect()
    }

    fn answer(&mut self, question: &Question, _: Answer) {
        self.heard
            .push(question.name().trim_end_matches('.').to_owned());
    }
}

/// What happened: `?` before a question, `!` before a machine that is done, with what it heard.
struct Log {
    lines: RefCell<Vec<String>>,
    under_way: Cell<usize>,
    most: Cell<usize>,
}

/// Runs the machines against a server that takes as many seconds for an answer as the name's last
/// character says.
fn run(machines: Vec<Fake>, parallel: usize) -> (Vec<String>, usize, Tally) {
    let log = Log {
        lines: RefCell::default(),
        under_way: Cell::new(0),
        most: Cell::new(0),
    };
    let ask = async |question: Question| {
        let name = question.name().trim_end_matches('.');
        log.lines.borrow_mut().push(format!("?{name}"));
        log.under_way.set(log.under_way.get() + 1);
        log.most.set(log.most.get().max(log.under_way.get()));
        let seconds = name.chars().last().and_then(|last| last.to_digit(10));
        sleep(Duration::from_secs(seconds.unwrap_or(0).into())).await;
        log.under_way.set(log.under_way.get() - 1);
        Answer::Resolver(Ok(RecordsAnswer::new(RecordsOutcome::NoRecords)))
    };
    let on = |event| {
        if let Event::Done(number, Fake { heard, .. }) = event {
            let line = format!("!{number} {}", heard.join(" "));
            log.lines.borrow_mut().push(line);
        }
        Ok(())
    };
    let tally = block_on(drive(machines, parallel, ask, on)).unwrap();
    (log.lines.into_inner(), log.most.get(), tally)
}

/// Runs in time that passes at once when all wait.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap()
        .block_on(future)
}

#[track_caller]
fn check(machines: &[&str], parallel: usize, expected: &[&str]) {
    let machines = machines.iter().map(|names| fake(names)).collect();
    let (lines, most, tally) = run(machines, parallel);
    assert_eq!(lines, expected);
    let asked = lines.iter().filter(|line| line.starts_with('?')).count();
    assert!(most <= parallel.max(1), "{most}");
    let answered = asked;
    assert_eq!(tally, Tally { asked, answered });
}

#[test]
fn questions_are_asked_side_by_side() {
    check(&[], 5, &[]);
    check(&["a1 b2"], 5, &["?a1", "?b2", "!0 a1 b2"]);
    check(&["a2 b1"], 5, &["?a2", "?b1", "!0 b1 a2"]);
    check(&["a1 b2 c1"], 2, &["?a1", "?b2", "?c1", "!0 a1 b2 c1"]);
    check(&["a1 b1"], 0, &["?a1", "?b1", "!0 a1 b1"]);
}

#[test]
fn a_new_question_does_not_wait_for_slow_answers() {
    check(
        &["slow9 a1 a1>b1 b1>c1"],
        5,
        &["?slow9", "?a1", "?b1", "?c1", "!0 a1 b1 c1 slow9"],
    );
}

#[test]
fn machines_take_turns() {
    check(
        &["a1 b1 c1 d1", "x1 y1"],
        2,
        &[
            "?a1",
            "?x1",
            "?b1",
            "?y1",
            "?c1",
            "?d1",
            "!0 a1 b1 c1 d1",
            "!1 x1 y1",
        ],
    );
}

#[test]
fn machines_come_back_in_their_order() {
    check(
        &["a3", "b1", "c5", "d1"],
        5,
        &[
            "?a3", "?b1", "?c5", "?d1", "!0 a3", "!1 b1", "!2 c5", "!3 d1",
        ],
    );
}

#[test]
fn a_question_of_several_machines_is_asked_once() {
    // The second waits for the same answer, the third asks later.
    check(
        &["a3", "a3 a3>b1", "c4 c4>a3"],
        5,
        &["?a3", "?c4", "!0 a3", "?b1", "!1 a3 b1", "!2 c4 a3"],
    );
}

#[test]
fn machines_begin_as_others_end() {
    check(
        &["a1", "b1", "c1", "d1"],
        1,
        &[
            "?a1", "!0 a1", "?b1", "!1 b1", "?c1", "!2 c1", "?d1", "!3 d1",
        ],
    );
}

#[test]
fn what_is_no_longer_wanted_is_not_asked() {
    let mut machine = fake("a1 b2 c1 d1");
    machine.enough = Some("a1");
    let (lines, _, _) = run(vec![machine], 2);
    assert_eq!(lines, ["?a1", "?b2", "!0 a1 b2"]);
}

#[test]
fn a_machine_that_asks_again_is_done_all_the_same() {
    let mut machine = fake("a1 a1 b1");
    machine.forgets = true;
    let (lines, _, _) = run(vec![machine], 2);
    assert_eq!(lines, ["?a1", "?b1", "!0 a1 b1"]);
}

#[test]
fn an_error_of_the_caller_ends_the_work() {
    let ask = async |_| Answer::Resolver(Ok(RecordsAnswer::new(RecordsOutcome::NoRecords)));
    let on = |event| match event {
        Event::Done(..) => Err(Error::cannot("no")),
        Event::Tick(_) => Ok(()),
    };
    let result = block_on(drive([fake("a"), fake("b")], 1, ask, on));
    assert!(result.is_err());
}
