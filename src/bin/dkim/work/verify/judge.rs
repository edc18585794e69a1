//! The judgement of one message, as a part of the work on many.

use std::num::NonZeroUsize;
use std::sync::Arc;

use dkim_toolkit::claims::{arc_warning, claim_warning};
use dkim_toolkit::explain::{KeptBody, MAX_KEPT_BODY};
use dkim_toolkit::identifier::KeyQuery;
use dkim_toolkit::lookup::KeyAnswer;
use dkim_toolkit::mailbox::Readings;
use dkim_toolkit::message::{Header, HeaderReader, MAX_HEADER, received_time};
use dkim_toolkit::verify::{MAX_LOOKED_AT, Requirement, SignedInside, Verifier};

use super::explain::Finding;
use crate::args::At;
use crate::clock::now;
use crate::error::Error;
use crate::exit::ExitStatus;
use crate::files::{Pieces, Place};
use crate::print::verify::{Form, Outcome, Tally};
use crate::work::dns::{Asked, Keys};
use crate::work::inputs::{Chain, Inputs, Taken};
use crate::work::pool::{Feed, Held, Pool, Stop};
use crate::work::progress::Counter;

/// The memory that a message takes beside its header, about, in bytes.
const IN_FLIGHT: u64 = 8 * 1024;
/// The memory of a result beside its text, and for each signature that is counted, about.
const RESULT: u64 = 512;
const TALLY: u64 = 256;
/// The memory for messages that wait, in bytes: for their keys, or for their turn.
const MEMORY: u64 = 16 * 1024 * 1024;
/// A body that is kept counts this many times: to explain a signature takes a changed copy.
const COPIES: u64 = 2;
/// The memory where bodies are kept, in bytes: enough for the largest. A message waits until there is
/// room; none is explained less because of others.
const MEMORY_WITH_BODIES: u64 = COPIES * (MAX_KEPT_BODY + MAX_HEADER) as u64 + MEMORY;

/// The bytes of a message that are counted before it is judged, in rounds of this many.
const MANY_BYTES: u64 = 1024 * 1024;

/// Judges messages.
pub struct Judge {
    pub verifier: Verifier,
    pub requirement: Requirement,
    pub at: Option<At>,
    pub line_endings: dkim_toolkit::message::LineEndings,
    pub keys: Keys,
    pub counter: Arc<Counter>,
    pub form: Form,
    /// Whether only messages are reported that do not pass or have parts that nobody signed.
    pub failing: bool,
    /// Whether messages are counted for `--summary`.
    pub tallies: bool,
    /// Whether signatures that do not pass are explained, and the units of work for a message.
    pub explain: Option<u64>,
}

