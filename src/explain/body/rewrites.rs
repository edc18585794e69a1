//! Changes that are made line by line all over the body, and undone so.
//!
//! Each [`Rewrite`] undoes one. Its result is held against `bh=` with all its beginnings, so that
//! a footer which was added as well is found at no extra cost. Two in succession are tried for
//! short bodies; so is each rewrite on some of the lines alone.
//!
//! Cost: one pass over the body for each rewrite that changes anything.

mod attempt;
mod boundaries;
mod content;
mod line_ends;
mod long_lines;

pub(super) use self::boundaries::{PREAMBLES, preamble_story};
pub(super) use self::content::{to_latin1, to_utf8};
pub(super) use self::line_ends::replace;

use self::attempt::Attempt;
use super::claim::Claim;
use super::mime::Structure;
use super::share::{Share, Stop, within};
use super::story::Story;
use crate::explain::{Budget, Cause, Exhausted};

/// Lines up to this many are also tried in groups.
const FEW: usize = 24;
/// Bodies up to this many octets are given to two rewrites, and to one in some lines only.
const SHORT: usize = 512 * 1024;
/// Octets that the pairs may hash, and the single lines.
const SHARE: usize = 96 * 1024 * 1024;

/// A line with what stands around it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'a> {
    /// The line before, with its line end; empty at the beginning.
    pub(super) previous: &'a [u8],
    /// The line with its line end, if it has one.
    pub(super) line: &'a [u8],
    /// The line behind; empty at the end.
    pub(super) next: &'a [u8],
    /// The line's number, from 0.
    pub(super) number: usize,
}

/// A change that can be undone line by line.
pub(super) struct Rewrite {
    /// Its number among all.
    id: usize,
    told: Told,
    /// Appends what the line was.
    undo: Undo,
}

