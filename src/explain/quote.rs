//! Text of the message in quotation marks, as sentences quote it.
//!
//! A quotation is for reading alone, and long text is cut in it: what is the same and what differs
//! is decided on the text itself.

use mail_parser::decoders::charsets::map::charset_decoder;

/// How many characters of the message a sentence quotes at once; of longer texts [`BEGINNING`] at
/// the beginning and [`END`] at the end.
const LONGEST: usize = 160;
const BEGINNING: usize = 100;
const END: usize = 58;
/// Bytes at either end of a text that are looked at to quote it.
const NEAR: usize = 16 * 1024;
/// Bytes that are shown before a difference, and behind it.
const BEFORE: usize = 40;
const BEHIND: usize = 20;

/// The words of a text in quotation marks; of a long one its beginning and its end.
pub(super) fn quote(text: &[u8]) -> String {
    format!("“{}”", shortened(text.trim_ascii(), words))
}

/// Whether [`quote`] shows all words of a text.
pub(super) fn is_short(text: &str) -> bool {
    text.chars().count() <= LONGEST
}

/// Two texts that differ, each in quotation marks and with its white space. Of long ones the part
/// that differs is shown, with a little of what is around it; of a long part its beginning and its
/// end.
pub(super) fn quote_both(one: &[u8], other: &[u8]) -> [String; 2] {
    let same = |(one, other): &(&u8, &u8)| one == other;
    let before = one.iter().zip(other).take_while(same).count();
    let ends = one[before..].iter().rev().zip(other[before..].iter().rev());
    let behind = ends.take_while(same).count();
    let are_long = one.len().max(other.len()) > LONGEST;
    [one, other].map(|text| {
        let (mut start, mut end) = (0, text.len());
        if are_long {
            start = before.saturating_sub(BEFORE);
            end -= behind.saturating_sub(BEHIND);
        }
        // No character is cut in two.
        let is_within = |at: usize| text.get(at).is_some_and(|byte| byte & 0xc0 == 0x80);
        while start > 0 && is_within(start) {
            start -= 1;
        }
        while is_within(end) {
            end += 1;
        }
        let mark = |is_cut| if is_cut { "…" } else { "" };
        let shown = shortened(&text[start..end], as_it_is);
        format!("“{}{shown}{}”", mark(start > 0), mark(end < text.len()))
    })
}

/// A text as `read` makes it fit to be read; of a long one the beginning and the end.
fn shortened(text: &[u8], read: fn(&[u8]) -> String) -> String {
    if text.len() > 2 * NEAR {
        // No character is cut in two.
        let boundary = |at: &usize| text.get(*at).is_none_or(|byte| byte & 0xc0 != 0x80);
        let start = (NEAR..NEAR + 4).find(boundary).unwrap_or(NEAR);
        let last = text.len() - NEAR;
        let (beginning, end) = (
            &text[..start],
            &text[(last..last + 4).find(boundary).unwrap_or(last)..],
        );
        return both_ends(&read(beginning), &read(end));
    }
    let text = read(text);
    if is_short(&text) {
        text
    } else {
        both_ends(&text, &text)
    }
}

fn both_ends(beginning: &str, end: &str) -> String {
    let first: String = beginning.chars().take(BEGINNING).collect();
    let skipped = end.chars().count().saturating_sub(END);
    let last: String = end.chars().skip(skipped).collect();
    format!("{} … {}", first.trim_end(), last.trim_start())
}

/// The words of a text, with one space between.
fn words(text: &[u8]) -> String {
    let text = as_it_is(text);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A text without the marks that stand around it where it is quoted.
fn as_it_is(text: &[u8]) -> String {
    as_text(text).replace(['“', '”'], "\"")
}

/// Bytes of which no charset is known, as text: what is not UTF-8 is taken for Windows-1252, of
/// which ISO-8859-1 is a part; a byte that is no character there either is escaped, as `\x9d`.
pub(super) fn as_text(text: &[u8]) -> String {
    let decode = charset_decoder(b"windows-1252");
    let mut shown = String::with_capacity(text.len());
    for chunk in text.utf8_chunks() {
        shown.push_str(chunk.valid());
        for byte in chunk.invalid() {
            let decoded = decode.map(|decode| decode(&[*byte])).unwrap_or_default();
            let is_text =
                |text: &str| !text.contains(['\u{fffd}']) && !text.contains(char::is_control);
            if is_text(&decoded) {
                shown.push_str(&decoded);
            } else {
                shown.push_str(&format!("\\x{byte:02x}"));
            }
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn bytes_are_shown_as_the_text_that_they_may_be() {
        let check = |bytes: &[u8], expected: &str| assert_eq!(as_text(bytes), expected);
        check("Jörg".as_bytes(), "Jörg");
        check(b"J\xf6rg, \x80 5", "Jörg, € 5");
        check(b"a \x9d b", "a \\x9d b");
        // UTF-8 that was cut.
        check(&"ü…".as_bytes()[..3], "üâ");
        assert_eq!(quote(b"Gr\xfc\xdfe"), "“Grüße”");
    }

    fn check_both(one: &str, other: &str, expected: [&str; 2]) {
        let expected = expected.map(|text| format!("“{text}”"));
        assert_eq!(quote_both(one.as_bytes(), other.as_bytes()), expected);
        let [one_expected, other_expected] = expected;
        let swapped = quote_both(other.as_bytes(), one.as_bytes());
        assert_eq!(swapped, [other_expected, one_expected]);
    }

    #[test]
    fn short_texts_are_quoted_whole() {
        check_both("a b", "a  b", ["a b", "a  b"]);
        check_both("", "a", ["", "a"]);
        let whole = "ä".repeat(80);
        check_both(&whole, "ä", [&whole, "ä"]);
    }

    #[test]
    fn of_long_texts_what_differs_is_shown() {
        let (x, y) = ("x".repeat(300), "y".repeat(300));
        let (before, behind) = ("x".repeat(40), "y".repeat(20));
        check_both(
            &format!("{x}12{y}"),
            &format!("{x}34{y}"),
            [
                &format!("…{before}12{behind}…"),
                &format!("…{before}34{behind}…"),
            ],
        );
        // At either end.
        check_both(
            &format!("{x}1"),
            &x,
            [&format!("…{before}1"), &format!("…{before}")],
        );
        check_both(
            &format!("1{y}"),
            &y,
            [&format!("1{behind}…"), &format!("{behind}…")],
        );
        // A character is shown whole, though it differs in its last byte alone.
        let long = "ü".repeat(200);
        check_both(
            &format!("{long}ä"),
            &format!("{long}ö"),
            [
                &format!("…{}ä", "ü".repeat(20)),
                &format!("…{}ö", "ü".repeat(20)),
            ],
        );
    }

    #[test]
    fn of_a_long_difference_both_ends_are_shown() {
        let (x, a, b) = ("x".repeat(300), "a".repeat(300), "b".repeat(300));
        check_both(
            &format!("{x}{a}{b}"),
            &x,
            [
                &format!("…{}{} … {}", "x".repeat(40), "a".repeat(60), "b".repeat(58)),
                &format!("…{}", "x".repeat(40)),
            ],
        );
    }
}