/// A message that was judged, or could not be.
pub struct Judged {
    /// The report, in its form.
    pub text: String,
    /// Why the message could not be read.
    pub failure: Option<(Place, Error)>,
    /// What is odd about the message, and has no place in the report.
    pub warning: Option<(Place, String)>,
    /// What there is in place of a message: a folder without any, for one.
    pub nothing: Option<(Place, &'static str)>,
    pub status: ExitStatus,
    pub tally: Option<Tally>,
    /// Whether there is a warning in the report.
    pub warned: bool,
    /// Bytes that were read, and are not counted yet.
    pub uncounted: u64,
    /// The memory that it takes.
    _held: Held,
}

/// A message that is to be judged.
enum Input {
    Taken(Taken),
    /// Read by the producer.
    Read(Place, Result<Box<Read>, Error>),
}

/// A message that was read.
struct Read {
    readings: Readings,
    /// The start of the body, if there may be messages in it.
    inside: Option<SignedInside>,
    /// The body, if it may have to be explained.
    kept: Option<KeptBody>,
    /// The keys that were asked for meanwhile.
    asked: Vec<(KeyQuery, Asked<KeyAnswer>)>,
    /// Bytes that were read, and are not counted yet.
    uncounted: u64,
}

/// Judges the messages of these inputs, `jobs` at once, or as many as there are cores.
pub fn judge_all(
    judge: Judge,
    mut inputs: Inputs,
    jobs: Option<NonZeroUsize>,
) -> Result<Pool<Judged>, Error> {
    let memory = if judge.explain.is_some() {
        MEMORY_WITH_BODIES
    } else {
        MEMORY
    };
    let judge = Arc::new(judge);
    Pool::start(jobs, memory, async move |feed: &mut Feed<Judged>| {
        while let Some(taken) = inputs.take() {
            let held = feed.reserve(judge.weight(&taken)).await?;
            let input = match taken {
                // A pipe may block the thread that reads it, which must not be a worker.
                Taken::File(place, start) if start.length().is_none() => {
                    let read = judge.read(&place, start.pieces());
                    Input::Read(place, read)
                }
                Taken::Begun(place, start) => {
                    let read = judge.read(&place, Chain::new(start, inputs.rest()));
                    Input::Read(place, read)
                }
                taken => Input::Taken(taken),
            };
            let work = judge.clone().judge(input, held);
            if inputs.is_at_end() {
                feed.work_on_last(work).await?;
            } else {
                feed.work(work).await?;
            }
        }
        Ok::<(), Stop>(())
    })
}

impl Judge {
    /// The bytes of memory that a message takes at most until its header is read.
    fn weight(&self, taken: &Taken) -> u64 {
        let (length, whole) = match taken {
            Taken::File(_, start) => (start.length().unwrap_or(u64::MAX), 0),
            Taken::Whole(_, message) => (message.len() as u64, message.len() as u64),
            Taken::Begun(..) => (u64::MAX, 0),
            Taken::Failed(..) | Taken::PassedOver(..) | Taken::Empty(_) => (0, 0),
        };
        let header = length.min(MAX_HEADER as u64);
        let body = match self.explain {
            Some(_) => COPIES * (length - header).min(MAX_KEPT_BODY as u64),
            None => 0,
        };
        let inside = (length - header).min(MAX_LOOKED_AT as u64);
        header + body + inside + whole + IN_FLIGHT
    }

    async fn judge(self: Arc<Self>, input: Input, held: Held) -> Judged {
        let (place, read) = match input {
            Input::Read(place, read) => (place, read),
            Input::Taken(Taken::File(place, start)) => {
                let read = self.read(&place, start.pieces());
                (place, read)
            }
            Input::Taken(Taken::Whole(place, message) | Taken::Begun(place, message)) => {
                let read = self.read(&place, Chain::new(message, None));
                (place, read)
            }
            Input::Taken(Taken::Failed(place, error)) => (place, Err(error)),
            Input::Taken(Taken::PassedOver(place, why)) => {
                return Judged {
                    nothing: Some((place, why)),
                    ..Judged::new(String::new(), ExitStatus::Yes, held)
                };
            }
            Input::Taken(Taken::Empty(place)) => {
                // Nothing was verified, which must not pass for a yes.
                return Judged {
                    nothing: Some((place, "there is no message in it")),
                    ..Judged::new(String::new(), ExitStatus::No, held)
                };
            }
        };
        match read {
            Ok(read) => self.conclude(place, read, held).await,
            Err(error) => self.fail(place, error, held),
        }
    }

    /// Reads a message to its end, and has its keys asked for meanwhile.
    fn read(&self, place: &Place, mut pieces: impl Pieces) -> Result<Box<Read>, Error> {
        let mut header = HeaderReader::new(self.line_endings);
        loop {
            let piece = pieces.read()?;
            let end = header.push(piece).map_err(Error::cannot)?;
            if end.is_none() && !piece.is_empty() {
                continue;
            }
            let mut read = self.begin(place, header)?;
            let body = &piece[end.unwrap_or(0)..];
            read.uncounted += body.len() as u64;
            read.body(body);
            let mut ended = piece.is_empty();
            while !ended {
                let piece = pieces.read()?;
                self.count(&mut read, piece.len() as u64);
                read.body(piece);
                ended = piece.is_empty();
            }
            return Ok(read);
        }
    }

