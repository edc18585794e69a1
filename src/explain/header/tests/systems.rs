//! What mail systems do to single fields and to several, undone.

use super::signers::{relaxed, sign_wrongly};
use super::*;

const VALUE: Cause = Cause::HeaderValueChanged;

/// One field that was signed as `then` and is `now`; the sentence has `words`.
fn check(field: &str, then: &str, now: &str, cause: Cause, words: &str) {
    let first = format!("{field}: ");
    let lines = MESSAGE.split_inclusive("\r\n");
    let rest: String = lines.filter(|line| !line.starts_with(&first)).collect();
    let message = format!("{field}: {then}\r\n{rest}");
    for way in ALL {
        let signed = sign(&message, way);
        let line = |value: &str| format!("{field}: {value}\r\n");
        let damaged = replaced(&signed, message.len(), &line(then), &line(now));
        let Some(explained) = explained_as(&damaged, way) else {
            panic!("{way:?} {now:?} did not break it");
        };
        let found = explained.explanations;
        let told = (found[0].cause, found[0].proof, found.len());
        assert_eq!(
            told,
            (cause, Proof::Proven, 1),
            "{way:?} {now:?} {found:#?}"
        );
        assert_eq!(found[0].original.as_deref(), Some(then), "{way:?}");
        assert!(found[0].detail.contains(words), "{words}: {found:#?}");
    }
}

#[test]
fn dates_are_written_otherwise() {
    let then = "Fri, 4 Sep 2026 10:00:00 +0200 (CEST)";
    check(
        "Date",
        then,
        "Fri, 4 Sep 2026 10:00:00 +0200",
        VALUE,
        "“(CEST)” was taken from its end",
    );
    let now = "Fri, 4 Sep 2026 10:00:00 +0200 (CEST)";
    check(
        "Date",
        "Fri, 4 Sep 2026 10:00:00 +0200",
        now,
        VALUE,
        "“(CEST)” was put at its end",
    );
    check(
        "Date",
        "Fri, 4 Sep 2026 10:00:00 +0200",
        "Fri, 04 Sep 2026 10:00:00 +0200",
        VALUE,
        "04",
    );
    check(
        "Date",
        "Fri, 4 Sep 2026 01:00:00 +0200",
        "Thu, 03 Sep 2026 23:00:00 GMT",
        VALUE,
        "01:00",
    );
}

#[test]
fn addresses_are_written_otherwise() {
    let same = "the addresses are the same, with ";
    let check = |then: &str, now: &str, how: &str| {
        check("To", then, now, VALUE, &format!("{same}{how}"));
    };
    let quoted = "\"Ann\" <ann@example.net>, <bob@example.net>";
    check(
        "Ann <ann@example.net>, bob@example.net",
        quoted,
        "quotes put in and angle brackets",
    );
    check(
        "a@b.example,c@b.example",
        "a@b.example, c@b.example",
        "white space put in",
    );
    check(
        "bob@example.net",
        "<bob@example.net>",
        "angle brackets put in",
    );
    check(
        "\"Al B. Smith\" <a@b.example>",
        "Al B. Smith <a@b.example>",
        "quotes taken out",
    );
}

#[test]
fn fields_get_what_systems_write() {
    check(
        "To",
        "",
        "undisclosed-recipients:;",
        VALUE,
        "was empty when",
    );
    let words = "=?UTF-8?Q?Gr=C3=BC=C3=9Fe?= an =?UTF-8?Q?K=C3=B6ln?=";
    let one = "=?utf-8?Q?Gr=C3=BC=C3=9Fe_an_K=C3=B6ln?=";
    check("Subject", one, words, Cause::HeaderReencoded, "as it did");
    check("Subject", words, one, Cause::HeaderReencoded, "as it did");
}

#[test]
fn a_return_path_is_replaced() {
    let message = format!("Return-Path: <joe@example.com>\r\n{MESSAGE}");
    let signed = sign_wrongly(&message, relaxed, |_| {}, "");
    assert!(explained_as(&signed, RELAXED).is_none());
    let damaged = signed.replace("<joe@example.com>\r\nRec", "<bounce@lists.example>\r\nRec");
    let found = explained_as(&damaged, RELAXED).unwrap().explanations;
    assert_eq!(
        (found[0].cause, found[0].proof),
        (VALUE, Proof::Proven),
        "{found:#?}"
    );
    assert_eq!(found[0].original.as_deref(), Some("<joe@example.com>"));
}

#[test]
fn a_comment_is_told_from_the_mailer() {
    let then = "1.0 (Mac OS X Mail 16.0 \\(3774.600.62\\))";
    let message = MESSAGE.replace("MIME-Version: 1.0", &format!("MIME-Version: {then}"));
    let message = message.replace("Received: by x", "X-Mailer: Apple Mail (2.3774.600.62)");
    let expected = (VALUE, "MIME-Version", Some(then));
    check_in(&ALL, &message, &[(then, "1.0")], &[expected]);
}

