//! Numbers and sentences on pages.

use maud::{Markup, html};

/// A number with commas between thousands.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.char_indices() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number of things.
pub fn counted(number: u64, thing: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {thing}{plural}", grouped(number))
}

/// A part of a whole in percent, never rounded to all or to nothing.
pub fn share(part: u64, whole: u64) -> String {
    let Some(tenths) = (u128::from(part) * 1000).checked_div(u128::from(whole)) else {
        return "–".to_owned();
    };
    match tenths {
        0 if part > 0 => "under 0.1%".to_owned(),
        0 | 1000 => format!("{}%", tenths / 10),
        _ => format!("{}.{}%", tenths / 10, tenths % 10),
    }
}

/// A message or remedy as a sentence: it begins with a capital where it begins with a word, and
/// ends with a full stop unless it may end with a command, which people copy.
pub fn sentence(text: &str) -> String {
    let first = text.split([' ', ',']).next().unwrap_or_default();
    let is_word = first == "nothing:"
        || (!first.is_empty()
            && first != "dkim"
            && first.bytes().all(|byte| byte.is_ascii_lowercase()));
    let mut sentence = text.to_owned();
    if is_word {
        sentence[..1].make_ascii_uppercase();
    }
    let may_be_command = ["dkim ", "://", " --"]
        .iter()
        .any(|sign| text.contains(sign));
    let ends_with_command = if text.contains('`') {
        text.ends_with('`')
    } else {
        may_be_command
    };
    if !ends_with_command && !text.ends_with(['.', ':', '!', '?']) {
        sentence.push('.');
    }
    sentence
}

/// A sentence with its commands marked: what is in backticks, or begins with `: dkim `.
pub fn marked(text: &str) -> Markup {
    let sentence = sentence(text);
    let (before, command) = match sentence.split_once(": dkim ") {
        Some((before, rest)) if !sentence.contains('`') => (format!("{before}: "), rest),
        _ => (sentence.clone(), ""),
    };
    html! {
        @for (place, piece) in before.split('`').enumerate() {
            @if place % 2 == 1 { code { (piece) } } @else { (piece) }
        }
        @if !command.is_empty() { code { "dkim " (command) } }
    }
}

/// A number of bytes, in the largest unit that gives more than ten of it.
pub fn size(bytes: u64) -> String {
    let units = [(30, "GiB"), (20, "MiB"), (10, "KiB")];
    let unit = units.iter().find(|(power, _)| bytes >> power > 10);
    match unit {
        Some((power, unit)) => format!("{} {unit}", grouped(bytes >> power)),
        None => counted(bytes, "byte"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        let check = |number, expected: &str| assert_eq!(grouped(number), expected);
        check(0, "0");
        check(999, "999");
        check(1_000, "1,000");
        check(1_234_567, "1,234,567");
        assert_eq!(counted(1, "message"), "1 message");
        assert_eq!(counted(2_000, "message"), "2,000 messages");
    }

    #[test]
    fn shares() {
        let check = |part, whole, expected: &str| assert_eq!(share(part, whole), expected);
        check(0, 0, "–");
        check(0, 7, "0%");
        check(7, 7, "100%");
        check(1, 8, "12.5%");
        check(9_999, 10_000, "99.9%");
        check(1, 10_000, "under 0.1%");
        check(u64::MAX, u64::MAX, "100%");
    }

    #[test]
    fn sentences() {
        let check = |text: &str, expected: &str| assert_eq!(sentence(text), expected);
        check("the key is revoked", "The key is revoked.");
        check("p= is empty", "p= is empty.");
        check("google: sign again", "google: sign again.");
        check("nothing: it is good", "Nothing: it is good.");
        check("example.com signed", "example.com signed.");
        check(
            "ask again: dkim lookup -s a -d b",
            "Ask again: dkim lookup -s a -d b",
        );
        check("dkim lookup says", "dkim lookup says");
        check("", ".");
        check("run `dkim verify` again", "Run `dkim verify` again.");
        check("run `dkim verify`", "Run `dkim verify`");
    }

    #[test]
    fn commands_are_marked() {
        let check = |text: &str, expected: &str| assert_eq!(marked(text).into_string(), expected);
        check(
            "run `dkim <a>` again",
            "Run <code>dkim &lt;a&gt;</code> again.",
        );
        check(
            "ask again: dkim lookup -s a -d b",
            "Ask again: <code>dkim lookup -s a -d b</code>",
        );
        check("see below", "See below.");
    }

    #[test]
    fn sizes() {
        let check = |bytes, expected: &str| assert_eq!(size(bytes), expected);
        check(1, "1 byte");
        check(10_000, "10,000 bytes");
        check(122_742, "119 KiB");
        check(50 << 30, "50 GiB");
    }
}
