//! Fields that were added, removed, doubled or moved (RFC 6376 §5.4.2).

use super::alternative::{Alternative, Alternatives, Story};
use super::form::Part;
use super::spacing::usual_case;
use super::text::collapsed;
use super::value::{told, told_both};
use crate::explain::Cause;
use crate::syntax::words::in_a_row;

/// Of so many fields of one name any may be the one that was added.
const MANY: usize = 12;
/// Of so many any two.
const PAIRS: usize = 8;
/// So many fields of one name are put into every order.
const PERMUTED: usize = 4;
/// So many fields that were added are told with their values.
const TOLD: usize = 3;

/// Adds what may have happened to the fields of each name.
pub(super) fn add(alternatives: &mut Alternatives<'_, '_>) {
    for place in 0..alternatives.form.parts.len() {
        add_part(alternatives, place);
    }
}

fn add_part(alternatives: &mut Alternatives<'_, '_>, place: usize) {
    let form = alternatives.form;
    let part = &form.parts[place];
    let name = display_name(alternatives, part);
    let few = &part.instances[..part.instances.len().min(MANY + part.slots.len())];
    for (cost, gone) in removals(few.len()) {
        if alternatives.is_full() {
            return;
        }
        let is_gone = |at: &usize| gone.contains(at);
        let left: Vec<usize> = (0..few.len()).filter(|at| !is_gone(at)).collect();
        let left: Vec<usize> = left.iter().map(|&at| few[at]).collect();
        let gone: Vec<usize> = gone.iter().map(|&at| few[at]).collect();
        let story = added(alternatives, &name, &gone, &left);
        select(alternatives, place, &left, cost, story);
    }
    // Where there are more fields than slots, another order may select other fields: those were
    // added.
    let selected = &few[..few.len().min(part.slots.len())];
    for order in orders(selected) {
        if alternatives.is_full() {
            return;
        }
        let detail = format!(
            "the {name} fields stood in another order when they were signed: {}",
            first_moved(alternatives, &name, selected, &order),
        );
        let story = Story::of(Cause::HeaderReordered, &name, detail);
        select(alternatives, place, &order, 3, story);
    }
    for twice in 0..few.len().min(part.slots.len()).min(3) {
        let mut left = few.to_vec();
        left.insert(twice, few[twice]);
        let detail = format!(
            "there were two equal {name} fields when it was signed, or the signer counted one \
             twice"
        );
        let story = Story::of(Cause::HeaderRemoved, &name, detail);
        select(alternatives, place, &left, 6, story);
    }
}

/// What is in the first place, from the lowest, where another field stood in the other order.
fn first_moved(
    alternatives: &Alternatives<'_, '_>,
    name: &str,
    now: &[usize],
    then: &[usize],
) -> String {
    let header = alternatives.form.header;
    let value = |at: &usize| header.field(*at).map_or(&b""[..], |field| field.value());
    let values = now.iter().map(value).zip(then.iter().map(value));
    let mut places = values.enumerate();
    let Some((at, (now, then))) = places.find(|(_, (now, then))| now != then) else {
        return "they are all alike".to_owned();
    };
    let place = match at {
        0 => "the lowest".to_owned(),
        at => format!("number {} from below", at + 1),
    };
    let ([now, then], end) = told_both(name, now, then);
    format!("{place} was {then}, and now is {now}{end}")
}

/// Which of so many fields may have been added, each with its cost: the lowest is at 0.
fn removals(count: usize) -> Vec<(u32, Vec<usize>)> {
    let near = count.min(MANY);
    let mut found: Vec<(u32, Vec<usize>)> = (0..near).map(|at| (2, vec![at])).collect();
    for first in 0..count.min(PAIRS) {
        found.extend((first + 1..count.min(PAIRS)).map(|second| (5, vec![first, second])));
    }
    // Those below a field, all but one, and all.
    found.extend((2..near).map(|lowest| (6, (0..lowest).collect())));
    for kept in 0..near {
        found.push((6, (0..count).filter(|&at| at != kept).collect()));
    }
    found.push((6, (0..count).collect()));
    found.retain(|(_, gone)| !gone.is_empty());
    found
}

