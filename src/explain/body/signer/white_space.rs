//! White space by which a body differs from the form of it that was hashed: the signer may have
//! hashed that form, or somebody may have put white space into the body.

use super::forms::Form;
use crate::explain::Cause;
use crate::explain::body::quotation::quote_change;
use crate::explain::body::story::{Story, count};
use crate::explain::body::undone::{content, lines};
use crate::syntax::folding::is_wsp;

/// Lines up to this many are white space that somebody changed rather than a signer's mistake,
/// which would be all over a text, unless it is where people write it.
const FEW: usize = 3;

/// The white space of a body that the hash does not know.
pub(super) struct WhiteSpace {
    /// Whether that is in places where people write it.
    is_natural: bool,
    /// Lines that have it.
    changed: usize,
    /// The first of them, and what it is in the form that was hashed.
    first: Option<(Vec<u8>, Vec<u8>)>,
}

impl WhiteSpace {
    pub(super) fn in_lines(form: Form, body: &[u8], count: usize) -> Self {
        let mut found = Self {
            is_natural: form != Form::NOFWS,
            changed: 0,
            first: None,
        };
        let mut was = Vec::new();
        for line in lines(body).take(count) {
            let is = content(line);
            was.clear();
            form.put(is, &mut was);
            if is != was {
                found.changed += 1;
                found.is_natural &= is_natural(is);
                let first = || (is.to_vec(), was.clone());
                found.first.get_or_insert_with(first);
            }
        }
        found
    }

    /// What is told of it: the signer's own way, or that somebody put it into `such` a body.
    pub(super) fn story(self, own: &str, such: &str) -> Story {
        let Some((is, was)) = self.first else {
            return Story::new(Cause::CanonicalizationMislabelled, own);
        };
        let shown = quote_change(&is, &was).unwrap_or_default();
        if self.changed > FEW || self.is_natural {
            return Story::new(
                Cause::CanonicalizationMislabelled,
                format!("{own}; or white space was added to {such}, first in {shown}"),
            );
        }
        let lines = count(self.changed, "line");
        let first = if self.changed == 1 { "" } else { ", the first" };
        Story::new(
            Cause::WhitespaceChanged,
            format!("white space was changed in {lines}{first}: {shown}; or else {own}"),
        )
        .with_original(&was)
    }
}

/// Whether a line has no more white space than people write: behind a sentence, before an
/// indented line, and in the `-- ` that begins a signature (RFC 3676 §4.3).
fn is_natural(line: &[u8]) -> bool {
    let text = line.trim_ascii_start();
    let doubled = |pair: &&[u8]| is_wsp(pair[1]) && is_wsp(pair[2]);
    let behind_sentence = |pair: &[u8]| b".!?:".contains(&pair[0]) && pair[1..] == *b"  ";
    let tripled = text
        .windows(3)
        .any(|three| three.iter().all(|byte| is_wsp(*byte)));
    line == b"-- "
        || (text.trim_ascii_end() == text
            && !tripled
            && text.windows(3).filter(doubled).all(behind_sentence))
}
