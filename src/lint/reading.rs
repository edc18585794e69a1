//! A record read as far as it can be, whatever is wrong with its syntax (RFC 6376 §3.2).

use std::borrow::Cow;

use super::{Finding, FindingCode};
use crate::key_record::without_line_breaks_in_key;
use crate::message::LineEndings;
use crate::syntax::escape::printable;
use crate::syntax::folding::is_fws;
use crate::syntax::tag_list::{TagList, TagListError, is_tag_name};
use crate::tags::KEY_RECORD;

/// A record's tags, and what was overlooked to have them.
pub(super) struct Reading {
    /// In their order, each name as often as it stands there.
    pub(super) tags: Vec<ReadTag>,
    /// Whether `p=` has a line break in it that is not folded.
    pub(super) has_line_break: bool,
    quoting: Quoting,
    /// What is wrong with the syntax beside that.
    faults: Vec<TagListError>,
    /// Names that stand there more than once, each once.
    duplicates: Vec<String>,
}

/// A tag, without the white space around name and value.
#[derive(Clone)]
pub(super) struct ReadTag {
    pub(super) name: String,
    pub(super) value: String,
}

/// Which signs of a master file stand outside of notes, where anything may stand.
#[derive(Clone, Copy, Default)]
struct Quoting {
    quotes: bool,
    escaped_semicolons: bool,
    other_backslashes: bool,
}

impl Quoting {
    fn of(text: &str) -> Self {
        let mut quoting = Self::default();
        let specs: Vec<&str> = text.split(';').collect();
        for (place, spec) in specs.iter().enumerate() {
            if spec
                .split_once('=')
                .is_some_and(|(name, _)| trimmed(name) == "n")
            {
                continue;
            }
            let is_last = place + 1 == specs.len();
            let before = match spec.strip_suffix('\\') {
                Some(before) if !is_last => {
                    quoting.escaped_semicolons = true;
                    before
                }
                _ => spec,
            };
            quoting.quotes |= before.contains('"');
            quoting.other_backslashes |= before.contains('\\');
        }
        quoting
    }

    const fn any(self) -> bool {
        self.quotes || self.escaped_semicolons || self.other_backslashes
    }
}

impl Reading {
    pub(super) fn new(octets: &[u8]) -> Self {
        let text = String::from_utf8_lossy(octets);
        let quoting = Quoting::of(&text);
        let unfolded = without_line_breaks_in_key(octets);
        let mut reading = Self {
            tags: Vec::new(),
            has_line_break: matches!(unfolded, Cow::Owned(_)),
            quoting,
            faults: Vec::new(),
            duplicates: Vec::new(),
        };
        let strict = TagList::parse(&unfolded, LineEndings::Lenient).err();
        // These make a tag-list invalid as a whole, and hide what else there is.
        if let Some(error @ (TagListError::ControlCharacter(_) | TagListError::NotUtf8)) = &strict {
            reading.faults.push(error.clone());
        }
        if quoting.any() {
            reading.read_tags(&unquoted(&text));
        } else {
            reading.read_tags(&text);
            let is_told = !reading.faults.is_empty() || !reading.duplicates.is_empty();
            reading.faults.extend(strict.filter(|_| !is_told));
        }
        reading
    }

    /// What `text` was before something happened to it, with the quoting that was published.
    pub(super) fn of_undone(published: &[u8], text: &str) -> Self {
        let reading = Self::new(text.as_bytes());
        let unfolded = without_line_breaks_in_key(published);
        Self {
            quoting: Quoting::of(&String::from_utf8_lossy(published)),
            has_line_break: reading.has_line_break || matches!(unfolded, Cow::Owned(_)),
            ..reading
        }
    }

