//! The fields by which a person recognises a message.

use std::collections::HashSet;

use dkim_toolkit::escape::escape;
use dkim_toolkit::identifier::DomainName;
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use crate::print::report::{PLAIN, Report};
use crate::print::verify::outcome::Outcome;

/// So many fields of one name are shown.
const SHOWN: usize = 3;

/// Adds From, Subject and Date, each on a line, without its middle or its end where it is too long.
pub fn fields(report: &mut Report, outcome: &Outcome) {
    let found = &outcome.report;
    let signed: HashSet<usize> = found
        .speaking()
        .flat_map(|verdict| verdict.signed_fields.iter().copied())
        .collect();
    for name in ["From", "Subject", "Date"] {
        let fields = found.header.fields().enumerate();
        let fields = fields.filter(|(_, field)| field.is_named(name));
        for (at, field) in fields.take(SHOWN) {
            let mut mark = String::new();
            if name == "From" {
                mark.extend(a_labels(&found.from));
            }
            if outcome.passes() && !signed.contains(&at) {
                mark.push_str(" (not signed)");
            }
            let text = escape(&field.text());
            let taken = 2 + name.len() + 2 + mark.width();
            let room = report.columns().saturating_sub(taken);
            let text = match name {
                // The address is at the end.
                "From" => without_middle(&text, room),
                _ => without_end(&text, room),
            };
            report.line_of(&[(PLAIN, &format!("  {name}: {text}{mark}"))]);
        }
    }
}

/// The A-labels of the first domain that is not ASCII: it may look like another one.
fn a_labels(addresses: &[String]) -> Option<String> {
    addresses.iter().find_map(|address| {
        let (_, domain) = address.rsplit_once('@')?;
        let name = DomainName::parse(domain.as_bytes()).ok()?;
        (!domain.is_ascii()).then(|| format!(" ({})", name.to_ascii()))
    })
}

/// As much of a text as there is room for.
fn without_end(text: &str, room: usize) -> String {
    if text.width() <= room {
        return text.to_owned();
    }
    let start = within(text.chars(), room.saturating_sub(1));
    format!("{}…", start.trim_end())
}

/// The start and the end of a text, as much as there is room for.
fn without_middle(text: &str, room: usize) -> String {
    if text.width() <= room {
        return text.to_owned();
    }
    let room = room.saturating_sub(1);
    let end = within(text.chars().rev(), room - room / 3);
    let end: String = end.chars().rev().collect();
    format!("{}…{end}", within(text.chars(), room / 3))
}

/// The first characters that have room.
fn within(characters: impl Iterator<Item = char>, room: usize) -> String {
    let mut left = room;
    characters
        .take_while(|character| {
            let width = character.width().unwrap_or(0);
            let fits = width <= left;
            left = left.saturating_sub(width);
            fits
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_to_fit() {
        assert_eq!(without_end("abcdef", 6), "abcdef");
        assert_eq!(without_end("abcdefg", 6), "abcde…");
        assert_eq!(without_end("abcd efg", 6), "abcd…");
        assert_eq!(without_end("日本語", 5), "日本…");
        assert_eq!(
            without_middle("A long name <a@b.example>", 20),
            "A long…<a@b.example>"
        );
        assert_eq!(without_middle("日本語日本語 <a@b>", 12), "日…語 <a@b>");
        assert_eq!(without_end("abc", 0), "…");
        assert_eq!(without_middle("abc", 0), "…");
    }
}
