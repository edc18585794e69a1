//! `--explain`: why signatures do not pass.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use dkim_toolkit::explain::{
    Budget, Cause, Evidence, Explained, Part, explain as search, nearby_queries,
};
use dkim_toolkit::identifier::KeyQuery;
use dkim_toolkit::lookup::KeyAnswer;
use dkim_toolkit::mailbox::{Judgement, Reading, unquote};
use dkim_toolkit::verdict::{Reason, Verdict, VerificationResult};
use dkim_toolkit::verify::Report;

use crate::dns::Keys;

/// Bodies of more octets are not kept to be explained.
const MAX_KEPT: usize = 128 * 1024 * 1024;
/// The DNS is asked for so many names near those of a message's missing keys.
const MAX_NEARBY: usize = 30;

/// What is said where the budget was spent.
pub const BUDGET_SPENT: &str = "the search for what happened ended before all was tried";
/// And what to do about it.
pub const LONGER_BUDGET: &str = "search longer: --explain-budget SECONDS";

/// What is said of a part of which it was not found how it was changed, beside what was found.
pub struct Unexplained {
    pub code: &'static str,
    pub message: &'static str,
    pub remedy: &'static str,
}

impl Unexplained {
    pub fn of(part: Part) -> Self {
        let (code, message) = match part {
            Part::Header => (
                "header-not-explained",
                "how the header was changed is not proven",
            ),
            Part::Body => (
                "body-not-explained",
                "how the body was changed is not proven",
            ),
        };
        Self {
            code,
            message,
            remedy: part.remedy(),
        }
    }
}

/// What was found for each of a message's signatures, in order.
#[derive(Default)]
pub struct Explanations {
    /// Whether anybody asked.
    pub wanted: bool,
    signatures: Vec<Option<Explained>>,
}

impl Explanations {
    /// The codes of what was found and of what was not, each once.
    pub fn codes(&self) -> BTreeSet<&'static str> {
        let explained = || self.signatures.iter().flatten();
        let causes = explained().flat_map(|each| &each.explanations);
        let parts = explained().flat_map(|each| &each.unexplained);
        causes
            .map(|explanation| explanation.cause.code())
            .chain(parts.map(|part| Unexplained::of(*part).code))
            .collect()
    }

    /// That of the signature at this place; `None` if it needs none.
    pub fn get(&self, place: usize) -> Option<&Explained> {
        self.signatures.get(place)?.as_ref()
    }
}

/// A body as it stands, kept to be explained.
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

/// What the DNS says of names near those of missing keys.
#[derive(Default)]
pub struct Nearby {
    /// What was asked, beside what was known.
    pub asked: Vec<KeyQuery>,
    pub answers: Vec<(KeyQuery, KeyAnswer)>,
    /// How much of the time for the message went by meanwhile.
    pub took: Duration,
}

impl Nearby {
    /// What there is to ask: a bounded number of names, in turns from each signature's likely ones.
    pub fn new(report: &Report, keys: &Keys) -> Self {
        let failing = report.verdicts.iter().filter(|verdict| is_failure(verdict));
        let lists: Vec<_> = failing.map(nearby_queries).collect();
        let longest = lists.iter().map(Vec::len).max().unwrap_or_default();
        let in_turns =
            (0..longest).flat_map(|at| lists.iter().filter_map(move |list| list.get(at)));
        let mut nearby = Self::default();
        for query in in_turns {
            let is_there = nearby.asked.contains(query)
                || nearby.answers.iter().any(|(known, _)| known == query);
            if is_there {
                continue;
            }
            if let Some(answer) = keys.known(query) {
                nearby.answers.push((query.clone(), answer));
            } else if nearby.asked.len() < MAX_NEARBY {
                nearby.asked.push(query.clone());
            }
        }
        nearby
    }

    /// Whether a name that was asked for has no answer.
    fn lacks(&self, query: &KeyQuery) -> bool {
        self.asked.contains(query) && self.answers.iter().all(|(answered, _)| answered != query)
    }

    /// The answers to some of the questions.
    fn to(&self, queries: &[KeyQuery]) -> Vec<(KeyQuery, KeyAnswer)> {
        let answers = self.answers.iter();
        let wanted = answers.filter(|(query, _)| queries.contains(query));
        wanted.cloned().collect()
    }
}

