//! Tells of results as soon as they are there.

use std::thread;
use std::time::Duration;

use super::pool::Pool;
use super::progress::Progress;
use crate::error::Error;
use crate::print::Output;

/// Once results came in this many rounds, a round is printed at most once in `ROUND`. A reader
/// notices no difference, and the threads wait less for each other.
const MANY_ROUNDS: u32 = 16;
const ROUND: Duration = Duration::from_millis(1);

/// Gives each result to `give` in turn, with the lines to print, to which it may add. They are
/// printed as soon as no further result is ready.
pub fn each<R: Send + 'static>(
    mut pool: Pool<R>,
    output: &mut Output,
    progress: &mut Progress,
    mut give: impl FnMut(R, &mut String, &mut Output) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut lines = String::new();
    let mut rounds = 0_u32;
    loop {
        let ready = pool.next(|| {
            if progress.update() {
                output.end_between_lines();
            }
        });
        let Some(ready) = ready? else {
            return Ok(());
        };
        // A single line is short enough to be written at once, but a bar must not stay.
        if rounds > 0 || ready.len() > 1 {
            output.end_between_lines();
        }
        progress.advance(ready.len());
        for result in ready {
            give(result, &mut lines, output)?;
        }
        output.lines(&lines)?;
        lines.clear();
        rounds = rounds.saturating_add(1);
        if rounds > MANY_ROUNDS {
            thread::sleep(ROUND);
        }
    }
}
