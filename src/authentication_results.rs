//! The Authentication-Results field (RFC 8601): what a verifier found, for whoever reads the
//! message later. [`field`] writes one, [`AuthenticationResults`] reads those that are there.

mod reading;
mod value;

use std::error::Error;
use std::fmt;
use std::str::FromStr;

use crate::algorithm::KeyType;
use crate::identifier::{DomainName, MAX_NAME};
use crate::signature::claimed_signature;
use crate::syntax::folded::FoldedText;
use crate::verdict::{Reason, Verdict, VerificationResult};
use crate::verify::Report;
use value::{base64, comment, identity, is_dotted_token};

pub use reading::{AuthenticationResults, DkimResult};

/// The name of the field.
pub const FIELD_NAME: &str = "Authentication-Results";
/// At least so many characters of `b=` tell one signature from another (RFC 6008 §4).
const MIN_SIGNATURE: usize = 8;
/// The indent of the further lines of a result.
const MORE: &str = "  ";
/// At most so many characters of `b=` are written. Signatures that are equal this far were made
/// to be, and a line has room for no more than 998.
const MAX_SIGNATURE: usize = 900;

/// Who says what an Authentication-Results field says: the authserv-id, most often the name of
/// the mail server (RFC 8601 §2.5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthservId(String);

impl AuthservId {
    /// Reads an identifier: a domain name, of which the A-labels are taken where it is in
    /// U-labels, or another word that is not to be quoted, with single dots in it at most. Quoted
    /// ones, which RFC 8601 §2.2 allows as well, are not understood by all who read the field.
    ///
    /// # Errors
    ///
    /// An [`AuthservIdError`] that says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, AuthservIdError> {
        if text.trim().is_empty() {
            return Err(AuthservIdError::Empty);
        }
        if text.len() > MAX_NAME {
            return Err(AuthservIdError::Long);
        }
        if is_dotted_token(text) {
            return Ok(Self(text.to_owned()));
        }
        if text.is_ascii() {
            return Err(AuthservIdError::Character);
        }
        match DomainName::parse(text.as_bytes()) {
            Ok(name) => Ok(Self(name.to_ascii().to_owned())),
            Err(_) => Err(AuthservIdError::Character),
        }
    }
}

impl FromStr for AuthservId {
    type Err = AuthservIdError;

    fn from_str(text: &str) -> Result<Self, AuthservIdError> {
        Self::parse(text)
    }
}

impl fmt::Display for AuthservId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What is wrong with the identifier of an authentication service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuthservIdError {
    /// There is nothing in it.
    Empty,
    /// It is longer than a domain name can be.
    Long,
    /// It would have to be quoted: there is a space, a semicolon or the like in it, an empty label,
    /// or characters beyond ASCII in what is not a domain name.
    Character,
}

impl fmt::Display for AuthservIdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "it is empty",
            Self::Long => "it is longer than 253 octets",
            Self::Character => "it is not a domain name, nor a word that needs no quotes",
        })
    }
}

impl Error for AuthservIdError {}

/// The Authentication-Results field for a report, folded at 78 columns, with its final line end.
///
/// Its line ends are those of the message's first line, above which it is to be put, so that a
/// message gets no line ends of a further kind, whichever it has below; CRLF where bare line feeds
/// are data.
///
/// There is a result for each signature, the reason behind it as a comment, and `dkim=none`
/// without any (RFC 8601 §2.7.1). Signatures beyond the limit share one result.
///
/// Whatever strangers wrote is there in a form that every reader must take for one value, without
/// quotes: domains and selectors in A-labels; of an identity (`header.i`) whose local part is more
/// than a plain word, the domain alone. Only the start of a signature (`header.b`), at the end of a
/// result, has quotes if there is a `/` or `=` in it. A comment is free of all characters that mean
/// something.
#[must_use]
pub fn field(id: &AuthservId, report: &Report) -> String {
    let line_end = report.header.line_end_on_top();
    let mut folded = FoldedText::new(&format!("{FIELD_NAME}: {id};"), line_end);
    let is_judged =
        |verdict: &&Verdict| !matches!(verdict.reason, Some(Reason::TooManySignatures { .. }));
    let judged: Vec<&Verdict> = report.verdicts.iter().filter(is_judged).collect();
    if report.verdicts.is_empty() {
        folded.piece(" ", "dkim=none", MORE);
        return folded.end();
    }
    let rest = report
        .verdicts
        .iter()
        .rev()
        .find(|verdict| !is_judged(verdict));
    let signatures = signature_starts(&judged, report);
    for (at, verdict) in judged.iter().enumerate() {
        if at > 0 {
            folded.push(";");
        }
        let signature = signatures[at].as_deref();
        write_result(&mut folded, verdict, signature, report);
    }
    if let Some(reason) = rest.and_then(|verdict| verdict.reason.as_ref()) {
        if !judged.is_empty() {
            folded.push(";");
        }
        write_start(&mut folded, reason.result());
        let count = report.verdicts.len() - judged.len();
        write_comment(&mut folded, &format!("{count} more not judged: {reason}"));
    }
    folded.end()
}

