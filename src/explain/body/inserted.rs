//! Lines that were put before the body or into it.
//!
//! Cost: what stands behind the lines is hashed for each guess where they begin and end. Blocks
//! between empty lines are tried first; all lines in short bodies.

use super::appended::{self, is_white};
use super::claim::{Claim, Fit};
use super::share::{Share, Stop, within};
use super::story::{Story, quote, size};
use crate::explain::{Budget, Cause, Exhausted};
use crate::hash::Digest;

/// Octets that each way to guess may hash.
const SHARE: usize = 192 * 1024 * 1024;
/// Ends of lines put before the body that are tried.
const MOST_PREPENDED: usize = 2000;

/// Ends of lines put before the body that are tried early.
const LIKELY_PREPENDED: usize = 48;

/// Tries to leave out the first lines of the canonicalized body, as far as an empty line or the
/// like near its beginning.
pub(super) fn search_likely(
    claim: &Claim<'_>,
    canonical: &[u8],
    budget: &mut Budget<'_>,
) -> Result<Option<Vec<Story>>, Exhausted> {
    // Banners are short.
    const NEAR: usize = 32 * 1024;
    let beginning = &canonical[..canonical.len().min(NEAR)];
    let starts = line_starts(beginning, budget)?;
    let blocks = block_edges(beginning, &starts);
    let ends = &blocks[..blocks.len().min(LIKELY_PREPENDED)];
    search_among(claim, canonical, &[(&[0], ends)], budget)
}

/// Tries to leave lines out of the canonicalized body.
pub(super) fn search(
    claim: &Claim<'_>,
    canonical: &[u8],
    budget: &mut Budget<'_>,
) -> Result<Option<Vec<Story>>, Exhausted> {
    let all = line_starts(canonical, budget)?;
    let blocks = block_edges(canonical, &all);
    for ends in [&blocks, &all] {
        let ends = &ends[..ends.len().min(MOST_PREPENDED)];
        let around = within(budget, SHARE, |share| around(claim, canonical, ends, share))?;
        if around.is_some() {
            return Ok(around);
        }
    }
    let beginning = &all[..all.len().min(MOST_PREPENDED)];
    let guesses: [Guess<'_>; 3] = [(&[0], beginning), (&blocks, &blocks), (&all, &all)];
    search_among(claim, canonical, &guesses, budget)
}

/// Where lines that were put in may begin, and where they may end.
type Guess<'a> = (&'a [usize], &'a [usize]);

fn search_among(
    claim: &Claim<'_>,
    canonical: &[u8],
    guesses: &[Guess<'_>],
    budget: &mut Budget<'_>,
) -> Result<Option<Vec<Story>>, Exhausted> {
    for (starts, ends) in guesses {
        let found = within(budget, SHARE, |share| {
            without(claim, canonical, starts, ends, share)
        })?;
        if let Some((start, end)) = found {
            return Ok(Some(vec![story(canonical, start, end)]));
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
    let mut digest = Digest::new(claim.algorithm);
    let mut hashed = 0;
    for &start in starts {
        for piece in canonical[hashed..start].chunks(super::claim::PIECE) {
            share.spend(piece.len())?;
            digest.update(piece);
        }
        hashed = start;
        let behind = ends.partition_point(|end| *end <= start);
        for &end in &ends[behind..] {
            if claim.holds(&digest, start, &canonical[end..], share)? {
                return Ok(Some((start, end)));
            }
        }
    }
    Ok(None)
}

/// Lines before the body, up to one of `ends`, together with lines behind it: with each beginning
/// left out, one pass finds all ends.
fn around(
    claim: &Claim<'_>,
    canonical: &[u8],
    ends: &[usize],
    share: &mut Share<'_, '_>,
) -> Result<Option<Vec<Story>>, Stop> {
    // What is behind the body is not signed then, and no footer changes anything.
    if claim.length.is_some() {
        return Ok(None);
    }
    for &end in ends.iter().filter(|end| **end > 0) {
        let rest = &canonical[end..];
        share.spend(2 * rest.len())?;
        if let Some(Fit::Prefix(length)) = claim.scan(rest, share.budget())? {
            let signed = usize::try_from(length).unwrap_or(usize::MAX);
            return Ok(Some(vec![
                story(canonical, 0, end),
                appended::story(claim, rest, signed),
            ]));
        }
    }
    Ok(None)
}

fn story(canonical: &[u8], start: usize, end: usize) -> Story {
    let added = &canonical[start..end];
    if is_white(added) {
        let line = memchr::memchr_iter(b'\n', &canonical[..start]).count();
        return Story::new(
            Cause::WhitespaceChanged,
            format!("white space was added after line {line}: {}", size(added)),
        );
    }
    if start == 0 {
        return Story::new(
            Cause::ContentPrepended,
            format!(
                "text was added at the beginning of the body, {}: {}",
                size(added),
                quote(added)
            ),
        );
    }
    let line = memchr::memchr_iter(b'\n', &canonical[..start]).count();
    Story::new(
        Cause::ContentInserted,
        format!(
            "text was put into the body after line {line}, {}: {}",
            size(added),
            quote(added)
        ),
    )
}
