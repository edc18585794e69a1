//! What became of a field's value, in a sentence.
//!
//! Whether two values say the same is decided on the values; quotation marks are for what is cut.

use super::mailbox::{are_same, mailboxes};
use super::rules::{holds_addresses, is_encoded, readable};
use super::text::collapsed;
use crate::author::addresses;
use crate::explain::quote::{as_text, is_short, quote, quote_both};
use crate::message::LineEndings;

/// So many addresses are told of one value, the last of them among these.
const MOST_ADDRESSES: usize = 4;

/// A value in quotation marks, without white space at either end and its encoded words decoded; a
/// long one of addresses with these.
pub(super) fn told(name: &str, value: &[u8]) -> String {
    let value = collapsed(value);
    let text = shown(&value);
    let mut told = quote(text.as_bytes());
    if holds_addresses(name) && !is_short(&text) {
        let all = addresses(&value, LineEndings::Lenient);
        if let Some(listed) = listed(&all) {
            told += &format!(" with the {listed}");
        }
    }
    told
}

/// Two values of a field that differ, in quotation marks; and for long ones, which addresses are in
/// the first alone and which in the second alone, as the end of a sentence.
pub(super) fn told_both(name: &str, now: &[u8], then: &[u8]) -> ([String; 2], String) {
    let (now, then) = (collapsed(now), collapsed(then));
    let texts = [shown(&now), shown(&then)];
    let mut told = quote_both(texts[0].as_bytes(), texts[1].as_bytes());
    if told[0] == told[1] {
        // What is decoded looks the same, and differs in how it is written.
        told = quote_both(&now, &then);
    }
    let mut end = String::new();
    if told[0] == told[1] {
        end += ", in other bytes";
    }
    if holds_addresses(name) && !texts.iter().all(|text| is_short(text)) {
        let [now, then] = [now, then].map(|value| addresses(&value, LineEndings::Lenient));
        for (of, others, what) in [(&now, &then, "new"), (&then, &now, "gone")] {
            let others: std::collections::HashSet<_> = others.iter().collect();
            let alone: Vec<_> = of.iter().filter(|each| !others.contains(each)).collect();
            if let Some(listed) = listed(&alone) {
                let are = if alone.len() == 1 { "is" } else { "are" };
                end += &format!("; the {listed} {are} {what}");
            }
        }
    }
    (told, end)
}

/// What a reader sees of a value, as far as that is certain; else the value.
fn shown(value: &[u8]) -> String {
    readable(value).unwrap_or_else(|| as_text(value))
}

/// `address “a”`, `addresses “a”, “b” and 3 more`: the first, and the last.
fn listed(all: &[impl AsRef<str>]) -> Option<String> {
    let quoted = |each: &_| quote(AsRef::<str>::as_ref(each).as_bytes());
    let (last, front) = all.split_last()?;
    if front.is_empty() {
        return Some(format!("address {}", quoted(last)));
    }
    let first = &front[..front.len().min(MOST_ADDRESSES - 1)];
    let mut texts: Vec<_> = first.iter().map(quoted).collect();
    if front.len() > first.len() {
        texts.push(format!("{} more", front.len() - first.len()));
    }
    Some(format!(
        "addresses {} and {}",
        texts.join(", "),
        quoted(last)
    ))
}

/// Whether all readers see the same in two values of a field, which were encoded differently.
pub(super) fn says_the_same(name: &str, now: &[u8], then: &[u8]) -> bool {
    if !is_encoded(now) && !is_encoded(then) {
        return false;
    }
    if holds_addresses(name) {
        let [now, then] = [now, then].map(mailboxes);
        now.zip(then)
            .is_some_and(|(now, then)| are_same(&now, &then))
    } else {
        readable(now).is_some_and(|now| Some(now) == readable(then))
    }
}

