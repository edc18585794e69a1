//! White space, folds and the letter case of names, which `simple` signs (RFC 6376 §3.4.1), and
//! white space where there was none, which `relaxed` signs as well (RFC 6376 §3.4.2).

use super::{Clues, Costed, Text};
use crate::explain::header::text::{collapsed, unfolded};
use crate::syntax::folding::is_wsp;

/// Longer values are not folded anew at each place.
const LONG: usize = 1000;
/// So many places are tried for one fold.
const ONE: usize = 64;
/// And so many for two of them.
const TWO: usize = 20;
/// At so many marks white space may have been put in or taken out.
const MARKS: usize = 16;

/// One way to space and fold a value, given the field's name and its value.
pub(in crate::explain::header) type Spacing = fn(&str, &[u8]) -> Vec<u8>;

/// The ways, the likely ones first, each with its cost.
pub(in crate::explain::header) const SPACINGS: [(u32, Spacing); 22] = [
    (0, |_, value| unfolded(value)),
    (0, |_, value| [b" ", &collapsed(value)[..]].concat()),
    (1, |name, value| folded(name, value, 76, b" ")),
    (1, |name, value| folded(name, value, 78, b" ")),
    (1, |name, value| folded(name, value, 78, b"\t")),
    (1, |name, value| folded(name, value, 76, b"\t")),
    (1, |_, value| with_folds(value, b"\r\n\t")),
    (1, |_, value| with_folds(value, b"\r\n ")),
    (2, |_, value| with_folds(value, b"\r\n        ")),
    (1, |_, value| folded_behind(value, b',', b" ")),
    (1, |_, value| folded_behind(value, b',', b"\t")),
    (1, |_, value| folded_behind(value, b';', b" ")),
    (1, |_, value| folded_behind(value, b';', b"\t")),
    (2, |_, value| folded_behind(value, b'>', b" ")),
    (2, |_, value| folded_behind(value, b'>', b"\t")),
    (2, |_, value| [b"\r\n ", &collapsed(value)[..]].concat()),
    (2, |name, value| folded(name, value, 72, b" ")),
    (2, |name, value| folded(name, value, 79, b" ")),
    (2, |_, value| collapsed(value)),
    (2, |_, value| [b"  ", &collapsed(value)[..]].concat()),
    (2, |_, value| [b"\t", &collapsed(value)[..]].concat()),
    (2, |_, value| [b" ", &collapsed(value)[..], b" "].concat()),
];

/// One way to write a name.
pub(in crate::explain::header) type Casing = fn(&str) -> String;

/// How names are written, each with its cost.
pub(in crate::explain::header) const NAMES: [(u32, Casing); 6] = [
    (0, usual_case),
    (0, title_case),
    (1, |name| if_in_one_case(name, usual_case)),
    (1, |name| if_in_one_case(name, title_case)),
    (1, str::to_ascii_lowercase),
    (1, str::to_ascii_uppercase),
];

/// A value in other spacings, where all of them are signed.
pub(super) fn spaced(text: &Text<'_>, clues: &Clues<'_>) -> Vec<Costed> {
    if !clues.is_simple() {
        return Vec::new();
    }
    let ways = SPACINGS
        .iter()
        .map(|(cost, space)| (*cost, space(&text.name, text.value)));
    let trimmed = text.value.trim_ascii_end().to_vec();
    ways.chain([(1, trimmed), (2, [text.value, b" "].concat())])
        .collect()
}

/// A value with white space more or less where `relaxed` does not overlook it.
pub(super) fn gaps(text: &Text<'_>, _: &Clues<'_>) -> Vec<Costed> {
    let value = text.value;
    let mut found = stray_spaces(value);
    for mark in [b',', b';'] {
        found.push((0, around(value, mark, b"")));
        found.push((0, around(value, mark, b" ")));
    }
    // A line end and the white space behind it, where a long word was cut.
    let joined = with_folds(value, b"");
    found.push((0, [b" ", &collapsed(&joined)[..]].concat()));
    found.push((0, collapsed_between_words(value)));
    found
}

/// A value on one line, folded as late as it stays within any number of columns, or at one place.
pub(super) fn folded_anew(text: &Text<'_>, clues: &Clues<'_>) -> Vec<Costed> {
    let mut found = Vec::new();
    let blanks = places_to_fold(text, clues);
    if blanks.is_empty() {
        return found;
    }
    for columns in 30..=100 {
        for space in [&b" "[..], b"\t"] {
            for name in [&text.name[..], ""] {
                found.push((0, folded(name, text.value, columns, space)));
            }
        }
    }
    for &at in blanks.iter().take(ONE) {
        found.extend([false, true].map(|tab| (1, with_breaks(text.value, &[at], tab))));
    }
    found
}

