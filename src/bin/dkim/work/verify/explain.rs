//! `--explain`: why signatures do not pass.

use std::time::{Duration, Instant};

use dkim_toolkit::explain::{Budget, Explaining, KeptBody};
use dkim_toolkit::mailbox::Readings;
use dkim_toolkit::verify::Report;

use crate::print::verify::Explanations;
use crate::work::dns::Keys;

/// How long the DNS may take to answer for names near that of a key. It is no part of the budget of
/// the search.
const NEARBY_WITHIN: Duration = Duration::from_secs(5);

/// What was found of a message, to be explained if that was asked for.
pub enum Finding {
    Told(Report),
    Explaining(Explaining),
}

impl Finding {
    /// Judges a message whose body was read, and which is explained if its body was kept.
    pub fn new(readings: Readings, kept: Option<KeptBody>) -> Self {
        let judgement = readings.finish();
        match kept {
            None => Self::Told(judgement.into_report()),
            Some(body) => Self::Explaining(Explaining::begin(judgement, body)),
        }
    }

    /// Asks the DNS what may explain signatures without a usable key.
    pub async fn ask(&mut self, keys: &Keys) {
        let Self::Explaining(explaining) = self else {
            return;
        };
        for query in explaining.pending() {
            if let Some(answer) = keys.known(&query) {
                explaining.answer(&query, answer);
            }
        }
        let queries = explaining.pending();
        if queries.is_empty() {
            return;
        }
        // Without a thread to ask on, these questions have no answers.
        let Ok(asked) = keys.ask_all(queries, NEARBY_WITHIN) else {
            return;
        };
        for (query, answer) in asked.await {
            explaining.answer(&query, answer);
        }
    }

    /// The report, and the explanations if they were asked for, within a budget of so many units.
    pub fn finish(self, units: u64) -> (Report, Option<Explanations>) {
        match self {
            Self::Told(report) => (report, None),
            Self::Explaining(explaining) => {
                let start = Instant::now();
                let mut budget = Budget::new(units, || start.elapsed());
                let explained = explaining.finish(&mut budget);
                (explained.report, Some(explained.signatures))
            }
        }
    }
}
