//! Lines that were put before the body or into it.
//!
//! Cost: what stands behind the lines is hashed for each guess where they begin and end. Blocks
//! between empty lines are tried first; all lines in short bodies.

use super::appended::{self, is_white};
use super::claim::{Claim, PIECE};
use super::mime::{Form, Structure};
use super::quotation::quote_added;
use super::share::{Share, Stop, within};
use super::story::{Story, size};
use crate::explain::{Budget, Cause, Exhausted};
use crate::hash::Digest;

/// Octets that each way to guess may hash.
const SHARE: usize = 192 * 1024 * 1024;
/// Ends of lines put before the body that are tried.
const MOST_PREPENDED: usize = 2000;

/// Ends of lines put before the body that are tried early.
const LIKELY_PREPENDED: usize = 48;

/// A body with what is in it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Source<'a> {
    pub(super) body: &'a [u8],
    pub(super) canonical: &'a [u8],
    pub(super) structure: &'a Structure,
}

/// Tries to leave out the first lines of the canonicalized body, as far as an empty line or the
/// like near its beginning.
pub(super) fn search_likely(
    claim: &Claim<'_>,
    source: Source<'_>,
    budget: &mut Budget<'_>,
) -> Result<Option<Vec<Story>>, Exhausted> {
    // Banners are short.
    const NEAR: usize = 32 * 1024;
    let beginning = &source.canonical[..source.canonical.len().min(NEAR)];
    let starts = line_starts(beginning, budget)?;
    let blocks = block_edges(beginning, &starts);
    let ends = &blocks[..blocks.len().min(LIKELY_PREPENDED)];
    search_among(claim, source, &[(&[0], ends)], budget)
}

