//! Tag-lists, the `name=value; name=value` syntax of signatures and key records
//! (RFC 6376 §3.2).

use std::collections::HashSet;
use std::error::Error;
use std::fmt;
use std::ops::Range;

use super::escape::printable;
use super::folding::{LineEndings, is_wsp, trim};

/// Up to this many tags, a name is compared with those before it one by one; beyond, by hashing.
const FEW_TAGS: usize = 16;

/// A parsed tag-list that borrows the text it was parsed from.
///
/// Tags keep their order, unknown ones too. Names are unique and case-sensitive.
#[derive(Clone, Debug)]
pub struct TagList<'a> {
    tags: Vec<Parsed<'a>>,
}

#[derive(Clone, Debug)]
struct Parsed<'a> {
    name: &'a [u8],
    value: &'a [u8],
    raw_value: Range<usize>,
}

impl Parsed<'_> {
    /// Names have a letter or two: a call to compare them would take longer.
    fn is_named(&self, name: &[u8]) -> bool {
        self.name.len() == name.len() && self.name.iter().eq(name)
    }
}

/// One tag of a [`TagList`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tag<'a> {
    /// The tag's name, as written.
    pub name: &'a [u8],
    /// The value without the white space around it; white space inside is kept.
    pub value: &'a [u8],
}

impl<'a> TagList<'a> {
    /// Parses a tag-list.
    ///
    /// White space may be folded: a line end counts where a space or tab follows it. Which line
    /// ends there are is up to `line_endings`.
    ///
    /// # Errors
    ///
    /// A [`TagListError`] that says what is not as RFC 6376 §3.2 has it, a name that stands twice
    /// included.
    pub fn parse(text: &'a [u8], line_endings: LineEndings) -> Result<Self, TagListError> {
        check_characters(text, line_endings)?;
        let mut tags: Vec<Parsed<'a>> = Vec::with_capacity(FEW_TAGS);
        let mut seen = HashSet::new();
        let mut start = 0;
        loop {
            let end = memchr::memchr(b';', &text[start..]).map_or(text.len(), |at| start + at);
            let last = end == text.len();
            match parse_tag(&text[start..end], start) {
                // A final semicolon is fine, two in a row are not.
                Err(TagListError::EmptyTag) if last => {}
                Err(error) => return Err(error),
                Ok(tag) if is_duplicate(&tags, &mut seen, tag.name) => {
                    return Err(TagListError::DuplicateTag(printable(tag.name)));
                }
                Ok(tag) => tags.push(tag),
            }
            if last {
                break;
            }
            start = end + 1;
        }
        if tags.is_empty() {
            return Err(TagListError::Empty);
        }
        Ok(Self { tags })
    }

    /// The value of the tag named `name`, without the white space around it.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&'a [u8]> {
        self.find(name).map(|tag| tag.value)
    }

    /// Where the value of the tag named `name` lies in the text, from behind its `=` up to the
    /// semicolon or the end: the span that `b=` is emptied over (RFC 6376 §3.7).
    #[must_use]
    pub fn raw_value_span(&self, name: &str) -> Option<Range<usize>> {
        self.find(name).map(|tag| tag.raw_value.clone())
    }

    /// The tags in their order.
    pub fn iter(&self) -> impl Iterator<Item = Tag<'a>> + '_ {
        self.tags.iter().map(|tag| Tag {
            name: tag.name,
            value: tag.value,
        })
    }

    fn find(&self, name: &str) -> Option<&Parsed<'a>> {
        self.tags.iter().find(|tag| tag.is_named(name.as_bytes()))
    }
}

/// What is wrong with a tag-list.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TagListError {
    /// There is no tag at all.
    Empty,
    /// Nothing stands between two semicolons.
    EmptyTag,
    /// No `=` in a tag; the text, made printable.
    NoEquals(String),
    /// A tag's name is not a letter followed by letters, digits and underscores; the name, made
    /// printable.
    BadName(String),
    /// A name stands twice.
    DuplicateTag(String),
    /// A control character, or a line end that no white space follows.
    ControlCharacter(u8),
    /// The text is not UTF-8 (RFC 8616 §5).
    NotUtf8,
}

