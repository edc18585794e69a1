//! White space that was changed in one place within a line.

use super::Lines;
use crate::explain::body::undone::{Change, Edit, Edits, Text, Undone};
use crate::syntax::folding::is_wsp;

/// It is only thinkable.
pub(super) const COST: u32 = 6;
/// Places of each kind that are tried.
const MOST: usize = 1000;

/// One space less in each place that has several, and one more in each. Relaxed canonicalization
/// takes no notice of them.
pub(super) fn undo(text: Text<'_>) -> impl Iterator<Item = Undone> + '_ {
    let bytes = if text.relaxed { &[] } else { text.bytes };
    let is_several = move |end: &usize| bytes[..end - 1].last().copied().is_some_and(is_wsp);
    let fewer = run_ends(bytes)
        .filter(is_several)
        .map(|end| Edit::added(end - 1..end));
    let more = run_ends(bytes).map(|end| Edit {
        range: end..end,
        was: b" ".to_vec(),
    });
    let all = fewer.take(MOST).chain(more.take(MOST));
    all.map(|edit| Undone {
        edits: Edits::of(vec![edit]),
        cost: COST,
        change: Change::Lines(Lines::OneSpace),
    })
}

/// Where runs of white space within lines end.
fn run_ends(text: &[u8]) -> impl Iterator<Item = usize> {
    memchr::memchr2_iter(b' ', b'\t', text)
        .map(|at| at + 1)
        .filter(|&end| !text.get(end).copied().is_some_and(is_wsp))
}
