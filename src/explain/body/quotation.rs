//! How text of the message is quoted, so that a reader sees what was added.
//!
//! What is encoded is decoded. Of HTML the words are shown, then the addresses in attributes, and
//! what can hide or change other text: a reader must not take an addition for harmless that is not.

mod addresses;
mod html;
mod references;

use super::encodings::decode;
use super::mime::{self, Form, Media};
use super::rewrites::content;
use super::story::size;
use crate::explain::Budget;
use crate::message::{self, LineEndings};

pub(super) use self::html::without_tags;

/// How many characters of the message a sentence quotes at once; of longer texts [`BEGINNING`] at
/// the beginning and [`END`] at the end.
const LONGEST: usize = 160;
const BEGINNING: usize = 100;
const END: usize = 58;
/// Octets at either end of a text that are looked at to quote it.
const NEAR: usize = 16 * 1024;

/// What was added to content of this form.
pub(super) fn quote_added(form: Form, octets: &[u8]) -> String {
    let decoded = decode(form.encoding, octets);
    let text = decoded.as_deref().unwrap_or(octets);
    match form.media {
        Media::Html => html::quote_html(text),
        Media::Text | Media::Other => quote(text),
    }
}

/// What was added in parts, each with its header: the text in the first of them, and in those of
/// which they are made.
pub(super) fn quote_parts<'p>(parts: impl Iterator<Item = &'p [u8]>) -> String {
    let texts: Vec<_> = parts.take(MOST_PARTS).flat_map(quote_part).collect();
    texts.join(" and ")
}

/// Parts, and parts of them, whose text is shown.
const MOST_PARTS: usize = 3;
/// Octets of a part that are looked through.
const MOST_SEARCHED: usize = 1024 * 1024;

fn quote_part(part: &[u8]) -> Vec<String> {
    let part = &part[..part.len().min(MOST_SEARCHED)];
    let Ok((header, body)) = message::parse(part, LineEndings::Lenient) else {
        return vec![quote(part)];
    };
    // It is no search any more, and what it may read is bounded.
    let mut goes_on = || true;
    let Ok(structure) = mime::structure(&header, body, &mut Budget::new(&mut goes_on)) else {
        return vec![quote(part)];
    };
    let leaves = structure.parts.iter().take(MOST_PARTS);
    let texts = leaves.map(|leaf| {
        let content = &body[leaf.content.clone()];
        let text = || quote_added(leaf.form(), content);
        match leaf.media {
            Media::Text => text(),
            Media::Html => format!("HTML, {}", text()),
            Media::Other => {
                let own = if leaf.is_body() {
                    &part[..part.len() - body.len()]
                } else {
                    &body[leaf.header.clone()]
                };
                format!("an attachment, {}: {}", size(content), quote(own))
            }
        }
    });
    let texts: Vec<_> = texts.collect();
    if texts.is_empty() {
        vec![quote(part)]
    } else {
        texts
    }
}

/// The words of a text in quotation marks; of a long one its beginning and its end.
pub(super) fn quote(octets: &[u8]) -> String {
    let octets = octets.trim_ascii();
    if octets.len() > 2 * NEAR {
        let (beginning, end) = (&octets[..NEAR], &octets[octets.len() - NEAR..]);
        return both_ends(&words(beginning), &words(end));
    }
    let text = words(octets);
    if text.chars().count() <= LONGEST {
        format!("“{text}”")
    } else {
        both_ends(&text, &text)
    }
}

fn words(octets: &[u8]) -> String {
    let text = String::from_utf8_lossy(octets);
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    without_marks(&words)
}

/// Text without the marks that stand around it where it is quoted.
fn without_marks(text: &str) -> String {
    text.replace(['“', '”'], "\"")
}

fn both_ends(beginning: &str, end: &str) -> String {
    let first: String = beginning.chars().take(BEGINNING).collect();
    let skipped = end.chars().count().saturating_sub(END);
    let last: String = end.chars().skip(skipped).collect();
    format!("“{} … {}”", first.trim_end(), last.trim_start())
}

/// What a line is and what it was, with their white space; `None` if they differ in nothing that
/// could be shown: in line ends.
pub(super) fn quote_change(is: &[u8], was: &[u8]) -> Option<String> {
    let (is, was) = (content(is), content(was));
    let without_line_ends = |text: &[u8]| -> Vec<u8> {
        let octets = text.iter().copied();
        octets.filter(|octet| !b"\r\n".contains(octet)).collect()
    };
    if without_line_ends(is) == without_line_ends(was) {
        return None;
    }
    let same = is.iter().zip(was).take_while(|(is, was)| is == was).count();
    // A little of what is before the difference.
    let start = same.saturating_sub(LONGEST / 4);
    Some(format!(
        "{}, originally {}",
        quote_from(is, start),
        quote_from(was, start)
    ))
}

fn quote_from(line: &[u8], start: usize) -> String {
    let is_short = line.len() <= LONGEST;
    let (before, rest) = if is_short || start == 0 {
        ("", line)
    } else {
        ("…", &line[start..])
    };
    let rest = String::from_utf8_lossy(&rest[..rest.len().min(4 * LONGEST)]);
    let shown: String = rest.chars().take(LONGEST).collect();
    let behind = if shown.len() < rest.len() { "…" } else { "" };
    format!("“{before}{}{behind}”", without_marks(&shown))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::body::mime::Encoding;

    #[test]
    fn quotes() {
        let check = |text: &str, expected: &str| {
            assert_eq!(quote(text.as_bytes()), format!("“{expected}”"));
        };
        check("", "");
        check("footer” remedy: “pay", "footer\" remedy: \"pay");
        check("\r\n  two\r\n\twords\r\n", "two words");
        check(&"x".repeat(160), &"x".repeat(160));
        let (a, b, c) = ("a".repeat(100), "b".repeat(100), "c".repeat(58));
        check(&format!("{a}{b}{c}"), &format!("{a} … {c}"));
        let long = "b ".repeat(40_000);
        check(&format!("{a} {long} {c}"), &format!("{a} … {c}"));
    }

    #[test]
    fn what_is_encoded_is_decoded() {
        let check = |media, encoding, text: &str, expected: &str| {
            let form = Form { media, encoding };
            assert_eq!(quote_added(form, text.as_bytes()), expected, "{text}");
        };
        use Encoding::{Base64, Identity, QuotedPrintable};
        use Media::{Html, Text};
        check(Text, Identity, "<p>a\r\n", "“<p>a”");
        check(Text, QuotedPrintable, "outsi=\r\nde =3D\r\n", "“outside =”");
        check(Text, QuotedPrintable, "1 = 2\r\n", "“1 = 2”");
        check(Text, Base64, "UGF5IHRv\r\n", "“Pay to”");
        check(Text, Base64, "Pay!\r\n", "“Pay!”");
        check(Html, Base64, "PHA+UGF5PC9wPg==\r\n", "“Pay”");
    }

    #[test]
    fn changes() {
        let check = |is: &str, was: &str, expected: &str| {
            let found = quote_change(is.as_bytes(), was.as_bytes());
            assert_eq!(found.as_deref().unwrap_or("-"), expected);
        };
        check("a\r\n", "a\n", "-");
        check(
            "50 EUR\r\n",
            ".50 EUR\r\n",
            "“50 EUR”, originally “.50 EUR”",
        );
        check("1  0", "1 0", "“1  0”, originally “1 0”");
        let long = "x".repeat(300);
        let x = "x".repeat(39);
        check(
            &format!("{long}1 0"),
            &format!("{long}10"),
            &format!("“…{x}1 0”, originally “…{x}10”"),
        );
    }
}
