//! A message of an mbox, and the two ways to read its body.
//!
//! Most writers of mboxes quote lines that begin with `From `. Some do not, and then a `>` is the
//! author's own. The body hash shows which of the two it was. Signatures of one message may
//! differ: one may be older than a `>`, and another younger.

use super::unquote::{Run, Unquoter};
use crate::identifier::KeyQuery;
use crate::lookup::KeyAnswer;
use crate::message::Header;
use crate::verdict::{Reason, Verdict};
use crate::verify::{Report, Verification};

/// Whether lines of a body may be quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Quoting {
    /// They are not: the message is a file of its own.
    None,
    /// `>` may have been put before lines that begin with `From `, or with `>` and `From `, because
    /// the message is in an mbox.
    Mbox,
}

/// A way to read a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reading {
    /// Without the `>` that writers of mboxes put before `From `. For a body in which nothing is
    /// quoted, this is the only reading.
    Unquoted,
    /// As the mbox has it.
    AsItStands,
}

impl Reading {
    const fn other(self) -> Self {
        match self {
            Self::Unquoted => Self::AsItStands,
            Self::AsItStands => Self::Unquoted,
        }
    }
}

/// The verification of a message in each reading of its body, in one pass.
///
/// It takes the place of the [`Verification`] that it is made from, and is used in the same way.
/// Up to the first quoted line, it costs no more.
#[derive(Clone, Debug)]
pub struct Readings {
    unquoted: Verification,
    /// The same message with its quoting, from the first quoted line on.
    as_it_stands: Option<Verification>,
    /// `None` where lines are not quoted.
    unquoter: Option<Unquoter>,
}

impl Readings {
    /// Begins with a verification that was given no body yet.
    #[must_use]
    pub fn new(mut verification: Verification, quoting: Quoting) -> Self {
        let start = verification.begin_body();
        let mut readings = Self {
            unquoted: verification,
            as_it_stands: None,
            unquoter: match quoting {
                Quoting::None => None,
                Quoting::Mbox => Some(Unquoter::default()),
            },
        };
        readings.body(&start);
        readings
    }

    /// The message's header.
    #[must_use]
    pub fn header(&self) -> &Header {
        self.unquoted.header()
    }

    /// The key records that are still needed, as [`Verification::pending`] gives them.
    #[must_use]
    pub fn pending(&self) -> Vec<KeyQuery> {
        self.unquoted.pending()
    }

    /// Takes the answer to a query, as [`Verification::answer`] does.
    pub fn answer(&mut self, query: &KeyQuery, answer: KeyAnswer) {
        if let Some(as_it_stands) = &mut self.as_it_stands {
            as_it_stands.answer(query, answer.clone());
        }
        self.unquoted.answer(query, answer);
    }

    /// Takes the next bytes of the body as the mbox has them, without the empty line before it.
    pub fn body(&mut self, bytes: &[u8]) {
        match self.unquoter.take() {
            None => self.unquoted.body(bytes),
            Some(mut unquoter) => {
                unquoter.push(bytes, |run| self.run(run));
                self.unquoter = Some(unquoter);
            }
        }
    }

    fn run(&mut self, run: Run<'_>) {
        match run {
            Run::Text(bytes) => {
                self.unquoted.body(bytes);
                if let Some(as_it_stands) = &mut self.as_it_stands {
                    as_it_stands.body(bytes);
                }
            }
            // Up to the first quote, both are the same.
            Run::Quote => self
                .as_it_stands
                .get_or_insert_with(|| self.unquoted.clone())
                .body(b">"),
        }
    }

    /// Ends the body, judges each signature in each reading, and picks the readings that count.
    #[must_use]
    pub fn finish(mut self) -> Judgement {
        if let Some(mut unquoter) = self.unquoter.take() {
            unquoter.finish(|run| self.run(run));
        }
        let as_it_stands = self.as_it_stands.map(Verification::finish);
        Judgement::new(self.unquoted.finish(), as_it_stands)
    }
}

/// What verification found, each signature in the reading that makes its body hash right.
///
/// Where neither reading does, the unquoted one counts, and so it does for the message as a whole.
/// If body hashes are right only in the other reading, that one counts for both.
#[derive(Clone, Debug)]
pub struct Judgement {
    report: Report,
    /// The reading in which each verdict of the report was found.
    readings: Vec<Reading>,
    /// The verdicts of the other reading; none if there is only one.
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

    /// What verification found.
    #[must_use]
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// What verification found, without the other reading.
    #[must_use]
    pub fn into_report(self) -> Report {
        self.report
    }

    /// Whether lines are quoted, so that the body has two readings.
    #[must_use]
    pub fn has_two_readings(&self) -> bool {
        !self.others.is_empty()
    }

    /// The reading in which each verdict of the report was found, in the same order.
    #[must_use]
    pub fn readings(&self) -> &[Reading] {
        &self.readings
    }

