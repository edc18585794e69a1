//! The judgement of one message, as a part of the work on many.

use std::sync::Arc;
use std::time::Duration;

use dkim_toolkit::authentication_results::{self, AuthservId};
use dkim_toolkit::lookup::{KeyAnswer, KeyQuery};
use dkim_toolkit::message::{Header, HeaderReader};
use dkim_toolkit::verify::{Report, Verification, Verifier};

use super::explain::{Explanations, KeptBody, explain};
use super::inputs::{Chain, Inputs, Place, Taken};
use super::received::received_time;
use super::requirement::{MessageResult, Requirement};
use super::summary::Tally;
use super::{json, now, text};
use crate::args::At;
use crate::dns::Keys;
use crate::exit::ExitStatus;
use crate::io::{Failure, Pieces};
use crate::mbox::{Run, Unquoter};
use crate::output;
use crate::parallel::{Step, Task};
use crate::progress::Counter;

/// What a message in flight takes beside its header, in octets of memory, about.
const IN_FLIGHT: usize = 8 * 1024;

/// A message is large from so many octets on.
const MANY_OCTETS: u64 = 1024 * 1024;

/// Judges messages.
pub struct Judge {
    pub verifier: Verifier,
    pub requirement: Requirement,
    pub at: Option<At>,
    pub line_endings: dkim_toolkit::message::LineEndings,
    pub keys: Keys,
    pub counter: Arc<Counter>,
    pub form: Form,
    /// Whether messages are counted for `--summary`.
    pub tallies: bool,
    /// Whether signatures that do not pass are explained, and how long that may take for a message.
    pub explain: Option<Duration>,
}

/// The form of reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form {
    Text,
    Json,
    /// Authentication-Results fields.
    Field(AuthservId),
    /// No report.
    Nothing,
}

/// What is said of one message.
pub struct Outcome {
    pub result: MessageResult,
    /// Why a message with a passing signature does not pass.
    pub unmet: Option<String>,
    pub report: Report,
    /// Why signatures do not pass, if that was asked.
    pub explanations: Explanations,
}

/// A message that was judged, or could not be.
pub struct Judged {
    /// The report, in its form.
    pub text: String,
    /// Why the message could not be read.
    pub failure: Option<(Place, Failure)>,
    /// A folder in which there is no message.
    pub empty: Option<Place>,
    pub status: ExitStatus,
    pub tally: Option<Tally>,
    /// Octets that were read, and are not counted yet.
    pub uncounted: u64,
}

/// What a thread keeps from one message to the next.
#[derive(Default)]
pub struct Buffers {
    pieces: Vec<u8>,
    message: Vec<u8>,
}

/// Work on one message.
pub enum Item {
    /// Still to be done.
    Taken(Taken),
    /// Done while it was read, for it is large.
    Judged(Box<Step<Judge>>),
}

/// A message whose body was read.
pub struct Pending {
    place: Place,
    verification: Verification,
    /// The same message with its quoting, where that makes a difference.
    as_it_stands: Option<Verification>,
    /// The body, if it may have to be explained.
    kept: Option<KeptBody>,
    /// Octets that were read, and are not counted yet.
    uncounted: u64,
}

/// Questions and their answers.
type Answers = Vec<(KeyQuery, KeyAnswer)>;

impl Task for Judge {
    type Inputs = Inputs;
    type Item = Item;
    type Scratch = Buffers;
    type Waiting = Pending;
    type Question = Vec<KeyQuery>;
    type Answer = Answers;
    type Done = Judged;

    fn take(&self, inputs: &mut Inputs, buffers: &mut Buffers) -> Option<Item> {
        Some(match inputs.take(&mut buffers.message)? {
            Taken::Begun(place) => {
                let start = &buffers.message;
                let rest = inputs.rest();
                Item::Judged(Box::new(self.read(place, Chain { start, rest })))
            }
            taken => Item::Taken(taken),
        })
    }

