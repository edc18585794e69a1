//! Header and body together.

use super::key::tests::{ED25519, HERE, MESSAGE, RSA, explained_whole, record, sign};
use super::{Cause, Explained, Part, Proof, UNVOUCHED};

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

#[test]
fn without_a_key_nothing_was_changed() {
    let message = sign(MESSAGE, RSA, "s1");
    let unknown = |message: &str| {
        let found = explained_whole(message, &[]);
        assert_eq!(found.explanations[0].cause, Cause::Unknown, "{found:#?}");
        found.explanations[0].clone()
    };
    let found = unknown(&message);
    assert!(found.detail.contains("nobody vouches"), "{found:#?}");
    assert!(found.remedy.contains("dkim lookup"), "{found:#?}");
    let found = unknown(&message.replace("Hello", "Bye"));
    assert!(found.detail.contains("body was changed"), "{found:#?}");
}