/// Some fields were added to those that are left.
fn added(alternatives: &Alternatives<'_, '_>, name: &str, gone: &[usize], left: &[usize]) -> Story {
    let header = alternatives.form.header;
    let value = |at: &usize| header.field(*at).map(|field| collapsed(field.value()));
    let is_left = |at: &usize| {
        left.iter()
            .take(MANY)
            .any(|other| value(other) == value(at))
    };
    if gone.iter().all(is_left) {
        let more = match gone.len() {
            1 => "once".to_owned(),
            count => format!("{count} times"),
        };
        let detail = format!("the {name} field is there {more} more than when it was signed");
        return Story::of(Cause::HeaderDuplicated, name, detail);
    }
    // As they stand in the message, from the top.
    let fields = gone.iter().rev().filter_map(|&at| header.field(at));
    let values = fields.map(|field| told(name, field.value()));
    let mut values: Vec<String> = values.take(TOLD).collect();
    if gone.len() > TOLD {
        values.push(format!("{} more", gone.len() - TOLD));
    }
    let values = in_a_row(&values, "and");
    let detail = match (gone.len(), left.is_empty()) {
        (1, true) => {
            format!("there was no {name} field when it was signed; one was added: {values}")
        }
        (count, true) => {
            format!("there was no {name} field when it was signed; {count} were added: {values}")
        }
        (1, false) => format!("a {name} field was added after it was signed: {values}"),
        (count, false) => {
            format!("{count} {name} fields were added after it was signed: {values}")
        }
    };
    Story::of(Cause::HeaderAdded, name, detail)
}

/// Fills a part's slots with these fields, the lowest first.
fn select(
    alternatives: &mut Alternatives<'_, '_>,
    place: usize,
    instances: &[usize],
    cost: u32,
    story: Story,
) {
    let form = alternatives.form;
    let mut fields = instances.iter();
    let octets = form.parts[place].slots.iter().map(|&slot| {
        let field = fields.next().and_then(|&at| form.header.field(at));
        let octets = field.map_or_else(Vec::new, |field| form.canonical(field.raw()));
        (slot, octets)
    });
    let octets = octets.collect();
    alternatives.add(Alternative {
        part: Some(place),
        cost,
        octets,
        stories: vec![story],
    });
}

/// Other orders of fields: all of a few, of many those in which one moved.
fn orders(fields: &[usize]) -> Vec<Vec<usize>> {
    let mut found = Vec::new();
    if fields.len() < 2 {
        return found;
    }
    found.push(fields.iter().rev().copied().collect());
    if fields.len() <= PERMUTED {
        permute(&mut fields.to_vec(), 0, &mut found);
        return found;
    }
    let last = fields.len().min(MANY);
    for from in 0..last {
        for to in 0..last {
            let mut order = fields.to_vec();
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

/// The name as a field has it, else in the usual letter case.
pub(super) fn display_name(alternatives: &Alternatives<'_, '_>, part: &Part) -> String {
    let field = part
        .instances
        .first()
        .and_then(|&at| alternatives.form.header.field(at));
    field.map_or_else(
        || usual_case(&part.name),
        |field| String::from_utf8_lossy(field.name()).into_owned(),
    )
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
        assert!(orders(&[1]).is_empty());
        assert!(orders(&[1, 2]).contains(&vec![2, 1]));
        assert!(orders(&[1, 2, 3]).contains(&vec![2, 3, 1]));
        let many: Vec<usize> = (0..9).collect();
        assert!(orders(&many).contains(&vec![1, 2, 3, 4, 5, 6, 7, 8, 0]));
        assert!(orders(&many).len() < 200);
    }
}
