//! What is given for a message and is none: archives, documents, text in another encoding.

use std::fmt;

use super::{Header, byte_order_mark, is_field_name};
use crate::syntax::folding::is_wsp;

/// The first bytes of a message that tell whether it is one: a tar archive says it latest.
pub(super) const START: usize = 512;
/// Stands for the file in [`Foreign::remedy`].
pub(crate) const FILE: &str = "FILE";

/// A command with a file's name, a word of the shell, for the `FILE` in it. It never writes over that
/// very file, which the shell would empty before it is read.
#[must_use]
pub fn with_file(command: &str, word: &str) -> String {
    const TARGET: &str = "mended.eml";
    let command = if word.ends_with(TARGET) {
        command.replace(TARGET, "mended-again.eml")
    } else {
        command.to_owned()
    };
    command.replace(FILE, word)
}

/// What something is that is given for a message and has no header: no verifier finds a signature
/// in it, and a signer must not add one.
///
/// ```
/// use dkim_toolkit::message::{LineEndings, parse};
///
/// let (header, _) = parse(b"\n\nFrom: joe@example.com\n\nHi\n", LineEndings::Lenient)?;
/// let foreign = header.foreign().ok_or("a message")?;
/// assert_eq!(
///     foreign.to_string(),
///     "not a message: the first line is empty, so all below it is body and nothing is header"
/// );
/// assert_eq!(foreign.remedy(), Some("tail -n +2 FILE > mended.eml"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Foreign {
    what: &'static str,
    remedy: Option<String>,
}

impl Foreign {
    fn new(what: &'static str, remedy: Option<&str>) -> Self {
        Self {
            what,
            remedy: remedy.map(str::to_owned),
        }
    }

    /// What to do about it, a command or a phrase, with `FILE` where the file's name goes; `None`
    /// where nothing is known to help.
    #[must_use]
    pub fn remedy(&self) -> Option<&str> {
        self.remedy.as_deref()
    }

    /// Tells what a file is by its first bytes, [`START`] of them or all.
    pub(super) fn at_start(bytes: &[u8]) -> Option<Self> {
        let bytes = &bytes[..bytes.len().min(START)];
        let text = &bytes[byte_order_mark(bytes)..];
        // The name of an archive's first file may look like a field: `cur/1:2,S`.
        if is_tar(bytes) {
            let remedy = format!("mkdir unpacked && tar -xf {FILE} -C unpacked");
            return Some(Self::new("a tar archive", Some(&remedy)));
        }
        if begins_with_field(text) {
            return None;
        }
        if let Some((_, length)) = apple_mail(bytes) {
            let remedy = format!("tail -n +2 {FILE} | head -c {length} > mended.eml");
            return Some(Self::new("an Apple Mail file (.emlx)", Some(&remedy)));
        }
        let known = BINARY
            .iter()
            .find(|row| bytes.get(row.0..).is_some_and(|at| at.starts_with(row.1)));
        if let Some((_, _, what, remedy)) = known {
            return Some(Self::new(what, *remedy));
        }
        if let Some(encoding) = wide_text(bytes) {
            let remedy = format!("iconv -f {encoding} -t UTF-8 {FILE} > mended.eml");
            return Some(Self::new("text in UTF-16 or UTF-32", Some(&remedy)));
        }
        let text = text.trim_ascii_start();
        let begins = |start: &str| {
            let found = text.get(..start.len());
            found.is_some_and(|found| found.eq_ignore_ascii_case(start.as_bytes()))
        };
        if let Some((_, what, remedy)) = TEXT.iter().find(|row| begins(row.0)) {
            return Some(Self::new(what, *remedy));
        }
        // A single zero byte may be a damaged field's.
        let zeros = memchr::memchr_iter(0, bytes).count();
        let is_binary = zeros > 0 && zeros * 10 >= bytes.len() && !has_field(bytes);
        is_binary.then(|| Self::new("binary data", None))
    }

