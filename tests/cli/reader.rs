//! `dkim verify` for who got the message: who signed and who did not, what nobody signed, when it
//! was signed, and which message it is.

use serde_json::json;

use super::aligned::{message, verify};
use super::{Run, ZONE, command, dkim, dkim_reading, file, replaced, scratch, signed};

const EVIL: &str = "evil.example";

/// A message of `anna@firma.example` to which only From and To are signed, with these fields on top.
fn barely_signed(more: &[&str], added: &str) -> Vec<u8> {
    let plain = b"From: Anna <anna@firma.example>\r\nTo: carl@partner.example\r\n\
                  Subject: Your account is locked\r\n\r\nHello\r\n";
    let words = ["sign", "-d", "firma.example", "-s", "s1", "-k"];
    let key = [
        "testdata/keys/rsa2048.pem",
        "--oversign",
        "",
        "--headers",
        "from:to",
    ];
    let words = [&words[..], &key, more].concat();
    let signed = dkim_reading(&words, plain).exits(0).stdout;
    [added.as_bytes(), &signed].concat()
}

fn check(words: &[&str], message: &[u8]) -> Run {
    verify(&["firma.example"], words, message).exits(0)
}

#[test]
fn the_first_line_says_who_signed_and_who_did_not() {
    for (author, line) in [
        ("x@evil.example", "pass"),
        ("x@news.evil.example", "pass"),
        (
            "anna@Firma.example",
            "pass, signed by evil.example, nobody signed for firma.example",
        ),
        (
            "anna@firma.example, x@evil.example",
            "pass, signed by evil.example, nobody signed for firma.example",
        ),
        (
            "anna@firma.example <x@evil.example>",
            "pass, signed by evil.example, nobody signed for firma.example",
        ),
        ("Foo, Inc. <x@evil.example>", "pass"),
        (
            "\"anna@firma.example\" <x@evil.example>",
            "pass, but the From shows an address of another domain",
        ),
        (
            "f: x@evil.example;",
            "pass, signed by evil.example, the From is a group without an author",
        ),
        (
            "x@[192.0.2.1]",
            "pass, signed by evil.example, the From has no domain",
        ),
        ("x", "pass, signed by evil.example, the From has no domain"),
    ] {
        let run = verify(&[EVIL], &[], &message(author, &[EVIL])).exits(0);
        let first = run.stdout().lines().next().unwrap_or_default();
        assert_eq!(first, format!("-: {line}"), "{author}");
    }
    // What does not pass has no signer.
    let run = verify(&[], &[], &message("anna@firma.example", &[EVIL])).exits(1);
    run.prints("-: permerror, no key\n");
}

#[test]
fn only_a_pass_without_a_but_is_green() {
    let color = |message: &[u8], published| {
        let run = verify(&[published], &["--color", "always"], message).exits(0);
        let first = run.stdout().lines().next().unwrap_or_default();
        first.contains("\u{1b}[1m\u{1b}[32m")
    };
    assert!(color(&message("x@evil.example", &[EVIL]), EVIL));
    assert!(!color(&message("anna@firma.example", &[EVIL]), EVIL));
    assert!(!color(&barely_signed(&[], ""), "firma.example"));
}

#[test]
fn what_nobody_signed_is_said_with_what_may_come_of_it() {
    let added = "Reply-To: eve@evil.example\r\nContent-Type: text/html\r\nMIME-Version: 1.0\r\n";
    let message = barely_signed(&["--timestamp", "none"], added);
    let expected = "\
-: pass, but nobody signed the Reply-To, the Subject and 2 other fields
  From: Anna <anna@firma.example>
  Subject: Your account is locked (not signed)
  pass  firma.example  selector s1
    rsa-sha256 (2048 bits), relaxed/relaxed
    signed: from, to; the whole body
  warning: nobody signed the Reply-To: anybody may have added it, and an answer
    goes to eve@evil.example, not to anna@firma.example: do not answer
  warning: nobody signed the Subject: anybody may have written “Your account is
    locked”
  warning: nobody signed the Content-Type and the MIME-Version: anybody may have
    changed which part of the text is shown, and how
";
    assert_eq!(check(&[], &message).stdout(), expected);
    check(&["--explain"], &message)
        .prints("    remedy: have the signer list Reply-To in h=, and once more so that none can")
        .prints("    remedy: have the signer list Content-Type and MIME-Version in h=, and each\n");
    let run = check(&["--json"], &message);
    let warnings = run.json()[0]["warnings"].clone();
    let fields: Vec<_> = warnings
        .as_array()
        .unwrap()
        .iter()
        .map(|each| &each["field"])
        .collect();
    assert_eq!(
        fields,
        ["Reply-To", "Subject", "Content-Type", "MIME-Version"]
    );
    assert_eq!(warnings[1]["code"], "unsigned-field");
    assert_eq!(
        warnings[1]["remedy"],
        "have the signer list Subject in h=, and once more so that none can be added"
    );
    verify(
        &["firma.example"],
        &["--fail-on", "warning", "-q"],
        &message,
    )
    .exits(1);
}

