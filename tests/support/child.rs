//! Child processes with a limit on their time, which do not outlive their test.

#![allow(dead_code)] // Each test binary uses a part.

use std::io::{self, Read, Write as _};
use std::process::{self, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Output};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

/// A child that takes longer is killed, and its test fails. On a busy machine, no child needs more
/// than a fraction of this.
const LIMIT: Duration = Duration::from_secs(300);

/// A child process, killed when this is dropped.
pub struct Child {
    pub stdin: Option<ChildStdin>,
    pub stdout: Option<ChildStdout>,
    pub stderr: Option<ChildStderr>,
    shared: Arc<Shared>,
    /// The watch ends when this is dropped.
    _watched: Sender<()>,
}

struct Shared {
    process: Mutex<process::Child>,
    was_killed: AtomicBool,
}

impl Child {
    /// Starts the command. `stdin`, `stdout` and `stderr` are there if the command pipes them.
    pub fn start(command: &mut Command) -> io::Result<Self> {
        let mut process = command.spawn()?;
        let (stdin, stdout, stderr) = (
            process.stdin.take(),
            process.stdout.take(),
            process.stderr.take(),
        );
        let shared = Arc::new(Shared {
            process: Mutex::new(process),
            was_killed: AtomicBool::new(false),
        });
        let (watched, end) = mpsc::channel();
        let for_watch = shared.clone();
        thread::spawn(move || for_watch.kill_after_limit(&end));
        Ok(Self {
            stdin,
            stdout,
            stderr,
            shared,
            _watched: watched,
        })
    }

    pub fn id(&self) -> u32 {
        self.shared.process().id()
    }

    /// Waits for the end.
    pub fn wait(&self) -> ExitStatus {
        loop {
            self.assert_in_time();
            // Not `wait`: the watch needs access to the process as well.
            if let Some(status) = self.shared.process().try_wait().unwrap() {
                return status;
            }
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// Closes standard output and waits for the end; returns standard error and the exit status.
    pub fn close(mut self) -> (String, ExitStatus) {
        drop(self.stdout.take());
        let said = read(self.stderr.take());
        (String::from_utf8(said).unwrap(), self.wait())
    }

    /// Asserts that the child was not killed at the limit.
    pub fn assert_in_time(&self) {
        let was_killed = self.shared.was_killed.load(Ordering::SeqCst);
        assert!(!was_killed, "a child process took longer than {LIMIT:?}");
    }
}

impl Shared {
    fn process(&self) -> MutexGuard<'_, process::Child> {
        self.process.lock().unwrap()
    }

    fn kill_after_limit(&self, end: &mpsc::Receiver<()>) {
        if end.recv_timeout(LIMIT) == Err(RecvTimeoutError::Timeout) {
            self.was_killed.store(true, Ordering::SeqCst);
            let _ = self.process().kill();
        }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        let mut process = self.shared.process();
        let _ = process.kill();
        let _ = process.wait();
    }
}

/// Runs the command to its end, with `input` on its standard input and its output collected, as far
/// as these are piped.
pub fn output(command: &mut Command, input: &[u8]) -> io::Result<Output> {
    let mut child = Child::start(command)?;
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    thread::scope(|scope| {
        // A command that does not read all of its input is not at fault here.
        scope.spawn(move || stdin.map(|mut stdin| stdin.write_all(input)));
        let stderr = scope.spawn(move || read(stderr));
        let stdout = read(stdout);
        let stderr = stderr.join().unwrap();
        Ok(Output {
            status: child.wait(),
            stdout,
            stderr,
        })
    })
}

fn read(pipe: Option<impl Read>) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(mut pipe) = pipe {
        pipe.read_to_end(&mut bytes).unwrap();
    }
    bytes
}