/// Begins a result on a line of its own.
fn write_start(folded: &mut FoldedText, result: VerificationResult) {
    folded.fold(" ");
    folded.push(&format!("dkim={result}"));
}

/// Writes a comment, which may be broken between its words.
fn write_comment(folded: &mut FoldedText, text: &str) {
    for word in comment(text).split(' ') {
        folded.piece(" ", word, MORE);
    }
}

fn write_result(
    folded: &mut FoldedText,
    verdict: &Verdict,
    signature: Option<&str>,
    report: &Report,
) {
    write_start(folded, verdict.result());
    if let Some(text) = remark(verdict) {
        write_comment(folded, &text);
    }
    let mut property =
        |name: &str, value: &str| folded.piece(" ", &format!("header.{name}={value}"), MORE);
    let stated = verdict.signature.as_ref();
    let (domain, selector) = verdict.identifiers(&report.header);
    if let Some(domain) = domain {
        property("d", domain.to_ascii());
    }
    if let Some(stated) = stated {
        property("i", &identity(&stated.identity()));
    }
    if let Some(selector) = selector {
        property("s", selector.to_ascii());
    }
    if let Some(stated) = stated {
        property("a", stated.algorithm.name());
    }
    if let Some(signature) = signature.and_then(base64) {
        property("b", &signature);
    }
}

/// What is said beside a result: the key that a signature passed with, or why it did not.
fn remark(verdict: &Verdict) -> Option<String> {
    match &verdict.reason {
        None => verdict.key.as_ref().map(|evidence| {
            let key = &evidence.record.key;
            match key.key_type() {
                KeyType::Rsa => format!("{}-bit rsa key", key.bits()),
                KeyType::Ed25519 => "ed25519 key".to_owned(),
            }
        }),
        // Where the key was looked for is said by header.d and header.s.
        Some(
            reason @ (Reason::Lookup(_)
            | Reason::KeyNotFound(_)
            | Reason::TooManyKeys { .. }
            | Reason::Record(_)),
        ) => Some(reason.to_string()),
        Some(_) => verdict.detail(),
    }
}

/// As much of each signature's `b=` as tells it from the others, eight characters at least
/// (RFC 6008 §4).
fn signature_starts(verdicts: &[&Verdict], report: &Report) -> Vec<Option<String>> {
    let whole: Vec<Option<String>> = verdicts
        .iter()
        .map(|verdict| {
            let field = report.header.field(verdict.field_index)?;
            claimed_signature(field)
        })
        .collect();
    let mut distinct: Vec<&str> = whole.iter().flatten().map(String::as_str).collect();
    distinct.sort_unstable();
    distinct.dedup();
    let start = |signature: &String| {
        // In their order, those with the longest common start are neighbours.
        let place = distinct.binary_search(&signature.as_str()).ok()?;
        let before = place.checked_sub(1).and_then(|at| distinct.get(at));
        let neighbours = [before, distinct.get(place + 1)];
        let common = neighbours.into_iter().flatten().map(|other| {
            let pairs = signature.bytes().zip(other.bytes());
            pairs.take_while(|(one, other)| one == other).count()
        });
        let length = common.max().map_or(0, |common| common + 1);
        let length = length.clamp(MIN_SIGNATURE, MAX_SIGNATURE);
        Some(signature.chars().take(length).collect())
    };
    whole
        .iter()
        .map(|signature| start(signature.as_ref()?))
        .collect()
}

#[cfg(test)]
mod tests;
