//! Fields that were added, removed, doubled or moved (RFC 6376 §5.4.2).

use super::alternative::{Alternative, Alternatives, Story};
use super::form::Part;
use super::spacing::usual_case;
use super::text::{quoted, shown};
use crate::explain::Cause;

/// Of so many fields of one name any may be the one that was added.
const MANY: usize = 12;
/// So many fields of one name are put into every order.
const PERMUTED: usize = 4;

/// Adds what may have happened to the fields of each name.
pub(super) fn add(alternatives: &mut Alternatives<'_, '_>) {
    for place in 0..alternatives.form.parts.len() {
        if alternatives.is_full() {
            return;
        }
        add_part(alternatives, place);
    }
}

fn add_part(alternatives: &mut Alternatives<'_, '_>, place: usize) {
    let form = alternatives.form;
    let part = &form.parts[place];
    let name = display_name(alternatives, part);
    let few = &part.instances[..part.instances.len().min(MANY + part.slots.len())];
    for dropped in 0..few.len().min(MANY) {
        let mut left = few.to_vec();
        let gone = left.remove(dropped);
        let story = added(alternatives, &name, gone, &left);
        select(alternatives, place, &left, 2, story);
    }
    for first in 0..few.len().min(5) {
        for second in first + 1..few.len().min(5) {
            let mut left = few.to_vec();
            left.remove(second);
            let gone = left.remove(first);
            let story = added(alternatives, &name, gone, &left);
            select(alternatives, place, &left, 5, story);
        }
    }
    if few.len() > 2 {
        let story = added(alternatives, &name, few[0], &[]);
        select(alternatives, place, &[], 6, story);
    }
    for order in orders(few) {
        let detail = format!("the {name} fields stood in another order when they were signed");
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

/// A field was added to those that are left.
fn added(alternatives: &Alternatives<'_, '_>, name: &str, gone: usize, left: &[usize]) -> Story {
    let form = alternatives.form;
    let value = |at: usize| form.header.field(at).map(|field| shown(field.value()));
    let text = value(gone).unwrap_or_default();
    if left
        .iter()
        .any(|&other| value(other).as_ref() == Some(&text))
    {
        let detail = format!("the {name} field is there once more than when it was signed");
        return Story::of(Cause::HeaderDuplicated, name, detail);
    }
    let detail = if left.is_empty() {
        format!(
            "there was no {name} field when it was signed; one was added: {}",
            quoted(&text)
        )
    } else {
        format!(
            "a {name} field was added after it was signed: {}",
            quoted(&text)
        )
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
    fn orders_are_all_or_near() {
        assert!(orders(&[1]).is_empty());
        assert!(orders(&[1, 2]).contains(&vec![2, 1]));
        assert!(orders(&[1, 2, 3]).contains(&vec![2, 3, 1]));
        let many: Vec<usize> = (0..9).collect();
        assert!(orders(&many).contains(&vec![1, 2, 3, 4, 5, 6, 7, 8, 0]));
        assert!(orders(&many).len() < 200);
    }
}
