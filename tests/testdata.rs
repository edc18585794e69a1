//! What several modules need: the files in testdata/, their syntax, and a verification from a
//! message's octets to a report.

use std::fs;
use std::path::{Path, PathBuf};

use dkim_toolkit::lookup::KeyAnswer;
use dkim_toolkit::message::{self, LineEndings};
use dkim_toolkit::verify::{Policy, Report, Verifier};

/// A path in testdata/.
pub fn path(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("testdata")
        .join(path)
}

/// A file in testdata/.
pub fn read(path: &str) -> Vec<u8> {
    fs::read(self::path(path)).unwrap_or_else(|error| panic!("testdata/{path}: {error}"))
}

/// The files of a folder in testdata/ whose names end like this, sorted; at least one.
pub fn files(folder: &str, extension: &str) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(path(folder)).unwrap_or_else(|error| panic!("{folder}: {error}"));
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(extension))
        .collect();
    assert!(!names.is_empty(), "no {extension} in testdata/{folder}");
    names.sort();
    let read_one = |name: String| (name.clone(), read(&format!("{folder}/{name}")));
    names.into_iter().map(read_one).collect()
}

/// Lines of `key: value`.
pub fn pairs(text: &str) -> Result<Vec<(&str, &str)>, String> {
    text.lines()
        .map(|line| line.split_once(": ").ok_or(format!("no key in {line:?}")))
        .collect()
}

/// Splits a vector file at its first empty line: preamble and message.
pub fn split_preamble(file: &[u8]) -> Result<(&str, &[u8]), String> {
    let end = memchr::memmem::find(file, b"\n\n").ok_or("no empty line")?;
    let preamble = std::str::from_utf8(&file[..end]).map_err(|error| error.to_string())?;
    Ok((preamble, &file[end + 2..]))
}

/// What stands between the first and the last double quote, its escapes undone.
pub fn quoted(text: &str) -> Result<Vec<u8>, String> {
    let (start, end) = (text.find('"'), text.rfind('"'));
    let (Some(start), Some(end)) = (start, end.filter(|&end| Some(end) != start)) else {
        return Err(format!("no double quotes in {text:?}"));
    };
    unescape(&text[start + 1..end])
}

fn unescape(text: &str) -> Result<Vec<u8>, String> {
    let mut octets = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, behind @ ..] = rest {
        rest = behind;
        if *first != b'\\' {
            octets.push(*first);
            continue;
        }
        let (octet, length) = match rest {
            [b'\\', ..] => (b'\\', 1),
            [b'"', ..] => (b'"', 1),
            [b'n', ..] => (b'\n', 1),
            [b'r', ..] => (b'\r', 1),
            [b't', ..] => (b'\t', 1),
            [b'x', high, low, ..] => (hexadecimal(*high, *low)?, 3),
            _ => return Err(format!("unknown escape in {text:?}")),
        };
        octets.push(octet);
        rest = &rest[length..];
    }
    Ok(octets)
}

/// The octet that two hexadecimal digits stand for.
pub fn hexadecimal(high: u8, low: u8) -> Result<u8, String> {
    let digit = |digit: u8| char::from(digit).to_digit(16);
    let octet = digit(high)
        .zip(digit(low))
        .map(|(high, low)| high * 16 + low);
    octet
        .and_then(|octet| u8::try_from(octet).ok())
        .ok_or_else(|| "\\x without two digits".to_owned())
}

/// Verifies a message under the default policy; `answer` knows the DNS.
pub fn verify(
    message: &[u8],
    line_endings: LineEndings,
    now: u64,
    answer: impl Fn(&str) -> KeyAnswer,
) -> Report {
    let (header, body) = message::parse(message, line_endings).unwrap();
    let mut verification = Verifier::new(Policy::default()).begin(header, now);
    for query in verification.pending() {
        verification.answer(&query, answer(query.name()));
    }
    verification.body(body);
    verification.finish()
}

/// For each signature of a report its reason's code, or `pass`.
pub fn codes(report: &Report) -> Vec<&'static str> {
    let code = |reason: &dkim_toolkit::verdict::Reason| reason.code();
    let verdicts = report.verdicts.iter();
    verdicts
        .map(|verdict| verdict.reason.as_ref().map_or("pass", code))
        .collect()
}
