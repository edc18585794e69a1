//! Values of a field: tokens, identities, comments (RFC 8601 §2.2).
//!
//! What a stranger chose is never quoted. To readers that do not know quotes, what stands in them
//! would be parts of the field, results among them, and some that know them take a quoted value
//! only where nothing follows it. A value that would need quotes is left out, but for base64, which
//! can be nothing else, at the end of a result.

use crate::identifier::Auid;
use crate::syntax::escape::escape;

/// The longest local part of a mailbox, in octets (RFC 5321 §4.5.3.1.1).
const MAX_LOCAL_PART: usize = 64;
/// The longest comment, in characters.
const MAX_COMMENT: usize = 400;

/// The beginning of base64 as a value, in quotes if it has a character that no token has.
pub(super) fn base64(text: &str) -> Option<String> {
    let is_digit = |octet: u8| octet.is_ascii_alphanumeric() || b"+/".contains(&octet);
    let digits = text.trim_end_matches('=');
    if is_token(text) {
        Some(text.to_owned())
    } else {
        let quoted = || format!("\"{text}\"");
        (!digits.is_empty() && digits.bytes().all(is_digit)).then(quoted)
    }
}

fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(is_token_octet)
}

/// Whether a text is words of token characters with single dots between: both a value that needs
/// no quotes and what every reader takes for an identifier of a service.
pub(super) fn is_dotted_token(text: &str) -> bool {
    text.split('.').all(is_token)
}

/// An identity as a value: the whole of it if it is a plain address, else its domain alone.
///
/// The local part may be anything that a stranger liked, results among them. UTF-8 would be
/// allowed in internationalized messages alone, and whoever adds the field may not know that this
/// is one. Underscores in the domain are beyond the grammar, and readers take them.
pub(super) fn identity(identity: &Auid) -> String {
    let (local_part, domain) = (identity.local_part(), identity.domain().to_ascii());
    if local_part.len() <= MAX_LOCAL_PART && is_dotted_token(local_part) {
        format!("{local_part}@{domain}")
    } else {
        format!("@{domain}")
    }
}

/// Text as a comment of printable ASCII. Nothing in it could be taken for a part of the field, not
/// even by those who do not know comments: `=` and `;` are not there either.
pub(super) fn comment(text: &str) -> String {
    let text = escape(text)
        .replace('\u{a7}', "section ")
        // In the words of an error, not in what a stranger wrote behind another `=`.
        .replace(" \"=\"", " equals sign");
    let mut comment = String::from("(");
    let mut is_quoted = false;
    let mut characters = text.chars().take(MAX_COMMENT).peekable();
    while let Some(character) = characters.next() {
        let next = characters.peek();
        match character {
            ' ' if comment.ends_with([' ', '(']) => {}
            '=' if is_quoted || next.is_some_and(char::is_ascii_alphanumeric) => comment.push(':'),
            '=' if next == Some(&'"') => comment.push(' '),
            // A tag's name is as plain without it.
            '=' => {}
            '(' | '{' => comment.push('['),
            ')' | '}' => comment.push(']'),
            ';' => comment.push(','),
            '\\' => comment.push('/'),
            '"' => {
                is_quoted = !is_quoted;
                comment.push('\'');
            }
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