    /// The verdict at an index in the other reading, and which reading that is, if it says the
    /// same of another body.
    #[must_use]
    pub fn other(&self, at: usize) -> Option<(&Verdict, Reading)> {
        let (own, other) = (self.report.verdicts.get(at)?, self.others.get(at)?);
        let code = |verdict: &Verdict| verdict.reason.as_ref().map(Reason::code);
        let differs = own.computed_body_hash != other.computed_body_hash;
        (differs && code(own) == code(other)).then_some((other, self.readings[at].other()))
    }

    /// Lets the verdict at an index be that of the other reading, where there is one.
    pub fn turn(&mut self, at: usize) {
        if let (Some(own), Some(other), Some(reading)) = (
            self.report.verdicts.get_mut(at),
            self.others.get_mut(at),
            self.readings.get_mut(at),
        ) {
            std::mem::swap(own, other);
            *reading = reading.other();
            self.report.conclude();
        }
    }
}

impl From<Report> for Judgement {
    /// What was found of a message whose body has one reading.
    fn from(report: Report) -> Self {
        Self::new(report, None)
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use sha2::{Digest as _, Sha256};

    use super::*;
    use crate::message::{LineEndings, parse};
    use crate::verify::Verifier;

    use Reading::{AsItStands, Unquoted};

    /// Judges a message with this body and a signature of each of these.
    fn judge(body: &str, signed: &[&str], quoting: Quoting, size: usize) -> Judgement {
        let signature = |body: &&str| {
            let hash = STANDARD.encode(Sha256::digest(body));
            format!(
                "DKIM-Signature: v=1; a=rsa-sha256; d=example.com; s=s; h=From; b=AA; bh={hash}\r\n"
            )
        };
        let signatures: String = signed.iter().map(signature).collect();
        let header = format!("{signatures}From: joe@example.com\r\n\r\n");
        let (header, _) = parse(header.as_bytes(), LineEndings::Lenient).unwrap();
        let mut readings = Readings::new(Verifier::default().begin(header, 0), quoting);
        for piece in body.as_bytes().chunks(size) {
            readings.body(piece);
        }
        readings.finish()
    }

    /// Checks in which reading each signature counts, and whether its body hash is right there.
    fn check(body: &str, signed: &[&str], quoting: Quoting, expected: &[(Reading, bool)]) {
        for size in [1, 2, 3, 64] {
            let judgement = judge(body, signed, quoting, size);
            let verdicts = &judgement.report().verdicts;
            let matches = verdicts.iter().map(Verdict::body_hash_matches);
            let readings = judgement.readings().iter().copied();
            let found: Vec<_> = readings.zip(matches.map(Option::unwrap)).collect();
            assert_eq!(found, expected, "{body:?} {size}");
        }
    }

    #[test]
    fn each_signature_counts_in_the_reading_that_is_right() {
        let quoted = "a\r\n>From b\r\n";
        let plain = "a\r\nFrom b\r\n";
        let neither = "b\r\n";
        check(quoted, &[plain], Quoting::Mbox, &[(Unquoted, true)]);
        check(quoted, &[quoted], Quoting::Mbox, &[(AsItStands, true)]);
        check(quoted, &[neither], Quoting::Mbox, &[(Unquoted, false)]);
        check(
            quoted,
            &[quoted, neither, plain],
            Quoting::Mbox,
            &[(AsItStands, true), (Unquoted, false), (Unquoted, true)],
        );
        // A signature that is right in neither follows the others.
        check(
            quoted,
            &[quoted, neither],
            Quoting::Mbox,
            &[(AsItStands, true), (AsItStands, false)],
        );
        check(quoted, &[plain], Quoting::None, &[(Unquoted, false)]);
        check(quoted, &[quoted], Quoting::None, &[(Unquoted, true)]);
        check(">From", &[">From\r\n"], Quoting::Mbox, &[(Unquoted, true)]);
    }

    #[test]
    fn verdicts_can_be_turned_where_there_are_two_readings() {
        let quoted = "a\r\n>From b\r\n";
        let mut judgement = judge(quoted, &["x\r\n"], Quoting::Mbox, 64);
        assert!(judgement.has_two_readings());
        let computed = |judgement: &Judgement| {
            let verdict = judgement.report().verdicts[0].clone();
            verdict.computed_body_hash.unwrap().to_vec()
        };
        let other = judgement.other(0).unwrap();
        assert_eq!(other.1, AsItStands);
        judgement.turn(0);
        assert_eq!(judgement.readings(), [AsItStands]);
        assert_eq!(computed(&judgement), Sha256::digest(quoted).to_vec());
        judgement.turn(1);
        assert!(judgement.other(1).is_none());

        let mut alone = judge("a\r\n", &["x\r\n"], Quoting::Mbox, 64);
        assert!(!alone.has_two_readings() && alone.other(0).is_none());
        alone.turn(0);
        assert_eq!(alone.readings(), [Unquoted]);
    }
}