    /// The value of the first tag of that name.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let tag = self.tags.iter().find(|tag| tag.name == name)?;
        Some(&tag.value)
    }

    /// Whether `p=` is empty.
    pub(super) fn is_revoked(&self) -> bool {
        self.get("p").is_some_and(str::is_empty)
    }

    /// Tells what is wrong with the syntax.
    pub(super) fn find_faults(&self, findings: &mut Vec<Finding>) {
        let quoting = self.quoting;
        let mut faults = Vec::new();
        if quoting.quotes {
            faults.push("there are quotation marks in it".to_owned());
        }
        if quoting.escaped_semicolons || quoting.other_backslashes {
            faults.push("there are backslashes in it".to_owned());
        }
        faults.extend(self.faults.iter().map(ToString::to_string));
        faults.dedup();
        if !faults.is_empty() {
            findings.push(Finding::new(
                FindingCode::TagSyntax,
                format!(
                    "the record is not a list of tags as verifiers read it: {}",
                    faults.join("; ")
                ),
                "write it as v=DKIM1; k=…; p=…, with one semicolon between two tags",
            ));
        }
        for name in &self.duplicates {
            findings.push(Finding::new(
                FindingCode::DuplicateTag,
                format!("the tag {name}= stands twice, and such a record is not read"),
                format!("leave one {name}= in it"),
            ));
        }
        if quoting.quotes {
            findings.push(Finding::new(
                FindingCode::QuotesInValue,
                "the quotation marks of a zone file were published as a part of the record",
                "enter the text without them: server and web form add their own",
            ));
        }
        if quoting.escaped_semicolons {
            findings.push(Finding::new(
                FindingCode::EscapedSemicolons,
                "the semicolons were published with the backslashes of a zone file",
                "enter a plain ; where the record has \\;",
            ));
        }
    }

    fn read_tags(&mut self, text: &str) {
        let mut rest = text;
        loop {
            let (spec, behind) = match rest.split_once(';') {
                Some((spec, behind)) => (spec, Some(behind)),
                None => (rest, None),
            };
            let spec = trimmed(spec);
            if !spec.is_empty() {
                self.read_tag(spec);
            } else if behind.is_some() {
                self.note(TagListError::EmptyTag);
            }
            match behind {
                Some(behind) => rest = behind,
                None => break,
            }
        }
    }

    fn read_tag(&mut self, spec: &str) {
        let Some((name, value)) = spec.split_once('=') else {
            return self.note(TagListError::NoEquals(printable(spec.as_bytes())));
        };
        let (mut name, value) = (trimmed(name), trimmed(value));
        if !is_tag_name(name.as_bytes()) {
            self.note(TagListError::BadName(printable(name.as_bytes())));
            // A byte order mark, or the beginning of a master file's line.
            match KEY_RECORD.iter().find(|tag| is_end_of(name, tag.name)) {
                Some(tag) => name = tag.name,
                None => return,
            }
        }
        if self.get(name).is_some() {
            let name = printable(name.as_bytes());
            if !self.duplicates.contains(&name) {
                self.duplicates.push(name);
            }
        }
        self.tags.push(ReadTag {
            name: name.to_owned(),
            value: value.to_owned(),
        });
    }

    fn note(&mut self, fault: TagListError) {
        // One of many is enough to see what is wrong.
        let is_like_it =
            |noted: &TagListError| std::mem::discriminant(noted) == std::mem::discriminant(&fault);
        if !self.faults.iter().any(is_like_it) {
            self.faults.push(fault);
        }
    }
}

/// `text` without the white space around it that tag-lists overlook.
pub(super) fn trimmed(text: &str) -> &str {
    text.trim_matches(|character: char| u8::try_from(character).is_ok_and(is_fws))
}

/// Whether the last word of a name that is none is this tag's name.
fn is_end_of(name: &str, known: &str) -> bool {
    name.strip_suffix(known)
        .is_some_and(|before| !before.ends_with(|last: char| last.is_ascii_alphanumeric()))
}

/// The text without the signs of a master file, if it has any outside of notes.
pub(super) fn normalized(text: &str) -> String {
    if Quoting::of(text).any() {
        unquoted(text)
    } else {
        text.to_owned()
    }
}

/// The record that was meant where the signs of a master file were published with it.
pub(super) fn unquoted(text: &str) -> String {
    let text = text.replace("\\;", ";").replace("\\\"", "\"");
    let text = match quoted_strings(&text) {
        Some(strings) => strings,
        None => without_quotes(&text),
    };
    unescaped(&text)
}

