//! Values that fields are known to have: usual ones, those of MIME (RFC 2045 §4, §5, §6), and what
//! other fields have. They are put in the place of a value, and where a field is missing.
//!
//! Only what a mail system may have written is taken for its work. A value that nobody writes was
//! damaged or tampered with, and what systems do does not explain it.

use super::content_type::is_written;
use super::{Clues, Costed, Fields, Text, on_one_line};
use crate::explain::header::form::{Entry, Part};
use crate::explain::header::mailbox::mailboxes;
use crate::explain::header::text::collapsed;

/// Fields and what they usually say, with `|` between.
const USUAL: [(&str, &str); 12] = [
    ("mime-version", "1.0|1.0 (1.0)"),
    (
        "content-transfer-encoding",
        "7bit|8bit|quoted-printable|base64|binary|7BIT|8BIT|Quoted-Printable|QUOTED-PRINTABLE|\
         BASE64|Base64",
    ),
    (
        "content-type",
        "text/plain|text/plain; charset=utf-8|text/plain; charset=UTF-8|\
         text/plain; charset=\"utf-8\"|text/plain; charset=\"UTF-8\"|\
         text/plain; charset=us-ascii|text/plain; charset=US-ASCII|\
         text/plain; charset=\"us-ascii\"|text/plain; charset=iso-8859-1|\
         text/plain; charset=ISO-8859-1|text/plain; charset=\"iso-8859-1\"|\
         text/plain; charset=utf-8; format=flowed|text/plain; charset=UTF-8; format=flowed|\
         text/html|text/html; charset=utf-8|text/html; charset=UTF-8|\
         text/html; charset=\"utf-8\"|text/html; charset=\"UTF-8\"",
    ),
    (
        "to",
        "|undisclosed-recipients:;|undisclosed-recipients: ;|Undisclosed recipients:;|\
         Undisclosed-recipients:;|undisclosed recipients:;|\"undisclosed-recipients:;\"",
    ),
    ("cc", "|recipient list not shown: ;"),
    ("precedence", "bulk|list|junk|first-class|normal"),
    ("importance", "Normal|normal|High|high|low"),
    ("priority", "normal|urgent|non-urgent"),
    ("x-priority", "3|1|5|3 (Normal)|1 (Highest)"),
    ("auto-submitted", "auto-generated|auto-replied|no"),
    ("list-unsubscribe-post", "List-Unsubscribe=One-Click"),
    ("subject", ""),
];
/// The lowest field of a name is put in where it is missing; it stands at most this often.
const FEW: usize = 3;

/// Other values in the place of one.
pub(super) fn values(text: &Text<'_>, clues: &Clues<'_>) -> Vec<Costed> {
    let now = String::from_utf8_lossy(&collapsed(text.value)).into_owned();
    let mut found = of_message(text.field, clues);
    let usual = USUAL.iter().find(|(name, _)| *name == text.field);
    if usual.is_some_and(|(name, all)| is_of_a_system(name, &now, all, clues.body())) {
        found.extend(of_custom(text.field, clues));
    }
    found
}

/// A field that is missing, where the signature has a slot for it.
pub(super) fn missing(entries: &[Entry], part: &Part, clues: &Clues<'_>) -> Vec<Fields> {
    // Where one was taken away, this would be another value in its place.
    if entries.len() != part.now.len() || entries.len() >= part.slots.len().min(FEW) {
        return Vec::new();
    }
    let all = of_message(&part.name, clues)
        .into_iter()
        .chain(of_custom(&part.name, clues));
    let name = part.shown_name();
    let put = all.map(|(cost, value)| {
        let field = Entry::new(None, name.as_bytes(), &value);
        (cost, [entries, &[field]].concat())
    });
    put.collect()
}

/// What fields of this name usually say.
fn of_custom(name: &str, clues: &Clues<'_>) -> Vec<Costed> {
    let usual = USUAL.iter().find(|(usual, _)| *usual == name);
    let values = usual.into_iter().flat_map(|(_, all)| all.split('|'));
    let mut found: Vec<Costed> = values
        .map(|value| (2, [b" ", value.as_bytes()].concat()))
        .collect();
    if name == "mime-version" {
        found.extend(apple_versions(clues).into_iter().map(|value| (3, value)));
    }
    if usual.is_some_and(|(_, all)| all.starts_with('|')) {
        found.push((2, Vec::new()));
    }
    found
}

