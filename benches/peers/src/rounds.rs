//! Measuring three things in turns, so that whatever else the machine does meets all of them.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// What is above the rows of the table.
pub const HEADING: &str = "\
                             medians, µs                    share of the floor    mail-auth / ours
shape                        floor      ours mail-auth      ours  mail-auth       median    quiet";

/// No shape is measured in fewer rounds.
const ROUNDS: usize = 9;
/// Nor for less time.
const TIME: Duration = Duration::from_secs(3);

/// The times of each round in microseconds: the floor, ours, the peer.
pub struct Rounds(Vec<[f64; 3]>);

impl Rounds {
    /// Runs each of the three once a round, each first in one round of three.
    pub fn measure(works: [&dyn Fn() -> bool; 3]) -> Result<Self, String> {
        let mut rounds = Vec::new();
        let names = ["the floor", "ours", "mail-auth"];
        let start = Instant::now();
        while rounds.len() < ROUNDS || start.elapsed() < TIME {
            let mut times = [0.0; 3];
            for turn in 0..3 {
                let at = (rounds.len() + turn) % 3;
                let start = Instant::now();
                let good = black_box(works[at]());
                times[at] = start.elapsed().as_secs_f64() * 1e6;
                if !good {
                    return Err(format!("{} does not do what it should", names[at]));
                }
            }
            rounds.push(times);
        }
        Ok(Self(rounds))
    }

    /// The row of the table.
    pub fn row(&self, name: &str) -> String {
        let [floor, ours, peer] = [0, 1, 2].map(|at| self.middle(|times| times[at]));
        let share = self.middle(|times| times[0] / times[1]);
        let peer_share = self.middle(|times| times[0] / times[2]);
        let ratio = self.middle(|times| times[2] / times[1]);
        let quiet = self.quiet(2) / self.quiet(1);
        format!(
            "{name:<24} {floor:>9.1} {ours:>9.1} {peer:>9.1}      {share:.3}      {peer_share:.3}        {ratio:.2}     {quiet:.2}"
        )
    }

    fn middle(&self, value: impl Fn(&[f64; 3]) -> f64) -> f64 {
        self.quantile(2, value)
    }

    /// The time that only a tenth of the rounds is below.
    fn quiet(&self, at: usize) -> f64 {
        self.quantile(10, |times| times[at])
    }

    fn quantile(&self, divisor: usize, value: impl Fn(&[f64; 3]) -> f64) -> f64 {
        let mut values: Vec<f64> = self.0.iter().map(value).collect();
        values.sort_by(f64::total_cmp);
        values[values.len() / divisor]
    }
}