    /// Tells what a whole header is that has no field.
    pub(super) fn without_fields(header: &Header) -> Option<Self> {
        if header.has_fields() {
            return None;
        }
        if !header.octets().is_empty() {
            return Some(Self::new("there is no header field", None));
        }
        if header.length() == header.above().len() as u64 {
            return Some(Self::new("it is empty", None));
        }
        let lines = memchr::memchr_iter(b'\n', header.above()).count();
        let remedy = format!("tail -n +{} {FILE} > mended.eml", lines + 2);
        let what = if lines == 0 {
            "the first line is empty, so all below it is body and nothing is header"
        } else {
            "an empty line is above the first field, so all below it is body and nothing is header"
        };
        Some(Self::new(what, Some(&remedy)))
    }
}

impl fmt::Display for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not a message: {}", self.what)
    }
}

/// An offset, the bytes there, what they tell, and what to do.
type Row = (usize, &'static [u8], &'static str, Option<&'static str>);

const SAVE: &str = "save the message as .eml, as it came from the mail server";

/// What the first bytes of files that are no text tell.
const BINARY: &[Row] = &[
    (
        0,
        b"\x1f\x8b",
        "gzip-compressed data",
        Some("gzip -dc FILE > unpacked.eml"),
    ),
    (
        0,
        b"\x28\xb5\x2f\xfd",
        "zstd-compressed data",
        Some("zstd -dc FILE > unpacked.eml"),
    ),
    (
        0,
        b"\xfd7zXZ\0",
        "xz-compressed data",
        Some("xz -dc FILE > unpacked.eml"),
    ),
    (
        0,
        b"LZIP\x01",
        "lzip-compressed data",
        Some("lzip -dc FILE > unpacked.eml"),
    ),
    (
        0,
        b"\x04\x22\x4d\x18",
        "lz4-compressed data",
        Some("lz4 -dc FILE > unpacked.eml"),
    ),
    (
        4,
        b"1AY&SY",
        "bzip2-compressed data",
        Some("bzip2 -dc FILE > unpacked.eml"),
    ),
    (
        0,
        b"PK\x03\x04",
        "a zip archive",
        Some("unzip -d unpacked FILE"),
    ),
    (0, b"PK\x05\x06", "an empty zip archive", None),
    (
        0,
        b"7z\xbc\xaf\x27\x1c",
        "a 7z archive",
        Some("7z x -ounpacked FILE"),
    ),
    (
        0,
        b"Rar!\x1a\x07",
        "a RAR archive",
        Some("unrar x FILE unpacked/"),
    ),
    (
        0,
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "an Outlook message file (.msg) or another Office document",
        Some("save the message as .eml in Outlook, or convert it: msgconvert FILE"),
    ),
    (
        0,
        b"!BDN",
        "an Outlook data file (.pst, .ost)",
        Some("mkdir unpacked && readpst -e -o unpacked FILE"),
    ),
    (
        0,
        b"\x78\x9f\x3e\x22",
        "an attachment of Outlook (winmail.dat)",
        Some(SAVE),
    ),
    (0, b"\x89PNG", "a picture", Some(SAVE)),
    (0, b"\xff\xd8\xff", "a picture", Some(SAVE)),
    (0, b"GIF8", "a picture", Some(SAVE)),
    (0, b"\x7fELF", "a program", None),
    (0, b"SQLite format 3\0", "an SQLite database", None),
];

/// What the first characters of text tell, in any letter case: them, what they tell, and what to
/// do.
const TEXT: &[(&str, &str, Option<&str>)] = &[
    ("%PDF-", "a PDF document", Some(SAVE)),
    ("{\\rtf", "an RTF document", Some(SAVE)),
    ("<!doctype html", "an HTML page", Some(SAVE)),
    ("<html", "an HTML page", Some(SAVE)),
    ("<head", "an HTML page", Some(SAVE)),
    ("<?xml", "an XML document", None),
    (
        "-----BEGIN ",
        "a PEM file: a key, a certificate or the like",
        None,
    ),
];

/// Whether bytes begin as a tar archive does: with a name that zero bytes fill up.
fn is_tar(bytes: &[u8]) -> bool {
    let name = bytes.get(..100).unwrap_or_default();
    name.ends_with(b"\0") && bytes.get(257..).is_some_and(|at| at.starts_with(b"ustar"))
}

/// Where the message begins in a file of Apple Mail (`.emlx`), and its length in bytes; `None` for
/// another file. The file begins with a line of that length; below the message are notes of the
/// program. The first 512 bytes are enough.
#[must_use]
pub fn apple_mail(start: &[u8]) -> Option<(usize, u64)> {
    let line = memchr::memchr(b'\n', start)?;
    let number = start[..line].trim_ascii_end();
    if !number.iter().all(u8::is_ascii_digit) || !begins_with_field(&start[line + 1..]) {
        return None;
    }
    let length = std::str::from_utf8(number).ok()?.parse().ok()?;
    Some((line + 1, length))
}

/// The encoding of text in UTF-16 or UTF-32, by its byte order mark or its zero bytes, as iconv
/// calls it.
fn wide_text(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => Some("UTF-32"),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Some("UTF-16"),
        [a, 0, b, 0, c, 0, ..] if [a, b, c].iter().all(|byte| byte.is_ascii_graphic()) => {
            Some("UTF-16LE")
        }
        [0, a, 0, b, 0, c, ..] if [a, b, c].iter().all(|byte| byte.is_ascii_graphic()) => {
            Some("UTF-16BE")
        }
        _ => None,
    }
}