/// A value on one line, folded at two places.
pub(super) fn folded_twice(text: &Text<'_>, clues: &Clues<'_>) -> Vec<Costed> {
    let blanks = places_to_fold(text, clues);
    let mut found = Vec::new();
    for (place, &first) in blanks.iter().take(TWO).enumerate() {
        for &second in blanks.iter().take(TWO).skip(place + 1) {
            let places = [first, second];
            found.extend([false, true].map(|tab| (0, with_breaks(text.value, &places, tab))));
        }
    }
    found
}

/// Where a value may have been folded; nowhere if it is, or where folds are not signed.
fn places_to_fold(text: &Text<'_>, clues: &Clues<'_>) -> Vec<usize> {
    if clues.is_simple() && !text.value.contains(&b'\n') && text.value.len() <= LONG {
        blanks(text.value)
    } else {
        Vec::new()
    }
}

/// A value with one space more or less, beside a mark that programs are careless about.
fn stray_spaces(value: &[u8]) -> Vec<Costed> {
    let text = [b" ", &collapsed(value)[..]].concat();
    let is_mark = |at: &usize| matches!(text[*at], b',' | b';' | b':' | b'<' | b'>' | b'"' | b'=');
    let mut found = Vec::new();
    for at in (1..text.len()).filter(is_mark).take(MARKS) {
        for place in [at, at + 1] {
            let (front, behind) = text.split_at(place);
            if let Some(front) = front.strip_suffix(b" ").filter(|front| !front.is_empty()) {
                found.push((1, [front, behind].concat()));
            } else if let Some(behind) = behind.strip_prefix(b" ") {
                found.push((1, [front, behind].concat()));
            } else {
                found.push((1, [front, b" ", behind].concat()));
            }
        }
    }
    found
}

/// Without the white space between encoded words, which separates nothing (RFC 2047 §6.2).
fn collapsed_between_words(value: &[u8]) -> Vec<u8> {
    respaced(value, |before, word| {
        let is_between = before.ends_with(b"?=") && word.starts_with(b"=?");
        if is_between { b"" } else { b" " }
    })
}

/// The words of a value, with what `between` says between two of them, given what is before.
fn respaced<'s>(value: &[u8], mut between: impl FnMut(&[u8], &[u8]) -> &'s [u8]) -> Vec<u8> {
    let mut text = vec![b' '];
    for (at, word) in collapsed(value).split(|&byte| byte == b' ').enumerate() {
        if at > 0 {
            let space = between(&text, word);
            text.extend_from_slice(space);
        }
        text.extend_from_slice(word);
    }
    text
}

