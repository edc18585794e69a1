//! Values of a field: tokens, quoted strings, identities, comments (RFC 8601 §2.2).

use crate::escape::escape;
use crate::identifier::Auid;

/// The longest `header.i`, in octets. A line has to have room for it.
const MAX_IDENTITY: usize = 512;
/// The longest comment, in characters.
const MAX_COMMENT: usize = 400;

/// The text as it is if it is a token, else quoted. It has to be printable ASCII.
pub(super) fn token_or_quoted(text: &str) -> String {
    if !text.is_empty() && text.bytes().all(is_token_octet) {
        text.to_owned()
    } else {
        quoted(text)
    }
}

/// Printable ASCII as a quoted string (RFC 5322 §3.2.4).
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        if matches!(character, '"' | '\\') {
            quoted.push('\\');
        }
        quoted.push(character);
    }
    quoted.push('"');
    quoted
}

/// An identity as a value; `None` if it cannot be one that every reader takes for the same.
///
/// The local part may be anything that a stranger liked. UTF-8 would be allowed in
/// internationalized messages alone, and whoever adds the field may not know that this is one. Of
/// quotes and backslashes in quotes many readers know nothing: to them, what stands behind would
/// be results.
pub(super) fn identity(identity: &Auid) -> Option<String> {
    let (local_part, domain) = (identity.local_part(), identity.domain().to_ascii());
    let is_safe = |octet| matches!(octet, b' '..=b'~') && !matches!(octet, b'"' | b'\\');
    if !local_part.bytes().all(is_safe) {
        return None;
    }
    let text = format!("{local_part}@{domain}");
    // What the grammar allows bare is less than what readers take so, and more than they should.
    let is_plain = local_part.bytes().all(is_token_octet) && !domain.contains('_');
    let value = if is_plain { text } else { quoted(&text) };
    (value.len() <= MAX_IDENTITY).then_some(value)
}

/// Text as a comment of printable ASCII. Nothing in it could be taken for a part of the field, not
/// even by those who do not know comments: `=` and `;` are not there either.
pub(super) fn comment(text: &str) -> String {
    let text = escape(text)
        .replace('\u{a7}', "section ")
        .replace("\"=\"", "equals sign");
    let mut comment = String::from("(");
    let mut characters = text.chars().take(MAX_COMMENT).peekable();
    while let Some(character) = characters.next() {
        let has_value = characters.peek().is_some_and(char::is_ascii_alphanumeric);
        match character {
            ' ' if comment.ends_with([' ', '(']) => {}
            '=' if has_value => comment.push(':'),
            '=' if characters.peek() == Some(&'"') => comment.push(' '),
            // A tag's name is as plain without it.
            '=' => {}
            '(' | '{' => comment.push('['),
            ')' | '}' => comment.push(']'),
            ';' => comment.push(','),
            '\\' => comment.push('/'),
            '"' => comment.push('\''),
            ' '..='~' => comment.push(character),
            _ => comment.push('?'),
        }
    }
    let length = comment.trim_end().len();
    comment.truncate(length);
    comment.push(')');
    comment
}

/// Whether an octet may be in a token (RFC 8601 §2.2 takes those of MIME).
fn is_token_octet(octet: u8) -> bool {
    octet.is_ascii_graphic() && !b"()<>@,;:\\\"/[]?=".contains(&octet)
}