/// Explains each signature that does not pass, within a time for all of them. Where two readings
/// of the body do not pass, the judgement is turned to the one that is explained.
pub fn explain(
    judgement: &mut Judgement,
    body: &KeptBody,
    nearby: &Nearby,
    budget: Duration,
) -> Explanations {
    let end = Instant::now() + budget.saturating_sub(nearby.took);
    let bodies = Bodies::new(judgement, body);
    let count = judgement.report().verdicts.len();
    let fails = |judgement: &Judgement, at: usize| is_failure(&judgement.report().verdicts[at]);
    let mut left = (0..count).filter(|&at| fails(judgement, at)).count();
    let mut signatures = Vec::new();
    for at in 0..count {
        if !fails(judgement, at) {
            signatures.push(None);
            continue;
        }
        // What one does not need is left to those behind it.
        let now = Instant::now();
        let share = end.saturating_duration_since(now) / u32::try_from(left).unwrap_or(u32::MAX);
        left -= 1;
        let explained = bodies.explain(judgement, at, nearby, now + share);
        signatures.push(Some(explained).filter(|explained| tells(judgement, at, explained)));
    }
    Explanations {
        wanted: true,
        signatures,
    }
}

/// Whether a verdict is one to explain. Of a signature that was not judged nothing is known.
fn is_failure(verdict: &Verdict) -> bool {
    verdict.result() != VerificationResult::Pass
        && (verdict.signature.is_some() || matches!(verdict.reason, Some(Reason::Signature(_))))
}

/// Whether an explanation says more than the verdict: of a field that could not be read, that
/// nothing is known is no news.
fn tells(judgement: &Judgement, at: usize, explained: &Explained) -> bool {
    let is_readable = judgement.report().verdicts[at].signature.is_some();
    let mut explanations = explained.explanations.iter();
    explanations.any(|explanation| is_readable || explanation.cause != Cause::Unknown)
}

/// The body in both readings.
struct Bodies<'a> {
    unquoted: Cow<'a, [u8]>,
    as_it_stands: &'a KeptBody,
}

impl<'a> Bodies<'a> {
    fn new(judgement: &Judgement, kept: &'a KeptBody) -> Self {
        let unquoted = if judgement.has_two_readings() {
            Cow::Owned(unquote(&kept.octets))
        } else {
            Cow::Borrowed(&kept.octets[..])
        };
        Self {
            unquoted,
            as_it_stands: kept,
        }
    }

    /// The body; `None` if it was too large to be kept.
    fn get(&self, reading: Reading) -> Option<&[u8]> {
        let octets = match reading {
            Reading::Unquoted => &self.unquoted,
            Reading::AsItStands => &self.as_it_stands.octets[..],
        };
        (!self.as_it_stands.too_large).then_some(octets)
    }

    /// Explains the signature at a place until a time.
    fn explain(
        &self,
        judgement: &mut Judgement,
        at: usize,
        nearby: &Nearby,
        end: Instant,
    ) -> Explained {
        let verdict = &judgement.report().verdicts[at];
        let queries = nearby_queries(verdict);
        let answers = nearby.to(&queries);
        let explain = |verdict: &Verdict, reading, end: Instant| {
            let evidence = Evidence {
                header: &judgement.report().header,
                body: self.get(reading),
                verdict,
                nearby: &answers,
            };
            let mut goes_on = || Instant::now() < end;
            search(&evidence, &mut Budget::new(&mut goes_on))
        };
        // The second of two readings needs time as well.
        let now = Instant::now();
        let own_end = match judgement.other(at) {
            Some(_) => now + end.saturating_duration_since(now) / 2,
            None => end,
        };
        let mut explained = explain(verdict, judgement.readings()[at], own_end);
        // Where nobody quoted, lines that were unquoted look as if somebody had changed them.
        if is_doubtful(&explained)
            && let Some((other, reading)) = judgement.other(at)
        {
            let otherwise = explain(other, reading, end);
            if !is_doubtful(&otherwise) {
                explained = otherwise;
                judgement.turn(at);
            }
        }
        explained.complete &= !queries.iter().any(|query| nearby.lacks(query));
        explained
    }
}

/// Whether an explanation may be one of a body that was read in the wrong way.
fn is_doubtful(explained: &Explained) -> bool {
    explained.unexplained.contains(&Part::Body)
        || explained
            .explanations
            .iter()
            .any(|each| matches!(each.cause, Cause::FromStuffing | Cause::Unknown))
}