/// Tries to leave lines out of the canonicalized body: first from its beginning and its end, then
/// anywhere and from its end, then from its beginning and anywhere.
pub(super) fn search(
    claim: &Claim<'_>,
    source: Source<'_>,
    budget: &mut Budget<'_>,
) -> Result<Option<Vec<Story>>, Exhausted> {
    let all = line_starts(source.canonical, budget)?;
    let blocks = block_edges(source.canonical, &all);
    for ends in [&blocks, &all] {
        let ends = &ends[..ends.len().min(MOST_PREPENDED)];
        let around = within(budget, SHARE, |share| {
            before_end(claim, source, &[0], ends, share)
        })?;
        if around.is_some() {
            return Ok(around);
        }
    }
    let beginning = &all[..all.len().min(MOST_PREPENDED)];
    let guesses: [Guess<'_>; 3] = [(&[0], beginning), (&blocks, &blocks), (&all, &all)];
    if let Some(stories) = search_among(claim, source, &guesses, budget)? {
        return Ok(Some(stories));
    }
    for places in [&blocks, &all] {
        let found = within(budget, SHARE, |share| {
            before_end(claim, source, &places[1..], places, share)
        })?;
        if found.is_some() {
            return Ok(found);
        }
    }
    within(budget, SHARE, |share| twice(claim, source, &blocks, share))
}

/// Where lines that were put in may begin, and where they may end.
type Guess<'a> = (&'a [usize], &'a [usize]);

fn search_among(
    claim: &Claim<'_>,
    source: Source<'_>,
    guesses: &[Guess<'_>],
    budget: &mut Budget<'_>,
) -> Result<Option<Vec<Story>>, Exhausted> {
    for (starts, ends) in guesses {
        let found = within(budget, SHARE, |share| {
            without(claim, source.canonical, starts, ends, share)
        })?;
        if let Some((start, end)) = found {
            return Ok(Some(vec![story(source, start, end)]));
        }
    }
    Ok(None)
}

/// Where lines begin.
fn line_starts(canonical: &[u8], budget: &mut Budget<'_>) -> Result<Vec<usize>, Exhausted> {
    /// More lines than this are not tried anyway, only blocks among them.
    const MOST: usize = 100_000;
    let mut starts = vec![0];
    for line_feed in memchr::memchr_iter(b'\n', canonical).take(MOST) {
        budget.spend(64)?;
        if line_feed + 1 < canonical.len() {
            starts.push(line_feed + 1);
        }
    }
    Ok(starts)
}

/// Where blocks of lines begin or end: beside empty lines, at rules and markers.
fn block_edges(canonical: &[u8], starts: &[usize]) -> Vec<usize> {
    let is_edge = |at: usize| {
        let rest = &canonical[at..];
        at == 0
            || rest.starts_with(b"\r\n")
            || canonical[..at].ends_with(b"\n\r\n")
            || is_marker(rest)
    };
    starts.iter().copied().filter(|at| is_edge(*at)).collect()
}

/// Whether a line begins as banners, rules, boundaries and HTML blocks do.
fn is_marker(line: &[u8]) -> bool {
    const MARKERS: [&[u8]; 17] = [
        b"--",
        b"__",
        b"==",
        b"**",
        b"##",
        b"~~",
        b"[",
        b"<div",
        b"<table",
        b"<p",
        b"<hr",
        b"<br",
        b"</",
        b"CAUTION",
        b"WARNING",
        b"EXTERNAL",
        b"NOTICE",
    ];
    MARKERS.iter().any(|marker| {
        line.get(..marker.len())
            .is_some_and(|beginning| beginning.eq_ignore_ascii_case(marker))
    })
}

/// The stretch from one of `starts` to one of `ends` without which the claim holds.
fn without(
    claim: &Claim<'_>,
    canonical: &[u8],
    starts: &[usize],
    ends: &[usize],
    share: &mut Share<'_, '_>,
) -> Result<Option<(usize, usize)>, Stop> {
    let mut running = Running::new(claim);
    for &start in starts {
        running.go_on(&canonical[running.hashed..start], share)?;
        let behind = ends.partition_point(|end| *end <= start);
        for &end in &ends[behind..] {
            let parts = [&canonical[end..]];
            if claim.holds(&running.digest, start, &parts, share)? {
                return Ok(Some((start, end)));
            }
        }
    }
    Ok(None)
}

/// A hash that goes on from guess to guess.
struct Running {
    digest: Digest,
    hashed: usize,
}

impl Running {
    fn new(claim: &Claim<'_>) -> Self {
        Self {
            digest: Digest::new(claim.algorithm),
            hashed: 0,
        }
    }

    fn go_on(&mut self, octets: &[u8], share: &mut Share<'_, '_>) -> Result<(), Stop> {
        for piece in octets.chunks(PIECE) {
            share.spend(piece.len())?;
            self.digest.update(piece);
        }
        self.hashed += octets.len();
        Ok(())
    }
}

/// Lines from one of `starts` to one of `ends`, together with lines at the end of the body: of what
/// is behind the first, one pass tries all beginnings.
fn before_end(
    claim: &Claim<'_>,
    source: Source<'_>,
    starts: &[usize],
    ends: &[usize],
    share: &mut Share<'_, '_>,
) -> Result<Option<Vec<Story>>, Stop> {
    let canonical = source.canonical;
    let mut running = Running::new(claim);
    for &start in starts {
        running.go_on(&canonical[running.hashed..start], share)?;
        let behind = ends.partition_point(|end| *end <= start);
        for &end in &ends[behind..] {
            let found = claim.holds_up_to(&running.digest, &canonical[end..], share)?;
            if let Some(signed) = found {
                return Ok(Some(vec![
                    story(source, start, end),
                    appended::story(claim, canonical, end + signed),
                ]));
            }
        }
    }
    Ok(None)
}

/// Lines before the body and others within it, each between two of `edges`.
fn twice(
    claim: &Claim<'_>,
    source: Source<'_>,
    edges: &[usize],
    share: &mut Share<'_, '_>,
) -> Result<Option<Vec<Story>>, Stop> {
    let canonical = source.canonical;
    for (at, &first) in edges.iter().enumerate().skip(1) {
        let mut running = Running::new(claim);
        let mut hashed = first;
        for (at, &start) in edges.iter().enumerate().skip(at + 1) {
            running.go_on(&canonical[hashed..start], share)?;
            hashed = start;
            for &end in &edges[at + 1..] {
                let parts = [&canonical[end..]];
                if claim.holds(&running.digest, running.hashed, &parts, share)? {
                    return Ok(Some(vec![
                        story(source, 0, first),
                        story(source, start, end),
                    ]));
                }
            }
        }
    }
    Ok(None)
}

/// Tells of canonicalized octets that were added before the body or into it.
fn story(source: Source<'_>, start: usize, end: usize) -> Story {
    let added = &source.canonical[start..end];
    let lines_before = memchr::memchr_iter(b'\n', &source.canonical[..start]).count();
    if is_white(added) {
        let what = if added == b"\r\n" {
            format!("an empty line was added after line {lines_before} of the body")
        } else {
            format!(
                "white space was added after line {lines_before} of the body: {}",
                size(added)
            )
        };
        return Story::new(Cause::WhitespaceChanged, what);
    }
    let lines = memchr::memchr_iter(b'\n', added).count();
    let (place, shown) = shown(source, added, lines_before, lines);
    let size = size(added);
    if start == 0 {
        let detail = format!("text was added at the beginning of the body, {size}: {shown}");
        return Story::new(Cause::ContentPrepended, detail);
    }
    Story::new(
        Cause::ContentInserted,
        format!("text was put into the body after line {lines_before}{place}, {size}: {shown}"),
    )
}

/// In which part so many lines are, and their text as it is shown there.
fn shown(source: Source<'_>, added: &[u8], before: usize, lines: usize) -> (String, String) {
    let Source {
        body, structure, ..
    } = source;
    // Canonicalization keeps the number of lines, except at the end.
    let mut ends = std::iter::once(0).chain(memchr::memchr_iter(b'\n', body).map(|at| at + 1));
    let start = ends.nth(before);
    let end = if lines == 0 {
        start
    } else {
        ends.nth(lines - 1)
    };
    let (Some(start), Some(end)) = (start, end) else {
        return (String::new(), quote_added(Form::PLAIN, added));
    };
    match structure.part_with(&(start..end)) {
        Some((at, part)) => {
            let place = if part.is_body() {
                String::new()
            } else {
                format!(", in the {}", part.name(at + 1, structure.parts.len()))
            };
            (place, quote_added(part.form(), &body[start..end]))
        }
        None => (String::new(), quote_added(Form::PLAIN, added)),
    }
}
