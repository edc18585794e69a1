//! Tags that were put into the Subject, or taken from it.

use std::ops::Range;

use super::encoding::readable;
use super::{Clues, Costed, Text};
use crate::explain::header::text::{collapsed, indent, outdent};
use crate::syntax::folding::is_fws;

/// A tag is no longer.
const LONG_TAG: usize = 48;
/// So many tags at the start are told apart.
const MANY_TAGS: usize = 5;
/// What stands before a Subject that is answered or forwarded.
const ANSWERS: [&str; 22] = [
    "Re:", "RE:", "re:", "Fwd:", "FW:", "Fw:", "FWD:", "AW:", "Aw:", "WG:", "SV:", "VS:", "VB:",
    "Antw:", "TR:", "RV:", "RES:", "ENC:", "R:", "I:", "Odp:", "YNT:",
];
/// What filters put in front, and others take away, with `|` between.
const MARKS: &str = "[EXTERNAL]|[External]|[EXT]|[Ext]|EXTERNAL:|External:|(EXT)|[SPAM]|\
    ***SPAM***|*****SPAM*****|{Spam?}|[SUSPECTED SPAM]|[WARNING: A/V UNSCANNABLE]|[CAUTION]|\
    [SECURE]|[encrypt]";
/// What filters mark Subjects with, in words alone, with `|` between.
const WORDS: &str = "spam|suspected spam|external|external email|extern|ext";
/// Longer Subjects are not looked at for tags.
const LONG_SUBJECT: usize = 8 * 1024;

/// The Subject without tags and words that may have been added.
pub(super) fn untagged(text: &Text<'_>, _: &Clues<'_>) -> Vec<Costed> {
    let words = without_words(text.value).into_iter();
    let words = words.map(|(_, then)| (3, then));
    without_tags(text.value).into_iter().chain(words).collect()
}

/// The Subject with tags that may have been taken from it.
pub(super) fn tagged(text: &Text<'_>, clues: &Clues<'_>) -> Vec<Costed> {
    with_tags(text.value, &clues.lists)
}

/// Whether a Subject became another by tags alone, that came or went.
pub(in crate::explain::header) fn is_tagging(now: &[u8], then: &[u8], lists: &[String]) -> bool {
    let read = |value: &[u8]| {
        readable(value).map_or_else(|| collapsed(value), |text| collapsed(text.as_bytes()))
    };
    if now.len().max(then.len()) > LONG_SUBJECT {
        return false;
    }
    let (now, then) = (read(now), read(then));
    let became = |long: &[u8], short: &[u8]| {
        let is_short = |text: &[u8]| collapsed(text) == short;
        without_tags(long).iter().any(|(_, text)| is_short(text))
            || without_words(long)
                .iter()
                .any(|(words, text)| is_mark(words, lists) && is_short(text))
    };
    became(&now, &then) || became(&then, &now)
}

/// The Subject without what may be tags, each with its cost.
fn without_tags(value: &[u8]) -> Vec<(u32, Vec<u8>)> {
    let mut found = Vec::new();
    let lead = indent(value);
    let tags = leading_tags(value, lead);
    for kept in 0..(1_u32 << tags.len()) - 1 {
        let mut then = value[..lead].to_vec();
        let mut cost = 0;
        for (at, tag) in tags.iter().enumerate() {
            let bytes = &value[tag.clone()];
            if kept & (1 << at) != 0 {
                then.extend_from_slice(bytes);
            } else {
                cost += u32::from(!bytes.contains(&b'['));
            }
        }
        then.extend_from_slice(&value[tags.last().map_or(lead, |tag| tag.end)..]);
        found.push((cost, then));
    }
    for bracketed in bracketed(value, lead) {
        for without in [bracketed.clone(), trim_front(value, &bracketed)] {
            let then = [&value[..without.start], &value[without.end..]].concat();
            found.push((1, then));
        }
    }
    if let Some(answer) = tags.first()
        && let Some(colon) = memchr::memchr(b':', &value[answer.clone()])
    {
        let behind = &value[answer.start + colon + 1..];
        let others = ANSWERS.iter();
        found.extend(others.map(|other| (2, [&value[..lead], other.as_bytes(), behind].concat())));
    }
    found
}

