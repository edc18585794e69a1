//! Measuring two things in turns, so that whatever else the machine does meets both.

use std::time::{Duration, Instant};

/// What stands above the rows of the table.
pub const HEADING: &str = "shape                        floor         ours    share    quiet";

/// The times that the floor and the library took, in turns.
#[derive(Default)]
pub struct Pairs(Vec<(Duration, Duration)>);

impl Pairs {
    /// Runs both `count` times; how long `ours` took in all.
    pub fn measure(
        &mut self,
        count: u64,
        mut floor: impl FnMut() -> bool,
        mut ours: impl FnMut() -> bool,
    ) -> Duration {
        let mut total = Duration::ZERO;
        for _ in 0..count {
            let pair = (time(&mut floor), time(&mut ours));
            total += pair.1;
            self.0.push(pair);
        }
        total
    }

    /// The row of the table: medians, the share that of the single pairs; `None` if nothing was
    /// measured.
    pub fn row(&self, name: &str) -> Option<String> {
        let sorted = |value: fn(&(Duration, Duration)) -> f64| {
            let mut values: Vec<f64> = self.0.iter().map(value).collect();
            values.sort_by(f64::total_cmp);
            values
        };
        let floor = sorted(|pair| pair.0.as_secs_f64() * 1e6);
        let ours = sorted(|pair| pair.1.as_secs_f64() * 1e6);
        let share = sorted(|pair| pair.0.as_secs_f64() / pair.1.as_secs_f64());
        let median = |values: &[f64]| values.get(values.len() / 2).copied();
        let quiet = floor.get(floor.len() / 10)? / ours.get(ours.len() / 10)?;
        let (floor, ours, share) = (median(&floor)?, median(&ours)?, median(&share)?);
        Some(format!(
            "{name:<24} {floor:>9.1} µs {ours:>9.1} µs    {share:.3}    {quiet:.3}"
        ))
    }
}

fn time(work: &mut impl FnMut() -> bool) -> Duration {
    let start = Instant::now();
    let good = std::hint::black_box(work());
    let elapsed = start.elapsed();
    assert!(good, "what is measured does not do what it should");
    elapsed
}
