//! HTML that was written anew: the same elements in other bytes.

use std::ops::Range;

use crate::explain::body::rules::tags::{Kind, Tag};
use crate::explain::body::undone::{Change, Edit, Edits, Undone, is_blank};

/// What of HTML was written in another way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::explain::body) enum Markup {
    /// The names of tags, in another case.
    Names,
    /// Tags without an end, with a slash or without.
    Slashes,
    /// Line breaks between tags.
    Breaks,
}

/// HTML with more tags is not written anew.
const MOST_TAGS: usize = 5_000;
/// Places of which each is taken alone.
const MOST_PLACES: usize = 60;

/// Adds the ways in which HTML may have been written.
pub(super) fn put(text: &[u8], tags: &[Tag], undone: &mut Vec<Undone>) {
    if tags.len() > MOST_TAGS {
        return;
    }
    names(text, tags, undone);
    slashes(text, tags, undone);
    breaks(text, tags, undone);
}

fn push(markup: Markup, cost: u32, edits: Vec<Edit>, undone: &mut Vec<Undone>) {
    if !edits.is_empty() {
        undone.push(Undone {
            edits: Edits::Some(edits),
            cost,
            change: Change::Markup(markup),
        });
    }
}

/// An edit that makes a stretch what it was, if that is something else.
fn edit(text: &[u8], range: Range<usize>, was: Vec<u8>) -> Option<Edit> {
    (text[range.clone()] != was).then_some(Edit { range, was })
}

/// All names of tags in capital letters, and in small ones.
fn names(text: &[u8], tags: &[Tag], undone: &mut Vec<Undone>) {
    for case in [<[u8]>::to_ascii_uppercase, <[u8]>::to_ascii_lowercase] {
        let edits = tags
            .iter()
            .filter(|tag| !tag.name.is_empty() && tag.name[0] != b'!');
        let edits = edits.filter_map(|tag| {
            let start = tag.range.start + 1;
            let start = start + usize::from(text[start] == b'/');
            let range = start..start + tag.name.len();
            edit(text, range.clone(), case(&text[range]))
        });
        push(Markup::Names, 4, edits.collect(), undone);
    }
}

/// `<br>`, `<br/>` and `<br />`: those alone, and all tags without an end.
fn slashes(text: &[u8], tags: &[Tag], undone: &mut Vec<Undone>) {
    const VOID: [&[u8]; 6] = [b"br", b"hr", b"img", b"input", b"link", b"meta"];
    for (names, cost) in [(&VOID[..1], 3), (&VOID[..], 4)] {
        for end in [&b">"[..], b"/>", b" />"] {
            let own = tags.iter().filter(|tag| names.contains(&&tag.name[..]));
            let edits = own.filter_map(|tag| {
                let inner = text[tag.range.clone()].strip_suffix(b">")?;
                let inner = inner.strip_suffix(b"/").unwrap_or(inner).trim_ascii_end();
                edit(
                    text,
                    tag.range.start + inner.len()..tag.range.end,
                    end.to_vec(),
                )
            });
            push(Markup::Slashes, cost, edits.collect(), undone);
        }
    }
}

/// Line breaks between tags that were put there, or taken out: all, and each alone.
fn breaks(text: &[u8], tags: &[Tag], undone: &mut Vec<Undone>) {
    let between = tags
        .windows(2)
        .map(|pair| pair[0].range.end..pair[1].range.start);
    let between = between.filter(|range| text.get(range.clone()).is_some_and(is_blank));
    let (joined, apart): (Vec<_>, Vec<_>) = between.partition(Range::is_empty);
    let added = apart
        .iter()
        .filter(|range| text[range.start..].starts_with(b"\r\n"));
    let added: Vec<_> = added.cloned().collect();
    let line_end = |range: &Range<usize>| Edit::added(range.start..range.start + 2);
    push(
        Markup::Breaks,
        3,
        added.iter().map(line_end).collect(),
        undone,
    );
    push(
        Markup::Breaks,
        4,
        added.iter().cloned().map(Edit::added).collect(),
        undone,
    );
    let removed = |range: &Range<usize>| Edit {
        range: range.clone(),
        was: b"\r\n".to_vec(),
    };
    push(
        Markup::Breaks,
        4,
        joined.iter().map(removed).collect(),
        undone,
    );
    // An element and the next, but nothing within them.
    let of_elements = tags.windows(2).filter(|pair| {
        matches!(pair[0].kind, Kind::Closes(_)) && pair[0].range.end == pair[1].range.start
    });
    let of_elements = of_elements.map(|pair| pair[0].range.end..pair[0].range.end);
    push(
        Markup::Breaks,
        4,
        of_elements.map(|range| removed(&range)).collect(),
        undone,
    );
    for range in added.iter().take(MOST_PLACES) {
        push(Markup::Breaks, 5, vec![line_end(range)], undone);
    }
    for range in joined.iter().take(MOST_PLACES) {
        push(Markup::Breaks, 5, vec![removed(range)], undone);
    }
}
