//! What signers make of the white space in a line before they hash it.

use crate::syntax::folding::is_wsp;

/// What a signer makes of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Form {
    runs: Runs,
    drops_ends: bool,
    drops_beginnings: bool,
}

/// What becomes of runs of white space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Runs {
    /// One space.
    Reduced,
    /// They are as they are.
    Kept,
    /// Each TAB becomes a space.
    WithoutTabs,
    /// Runs of spaces become one; TABs are as they are.
    OfSpacesReduced,
    /// Nothing.
    Dropped,
}

impl Form {
    /// As simple canonicalization has it (RFC 6376 §3.4.3).
    pub(super) const SIMPLE: Self = Self::new(Runs::Kept, false, false);
    /// As relaxed canonicalization has it (RFC 6376 §3.4.4).
    pub(super) const RELAXED: Self = Self::new(Runs::Reduced, true, false);
    /// Without any white space, as in the historic `DomainKeys`.
    pub(super) const NOFWS: Self = Self::new(Runs::Dropped, true, true);

    const fn new(runs: Runs, drops_ends: bool, drops_beginnings: bool) -> Self {
        Self {
            runs,
            drops_ends,
            drops_beginnings,
        }
    }

    /// Relaxed canonicalization made by half: with steps that are left out, or that go too far.
    pub(super) fn half_relaxed() -> impl Iterator<Item = Self> {
        let ends = [(true, false), (false, false), (true, true), (false, true)];
        let runs = [
            Runs::Reduced,
            Runs::Kept,
            Runs::WithoutTabs,
            Runs::OfSpacesReduced,
        ];
        let all = ends
            .into_iter()
            .flat_map(move |(ends, beginnings)| runs.map(|runs| Self::new(runs, ends, beginnings)));
        all.filter(|form| *form != Self::RELAXED && *form != Self::SIMPLE)
    }

    /// Appends what is hashed of a line, which comes without its line end.
    pub(super) fn put(self, mut line: &[u8], out: &mut Vec<u8>) {
        while self.drops_ends && line.last().copied().is_some_and(is_wsp) {
            line = &line[..line.len() - 1];
        }
        while self.drops_beginnings && line.first().copied().is_some_and(is_wsp) {
            line = &line[1..];
        }
        let mut is_behind_space = false;
        for &byte in line {
            let is_space = match self.runs {
                Runs::OfSpacesReduced => byte == b' ',
                _ => is_wsp(byte),
            };
            match self.runs {
                Runs::Dropped if is_space => {}
                Runs::Reduced | Runs::OfSpacesReduced if is_space && is_behind_space => {}
                Runs::Reduced | Runs::WithoutTabs if is_space => out.push(b' '),
                _ => out.push(byte),
            }
            is_behind_space = is_space;
        }
    }

    /// What differs from relaxed canonicalization, as it reads behind "the body" and behind "have
    /// the signer".
    pub(super) fn differences(self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let reduce = "make one space of each run of white space";
        let all = [
            (
                self.runs == Runs::Kept,
                "with runs of white space as they are",
                reduce,
            ),
            (
                self.runs == Runs::WithoutTabs,
                "with a space for each TAB and runs of spaces as they are",
                reduce,
            ),
            (
                self.runs == Runs::OfSpacesReduced,
                "with TABs as they are",
                "take TABs for white space",
            ),
            (
                !self.drops_ends,
                "with white space at line ends",
                "drop white space at line ends",
            ),
            (
                self.drops_beginnings,
                "without white space at the beginning of lines",
                "keep a space where a line begins with white space",
            ),
        ];
        let all = all.into_iter().filter(|(differs, ..)| *differs);
        all.map(|(_, said, remedy)| (said, remedy))
    }
}
