//! Values with other white space and other folds (RFC 5322 §2.2.3).

use super::text::{collapsed, unfolded};
use crate::syntax::folding::is_wsp;

/// The columns at which programs fold.
const COLUMNS: [usize; 4] = [76, 78, 72, 79];

/// One way to space and fold a value, given the field's name and its value.
pub(super) type Spacing = fn(&str, &[u8]) -> Vec<u8>;

/// The ways, the likely ones first, each with its cost.
pub(super) const SPACINGS: [(u32, Spacing); 22] = [
    (1, |_, value| unfolded(value)),
    (1, |_, value| [b" ", &collapsed(value)[..]].concat()),
    (2, |name, value| folded(name, value, COLUMNS[0], b" ")),
    (2, |name, value| folded(name, value, COLUMNS[1], b" ")),
    (2, |name, value| folded(name, value, COLUMNS[1], b"\t")),
    (2, |name, value| folded(name, value, COLUMNS[0], b"\t")),
    (2, |_, value| with_indents(value, b"\t")),
    (2, |_, value| with_indents(value, b" ")),
    (3, |_, value| with_indents(value, b"        ")),
    (3, |_, value| folded_behind(value, b',', b" ")),
    (3, |_, value| folded_behind(value, b',', b"\t")),
    (3, |_, value| folded_behind(value, b';', b" ")),
    (3, |_, value| folded_behind(value, b';', b"\t")),
    (3, |_, value| folded_behind(value, b'>', b" ")),
    (3, |_, value| folded_behind(value, b'>', b"\t")),
    (3, |_, value| [b"\r\n ", &collapsed(value)[..]].concat()),
    (4, |name, value| folded(name, value, COLUMNS[2], b" ")),
    (4, |name, value| folded(name, value, COLUMNS[3], b" ")),
    (4, |_, value| collapsed(value)),
    (4, |_, value| [b"  ", &collapsed(value)[..]].concat()),
    (4, |_, value| [b"\t", &collapsed(value)[..]].concat()),
    (4, |_, value| [b" ", &collapsed(value)[..], b" "].concat()),
];

/// A value in other spacings that differ from it, each with its cost.
pub(super) fn spacings(name: &str, value: &[u8]) -> Vec<(u32, Vec<u8>)> {
    let others = SPACINGS
        .iter()
        .map(|(cost, space)| (*cost, space(name, value)));
    let more = [
        (3, trimmed_end(value).to_vec()),
        (4, [value, b" "].concat()),
    ];
    others
        .chain(more)
        .filter(|(_, other)| other != value)
        .collect()
}

/// Without the white space between encoded words, which separates nothing (RFC 2047 §6.2).
pub(super) fn collapsed_between_words(value: &[u8]) -> Vec<u8> {
    let text = collapsed(value);
    let mut joined = vec![b' '];
    for (at, &octet) in text.iter().enumerate() {
        let between = text[..at].ends_with(b"?=") && text[at + 1..].starts_with(b"=?");
        if !(octet == b' ' && between) {
            joined.push(octet);
        }
    }
    joined
}

/// With this white space and no other behind each mark.
pub(super) fn around(value: &[u8], mark: u8, space: &[u8]) -> Vec<u8> {
    let text = collapsed(value);
    let mut spaced = vec![b' '];
    for (count, item) in text.split(|octet| *octet == mark).enumerate() {
        let mut item = item;
        if count > 0 {
            spaced.push(mark);
            while let Some((b' ', rest)) = item.split_first() {
                item = rest;
            }
            if !item.is_empty() {
                spaced.extend_from_slice(space);
            }
        }
        spaced.extend_from_slice(item);
    }
    spaced
}

fn trimmed_end(value: &[u8]) -> &[u8] {
    let blanks = value
        .iter()
        .rev()
        .take_while(|&&octet| is_wsp(octet))
        .count();
    &value[..value.len() - blanks]
}

/// With other white space at the start of each folded line.
fn with_indents(value: &[u8], space: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(value.len());
    let mut lines = value.split(|&octet| octet == b'\n');
    text.extend_from_slice(lines.next().map_or(&[][..], without_return));
    for line in lines {
        text.extend_from_slice(b"\r\n");
        text.extend_from_slice(space);
        let blanks = line.iter().take_while(|&&octet| is_wsp(octet)).count();
        text.extend_from_slice(without_return(&line[blanks..]));
    }
    text
}

/// With this in place of each fold and the white space behind it.
pub(super) fn with_folds(value: &[u8], fold: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(value.len());
    let mut after_fold = false;
    for &octet in value {
        match octet {
            b'\r' => {}
            b'\n' => {
                after_fold = true;
                text.extend_from_slice(fold);
            }
            b' ' | b'\t' if after_fold => {}
            other => {
                after_fold = false;
                text.push(other);
            }
        }
    }
    text
}

fn without_return(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// Folded behind each mark that white space follows.
fn folded_behind(value: &[u8], mark: u8, space: &[u8]) -> Vec<u8> {
    let text = collapsed(value);
    let mut folded = vec![b' '];
    for (at, &octet) in text.iter().enumerate() {
        if octet == b' ' && text[..at].ends_with(&[mark]) {
            folded.extend_from_slice(b"\r\n");
            folded.extend_from_slice(space);
        } else {
            folded.push(octet);
        }
    }
    folded
}

/// Folded at white space, as late as the lines stay within so many columns.
pub(super) fn folded(name: &str, value: &[u8], columns: usize, space: &[u8]) -> Vec<u8> {
    let text = collapsed(value);
    let mut folded = Vec::with_capacity(text.len() + 16);
    let mut column = name.len() + 1;
    for word in text.split(|&octet| octet == b' ') {
        if column + 1 + word.len() > columns && !folded.is_empty() {
            folded.extend_from_slice(b"\r\n");
            folded.extend_from_slice(space);
            column = space.len();
        } else {
            folded.push(b' ');
            column += 1;
        }
        folded.extend_from_slice(word);
        column += word.len();
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_are_placed() {
        let value = b" aa bb cc";
        assert_eq!(folded("To", value, 5, b" "), b" aa\r\n bb\r\n cc");
        assert_eq!(folded("To", value, 9, b"\t"), b" aa bb\r\n\tcc");
        assert_eq!(with_indents(b" a\r\n b\n c", b"\t"), b" a\r\n\tb\r\n\tc");
        assert_eq!(with_folds(b" a\r\n  b\n\tc", b" "), b" a b c");
        assert_eq!(with_folds(b" a\r\n b", b""), b" ab");
        assert_eq!(folded_behind(b" a, b,c", b',', b" "), b" a,\r\n b,c");
        assert_eq!(around(b" a,b, c", b',', b""), b" a,b,c");
        assert_eq!(around(b" a,b, c,", b',', b" "), b" a, b, c,");
        assert_eq!(
            collapsed_between_words(b" =?a?=\r\n =?b?= c"),
            b" =?a?==?b?= c"
        );
    }
}