impl fmt::Display for TagListError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("there is no tag in it"),
            Self::EmptyTag => f.write_str("nothing stands between two semicolons"),
            Self::NoEquals(text) => write!(f, "\"{text}\" has no \"=\""),
            Self::BadName(name) => write!(f, "\"{name}\" is not a tag's name"),
            Self::DuplicateTag(name) => write!(f, "the tag {name}= stands twice"),
            Self::ControlCharacter(b'\r' | b'\n') => {
                f.write_str("there is a line break in it that is not folded")
            }
            Self::ControlCharacter(octet) => {
                write!(f, "there is a control character in it (octet {octet})")
            }
            Self::NotUtf8 => f.write_str("it is not UTF-8"),
        }
    }
}

impl Error for TagListError {}

/// The items of a colon-separated value (`h=`, `q=`), each without the white space around it.
pub fn colon_separated(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    value.split(|&octet| octet == b':').map(trim)
}

fn check_characters(text: &[u8], line_endings: LineEndings) -> Result<(), TagListError> {
    if !is_printable_and_folded(text) {
        find_control_character(text, line_endings)?;
    }
    if !text.is_ascii() && std::str::from_utf8(text).is_err() {
        return Err(TagListError::NotUtf8);
    }
    Ok(())
}

/// Whether all characters are allowed, as most are: a quick look, line by line, for CRLF alone.
fn is_printable_and_folded(text: &[u8]) -> bool {
    // All of them are looked at, many at a time; stopping at the first would be one at a time.
    let is_control = |octet: u8| (octet < b' ' && octet != b'\t') || octet == 0x7f;
    let is_printable = |line: &[u8]| {
        let any = line
            .iter()
            .fold(0, |any, &octet| any | u8::from(is_control(octet)));
        any == 0
    };
    let mut rest = text;
    while let Some(line_feed) = memchr::memchr(b'\n', rest) {
        let (line, behind) = (&rest[..line_feed], &rest[line_feed + 1..]);
        let is_folded = behind.first().is_some_and(|&next| is_wsp(next));
        match line.strip_suffix(b"\r") {
            Some(line) if is_folded && is_printable(line) => rest = behind,
            _ => return false,
        }
    }
    is_printable(rest)
}

fn find_control_character(text: &[u8], line_endings: LineEndings) -> Result<(), TagListError> {
    for (at, &octet) in text.iter().enumerate() {
        let allowed = match octet {
            b'\t' => true,
            b'\r' => text.get(at + 1) == Some(&b'\n'),
            b'\n' => {
                (line_endings == LineEndings::Lenient || (at > 0 && text[at - 1] == b'\r'))
                    && text.get(at + 1).is_some_and(|&next| is_wsp(next))
            }
            _ => octet >= b' ' && octet != 0x7f,
        };
        if !allowed {
            return Err(TagListError::ControlCharacter(octet));
        }
    }
    Ok(())
}

/// Parses a tag-spec, which begins at `start` of the text.
fn parse_tag(spec: &[u8], start: usize) -> Result<Parsed<'_>, TagListError> {
    // Names are short: a call to find the sign would take longer.
    let Some(equals) = spec.iter().position(|&octet| octet == b'=') else {
        return Err(match trim(spec) {
            [] => TagListError::EmptyTag,
            spec => TagListError::NoEquals(printable(spec)),
        });
    };
    let name = trim(&spec[..equals]);
    if !is_tag_name(name) {
        return Err(TagListError::BadName(printable(name)));
    }
    Ok(Parsed {
        name,
        value: trim(&spec[equals + 1..]),
        raw_value: start + equals + 1..start + spec.len(),
    })
}

/// Whether a text is a letter followed by letters, digits and underscores (RFC 6376 §3.2).
pub(crate) fn is_tag_name(text: &[u8]) -> bool {
    text.first().is_some_and(u8::is_ascii_alphabetic)
        && text
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
}

