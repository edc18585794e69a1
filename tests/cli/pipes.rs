//! Pipes that are slow or close, and signals.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::thread;
use std::time::Duration;

use super::mailboxes::{mbox, unsigned};
use super::many::{has_key, signed_by};
use super::{DKIM, ZONE, command, command_of, signed};
use crate::support::child::{self, Child};
use crate::support::dns_server::{DnsServer, Reply};

/// A command that runs while the test goes on; it is ended with the test.
pub struct Running {
    child: Child,
    stdout: BufReader<ChildStdout>,
}

impl Running {
    /// Starts the command; what is written to its input is up to `feed`.
    pub fn start(words: &[&str], feed: impl FnOnce(ChildStdin) + Send + 'static) -> Self {
        Self::of(command(words), feed)
    }

    fn of(mut command: Command, feed: impl FnOnce(ChildStdin) + Send + 'static) -> Self {
        let mut child = Child::start(command.stdin(Stdio::piped())).unwrap();
        let stdin = child.stdin.take().unwrap();
        thread::spawn(move || feed(stdin));
        let stdout = BufReader::new(child.stdout.take().unwrap());
        Self { child, stdout }
    }

    /// The next line.
    pub fn line(&mut self) -> String {
        let mut line = String::new();
        self.stdout.read_line(&mut line).unwrap();
        self.child.assert_in_time();
        line
    }

    /// Reads the rest, and waits for the end; what was read, what was said, and how it ended.
    pub fn end(mut self) -> (Vec<u8>, String, ExitStatus) {
        let mut rest = Vec::new();
        self.stdout.read_to_end(&mut rest).unwrap();
        let (said, status) = self.close();
        (rest, said, status)
    }

    /// Stops reading, and waits for the end.
    fn close(self) -> (String, ExitStatus) {
        drop(self.stdout);
        self.child.close()
    }

    fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let kill = child::output(&mut command_of("kill", &[name, &id]), &[]);
        assert!(kill.unwrap().status.success());
    }
}

/// `dkim` with the default effect of these signals. The tests may have been started with some of them
/// ignored, which children inherit: shells do that for jobs in the background.
fn heeding_signals(words: &[&str]) -> Command {
    let reset = "--default-signal=HUP,INT,TERM";
    // GNU coreutils 8.31 and later. With another `env`, the inherited effect is used.
    let has_reset = child::output(&mut command_of("env", &[reset, "true"]), &[]);
    if has_reset.is_ok_and(|output| output.status.success()) {
        command_of("env", &[&[reset, DKIM], words].concat())
    } else {
        command(words)
    }
}

/// Writes messages until nobody reads them.
fn endless(mut stdin: ChildStdin) {
    let some = mbox(&[signed(), unsigned(1)], true).repeat(20);
    while stdin.write_all(&some).is_ok() {}
}

/// A pipe may give a message now and the next an hour later.
#[test]
fn a_message_is_told_of_before_the_next_one_is_there() {
    let server = DnsServer::start(|question| {
        Reply::Late(Duration::from_millis(50), Box::new(has_key(question)))
    });
    let at = server.address().to_string();
    let first = mbox(&[signed_by("d.example", "s"), unsigned(1)], true);
    for jobs in ["-j1", "-j4"] {
        let (go_on, wait) = std::sync::mpsc::channel::<()>();
        let first = first.clone();
        let words = ["verify", "--json", "--nameserver", &at, jobs];
        let mut running = Running::start(&words, move |mut stdin| {
            let _ = stdin.write_all(&first);
            let _ = stdin.write_all(&b"x\n".repeat(1000));
            // Until the test has read the first result, or has ended.
            let _ = wait.recv();
            let _ = stdin.write_all(&mbox(&[unsigned(2)], true));
        });
        let line = running.line();
        assert!(line.contains("\"result\":\"pass\""), "{line}");
        drop(go_on);
        let (_, said, status) = running.end();
        assert_eq!((status.code(), said.as_str()), (Some(1), ""));
    }
}

#[test]
fn whoever_stops_reading_ends_it() {
    for words in [&["--json"][..], &[], &["--json", "-j8"], &["-j1"]] {
        let words = [&["verify", ZONE[0], ZONE[1]], words].concat();
        let mut running = Running::start(&words, endless);
        let line = running.line();
        assert!(line.contains("pass"), "{line}");
        let (said, status) = running.close();
        assert_eq!(
            (status.signal(), said.as_str()),
            (Some(13), ""),
            "{words:?}"
        );
    }
}

#[test]
fn signals_end_it_behind_a_whole_line() {
    for (name, number) in [("-INT", 2), ("-TERM", 15), ("-HUP", 1)] {
        for words in [&["--json"][..], &["-j4"]] {
            let words = [&["verify", ZONE[0], ZONE[1]], words].concat();
            let mut running = Running::of(heeding_signals(&words), endless);
            for _ in 0..50 {
                assert!(!running.line().is_empty());
            }
            running.signal(name);
            let (rest, said, status) = running.end();
            assert_eq!((status.signal(), said.as_str()), (Some(number), ""));
            assert!(rest.is_empty() || rest.ends_with(b"\n"));
        }
    }
}

/// As `nohup` and shells that put a command into the background want it.
#[test]
fn a_signal_that_is_ignored_stays_ignored() {
    for (name, word) in [("-HUP", "HUP"), ("-INT", "INT")] {
        let script = format!("trap '' {word}; exec \"$0\" \"$@\"");
        let words = ["-c", &script, DKIM, "verify", "--json", ZONE[0], ZONE[1]];
        let shell = command_of("sh", &words);
        let mut running = Running::of(shell, endless);
        for _ in 0..50 {
            assert!(!running.line().is_empty());
        }
        running.signal(name);
        // Far more than the pipe can hold: most are written after the signal.
        for _ in 0..3000 {
            assert!(!running.line().is_empty(), "{word} ended it");
        }
        let (said, status) = running.close();
        assert_eq!((status.signal(), said.as_str()), (Some(13), ""));
    }
}

/// Whoever has stopped to read, but holds the pipe, is not waited for.
#[test]
fn signals_end_it_though_nobody_reads() {
    let words = ["verify", "--json", ZONE[0], ZONE[1]];
    let mut running = Running::of(heeding_signals(&words), endless);
    assert!(!running.line().is_empty());
    // Time for the pipe to be full; and if it is not, the end is the same.
    thread::sleep(Duration::from_millis(200));
    running.signal("-INT");
    assert_eq!(running.child.wait().signal(), Some(2));
}
