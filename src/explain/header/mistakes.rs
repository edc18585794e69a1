//! What signers do wrong with the header they sign (RFC 6376 §3.4.2, §3.7).

use super::form::Entry;
use super::text::{indent, outdent};
use crate::canonicalization::Canonicalization;
use crate::syntax::folding::is_wsp;

/// A signer's mistake: the header is as it was, and was hashed wrongly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mistake {
    /// Hashed in this canonicalization, which `c=` does not say; and perhaps with a line end behind
    /// the signature's own field.
    Canonicalization(Canonicalization, bool),
    /// Hashed with a line end behind the signature's own field.
    OwnLineEnd,
    /// Hashed in the order of the message.
    Order,
    /// Hashed in a `relaxed` that is not made to its end.
    Half(Half),
}

/// What of `relaxed` a signer leaves out, as bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Half(u8);

/// What may be left out, each with what the signer does instead: "its signer …".
const STEPS: [&str; 7] = [
    "does not put names in lower case",
    "keeps the white space behind the colon",
    "keeps the white space behind the colon of a field that is folded there",
    "keeps tabs",
    "does not reduce runs of white space to one space",
    "keeps white space at the end of values",
    "keeps folds",
];
const CASE: u8 = 1;
const COLON: u8 = 1 << 1;
const FOLDED_COLON: u8 = 1 << 2;
const TABS: u8 = 1 << 3;
const RUNS: u8 = 1 << 4;
const END: u8 = 1 << 5;
const FOLDS: u8 = 1 << 6;

impl Half {
    /// One step left out, and two, each with its cost.
    pub(super) fn all() -> impl Iterator<Item = (u32, Self)> {
        let bits = || (0..STEPS.len()).map(|bit| 1 << bit);
        let two = bits().flat_map(move |one| bits().map(move |other: u8| (one, other)));
        let two = two.filter(|(one, other)| one < other);
        let two = two.map(|(one, other)| (5, Self(one | other)));
        bits().map(|one| (3, Self(one))).chain(two)
    }

    const fn leaves_out(self, step: u8) -> bool {
        self.0 & step != 0
    }

    /// A field in this form, with its final CRLF but for the signature's own.
    pub(super) fn canonical(self, entry: &Entry, is_own: bool) -> Vec<u8> {
        let mut name = entry.name().trim_ascii_end().to_vec();
        if !self.leaves_out(CASE) {
            name.make_ascii_lowercase();
        }
        let mut value = entry.value();
        if self.leaves_out(FOLDED_COLON) {
            let word = value.iter().position(|&byte| !is_wsp(byte));
            value = &value[word.unwrap_or(value.len())..];
        }
        let mut text: Vec<u8> = Vec::with_capacity(value.len());
        for &octet in value {
            let is_blank = octet == b' ' || octet == b'\t' && !self.leaves_out(TABS);
            match octet {
                b'\n' if self.leaves_out(FOLDS) => text.extend_from_slice(b"\r\n"),
                b'\r' | b'\n' => {}
                _ if !is_blank || self.leaves_out(RUNS) => text.push(octet),
                _ if text.last() != Some(&b' ') => text.push(b' '),
                _ => {}
            }
        }
        let mut text = &text[..];
        if !self.leaves_out(COLON) && !self.leaves_out(FOLDED_COLON) {
            text = &text[indent(text)..];
        }
        if !self.leaves_out(END) {
            text = &text[..text.len() - outdent(text)];
        }
        let end: &[u8] = if is_own { b"" } else { b"\r\n" };
        [&name, &b":"[..], text, end].concat()
    }
}

impl Mistake {
    /// What the signer did, as the rest of a sentence, and what to do about it.
    pub(super) fn told(self) -> (String, &'static str) {
        match self {
            Self::Canonicalization(signed, ends) => {
                let said = match signed {
                    Canonicalization::Simple => "relaxed",
                    Canonicalization::Relaxed => "simple",
                };
                let end = if ends {
                    ", and with a line end behind its own field"
                } else {
                    ""
                };
                let told = format!(
                    "the signer hashed the header in {} \
                     canonicalization{end}, though c= says {said}",
                    signed.name()
                );
                (told, "correct the signer: c= has to name what it does")
            }
            Self::OwnLineEnd => (
                "the signer hashed a line end behind its own field, which relaxed and simple both \
                 leave out (RFC 6376 §3.7)"
                    .to_owned(),
                "correct the signer: it has to hash its own field without the CRLF at its end \
                 (RFC 6376 §3.7)",
            ),
            Self::Order => (
                "the signer hashed the header fields in the \
                 order of the message, and not in that of h="
                    .to_owned(),
                "correct the signer: it has to hash the fields in the order of h=, of one name the \
                 lowest first (RFC 6376 §5.4.2)",
            ),
            Self::Half(half) => {
                let left_out = STEPS.iter().enumerate();
                let left_out = left_out.filter(|(bit, _)| half.0 & (1 << bit) != 0);
                let steps: Vec<_> = left_out.map(|(_, step)| *step).collect();
                let told = format!(
                    "the signer makes the relaxed form of header fields wrongly: it {}",
                    crate::syntax::words::in_a_row(&steps, "and")
                );
                (
                    told,
                    "correct the signer's relaxed canonicalization of header fields (RFC 6376 \
                     §3.4.2); until then have it sign with c=simple",
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relaxed_is_left_half_made() {
        let check = |steps: u8, raw: &str, expected: &str| {
            let entry = Entry {
                origin: None,
                raw: raw.as_bytes().into(),
            };
            let canonical = Half(steps).canonical(&entry, true);
            assert_eq!(String::from_utf8(canonical).unwrap(), expected, "{raw:?}");
        };
        check(0, "Subject : a \r\n\t b ", "subject:a b");
        check(CASE, "Subject: a", "Subject:a");
        check(COLON, "Subject:  a", "subject: a");
        check(FOLDED_COLON, "Subject: a", "subject:a");
        check(FOLDED_COLON, "Subject: \r\n  a", "subject: a");
        check(RUNS, "Subject: a \r\n  b ", "subject:a   b");
        check(TABS, "Subject: a\r\n\tb  c", "subject:a\tb c");
        check(END, "Subject: a ", "subject:a ");
        check(FOLDS, "Subject: a\r\n b", "subject:a\r\n b");
        check(CASE | COLON, "Subject: a", "Subject: a");
    }
}