    fn work(&self, item: Item, buffers: &mut Buffers) -> Step<Self> {
        match item {
            Item::Judged(step) => *step,
            Item::Taken(Taken::File(place, start)) => {
                self.read(place, start.pieces(&mut buffers.pieces))
            }
            Item::Taken(Taken::InBuffer(place) | Taken::Begun(place)) => {
                let start = &buffers.message;
                self.read(place, Chain { start, rest: None })
            }
            Item::Taken(Taken::Failed(place, failure)) => self.fail(place, failure),
            Item::Taken(Taken::Empty(place)) => {
                let judged = Judged {
                    empty: Some(place),
                    ..Judged::new(String::new(), ExitStatus::No)
                };
                Step::Done(judged, 512)
            }
        }
    }

    fn ask(&self, question: Vec<KeyQuery>, wake: impl FnOnce(Answers) + Send + 'static) {
        self.keys.ask(question, wake);
    }

    fn resume(&self, mut pending: Pending, answers: Answers) -> (Judged, usize) {
        for (query, answer) in answers {
            pending.answer(&query, &answer);
        }
        self.conclude(pending)
    }
}

impl Judge {
    /// Reads a message, and judges it unless that has to wait for keys.
    fn read(&self, place: Place, mut pieces: impl Pieces) -> Step<Self> {
        match self.hash(&place, &mut pieces) {
            Err(failure) => self.fail(place, failure),
            Ok((mut pending, mut missing)) => {
                // The answers may have come while the body was read.
                missing.retain(|query| match self.keys.known(query) {
                    Some(answer) => {
                        pending.answer(query, &answer);
                        false
                    }
                    None => true,
                });
                if missing.is_empty() {
                    let (judged, size) = self.conclude(pending);
                    return Step::Done(judged, size);
                }
                let header = pending.verification.header().octets().len();
                let body = pending.kept.as_ref().map_or(0, KeptBody::len);
                Step::Wait(pending, missing, 2 * header + body + IN_FLIGHT)
            }
        }
    }

    /// Reads a message to its end, and has its keys asked for meanwhile; the questions that were
    /// not answered yet come with it.
    fn hash(
        &self,
        place: &Place,
        pieces: &mut impl Pieces,
    ) -> Result<(Pending, Vec<KeyQuery>), Failure> {
        let mut header = HeaderReader::new(self.line_endings);
        // Quoting is a matter of mboxes.
        let mut unquoter = place.index.map(|_| Unquoter::default());
        loop {
            let piece = pieces.read()?;
            let end = header.push(piece).map_err(Failure::new)?;
            if end.is_none() && !piece.is_empty() {
                continue;
            }
            let (mut pending, missing) = self.begin(place, header)?;
            let body = &piece[end.unwrap_or(0)..];
            let header = pending.verification.header().length();
            pending.uncounted = header + body.len() as u64;
            pending.body(&mut unquoter, body);
            let mut ended = piece.is_empty();
            while !ended {
                let piece = pieces.read()?;
                self.count(&mut pending, piece.len() as u64);
                pending.body(&mut unquoter, piece);
                ended = piece.is_empty();
            }
            pending.end_body(unquoter);
            return Ok((pending, missing));
        }
    }

    /// Counts what was read: that of a large message at once, else when it is judged.
    fn count(&self, pending: &mut Pending, octets: u64) {
        if pending.uncounted < MANY_OCTETS {
            pending.uncounted += octets;
        } else {
            self.counter.add(octets);
        }
    }

    fn begin(
        &self,
        place: &Place,
        header: HeaderReader,
    ) -> Result<(Pending, Vec<KeyQuery>), Failure> {
        let header = header.finish().map_err(Failure::new)?;
        let now = self.time_of_judgement(&header)?;
        let mut verification = self.verifier.begin(header, now);
        let mut missing: Vec<KeyQuery> = verification.queries().cloned().collect();
        missing.retain(|query| match self.keys.known(query) {
            Some(answer) => {
                verification.answer(query, answer);
                false
            }
            None => {
                self.keys.ask_ahead(query);
                true
            }
        });
        let pending = Pending {
            place: place.clone(),
            verification,
            as_it_stands: None,
            kept: self.explain.map(|_| KeptBody::default()),
            uncounted: 0,
        };
        Ok((pending, missing))
    }

