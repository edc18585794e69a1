//! Fields that were added, doubled or moved (RFC 6376 §5.4.2).

use super::{Clues, Fields};
use crate::explain::header::form::{Entry, Part};

/// Of so many fields of one name any may be the one that was added.
const MANY: usize = 12;
/// Of so many any two.
const PAIRS: usize = 8;
/// So many fields of one name are put into every order.
const PERMUTED: usize = 4;

/// Fewer fields, fields in another order, and one that was there twice.
pub(super) fn other_fields(entries: &[Entry], part: &Part, _: &Clues<'_>) -> Vec<Fields> {
    if entries.iter().any(|entry| entry.origin.is_none()) {
        return Vec::new();
    }
    let near = &entries[..entries.len().min(MANY + part.slots.len())];
    let pick = |places: &[usize]| {
        places
            .iter()
            .filter_map(|&at| near.get(at).cloned())
            .collect()
    };
    let mut found = Vec::new();
    for (cost, gone) in removals(near.len()) {
        let left: Vec<usize> = (0..near.len()).filter(|at| !gone.contains(at)).collect();
        found.push((cost, pick(&left)));
    }
    // Where there are more fields than slots, another order may select other fields: those were
    // added.
    let selected = near.len().min(part.slots.len());
    for order in orders(selected) {
        let mut fields: Vec<Entry> = pick(&order);
        fields.extend_from_slice(&entries[selected..]);
        found.push((1, fields));
    }
    for twice in 0..selected.min(3) {
        let mut fields = near.to_vec();
        fields.insert(twice, near[twice].clone());
        found.push((4, fields));
    }
    found
}

/// Which of so many fields may have been added, each with its cost: the lowest is at 0.
fn removals(count: usize) -> Vec<(u32, Vec<usize>)> {
    let near = count.min(MANY);
    let mut found: Vec<(u32, Vec<usize>)> = (0..near).map(|at| (0, vec![at])).collect();
    for first in 0..count.min(PAIRS) {
        found.extend((first + 1..count.min(PAIRS)).map(|second| (2, vec![first, second])));
    }
    // All, all but one, and those below a field.
    found.push((2, (0..count).collect()));
    for kept in 0..near {
        found.push((3, (0..count).filter(|&at| at != kept).collect()));
    }
    found.extend((2..near).map(|lowest| (3, (0..lowest).collect())));
    found.retain(|(_, gone)| !gone.is_empty());
    found
}

/// Other orders of so many fields: all of a few, of many those in which one moved.
fn orders(count: usize) -> Vec<Vec<usize>> {
    let mut found = Vec::new();
    if count < 2 {
        return found;
    }
    let fields: Vec<usize> = (0..count).collect();
    found.push(fields.iter().rev().copied().collect());
    if count <= PERMUTED {
        permute(&mut fields.clone(), 0, &mut found);
        return found;
    }
    for from in 0..count.min(MANY) {
        for to in 0..count.min(MANY) {
            let mut order = fields.clone();
            let moved = order.remove(from);
            order.insert(to, moved);
            found.push(order);
        }
    }
    found
}

fn permute(fields: &mut Vec<usize>, done: usize, found: &mut Vec<Vec<usize>>) {
    if done == fields.len() {
        found.push(fields.clone());
        return;
    }
    for next in done..fields.len() {
        fields.swap(done, next);
        permute(fields, done + 1, found);
        fields.swap(done, next);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_two_and_more_may_have_been_added() {
        let check = |count: usize, gone: &[usize]| {
            assert!(removals(count).iter().any(|(_, other)| other == gone));
        };
        assert!(removals(0).is_empty());
        check(1, &[0]);
        check(4, &[1, 3]);
        check(4, &[0, 1, 2]);
        check(20, &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
        check(4, &[0, 1, 3]);
        check(4, &[0, 1, 2, 3]);
        assert!(removals(1000).len() < 100);
    }

    #[test]
    fn orders_are_all_or_near() {
        assert!(orders(1).is_empty());
        assert!(orders(2).contains(&vec![1, 0]));
        assert!(orders(3).contains(&vec![1, 2, 0]));
        assert!(orders(9).contains(&vec![1, 2, 3, 4, 5, 6, 7, 8, 0]));
        assert!(orders(9).len() < 200);
    }
}