fn is_duplicate<'a>(tags: &[Parsed<'a>], seen: &mut HashSet<&'a [u8]>, name: &'a [u8]) -> bool {
    if tags.len() < FEW_TAGS {
        return tags.iter().any(|tag| tag.is_named(name));
    }
    if seen.is_empty() {
        seen.extend(tags.iter().map(|tag| tag.name));
    }
    !seen.insert(name)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, expected: Result<&[(&str, &str)], TagListError>) {
        let parsed = TagList::parse(text.as_bytes(), LineEndings::Lenient).map(|list| {
            list.iter()
                .map(|tag| {
                    let string = |octets: &[u8]| String::from_utf8(octets.to_vec()).unwrap();
                    (string(tag.name), string(tag.value))
                })
                .collect::<Vec<_>>()
        });
        let expected = expected.map(|tags| {
            tags.iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect::<Vec<_>>()
        });
        assert_eq!(parsed, expected, "{text:?}");
    }

    #[test]
    fn well_formed_lists() {
        check("a=1", Ok(&[("a", "1")]));
        check("a=1;", Ok(&[("a", "1")]));
        check(" a = 1 ; b=2 ; ", Ok(&[("a", "1"), ("b", "2")]));
        check("a\r\n =\r\n\t1 2;b=", Ok(&[("a", "1 2"), ("b", "")]));
        check("a=b=c", Ok(&[("a", "b=c")]));
        check("A=1;a=2", Ok(&[("A", "1"), ("a", "2")]));
        check("x_1=ü", Ok(&[("x_1", "ü")]));
        check("a=1;\n b=2", Ok(&[("a", "1"), ("b", "2")]));
    }

    #[test]
    fn malformed_lists() {
        check("", Err(TagListError::Empty));
        check(" ; ", Err(TagListError::EmptyTag));
        check("a=1;;b=2", Err(TagListError::EmptyTag));
        check(";a=1", Err(TagListError::EmptyTag));
        check("a", Err(TagListError::NoEquals("a".into())));
        check("=1", Err(TagListError::BadName(String::new())));
        check("1a=1", Err(TagListError::BadName("1a".into())));
        check("a b=1", Err(TagListError::BadName("a b".into())));
        check("a=1;a=1", Err(TagListError::DuplicateTag("a".into())));
        check("a=\u{0}", Err(TagListError::ControlCharacter(0)));
        check("a=1\r", Err(TagListError::ControlCharacter(b'\r')));
        check("a=1\r\nb=2", Err(TagListError::ControlCharacter(b'\n')));
        check("a=\u{7f}", Err(TagListError::ControlCharacter(0x7f)));
    }

    #[test]
    fn bare_line_feeds_are_data_on_the_wire() {
        let strict = TagList::parse(b"a=1;\n b=2", LineEndings::Strict);
        assert_eq!(strict.err(), Some(TagListError::ControlCharacter(b'\n')));
        assert!(TagList::parse(b"a=1;\r\n b=2", LineEndings::Strict).is_ok());
    }

    #[test]
    fn many_tags_are_checked_for_duplicates() {
        let mut text: String = (0..100).map(|n| format!("t{n}=;")).collect();
        assert!(TagList::parse(text.as_bytes(), LineEndings::Lenient).is_ok());
        text.push_str("t99=");
        assert!(TagList::parse(text.as_bytes(), LineEndings::Lenient).is_err());
    }

    #[test]
    fn raw_value_span_reaches_from_equals_to_semicolon() {
        let text = b"a=1; b = xy \r\n z ;c=3";
        let list = TagList::parse(text, LineEndings::Lenient).unwrap();
        assert_eq!(&text[list.raw_value_span("b").unwrap()], b" xy \r\n z ");
        assert_eq!(&text[list.raw_value_span("c").unwrap()], b"3");
    }

    proptest! {
        #[test]
        fn the_quick_look_finds_what_the_other_finds(text in "[a-z;=\\t \\r\\n\\x01\\x7f]{0,40}|([a-z]{0,30}\r\n )*[a-z \\t]{0,40}\\x7f?") {
            let text = text.as_bytes();
            if is_printable_and_folded(text) {
                for line_endings in [LineEndings::Lenient, LineEndings::Strict] {
                    prop_assert_eq!(find_control_character(text, line_endings), Ok(()));
                }
            }
        }
    }
}
