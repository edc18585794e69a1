//! What a message tells of how it may have been.

use std::collections::HashMap;

use super::copies::{Copy, copied_fields, kept_elsewhere};
use super::form::SignedForm;
use super::mailbox::{Mailbox, mailboxes};
use super::rules::{ORIGINALS, fields_of_parts};
use super::text::shown;
use crate::canonicalization::Canonicalization;
use crate::canonicalization::body::BodyCanonicalizer;
use crate::explain::{Budget, Evidence, Exhausted};
use crate::hash::Digest;
use crate::message::{Header, LineEndings};

/// Fields that hold addresses are no longer.
const LONG: usize = 4096;
/// So many mailboxes are taken from the header.
const MANY: usize = 24;
/// So many lengths of the body are told apart.
const LENGTHS: usize = 4;
/// The body is looked at in pieces of so many bytes.
const PIECE: usize = 32 * 1024;

/// What a message tells.
pub(super) struct Clues<'a> {
    pub(super) header: &'a Header,
    pub(super) evidence: &'a Evidence<'a>,
    pub(super) canonicalization: Canonicalization,
    /// What `z=` says of fields that are signed.
    pub(super) copies: Vec<Copy>,
    /// What other fields have that those of a name may have had.
    pub(super) kept: HashMap<String, Vec<Vec<u8>>>,
    /// The names that a mailing list may have put into the Subject.
    pub(super) lists: Vec<String>,
    /// Who may be the author: what fields have that keep the From field, the likely ones first.
    pub(super) originals: Vec<(u32, String)>,
    /// Mailboxes of the header.
    pub(super) mailboxes: Vec<Mailbox>,
    /// The fields of MIME that stand in the body.
    pub(super) in_body: Vec<(String, Vec<u8>)>,
    /// The lengths of the body's beginnings that `bh=` is the hash of, if there is an `l=`.
    pub(super) lengths: Vec<usize>,
}

impl<'a> Clues<'a> {
    pub(super) fn new(
        form: &SignedForm<'a>,
        evidence: &'a Evidence<'a>,
        budget: &mut Budget<'_>,
    ) -> Result<Self, Exhausted> {
        let header = form.header;
        budget.spend(8 * header.octets().len())?;
        let mut originals = Vec::new();
        let mut found = Vec::new();
        let short = |name| {
            let two = header.fields_named(name).take(2).map(|field| field.value());
            two.filter(|value| value.len() < LONG)
        };
        for value in ORIGINALS.split(' ').flat_map(short) {
            let rank = u32::try_from(originals.len() / 2).unwrap_or(u32::MAX);
            originals.push((rank, shown(value)));
        }
        for value in ["from", "to", "cc"].into_iter().flat_map(short) {
            found.extend(mailboxes(value).unwrap_or_default());
        }
        for (_, text) in &originals {
            found.extend(mailboxes(text.as_bytes()).unwrap_or_default());
        }
        found.truncate(MANY);
        Ok(Self {
            header,
            evidence,
            canonicalization: form.canonicalization,
            copies: copied_fields(form),
            kept: kept_elsewhere(form, header),
            lists: list_names(header),
            originals,
            mailboxes: found,
            in_body: fields_of_parts(evidence.body.unwrap_or_default()),
            lengths: lengths(evidence, header.line_endings(), budget)?,
        })
    }

    /// The body, as far as it was kept.
    pub(super) fn body(&self) -> &'a [u8] {
        self.evidence.body.unwrap_or_default()
    }

    pub(super) fn line_endings(&self) -> LineEndings {
        self.header.line_endings()
    }

    pub(super) fn is_simple(&self) -> bool {
        self.canonicalization == Canonicalization::Simple
    }

    /// The first field of a name, as text.
    pub(super) fn text_of(&self, name: &str) -> Option<String> {
        let mut fields = self.header.fields_named(name);
        let field = fields.next().filter(|field| field.value().len() < LONG)?;
        Some(shown(field.value()))
    }
}

/// The lengths of the canonicalized body's beginnings that end with a line, and whose hash is what
/// `bh=` says (RFC 6376 §3.4.5).
fn lengths(
    evidence: &Evidence<'_>,
    line_endings: LineEndings,
    budget: &mut Budget<'_>,
) -> Result<Vec<usize>, Exhausted> {
    let (mut length, mut found) = (0, Vec::new());
    let Some(signature) = evidence
        .verdict
        .signature
        .as_ref()
        .filter(|each| each.body_length.is_some())
    else {
        return Ok(found);
    };
    let mut canonicalizer = BodyCanonicalizer::new(signature.canonicalization.body, line_endings);
    let mut digest = Digest::new(signature.algorithm.hash());
    let mut take = |mut octets: &[u8]| {
        while let Some(line_feed) = memchr::memchr(b'\n', octets) {
            let (line, behind) = octets.split_at(line_feed + 1);
            digest.update(line);
            length += line.len();
            octets = behind;
            if found.len() < LENGTHS && digest.is_now(&signature.body_hash) {
                found.push(length);
            }
        }
        digest.update(octets);
        length += octets.len();
    };
    for piece in evidence.body.unwrap_or_default().chunks(PIECE) {
        budget.spend(2 * piece.len())?;
        canonicalizer.push(piece, &mut take);
    }
    canonicalizer.finish(&mut take);
    Ok(found)
}

/// The names that a list may tag Subjects with (RFC 2919 §3; RFC 2369 §3.4).
fn list_names(header: &Header) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut add = |name: &str| {
        let name = name.trim().trim_matches('"').trim();
        if !name.is_empty() && name.len() <= 40 && !names.iter().any(|other| other == name) {
            names.push(name.to_owned());
        }
    };
    for field in header.fields_named("list-id").take(3) {
        let text = shown(field.value());
        let (phrase, id) = text.split_once('<').unwrap_or(("", &text));
        add(id.split('.').next().unwrap_or_default());
        add(phrase);
    }
    for name in ["list-post", "x-mailing-list", "mailing-list", "x-beenthere"] {
        for field in header.fields_named(name).take(2) {
            let text = shown(field.value());
            let address = text.trim_start_matches('<').trim_start_matches("mailto:");
            let address = address.trim_start_matches("list ");
            add(address.split('@').next().unwrap_or_default());
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::parse;

    #[test]
    fn names_of_lists() {
        let check = |message: &str, expected: &[&str]| {
            let (header, _) = parse(message.as_bytes(), LineEndings::Lenient).unwrap();
            assert_eq!(list_names(&header), expected, "{message:?}");
        };
        let both = "List-Id: The Board <board.lists.example>\n";
        check(both, &["board", "The Board"]);
        check("List-Post: <mailto:board@lists.example>\n", &["board"]);
        check(
            "X-BeenThere: board@lists.example\nList-Id: board.example\n",
            &["board"],
        );
        check("Subject: x\n", &[]);
    }
}