/// With this white space and no other behind each mark.
fn around(value: &[u8], mark: u8, space: &[u8]) -> Vec<u8> {
    let text = collapsed(value);
    let mut items = text.split(|byte| *byte == mark);
    let mut spaced = [b" ", items.next().unwrap_or_default()].concat();
    for item in items.map(<[u8]>::trim_ascii_start) {
        spaced.push(mark);
        spaced.extend_from_slice(if item.is_empty() { b"" } else { space });
        spaced.extend_from_slice(item);
    }
    spaced
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

/// Folded behind each mark that white space follows.
fn folded_behind(value: &[u8], mark: u8, space: &[u8]) -> Vec<u8> {
    let fold = [b"\r\n", space].concat();
    respaced(value, |before, _| {
        if before.ends_with(&[mark]) {
            &fold
        } else {
            b" "
        }
    })
}

/// Folded at white space, as late as the lines stay within so many columns.
pub(super) fn folded(name: &str, value: &[u8], columns: usize, space: &[u8]) -> Vec<u8> {
    let fold = [b"\r\n", space].concat();
    let mut start = 0;
    let mut name = name.len() + 1;
    respaced(value, |before, word| {
        if name + before.len() - start + 1 + word.len() > columns {
            (start, name) = (before.len() + 2, 0);
            &fold
        } else {
            b" "
        }
    })
}

/// The places of single white space between words.
fn blanks(value: &[u8]) -> Vec<usize> {
    let is_blank = |at: usize| value.get(at).is_some_and(|&octet| is_wsp(octet));
    (1..value.len())
        .filter(|&at| is_blank(at) && !is_blank(at - 1))
        .collect()
}

/// With folds at these places, in front of the white space there or, with a tab, in its place.
fn with_breaks(value: &[u8], places: &[usize], with_tab: bool) -> Vec<u8> {
    let mut text = value.to_vec();
    let fold: &[u8] = if with_tab { b"\r\n\t" } else { b"\r\n" };
    for &at in places.iter().rev() {
        text.splice(at..at + usize::from(with_tab), fold.iter().copied());
    }
    text
}

/// The ways to write a field's name, each with its cost.
pub(super) fn names(text: &Text<'_>, _: &Clues<'_>) -> Vec<Costed> {
    let all = ways_to_write(&text.name).into_iter();
    all.map(|(cost, name)| (cost, name.into_bytes())).collect()
}

fn ways_to_write(name: &str) -> [(u32, String); 5] {
    let lower = name.to_ascii_lowercase();
    let mut first = lower.clone();
    if let Some(letter) = first.get_mut(..1) {
        letter.make_ascii_uppercase();
    }
    [
        (0, usual_case(&lower)),
        (0, title_case(&lower)),
        (1, lower),
        (1, name.to_ascii_uppercase()),
        (2, first),
    ]
}

/// Another writing of a name in small letters alone, or in capitals alone; any other as it is.
fn if_in_one_case(name: &str, write: Casing) -> String {
    let is_in_one = name == name.to_ascii_lowercase() || name == name.to_ascii_uppercase();
    if is_in_one {
        write(name)
    } else {
        name.to_owned()
    }
}

/// A name as it is mostly written: in title case, but for words that are abbreviations.
pub(in crate::explain::header) fn usual_case(name: &str) -> String {
    let title = title_case(name);
    let words = title.split('-').map(|word| match word {
        "Id" | "Mime" | "Spf" | "Uri" | "Url" | "Dkim" => word.to_ascii_uppercase(),
        _ => word.to_owned(),
    });
    words.collect::<Vec<_>>().join("-")
}

/// A name with a capital at the start of each word.
fn title_case(name: &str) -> String {
    let mut start = true;
    let letters = name.chars().map(|letter| {
        let is_start = std::mem::replace(&mut start, letter == '-');
        if is_start {
            letter.to_ascii_uppercase()
        } else {
            letter.to_ascii_lowercase()
        }
    });
    letters.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_written_in_several_ways() {
        let check = |name: &str, expected: &[&str]| {
            assert_eq!(
                ways_to_write(name).map(|(_, other)| other),
                *expected,
                "{name}"
            );
        };
        let all = [
            "Message-ID",
            "Message-Id",
            "message-id",
            "MESSAGE-ID",
            "Message-id",
        ];
        check("Message-ID", &all);
        let all = [
            "MIME-Version",
            "Mime-Version",
            "mime-version",
            "MIME-VERSION",
            "Mime-version",
        ];
        check("mime-version", &all);
        check("", &["", "", "", "", ""]);
    }

    #[test]
    fn folds_are_placed() {
        let value = b" aa bb cc";
        assert_eq!(folded("To", value, 5, b" "), b" aa\r\n bb\r\n cc");
        assert_eq!(folded("To", value, 9, b"\t"), b" aa bb\r\n\tcc");
        assert_eq!(with_folds(b" a\r\n b\n c", b"\r\n\t"), b" a\r\n\tb\r\n\tc");
        assert_eq!(with_folds(b" a\r\n  b\n\tc", b" "), b" a b c");
        assert_eq!(with_folds(b" a\r\n b", b""), b" ab");
        assert_eq!(folded_behind(b" a, b,c", b',', b" "), b" a,\r\n b,c");
        assert_eq!(around(b" a,b, c", b',', b""), b" a,b,c");
        assert_eq!(around(b" a,b, c,", b',', b" "), b" a, b, c,");
        assert_eq!(
            collapsed_between_words(b" =?a?=\r\n =?b?= c"),
            b" =?a?==?b?= c"
        );
        assert_eq!(blanks(b" ab c  d"), [3, 5]);
        assert_eq!(
            with_breaks(b" ab c  d", &[3, 5], false),
            b" ab\r\n c\r\n  d"
        );
        assert_eq!(with_breaks(b" ab c  d", &[3], true), b" ab\r\n\tc  d");
    }

    #[test]
    fn a_space_comes_or_goes_beside_a_mark() {
        let check = |value: &str, then: &str| {
            let found = stray_spaces(value.as_bytes());
            assert!(
                found.iter().any(|(_, text)| text == then.as_bytes()),
                "{value} {then}"
            );
        };
        check(" a@b , c@d", " a@b, c@d");
        check(" Ann<a@b>", " Ann <a@b>");
        check(" Ann < a@b>", " Ann <a@b>");
        check(" text/plain; charset =x", " text/plain; charset=x");
    }
}
