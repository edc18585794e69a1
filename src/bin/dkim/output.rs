//! The one door to the terminal: results to standard output, everything else to standard error.

use std::fmt::{self, Display};
use std::io::{self, StdoutLock, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use indicatif::ProgressBar;
use serde::Serialize;

use crate::args::Common;
use crate::wrap::wrap;

/// Whether only errors are to be said.
static QUIET: AtomicBool = AtomicBool::new(false);

/// Held while lines are written.
static WRITING: Mutex<()> = Mutex::new(());

/// The progress bar, which has to make room for lines.
static BAR: Mutex<Option<ProgressBar>> = Mutex::new(None);

/// A result that cannot be printed.
#[derive(Debug)]
pub enum OutputError {
    /// Nobody reads it any more: not an error.
    Closed,
    /// Anything else.
    Failed(io::Error),
}

impl From<io::Error> for OutputError {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            Self::Closed
        } else {
            Self::Failed(error)
        }
    }
}

/// Prints results.
pub struct Output {
    stdout: AutoStream<StdoutLock<'static>>,
    /// Whether results are to be JSON.
    pub json: bool,
    /// Whether nothing is to be printed.
    pub quiet: bool,
}

impl Output {
    /// Standard output as the arguments want it.
    pub fn new(common: &Common) -> Self {
        let choice = match common.color {
            clap::ColorChoice::Auto => ColorChoice::Auto,
            clap::ColorChoice::Always => ColorChoice::Always,
            clap::ColorChoice::Never => ColorChoice::Never,
        };
        choice.write_global();
        QUIET.store(common.quiet, Ordering::Relaxed);
        let stdout = io::stdout().lock();
        Self {
            // JSON has no styles: nothing has to be taken out.
            stdout: if common.json {
                AutoStream::always_ansi(stdout)
            } else {
                AutoStream::new(stdout, choice)
            },
            json: common.json,
            quiet: common.quiet,
        }
    }

    /// Prints a report whole.
    pub fn report(&mut self, report: &Report) -> Result<(), OutputError> {
        if self.quiet {
            return Ok(());
        }
        self.lines(&report.text)
    }

    /// Prints whole lines, if there are any.
    pub fn lines(&mut self, lines: &str) -> Result<(), OutputError> {
        if lines.is_empty() {
            return Ok(());
        }
        beside_bar(|| {
            self.stdout.write_all(lines.as_bytes())?;
            self.stdout.flush()
        })?;
        Ok(())
    }

    /// Prints an object as a line. A report as JSON is for the caller to leave out where nothing is
    /// to be reported; a record or a field is not a report.
    pub fn json(&mut self, object: &impl Serialize) -> Result<(), OutputError> {
        self.lines(&json_line(object))
    }

    /// Prints text that is the result itself, a record to publish say.
    pub fn text(&mut self, text: &str) -> Result<(), OutputError> {
        let mut out = self.octets();
        out.write_all(text.as_bytes())?;
        out.flush()?;
        Ok(())
    }

    /// Where octets go that are the result themselves, a message say.
    ///
    /// `--quiet` does not silence them: whoever pipes a message on must not lose it.
    #[expect(clippy::unused_self, reason = "results leave by an Output alone")]
    pub fn octets(&mut self) -> Box<dyn Write> {
        Box::new(io::stdout().lock())
    }
}

/// An object as a line of JSON.
pub fn json_line(object: &impl Serialize) -> String {
    let mut line = serde_json::to_string(object).unwrap_or_default();
    line.push('\n');
    // Beside control characters, which JSON escapes, nothing may act on a terminal.
    if line.is_ascii() && !line.contains('\u{7f}') {
        return line;
    }
    escape_json(&line)
}

/// The text of a report under construction.
#[derive(Default)]
pub struct Report {
    text: String,
}

impl Report {
    /// Adds a line of pieces, each in its style.
    pub fn line_of(&mut self, pieces: &[(Style, &str)]) {
        for (style, text) in pieces {
            self.text
                .push_str(&format!("{}{text}{}", style.render(), style.render_reset()));
        }
        self.text.push('\n');
    }

    /// The text, ready to be printed.
    pub fn into_text(self) -> String {
        self.text
    }

    /// Adds an empty line.
    pub fn blank(&mut self) {
        self.text.push('\n');
    }

    /// Adds text behind a label, wrapped between its words and indented.
    pub fn wrapped(&mut self, indent: usize, style: Style, label: &str, text: &str) {
        let start = format!(
            "{:indent$}{}{label}{}",
            "",
            style.render(),
            style.render_reset()
        );
        self.text.push_str(&start);
        let column = indent + label.chars().count();
        let gap = usize::from(!label.is_empty());
        wrap(&mut self.text, column, indent + 2, gap, text);
        self.text.push('\n');
    }
}

