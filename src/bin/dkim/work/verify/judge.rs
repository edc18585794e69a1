//! The judgement of one message, as a part of the work on many.

use std::sync::Arc;
use std::time::{Duration, Instant};

use dkim_toolkit::explain::KeptBody;
use dkim_toolkit::identifier::KeyQuery;
use dkim_toolkit::lookup::KeyAnswer;
use dkim_toolkit::mailbox::{Quoting, Readings};
use dkim_toolkit::message::{Header, HeaderReader, received_time};
use dkim_toolkit::verify::{Requirement, Verifier};

use super::explain::Finding;
use super::inputs::{Chain, Inputs, Taken};
use crate::args::At;
use crate::clock::now;
use crate::error::Error;
use crate::exit::ExitStatus;
use crate::files::{Pieces, Place};
use crate::print::verify::{Form, Outcome, Tally};
use crate::work::dns::Keys;
use crate::work::parallel::{Step, Task};
use crate::work::progress::Counter;

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

/// A message that was judged, or could not be.
pub struct Judged {
    /// The report, in its form.
    pub text: String,
    /// Why the message could not be read.
    pub failure: Option<(Place, Error)>,
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
    /// Read already, for it is large.
    Hashed(Box<Hashed>),
}

/// A message that was read, with the questions that were not answered yet; or why it was not.
pub struct Hashed {
    place: Place,
    hashed: Result<(Pending, Vec<KeyQuery>), Error>,
}

/// A message whose body was read.
pub struct Pending {
    place: Place,
    readings: Readings,
    /// The body, if it may have to be explained.
    kept: Option<KeptBody>,
    /// Octets that were read, and are not counted yet.
    uncounted: u64,
}

/// A message whose signatures were judged, and are to be explained perhaps.
pub struct Concluded {
    place: Place,
    finding: Finding,
    uncounted: u64,
}

/// A message that waits for the DNS.
pub enum Waiting {
    /// For its keys.
    ForKeys(Box<Pending>),
    /// For names near those of its keys.
    ForNearby(Box<Concluded>),
}

/// What is asked of the DNS.
pub struct Question {
    queries: Vec<KeyQuery>,
    /// What has no answer after this time is done without.
    within: Option<Duration>,
}

/// What it answers.
pub struct Answers {
    answers: Vec<(KeyQuery, KeyAnswer)>,
    took: Duration,
}

impl Task for Judge {
    type Inputs = Inputs;
    type Item = Item;
    type Scratch = Buffers;
    type Waiting = Waiting;
    type Question = Question;
    type Answer = Answers;
    type Done = Judged;

    fn take(&self, inputs: &mut Inputs, buffers: &mut Buffers) -> Option<Item> {
        Some(match inputs.take(&mut buffers.message)? {
            Taken::Begun(place) => {
                let start = &buffers.message;
                let rest = inputs.rest();
                Item::Hashed(Box::new(self.hash(place, Chain { start, rest })))
            }
            taken => Item::Taken(taken),
        })
    }

