//! Header fields that a signer hashed with the body, and the empty line between them.

use super::Found;
use crate::explain::body::claim::{Claim, Fit, PIECE, Scan};
use crate::explain::body::story::Story;
use crate::explain::{Budget, Cause};

/// Fields by their name, and in which place they are below the signature's own field, if they are.
type Taken = fn(&[u8], bool) -> bool;

/// Which fields, and how that reads.
const FIELDS: [(Taken, &str); 3] = [
    (|name, _| begins(name, b"content-"), "its Content- fields"),
    (
        |name, _| begins(name, b"content-") || name.eq_ignore_ascii_case(b"mime-version"),
        "its MIME-Version and Content- fields",
    ),
    (|_, is_below| is_below, "the whole header"),
];

/// Tries the body with fields before it (RFC 6376 §3.7 has none there).
pub(super) fn search(claim: &Claim<'_>, body: &[u8], budget: &mut Budget<'_>) -> Found {
    let mut tried = Vec::new();
    for (is_taken, which) in FIELDS {
        let mut before = Vec::new();
        for (at, field) in claim.header.fields().enumerate() {
            if is_taken(field.name(), at > claim.own_field) {
                before.extend_from_slice(field.raw());
                if !before.ends_with(b"\n") {
                    before.extend_from_slice(b"\r\n");
                }
            }
        }
        if before.is_empty() || tried.contains(&before) {
            continue;
        }
        let mut scan = Scan::new(*claim);
        let pieces = [&before[..], b"\r\n", body];
        for piece in pieces.into_iter().flat_map(|piece| piece.chunks(PIECE)) {
            budget.spend(piece.len())?;
            scan.push(piece);
        }
        if scan.finish().fit == Some(Fit::Whole) {
            let said = format!(
                "bh= is the hash of the body with {which} and the empty line before it; the body \
                 begins behind that line (RFC 6376 §3.7)"
            );
            let remedy = "have the signer hash what is behind the empty line alone (RFC 6376 §3.7)";
            let story = Story::new(Cause::CanonicalizationMislabelled, said);
            return Ok(Some(vec![story.with_remedy(remedy)]));
        }
        tried.push(before);
    }
    Ok(None)
}

fn begins(name: &[u8], prefix: &[u8]) -> bool {
    let start = name.get(..prefix.len());
    start.is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

#[cfg(test)]
mod tests {
    use sha2::Digest as _;

    use super::*;
    use crate::algorithm::HashAlgorithm;
    use crate::canonicalization::Canonicalization;
    use crate::explain::body::mime::Form;
    use crate::message::{self, LineEndings};

    const HEADER: &str = "Received: x\r\nDKIM-Signature: x\r\nFrom: a\r\nMIME-Version: 1.0\r\n\
                          Content-Type: text/plain\r\nContent-Transfer-Encoding: 7bit\r\n\r\n";
    const BODY: &str = "one  two\r\n\r\n";

    #[test]
    fn fields_with_the_body() {
        let (header, _) = message::parse(HEADER.as_bytes(), LineEndings::Lenient).unwrap();
        for (from, which) in [
            ("Content-Type", "the body with its Content- fields and"),
            (
                "MIME-Version",
                "the body with its MIME-Version and Content- fields and",
            ),
            (
                "From",
                "the body with the whole header and the empty line before it",
            ),
        ] {
            let hashed = &HEADER[HEADER.find(from).unwrap()..];
            let hash = sha2::Sha256::digest(format!("{hashed}one two\r\n"));
            let claim = Claim {
                canonicalization: Canonicalization::Relaxed,
                algorithm: HashAlgorithm::Sha256,
                length: None,
                hash: &hash,
                line_endings: LineEndings::Lenient,
                header: &header,
                own_field: 1,
                form: Form::PLAIN,
            };
            let found = search(&claim, BODY.as_bytes(), &mut Budget::unlimited());
            let story = found.unwrap().unwrap().pop().unwrap();
            assert_eq!(story.cause, Cause::CanonicalizationMislabelled);
            assert!(story.detail.contains(which), "{}", story.detail);
        }
    }
}
