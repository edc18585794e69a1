//! Fields that were unfolded: the folds put back, wherever white space is, under `simple`.

use super::alternative::{Alternative, Alternatives, Story};
use super::folding::folded;
use super::form::Instance;
use crate::canonicalization::Canonicalization;

/// Longer values are not folded anew.
const LONG: usize = 1000;
/// So many places are tried for one fold.
const ONE: usize = 64;
/// And so many for two of them.
const TWO: usize = 20;
/// The columns that lines may have been kept to.
const COLUMNS: std::ops::RangeInclusive<usize> = 30..=100;

/// Adds one fold and two at each white space of a field on one line, and as many as keep it within
/// some columns.
pub(super) fn add(alternatives: &mut Alternatives<'_, '_>) {
    if alternatives.form.canonicalization != Canonicalization::Simple {
        return;
    }
    for instance in alternatives.form.instances() {
        if alternatives.is_full() {
            return;
        }
        let value = instance.field.value();
        if value.contains(&b'\n') || value.len() > LONG {
            continue;
        }
        let name = instance.name();
        let blanks = blanks(value);
        for &at in blanks.iter().take(ONE) {
            for then in [with_breaks(value, &[at]), with_tabs(value, &[at])] {
                add_value(alternatives, &instance, &name, &then, 5);
            }
        }
        for columns in COLUMNS {
            for space in [&b" "[..], b"\t"] {
                for first in [&name[..], ""] {
                    let then = folded(first, value, columns, space);
                    add_value(alternatives, &instance, &name, &then, 6);
                }
            }
        }
        for (place, &first) in blanks.iter().take(TWO).enumerate() {
            for &second in blanks.iter().take(TWO).skip(place + 1) {
                let folds = [first, second];
                for then in [with_breaks(value, &folds), with_tabs(value, &folds)] {
                    add_value(alternatives, &instance, &name, &then, 10);
                }
            }
        }
    }
}

fn add_value(
    alternatives: &mut Alternatives<'_, '_>,
    instance: &Instance<'_>,
    name: &str,
    value: &[u8],
    cost: u32,
) {
    let field = instance.field;
    let raw = [&field.raw()[..field.value_offset()], value].concat();
    let octets = alternatives.form.canonical(&raw);
    alternatives.add(Alternative {
        part: Some(instance.part),
        cost,
        octets: vec![(instance.slot, octets)],
        stories: vec![Story::of_spaces(name, value)],
    });
}

/// The places of single white space between words.
fn blanks(value: &[u8]) -> Vec<usize> {
    let is_blank = |at: usize| matches!(value.get(at), Some(b' ' | b'\t'));
    (1..value.len())
        .filter(|&at| is_blank(at) && !is_blank(at - 1))
        .collect()
}

/// With line ends in front of these places.
fn with_breaks(value: &[u8], places: &[usize]) -> Vec<u8> {
    let mut text = value.to_vec();
    for &at in places.iter().rev() {
        text.splice(at..at, *b"\r\n");
    }
    text
}

/// With line ends and tabs instead of the white space at these places.
fn with_tabs(value: &[u8], places: &[usize]) -> Vec<u8> {
    let mut text = value.to_vec();
    for &at in places.iter().rev() {
        text.splice(at..=at, *b"\r\n\t");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_are_put_at_places() {
        let value = b" ab c  d";
        assert_eq!(blanks(value), [3, 5]);
        assert_eq!(with_breaks(value, &[3, 5]), b" ab\r\n c\r\n  d");
        assert_eq!(with_tabs(value, &[3]), b" ab\r\n\tc  d");
    }
}
