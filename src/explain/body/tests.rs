//! Damage is made here by hand, apart from the code that undoes it.

mod added_part;
mod any_damage;
mod lines;
mod parts;
mod rewrapped;
mod signers;
mod white_space;
mod wrapped;

use std::time::Duration;

use super::super::{Cause, Evidence, Explained, Proof, explain};
use crate::canonicalization::BodyHashRequest;
use crate::explain::{Budget, Unfinished};
use crate::hash::BodyHasher;
use crate::message::{self, LineEndings};
use crate::verify::Verifier;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A message that was signed.
#[derive(Clone, Debug)]
pub(super) struct Signed<'a> {
    /// Header fields of the message, each with its line end.
    pub(super) fields: &'a str,
    /// `c=`, and `l=` if any, as they stand in the signature.
    pub(super) tags: &'a str,
    pub(super) line_endings: LineEndings,
}

impl<'a> Signed<'a> {
    pub(super) fn new(canonicalization: &'a str) -> Self {
        Self {
            fields: "",
            tags: canonicalization,
            line_endings: LineEndings::Lenient,
        }
    }

    /// The signed message's header, with the hash of `original` as the tags want it.
    fn header(&self, original: &[u8]) -> String {
        let draft = self.header_with("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
        let (header, _) = message::parse(draft.as_bytes(), self.line_endings).unwrap();
        let signature = header.fields_named("DKIM-Signature").next().unwrap();
        let signature = crate::signature::Signature::parse(signature).unwrap();
        let request: BodyHashRequest = signature.body_hash_request();
        let mut running = BodyHasher::new(self.line_endings, [request]);
        running.update(original);
        let hashes = running.finish();
        let hash = hashes.hash(&request).expect("l= is within the body");
        self.header_with(&STANDARD.encode(hash))
    }

    fn header_with(&self, hash: &str) -> String {
        format!(
            "From: a@example.com\r\n{}DKIM-Signature: v=1; a=rsa-sha256; c={}; \
             d=example.com; s=s; h=from; bh={hash}; b=AAAA\r\n\r\n",
            self.fields, self.tags
        )
    }

    /// What is said of `received`, when `original` was signed.
    pub(super) fn explain(&self, original: &[u8], received: &[u8]) -> Explained {
        self.explain_header(&self.header(original), received)
    }

    /// The same for the hash of octets that are hashed as they are.
    pub(super) fn explain_hash_of(&self, hashed: &[u8], received: &[u8]) -> Explained {
        use sha2::Digest as _;
        let hash = STANDARD.encode(sha2::Sha256::digest(hashed));
        self.explain_header(&self.header_with(&hash), received)
    }

    fn explain_header(&self, header: &str, received: &[u8]) -> Explained {
        let (header, _) = message::parse(header.as_bytes(), self.line_endings).unwrap();
        let mut verification = Verifier::default().begin(header.clone(), 0);
        verification.body(received);
        let report = verification.finish();
        let evidence = Evidence {
            header: &header,
            body: Some(received),
            verdict: &report.verdicts[0],
            nearby: &[],
        };
        explain(&evidence, &mut Budget::unlimited())
    }
}

/// What was proven, and what words the sentences have.
pub(super) fn assert_proven(explained: &Explained, causes: &[Cause], words: &str, what: &str) {
    let found: Vec<_> = explained
        .explanations
        .iter()
        .filter(|explanation| explanation.proof == Proof::Proven)
        .collect();
    let found_causes: Vec<_> = found.iter().map(|explanation| explanation.cause).collect();
    assert_eq!(found_causes, causes, "{what}: {found:?}");
    let said = found
        .iter()
        .map(|explanation| explanation.detail.as_str())
        .collect::<Vec<_>>()
        .join(" | ");
    assert!(said.contains(words), "{what}: {said}");
}

/// Under both canonicalizations.
fn check(original: &str, received: &str, causes: &[Cause], words: &str) {
    check_in("relaxed/relaxed", original, received, causes, words);
    check_in("simple/simple", original, received, causes, words);
}

fn check_in(tags: &str, original: &str, received: &str, causes: &[Cause], words: &str) {
    let explained = Signed::new(tags).explain(original.as_bytes(), received.as_bytes());
    assert_proven(&explained, causes, words, &format!("{tags} {received:?}"));
}

const TEXT: &str = "Hello,\r\n\r\n  this is  the first paragraph\r\nof two.\r\n\r\nThis is the \
                    second.\r\n\r\nJoe\r\n";

#[test]
fn appended() {
    let footer = "_______________\r\nlist mailing list\r\nlist@example.org\r\n";
    check(
        TEXT,
        &format!("{TEXT}{footer}"),
        &[Cause::ContentAppended],
        "added at the end of the body, 3 lines (54 bytes): “_______________ list mailing list",
    );
    check(
        TEXT,
        &format!("{TEXT}\r\n\r\n{footer}\r\n"),
        &[Cause::ContentAppended],
        "5 lines (58 bytes)",
    );
    let cut = TEXT.trim_end();
    check(
        TEXT,
        &format!("{cut} [scanned]\r\n"),
        &[Cause::ContentAppended],
        "within its last line, 1 line (10 bytes): “[scanned]”",
    );
    check_in(
        "simple/simple",
        TEXT,
        &format!("{TEXT} \t\r\n"),
        &[Cause::TrailingLinesChanged],
        "1 line",
    );
    check(
        TEXT,
        &format!("{TEXT}.\r\n"),
        &[Cause::DotStuffing],
        "the dot that ends",
    );
}

#[test]
fn put_before_or_into() {
    let banner = "CAUTION: this came from outside.\r\n";
    check(
        TEXT,
        &format!("{banner}\r\n{TEXT}"),
        &[Cause::ContentPrepended],
        "added at the beginning of the body, 2 lines (36 bytes): “CAUTION",
    );
    let (before, behind) = TEXT.split_at(TEXT.find("of two").unwrap());
    check(
        TEXT,
        &format!("{before}{banner}{behind}"),
        &[Cause::ContentInserted],
        "added after line 3 of the body, 1 line (34 bytes): “CAUTION",
    );
    let (before, behind) = TEXT.split_at(TEXT.find("This is").unwrap());
    check(
        TEXT,
        &format!("{before}{banner}\r\n{behind}"),
        &[Cause::ContentInserted],
        "2 lines (36 bytes)",
    );
}

/// Where text was put into a part, it is shown as that part shows it.
#[test]
fn put_into_encoded_text() {
    let fields = "Content-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n";
    let signed = Signed {
        fields,
        ..Signed::new("relaxed/relaxed")
    };
    let original = "one\r\ntwo\r\nthree\r\n";
    let received = original.replace("two\r\n", "two\r\n<b>outsi=\r\nde</b><!--\r\n");
    let explained = signed.explain(original.as_bytes(), received.as_bytes());
    let words =
        "“outside”; it has a comment that is not closed, which may hide or change other text";
    assert_proven(&explained, &[Cause::ContentInserted], words, &received);
}

/// More than one thing was put there.
#[test]
fn put_in_places() {
    let (inserted, appended) = (Cause::ContentInserted, Cause::ContentAppended);
    let text = "a\r\n\r\nb\r\n\r\nc\r\n";
    let within = text.replace("\r\nb", "\r\n[AD: buy]\r\n\r\nb");
    check(
        text,
        &format!("{within}__\r\nlist\r\n"),
        &[inserted, appended],
        "after line 2 of the body, 2 lines (13 bytes): “[AD: buy]” | text was added at the end",
    );
    check(
        text,
        &format!("EXTERNAL\r\n\r\n{within}"),
        &[Cause::ContentPrepended, inserted],
        "“[AD: buy]”",
    );
    let tampered = format!("{within}__\r\nlist\r\n").replace("c\r\n", "d\r\n");
    check(text, &tampered, &[], "");
}

#[test]
fn put_around() {
    let causes = [Cause::ContentPrepended, Cause::ContentAppended];
    for (banner, footer) in [
        ("CAUTION: from outside.\r\n\r\n", "_____\r\nlist\r\n"),
        ("first\r\nsecond\r\n", "\r\nthe last\r\n\r\n"),
    ] {
        let received = format!("{banner}{TEXT}{footer}");
        check(TEXT, &received, &causes, "2 lines");
        let tampered = received.replace("second.", "third.");
        check(TEXT, &tampered, &[], "");
    }
}

#[test]
fn nothing_is_explained_away() {
    let check = |original: &str, received: &str| {
        for tags in ["relaxed/relaxed", "simple/simple"] {
            let explained = Signed::new(tags).explain(original.as_bytes(), received.as_bytes());
            assert_proven(&explained, &[], "", &format!("{tags} {received:?}"));
            assert!(explained.unfinished.is_none());
        }
    };
    check(TEXT, &TEXT.replace("second", "third"));
    check(TEXT, &TEXT.replace("two", "twp"));
    check(TEXT, &TEXT.replace("Joe", "Jim"));
    check("Pay 100 EUR\r\n", "Pay 900 EUR\r\n");
    check(TEXT, "");
    check(TEXT, &TEXT[..TEXT.len() - 5]);
}

#[test]
fn the_budget_is_kept() {
    let header = Signed::new("relaxed/relaxed").header(b"other\r\n");
    let (header, _) = message::parse(header.as_bytes(), LineEndings::Lenient).unwrap();
    let body = "a line of text that is not signed, and .. \t more \r\n".repeat(20_000);
    let mut verification = Verifier::default().begin(header.clone(), 0);
    verification.body(body.as_bytes());
    let report = verification.finish();
    for units in [1, 2, 5, 12] {
        let evidence = Evidence {
            header: &header,
            body: Some(body.as_bytes()),
            verdict: &report.verdicts[0],
            nearby: &[],
        };
        let mut budget = Budget::new(units, || Duration::ZERO);
        let unfinished = Some(Unfinished::BudgetSpent { units });
        assert_eq!(explain(&evidence, &mut budget).unfinished, unfinished);
    }
}

#[test]
fn what_is_too_long_is_not_decoded() {
    let (header, _) = message::parse(b"Subject: x\r\n\r\n", LineEndings::Lenient).unwrap();
    for (length, is_all) in [(1 << 10, true), (17 << 20, false)] {
        let body = vec![b'x'; length];
        let mut budget = Budget::unlimited();
        let structure = super::mime::structure(&header, &body, &mut budget).unwrap();
        let (leaves, are_all) = super::leaf::leaves(&structure, &body, &mut budget).unwrap();
        assert_eq!((leaves.len(), are_all), (1, is_all));
        assert_eq!(leaves[0].decoded.is_some(), is_all);
    }
}
