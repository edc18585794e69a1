//! Text that was converted from one set of characters to another, where it is not encoded.

use super::Row;
use crate::explain::Cause;
use crate::explain::body::undone::replace;

const CAUSE: Cause = Cause::TransferEncodingChanged;

pub(super) static ROWS: &[Row] = &[
    Row::new(
        3,
        CAUSE,
        "the text was converted from ISO-8859-1 or windows-1252 to UTF-8",
        |at, out| from_utf8(at.line, latin1, out),
    ),
    Row::new(
        3,
        CAUSE,
        "the text was converted from windows-1252 to UTF-8",
        |at, out| from_utf8(at.line, windows_1252, out),
    ),
    Row::new(
        3,
        CAUSE,
        "the text was converted from UTF-8 to ISO-8859-1 or windows-1252",
        |at, out| to_utf8(at.line, char::from, out),
    ),
    Row::new(
        3,
        CAUSE,
        "the text was converted from UTF-8 to windows-1252",
        |at, out| to_utf8(at.line, of_windows_1252, out),
    ),
    Row::new(
        2,
        Cause::ContentInserted,
        "a byte order mark was put at the beginning",
        |at, out| {
            let line = Some(at.line).filter(|_| at.number == 0);
            let line = line.and_then(|line| line.strip_prefix("\u{feff}".as_bytes()));
            out.extend_from_slice(line.unwrap_or(at.line));
        },
    ),
    Row::new(
        4,
        CAUSE,
        "the byte order mark at the beginning was removed",
        |at, out| {
            if at.number == 0 {
                out.extend_from_slice("\u{feff}".as_bytes());
            }
            out.extend_from_slice(at.line);
        },
    ),
    Row::new(
        4,
        Cause::WhitespaceChanged,
        "spaces became no-break spaces",
        |at, out| replace(at.line, "\u{a0}".as_bytes(), b" ", out),
    ),
];

/// Appends a line of UTF-8 in another set of characters, if that has all of them.
fn from_utf8(line: &[u8], to: fn(char) -> Option<u8>, out: &mut Vec<u8>) {
    let start = out.len();
    let text = Some(line).filter(|line| !line.is_ascii());
    if let Some(text) = text.and_then(|line| std::str::from_utf8(line).ok()) {
        out.extend(text.chars().map_while(to));
        if out.len() - start == text.chars().count() {
            return;
        }
        out.truncate(start);
    }
    out.extend_from_slice(line);
}

/// Appends a line of another set of characters in UTF-8.
fn to_utf8(line: &[u8], from: fn(u8) -> char, out: &mut Vec<u8>) {
    for &byte in line {
        let mut room = [0; 4];
        out.extend_from_slice(from(byte).encode_utf8(&mut room).as_bytes());
    }
}

fn latin1(character: char) -> Option<u8> {
    u8::try_from(u32::from(character)).ok()
}

/// What windows-1252 has from 0x80 on in place of control characters; those that it has not are
/// the control characters.
const WINDOWS: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
    '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

pub(in crate::explain::body) fn windows_1252(character: char) -> Option<u8> {
    let place = WINDOWS.iter().position(|each| *each == character);
    match place {
        Some(place) => u8::try_from(0x80 + place).ok(),
        None => latin1(character).filter(|byte| !(0x80..0xa0).contains(byte)),
    }
}

pub(in crate::explain::body) fn of_windows_1252(byte: u8) -> char {
    let place = usize::from(byte).checked_sub(0x80);
    let special = place.and_then(|place| WINDOWS.get(place));
    special.copied().unwrap_or_else(|| char::from(byte))
}