#[test]
fn a_second_field_is_told_from_the_one_that_is_signed() {
    let signed = dkim_reading(
        &[
            "sign",
            "-s",
            "rsa2048",
            "-k",
            "testdata/keys/rsa2048.pem",
            "--oversign",
            "from",
        ],
        &crate::testdata::read("message.eml"),
    );
    let doubled = [&b"Subject: Account closed\r\n"[..], &signed.exits(0).stdout].concat();
    let run = dkim_reading(&["verify", ZONE[0], ZONE[1]], &doubled).exits(0);
    let run = run
        .prints("-: pass, but nobody signed one of 2 Subject fields\n")
        .prints("  Subject: Account closed (not signed)\n  Subject: Tickets for Saturday\n")
        .prints("anybody may have written\n    “Account closed”");
    // That is not said twice.
    assert_eq!(
        run.stdout().matches("warning:").count(),
        1,
        "{}",
        run.stdout()
    );
    let run = dkim_reading(&["verify", ZONE[0], ZONE[1], "--json"], &doubled).exits(0);
    let object = &run.json()[0];
    assert_eq!(object["warnings"][0]["code"], "unsigned-field");
    assert_eq!(
        object["signatures"][0]["warnings"][0]["code"],
        "unsigned-duplicate"
    );
}

#[test]
fn what_lies_outside_l_is_shown() {
    let mut message = barely_signed(&["--body-length"], "");
    message.extend(b"PS: pay to\r\nanother account\x1b[2J\r\n");
    check(&[], &message)
        .prints("nobody signed the Subject and the end of the body")
        .prints("this signature does not cover the last 33 bytes of the body (l=)")
        .prints("“PS: pay to another account\\u{1b}[2J”");
}

#[test]
fn a_stranger_who_signs_beside_the_author_vouches_for_nothing() {
    let mut message = barely_signed(&["--body-length"], "Reply-To: x@evil.example\r\n");
    message.extend(b"PS: pay to another account\r\n");
    let key = ["-s", "s1", "-k", "testdata/keys/rsa2048.pem"];
    let words = [&["sign", "-d", EVIL], &key[..]].concat();
    let both = dkim_reading(&words, &message).exits(0).stdout;
    let run = verify(&["firma.example", EVIL], &["--require", "aligned"], &both).exits(0);
    run.prints("-: pass, but firma.example did not sign the Reply-To, the Subject and the end of")
        .prints("Subject: Your account is locked (not signed)")
        .prints("warning: firma.example did not sign the Reply-To: anybody may have added it")
        .prints("the last 28 bytes of the body (l=): anybody may have added");
}

#[test]
fn it_is_said_when_a_message_was_signed() {
    let received = "Received: by mx.example; Thu, 15 Jan 2026 00:00:00 +0000\r\n"; // 1768435200
    let at = |timestamp: &str| {
        let message = barely_signed(&["--timestamp", timestamp], received);
        (check(&["--at", "1768435200"], &message), message)
    };
    let (run, _) = at("1768435195");
    run.prints("    signed at 2026-01-14 23:59:55 UTC, 5 seconds before it was received\n");
    let (run, message) = at("1766016000");
    run.prints("    signed at 2025-12-18 00:00:00 UTC, 28 days before it was received\n")
        .prints("warning: the message was received 28 days after it was signed");
    let run = check(&["--json"], &message);
    let object = &run.json()[0];
    assert_eq!(object["received"], 1_768_435_200);
    assert_eq!(
        object["signatures"][0]["warnings"][0]["code"],
        "old-signature"
    );
    let (run, _) = at("1768435203");
    let text = run.stdout().replace("\n      ", " ");
    assert!(
        text.contains(
            "signed at 2026-01-15 00:00:03 UTC, 3 seconds after it was received by its own fields: \
             a clock is wrong, or a date is made up\n"
        ),
        "{text}"
    );
    // One that is wrong vouches for no time.
    let changed = replaced(&message, "carl@", "kurt@");
    let run = verify(&["firma.example"], &[], &changed).exits(1);
    run.prints("    signed, as it says itself, at 2025-12-18 00:00:00 UTC, 28 days before");
    let old = "From: a@firma.example\r\nReply-To: a@firma.example\r\n\r\n";
    let words = [
        "sign",
        "-s",
        "s1",
        "-k",
        "testdata/keys/rsa2048.pem",
        "--timestamp",
        "1766016000",
    ];
    let signed = dkim_reading(&words, old.as_bytes()).exits(0).stdout;
    let signed = [received.as_bytes(), &signed].concat();
    check(&[], &signed).prints("-: pass, but it was signed 28 days before it was received\n");
}

