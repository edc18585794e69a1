//! `--explain`: why signatures do not pass.

use std::time::{Duration, Instant};

use dkim_toolkit::explain::{Budget, Explaining, KeptBody};
use dkim_toolkit::identifier::KeyQuery;
use dkim_toolkit::lookup::KeyAnswer;
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

    /// What the DNS has to be asked, beside what is known.
    pub fn questions(&mut self, keys: &Keys) -> Vec<KeyQuery> {
        let Self::Explaining { explaining, .. } = self else {
            return Vec::new();
        };
        for query in explaining.pending() {
            if let Some(answer) = keys.known(&query) {
                explaining.answer(&query, answer);
            }
        }
        explaining.pending()
    }

    /// Takes what the DNS answered, and how long that took.
    pub fn answer(&mut self, answers: Vec<(KeyQuery, KeyAnswer)>, took: Duration) {
        if let Self::Explaining { explaining, waited } = self {
            for (query, answer) in answers {
                explaining.answer(&query, answer);
            }
            *waited += took;
        }
    }

    /// The bytes of memory that header and body take.
    pub fn size(&self) -> usize {
        let (report, body) = match self {
            Self::Told(report) => (report, 0),
            Self::Explaining { explaining, .. } => (explaining.report(), explaining.body().size()),
        };
        report.header.octets().len() + body
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
