//! The characters of a file: UTF-8, or UTF-16 as PowerShell's `>` writes it.

use super::ExpectedError;

/// The text without its byte order mark, with LF alone between lines.
pub(super) fn decode(bytes: &[u8]) -> Result<String, ExpectedError> {
    let text = match bytes {
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [0xEF, 0xBB, 0xBF, rest @ ..] => std::str::from_utf8(rest).ok().map(ToOwned::to_owned),
        bytes => std::str::from_utf8(bytes).ok().map(ToOwned::to_owned),
    };
    let text = text.ok_or_else(|| {
        ExpectedError::at(
            None,
            "it is not text: expected UTF-8, or UTF-16 with a byte order mark",
        )
    })?;
    Ok(text.replace("\r\n", "\n").replace('\r', "\n"))
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Option<String> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let units: Vec<u16> = pairs.iter().map(|pair| unit(*pair)).collect();
    rest.is_empty().then(|| String::from_utf16(&units).ok())?
}