#[test]
fn it_is_said_whether_a_signature_held_when_the_message_came() {
    let received = "Received: by mx.example; Thu, 15 Jan 2026 00:00:00 +0000\r\n";
    for (lifetime, said, then) in [
        ("1d", "ago, 27 days before the message was received; the", 1),
        (
            "60d",
            "ago, and by the newest Received field it was valid when the message was received \
             (--at received); the",
            0,
        ),
    ] {
        let more = ["--timestamp", "1766016000", "--expires-in", lifetime];
        let message = barely_signed(&more, received);
        let words = ["--at", "1796000000"];
        let run = verify(&["firma.example"], &words, &message).exits(1);
        let text = run.stdout().replace("\n      ", " ");
        assert!(text.starts_with("-: policy, expired\n"), "{text}");
        assert!(text.contains(said), "{text}");
        verify(&["firma.example"], &["--at", "received"], &message).exits(then);
    }
    // Without a date of receipt there is nothing to compare with.
    let message = barely_signed(&["--timestamp", "1766016000", "--expires-in", "1d"], "");
    let run = verify(&["firma.example"], &["--at", "1766275200"], &message).exits(1);
    run.prints("signature expired 2 days ago; the signature itself is good [expired]");
}

#[test]
fn a_message_is_recognised_by_its_fields() {
    let fields = "From: =?utf-8?q?J=C3=B6rg?= <joerg@firma.example>\r\n\
                  Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe=1B?=\r\n \u{202e}x\r\n\
                  Date: Thu, 26 Nov 2026\r\n 10:00:00 +0000\r\nMessage-ID: <1@firma.example>\r\n\r\n";
    let words = ["verify", ZONE[0], ZONE[1]];
    dkim_reading(&words, fields.as_bytes()).exits(1).prints(
        "-: none, no signature\n  From: Jörg <joerg@firma.example>\n  Subject: Grüße\\u{1b} \\u{202e}x\n  \
         Date: Thu, 26 Nov 2026 10:00:00 +0000\n",
    );
    let run = dkim_reading(&[&words[..], &["--json"]].concat(), fields.as_bytes()).exits(1);
    let object = &run.json()[0];
    assert_eq!(object["subject"], "Grüße\u{1b} \u{202e}x");
    assert_eq!(object["date"], "Thu, 26 Nov 2026 10:00:00 +0000");
    assert_eq!(object["message_id"], "<1@firma.example>");
    assert_eq!(object["received"], json!(null));
    assert_eq!(object["from_domains"], json!(["firma.example"]));

    let long = format!(
        "From: \"{}\" <x@evil.example>\r\nSubject: {}\r\n\r\n",
        "Anna of the firm ".repeat(9),
        "much to say ".repeat(9)
    );
    let mut narrow = command(&words);
    narrow
        .env("COLUMNS", "50")
        .stdin(std::process::Stdio::piped());
    Run::reading(&mut narrow, long.as_bytes()).exits(1).prints(
        "  From: \"Anna of the … the firm \" <x@evil.example>\n  \
         Subject: much to say much to say much to say mu…\n",
    );
}

