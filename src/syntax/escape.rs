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
    // Characters that reorder or hide text, or that show nothing at all: those of the categories
    // Cf, Zl and Zp and the property Default_Ignorable_Code_Point.
    let misleading = matches!(character,
        '\u{ad}' | '\u{34f}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{890}' | '\u{891}'
        | '\u{8e2}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{110bd}' | '\u{110cd}'
        | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}');
    !character.is_control() && !misleading
}

/// At most 60 characters of what a stranger wrote, without control characters.
pub(crate) fn printable(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let mut shown = String::new();
    for (count, character) in text.chars().enumerate() {
        if count == 60 {
            shown.push('…');
            break;
        }
        push_escaped(&mut shown, character);
    }
    shown
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
