//! The one door to the terminal: results to standard output, everything else to standard error.

use std::cell::Cell;
use std::fmt::{self, Display};
use std::io::{self, StdoutLock, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anstream::{AutoStream, ColorChoice};
use anstyle::Style;
use dkim_toolkit::lint::Severity;
use indicatif::ProgressBar;
use serde::Serialize;
use terminal_size::terminal_size_of;

use super::json;
use super::report::{BAD, Report, STRONG, UNSURE};
use crate::args::Common;
use crate::error::{Error, Kind};
use crate::interrupt::{Steps, end_between};

/// The width of text off a terminal, in columns.
const COLUMNS: usize = 80;
/// The narrowest width that text is wrapped at.
const MIN_COLUMNS: usize = 30;

/// Prints results, errors and warnings.
pub struct Output {
    stdout: AutoStream<StdoutLock<'static>>,
    stderr: ColorChoice,
    bar: Bar,
    steps: Steps,
    heeds_signals: bool,
    /// Whether there was a warning, printed or not.
    warned: Cell<bool>,
    /// Whether results are printed as JSON.
    pub json: bool,
    /// Whether reports and warnings are left out.
    pub quiet: bool,
    /// The width of text, in columns.
    pub columns: usize,
}

/// A progress bar, or a place for one.
#[derive(Clone, Default)]
pub struct Bar(Arc<Mutex<Option<ProgressBar>>>);

impl Bar {
    /// Shows a bar from now on, or takes it away.
    pub fn set(&self, bar: Option<ProgressBar>) {
        let before = std::mem::replace(&mut *self.lock(), bar);
        if let Some(before) = before {
            before.finish_and_clear();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<ProgressBar>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Output {
    /// Standard output and standard error as the arguments want them.
    pub fn new(common: &Common) -> Self {
        let choice = match common.color {
            clap::ColorChoice::Auto => ColorChoice::Auto,
            clap::ColorChoice::Always => ColorChoice::Always,
            clap::ColorChoice::Never => ColorChoice::Never,
        };
        let stdout = io::stdout().lock();
        Self {
            // JSON has no styles: nothing has to be taken out.
            stdout: if common.json {
                AutoStream::always_ansi(stdout)
            } else {
                AutoStream::new(stdout, choice)
            },
            stderr: choice,
            bar: Bar::default(),
            steps: Steps::default(),
            heeds_signals: false,
            warned: Cell::new(false),
            json: common.json,
            quiet: common.quiet,
            columns: columns(),
        }
    }

    /// The place for a progress bar, which makes room for lines.
    pub fn bar(&self) -> Bar {
        self.bar.clone()
    }

    /// The steps that signals must not cut in two.
    pub fn steps(&self) -> Steps {
        self.steps.clone()
    }

    /// From now on signals end the program between two lines.
    pub fn end_between_lines(&mut self) {
        if !std::mem::replace(&mut self.heeds_signals, true) {
            let bar = self.bar();
            end_between(self.steps(), move || bar.set(None));
        }
    }

    /// Prints a report whole.
    pub fn report(&mut self, report: Report) -> Result<(), Error> {
        if self.quiet {
            return Ok(());
        }
        self.lines(&report.into_text())
    }

    /// Prints whole lines, if there are any.
    pub fn lines(&mut self, lines: &str) -> Result<(), Error> {
        if lines.is_empty() {
            return Ok(());
        }
        let Self {
            stdout, bar, steps, ..
        } = self;
        let _step = steps.begin();
        beside(bar, || {
            stdout.write_all(lines.as_bytes())?;
            stdout.flush()
        })
        .map_err(|error| Error::of_output(&error))
    }

    /// Prints an object as a line. The caller leaves out a report where nothing is to be reported;
    /// a record or a field is not a report.
    pub fn json(&mut self, object: &impl Serialize) -> Result<(), Error> {
        self.lines(&json::line(object))
    }

    /// Prints text that is the result itself: a record to publish, for one.
    pub fn text(&mut self, text: &str) -> Result<(), Error> {
        self.raw(text.as_bytes())
    }

    /// Prints bytes that are the result itself. `--quiet` does not silence them.
    pub fn raw(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let mut out = self.bytes();
        out.write_all(bytes)
            .and_then(|()| out.flush())
            .map_err(|error| Error::of_output(&error))
    }

    /// Takes bytes that are the result itself: a message, for one.
    ///
    /// `--quiet` does not silence them: a pipe must not lose its message.
    #[expect(clippy::unused_self, reason = "results leave by an Output alone")]
    pub fn bytes(&mut self) -> Box<dyn Write> {
        Box::new(io::stdout().lock())
    }

    /// Prints an error with its hints.
    pub fn error(&self, error: &Error) {
        if error.kind == Kind::Closed {
            return;
        }
        self.say("error", BAD, format_args!("{error}"));
        for hint in &error.hints {
            self.hint(hint);
        }
    }

    /// Says that something is wrong, but not so wrong that nothing was done.
    pub fn warning(&self, about: impl Display, message: impl Display) {
        self.note_warning();
        if !self.quiet {
            self.say("warning", UNSURE, format_args!("{about}: {message}"));
        }
    }

    /// Notes whether there is a warning among findings of these severities.
    pub fn note_severities(&self, mut severities: impl Iterator<Item = Severity>) {
        if severities.any(|severity| severity == Severity::Warning) {
            self.note_warning();
        }
    }

    /// Notes that there is a warning in a result.
    pub fn note_warning(&self) {
        self.warned.set(true);
    }

    /// Whether there was a warning.
    pub fn has_warned(&self) -> bool {
        self.warned.get()
    }

    /// Says what to do about a warning, or next.
    pub fn advice(&self, advice: impl Display) {
        if !self.quiet {
            self.hint(advice);
        }
    }

    /// Prints a result on standard error, where standard output is taken by another.
    pub fn aside(&self, text: impl Display) -> Result<(), Error> {
        let written = write!(self.stderr(), "{text}");
        written.map_err(|error| Error::from(error).about("standard error"))
    }

    fn hint(&self, hint: impl Display) {
        self.say("hint", STRONG, format_args!("{hint}"));
    }

    fn say(&self, label: &str, style: Style, text: fmt::Arguments<'_>) {
        let _step = self.steps.begin();
        beside(&self.bar, || {
            // If nobody can be told, there is nobody to tell that.
            let _ = writeln!(
                self.stderr(),
                "dkim: {}{label}{}: {text}",
                style.render(),
                style.render_reset()
            );
        });
    }

    fn stderr(&self) -> AutoStream<io::StderrLock<'static>> {
        AutoStream::new(io::stderr().lock(), self.stderr)
    }
}

/// Takes the bar away while `write` writes.
fn beside<T>(bar: &Bar, write: impl FnOnce() -> T) -> T {
    let bar = bar.lock().clone();
    match bar {
        Some(bar) => bar.suspend(write),
        None => write(),
    }
}

/// The width that `COLUMNS` names, that of the terminal, or [`COLUMNS`].
fn columns() -> usize {
    let named = std::env::var("COLUMNS").ok();
    let named = named.and_then(|columns| columns.trim().parse().ok());
    named
        .filter(|columns| *columns > 0)
        .or_else(|| terminal_size_of(io::stdout()).map(|(width, _)| width.0.into()))
        .unwrap_or(COLUMNS)
        .max(MIN_COLUMNS)
}
