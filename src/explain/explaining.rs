//! The explanation of a message's failed signatures, in flight.

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use super::key::nearby_queries;
use super::line_ends::OtherLineEnds;
use super::{Budget, Cause, Evidence, Explained, KeptBody, Part, Unfinished, explain};
use crate::identifier::KeyQuery;
use crate::lookup::KeyAnswer;
use crate::mailbox::{Judgement, Reading, unquote};
use crate::verdict::{Reason, Verdict, VerificationResult};
use crate::verify::Report;

/// The names that are asked for at most, for one message.
const MAX_QUERIES: usize = 30;

/// The explanation of a message's failed signatures, in flight.
///
/// Begun by [`Explaining::begin`] with what was found of a message, and with its body. Then each of
/// [`Explaining::pending`] may be given its answer with [`Explaining::answer`]. Last comes
/// [`Explaining::finish`], which searches. Nothing is borrowed, so that it can wait for answers
/// wherever a caller keeps it.
///
/// ```
/// use std::time::Instant;
///
/// use dkim_toolkit::explain::{Budget, Explaining, KeptBody};
/// use dkim_toolkit::message::{self, LineEndings};
/// use dkim_toolkit::{KeyAnswer, Verifier};
///
/// let mail = b"DKIM-Signature: v=1; a=ed25519-sha256; d=example.com; s=s2025; h=from; b=YQ==;\r\n \
///     bh=frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY=\r\n\
///     From: joe@example.com\r\n\r\n";
/// let no_key = |_: &_| KeyAnswer::NoSuchName;
/// let report = Verifier::default().verify(mail, 1_528_637_909, no_key)?;
///
/// let (_, body) = message::parse(mail, LineEndings::Lenient)?;
/// let mut explaining = Explaining::begin(report, KeptBody::from(body));
/// let queries = explaining.pending();
/// assert!(queries.contains(&"s2026._domainkey.example.com.".parse()?));
/// for query in queries {
///     explaining.answer(&query, no_key(&query));
/// }
/// let start = Instant::now();
/// let mut budget = Budget::new(Budget::DEFAULT_UNITS, || start.elapsed());
/// let explained = explaining.finish(&mut budget);
/// assert!(explained.signatures[0].is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Explaining {
    judgement: Judgement,
    body: KeptBody,
    /// For each verdict, the names at which a key may be that explains it, the likely ones first.
    wanted: Vec<Vec<KeyQuery>>,
    /// Those of them that are asked for, with the answers so far.
    asked: Vec<(KeyQuery, Option<KeyAnswer>)>,
    /// The message with other line ends, whose keys are asked for too.
    others: Vec<OtherLineEnds>,
}

/// What was found of a message, with the explanations of its failed signatures.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Explanations {
    /// What was found. In a message of an mbox, a verdict is that of the other reading of the body
    /// than before where the search shows that this is the right one.
    pub report: Report,
    /// The explanation of each verdict of the report, in the same order. `None` for a signature
    /// that passes or was not judged, and for a field that cannot be read where no more is known.
    pub signatures: Vec<Option<Explained>>,
}

impl Explaining {
    /// Begins with what was found of a message (a [`Report`], or a [`Judgement`] of a message in an
    /// mbox), and with its body as it stands.
    #[must_use]
    pub fn begin(found: impl Into<Judgement>, mut body: KeptBody) -> Self {
        let judgement = found.into();
        body.put_before(judgement.report().header.below());
        let names = |verdict: &Verdict| {
            if is_failure(verdict) {
                nearby_queries(verdict)
            } else {
                Vec::new()
            }
        };
        let wanted: Vec<_> = judgement.report().verdicts.iter().map(names).collect();
        let others = other_line_ends(&judgement, &body);
        let keys: Vec<_> = others.iter().map(OtherLineEnds::pending).collect();
        let asked = in_turns(&[keys, wanted.clone()].concat());
        Self {
            asked: asked.into_iter().map(|query| (query, None)).collect(),
            judgement,
            body,
            wanted,
            others,
        }
    }

    /// The names that have no answer yet and at which a key may be that explains a signature: those
    /// near the names of keys that are missing or did not make the signature, and the very name where
    /// the message may be good with other line ends. They are at most 30 for a message, and none of
    /// them is above the organizational domain of a signer.
    ///
    /// The search goes without answers that do not come.
    #[must_use]
    pub fn pending(&self) -> Vec<KeyQuery> {
        let unanswered = self.asked.iter().filter(|(_, answer)| answer.is_none());
        unanswered.map(|(query, _)| query.clone()).collect()
    }

    /// Takes the answer to a query. A query that was not asked is ignored; a later answer replaces
    /// an earlier one.
    pub fn answer(&mut self, query: &KeyQuery, answer: KeyAnswer) {
        if let Some((_, slot)) = self.asked.iter_mut().find(|(asked, _)| asked == query) {
            for other in &mut self.others {
                other.answer(query, &answer);
            }
            *slot = Some(answer);
        }
    }

    /// What was found of the message, not explained yet.
    #[must_use]
    pub fn report(&self) -> &Report {
        self.judgement.report()
    }

    /// The body that was kept.
    #[must_use]
    pub fn body(&self) -> &KeptBody {
        &self.body
    }

