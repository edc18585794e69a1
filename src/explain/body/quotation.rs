//! How text of the message is quoted, so that a reader sees what was added.
//!
//! What is encoded is decoded. Of HTML the words are shown, then the addresses in attributes, and
//! what can hide or change other text: a reader must not take an addition for harmless that is not.

mod html;
mod references;

use super::encodings::decode;
use super::mime::{Form, Media};
use super::story::size;
use super::undone::{content, lines};
use crate::explain::quote::{quote, quote_both};
use crate::message::{self, LineEndings};
use crate::parts::structure::structure;

pub(super) use self::html::words;
pub(super) use self::references::decode_references;

/// What was added to content of this form.
pub(super) fn quote_added(form: Form, octets: &[u8]) -> String {
    let decoded = decode(form.encoding, octets);
    let text = decoded.as_deref().unwrap_or(octets);
    match form.media {
        Media::Html => html::quote_html(text),
        Media::Text | Media::Other => quote(text),
    }
}

/// What was added in parts, each with its header: the text in the first of them and in the last,
/// and so in those of which they are made; `more` are before the last.
pub(super) fn quote_parts<'p>(parts: impl Iterator<Item = &'p [u8]>, more: usize) -> String {
    let parts: Vec<_> = parts.collect();
    first_and_last(&parts, more, |part| quote_part(part))
}

/// Parts, and parts of them, whose text is shown: the first ones, and the last.
const MOST_PARTS: usize = 3;

/// Tells of the first and the last, and how many there are between them, and `more`.
fn first_and_last<T>(all: &[T], more: usize, tell: impl Fn(&T) -> String) -> String {
    let Some((last, before)) = all.split_last() else {
        return String::new();
    };
    let shown = before.len().min(MOST_PARTS - 1);
    let mut texts: Vec<_> = before[..shown].iter().map(&tell).collect();
    let between = before.len() - shown + more;
    if between > 0 {
        texts.push(format!("{between} more"));
    }
    texts.push(tell(last));
    texts.join(" and ")
}

/// Octets of a part that are looked through.
const MOST_SEARCHED: usize = 1024 * 1024;

fn quote_part(whole: &[u8]) -> String {
    let part = &whole[..whole.len().min(MOST_SEARCHED)];
    let Ok((header, body)) = message::parse(part, LineEndings::Lenient) else {
        return quote(whole);
    };
    let structure = structure(&header, body);
    if structure.parts.is_empty() {
        return quote(whole);
    }
    let texts = first_and_last(&structure.parts, 0, |leaf| {
        let content = &body[leaf.content.clone()];
        let text = || quote_added(leaf.form(), content);
        match leaf.form().media {
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
    // Nothing but boundary lines is behind the last part, if all were looked at.
    let seen = structure.parts.last().map_or(0, |leaf| leaf.content.end);
    let rest = &whole[part.len() - body.len() + seen..];
    if lines(rest).all(|line| line.trim_ascii().is_empty() || line.starts_with(b"--")) {
        texts
    } else {
        format!("{texts} and more behind them: {}", quote(rest))
    }
}

/// What a line is and what it was, with their white space; `None` if they differ in nothing that
/// could be shown: in line ends.
pub(super) fn quote_change(is: &[u8], was: &[u8]) -> Option<String> {
    let (is, was) = (content(is), content(was));
    let without_line_ends = |text: &[u8]| -> Vec<u8> {
        let bytes = text.iter().copied();
        bytes.filter(|byte| !b"\r\n".contains(byte)).collect()
    };
    if without_line_ends(is) == without_line_ends(was) {
        return None;
    }
    Some(told_change(is, was))
}

/// Two texts that differ, as a sentence has them.
pub(super) fn told_change(is: &[u8], was: &[u8]) -> String {
    let [is, was] = quote_both(is, was);
    // Quotation marks, or what is no text, may be all that was changed.
    let marks = if is == was {
        " (they look the same, but their bytes differ)"
    } else {
        ""
    };
    format!("{is}, originally {was}{marks}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::body::mime::Encoding;

    #[test]
    fn of_parts_the_first_and_the_last_are_told() {
        let parts: Vec<_> = (0..6).map(|at| format!("\r\ntext {at}\r\n")).collect();
        let check = |count: usize, more, expected: &str| {
            let octets = parts[..count].iter().map(String::as_bytes);
            assert_eq!(quote_parts(octets, more), expected);
        };
        check(1, 0, "“text 0”");
        check(3, 0, "“text 0” and “text 1” and “text 2”");
        check(6, 0, "“text 0” and “text 1” and 3 more and “text 5”");
        check(6, 9, "“text 0” and “text 1” and 12 more and “text 5”");
        let inner = parts.join("--i\r\n");
        let nested =
            format!("Content-Type: multipart/x; boundary=i\r\n\r\n--i\r\n{inner}--i--\r\n");
        let told = quote_parts(std::iter::once(nested.as_bytes()), 0);
        assert_eq!(told, "“text 0” and “text 1” and 3 more and “text 5”");
        let many = nested.replace("text 5", &"text\r\n--i\r\n\r\n".repeat(300)) + "more\r\n";
        let told = quote_parts(std::iter::once(many.as_bytes()), 0);
        assert!(
            told.contains(" and more behind them: “") && told.ends_with(" more”"),
            "{told}"
        );
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
        let marks = "“\"a\"”, originally “\"a\"” (they look the same, but their bytes differ)";
        check("“a”", "\"a\"", marks);
        let long = "x".repeat(300);
        let x = "x".repeat(39);
        check(
            &format!("{long}1 0"),
            &format!("{long}10"),
            &format!("“…{x}1 0”, originally “…{x}10”"),
        );
    }
}