/// How a change is told.
#[derive(Clone, Copy, Debug)]
struct Told {
    cause: Cause,
    /// What was done, as it reads before a number of lines.
    what: &'static str,
    /// The same, where it was not done all over the body.
    in_places: Option<(Cause, &'static str)>,
    /// Where it is about what is before the first boundary line: that line's number, and what
    /// was there.
    preamble: Option<(usize, &'static str)>,
}

/// Appends what a line was.
type Undo = Box<dyn Fn(Line<'_>, &mut Vec<u8>)>;

impl Rewrite {
    fn new(
        cause: Cause,
        what: &'static str,
        undo: impl Fn(Line<'_>, &mut Vec<u8>) + 'static,
    ) -> Self {
        Self {
            id: 0,
            told: Told {
                cause,
                what,
                in_places: None,
                preamble: None,
            },
            undo: Box::new(undo),
        }
    }

    /// The same with what is told where a part of the lines was changed.
    fn in_places(mut self, cause: Cause, what: &'static str) -> Self {
        self.told.in_places = Some((cause, what));
        self
    }

    /// The same for what was before the boundary line of this number.
    fn of_preamble(mut self, line: usize, was: &'static str) -> Self {
        self.told.preamble = Some((line, was));
        self
    }
}

/// Those that come before the mistakes of signers, of which some look alike.
fn certain() -> Vec<Rewrite> {
    let mut certain = line_ends::ends();
    certain.extend(content::trailing());
    numbered(certain, 0)
}

/// The others, the most common first.
fn others(structure: &Structure) -> Vec<Rewrite> {
    let mut others = line_ends::beginnings();
    others.extend(boundaries::rewrites(structure));
    others.extend(content::rewrites());
    others.extend(long_lines::rewrites());
    numbered(others, certain().len())
}

fn numbered(mut rewrites: Vec<Rewrite>, first: usize) -> Vec<Rewrite> {
    for (at, rewrite) in rewrites.iter_mut().enumerate() {
        rewrite.id = first + at;
    }
    rewrites
}

/// The lines of a body, each with its line end. A CR alone ends no line.
pub(super) fn lines(body: &[u8]) -> impl Iterator<Item = &[u8]> {
    body.split_inclusive(|octet| *octet == b'\n')
}

/// A line without its line end.
pub(super) fn content(line: &[u8]) -> &[u8] {
    let without = line.strip_suffix(b"\n").unwrap_or(line);
    match line.len() - without.len() {
        0 => line,
        _ => without.strip_suffix(b"\r").unwrap_or(without),
    }
}

/// The lines with what stands around them.
fn in_context(body: &[u8]) -> impl Iterator<Item = Line<'_>> {
    let mut lines = lines(body).peekable();
    let mut previous: &[u8] = &[];
    let mut number = 0;
    std::iter::from_fn(move || {
        let line = lines.next()?;
        let found = Line {
            previous,
            line,
            next: lines.peek().copied().unwrap_or_default(),
            number,
        };
        previous = line;
        number += 1;
        Some(found)
    })
}

/// Rewrites that change something, with the number of lines that they change.
type Applicable = Vec<(Rewrite, usize)>;

/// Tries the rewrites that come before the mistakes of signers.
pub(super) fn search_certain(
    claim: &Claim<'_>,
    body: &[u8],
    budget: &mut Budget<'_>,
) -> Result<Option<Vec<Story>>, Exhausted> {
    everywhere(claim, body, certain(), &mut Vec::new(), budget)
}

/// Tries the others; then, if the body is short, all of them in some lines, and in pairs.
pub(super) fn search(
    claim: &Claim<'_>,
    structure: &Structure,
    body: &[u8],
    budget: &mut Budget<'_>,
) -> Result<Option<Vec<Story>>, Exhausted> {
    let mut applicable = Vec::new();
    if let Some(stories) = everywhere(claim, body, others(structure), &mut applicable, budget)? {
        return Ok(Some(stories));
    }
    if body.len() > SHORT {
        return Ok(None);
    }
    for rewrite in certain() {
        let changed = count_changes(&rewrite, body, budget)?;
        if changed > 0 {
            applicable.push((rewrite, changed));
        }
    }
    if let Some(stories) = in_some_lines(claim, body, &applicable, budget)? {
        return Ok(Some(stories));
    }
    within(budget, SHARE, |share| {
        in_pairs(claim, structure, body, &applicable, share)
    })
}

/// Tries rewrites on all lines, and keeps those that change any.
fn everywhere(
    claim: &Claim<'_>,
    body: &[u8],
    rewrites: Vec<Rewrite>,
    applicable: &mut Applicable,
    budget: &mut Budget<'_>,
) -> Result<Option<Vec<Story>>, Exhausted> {
    for rewrite in rewrites {
        let changed = count_changes(&rewrite, body, budget)?;
        if changed == 0 {
            continue;
        }
        let attempt = Attempt::everywhere(&rewrite);
        if let Some(fit) = attempt.scan(claim, body, budget)? {
            return attempt.stories(claim, body, changed, fit, budget).map(Some);
        }
        applicable.push((rewrite, changed));
    }
    Ok(None)
}

/// How many lines a rewrite changes.
fn count_changes(
    rewrite: &Rewrite,
    body: &[u8],
    budget: &mut Budget<'_>,
) -> Result<usize, Exhausted> {
    let mut out = Vec::new();
    let mut changed = 0;
    for line in in_context(body) {
        budget.spend(line.line.len())?;
        out.clear();
        (rewrite.undo)(line, &mut out);
        changed += usize::from(out != line.line);
    }
    Ok(changed)
}

/// Tries each rewrite on one of the lines that it changes, and if they are few, on all but one, on
/// the first and on the last ones.
fn in_some_lines(
    claim: &Claim<'_>,
    body: &[u8],
    applicable: &[(Rewrite, usize)],
    budget: &mut Budget<'_>,
) -> Result<Option<Vec<Story>>, Exhausted> {
    for (rewrite, changed) in applicable {
        if *changed < 2 {
            continue;
        }
        let found = within(budget, SHARE / 4, |share| {
            for (takes, taken) in choices(*changed) {
                share.spend(2 * body.len())?;
                let attempt = Attempt {
                    rewrite,
                    takes: &*takes,
                };
                if let Some(fit) = attempt.scan(claim, body, share.budget())? {
                    let stories = attempt.stories(claim, body, taken, fit, share.budget())?;
                    return Ok(Some(stories));
                }
            }
            Ok(None)
        })?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

/// Which of the lines are taken, and how many those are.
type Choice = (Box<dyn Fn(usize) -> bool>, usize);

fn choices(changed: usize) -> impl Iterator<Item = Choice> {
    let single = (0..changed).map(|only| -> Choice { (Box::new(move |line| line == only), 1) });
    let few = if changed <= FEW { changed } else { 0 };
    let but_one =
        (0..few).map(move |but| -> Choice { (Box::new(move |line| line != but), changed - 1) });
    let first = (2..few).map(|end| -> Choice { (Box::new(move |line| line < end), end) });
    let last = (1..few)
        .map(move |start| -> Choice { (Box::new(move |line| line >= start), changed - start) });
    single.chain(but_one).chain(first).chain(last)
}

/// Tries two rewrites, one after the other.
fn in_pairs(
    claim: &Claim<'_>,
    structure: &Structure,
    body: &[u8],
    applicable: &[(Rewrite, usize)],
    share: &mut Share<'_, '_>,
) -> Result<Option<Vec<Story>>, Stop> {
    for (first, changed) in applicable {
        let first_attempt = Attempt::everywhere(first);
        let between = first_attempt.rewritten(body, share.budget())?;
        for second in certain().into_iter().chain(others(structure)) {
            // Two changes of line ends undo each other, or are none that a system makes.
            let causes = [first.told.cause, second.told.cause];
            if first.id == second.id || causes == [Cause::LineEndingsChanged; 2] {
                continue;
            }
            share.spend(3 * between.len())?;
            let then_changed = count_changes(&second, &between, share.budget())?;
            if then_changed == 0 {
                continue;
            }
            let attempt = Attempt::everywhere(&second);
            if let Some(fit) = attempt.scan(claim, &between, share.budget())? {
                let mut found = vec![first_attempt.story(body, *changed)];
                let budget = share.budget();
                found.extend(attempt.stories(claim, &between, then_changed, fit, budget)?);
                return Ok(Some(found));
            }
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests;
