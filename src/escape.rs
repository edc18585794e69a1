//! Making what strangers wrote fit to print.

/// `text` with every character that could act on a terminal or mislead a reader written as an
/// escape: control characters, bidirectional overrides, line separators.
///
/// A backslash stays as it is: the result is to be read, not to be decoded.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        push_escaped(&mut escaped, character);
    }
    escaped
}

/// [`escape`] for octets of any kind; those that are not UTF-8 become U+FFFD.
#[must_use]
pub fn escape_octets(octets: &[u8]) -> String {
    escape(&String::from_utf8_lossy(octets))
}

pub(crate) fn push_escaped(escaped: &mut String, character: char) {
    if is_printable(character) {
        escaped.push(character);
    } else {
        match character {
            '\t' => escaped.push_str("\\t"),
            '\r' => escaped.push_str("\\r"),
            '\n' => escaped.push_str("\\n"),
            other => escaped.extend(other.escape_unicode()),
        }
    }
}

/// Whether a character can be shown as it is: it neither acts on a terminal nor misleads a reader.
#[must_use]
pub fn is_printable(character: char) -> bool {
    // Formatting characters that reorder or hide text, beside the controls of C0 and C1.
    let misleading = matches!(character,
        '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}');
    !character.is_control() && !misleading
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_reaches_a_terminal_as_a_command() {
        assert_eq!(escape("a\u{1b}[31mb"), "a\\u{1b}[31mb");
        assert_eq!(escape("a\r\nb\tc\0"), "a\\r\\nb\\tc\\u{0}");
        assert_eq!(escape("a\u{202e}b\u{9b}"), "a\\u{202e}b\\u{9b}");
        assert_eq!(escape("grüße \\ 日本"), "grüße \\ 日本");
        assert_eq!(escape_octets(b"a\xffb"), "a\u{fffd}b");
    }
}
