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

/// Finds the alternative that meets the target alone.
pub(super) fn search_one(
    form: &SignedForm<'_>,
    target: &Target<'_>,
    alternatives: &[&Alternative],
    budget: &mut Budget<'_>,
) -> Result<Option<Vec<Story>>, Exhausted> {
    for alternative in alternatives {
        if is_right(form, target, &[alternative], budget)? {
            return Ok(Some(alternative.stories.clone()));
        }
    }
    Ok(None)
}

/// Finds several alternatives that together meet the target. They are sorted, the likely ones
/// first.
pub(super) fn search_several(
    form: &SignedForm<'_>,
    target: &Target<'_>,
    alternatives: &[&Alternative],
    budget: &mut Budget<'_>,
) -> Result<Option<Vec<Story>>, Exhausted> {
    let mut several = Vec::new();
    for round in &ROUNDS[usize::from(!target.is_cheap())] {
        combine(&choose(alternatives, round), round.together, &mut several);
    }
    several.sort_by_key(|(cost, _)| *cost);
    for (_, chosen) in &several {
        if is_right(form, target, chosen, budget)? {
            let stories = chosen.iter().flat_map(|each| each.stories.clone());
            return Ok(Some(stories.collect()));
        }
    }
    Ok(None)
}

/// Whether these alternatives, together, meet the target.
pub(super) fn is_right(
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
    budget.spend(octets + 256 + 32 * replaced.len())?;
    target.is_met(&digest, budget)
}

/// The likeliest alternatives that can be tried with others, and not only those of one part.
fn choose<'l>(alternatives: &[&'l Alternative], round: &Round) -> Vec<&'l Alternative> {
    let mut counts: HashMap<usize, usize> = HashMap::new();
    let mut chosen = Vec::with_capacity(round.running);
    for &alternative in alternatives {
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

/// Alternatives that are tried together, and how unlikely that is.
type Combination<'l> = (u32, Vec<&'l Alternative>);

/// Adds all combinations of so many alternatives whose parts differ. Each one more makes it less
/// likely.
fn combine<'l>(running: &[&'l Alternative], together: usize, found: &mut Vec<Combination<'l>>) {
    fn extend<'l>(
        running: &[&'l Alternative],
        chosen: &mut Vec<&'l Alternative>,
        left: usize,
        found: &mut Vec<Combination<'l>>,
    ) {
        if left == 0 {
            let cost = chosen.iter().map(|each| each.cost + 2).sum();
            found.push((cost, chosen.clone()));
            return;
        }
        for (at, alternative) in running.iter().enumerate() {
            if chosen.iter().all(|other| other.part != alternative.part) {
                chosen.push(alternative);
                extend(&running[at + 1..], chosen, left - 1, found);
                chosen.pop();
            }
        }
    }
    extend(running, &mut Vec::with_capacity(together), together, found);
}