/// The text without backslashes, and with what stands behind them as it was meant: three digits
/// for an octet (RFC 1035 §5.1), a letter for a line end or a tabulator.
fn unescaped(text: &str) -> String {
    let mut octets = Vec::with_capacity(text.len());
    let mut pieces = text.split('\\');
    octets.extend(pieces.next().unwrap_or_default().bytes());
    for piece in pieces {
        let number = piece
            .get(..3)
            .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_digit()))
            .and_then(|digits| digits.parse::<u8>().ok());
        match (number, piece.strip_prefix(['n', 'r', 't'])) {
            (Some(octet), _) => {
                octets.push(octet);
                octets.extend(piece.bytes().skip(3));
            }
            (None, Some(behind)) => {
                octets.push(b' ');
                octets.extend(behind.bytes());
            }
            (None, None) => octets.extend(piece.bytes()),
        }
    }
    String::from_utf8_lossy(&octets).into_owned()
}

/// The quoted strings of a line, joined; `None` if they do not make up the line.
fn quoted_strings(text: &str) -> Option<String> {
    let pieces: Vec<&str> = text.split('"').collect();
    let (first, others) = pieces.split_first()?;
    let is_filling = |piece: &str| trimmed(piece).trim_matches(['(', ')', ' ']).is_empty();
    let is_owner = |piece: &str| {
        piece
            .split_ascii_whitespace()
            .any(|word| word.eq_ignore_ascii_case("TXT"))
    };
    if !is_filling(first) && !is_owner(first) {
        return None;
    }
    let mut strings = String::new();
    for (place, piece) in others.iter().enumerate() {
        let is_last = place + 1 == others.len();
        if place % 2 == 0 {
            strings.push_str(piece);
        } else if is_last && piece.contains(';') {
            // The comment that key generators write behind the record.
            let (filling, _) = piece.split_once(';')?;
            is_filling(filling).then_some(())?;
        } else if !is_filling(piece) {
            return None;
        }
    }
    Some(strings)
}

/// The text without quotes, and without the space between the end of a string and the beginning
/// of the next one.
fn without_quotes(text: &str) -> String {
    let pieces: Vec<&str> = text.split('"').collect();
    let inner = 1..pieces.len().saturating_sub(1);
    pieces
        .iter()
        .enumerate()
        .filter(|(place, piece)| !(inner.contains(place) && trimmed(piece).is_empty()))
        .map(|(_, piece)| *piece)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_meant() {
        let rows = [
            (r#""v=DKIM1; p=AB" "CD""#, "v=DKIM1; p=ABCD"),
            (r#"v=DKIM1; p=AB" "CD"#, "v=DKIM1; p=ABCD"),
            (r#"v=DKIM1; p="ABCD""#, "v=DKIM1; p=ABCD"),
            (r#""v=DKIM1; p=ABCD"#, "v=DKIM1; p=ABCD"),
            (r"v=DKIM1\; p=ABCD\;", "v=DKIM1; p=ABCD;"),
            (r#"\"v=DKIM1\; p=ABCD\""#, "v=DKIM1; p=ABCD"),
            (
                "s._domainkey IN TXT ( \"v=DKIM1; \"\n\t\"p=ABCD\" ) ; ----- DKIM key s",
                "v=DKIM1; p=ABCD",
            ),
            (r#"v="DKIM1"; p="ABCD""#, "v=DKIM1; p=ABCD"),
            (r"v=DKIM1;\nk=rsa;\r\np=ABCD", "v=DKIM1; k=rsa;  p=ABCD"),
            (r"v=DKIM1\059 p=ABCD\010", "v=DKIM1; p=ABCD\n"),
            (r"v=DKIM1; p=AB\CD\999\", "v=DKIM1; p=ABCD999"),
        ];
        for (published, meant) in rows {
            assert_eq!(unquoted(published), meant, "{published}");
        }
    }

    #[test]
    fn notes_may_hold_anything() {
        assert!(!Quoting::of(r#"v=DKIM1; n=say "hi"\; p=AB"#).any());
        assert!(Quoting::of(r#""n=x; p=AB""#).quotes);
        assert!(Quoting::of(r"v=DKIM1; p=AB\").other_backslashes);
    }
}
