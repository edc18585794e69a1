//! The `dkim` command as scripts see it: results, JSON, exit statuses, errors.

mod aligned;
mod audit;
mod audit_evidence;
mod authentication_results;
mod claims;
mod delegate;
mod documents;
mod doubts;
mod exit;
mod explain;
mod explain_report;
mod files_from;
mod help_examples;
mod inputs;
mod inside;
mod inspect;
mod key_files;
mod keygen;
mod lookup;
mod lookup_names;
mod mailboxes;
mod malformed;
mod many;
mod mboxes;
mod packed;
mod page;
mod pipes;
mod reader;
mod reasons;
mod record;
mod record_check;
mod rotate;
mod schema;
mod scripting;
mod servers;
mod sign;
mod sign_in_place;
mod sign_key_dir;
mod sign_many;
mod sign_warnings;
mod verify;

use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use crate::support::{child, schema as schemas};
use crate::testdata;

/// What a run came to.
struct Run {
    status: i32,
    stdout: Vec<u8>,
    stderr: String,
}

impl Run {
    /// Runs a command to its end.
    fn of(command: &mut Command) -> Self {
        Self::reading(command, &[])
    }

    /// The same with this on its standard input. Every line of JSON satisfies its schema.
    fn reading(command: &mut Command, input: &[u8]) -> Self {
        let run = Self::from(child::output(command, input).unwrap());
        schemas::hold(command, &run.stdout);
        run
    }

    fn stdout(&self) -> &str {
        std::str::from_utf8(&self.stdout).unwrap()
    }

    /// Asserts the exit status, and shows what was said if it is another.
    fn exits(self, status: i32) -> Self {
        assert_eq!(
            self.status,
            status,
            "{}{}",
            String::from_utf8_lossy(&self.stdout),
            self.stderr
        );
        self
    }

    /// Asserts that this is among the errors.
    fn says(self, text: &str) -> Self {
        assert!(
            self.stderr.contains(text),
            "not said: {text}\n{}",
            self.stderr
        );
        self
    }

    /// Asserts that this is among the results.
    fn prints(self, text: &str) -> Self {
        assert!(
            self.stdout().contains(text),
            "not printed: {text}\n{}",
            self.stdout()
        );
        self
    }

    fn json(&self) -> Vec<serde_json::Value> {
        self.stdout()
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(!stderr.contains("panicked"), "{stderr}");
        Self {
            status: output.status.code().unwrap_or(-1),
            stdout: output.stdout,
            stderr,
        }
    }
}

const DKIM: &str = env!("CARGO_BIN_EXE_dkim");

/// `dkim` with these arguments, not yet started: no input, output piped.
fn command(words: &[&str]) -> Command {
    command_of(DKIM, words)
}

/// The same for another program.
fn command_of(program: &str, words: &[&str]) -> Command {
    let mut command = Command::new(program);
    command
        .args(words)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn dkim(words: &[&str]) -> Run {
    Run::of(&mut command(words))
}

/// Runs the command with this on its standard input.
fn dkim_reading(words: &[&str], input: &[u8]) -> Run {
    Run::reading(command(words).stdin(Stdio::piped()), input)
}

/// A folder of its own for a test.
fn scratch() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

/// Writes a file into a folder and gives its path, as a word.
fn file(folder: &tempfile::TempDir, name: &str, contents: &[u8]) -> String {
    let path = folder.path().join(name);
    std::fs::write(&path, contents).unwrap();
    word(path)
}

fn word(path: PathBuf) -> String {
    path.into_os_string().into_string().unwrap()
}

/// A message of testdata/ that the key `rsa2048` of example.com signed.
fn signed() -> Vec<u8> {
    let words = [
        "sign",
        "-s",
        "rsa2048",
        "-k",
        "testdata/keys/rsa2048.pem",
        "testdata/message.eml",
    ];
    dkim(&words).exits(0).stdout
}

/// A message that nobody signed, with these fields on top.
fn unsigned_with(fields: &str) -> Vec<u8> {
    format!("{fields}From: a@b.example\r\nSubject: x\r\n\r\nBody\r\n").into_bytes()
}

/// The message with a part replaced, which must be there.
fn replaced(message: &[u8], from: &str, to: &str) -> Vec<u8> {
    let at = memchr::memmem::find(message, from.as_bytes()).unwrap();
    [&message[..at], to.as_bytes(), &message[at + from.len()..]].concat()
}

const ZONE: [&str; 2] = ["--zone", "testdata/zone"];
