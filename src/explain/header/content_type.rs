//! Content-Type, written in other ways (RFC 2045 §5.1).

use super::charset::is_charset;
use super::text::collapsed;

/// Parts begin within so many octets of the body.
const NEAR: usize = 256 * 1024;

/// Types that stand for kinds of their own, and subtypes that are in use (RFC 2046 §3).
const TEXT: [&str; 14] = [
    "plain",
    "html",
    "enriched",
    "richtext",
    "rtf",
    "calendar",
    "csv",
    "css",
    "xml",
    "markdown",
    "vcard",
    "x-vcard",
    "x-amp-html",
    "rfc822-headers",
];
const MULTIPART: [&str; 9] = [
    "mixed",
    "alternative",
    "related",
    "signed",
    "encrypted",
    "report",
    "digest",
    "parallel",
    "form-data",
];
const MESSAGE: [&str; 6] = [
    "rfc822",
    "global",
    "delivery-status",
    "disposition-notification",
    "partial",
    "external-body",
];
/// Types of which there are too many subtypes to know.
const OTHER_TYPES: [&str; 6] = ["application", "image", "audio", "video", "font", "model"];
/// Parameters that are in use, but for `charset`, `boundary` and those of text.
const PARAMETERS: [&str; 14] = [
    "name",
    "type",
    "start",
    "start-info",
    "report-type",
    "protocol",
    "micalg",
    "method",
    "component",
    "smime-type",
    "reply-type",
    "access-type",
    "number",
    "id",
];

/// Whether a mail system may have written this: a type and parameters that are in use, and the
/// body's boundary.
pub(super) fn is_written(value: &[u8], body: &[u8]) -> bool {
    let Ok(text) = String::from_utf8(collapsed(value)) else {
        return false;
    };
    let mut items = text.split(';').map(str::trim);
    let kind = items.next().unwrap_or_default();
    is_type(kind)
        && items
            .filter(|item| !item.is_empty())
            .all(|item| is_parameter(item, body))
}

fn is_type(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let Some((kind, subtype)) = lower.split_once('/') else {
        return false;
    };
    is_in_one_case(text)
        && match kind {
            "text" => TEXT.contains(&subtype),
            "multipart" => MULTIPART.contains(&subtype),
            "message" => MESSAGE.contains(&subtype),
            _ => OTHER_TYPES.contains(&kind),
        }
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
                PARAMETERS.contains(&base) || base.starts_with("x-")
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
pub(super) fn fields_of_parts(body: &[u8]) -> Vec<(String, Vec<u8>)> {
    let near = &body[..body.len().min(NEAR)];
    let mut found: Vec<(String, Vec<u8>)> = Vec::new();
    for name in ["content-type", "content-transfer-encoding"] {
        let mut count = 0;
        let mut start = 0;
        for end in memchr::memchr_iter(b'\n', near) {
            let line = &near[start..end];
            let line_start = std::mem::replace(&mut start, end + 1);
            let is_named = line
                .get(..name.len())
                .is_some_and(|front| front.eq_ignore_ascii_case(name.as_bytes()))
                && line.get(name.len()) == Some(&b':');
            if is_named && count < 6 {
                count += 1;
                let value = folded_value(&near[line_start + name.len() + 1..]);
                found.push((name.to_owned(), value.to_vec()));
            }
        }
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

/// A Content-Type with its parameters written in other ways, left out, added.
pub(super) fn content_types(value: &[u8], body: &[u8]) -> Vec<Vec<u8>> {
    let Ok(text) = String::from_utf8(collapsed(value)) else {
        return Vec::new();
    };
    let mut items = text.split(';').map(|item| item.trim().to_owned());
    let kind = items.next().unwrap_or_default();
    let parameters: Vec<String> = items.filter(|item| !item.is_empty()).collect();
    let mut lists = vec![
        parameters.clone(),
        parameters.iter().rev().cloned().collect(),
    ];
    for at in 0..parameters.len().min(8) {
        let mut without = parameters.clone();
        without.remove(at);
        lists.push(without);
        for other in parameter_forms(&parameters[at], body) {
            let mut list = parameters.clone();
            list[at] = other;
            lists.push(list);
        }
    }
    for more in [
        "format=flowed",
        "charset=utf-8",
        "charset=\"utf-8\"",
        "delsp=yes",
    ] {
        let mut list = parameters.clone();
        list.push(more.to_owned());
        lists.push(list);
    }
    let quotes: [fn(&str) -> String; 2] = [with_quotes, without_quotes];
    for quote in quotes {
        lists.push(parameters.iter().map(|each| quote(each)).collect());
    }
    let mut found = Vec::new();
    for kind in with_other_case(&kind) {
        for list in &lists {
            for separator in ["; ", ";"] {
                let mut text = format!(" {kind}");
                for parameter in list {
                    text.push_str(separator);
                    text.push_str(parameter);
                }
                found.push(format!("{text};").into_bytes());
                found.push(text.into_bytes());
            }
        }
    }
    found
}

/// A text, and in small letters or capitals what is in one of these.
fn with_other_case(text: &str) -> Vec<String> {
    let others = [text.to_ascii_lowercase(), text.to_ascii_uppercase()];
    let mut found = vec![text.to_owned()];
    if is_in_one_case(text) {
        found.extend(others);
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
        let cases = with_other_case(value).into_iter();
        values.extend(cases.map(|value| format!("{name}={value}")));
        if name.eq_ignore_ascii_case("charset") {
            for charset in [
                "utf-8",
                "UTF-8",
                "us-ascii",
                "US-ASCII",
                "iso-8859-1",
                "ISO-8859-1",
            ] {
                values.push(format!("{name}={charset}"));
            }
        } else if name.eq_ignore_ascii_case("boundary") {
            let boundaries = first_boundaries(body).into_iter();
            values.extend(boundaries.map(|boundary| format!("{name}={boundary}")));
        }
    }
    let forms = values.iter().flat_map(|each| {
        [
            each.clone(),
            with_quotes(&without_quotes(each)),
            without_quotes(each),
        ]
    });
    forms.collect()
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
            let found = content_types(value.as_bytes(), b"x\r\n--abc\r\n");
            let is_there = found.iter().any(|text| text == then.as_bytes());
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
