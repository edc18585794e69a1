//! How far work on many messages is, on a terminal's standard error.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, IsTerminal as _};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use indicatif::{BinaryBytes, HumanDuration, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::files::{Source, Sources, Walk};
use crate::print::Bar as Place;

/// What is done within this time needs no bar.
const PATIENCE: Duration = Duration::from_millis(700);
/// A longer wait for the DNS is said.
const LONG_WAIT: Duration = Duration::from_secs(1);

/// Bytes that were read.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    pub fn add(&self, bytes: u64) {
        self.0.fetch_add(bytes, Ordering::Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// What the DNS is asked and has not answered.
#[derive(Clone, Default)]
pub struct Waits {
    names: Arc<Mutex<BTreeMap<u64, Awaited>>>,
    /// Whom it asks, in words.
    servers: Arc<str>,
}

/// A name that is asked for.
struct Awaited {
    name: String,
    since: Instant,
    /// Who is asked, in words, if it is not [`Waits::servers`].
    servers: Option<&'static str>,
}

/// A question that waits for its answer until this is dropped.
pub struct Wait {
    waits: Waits,
    number: u64,
}

impl Waits {
    /// No questions yet to these servers.
    pub fn of(servers: &[SocketAddr]) -> Self {
        let servers = match servers {
            [] => String::new(),
            [server] => format!("{server}"),
            [first, others @ ..] => format!("{first} or {} more", others.len()),
        };
        Self {
            names: Arc::default(),
            servers: servers.into(),
        }
    }

    /// Begins to wait for what is under a name.
    pub fn begin(&self, name: &str) -> Wait {
        self.begin_at(None, name)
    }

    /// The same where other servers are asked: these, in words.
    pub fn begin_at(&self, servers: Option<&'static str>, name: &str) -> Wait {
        let mut names = self.names();
        let number = names.last_key_value().map_or(0, |(last, _)| last + 1);
        let awaited = Awaited {
            name: name.to_owned(),
            since: Instant::now(),
            servers,
        };
        names.insert(number, awaited);
        Wait {
            waits: self.clone(),
            number,
        }
    }

    /// What the longest wait is for, if it is longer than anybody expects.
    fn longest(&self) -> Option<String> {
        let names = self.names();
        let Awaited {
            name,
            since,
            servers,
        } = names.values().next()?;
        let others = match names.len() - 1 {
            0 => String::new(),
            others => format!(" and {others} more"),
        };
        let name = name.trim_end_matches('.');
        (since.elapsed() > LONG_WAIT).then(|| {
            let servers = servers.unwrap_or(&self.servers);
            format!("waiting for {servers} to answer for {name}{others}")
        })
    }

    fn names(&self) -> MutexGuard<'_, BTreeMap<u64, Awaited>> {
        self.names.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Wait {
    fn drop(&mut self) {
        self.waits.names().remove(&self.number);
    }
}

/// The bar, or its absence.
pub struct Progress(Option<Bar>);

struct Bar {
    place: Place,
    began: Instant,
    counter: Arc<Counter>,
    total: Arc<Total>,
    messages: u64,
    waits: Waits,
    /// Whether there is nothing else to show.
    only_waits: bool,
    /// How many questions were asked and answered, where that is what is shown.
    questions: Option<(usize, usize)>,
    shown: Option<ProgressBar>,
}

/// How many bytes there are to read.
#[derive(Debug, Default)]
struct Total {
    bytes: AtomicU64,
    /// Whether that is all of them.
    counted: AtomicBool,
}

impl Progress {
    /// A bar for work on these sources, if it is `wanted` and somebody could see it.
    pub fn new(sources: &Sources, counter: Arc<Counter>, place: Place, wanted: bool) -> Self {
        if !wanted || !io::stderr().is_terminal() {
            return Self(None);
        }
        let total = Arc::new(Total::default());
        if let Some(sources) = sources.named() {
            let (sources, counting) = (sources.to_vec(), total.clone());
            // Counting the bytes of a large folder takes a while, and nobody waits for it. Without
            // a thread for that, the total stays unknown.
            let _ = thread::Builder::new().spawn(move || counting.count(&sources));
        }
        Self(Some(Bar {
            place,
            began: Instant::now(),
            counter,
            total,
            messages: 0,
            waits: Waits::default(),
            only_waits: false,
            questions: None,
            shown: None,
        }))
    }

    /// A word about waits for the DNS and nothing else.
    pub fn of_waits(waits: Waits, place: Place, wanted: bool) -> Self {
        if !wanted || !io::stderr().is_terminal() {
            return Self(None);
        }
        Self(Some(Bar {
            place,
            began: Instant::now(),
            counter: Arc::default(),
            total: Arc::default(),
            messages: 0,
            waits,
            only_waits: true,
            questions: None,
            shown: None,
        }))
    }

    /// A word about questions for the DNS.
    pub fn of_questions(waits: Waits, place: Place, wanted: bool) -> Self {
        let mut progress = Self::of_waits(waits, place, wanted);
        if let Some(bar) = &mut progress.0 {
            bar.only_waits = false;
        }
        progress
    }

    /// Shows how many questions were asked and answered; whether there is a bar now.
    pub fn note_questions(&mut self, asked: usize, answered: usize) -> bool {
        if let Some(bar) = &mut self.0 {
            bar.questions = Some((asked, answered));
        }
        self.update()
    }

    /// Says from now on what the DNS is waited for.
    pub fn tell_waits(&mut self, waits: Waits) {
        if let Some(bar) = &mut self.0 {
            bar.waits = waits;
        }
    }

    /// Notes that so many further messages are done.
    pub fn advance(&mut self, messages: usize) {
        if let Some(bar) = &mut self.0 {
            bar.messages += messages as u64;
            bar.update();
        }
    }

    /// Shows what is new; whether there is a bar now.
    pub fn update(&mut self) -> bool {
        self.0.as_mut().is_some_and(|bar| {
            bar.update();
            bar.shown.is_some()
        })
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.place.set(None);
    }
}

impl Bar {
    fn update(&mut self) {
        if self.began.elapsed() < PATIENCE || self.only_waits && self.waits.longest().is_none() {
            return;
        }
        let bar = self.shown.get_or_insert_with(|| {
            let target = ProgressDrawTarget::stderr_with_hz(10);
            let bar = ProgressBar::with_draw_target(None, target).with_elapsed(PATIENCE);
            bar.set_style(style("{spinner} {wide_msg}"));
            self.place.set(Some(bar.clone()));
            bar
        });
        if bar.length().is_none() && self.total.counted.load(Ordering::Acquire) {
            let bytes = self.total.bytes.load(Ordering::Relaxed);
            if bytes > 0 {
                bar.set_length(bytes);
                bar.set_style(style("{bar:10} {percent:>3}%  {wide_msg}"));
            }
        }
        let bytes = self.counter.get();
        bar.set_position(bytes);
        let (bar, total) = (bar.clone(), bar.length());
        bar.set_message(self.text(bytes, total));
    }

    /// Messages, bytes, both by the second, and the time left, all over the whole time until now:
    /// what comes in bursts tells little by the moment.
    #[expect(clippy::cast_precision_loss, reason = "rates for people")]
    fn text(&self, bytes: u64, total: Option<u64>) -> String {
        if let Some((asked, answered)) = self.questions {
            let wait = self.waits.longest();
            let wait = wait.map_or(String::new(), |wait| format!("  {wait}"));
            return format!("{asked} questions, {answered} answered{wait}");
        }
        if bytes == 0 {
            let wait = self.waits.longest();
            return wait.unwrap_or_else(|| "nothing done yet".to_owned());
        }
        let elapsed = self.began.elapsed();
        let by_second = |count: u64| count as f64 / elapsed.as_secs_f64();
        let left = match total {
            Some(total) => {
                let left = total.saturating_sub(bytes) as f64 / by_second(bytes);
                let left = Duration::try_from_secs_f64(left).unwrap_or(Duration::MAX);
                format!("{:#} left", HumanDuration(left))
            }
            None => format!("{:#}", HumanDuration(elapsed)),
        };
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "as above"
        )]
        let rate = BinaryBytes(by_second(bytes) as u64);
        let wait = self.waits.longest();
        let wait = wait.map_or(String::new(), |wait| format!("  {wait}"));
        format!(
            "{} messages, {:.0}/s  {}, {rate}/s  {left}{wait}",
            self.messages,
            by_second(self.messages),
            BinaryBytes(bytes)
        )
    }
}

