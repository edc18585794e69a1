//! Content-Type, written in other ways (RFC 2045 §5.1).

use super::encoding::is_charset;
use super::{Clues, Costed, Text, on_one_line};
use crate::explain::header::text::collapsed;

/// Parts begin within so many bytes of the body.
const NEAR: usize = 256 * 1024;
/// Of so many fields of one name in the body a copy is taken.
const MANY: usize = 6;

/// Types, with the subtypes that are in use (RFC 2046 §3); without any there are too many to know.
const TYPES: [&str; 9] = [
    "text/plain html enriched richtext rtf calendar csv css xml markdown vcard x-vcard x-amp-html \
     rfc822-headers",
    "multipart/mixed alternative related signed encrypted report digest parallel form-data",
    "message/rfc822 global delivery-status disposition-notification partial external-body",
    "application/",
    "image/",
    "audio/",
    "video/",
    "font/",
    "model/",
];
/// Parameters that are in use, but for `charset`, `boundary` and those of text.
const PARAMETERS: &str = "name type start start-info report-type protocol micalg method component \
    smime-type reply-type access-type number id";

/// Whether a mail system may have written this: a type and parameters that are in use, and the
/// body's boundary.
pub(super) fn is_written(value: &[u8], body: &[u8]) -> bool {
    let Ok(text) = String::from_utf8(collapsed(value)) else {
        return false;
    };
    let mut items = text.split(';').map(str::trim);
    let kind = items.next().unwrap_or_default();
    let mut parameters = items.filter(|item| !item.is_empty());
    is_type(kind) && parameters.all(|item| is_parameter(item, body))
}

fn is_type(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let is_known = |(kind, subtype): (&str, &str)| {
        let mut known = TYPES
            .iter()
            .filter_map(|row| row.strip_prefix(kind)?.strip_prefix('/'));
        known.any(|all| all.is_empty() || has_word(all, subtype))
    };
    lower.split_once('/').is_some_and(is_known) && is_in_one_case(text)
}

fn has_word(words: &str, word: &str) -> bool {
    words.split(' ').any(|other| other == word)
}

fn is_parameter(text: &str, body: &[u8]) -> bool {
    let Some((name, value)) = text.split_once('=') else {
        return false;
    };
    let name = name.trim_end();
    let value = value.trim().trim_matches('"');
    is_in_one_case(name)
        && match name.to_ascii_lowercase().as_str() {
            "charset" => is_in_one_case(value) && is_charset(value),
            "boundary" => {
                let near = &body[..body.len().min(NEAR)];
                memchr::memmem::find(near, format!("--{value}").as_bytes()).is_some()
            }
            "format" => matches!(value, "flowed" | "fixed"),
            "delsp" => matches!(value, "yes" | "no"),
            // A value in pieces, or with a charset (RFC 2231 §3, §4).
            name => {
                let base = name.split('*').next().unwrap_or_default();
                has_word(PARAMETERS, base) || base.starts_with("x-")
            }
        }
}

/// Whether the letters are small ones, capitals, or words that begin with a capital.
fn is_in_one_case(text: &str) -> bool {
    let words = || text.split(|character: char| !character.is_ascii_alphabetic());
    let is_small = |word: &str| !word.contains(|letter: char| letter.is_ascii_uppercase());
    let is_capital = |word: &str| !word.contains(|letter: char| letter.is_ascii_lowercase());
    words().all(is_small)
        || words().all(is_capital)
        || words().all(|word| word.is_empty() || is_capital(&word[..1]) && is_small(&word[1..]))
}

/// The fields of MIME that stand in the body: what wraps a message takes them down there.
pub(in crate::explain::header) fn fields_of_parts(body: &[u8]) -> Vec<(String, Vec<u8>)> {
    let near = &body[..body.len().min(NEAR)];
    let mut found: Vec<(String, Vec<u8>)> = Vec::new();
    for name in ["content-type", "content-transfer-encoding"] {
        let is_here = |line: &[u8]| {
            let front = line.get(..name.len());
            front.is_some_and(|front| front.eq_ignore_ascii_case(name.as_bytes()))
                && line.get(name.len()) == Some(&b':')
        };
        let starts = std::iter::once(0).chain(memchr::memchr_iter(b'\n', near).map(|at| at + 1));
        let here = starts.filter(|&start| is_here(&near[start..]));
        let values = here.map(|start| folded_value(&near[start + name.len() + 1..]));
        found.extend(
            values
                .take(MANY)
                .map(|value| (name.to_owned(), value.to_vec())),
        );
    }
    found
}

/// The value that a text begins with, up to the line end that no white space follows.
fn folded_value(text: &[u8]) -> &[u8] {
    let end = memchr::memchr_iter(b'\n', text)
        .find(|&at| !matches!(text.get(at + 1), Some(b' ' | b'\t')))
        .unwrap_or(text.len());
    let value = &text[..end.min(4096)];
    value.strip_suffix(b"\r").unwrap_or(value)
}

/// A Content-Type that mail systems write, with its parameters written in other ways, left out,
/// added.
pub(super) fn types(text: &Text<'_>, clues: &Clues<'_>) -> Vec<Costed> {
    if is_written(text.value, clues.body()) {
        other_types(text.value, clues.body())
    } else {
        Vec::new()
    }
}