/// Whether the first line is a field.
fn begins_with_field(bytes: &[u8]) -> bool {
    let end = memchr::memchr(b'\n', bytes).unwrap_or(bytes.len());
    is_field(&bytes[..end])
}

/// Whether any line is a field.
fn has_field(bytes: &[u8]) -> bool {
    bytes.split(|&byte| byte == b'\n').any(is_field)
}

fn is_field(line: &[u8]) -> bool {
    let Some(colon) = memchr::memchr(b':', line) else {
        return false;
    };
    let name = &line[..colon];
    let blanks = name.iter().rev().take_while(|&&byte| is_wsp(byte)).count();
    is_field_name(&name[..name.len() - blanks])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{HeaderReader, LineEndings, parse};

    /// What is said of a file, the same in pieces of any size.
    fn said(file: &[u8]) -> Option<(String, Option<String>)> {
        let told = |header: &Header| {
            let foreign = header.foreign()?;
            Some((foreign.to_string(), foreign.remedy().map(str::to_owned)))
        };
        let (header, body) = parse(file, LineEndings::Lenient).unwrap();
        let found = told(&header);
        assert_eq!(header.length() + body.len() as u64, file.len() as u64);
        for size in [1, 3, 64, 511, 513] {
            let mut reader = HeaderReader::new(LineEndings::Lenient);
            let mut rest = 0;
            for piece in file.chunks(size) {
                rest += reader
                    .push(piece)
                    .unwrap()
                    .map_or(0, |taken| piece.len() - taken);
            }
            let header = reader.finish().unwrap();
            assert_eq!(header.length() + rest as u64, file.len() as u64, "{size}");
            assert_eq!(told(&header), found, "{size}");
        }
        found
    }

    fn check(file: &[u8], what: &str, remedy: Option<&str>) {
        // What is long is told by its start, however long its lines are.
        for file in [
            file.to_vec(),
            [file, &b"x".repeat(2 * 1024 * 1024)].concat(),
        ] {
            let expected = (format!("not a message: {what}"), remedy.map(str::to_owned));
            assert_eq!(said(&file), Some(expected));
        }
    }

    #[test]
    fn files_are_told_by_their_first_bytes() {
        for (at, bytes, what, remedy) in BINARY {
            let file = [&vec![0; *at], *bytes, b"\n\n\0\r\n"].concat();
            check(&file, what, *remedy);
        }
        for (start, what, remedy) in TEXT {
            check(format!("{start}x\n\n").as_bytes(), what, *remedy);
            let below = format!("\u{feff} {}x y: z\n\n", start.to_lowercase());
            check(below.as_bytes(), what, *remedy);
        }
        check(&b"\x01\0\0\x02: x\n\n".repeat(80), "binary data", None);
        let mut tar = [&b"cur/1:2,S"[..], &[0; 248], b"ustar\0", &[0; 250]].concat();
        tar.extend_from_slice(b"From: a\n\n");
        let remedy = "mkdir unpacked && tar -xf FILE -C unpacked";
        check(&tar, "a tar archive", Some(remedy));
    }

    #[test]
    fn wide_text_is_told_by_its_zero_bytes() {
        let text = "From: joe@example.com\r\n\r\nHi\r\n";
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let what = "text in UTF-16 or UTF-32";
        let iconv = |from: &str| Some(format!("iconv -f {from} -t UTF-8 FILE > mended.eml"));
        for (start, file, from) in [
            (&b""[..], &little, "UTF-16LE"),
            (b"", &big, "UTF-16BE"),
            (b"\xff\xfe", &little, "UTF-16"),
            (b"\xfe\xff", &big, "UTF-16"),
        ] {
            check(&[start, file].concat(), what, iconv(from).as_deref());
        }
    }

    #[test]
    fn apple_mail_says_how_long_a_message_is() {
        let remedy = Some("tail -n +2 FILE | head -c 40 > mended.eml");
        check(
            b"40        \nFrom: a\n\nb\n",
            "an Apple Mail file (.emlx)",
            remedy,
        );
    }

    #[test]
    fn what_has_no_field_is_no_message() {
        let none = |file: &[u8], what: &str, remedy: Option<&str>| {
            let expected = (format!("not a message: {what}"), remedy.map(str::to_owned));
            assert_eq!(said(file), Some(expected));
        };
        none(b"", "it is empty", None);
        none(b"\xef\xbb\xbf", "it is empty", None);
        none(
            b"Dear Bob,\nlunch?\n\nFrom: a\n",
            "there is no header field",
            None,
        );
        let first = "the first line is empty, so all below it is body and nothing is header";
        none(
            b"\r\nFrom: a\r\n",
            first,
            Some("tail -n +2 FILE > mended.eml"),
        );
        none(
            b"\xef\xbb\xbf\nFrom: a\n",
            first,
            Some("tail -n +2 FILE > mended.eml"),
        );
        let below =
            "an empty line is above the first field, so all below it is body and nothing is header";
        none(
            b"From a Sat\n\nFrom: a\n",
            below,
            Some("tail -n +3 FILE > mended.eml"),
        );
    }

    #[test]
    fn a_command_never_writes_over_the_file_that_it_reads() {
        let remedy = "tail -n +2 FILE > mended.eml";
        for (word, expected) in [
            ("a.eml", "tail -n +2 a.eml > mended.eml"),
            ("mended.eml", "tail -n +2 mended.eml > mended-again.eml"),
            ("./mended.eml", "tail -n +2 ./mended.eml > mended-again.eml"),
        ] {
            assert_eq!(with_file(remedy, word), expected);
        }
    }

    #[test]
    fn a_message_is_none_of_these() {
        for message in [
            &b"From: a\r\n\r\n\0\0"[..],
            b"junk\0\r\nFrom: a\r\n\r\n",
            b"%PDF-1.4: x\r\n\r\n",
            b"<html: x\r\n\r\n",
            b"4\r\njunk\r\nFrom: a\r\n\r\n",
            b"GIF8: a",
            b"From a\nFrom: b\n\n",
        ] {
            assert_eq!(said(message), None, "{message:?}");
        }
    }
}