impl Total {
    fn count(&self, sources: &[Source]) {
        for source in sources {
            match source {
                // What is still to come by a pipe, nobody knows.
                Source::Stdin => return,
                Source::File(path) if path.is_dir() => {
                    for path in Walk::new(path.clone()).flatten() {
                        self.add(&path);
                    }
                }
                Source::File(path) => self.add(path),
            }
        }
        self.counted.store(true, Ordering::Release);
    }

    fn add(&self, path: &Path) {
        let bytes = fs::metadata(path).map_or(0, |metadata| metadata.len());
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_long_waits_are_said() {
        let waits = Waits::of(&[
            "192.0.2.1:53".parse().unwrap(),
            "[2001:db8::1]:53".parse().unwrap(),
        ]);
        let wait = waits.begin("s1._domainkey.example.com.");
        let other = waits.begin("s2._domainkey.example.com.");
        assert_eq!(waits.longest(), None);
        let before = Instant::now().checked_sub(LONG_WAIT * 2).unwrap();
        waits
            .names()
            .values_mut()
            .for_each(|awaited| awaited.since = before);
        let said = "waiting for 192.0.2.1:53 or 1 more to answer for s1._domainkey.example.com";
        assert_eq!(waits.longest(), Some(format!("{said} and 1 more")));
        drop(other);
        assert_eq!(waits.longest().as_deref(), Some(said));
        drop(wait);
        assert_eq!(waits.longest(), None);
        let _wait = waits.begin_at(Some("every server"), "example.com.");
        waits
            .names()
            .values_mut()
            .for_each(|awaited| awaited.since = before);
        let said = "waiting for every server to answer for example.com";
        assert_eq!(waits.longest().as_deref(), Some(said));
    }
}
