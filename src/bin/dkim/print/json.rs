//! What the JSON of several subcommands shares: lines that do nothing to a terminal, body hashes.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dkim_toolkit::verdict::Verdict;
use serde::Serialize;

use crate::files::Source;

/// An object as a line of JSON.
pub fn line(object: &impl Serialize) -> String {
    let mut text = serde_json::to_string(object).unwrap_or_default();
    text.push('\n');
    // Beside control characters, which JSON escapes, nothing may act on a terminal.
    if text.is_ascii() && !text.contains('\u{7f}') {
        return text;
    }
    escape(&text)
}

/// Escapes in JSON text what JSON itself leaves as it is though it may act on a terminal.
fn escape(line: &str) -> String {
    let mut escaped = String::with_capacity(line.len());
    for character in line.chars() {
        if character == '\n' || dkim_toolkit::escape::is_printable(character) {
            escaped.push(character);
        } else {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                escaped.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    escaped
}

/// Where a message was read from.
#[derive(Serialize)]
pub struct FileName<'a> {
    source: Cow<'a, str>,
    /// The bytes of a name that is not UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    source_base64: Option<String>,
}

impl<'a> From<&'a Source> for FileName<'a> {
    fn from(source: &'a Source) -> Self {
        Self {
            source: source.name(),
            source_base64: source.odd_name().map(|name| STANDARD.encode(name)),
        }
    }
}

/// The body hash that a signature claims, and that of the body.
#[derive(Serialize)]
pub struct BodyHash {
    claimed: Option<String>,
    computed: Option<String>,
    matches: Option<bool>,
}

impl BodyHash {
    /// As far as the verdict knows them.
    pub fn new(verdict: &Verdict) -> Self {
        let claimed = verdict.signature.as_ref();
        let computed = verdict.computed_body_hash.as_ref();
        Self {
            claimed: claimed.map(|signature| STANDARD.encode(signature.body_hash)),
            computed: computed.map(|hash| STANDARD.encode(hash)),
            matches: verdict.body_hash_matches(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_stays_json_and_acts_on_nothing() {
        let text = "a\u{1b}\u{9b}\u{202e}\u{e0001}ü";
        let line = escape(&serde_json::to_string(text).unwrap());
        assert_eq!(line, "\"a\\u001b\\u009b\\u202e\\udb40\\udc01ü\"");
        assert_eq!(serde_json::from_str::<String>(&line).unwrap(), text);
    }
}