/// The tags at the start, one after the other, each with the white space behind it.
fn leading_tags(value: &[u8], lead: usize) -> Vec<Range<usize>> {
    let mut tags = Vec::new();
    let mut at = lead;
    while tags.len() < MANY_TAGS
        && let Some(length) = tag_length(&value[at..])
    {
        let end = at + length + indent(&value[at + length..]);
        tags.push(at..end);
        at = end;
    }
    tags
}

/// How long the tag is that a text begins with: something in brackets or between asterisks, or a
/// word with a colon behind it.
fn tag_length(text: &[u8]) -> Option<usize> {
    let near = &text[..text.len().min(LONG_TAG)];
    let up_to = |end: u8| Some(memchr::memchr(end, near)? + 1);
    let length = match near.first()? {
        b'[' => up_to(b']')?,
        b'(' => up_to(b')')?,
        b'{' => up_to(b'}')?,
        b'<' => up_to(b'>')?,
        b'*' => {
            let stars = |text: &[u8]| text.iter().take_while(|&&byte| byte == b'*').count();
            let before = stars(near);
            let end = before + memchr::memchr(b'*', &near[before..])?;
            end + stars(&near[end..])
        }
        _ => {
            let end = near.iter().position(|&byte| is_fws(byte))?;
            return near[..end].ends_with(b":").then_some(end);
        }
    };
    Some(length + usize::from(text.get(length) == Some(&b':')))
}

/// Everything in brackets behind the start, with the white space behind it.
fn bracketed(value: &[u8], lead: usize) -> impl Iterator<Item = Range<usize>> {
    let opens = |at: &usize| matches!(value[*at], b'[' | b'(' | b'{' | b'*');
    let tag = |start: usize| {
        let end = start + tag_length(&value[start..])?;
        Some(start..end + indent(&value[end..]))
    };
    (lead..value.len()).filter(opens).filter_map(tag).take(8)
}

/// The same with the white space in front instead of that behind.
fn trim_front(value: &[u8], span: &Range<usize>) -> Range<usize> {
    let end = |text: &[u8]| text.len() - outdent(text);
    end(&value[..span.start])..span.start + end(&value[span.clone()])
}

/// Without the first words, and without the last: the words, and what is left.
fn without_words(value: &[u8]) -> Vec<(&[u8], Vec<u8>)> {
    let lead = indent(value);
    let starts: Vec<usize> = (lead + 1..value.len())
        .filter(|&at| is_fws(value[at - 1]) && !is_fws(value[at]))
        .collect();
    let first = starts.iter().take(8).map(|&start| {
        let then = [&value[..lead], &value[start..]].concat();
        (&value[lead..start], then)
    });
    let last = starts.iter().rev().take(6).map(|&start| {
        let front = &value[..start];
        let then = front[..start - outdent(front)].to_vec();
        (&value[start..], then)
    });
    first.chain(last).collect()
}

/// Whether these words are tags all, or one without brackets and without a colon: the mark of a
/// filter, or the name of a mailing list.
fn is_mark(words: &[u8], lists: &[String]) -> bool {
    let tags = leading_tags(words, 0);
    if tags.last().is_some_and(|last| last.end == words.len()) {
        return true;
    }
    let text = String::from_utf8_lossy(&collapsed(words)).to_ascii_lowercase();
    let bare = text.trim_matches(|letter: char| !letter.is_alphanumeric());
    WORDS.split('|').any(|word| word == bare)
        || lists.iter().any(|list| bare == list.to_ascii_lowercase())
}

