//! Commands of the administrator, which must not hold a run up for ever.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::error::{Error, io_reason};
use crate::interrupt::Steps;
use crate::system::{end_group, in_own_group, shell};

/// How often it is looked whether a command has ended.
const LOOK: Duration = Duration::from_millis(20);

/// Notes that no command runs any more.
struct Ended<'a>(&'a Steps);

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        self.0.runs(None);
    }
}

/// Runs a command of the shell with these variables and this input. Its output goes nowhere, its
/// errors where those of this program go. A signal that ends this program ends the command as well.
pub fn run(
    option: &str,
    line: &str,
    variables: &[(&str, &str)],
    input: &str,
    limit: Duration,
    steps: &Steps,
) -> Result<(), Error> {
    let failed = |why: String| Error::cannot(why).about(option);
    let mut command: Command = shell(line);
    command
        .envs(variables.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::null());
    in_own_group(&mut command);
    let mut child = {
        let _step = steps.begin();
        let child = command.spawn().map_err(|error| failed(io_reason(&error)))?;
        steps.runs(Some(child.id()));
        child
    };
    let _ended = Ended(steps);
    if let Some(mut stdin) = child.stdin.take() {
        let input = input.as_bytes().to_vec();
        // A command that reads nothing must not hold this up; one that has ended needs nothing.
        thread::spawn(move || stdin.write_all(&input));
    }
    let begun = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return Ok(()),
            Ok(Some(status)) => return Err(failed(format!("the command failed: {status}"))),
            Ok(None) if begun.elapsed() < limit => thread::sleep(LOOK),
            Ok(None) => {
                end_group(&mut child);
                let seconds = limit.as_secs_f64();
                let error = format!("the command did not end in {seconds} seconds and was killed");
                return Err(failed(error).hint("give it more time with --command-timeout"));
            }
            Err(error) => return Err(failed(io_reason(&error))),
        }
    }
}
