//! `--explain`: why signatures do not pass.

use std::time::{Duration, Instant};

use dkim_toolkit::explain::{Budget, Explaining, KeptBody};
use dkim_toolkit::mailbox::Readings;
use dkim_toolkit::verify::Report;

use crate::print::verify::Explanations;
use crate::work::dns::Keys;

/// What was found of a message, to be explained if that was asked for.
pub enum Finding {
    Told(Report),
    Explaining {
        explaining: Explaining,
        /// How much of the time for the message went by in waiting for the DNS.
        waited: Duration,
    },
}

impl Finding {
    /// Judges a message whose body was read, and which is explained if its body was kept.
    pub fn new(readings: Readings, kept: Option<KeptBody>) -> Self {
        let judgement = readings.finish();
        match kept {
            None => Self::Told(judgement.into_report()),
            Some(body) => Self::Explaining {
                explaining: Explaining::begin(judgement, body),
                waited: Duration::ZERO,
            },
        }
    }

    /// Asks the DNS what may explain signatures without a usable key, for half of the time that a
    /// message has: the search may need the other half.
    pub async fn ask(&mut self, keys: &Keys, limit: Duration) {
        let Self::Explaining { explaining, waited } = self else {
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
        let began = Instant::now();
        for (query, answer) in keys.ask_all(queries, limit / 2).await {
            explaining.answer(&query, answer);
        }
        *waited += began.elapsed();
    }

    /// The report, and the explanations if they were asked for, within a time for the message.
    pub fn finish(self, limit: Duration) -> (Report, Option<Explanations>) {
        match self {
            Self::Told(report) => (report, None),
            Self::Explaining { explaining, waited } => {
                let start = Instant::now();
                let mut budget = Budget::new(limit.saturating_sub(waited), || start.elapsed());
                let explained = explaining.finish(&mut budget);
                (explained.report, Some(explained.signatures))
            }
        }
    }
}