/// The Subject with tags that may have been taken from it, each with its cost.
fn with_tags(value: &[u8], lists: &[String]) -> Vec<(u32, Vec<u8>)> {
    let lead = indent(value);
    let behind_first = leading_tags(value, lead).first().map(|tag| tag.end);
    let of_lists = lists.iter().flat_map(|name| {
        let forms = [format!("[{name}]"), format!("({name})"), format!("{name}:")];
        forms.into_iter().map(|tag| (0, tag))
    });
    let known = MARKS.split('|').chain(ANSWERS);
    let known = known.map(|tag| (1, tag.to_owned()));
    let mut found = Vec::new();
    for (cost, tag) in of_lists.chain(known) {
        for place in std::iter::once(lead).chain(behind_first) {
            let (front, behind) = value.split_at(place);
            found.push((cost, [front, tag.as_bytes(), b" ", behind].concat()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: &str, then: &str) {
        let found = without_tags(value.as_bytes());
        let texts: Vec<_> = found
            .iter()
            .map(|(_, then)| String::from_utf8_lossy(then))
            .collect();
        assert!(
            texts.iter().any(|text| text == then),
            "{value:?}: {texts:#?}"
        );
    }

    #[test]
    fn tags_are_taken_away() {
        check(" [board] Minutes", " Minutes");
        check(" [board] Re: Minutes", " Re: Minutes");
        check(" Re: [board] Minutes", " Re: Minutes");
        check(" Re: [board] Minutes", " [board] Minutes");
        check(" [EXTERNAL] [board] Minutes", " Minutes");
        check(" [EXTERNAL] [board] Minutes", " [EXTERNAL] Minutes");
        check(" ***SPAM*** Minutes", " Minutes");
        check(" {Spam?} Minutes", " Minutes");
        check(" EXTERNAL: Minutes", " Minutes");
        check(" [EXT]: Minutes", " Minutes");
        check(" Minutes of Monday [board]", " Minutes of Monday");
        check(" Minutes [board] of", " Minutes of");
        check(" RE: Minutes", " Re: Minutes");
        check("\r\n [board]\r\n Minutes", "\r\n Minutes");
        check("[board]Minutes", "Minutes");
    }

    #[test]
    fn few_words_are_tags() {
        let lists = ["Board".to_owned()];
        for words in [
            "External ",
            "SPAM?",
            "*SPAM*",
            "suspected spam: ",
            "board",
            "[x] ***y*** Re: Fwd: ",
        ] {
            assert!(is_mark(words.as_bytes(), &lists), "{words}");
        }
        for words in [
            "Do not ",
            "000",
            "",
            "- ",
            "Caution ",
            "[x] pay ",
            "spam 1000",
        ] {
            assert!(!is_mark(words.as_bytes(), &lists), "{words}");
        }
        let is = |now: &str, then: &str| is_tagging(now.as_bytes(), then.as_bytes(), &lists);
        assert!(is(" External Pay", " Pay") && is(" Pay", " Pay SPAM"));
        assert!(!is(" Do not pay", " pay") && !is(" Pay 100 000", " Pay 100"));
    }

    #[test]
    fn tags_are_put_back() {
        let check = |value: &str, then: &str| {
            let found = with_tags(value.as_bytes(), &["board".to_owned()]);
            let then = then.as_bytes();
            assert!(found.iter().any(|(_, other)| other == then), "{value:?}");
        };
        check(" Minutes", " [board] Minutes");
        check(" Re: Minutes", " Re: [board] Minutes");
        check(" Minutes", " Re: Minutes");
        check(" Minutes", " [EXTERNAL] Minutes");
    }

    #[test]
    fn odd_texts_do_no_harm() {
        for value in [
            "", " ", "[", "]", "*", "***", "a:", ":", "[]", "\r\n", " [x", "ü:",
        ] {
            let _ = without_tags(value.as_bytes());
            let _ = without_words(value.as_bytes());
            let _ = with_tags(value.as_bytes(), &[]);
        }
    }
}