    /// Searches for what happened to each failed signature in turn. Each gets an equal part of the
    /// budget that is left.
    #[must_use]
    pub fn finish(self, budget: &mut Budget<'_>) -> Explanations {
        let Self {
            mut judgement,
            body,
            wanted,
            asked,
            others,
        } = self;
        let unquoted = |bytes| {
            if judgement.has_two_readings() {
                Cow::Owned(unquote(bytes))
            } else {
                Cow::Borrowed(bytes)
            }
        };
        let search = Search {
            unquoted: body.bytes().map(unquoted),
            as_it_stands: body.bytes(),
            wanted,
            asked,
        };
        let verdicts = &judgement.report().verdicts;
        let mut signatures = vec![None; verdicts.len()];
        for other in others {
            let body = body.bytes().unwrap_or_default();
            let explained = other.explain(judgement.report(), body, budget);
            for (slot, explained) in signatures.iter_mut().zip(explained.unwrap_or_default()) {
                *slot = slot.take().or(explained);
            }
        }
        for (slot, verdict) in signatures.iter_mut().zip(verdicts) {
            slot.take_if(|_| !is_failure(verdict) || verdict.is_good());
        }
        let is_open = |at: &usize| is_failure(&verdicts[*at]) && signatures[*at].is_none();
        let failing = (0..verdicts.len()).filter(is_open);
        let failing: Vec<_> = failing.collect();
        for (at, left) in failing.iter().copied().zip((1..=failing.len()).rev()) {
            let left = u32::try_from(left).unwrap_or(u32::MAX);
            let explained = budget.part(left, |budget| search.explain(&mut judgement, at, budget));
            // That nothing is known of a field that could not be read is no news.
            let is_readable = judgement.report().verdicts[at].signature.is_some();
            let mut causes = explained.explanations.iter().map(|each| each.cause);
            if is_readable || causes.any(|cause| cause != Cause::Unknown) {
                signatures[at] = Some(explained);
            }
        }
        Explanations {
            report: judgement.into_report(),
            signatures,
        }
    }
}

/// Whether a verdict is one to explain. Of a signature that was not judged nothing is known.
fn is_failure(verdict: &Verdict) -> bool {
    verdict.result() != VerificationResult::Pass
        && (verdict.signature.is_some() || matches!(verdict.reason, Some(Reason::Signature(_))))
}

/// The message with other line ends, where that may explain a signature.
fn other_line_ends(judgement: &Judgement, body: &KeptBody) -> Vec<OtherLineEnds> {
    let report = judgement.report();
    let is_open = |verdict: &Verdict| is_failure(verdict) && !verdict.is_good();
    match body.bytes() {
        // In an mbox all line ends are those of the mbox.
        Some(body) if !judgement.has_two_readings() && report.verdicts.iter().any(is_open) => {
            OtherLineEnds::all(report, body)
        }
        _ => Vec::new(),
    }
}

/// As many of these queries as are asked, each once, in turns from each list.
fn in_turns(lists: &[Vec<KeyQuery>]) -> Vec<KeyQuery> {
    let longest = lists.iter().map(Vec::len).max().unwrap_or_default();
    let mut asked: Vec<KeyQuery> = Vec::new();
    for query in (0..longest).flat_map(|at| lists.iter().filter_map(move |list| list.get(at))) {
        if asked.len() < MAX_QUERIES && !asked.contains(query) {
            asked.push(query.clone());
        }
    }
    asked
}

/// What there is to explain signatures with.
struct Search<'a> {
    /// The body in both readings; `None` if it is too long.
    unquoted: Option<Cow<'a, [u8]>>,
    as_it_stands: Option<&'a [u8]>,
    wanted: Vec<Vec<KeyQuery>>,
    asked: Vec<(KeyQuery, Option<KeyAnswer>)>,
}

impl Search<'_> {
    /// Explains the signature at an index, and turns it to the other reading where that one is
    /// explained and its own is not.
    fn explain(&self, judgement: &mut Judgement, at: usize, budget: &mut Budget<'_>) -> Explained {
        let is_wanted = |query: &KeyQuery| self.wanted[at].contains(query);
        let asked = || self.asked.iter().filter(|(query, _)| is_wanted(query));
        let nearby: Vec<_> = asked()
            .filter_map(|(query, answer)| Some((query.clone(), answer.clone()?)))
            .collect();
        let search = |verdict: &Verdict, reading, budget: &mut Budget<'_>| {
            let evidence = Evidence {
                header: &judgement.report().header,
                body: match reading {
                    Reading::Unquoted => self.unquoted.as_deref(),
                    Reading::AsItStands => self.as_it_stands,
                },
                verdict,
                nearby: &nearby,
            };
            explain(&evidence, budget)
        };
        let verdict = &judgement.report().verdicts[at];
        let reading = judgement.readings()[at];
        // The second of two readings has its part as well.
        let readings = 1 + u32::from(judgement.other(at).is_some());
        let mut explained = budget.part(readings, |budget| search(verdict, reading, budget));
        // Where nobody quoted, lines that were unquoted look as if somebody had changed them.
        if is_doubtful(&explained)
            && let Some((other, reading)) = judgement.other(at)
        {
            let otherwise = search(other, reading, budget);
            if !is_doubtful(&otherwise) {
                explained = otherwise;
                judgement.turn(at);
            }
        }
        let names = asked().filter(|(_, answer)| answer.is_none()).count();
        if names > 0 {
            let unanswered = Unfinished::Unanswered { names };
            explained.unfinished = explained.unfinished.or(Some(unanswered));
        }
        explained
    }
}

/// Whether an explanation may be one of a body that was read in the wrong way.
fn is_doubtful(explained: &Explained) -> bool {
    let mut causes = explained.explanations.iter().map(|each| each.cause);
    explained.unexplained.contains(&Part::Body)
        || causes.any(|cause| matches!(cause, Cause::FromStuffing | Cause::Unknown))
}