#[test]
fn several_fields_are_folded_anew() {
    let ids = "<a.1@example.com> <b.2@example.com> <c.3@example.com>";
    let subject =
        "Minutes of the first Monday of this year and of the others that we have had\r\n so far";
    let message = MESSAGE.replace("Received: by x", &format!("References: {ids}"));
    let message = message.replace("Minutes of Monday", subject);
    let damage = [
        ("org>, Bob", "org>,\r\n\tBob"),
        (subject, &subject.replace("\r\n", "")),
        (ids, &ids.replace(' ', "\r\n ")),
    ];
    let spaces = Cause::HeaderWhitespaceChanged;
    let then = subject.replace("\r\n", "");
    let to = "Ann <ann@example.org>, Bob <bob@example.org>";
    let expected = [("To", to), ("References", ids), ("Subject", &then)];
    let expected = expected.map(|(name, then)| (spaces, name, Some(then)));
    for way in [ALL[1], ALL[3]] {
        let signed = sign(&message, way);
        let undo = |text: String, (from, to): &(&str, &str)| text.replacen(from, to, 1);
        let found = explained_as(&damage.iter().fold(signed, undo), way)
            .unwrap()
            .explanations;
        let told = |(cause, name, then): &(Cause, &str, Option<&str>)| {
            found.iter().any(|each| {
                (each.cause, each.field.as_deref(), each.original.as_deref())
                    == (*cause, Some(*name), *then)
            })
        };
        assert!(expected.iter().all(told) && found.len() == 3, "{found:#?}");
    }
}

#[test]
fn a_name_says_what_it_was_and_what_it_is() {
    let damaged = sign(MESSAGE, SIMPLE).replace("Subject: ", "SUBJECT: ");
    let found = explained_as(&damaged, SIMPLE).unwrap().explanations;
    let expected = "the name of the SUBJECT field was written Subject when it was signed; now it \
                    is written SUBJECT";
    assert_eq!(found[0].detail, expected);
    let names = [
        ("\nSubject", "\nsubject"),
        ("\nDate", "\ndate"),
        ("\nTo", "\nto"),
    ];
    let lower = |text: String, (from, to): &(&str, &str)| text.replace(from, to);
    let damaged = names.iter().fold(sign(MESSAGE, SIMPLE), lower);
    let found = explained_as(&damaged, SIMPLE).unwrap().explanations;
    let told: Vec<_> = found.iter().map(|each| &each.detail[..]).collect();
    for name in ["subject", "date", "to"] {
        assert!(told.concat().contains(name), "{told:?}");
    }
}

#[test]
fn what_is_not_so_is_not_likely() {
    let told = |message: &str, damage: (&str, &str)| {
        let damaged = replaced(&sign(message, RELAXED), message.len(), damage.0, damage.1);
        let found = explained_as(&damaged, RELAXED).unwrap().explanations;
        let names = found
            .iter()
            .map(|each| (each.field.clone().unwrap_or_default(), each.proof));
        names.collect::<Vec<_>>()
    };
    let of = |name: &str, proof| (name.to_owned(), proof);
    // An answer in a list's thread has its tag, and SES another Message-ID.
    let ses = "<0102018f-4711@eu-west-1.amazonses.com>";
    let list = MESSAGE.replace("Received: by x", "List-Id: <board.example.com>");
    let answer = list.replace("Minutes of Monday", "Re: [board] Minutes");
    let expected = [of("", Proof::Likely), of("Message-ID", Proof::Possible)];
    assert_eq!(told(&answer, ("<1@example.com>", ses)), expected);
    // A To that never was there.
    let to = "To: Ann <ann@example.org>, Bob <bob@example.org>\r\n";
    let without = sign(&MESSAGE.replace(to, ""), RELAXED);
    assert!(!without.contains(":To:"), "{without}");
    let expected = [of("", Proof::Likely), of("To", Proof::Possible)];
    assert_eq!(told(MESSAGE, (to, "X-To: nobody\r\n"))[..2], expected);
}

#[test]
fn a_list_and_a_relay_change_three_fields() {
    let author = "Joe Doe <joe@example.com>";
    let kept = format!("X-Original-From: {author}\r\nList-Id: <board.example.com>");
    let message = MESSAGE.replace("Received: by x", &kept);
    let to = "Ann <ann@example.org>, Bob <bob@example.org>";
    let damage = [
        ("Subject: Minutes", "Subject: [board] Minutes"),
        (
            "From: Joe Doe <joe@example.com>\r\nTo",
            "From: Joe Doe via Board <board@lists.example>\r\nTo",
        ),
        (to, "\"Ann\" <ann@example.org>, \"Bob\" <bob@example.org>"),
    ];
    let expected = [
        (Cause::FromRewritten, "From", Some(author)),
        (Cause::SubjectTagged, "Subject", Some("Minutes of Monday")),
        (VALUE, "To", Some(to)),
    ];
    check_in(&ALL, &message, &damage, &expected);
}

#[test]
fn a_gateway_writes_all_encoded_words_anew() {
    let message = MESSAGE
        .replace("Joe Doe <", "=?utf-8?Q?J=C3=B6?= <")
        .replace("Ann <ann", "=?utf-8?Q?=C3=9Cb?= <ann")
        .replace("Minutes of Monday", "an =?utf-8?Q?K=C3=B6ln?=");
    let damage = [
        ("=?utf-8?Q?J=C3=B6?= <", "=?UTF-8?B?SsO2?= <"),
        ("=?utf-8?Q?=C3=9Cb?= <", "=?UTF-8?B?w5xi?= <"),
        ("an =?utf-8?Q?K=C3=B6ln?=", "an =?UTF-8?B?S8O2bG4=?="),
    ];
    let reencoded = Cause::HeaderReencoded;
    let to = "=?utf-8?Q?=C3=9Cb?= <ann@example.org>, Bob <bob@example.org>";
    let expected = [
        (
            reencoded,
            "From",
            Some("=?utf-8?Q?J=C3=B6?= <joe@example.com>"),
        ),
        (reencoded, "Subject", Some("an =?utf-8?Q?K=C3=B6ln?=")),
        (reencoded, "To", Some(to)),
    ];
    check_in(&ALL, &message, &damage, &expected);
}