fn other_types(value: &[u8], body: &[u8]) -> Vec<Costed> {
    let text = String::from_utf8_lossy(&collapsed(value)).into_owned();
    let mut items = text.split(';').map(|item| item.trim().to_owned());
    let kind = items.next().unwrap_or_default();
    let parameters: Vec<String> = items.filter(|item| !item.is_empty()).collect();
    let reversed = parameters.iter().rev().cloned().collect();
    let mut lists = vec![(0, parameters.clone()), (1, reversed)];
    let mut add = |change: &dyn Fn(&mut Vec<String>)| {
        let mut list = parameters.clone();
        change(&mut list);
        lists.push((0, list));
    };
    for at in 0..parameters.len().min(8) {
        add(&|list| drop(list.remove(at)));
        for other in parameter_forms(&parameters[at], body) {
            add(&|list| list[at].clone_from(&other));
        }
    }
    for more in "format=flowed|charset=utf-8|charset=\"utf-8\"|delsp=yes".split('|') {
        add(&|list| list.push(more.to_owned()));
    }
    for quote in [with_quotes, without_quotes] {
        add(&|list| list.iter_mut().for_each(|each| *each = quote(each)));
    }
    let mut found = Vec::new();
    for (kind_cost, kind) in [0, 1, 1].into_iter().zip(with_other_case(&kind)) {
        for (cost, list) in &lists {
            for (more, separator, end) in
                [(0, "; ", ""), (1, ";", ""), (1, "; ", ";"), (2, ";", ";")]
            {
                let text = [std::slice::from_ref(&kind), list].concat().join(separator);
                found.push(on_one_line((cost + more + kind_cost, text + end)));
            }
        }
    }
    found
}

/// A text, and in small letters or capitals what is in one of these.
fn with_other_case(text: &str) -> Vec<String> {
    let mut found = vec![text.to_owned()];
    if is_in_one_case(text) {
        found.extend([text.to_ascii_lowercase(), text.to_ascii_uppercase()]);
    }
    found
}

fn with_quotes(parameter: &str) -> String {
    match parameter.split_once('=') {
        Some((name, value)) if !value.starts_with('"') => format!("{name}=\"{value}\""),
        _ => parameter.to_owned(),
    }
}

fn without_quotes(parameter: &str) -> String {
    parameter.replace('"', "")
}

/// A parameter in other forms; a boundary also as the body has it.
fn parameter_forms(parameter: &str, body: &[u8]) -> Vec<String> {
    let mut values = vec![parameter.to_owned()];
    if let Some((name, value)) = parameter.split_once('=') {
        values.push(format!("{}={value}", name.to_ascii_lowercase()));
        let mut others = with_other_case(value);
        if name.eq_ignore_ascii_case("charset") {
            let charsets = "utf-8 UTF-8 us-ascii US-ASCII iso-8859-1 ISO-8859-1";
            others.extend(charsets.split(' ').map(str::to_owned));
        } else if name.eq_ignore_ascii_case("boundary") {
            others.extend(first_boundaries(body));
        }
        values.extend(others.iter().map(|value| format!("{name}={value}")));
    }
    let forms = |each: &String| {
        let bare = without_quotes(each);
        [each.clone(), with_quotes(&bare), bare]
    };
    values.iter().flat_map(forms).collect()
}

/// What the body has where a boundary should be: its first lines that begin with two hyphens.
fn first_boundaries(body: &[u8]) -> Vec<String> {
    let near = &body[..body.len().min(16 * 1024)];
    let lines = near.split(|&octet| octet == b'\n');
    let boundaries = lines.filter_map(|line| {
        let text = std::str::from_utf8(line).ok()?.trim_end();
        let boundary = text.strip_prefix("--")?;
        (!boundary.is_empty() && boundary.len() <= 70).then(|| boundary.to_owned())
    });
    boundaries.take(4).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_in_other_forms() {
        let check = |value: &str, then: &str| {
            let found = other_types(value.as_bytes(), b"x\r\n--abc\r\n");
            let is_there = found.iter().any(|(_, text)| text == then.as_bytes());
            assert!(is_there, "{then:?}: {found:#?}");
        };
        check(
            " text/plain; charset=\"utf-8\"",
            " text/plain; charset=utf-8",
        );
        check(
            " text/plain; charset=UTF-8",
            " text/plain; charset=\"utf-8\"",
        );
        check(" text/plain;\r\n\tcharset=utf-8", " text/plain");
        check(" text/plain", " text/plain; format=flowed");
        check(" text/plain; format=flowed", " text/plain");
        check(" a/b; boundary=\"x\"", " a/b; boundary=\"abc\"");
        check(" a/b; x=1; y=2", " a/b; y=2; x=1");
    }

    #[test]
    fn what_systems_write() {
        let is = |value: &str| is_written(value.as_bytes(), b"--a-b\r\n");
        for value in [
            " text/plain",
            " TEXT/PLAIN; CHARSET=US-ASCII;",
            " Text/Html; charset=\"Windows-1252\"",
            " multipart/mixed;\r\n\tboundary=\"a-b\"",
            " application/pdf; name*0=\"Invoice 7.PDF\"",
        ] {
            assert!(is(value), "{value}");
        }
        for value in [
            "",
            " text/plaIn",
            " text/never",
            " taxt/plain",
            " text/plain; charset=us-asciI",
            " text/plain; charset=us-aacii",
            " text/plain; chasset=us-ascii",
            " multipart/mixed; boundary=a_b",
            " text/plain, charset=us-ascii",
        ] {
            assert!(!is(value), "{value}");
        }
    }

    #[test]
    fn fields_in_the_body_are_found() {
        let body =
            b"--a\nContent-Type: text/plain;\n charset=x\ncontent-transfer-encoding: 8bit\r\n\n";
        let found = fields_of_parts(body);
        assert_eq!(found[0].1, b" text/plain;\n charset=x");
        assert_eq!(
            found[1],
            ("content-transfer-encoding".to_owned(), b" 8bit".to_vec())
        );
        assert!(fields_of_parts(b"").is_empty());
    }
}
