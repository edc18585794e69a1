//! Values that are longer than a sentence quotes: what differs behind that is told.

use super::*;

/// More than a sentence quotes.
const LONG: &str = "To all who have lent books of the parish library since the flood of last spring, \
                    and to those who found some of them in the cellar of the old school later on, \
                    the librarian writes: ";

/// The one thing that is proven of a message that was signed, and then damaged.
fn proven(message: &str, damage: (&str, &str)) -> Explanation {
    let damaged = replaced(&sign(message, RELAXED), message.len(), damage.0, damage.1);
    let explained = explained_as(&damaged, RELAXED).unwrap();
    let mut found = explained.explanations.into_iter();
    let first = found.next().unwrap();
    assert_eq!(first.proof, Proof::Proven, "{first:#?}");
    assert_eq!(found.next(), None);
    first
}

fn check(message: &str, damage: (&str, &str), cause: Cause, words: &[&str]) {
    let found = proven(message, damage);
    assert_eq!(found.cause, cause, "{found:#?}");
    for word in words {
        assert!(found.detail.contains(word), "{word}: {found:#?}");
    }
    assert!(!found.detail.contains("as it did"), "{found:#?}");
}

#[test]
fn another_end() {
    let message = MESSAGE.replace("Minutes of Monday", &format!("{LONG}keep them"));
    let kept = format!("{LONG}sell them\r\nX-Original-Subject: {LONG}keep them");
    check(
        &message,
        (&format!("{LONG}keep them"), &kept),
        Cause::HeaderValueChanged,
        &[
            "librarian writes: keep them” when",
            "librarian writes: sell them”",
        ],
    );
}

#[test]
fn another_address() {
    let was = format!("\"{LONG}\" <joe@example.com>");
    let message = MESSAGE.replace("Joe Doe <joe@example.com>", &was);
    let now = format!("\"{LONG}\" <eve@evil.example>\r\nX-Original-From: {was}");
    check(
        &message,
        (&was, &now),
        Cause::FromRewritten,
        &["<joe@example.com>” when", "<eve@evil.example>”"],
    );
}

#[test]
fn one_address_more() {
    let list: Vec<_> = (10..18)
        .map(|at| format!("reader{at}@example.org"))
        .collect();
    let list = list.join(", ");
    let message = MESSAGE.replace("Ann <ann@example.org>, Bob <bob@example.org>", &list);
    for (place, more) in [
        (
            "reader17@example.org",
            "reader17@example.org, eve@evil.example",
        ),
        (
            "reader13@example.org",
            "reader13@example.org, eve@evil.example",
        ),
    ] {
        let told = "eve@evil.example";
        check(&message, (place, more), Cause::HeaderValueChanged, &[told]);
    }
}

#[test]
fn an_author_more() {
    let more = format!("From: \"{LONG}\" <eve@evil.example> (of the library)\r\nTo:");
    let told = "” with the address “eve@evil.example”";
    check(MESSAGE, ("To:", &more), Cause::HeaderAdded, &[told]);
}

#[test]
fn another_order() {
    let [one, other] = ["first", "last"].map(|word| format!("List-Post: {LONG}{word}\r\n"));
    let (now, then) = (format!("{one}{other}"), format!("{other}{one}"));
    let order = Cause::HeaderReordered;
    check(
        &format!("{now}{MESSAGE}"),
        (&now, &then),
        order,
        &[
            "the lowest was “…",
            "writes: last”, and now is “…",
            "writes: first”",
        ],
    );
    // The lowest of three is where it was.
    let lowest = format!("List-Post: {LONG}lowest\r\n");
    check(
        &format!("{now}{lowest}{MESSAGE}"),
        (&now, &then),
        order,
        &[
            "number 2 from below was “…",
            "writes: last”, and now is “…",
            "writes: first”",
        ],
    );
}

#[test]
fn copies_that_begin_alike() {
    let [one, other] = ["first", "last"].map(|word| format!("List-Post: {LONG}{word}\r\n"));
    let message = format!("{one}{other}{MESSAGE}");
    let way = Way {
        copies: true,
        ..RELAXED
    };
    let both = format!("{one}{other}");
    let damaged = replaced(&sign(&message, way), message.len(), &both, "");
    let found = explained_as(&damaged, way).unwrap().explanations;
    let removed: Vec<_> = found.iter().map(|each| (each.cause, each.proof)).collect();
    assert_eq!(
        removed,
        [(Cause::HeaderRemoved, Proof::Proven); 2],
        "{found:#?}"
    );
}

#[test]
fn what_cannot_be_decoded_is_not_the_same() {
    let message = MESSAGE.replace("Minutes of Monday", "=?utf-8?q?=E4?=");
    let now = "=?utf-8?q?=F6?=\r\nX-Original-Subject: =?utf-8?q?=E4?=";
    check(
        &message,
        ("=?utf-8?q?=E4?=", now),
        Cause::HeaderValueChanged,
        &["was “=?utf-8?q?=E4?=” when it was signed; now it is “=?utf-8?q?=F6?=”"],
    );
}
