//! Header and body together.

use super::key::tests::{ED25519, HERE, MESSAGE, RSA, explained_whole, record, sign};
use super::{Cause, Explained, Explanation, Part, Proof, UNVOUCHED, drop_guesses};

/// Signs, changes and explains.
fn explained(file: &[u8], changes: &[(&str, &str)]) -> Explained {
    let mut message = sign(MESSAGE, file, "s1");
    for (then, now) in changes {
        assert!(message.contains(then), "{then}");
        message = message.replace(then, now);
    }
    explained_whole(&message, &[(HERE, &record(file))])
}

fn check(changes: &[(&str, &str)], expected: &[(Cause, Proof)], unexplained: &[Part]) {
    for file in [RSA, ED25519] {
        let found = explained(file, changes);
        let causes: Vec<_> = found
            .explanations
            .iter()
            .map(|each| (each.cause, each.proof))
            .collect();
        assert_eq!(causes, expected, "{found:#?}");
        assert_eq!(found.unexplained, unexplained, "{found:#?}");
    }
}

const TAG: (&str, &str) = ("Subject: ", "Subject: [list] ");
const FOOTER: (&str, &str) = ("Hello.\r\n", "Hello.\r\n-- \r\nlist\r\n");
const TAMPERED: (&str, &str) = ("Hello.", "Pay Eve.");

#[test]
fn what_was_not_found_is_said_beside_what_was() {
    let tagged = (Cause::SubjectTagged, Proof::Proven);
    let appended = (Cause::ContentAppended, Proof::Proven);
    let unknown = (Cause::Unknown, Proof::Possible);
    check(&[TAG, FOOTER], &[tagged, appended], &[]);
    check(&[TAG, TAMPERED], &[tagged], &[Part::Body]);
    check(&[TAMPERED], &[unknown], &[]);
    let found = explained(ED25519, &[("Minutes", "Payment"), FOOTER]);
    assert_eq!(found.unexplained, [Part::Header], "{found:#?}");
    // Of RSA it is known that the header is another one.
    let found = explained(RSA, &[("Minutes", "Payment"), FOOTER]);
    assert_eq!(found.explanations[1].cause, Cause::HeaderValueChanged);
    assert!(found.unexplained.is_empty(), "{found:#?}");
}

#[test]
fn what_is_proven_of_a_part_leaves_no_guesses() {
    let each = |cause, proof, field: Option<&str>| Explanation {
        cause,
        proof,
        detail: String::new(),
        field: field.map(str::to_owned),
        original: None,
        remedy: cause.remedy().into(),
    };
    let check = |proven: Cause, left: &[Cause]| {
        let mut found = vec![
            each(proven, Proof::Proven, None),
            each(Cause::BodyTruncated, Proof::Likely, None),
            each(Cause::SubjectTagged, Proof::Possible, Some("Subject")),
            each(Cause::KeyRotated, Proof::Possible, None),
        ];
        drop_guesses(&mut found);
        let causes: Vec<_> = found.iter().map(|each| each.cause).collect();
        assert_eq!(causes, left);
    };
    let rotated = Cause::KeyRotated;
    let added = Cause::HeaderAdded;
    check(added, &[added, Cause::BodyTruncated, rotated]);
    let appended = Cause::ContentAppended;
    check(appended, &[appended, Cause::SubjectTagged, rotated]);
}

#[test]
fn two_steps_that_undo_each_other_are_not_told() {
    let found = explained(RSA, &[("Hello.", "<p>Hello.</p>\r\n<p>Bye.</p>")]);
    let line_ends = |each: &&Explanation| each.cause == Cause::LineEndingsChanged;
    assert_eq!(found.explanations.iter().filter(line_ends).count(), 0);
    let html = MESSAGE.replace("Hello.", "<p>Hello.</p><p>Bye.</p>");
    let message = sign(&html, RSA, "s1").replace("</p><p>", "</p>\r\n<p>");
    let found = explained_whole(&message, &[(HERE, &record(RSA))]);
    let count = found.explanations.iter().filter(line_ends).count();
    assert!(count < 2, "{found:#?}");
}

