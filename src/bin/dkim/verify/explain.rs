//! `--explain`: why signatures do not pass.

use std::sync::mpsc;
use std::time::{Duration, Instant};

use dkim_toolkit::explain::{Budget, Evidence, Explained, explain as search, nearby_queries};
use dkim_toolkit::lookup::{KeyAnswer, KeyQuery};
use dkim_toolkit::verdict::{Verdict, VerificationResult};
use dkim_toolkit::verify::Report;

use crate::dns::Keys;

/// Bodies of more octets are not kept to be explained.
const MAX_KEPT: usize = 128 * 1024 * 1024;

/// What is said where the budget was spent.
pub const BUDGET_SPENT: &str = "the search for what happened ended before all was tried";
/// And what to do about it.
pub const LONGER_BUDGET: &str = "search longer: --explain-budget SECONDS";

/// What was found for each of a message's signatures, in order.
#[derive(Default)]
pub struct Explanations {
    /// Whether anybody asked.
    pub wanted: bool,
    signatures: Vec<Option<Explained>>,
}

impl Explanations {
    /// That of the signature at this place; `None` if it needs none.
    pub fn get(&self, place: usize) -> Option<&Explained> {
        self.signatures.get(place)?.as_ref()
    }
}

/// A body, kept to be explained.
#[derive(Default)]
pub struct KeptBody {
    octets: Vec<u8>,
    too_large: bool,
}

impl KeptBody {
    pub fn push(&mut self, octets: &[u8]) {
        if self.octets.len() + octets.len() > MAX_KEPT {
            self.too_large = true;
            self.octets = Vec::new();
        }
        if !self.too_large {
            self.octets.extend_from_slice(octets);
        }
    }

    /// The memory that it takes, in octets.
    pub fn len(&self) -> usize {
        self.octets.capacity()
    }
}

/// Explains each signature that does not pass, within a time for all of them.
pub fn explain(report: &Report, body: &KeptBody, keys: &Keys, budget: Duration) -> Explanations {
    let fails = |verdict: &&Verdict| {
        verdict.result() != VerificationResult::Pass && verdict.signature.is_some()
    };
    let mut left = report.verdicts.iter().filter(fails).count();
    let end = Instant::now() + budget;
    let explained = report.verdicts.iter().map(|verdict| {
        if !fails(&verdict) {
            return None;
        }
        // What one does not need is left to those behind it.
        let share = end.saturating_duration_since(Instant::now()) / u32::try_from(left).ok()?;
        left -= 1;
        let explained = explain_one(report, verdict, body, keys, share);
        (!explained.explanations.is_empty()).then_some(explained)
    });
    Explanations {
        wanted: true,
        signatures: explained.collect(),
    }
}

fn explain_one(
    report: &Report,
    verdict: &Verdict,
    body: &KeptBody,
    keys: &Keys,
    budget: Duration,
) -> Explained {
    let nearby = answers(nearby_queries(verdict), keys);
    let end = Instant::now() + budget;
    let mut goes_on = || Instant::now() < end;
    let evidence = Evidence {
        header: &report.header,
        body: (!body.too_large).then_some(&body.octets[..]),
        verdict,
        nearby: &nearby,
    };
    search(&evidence, &mut Budget::new(&mut goes_on))
}

fn answers(queries: Vec<KeyQuery>, keys: &Keys) -> Vec<(KeyQuery, KeyAnswer)> {
    let known: Option<Vec<_>> = queries
        .iter()
        .map(|query| Some((query.clone(), keys.known(query)?)))
        .collect();
    if let Some(known) = known {
        return known;
    }
    let (sender, receiver) = mpsc::channel();
    keys.ask(queries, move |answers| {
        // Nobody waits any more only if the program ends.
        let _ = sender.send(answers);
    });
    receiver.recv().unwrap_or_default()
}
