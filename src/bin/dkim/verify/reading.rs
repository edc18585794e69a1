//! A message of an mbox, and the two ways to read its body.
//!
//! Most writers of mboxes quote lines that begin with `From `; some do not, and then a `>` is the
//! author's own. Which of the two it was shows where a body hash comes out right, and signatures
//! may differ: one that was made before a `>` came in, and one made after.

use dkim_toolkit::identifier::KeyQuery;
use dkim_toolkit::lookup::KeyAnswer;
use dkim_toolkit::message::Header;
use dkim_toolkit::verdict::{Reason, Verdict};
use dkim_toolkit::verify::{Report, Verification};

use super::explain::KeptBody;
use crate::mbox::{Run, Unquoter};

/// A way to read a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Without the `>` that writers of mboxes put before `From `.
    Unquoted,
    /// As it stands.
    AsItStands,
}

/// A message that is being read in both ways.
pub struct Readings {
    unquoted: Verification,
    /// The same message with its quoting, where that makes a difference.
    as_it_stands: Option<Verification>,
    /// Quoting is a matter of mboxes.
    unquoter: Option<Unquoter>,
    /// The body, if it may have to be explained.
    kept: Option<KeptBody>,
}

impl Readings {
    /// Begins with a message whose header was read; `keeps`: whether its body is kept.
    pub fn new(verification: Verification, is_in_mbox: bool, keeps: bool) -> Self {
        Self {
            unquoted: verification,
            as_it_stands: None,
            unquoter: is_in_mbox.then(Unquoter::default),
            kept: keeps.then(KeptBody::default),
        }
    }

    pub fn header(&self) -> &Header {
        self.unquoted.header()
    }

    /// The octets of memory that header and body take.
    pub fn size(&self) -> usize {
        let body = self.kept.as_ref().map_or(0, KeptBody::len);
        2 * self.unquoted.header().octets().len() + body
    }

    pub fn answer(&mut self, query: &KeyQuery, answer: &KeyAnswer) {
        if let Some(as_it_stands) = &mut self.as_it_stands {
            as_it_stands.answer(query, answer.clone());
        }
        self.unquoted.answer(query, answer.clone());
    }

    /// Takes octets of the body.
    pub fn body(&mut self, octets: &[u8]) {
        if let Some(kept) = &mut self.kept {
            kept.push(octets);
        }
        match self.unquoter.take() {
            None => self.run(Run::Text(octets)),
            Some(mut unquoter) => {
                unquoter.push(octets, |run| self.run(run));
                self.unquoter = Some(unquoter);
            }
        }
    }

    fn run(&mut self, run: Run<'_>) {
        match run {
            Run::Text(octets) => {
                self.unquoted.body(octets);
                if let Some(as_it_stands) = &mut self.as_it_stands {
                    as_it_stands.body(octets);
                }
            }
            // Up to the first quote, both are the same.
            Run::Quote => self
                .as_it_stands
                .get_or_insert_with(|| self.unquoted.clone())
                .body(b">"),
        }
    }

    /// Ends the body.
    pub fn end_body(&mut self) {
        if let Some(mut unquoter) = self.unquoter.take() {
            unquoter.finish(|run| self.run(run));
        }
    }

    /// Judges the message, and gives its body if that was kept.
    pub fn finish(self) -> (Judgement, Option<KeptBody>) {
        let as_it_stands = self.as_it_stands.map(Verification::finish);
        let judgement = Judgement::new(self.unquoted.finish(), as_it_stands);
        (judgement, self.kept)
    }
}

/// What was found of a message, each signature in the reading that makes its body hash right.
pub struct Judgement {
    pub report: Report,
    /// In which reading each verdict of the report was found.
    readings: Vec<Reading>,
    /// The verdicts of the other reading; none if there is but one.
    others: Vec<Verdict>,
}

impl Judgement {
    fn new(unquoted: Report, as_it_stands: Option<Report>) -> Self {
        let count = unquoted.verdicts.len();
        let Some(as_it_stands) = as_it_stands else {
            return Self {
                report: unquoted,
                readings: vec![Reading::Unquoted; count],
                others: Vec::new(),
            };
        };
        let has_right_hash = |verdict: &Verdict| verdict.body_hash_matches() == Some(true);
        let any_right = |report: &Report| report.verdicts.iter().any(has_right_hash);
        if any_right(&as_it_stands) && !any_right(&unquoted) {
            return Self {
                readings: vec![Reading::AsItStands; count],
                others: unquoted.verdicts,
                report: as_it_stands,
            };
        }
        let mut judgement = Self {
            report: unquoted,
            readings: vec![Reading::Unquoted; count],
            others: as_it_stands.verdicts,
        };
        for at in 0..count {
            let [own, other] = [&judgement.report.verdicts, &judgement.others]
                .map(|verdicts| has_right_hash(&verdicts[at]));
            if other && !own {
                judgement.turn(at);
            }
        }
        judgement
    }

    pub fn has_two_readings(&self) -> bool {
        !self.others.is_empty()
    }

    /// The reading in which the verdict at a place was found.
    pub fn reading(&self, at: usize) -> Reading {
        self.readings[at]
    }

    /// The verdict of the other reading, and which that is, if it says the same for another body.
    pub fn other(&self, at: usize) -> Option<(&Verdict, Reading)> {
        let (own, other) = (&self.report.verdicts[at], self.others.get(at)?);
        let code = |verdict: &Verdict| verdict.reason.as_ref().map(Reason::code);
        let differs = own.computed_body_hash != other.computed_body_hash;
        (differs && code(own) == code(other)).then_some((other, self.readings[at].other()))
    }

    /// Takes for the verdict at a place that of the other reading.
    pub fn turn(&mut self, at: usize) {
        std::mem::swap(&mut self.report.verdicts[at], &mut self.others[at]);
        self.readings[at] = self.readings[at].other();
    }
}

impl Reading {
    fn other(self) -> Self {
        match self {
            Self::Unquoted => Self::AsItStands,
            Self::AsItStands => Self::Unquoted,
        }
    }
}