/// What became of a field's value. The width of white space is not told.
pub(super) fn describe(name: &str, now: &[u8], then: &[u8]) -> String {
    let (now, then) = (&collapsed(now)[..], &collapsed(then)[..]);
    let ends = [
        (now.strip_suffix(then), "put in front"),
        (now.strip_prefix(then), "put at its end"),
        (then.strip_suffix(now), "taken from its front"),
        (then.strip_prefix(now), "taken from its end"),
    ];
    let is_known = !now.is_empty() && !then.is_empty();
    for (piece, what) in ends {
        if let Some(piece) = piece.filter(|_| is_known) {
            let (was, piece) = (quote(shown(then).as_bytes()), told(name, piece));
            return format!("the {name} field was {was} when it was signed; {piece} was {what}");
        }
    }
    if says_the_same(name, now, then) && shown(now) == shown(then) {
        let told = told(name, now);
        return format!("the {name} field says {told} as it did, and was encoded differently");
    }
    let empty = || "empty".to_owned();
    let ([told_now, told_then], end) = told_both(name, now, then);
    let told_now = if now.is_empty() { empty() } else { told_now };
    let told_then = if then.is_empty() { empty() } else { told_then };
    format!("the {name} field was {told_then} when it was signed; now it is {told_now}{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, now: &str, then: &str, expected: &str) {
        let told = describe(name, now.as_bytes(), then.as_bytes());
        assert_eq!(told, format!("the {name} field {expected}"), "{now} {then}");
    }

    #[test]
    fn changes_are_described() {
        let check = |now: &str, then: &str, expected: &str| {
            let then_told = if then.is_empty() {
                "empty".to_owned()
            } else {
                format!("“{then}”")
            };
            let expected = format!("was {then_told} when it was signed; {expected}");
            check("Subject", now, then, &expected);
        };
        check("[a] b c", "b c", "“[a]” was put in front");
        check("b c (x)", "b c", "“(x)” was put at its end");
        check("b c", "[a] b c", "“[a]” was taken from its front");
        check("b", "b c", "“c” was taken from its end");
        check(" d\r\n e ", "b c", "now it is “d e”");
        check("d", "", "now it is “d”");
        check("", "d", "now it is empty");
    }

    /// More than a sentence quotes.
    fn long() -> String {
        "We will meet on the first Monday of the month. ".repeat(5)
    }

    #[test]
    fn of_long_values_the_difference_is_quoted() {
        let long = long();
        check(
            "Subject",
            &format!("{long}Pay 900 to Eve"),
            &format!("{long}Pay 100 to Ann"),
            "was “…t on the first Monday of the month. Pay 100 to Ann” when it was signed; now it \
             is “…t on the first Monday of the month. Pay 900 to Eve”",
        );
        // In the middle, which neither end shows.
        check(
            "Subject",
            &format!("{long}Yes. {long}"),
            &format!("{long}No! {long}"),
            "was “… meet on the first Monday of the month. No! We will meet on the…” when it was \
             signed; now it is “… meet on the first Monday of the month. Yes. We will meet on the…”",
        );
    }

    #[test]
    fn only_what_all_readers_see_alike_is_the_same() {
        let same = "says “Grüße an alle” as it did, and was encoded differently";
        let (one, other) = ("=?utf-8?q?Gr=C3=BC=C3=9Fe_an_alle?=", "Grüße an alle");
        check("Subject", one, other, same);
        check("Subject", other, one, same);
        // Long ones too, if all of it is the same.
        let encoded = long().trim().replace(' ', "_");
        let encoded = format!("=?utf-8?q?{encoded}?=");
        let told = describe("Subject", encoded.as_bytes(), long().as_bytes());
        assert!(told.contains("” as it did"), "{told}");
        let told = describe("Subject", encoded.as_bytes(), (long() + "Pay").as_bytes());
        assert!(
            !told.contains("as it did") && told.contains("Pay”"),
            "{told}"
        );
        // What cannot be decoded may be anything.
        let told = describe("Subject", b"=?utf-8?q?=E4?=", b"=?utf-8?q?=F6?=");
        assert!(!told.contains("as it did"), "{told}");
        let told = describe("Subject", b"\xe4", b"\xf6");
        let expected = "the Subject field was “ö” when it was signed; now it is “ä”";
        assert_eq!(told, expected);
        let told = describe("Subject", "ä".as_bytes(), b"\xe4");
        assert!(told.ends_with(", in other bytes"), "{told}");
        // Programs differ about words that are not apart.
        let told = describe("Subject", b"Pay 1=?utf-8?q?000?=", b"Pay 1 000");
        assert!(!told.contains("as it did"), "{told}");
    }

    #[test]
    fn an_address_is_not_encoded() {
        let (one, other) = ("=?utf-8?q?J=C3=B6?= <j@x.example>", "Jö <j@x.example>");
        let same = "says “Jö <j@x.example>” as it did, and was encoded differently";
        check("From", one, other, same);
        // This has no address at all.
        let now = "=?utf-8?q?J=C3=B6_=3Cj=40x=2Eexample=3E?=";
        let told = describe("From", now.as_bytes(), other.as_bytes());
        assert!(!told.contains("as it did"), "{told}");
        assert!(told.contains(&format!("“{now}”")), "{told}");
        // Anywhere else it is text.
        check(
            "Comments",
            now,
            other,
            "says “Jö <j@x.example>” as it did, and was encoded differently",
        );
    }

    #[test]
    fn of_long_lists_the_addresses_are_told() {
        let name = format!("\"{}\"", long().trim());
        let from = told(
            "From",
            format!(" {name} <eve@evil.example> (of the board)").as_bytes(),
        );
        assert!(
            from.ends_with("” with the address “eve@evil.example”"),
            "{from}"
        );
        let list = |range: std::ops::Range<u32>| {
            let all = range.map(|at| format!("user{at}@example.org"));
            all.collect::<Vec<_>>().join(", ")
        };
        let now = format!("{}, eve@evil.example, {}", list(0..20), list(21..40));
        let all = told("To", now.as_bytes());
        assert!(
            all.ends_with(
                " with the addresses “user0@example.org”, “user1@example.org”, \
                 “user2@example.org”, 36 more and “user39@example.org”"
            ),
            "{all}"
        );
        let changed = describe("Cc", now.as_bytes(), list(0..40).as_bytes());
        assert!(
            changed.ends_with(
                "; the address “eve@evil.example” is new; the address “user20@example.org” is gone"
            ),
            "{changed}"
        );
        // A Subject has none.
        let subject = told("Subject", now.as_bytes());
        assert!(!subject.contains(" with the "), "{subject}");
    }

    #[test]
    fn a_quotation_ends_where_the_text_does() {
        let told = told("Subject", "a”; now it is “b".as_bytes());
        assert_eq!(told, "“a\"; now it is \"b”");
    }
}
