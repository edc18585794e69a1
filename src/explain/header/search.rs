//! Trying alternatives: one by one, then several at once, the likely ones first.

use std::collections::HashMap;

use super::alternative::{Alternative, Story};
use super::form::SignedForm;
use crate::explain::key::Target;
use crate::explain::{Budget, Exhausted};

/// How many alternatives are tried together, and how many of them are in the running: together,
/// and of each part. The first are for a target that costs a hash, the second for one that costs
/// the verification of a signature.
const ROUNDS: [[Round; 4]; 2] = [
    [
        Round::new(2, 360, 90),
        Round::new(3, 70, 14),
        Round::new(4, 30, 5),
        Round::new(5, 20, 3),
    ],
    [
        Round::new(2, 64, 24),
        Round::new(3, 18, 6),
        Round::new(4, 9, 2),
        Round::new(5, 8, 2),
    ],
];
/// The most alternatives that are tried one by one where each costs a verification.
const MAX_VERIFIED: usize = 4_000;

struct Round {
    together: usize,
    running: usize,
    of_a_part: usize,
}

impl Round {
    const fn new(together: usize, running: usize, of_a_part: usize) -> Self {
        Self {
            together,
            running,
            of_a_part,
        }
    }
}

/// Finds the alternatives that together meet the target, as few as will do. They are sorted, the
/// likely ones first.
pub(super) fn search(
    form: &SignedForm<'_>,
    target: &Target<'_>,
    alternatives: &[Alternative],
    budget: &mut Budget<'_>,
) -> Result<Option<Vec<Story>>, Exhausted> {
    let limit = if target.is_cheap() {
        usize::MAX
    } else {
        MAX_VERIFIED
    };
    for alternative in alternatives.iter().take(limit) {
        if is_right(form, target, &[alternative], budget)? {
            return Ok(Some(alternative.stories.clone()));
        }
    }
    for round in &ROUNDS[usize::from(!target.is_cheap())] {
        let running = choose(alternatives, round);
        for places in combinations(&running, round.together) {
            let chosen: Vec<_> = places.iter().map(|&place| running[place]).collect();
            if is_right(form, target, &chosen, budget)? {
                let stories = chosen.iter().flat_map(|each| each.stories.clone());
                return Ok(Some(stories.collect()));
            }
        }
    }
    Ok(None)
}

fn is_right(
    form: &SignedForm<'_>,
    target: &Target<'_>,
    chosen: &[&Alternative],
    budget: &mut Budget<'_>,
) -> Result<bool, Exhausted> {
    let mut replaced: Vec<(usize, &[u8])> = chosen
        .iter()
        .flat_map(|each| each.octets.iter())
        .map(|(slot, octets)| (*slot, octets.as_slice()))
        .collect();
    replaced.sort_unstable_by_key(|(slot, _)| *slot);
    let (digest, octets) = form.hash_with(&replaced);
    // A hash has its price, however short what is hashed.
    budget.spend(octets + 256)?;
    target.is_met(&digest, budget)
}

/// The likeliest alternatives that can be tried with others, and not only those of one part.
fn choose<'l>(alternatives: &'l [Alternative], round: &Round) -> Vec<&'l Alternative> {
    let mut counts: HashMap<usize, usize> = HashMap::new();
    let mut chosen = Vec::with_capacity(round.running);
    for alternative in alternatives {
        let Some(part) = alternative.part else {
            continue;
        };
        let count = counts.entry(part).or_default();
        *count += 1;
        if *count <= round.of_a_part {
            chosen.push(alternative);
        }
        if chosen.len() == round.running {
            break;
        }
    }
    chosen
}

/// All combinations of `together` places whose parts differ, the likely ones first.
fn combinations(running: &[&Alternative], together: usize) -> Vec<Vec<usize>> {
    fn extend(
        running: &[&Alternative],
        chosen: &mut Vec<usize>,
        left: usize,
        found: &mut Vec<(u32, Vec<usize>)>,
    ) {
        if left == 0 {
            let cost = chosen.iter().map(|&place| running[place].cost).sum();
            found.push((cost, chosen.clone()));
            return;
        }
        let start = chosen.last().map_or(0, |last| last + 1);
        for place in start..running.len() {
            let part = running[place].part;
            if chosen.iter().all(|&other| running[other].part != part) {
                chosen.push(place);
                extend(running, chosen, left - 1, found);
                chosen.pop();
            }
        }
    }
    let mut found = Vec::new();
    extend(running, &mut Vec::new(), together, &mut found);
    found.sort_by_key(|(cost, _)| *cost);
    found.into_iter().map(|(_, places)| places).collect()
}
