//! Key files as editors, shells and environment variables leave them.

use memchr::memmem;
use zeroize::Zeroizing;

/// The text of a key file in UTF-8 and with real line ends, where it is in UTF-16 or has `\n`
/// written out, as JSON has it; `None` where there is nothing to change. Wiped when dropped.
pub(crate) fn plain(bytes: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let decoded = from_utf16(bytes).or_else(|| {
        let text = bytes.strip_prefix(b"\xef\xbb\xbf")?;
        Some(Zeroizing::new(text.to_vec()))
    });
    let text = decoded.as_ref().map_or(bytes, |decoded| decoded);
    let is_pem = memmem::find(text, b"-----BEGIN ").is_some();
    let written_out = is_pem && memmem::find(text, b"\\n").is_some();
    let lines = written_out.then(|| with_line_ends(text));
    lines.or(decoded)
}

/// The ASCII text that is in UTF-16, with a byte order mark or without.
fn from_utf16(bytes: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (units, is_little) = match bytes {
        [0xff, 0xfe, units @ ..] => (units, true),
        [0xfe, 0xff, units @ ..] => (units, false),
        [1..=0x7f, 0, 1..=0x7f, 0, ..] => (bytes, true),
        [0, 1..=0x7f, 0, 1..=0x7f, ..] => (bytes, false),
        _ => return None,
    };
    // Room for all from the start: a buffer that grows leaves copies of the key behind.
    let mut text = Zeroizing::new(Vec::with_capacity(units.len() / 2));
    for unit in units.chunks_exact(2) {
        let unit = [unit[0], unit[1]];
        let unit = if is_little {
            u16::from_le_bytes(unit)
        } else {
            u16::from_be_bytes(unit)
        };
        // Nothing but ASCII is part of a key.
        let character = u8::try_from(unit).ok().filter(u8::is_ascii);
        text.push(character.unwrap_or(b'?'));
    }
    Some(text)
}

/// The text with `\n` and `\r` for what they stand for.
fn with_line_ends(text: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut plain = Zeroizing::new(Vec::with_capacity(text.len()));
    let mut rest = text;
    while let Some((&first, after)) = rest.split_first() {
        let (byte, after) = match (first, after) {
            (b'\\', [b'n', after @ ..]) => (b'\n', after),
            (b'\\', [b'r', after @ ..]) => (b'\r', after),
            _ => (first, after),
        };
        plain.push(byte);
        rest = after;
    }
    plain
}