    fn work(&self, item: Item, buffers: &mut Buffers) -> Step<Self> {
        match item {
            Item::Hashed(hashed) => self.judge(*hashed),
            Item::Taken(Taken::File(place, start)) => {
                self.judge(self.hash(place, start.pieces(&mut buffers.pieces)))
            }
            Item::Taken(Taken::InBuffer(place) | Taken::Begun(place)) => {
                let start = &buffers.message;
                self.judge(self.hash(place, Chain { start, rest: None }))
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

    fn ask(&self, question: Question, wake: impl FnOnce(Answers) + Send + 'static) {
        let began = Instant::now();
        let Question { queries, within } = question;
        self.keys.ask(queries, within, move |answers| {
            let took = began.elapsed();
            wake(Answers { answers, took });
        });
    }

    fn go_on(&self, waiting: Waiting, answers: Answers) -> Step<Self> {
        match waiting {
            Waiting::ForKeys(_) => self.end(answered(waiting, answers)),
            Waiting::ForNearby(_) => {
                let (judged, size) = self.resume(waiting, answers);
                Step::Done(judged, size)
            }
        }
    }

    fn resume(&self, waiting: Waiting, answers: Answers) -> (Judged, usize) {
        self.tell(answered(waiting, answers))
    }
}

/// What came of a message that waited.
fn answered(waiting: Waiting, Answers { answers, took }: Answers) -> Concluded {
    match waiting {
        Waiting::ForKeys(mut pending) => {
            for (query, answer) in answers {
                pending.readings.answer(&query, answer);
            }
            pending.conclude()
        }
        Waiting::ForNearby(mut concluded) => {
            concluded.finding.answer(answers, took);
            *concluded
        }
    }
}

impl Judge {
    /// Judges a message that was read, unless that has to wait for keys.
    fn judge(&self, Hashed { place, hashed }: Hashed) -> Step<Self> {
        let (mut pending, mut missing) = match hashed {
            Ok(hashed) => hashed,
            Err(failure) => return self.fail(place, failure),
        };
        // The answers may have come while the body was read.
        missing.retain(|query| match self.keys.known(query) {
            Some(answer) => {
                pending.readings.answer(query, answer);
                false
            }
            None => true,
        });
        if missing.is_empty() {
            return self.end(pending.conclude());
        }
        let size = pending.size() + IN_FLIGHT;
        let question = Question {
            queries: missing,
            within: None,
        };
        Step::Wait(Waiting::ForKeys(Box::new(pending)), question, size)
    }

    /// Tells what was found of a message, unless its explanation has to wait for the DNS: for that
    /// there is half of its time, as the other half may be needed for the search.
    fn end(&self, mut concluded: Concluded) -> Step<Self> {
        let queries = concluded.finding.questions(&self.keys);
        if !queries.is_empty() {
            let question = Question {
                queries,
                within: self.explain.map(|limit| limit / 2),
            };
            let size = concluded.finding.size() + IN_FLIGHT;
            return Step::Wait(Waiting::ForNearby(Box::new(concluded)), question, size);
        }
        let (judged, size) = self.tell(concluded);
        Step::Done(judged, size)
    }

    /// Reads a message to its end, and has its keys asked for meanwhile.
    fn hash(&self, place: Place, mut pieces: impl Pieces) -> Hashed {
        let hashed = self.read(&place, &mut pieces);
        Hashed { place, hashed }
    }

    fn read(
        &self,
        place: &Place,
        pieces: &mut impl Pieces,
    ) -> Result<(Pending, Vec<KeyQuery>), Error> {
        let mut header = HeaderReader::new(self.line_endings);
        loop {
            let piece = pieces.read()?;
            let end = header.push(piece).map_err(Error::cannot)?;
            if end.is_none() && !piece.is_empty() {
                continue;
            }
            let (mut pending, missing) = self.begin(place, header)?;
            let body = &piece[end.unwrap_or(0)..];
            let header = pending.readings.header().length();
            pending.uncounted = header + body.len() as u64;
            pending.body(body);
            let mut ended = piece.is_empty();
            while !ended {
                let piece = pieces.read()?;
                self.count(&mut pending, piece.len() as u64);
                pending.body(piece);
                ended = piece.is_empty();
            }
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
    ) -> Result<(Pending, Vec<KeyQuery>), Error> {
        let header = header.finish().map_err(Error::cannot)?;
        let now = self.time_of_judgement(&header)?;
        let quoting = match place.index {
            None => Quoting::None,
            Some(_) => Quoting::Mbox,
        };
        let mut readings = Readings::new(self.verifier.begin(header, now), quoting);
        let mut missing = readings.pending();
        missing.retain(|query| match self.keys.known(query) {
            Some(answer) => {
                readings.answer(query, answer);
                false
            }
            None => {
                self.keys.ask_ahead(query);
                true
            }
        });
        let pending = Pending {
            place: place.clone(),
            readings,
            kept: self.explain.map(|_| KeptBody::default()),
            uncounted: 0,
        };
        Ok((pending, missing))
    }

    fn time_of_judgement(&self, header: &Header) -> Result<u64, Error> {
        match self.at {
            Some(At::Time(time)) => Ok(time),
            Some(At::Received) => received_time(header).ok_or_else(|| {
                Error::cannot("no Received field with a date, which --at received wants")
                    .hint("name the time: --at 2026-11-22T10:00:00Z")
            }),
            None => Ok(now()),
        }
    }

    fn tell(&self, concluded: Concluded) -> (Judged, usize) {
        let Concluded {
            place,
            finding,
            uncounted,
        } = concluded;
        let (report, explanations) = finding.finish(self.explain.unwrap_or_default());
        let outcome = Outcome {
            result: self.requirement.result(&report),
            unmet: self.requirement.unmet(&report),
            report,
            explanations,
        };
        let text = self.form.report(&place, &outcome);
        let signatures = outcome.report.verdicts.len();
        let size = text.capacity() + 512 + usize::from(self.tallies) * 256 * signatures;
        let judged = Judged {
            tally: self.tallies.then(|| Tally::new(&outcome)),
            uncounted,
            ..Judged::new(text, outcome.result.into())
        };
        (judged, size)
    }

    fn fail(&self, place: Place, error: Error) -> Step<Self> {
        let text = self.form.failure(&place, &error);
        let size = text.capacity() + 512;
        let judged = Judged {
            failure: Some((place, error)),
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
    /// Takes octets of the body.
    fn body(&mut self, octets: &[u8]) {
        if let Some(kept) = &mut self.kept {
            kept.push(octets);
        }
        self.readings.body(octets);
    }

    /// The octets of memory that header and body take.
    fn size(&self) -> usize {
        let body = self.kept.as_ref().map_or(0, KeptBody::size);
        2 * self.readings.header().octets().len() + body
    }

    fn conclude(self) -> Concluded {
        Concluded {
            place: self.place,
            finding: Finding::new(self.readings, self.kept),
            uncounted: self.uncounted,
        }
    }
}
