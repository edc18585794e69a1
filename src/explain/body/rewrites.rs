//! Changes that are made line by line all over the body, and undone so.
//!
//! Each [`Rewrite`] undoes one. Its result is held against `bh=` with all its beginnings, so that
//! a footer which was added as well is found at no extra cost. Two in succession are tried for
//! short bodies; so is each rewrite on some of the lines alone.
//!
//! Cost: one pass over the body for each rewrite that changes anything.

mod boundaries;
mod content;
mod line_ends;
mod long_lines;

pub(super) use self::line_ends::replace;

use super::appended;
use super::claim::{Claim, Fit, PIECE, Scan};
use super::mime::Structure;
use super::share::within;
use super::story::{Story, count};
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
    cause: Cause,
    /// What was done, as `it was done` reads behind a number of lines.
    what: &'static str,
    /// Appends what the line was.
    undo: Undo,
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
            cause,
            what,
            undo: Box::new(undo),
        }
    }

    fn story(&self, changed: usize) -> Story {
        let verb = if changed == 1 { "was" } else { "were" };
        Story::new(
            self.cause,
            format!("{}: {} {verb} changed", self.what, count(changed, "line")),
        )
    }
}

/// Those that come before the mistakes of signers, of which some look alike.
fn certain() -> Vec<Rewrite> {
    let mut certain = line_ends::ends();
    certain.push(content::trailing());
    certain
}

/// The others, the most common first.
fn others(structure: &Structure) -> Vec<Rewrite> {
    let mut others = line_ends::beginnings();
    others.extend(boundaries::rewrites(structure));
    others.extend(content::rewrites());
    others.extend(long_lines::rewrites());
    others
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
    in_pairs(claim, structure, body, &applicable, budget)
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

/// A rewrite, and in which lines.
struct Attempt<'r> {
    rewrite: &'r Rewrite,
    /// Whether a line is rewritten, by its number among those that the rewrite changes.
    takes: &'r dyn Fn(usize) -> bool,
}

impl<'r> Attempt<'r> {
    fn everywhere(rewrite: &'r Rewrite) -> Self {
        Self {
            rewrite,
            takes: &|_| true,
        }
    }

    /// Holds the rewritten body against the claim.
    fn scan(
        &self,
        claim: &Claim<'_>,
        body: &[u8],
        budget: &mut Budget<'_>,
    ) -> Result<Option<Fit>, Exhausted> {
        let mut scan = Scan::new(*claim);
        self.each_piece(body, budget, &mut |piece| scan.push(piece))?;
        Ok(scan.finish())
    }

    /// The whole rewritten body.
    fn rewritten(&self, body: &[u8], budget: &mut Budget<'_>) -> Result<Vec<u8>, Exhausted> {
        let mut whole = Vec::with_capacity(body.len());
        self.each_piece(body, budget, &mut |piece| whole.extend_from_slice(piece))?;
        Ok(whole)
    }

    /// Passes on the rewritten body.
    fn each_piece(
        &self,
        body: &[u8],
        budget: &mut Budget<'_>,
        sink: &mut dyn FnMut(&[u8]),
    ) -> Result<(), Exhausted> {
        let mut out = Vec::with_capacity(2 * PIECE);
        let mut seen = 0;
        for line in in_context(body) {
            let start = out.len();
            (self.rewrite.undo)(line, &mut out);
            if out[start..] != *line.line {
                if !(self.takes)(seen) {
                    out.truncate(start);
                    out.extend_from_slice(line.line);
                }
                seen += 1;
            }
            if out.len() >= PIECE {
                budget.spend(2 * out.len())?;
                sink(&out);
                out.clear();
            }
        }
        budget.spend(2 * out.len())?;
        sink(&out);
        Ok(())
    }