/// Good news.
pub const GOOD: Style = AnsiColor::Green.on_default().bold();
/// Bad news.
pub const BAD: Style = AnsiColor::Red.on_default().bold();
/// Neither.
pub const UNSURE: Style = AnsiColor::Yellow.on_default().bold();
/// What is to be seen, and says nothing of good or bad.
pub const STRONG: Style = Style::new().bold();
/// No style.
pub const PLAIN: Style = Style::new();

/// Says an error: what it is about, and why it is one.
pub fn error(what: impl Display, why: impl Display) {
    say("error", BAD, format_args!("{what} : {why}"));
}

/// Says an error that is about the command line.
pub fn usage_error(why: impl Display) {
    say("error", BAD, format_args!("{why}"));
}

/// Says something that is wrong, but not so wrong that nothing was done.
pub fn warning(what: impl Display, why: impl Display) {
    if !QUIET.load(Ordering::Relaxed) {
        say("warning", UNSURE, format_args!("{what} : {why}"));
    }
}

/// Says what to do about a warning, or next.
pub fn advice(what_to_do: impl Display) {
    if !QUIET.load(Ordering::Relaxed) {
        hint(what_to_do);
    }
}

/// Says what to do about an error.
pub fn hint(hint: impl Display) {
    say("hint", Style::new().bold(), format_args!("{hint}"));
}

/// Prints a result on standard error, where standard output is taken by another.
pub fn aside(text: impl Display) {
    // If nobody can be told, there is nobody to tell that.
    let _ = write!(anstream::stderr().lock(), "{text}");
}

fn say(kind: &str, style: Style, text: fmt::Arguments<'_>) {
    beside_bar(|| {
        let mut stderr = anstream::stderr().lock();
        // If nobody can be told, there is nobody to tell that.
        let _ = writeln!(
            stderr,
            "dkim: {}{kind}{}: {text}",
            style.render(),
            style.render_reset()
        );
    });
}

/// Shows the bar from now on, or takes it away.
pub fn set_bar(bar: Option<ProgressBar>) {
    let before = std::mem::replace(&mut *lock(&BAR), bar);
    if let Some(before) = before {
        before.finish_and_clear();
    }
}

/// Takes the bar away while `write` writes.
fn beside_bar<T>(write: impl FnOnce() -> T) -> T {
    let _writing = lock(&WRITING);
    let bar = lock(&BAR).clone();
    match bar {
        Some(bar) => bar.suspend(write),
        None => write(),
    }
}

/// Waits until no line is half written, though not for long: whoever stopped reading is not waited
/// for. While the result is held, nothing is written.
pub fn between_lines() -> Option<MutexGuard<'static, ()>> {
    let between = soon(&WRITING);
    if between.is_some() {
        set_bar(None);
    }
    between
}

/// Takes a lock if that can be had soon.
pub fn soon(mutex: &'static Mutex<()>) -> Option<MutexGuard<'static, ()>> {
    let until = Instant::now() + Duration::from_millis(300);
    loop {
        if let Ok(guard) = mutex.try_lock() {
            return Some(guard);
        }
        if Instant::now() > until {
            return None;
        }
        thread::sleep(Duration::from_millis(1));
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The reason of an operating system's error, in the style of all errors.
pub fn io_reason(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut characters = text.chars();
    let first = characters
        .next()
        .map(|first| first.to_lowercase().to_string());
    first.unwrap_or_default() + characters.as_str()
}

/// Escapes in JSON text what JSON itself leaves as it is though it may act on a terminal.
fn escape_json(line: &str) -> String {
    let mut escaped = String::with_capacity(line.len());
    for character in line.chars() {
        if character == '\n' || dkim_toolkit::escape::is_printable(character) {
            escaped.push(character);
        } else {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                escaped.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_stays_json_and_acts_on_nothing() {
        let text = "a\u{1b}\u{9b}\u{202e}\u{e0001}ü";
        let line = escape_json(&serde_json::to_string(text).unwrap());
        assert_eq!(line, "\"a\\u001b\\u009b\\u202e\\udb40\\udc01ü\"");
        assert_eq!(serde_json::from_str::<String>(&line).unwrap(), text);
    }

    #[test]
    fn reasons_are_lower_case() {
        let missing = io::Error::from_raw_os_error(2);
        assert_eq!(io_reason(&missing), "no such file or directory");
    }
}