#[test]
fn a_name_that_is_not_ascii_has_its_a_labels_beside_it() {
    let zone = dkim(&[
        "record",
        "--key",
        "testdata/keys/rsa2048.pem",
        "-d",
        "xn--bcher-kva.example",
        "-s",
        "s1",
    ]);
    let folder = scratch();
    let zone = file(&folder, "zone", zone.exits(0).stdout().as_bytes());
    let message = "From: a@bücher.example\r\nSubject: x\r\n\r\n";
    let words = [
        "sign",
        "-d",
        "bücher.example",
        "-s",
        "s1",
        "-k",
        "testdata/keys/rsa2048.pem",
    ];
    let signed = dkim_reading(&words, message.as_bytes()).exits(0).stdout;
    let run = dkim_reading(&["verify", "--zone", &zone, "--summary"], &signed).exits(0);
    run.prints("  From: a@bücher.example (xn--bcher-kva.example)\n")
        .prints("  pass  bücher.example (xn--bcher-kva.example)  selector s1\n")
        .prints("  bücher.example (xn--bcher-kva.example)  s1\n");
    let run = dkim_reading(&["verify", "--zone", &zone, "--json"], &signed).exits(0);
    let object = &run.json()[0];
    assert_eq!(object["from_domains"], json!(["xn--bcher-kva.example"]));
    assert_eq!(object["signatures"][0]["domain"], "bücher.example");
    assert_eq!(
        object["signatures"][0]["domain_ascii"],
        "xn--bcher-kva.example"
    );
    let other = replaced(&signed, "From: a@bücher", "From: a@books");
    let zone = ["verify", "--zone", &zone];
    dkim_reading(&zone, &other).exits(1);
}

#[test]
fn several_signatures_are_told_apart() {
    let both = message("anna@firma.example", &[EVIL, "other.example"]);
    let run = verify(&[EVIL, "other.example"], &[], &both).exits(0);
    run.prints("warning: firma.example did not sign this message; other.example did")
        .prints("warning: firma.example did not sign this message; evil.example did")
        .prints("-: pass, signed by other.example and evil.example, nobody signed for");
}

#[test]
fn only_what_fails_is_printed_and_all_is_counted() {
    let folder = scratch();
    let good = file(&folder, "1-good.eml", &signed());
    let bad = file(
        &folder,
        "2-bad.eml",
        &replaced(&signed(), "Saturday", "Sunday"),
    );
    let added = [&b"Reply-To: eve@evil.example\r\n"[..], &signed()].concat();
    let added = file(&folder, "3-added.eml", &added);
    let run = |words: &[&str]| {
        let words = [
            &[
                "verify",
                ZONE[0],
                ZONE[1],
                "--failing",
                "--summary",
                &good,
                &bad,
                &added,
            ],
            words,
        ];
        dkim(&words.concat()).exits(1)
    };
    let text = run(&[])
        .prints("2-bad.eml: fail, the header was changed, or the key is another\n")
        .prints("3-added.eml: pass, but nobody signed");
    assert!(!text.stdout().contains("1-good.eml"), "{}", text.stdout());
    text.prints("3 messages: 1 fail, 2 pass\n")
        .prints("of 2 that pass, 2 are signed for the From domain, 0 by others alone\n")
        .prints("\nwarnings, and in how many messages\nunsigned-field 1\n");
    let lines = run(&["--json"]).json();
    let results: Vec<_> = lines.iter().map(|line| &line["result"]).collect();
    assert_eq!(results, [&json!("fail"), &json!("pass"), &json!(null)]);
    let summary = &lines[2]["summary"];
    assert_eq!(summary["messages"], 3);
    assert_eq!(
        summary["alignment"],
        json!({"aligned": 2, "not_aligned": 0})
    );
    assert_eq!(summary["warnings"], json!({"unsigned-field": 1}));
}

#[test]
fn a_summary_counts_who_signed() {
    let folder = scratch();
    let mail = folder.path().join("mail");
    std::fs::create_dir(&mail).unwrap();
    std::fs::write(mail.join("1"), message("a@evil.example", &[EVIL])).unwrap();
    std::fs::write(mail.join("2"), message("a@firma.example", &[EVIL])).unwrap();
    std::fs::write(mail.join("3"), message("a@firma.example", &[])).unwrap();
    let mail = mail.to_str().unwrap();
    verify(&[EVIL], &["-q", "--summary", mail], b"")
        .exits(1)
        .prints("3 messages: 1 none, 2 pass\n")
        .prints("of 2 that pass, 1 are signed for the From domain, 1 by others alone\n")
        .prints("not-aligned 1\n");
    let page = verify(&[EVIL], &["--summary", "--format", "html", mail], b"").exits(1);
    page.prints("1 signed for the From domain")
        .prints("1 signed by other domains alone")
        .prints("<code>not-aligned</code>");
}