    /// What is told of it if it was right.
    fn stories(
        &self,
        claim: &Claim<'_>,
        body: &[u8],
        changed: usize,
        fit: Fit,
        budget: &mut Budget<'_>,
    ) -> Result<Vec<Story>, Exhausted> {
        let mut stories = vec![self.rewrite.story(changed)];
        if let Fit::Prefix(length) = fit {
            let canonical = claim.canonical(&self.rewritten(body, budget)?, budget)?;
            let length = usize::try_from(length).unwrap_or(usize::MAX);
            stories.push(appended::story(claim, &canonical, length));
        }
        Ok(stories)
    }
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
    budget: &mut Budget<'_>,
) -> Result<Option<Vec<Story>>, Exhausted> {
    let mut left = SHARE;
    for (first, changed) in applicable {
        let between = Attempt::everywhere(first).rewritten(body, budget)?;
        for second in certain().into_iter().chain(others(structure)) {
            if std::ptr::eq(first.what, second.what) {
                continue;
            }
            let Some(rest) = left.checked_sub(3 * between.len()) else {
                return Ok(None);
            };
            left = rest;
            let then_changed = count_changes(&second, &between, budget)?;
            if then_changed == 0 {
                continue;
            }
            let attempt = Attempt::everywhere(&second);
            if let Some(fit) = attempt.scan(claim, &between, budget)? {
                let mut found = vec![first.story(*changed)];
                found.extend(attempt.stories(claim, &between, then_changed, fit, budget)?);
                return Ok(Some(found));
            }
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use crate::explain::Cause;
    use crate::explain::body::tests::{Signed, assert_proven};
    use crate::message::LineEndings;

    const TEXT: &str = "One\r\n\r\n.two\r\nFrom here  on\r\n\tthree \r\n--\u{20}\r\nfour\r\n";

    fn check(tags: &str, original: &str, received: &str, causes: &[Cause], words: &str) {
        let explained = Signed::new(tags).explain(original.as_bytes(), received.as_bytes());
        assert_proven(&explained, causes, words, &format!("{tags} {received:?}"));
        // And with a footer.
        let received = format!("{received}-----\r\nfooter\r\n");
        let explained = Signed::new(tags).explain(original.as_bytes(), received.as_bytes());
        assert!(explained.explanations.len() > causes.len(), "{received:?}");
        let causes = [causes, &[Cause::ContentAppended]].concat();
        assert_proven(
            &explained,
            &causes,
            "-- footer",
            &format!("{tags} {received:?}"),
        );
    }

    const BOTH: [&str; 2] = ["relaxed/relaxed", "simple/simple"];

    #[test]
    fn line_ends() {
        let cause = [Cause::LineEndingsChanged];
        for tags in BOTH {
            let check = |received: &str, words| check(tags, TEXT, received, &cause, words);
            check(
                &TEXT.replace("\r\n", "\r\r\n"),
                "CRLF became CR CR LF: 7 lines",
            );
            check(&TEXT.replace("\r\n", "\r"), "CRLF became a bare CR");
            check(
                &TEXT.replace("\r\n", "\r\n\r\n"),
                "every other line is empty",
            );
            let strict = Signed {
                line_endings: LineEndings::Strict,
                ..Signed::new(tags)
            };
            let received = TEXT.replace("\r\n", "\n");
            let explained = strict.explain(TEXT.as_bytes(), received.as_bytes());
            assert_proven(&explained, &cause, "CRLF became a bare LF: 7 lines", tags);
        }
    }

    #[test]
    fn beginnings() {
        for tags in BOTH {
            let check = |original: &str, received: &str, cause, words| {
                check(tags, original, received, &[cause], words);
            };
            let dots = Cause::DotStuffing;
            check(
                TEXT,
                &TEXT.replace(".two", "..two"),
                dots,
                "doubled: 1 line was",
            );
            check(
                TEXT,
                &TEXT.replace(".two", "two"),
                dots,
                "removed: 1 line was",
            );
            check("..a\r\n.b\r\n", ".a\r\n.b\r\n", dots, "removed: 1 line was");
            let from = Cause::FromStuffing;
            check(
                TEXT,
                &TEXT.replace("From", ">From"),
                from,
                "became \">From \": 1 line was",
            );
            check(
                &TEXT.replace("From", ">From"),
                TEXT,
                from,
                "became \"From \": 1 line was",
            );
            check(
                ">From a\r\nFrom b\r\n>>From c\r\n",
                ">>From a\r\n>From b\r\n>>>From c\r\n",
                from,
                "quoted or not",
            );
            check(
                "From a\r\n>From b\r\nFrom c\r\n",
                ">From a\r\n>From b\r\n>From c\r\n",
                from,
                "2 lines were",
            );
        }
    }

    #[test]
    fn white_space() {
        let check = |tags, original: &str, received: &str, words| {
            check(tags, original, received, &[Cause::WhitespaceChanged], words);
        };
        let simple = "simple/simple";
        check(
            simple,
            "One\r\ntwo\r\n",
            "One  \r\ntwo\t\r\n",
            "at the end of lines: 2 lines",
        );
        check(
            simple,
            "One\r\n-- \r\nJoe\r\n",
            "One\r\n--\r\nJoe\r\n",
            "\"--\"",
        );
        check(
            simple,
            "One \r\ntwo\r\n\r\nthree\r\n",
            "One\r\ntwo\r\n\r\nthree\r\n",
            "flowed",
        );
        check(
            simple,
            "One\ttwo\r\n\tx\r\n",
            "One     two\r\n        x\r\n",
            "next column",
        );
        check(
            simple,
            "\tHotel:\t\tone  two\r\n\tDinner:\t\tone\r\n",
            "        Hotel:          one  two\r\n        Dinner:         one\r\n",
            "next column of eight: 2 lines",
        );
        check(
            simple,
            "\t  One\t\ttwo\r\n",
            "          One           two\r\n",
            "some with spaces behind",
        );
        check(
            simple,
            "\tOne  seventeen...  x\r\n",
            "        One  seventeen...  x\r\n",
            "next column of eight",
        );
        check(
            simple,
            "\tOne     two\r\n",
            "        One     two\r\n",
            "TABs at the beginning",
        );
        check(simple, "One     two\r\n", "One\ttwo\r\n", "became TABs");
        for tags in BOTH {
            check(
                tags,
                "One\r\ntwo\r\n",
                " One\r\n two\r\n",
                "a space was put before",
            );
            check(
                tags,
                "One\r\n\ttwo\r\n",
                " One\r\n \ttwo\r\n",
                "a space was put before",
            );
            check(
                tags,
                "\r\nOne\r\n",
                "One\r\n",
                "empty lines at the beginning",
            );
        }
    }

    #[test]
    fn long_lines() {
        let long = "x".repeat(2500);
        let original = format!("a\r\n{long}\r\nb\r\n");
        let cut = |at: usize, before: &str, behind: &str| {
            let first = at - before.len();
            let then = first - behind.len();
            format!(
                "a\r\n{}{before}\r\n{behind}{}{before}\r\n{behind}{}\r\nb\r\n",
                &long[..first],
                &long[first..first + then],
                &long[first + then..]
            )
        };
        for tags in BOTH {
            let check = |received: &str, words| {
                check(tags, &original, received, &[Cause::LinesRewrapped], words);
            };
            check(&cut(998, "", " "), "after 998 octets, with a space");
            check(&cut(998, "", ""), "after 998 octets: ");
            check(&cut(990, "!", " "), "after 990 octets, with \"!\"");
            check(&cut(950, "", ""), "long lines were cut: ");
        }
    }

    #[test]
    fn wrapped_text() {
        let words = "words of different lengths that make up a paragraph of text ".repeat(6);
        let mut wrapped = String::new();
        let mut column = 0;
        for word in words.split_whitespace() {
            if column > 0 && column + 1 + word.len() > 76 {
                wrapped += "\r\n";
                column = 0;
            } else if column > 0 {
                wrapped.push(' ');
                column += 1;
            }
            wrapped += word;
            column += word.len();
        }
        for tags in BOTH {
            let original = format!("Hello\r\n\r\n{}\r\n\r\nbye\r\n", words.trim_end());
            let received = format!("Hello\r\n\r\n{wrapped}\r\n\r\nbye\r\n");
            let cause = [Cause::LinesRewrapped];
            check(tags, &original, &received, &cause, "wrapped to lines of 7");
        }
    }

    #[test]
    fn two_at_once() {
        let received = TEXT.replace("From", ">From").replace("\r\n", "\r\r\n");
        let causes = [Cause::FromStuffing, Cause::LineEndingsChanged];
        check("relaxed/relaxed", TEXT, &received, &causes, "");
    }
}