/// What the message has that fields of this name may have had.
fn of_message(name: &str, clues: &Clues<'_>) -> Vec<Costed> {
    let mut found: Vec<Costed> = Vec::new();
    let kept = clues.kept.get(name).into_iter().flatten();
    found.extend(kept.map(|value| (0, value.clone())));
    let in_body = clues.in_body.iter().filter(|(other, _)| other == name);
    found.extend(in_body.map(|(_, value)| (0, value.clone())));
    let from = || clues.text_of("from").unwrap_or_default();
    let first_address = |text: &str| {
        let mut all = mailboxes(text.as_bytes()).unwrap_or_default().into_iter();
        all.next().map(|each| each.address).unwrap_or_default()
    };
    let last_id = |name| {
        let ids = clues.text_of(name)?;
        ids.split_ascii_whitespace().next_back().map(str::to_owned)
    };
    let guesses: Vec<String> = match name {
        "sender" | "reply-to" => vec![from(), first_address(&from())],
        "return-path" => {
            let others = clues.mailboxes.iter().map(|each| each.address.clone());
            let all = std::iter::once(first_address(&from())).chain(others);
            all.map(|address| format!("<{address}>")).collect()
        }
        // What a message answers stands last among its References (RFC 5322 §3.6.4).
        "in-reply-to" => last_id("references").into_iter().collect(),
        "references" => last_id("in-reply-to").into_iter().collect(),
        "message-id" => ids(clues),
        _ => Vec::new(),
    };
    let guesses = guesses.into_iter().filter(|guess| !guess.is_empty());
    found.extend(guesses.map(|guess| on_one_line((2, guess))));
    found
}

/// A Message-ID that was replaced may be kept among the References, or elsewhere.
fn ids(clues: &Clues<'_>) -> Vec<String> {
    let mut found = Vec::new();
    for field in clues
        .header
        .fields()
        .filter(|field| field.value().len() < 4096)
    {
        let name = String::from_utf8_lossy(field.name()).to_ascii_lowercase();
        if name == "references" || name == "in-reply-to" || name.starts_with("x-") {
            let text = String::from_utf8_lossy(&collapsed(field.value())).into_owned();
            let is_id =
                |word: &&str| word.starts_with('<') && word.ends_with('>') && word.contains('@');
            found.extend(text.split(' ').filter(is_id).map(str::to_owned));
        }
        if found.len() > 200 {
            break;
        }
    }
    found
}

/// What Apple Mail writes behind a MIME-Version, by its X-Mailer: `Apple Mail (2.3774.600.62)` goes
/// with `1.0 (Mac OS X Mail 16.0 \(3774.600.62\))`.
fn apple_versions(clues: &Clues<'_>) -> Vec<Vec<u8>> {
    let mailer = clues.text_of("x-mailer").unwrap_or_default();
    let build = mailer
        .strip_prefix("Apple Mail (2.")
        .and_then(|build| build.strip_suffix(')'));
    let versions = (6..30).flat_map(|major| (0..7).map(move |minor| (major, minor)));
    let written = |build: &str| {
        let comment = versions
            .map(|(major, minor)| format!(" 1.0 (Mac OS X Mail {major}.{minor} \\({build}\\))"));
        comment.map(String::into_bytes).collect()
    };
    build.map(written).unwrap_or_default()
}

/// Whether a field's value is one that a mail system may have written in the place of a usual one.
fn is_of_a_system(name: &str, now: &str, usual: &str, body: &[u8]) -> bool {
    match name {
        "content-type" => is_written(now.as_bytes(), body),
        "to" | "cc" => now.contains('@') || usual.split('|').any(|usual| usual == now),
        "subject" => true,
        // With a comment (RFC 2045 §4).
        "mime-version" => now.split('(').next().unwrap_or_default().trim_end() == "1.0",
        _ => usual.split('|').any(|usual| usual == now),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_writes_is_no_work_of_a_system() {
        let is = |name: &str, now: &str| {
            let (_, usual) = USUAL.iter().find(|(usual, _)| *usual == name).unwrap();
            is_of_a_system(name, now, usual, b"")
        };
        assert!(is("mime-version", "1.0 (produced by a gateway)"));
        assert!(!is("mime-version", "1.1"));
        assert!(is("content-transfer-encoding", "8bit"));
        assert!(!is("content-transfer-encoding", "7bat"));
        assert!(is("to", "Joe <joe@example.com>"));
        assert!(is("to", "undisclosed-recipients:;"));
        assert!(!is("to", "undisclosed recipientx:;"));
    }
}
