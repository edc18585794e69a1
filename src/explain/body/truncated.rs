//! Traces of a body whose end is missing.
//!
//! What is missing cannot be put back, so nothing is proven here. It is told only where no change
//! was found that explains the body hash.

use super::appended::is_white;
use super::claim::Claim;
use super::mime::{Encoding, Structure};
use super::story::{Story, count};
use super::undone;
use crate::explain::{Cause, Evidence, Explanation, Proof};
use crate::syntax::base64::is_base64;

/// What speaks for a body that was cut off, the strongest trace alone.
pub(super) fn trace(
    claim: &Claim<'_>,
    structure: &Structure,
    evidence: &Evidence<'_>,
    body: &[u8],
) -> Option<Explanation> {
    let (detail, proof) = shorter_than_signed(claim, evidence)
        .or_else(|| nothing_left(claim, body))
        .or_else(|| open_multipart(structure))
        .or_else(|| incomplete_base64(structure, body))
        .or_else(|| unended_line(body))?;
    Some(Story::new(Cause::BodyTruncated, detail).explanation(proof))
}

type Trace = Option<(String, Proof)>;

/// More is signed than there is (`l=`, RFC 6376 §3.5).
fn shorter_than_signed(claim: &Claim<'_>, evidence: &Evidence<'_>) -> Trace {
    let signed = claim.length?;
    let present = evidence.verdict.canonical_body_length?;
    let missing = usize::try_from(signed.checked_sub(present)?).unwrap_or(usize::MAX);
    let verb = if missing == 1 { "is" } else { "are" };
    (missing > 0).then(|| {
        let signed = count(usize::try_from(signed).unwrap_or(usize::MAX), "byte");
        let detail = format!(
            "l= says to sign {signed} of the body, and the canonicalized body has {present}: {} {verb} \
             missing",
            count(missing, "byte")
        );
        (detail, Proof::Likely)
    })
}

/// Nothing is there, and something was signed.
fn nothing_left(claim: &Claim<'_>, body: &[u8]) -> Trace {
    // The empty body in either canonicalization (RFC 6376 §3.4.3 and §3.4.4).
    let signed_nothing = claim.is_hash_of(b"") || claim.is_hash_of(b"\r\n");
    (is_white(body) && !signed_nothing).then(|| {
        let what = if body.is_empty() {
            "is empty"
        } else {
            "has nothing but white space"
        };
        let detail = format!("the body {what}, and bh= is not the hash of an empty one");
        (detail, Proof::Likely)
    })
}

/// A multipart ends with a boundary line of its own kind (RFC 2046 §5.1.1).
fn open_multipart(structure: &Structure) -> Trace {
    structure.is_open.then(|| {
        let detail = if structure.boundaries.is_empty() {
            "the body has none of the boundary lines that Content-Type names"
        } else {
            "the last boundary line of the multipart body is missing"
        };
        (detail.to_owned(), Proof::Likely)
    })
}

/// Base64 comes in groups of four characters (RFC 4648 §4).
fn incomplete_base64(structure: &Structure, body: &[u8]) -> Trace {
    let part = structure.parts.last()?;
    // Where the last boundary line is there, so is what is before it.
    let is_last = structure.is_open || part.is_body();
    if part.encoding != Encoding::Base64 || !is_last {
        return None;
    }
    let content = body.get(part.content.clone())?;
    // What stands behind it in other letters is something else: a footer.
    let encoded = undone::lines(content)
        .map(<[u8]>::trim_ascii_end)
        .take_while(|line| line.iter().all(|byte| is_base64(*byte)));
    let digits: usize = encoded.map(<[u8]>::len).sum();
    (!digits.is_multiple_of(4)).then(|| {
        let detail = format!(
            "the base64 at the end of the body breaks off: it has {}, which is no multiple of four",
            count(digits, "character")
        );
        (detail, Proof::Likely)
    })
}

/// A text ends with a line end, except where it was cut off; or its writer left it out.
fn unended_line(body: &[u8]) -> Trace {
    let last = undone::content(body).len();
    (!body.is_empty() && last == body.len()).then(|| {
        let detail = "the last line of the body has no line end, as if the rest were missing";
        (detail.to_owned(), Proof::Possible)
    })
}

#[cfg(test)]
mod tests {
    use crate::explain::body::tests::Signed;
    use crate::explain::{Cause, Proof};

    fn check(fields: &str, original: &str, received: &str, expected: Option<(Proof, &str)>) {
        let signed = Signed {
            fields,
            ..Signed::new("relaxed/relaxed")
        };
        let explained = signed.explain(original.as_bytes(), received.as_bytes());
        let found = &explained.explanations[0];
        match expected {
            None => assert_eq!(found.cause, Cause::Unknown, "{received:?}"),
            Some((proof, words)) => {
                assert_eq!((found.cause, found.proof), (Cause::BodyTruncated, proof));
                assert!(found.detail.contains(words), "{}", found.detail);
            }
        }
    }

    #[test]
    fn traces() {
        let text = "one\r\ntwo\r\nthree\r\n";
        let cut = |length: usize| &text[..length];
        check("", text, cut(10), None);
        check("", text, cut(13), Some((Proof::Possible, "no line end")));
        let base64 = "Content-Transfer-Encoding: base64\r\n";
        let original = "YWFhYWFh\r\nYWFhYWFh\r\n";
        check(base64, original, &original[..10], None);
        check(
            base64,
            original,
            &original[..13],
            Some((Proof::Likely, "11 characters, which is no")),
        );
        let mixed = "Content-Type: multipart/mixed; boundary=b\r\n";
        let original = "--b\r\n\r\none\r\n--b\r\n\r\ntwo\r\n--b--\r\n";
        let open = Some((Proof::Likely, "the last boundary line"));
        check(mixed, original, &original[..17], open);
        check(mixed, original, &original[..12], open);
        check(
            mixed,
            original,
            "three\r\n",
            Some((Proof::Likely, "none of the boundary lines")),
        );
    }

    #[test]
    fn nothing_left() {
        let said = |words| Some((Proof::Likely, words));
        check("", "one\r\n", "", said("the body is empty"));
        check("", "one\r\n", " \r\n\t\r\n", said("nothing but white"));
        let mixed = "Content-Type: multipart/mixed; boundary=b\r\n";
        check(mixed, "--b\r\n\r\nx\r\n--b--\r\n", "", said("is empty"));
        check("", "one\r\n", "two\r\n", None);
    }

    #[test]
    fn more_signed_than_there_is() {
        let explained = Signed::new("simple; l=12").explain(b"one\r\ntwo\r\nthree\r\n", b"one\r\n");
        let found = &explained.explanations[0];
        assert_eq!(
            (found.cause, found.proof),
            (Cause::BodyTruncated, Proof::Likely)
        );
        assert!(
            found.detail.contains("7 bytes are missing"),
            "{}",
            found.detail
        );
    }
}