#[test]
fn a_body_hash_is_as_good_as_its_signature() {
    let doubts = |found: &Explained| {
        let mut details = found.explanations.iter().map(|each| &each.detail);
        details.any(|detail| detail.contains(UNVOUCHED))
    };
    for file in [RSA, ED25519] {
        assert!(!doubts(&explained(file, &[FOOTER])));
        assert!(!doubts(&explained(file, &[TAG, FOOTER])));
        assert!(doubts(&explained(file, &[("Minutes", "Payment"), FOOTER])));
    }
}

/// What is told where there is no key, with a DNS of these records, and what of the body is not told.
fn without_a_key(message: &str, dns: &[(&str, &str)]) -> (String, Explained) {
    let found = explained_whole(message, dns);
    let last = found.explanations.last().unwrap();
    let told = format!("{} [{}] {}", last.detail, last.cause, last.remedy);
    (told, found)
}

#[test]
fn without_a_key_nothing_can_be_told() {
    let message = sign(MESSAGE, RSA, "s1");
    let check = |message: &str, dns: &[(&str, &str)], expected: &str, unexplained: &[Part]| {
        let (told, found) = without_a_key(message, dns);
        assert!(told.starts_with(expected), "{told}");
        assert_eq!(found.unexplained, unexplained, "{told}");
    };
    let missing = "nothing is published at s1._domainkey.example.com., nor the signature's key at \
                   19 names near it, so nothing can be told of the signature";
    check(
        &message,
        &[],
        &format!("{missing}; bh= is the hash of this body, but anybody may have"),
        &[],
    );
    let changed = message.replace("Hello", "Bye");
    let remedy =
        "without the key, rely on nothing; see what is published: dkim lookup --selector s1";
    let expected = format!("{missing} [key-missing] {remedy}");
    check(&changed, &[], &expected, &[Part::Body]);
    // Beside what is proven of the body.
    let appended = format!("{message}-- \r\nlist\r\n");
    check(&appended, &[], &expected, &[]);
    let (_, found) = without_a_key(&appended, &[]);
    assert_eq!(found.explanations[0].cause, Cause::ContentAppended);
    let foreign = [(HERE, "v=spf1 -all")];
    let expected = "no key is published at s1._domainkey.example.com., only other TXT records, nor";
    check(&message, &foreign, expected, &[]);
    // What cannot be read is there.
    let broken = [(HERE, "v=DKIM1; k=rsa; p=AAAA; s=x; h")];
    let (told, _) = without_a_key(&message, &broken);
    assert!(!told.contains("published at"), "{told}");
}

#[test]
fn a_key_that_was_not_asked_for_is_not_called_missing() {
    let signed = sign(MESSAGE, RSA, "s1");
    let dns = [(HERE, &record(RSA)[..])];
    for (from, to, detail, remedy) in [
        (
            "v=1;",
            "v=1; i=@example.org;",
            "the signer named another domain in i= than in d=, for which a signature is refused, \
             whatever its key: the key was not asked for; bh= is the hash of this body",
            "have the signer leave out i=, or use one of example.com",
        ),
        (
            "v=1;",
            "v=1; x=1;",
            "the signer gave an end (x=) before the beginning (t=), for which a signature is refused",
            "correct the clock of the signer",
        ),
        (
            "h=From:From",
            "h=Subject",
            "the signer did not sign the From field, for which a signature is refused",
            "have the signer list From in h=",
        ),
        (
            "\r\nFrom: Joe",
            "\r\nX-From: Joe",
            "a message without a From field is refused",
            "do not rely on the message",
        ),
    ] {
        assert!(signed.contains(from), "{signed}");
        let (told, _) = without_a_key(&signed.replace(from, to), &dns);
        assert!(told.starts_with(detail), "{told}");
        assert!(told.contains(&format!("[not-asked] {remedy}")), "{told}");
    }
}