    fn time_of_judgement(&self, header: &Header) -> Result<u64, Failure> {
        match self.at {
            Some(At::Time(time)) => Ok(time),
            Some(At::Received) => received_time(header).ok_or_else(|| Failure {
                reason: "no Received field with a date, which --at received wants".to_owned(),
                hint: Some("name the time: --at 2026-11-22T10:00:00Z"),
            }),
            None => Ok(now()),
        }
    }

    fn conclude(&self, pending: Pending) -> (Judged, usize) {
        let Pending {
            place,
            verification,
            as_it_stands,
            kept,
            uncounted,
        } = pending;
        let mut report = verification.finish();
        let mut result = self.requirement.message_result(&report.verdicts);
        // Some writers of mboxes do not quote, and a `>` is the author's own.
        if let Some(as_it_stands) = as_it_stands {
            let other = as_it_stands.finish();
            let other_result = self.requirement.message_result(&other.verdicts);
            if other_result.is_better_than(result) {
                (report, result) = (other, other_result);
            }
        }
        let explanations = match (self.explain, kept) {
            (Some(budget), Some(body)) => explain(&report, &body, &self.keys, budget),
            _ => Explanations::default(),
        };
        let outcome = Outcome {
            result,
            unmet: self.requirement.unmet(result, &report),
            report,
            explanations,
        };
        let text = match &self.form {
            Form::Field(id) => authentication_results::field(id, &outcome.report),
            Form::Text => text::report(&place, &outcome).into_text(),
            Form::Json => output::json_line(&json::Message::new(&place, Ok(&outcome))),
            Form::Nothing => String::new(),
        };
        let signatures = outcome.report.verdicts.len();
        let size = text.capacity() + 512 + usize::from(self.tallies) * 256 * signatures;
        let judged = Judged {
            tally: self.tallies.then(|| Tally::new(&outcome)),
            uncounted,
            ..Judged::new(text, outcome.result.exit_status())
        };
        (judged, size)
    }

    fn fail(&self, place: Place, failure: Failure) -> Step<Self> {
        let text = match &self.form {
            Form::Json => output::json_line(&json::Message::new(&place, Err(&failure))),
            Form::Text | Form::Field(_) | Form::Nothing => String::new(),
        };
        let size = text.capacity() + 512;
        let judged = Judged {
            failure: Some((place, failure)),
            ..Judged::new(text, ExitStatus::CannotDo)
        };
        Step::Done(judged, size)
    }
}

impl Judged {
    fn new(text: String, status: ExitStatus) -> Self {
        Self {
            text,
            failure: None,
            empty: None,
            status,
            tally: None,
            uncounted: 0,
        }
    }
}

impl Pending {
    fn answer(&mut self, query: &KeyQuery, answer: &KeyAnswer) {
        if let Some(as_it_stands) = &mut self.as_it_stands {
            as_it_stands.answer(query, answer.clone());
        }
        self.verification.answer(query, answer.clone());
    }

    /// Takes octets of the body, those of an mbox without the quoting.
    fn body(&mut self, unquoter: &mut Option<Unquoter>, octets: &[u8]) {
        match unquoter {
            None => self.run(Run::Text(octets)),
            Some(unquoter) => unquoter.push(octets, |run| self.run(run)),
        }
    }

    fn end_body(&mut self, unquoter: Option<Unquoter>) {
        if let Some(mut unquoter) = unquoter {
            unquoter.finish(|run| self.run(run));
        }
    }

    fn run(&mut self, run: Run<'_>) {
        match run {
            Run::Text(octets) => {
                self.verification.body(octets);
                if let Some(kept) = &mut self.kept {
                    kept.push(octets);
                }
                if let Some(as_it_stands) = &mut self.as_it_stands {
                    as_it_stands.body(octets);
                }
            }
            // Up to the first quote, both are the same.
            Run::Quote => self
                .as_it_stands
                .get_or_insert_with(|| self.verification.clone())
                .body(b">"),
        }
    }
}