    /// Counts what was read: that of a large message at once, else when it is judged.
    fn count(&self, read: &mut Read, bytes: u64) {
        if read.uncounted < MANY_BYTES {
            read.uncounted += bytes;
        } else {
            self.counter.add(bytes);
        }
    }

    fn begin(&self, place: &Place, header: HeaderReader) -> Result<Box<Read>, Error> {
        let header = header.finish().map_err(Error::cannot)?;
        let now = self.time_of_judgement(&header)?;
        let uncounted = header.length();
        let verification = self.verifier.begin(header, now);
        let mut readings = Readings::new(verification, place.quoting());
        let mut asked = Vec::new();
        for query in readings.pending() {
            match self.keys.known(&query) {
                Some(answer) => readings.answer(&query, answer),
                None => asked.push((query.clone(), self.keys.ask(&query)?)),
            }
        }
        Ok(Box::new(Read {
            inside: SignedInside::new(readings.header()),
            readings,
            kept: self.explain.map(|_| KeptBody::default()),
            asked,
            uncounted,
        }))
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

    /// Judges a message that was read.
    async fn conclude(&self, place: Place, read: Box<Read>, mut held: Held) -> Judged {
        held.shrink_to(read.size() + IN_FLIGHT);
        let Read {
            mut readings,
            inside,
            kept,
            asked,
            uncounted,
        } = *read;
        for (query, answer) in asked {
            readings.answer(&query, answer.await);
        }
        let mut finding = Finding::new(readings, kept);
        finding.ask(&self.keys).await;
        let (mut report, explanations) = finding.finish(self.explain.unwrap_or_default());
        let inside = inside.map(|inside| inside.warnings(&report.header));
        report.warnings.extend(inside.into_iter().flatten());
        report.warnings.extend(arc_warning(&report.header));
        report.warnings.extend(claim_warning(&report));
        for warning in &mut report.warnings {
            place.complete(warning);
        }
        let outcome = Outcome {
            result: self.requirement.result(&report),
            unmet: self.requirement.unmet(&report),
            report,
            explanations,
            place: place.clone(),
        };
        let text = if self.failing && !outcome.is_failing() {
            String::new()
        } else {
            self.form.report(&place, &outcome)
        };
        let tally = self.tallies.then(|| Tally::new(&outcome));
        let counted = tally
            .as_ref()
            .map_or(0, |_| outcome.report.verdicts.len() as u64);
        held.shrink_to(text.capacity() as u64 + RESULT + counted * TALLY);
        let warning = self.form.warning(&outcome.report.header);
        Judged {
            tally,
            warning: warning.map(|warning| (place, warning)),
            warned: outcome.has_warnings(),
            uncounted,
            ..Judged::new(text, outcome.result.into(), held)
        }
    }

    fn fail(&self, place: Place, error: Error, mut held: Held) -> Judged {
        let text = self.form.failure(&place, &error);
        held.shrink_to(text.capacity() as u64 + RESULT);
        Judged {
            failure: Some((place, error)),
            ..Judged::new(text, ExitStatus::CannotDo, held)
        }
    }
}

impl Judged {
    fn new(text: String, status: ExitStatus, held: Held) -> Self {
        Self {
            text,
            failure: None,
            warning: None,
            nothing: None,
            status,
            tally: None,
            warned: false,
            uncounted: 0,
            _held: held,
        }
    }
}

impl Read {
    /// Takes bytes of the body.
    fn body(&mut self, bytes: &[u8]) {
        if let Some(kept) = &mut self.kept {
            kept.push(bytes);
        }
        if let Some(inside) = &mut self.inside {
            inside.push(bytes);
        }
        self.readings.body(bytes);
    }

    /// The bytes of memory that header and body take.
    fn size(&self) -> u64 {
        let body = self.kept.as_ref().map_or(0, KeptBody::size) as u64;
        let inside = self.inside.as_ref().map_or(0, SignedInside::size) as u64;
        2 * self.readings.header().octets().len() as u64 + COPIES * body + inside
    }
}
