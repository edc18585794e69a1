//! What stands against a message that passes: the first line says it, it is not green, and
//! `--failing` prints it.

use super::aligned::{message, verify};
use super::{ZONE, dkim_reading};

const AUTHOR: &str = "firma.example";
const LIST: &str = "lists.example";
const KEY: &str = "testdata/keys/rsa2048.pem";

/// A message that its author signed, changed thus, and that a list signed.
fn by_way_of_a_list(more: &[&str], change: impl Fn(&mut Vec<u8>)) -> Vec<u8> {
    let plain = b"From: anna@firma.example\r\nSubject: hello\r\n\r\nHow are you?\r\n";
    let author = ["sign", "-d", AUTHOR, "-s", "s1", "-k", KEY];
    let mut message = dkim_reading(&[&author[..], more].concat(), plain)
        .exits(0)
        .stdout;
    change(&mut message);
    let list = ["sign", "-d", LIST, "-s", "s1", "-k", KEY];
    dkim_reading(&list, &message).exits(0).stdout
}

#[test]
fn an_author_who_signed_is_not_said_not_to_have_signed() {
    let footer = |message: &mut Vec<u8>| message.extend(b"-- \r\nthe list\r\n");
    let subject = |message: &mut Vec<u8>| *message = super::replaced(message, "hello", "[l] hello");
    let expired = ["--timestamp", "1700000000", "--expires-in", "1d"];
    let both = [AUTHOR, LIST];
    for (published, message, clause, warning) in [
        (
            &both[..],
            by_way_of_a_list(&[], footer),
            "the signature of firma.example fails",
            "firma.example signed the header, and the body was changed since; lists.example",
        ),
        (
            &both[..],
            by_way_of_a_list(&[], subject),
            "the signature of firma.example fails",
            "the signature of firma.example fails; lists.example signed the message as it is",
        ),
        (
            &both[1..],
            by_way_of_a_list(&[], |_| {}),
            "the signature of firma.example cannot be judged",
            "the signature of firma.example cannot be judged; lists.example signed too",
        ),
        (
            &both[..],
            by_way_of_a_list(&expired, |_| {}),
            "the signature of firma.example has expired",
            "the signature of firma.example has expired, and it is good but for that",
        ),
        // One that expired and is bad besides fails.
        (
            &both[..],
            by_way_of_a_list(&expired, footer),
            "the signature of firma.example fails",
            "firma.example signed the header, and the body was changed since",
        ),
    ] {
        let run = verify(published, &["--json"], &message).exits(0);
        let warned = run.json()[0]["signatures"][0]["warnings"][0].clone();
        assert_eq!(warned["code"], "not-aligned");
        let said = warned["message"].as_str().unwrap();
        assert!(said.starts_with(warning), "{said}");
        let text = verify(published, &["--explain"], &message).exits(0);
        let first = format!("-: pass, signed by lists.example; {clause}\n");
        let unwrapped = text.stdout().replace("\n    ", " ");
        assert!(unwrapped.starts_with(&first), "{unwrapped}");
        assert!(!text.stdout().contains("did not sign"), "{}", text.stdout());
        assert!(
            !text.stdout().contains("have it signed"),
            "{}",
            text.stdout()
        );
    }
}

#[test]
fn one_rule_tells_what_is_no_plain_pass() {
    let plain = b"From: joe@example.com\r\nTo: sue@example.net\r\nSubject: hello\r\n\
                  Date: Mon, 30 Nov 2026 10:00:00 +0000\r\nMessage-ID: <1@example.com>\r\n\
                  References: <0@example.com>\r\n\r\nHello\r\n";
    let signing = |more: &[&str]| {
        let words = ["sign", "-s", "rsa2048", "-k", KEY, "--oversign", ""];
        dkim_reading(&[&words[..], more].concat(), plain)
            .exits(0)
            .stdout
    };
    let signed = signing(&[]);
    let old = signing(&["--timestamp", "1700000000"]);
    let received = "Received: by mx.example; Thu, 15 Jan 2026 00:00:00 +0000\r\n";
    for (message, added, doubt) in [
        (&signed, "", None),
        (
            &signed,
            "Content-Type: text/html\r\n",
            Some("nobody signed the Content-Type"),
        ),
        (
            &signed,
            "Sender: ceo@bank.example\r\n",
            Some("nobody signed the Sender"),
        ),
        (
            &signed,
            "To: all@example.net\r\n",
            Some("nobody signed one of 2 To fields"),
        ),
        (
            &signed,
            "Cc: all@example.net\r\n",
            Some("nobody signed the Cc"),
        ),
        (
            &signed,
            "References: <x@y>\r\n",
            Some("nobody signed a second References"),
        ),
        (
            &signed,
            "To: a@b.example\r\nCc: c@d.example\r\nSender: x@y.example\r\n",
            Some("nobody signed the Sender, one of 2 To fields and 1 other field"),
        ),
        (
            &old,
            received,
            Some("it was signed 2 years before it was received"),
        ),
    ] {
        let message = [added.as_bytes(), message].concat();
        let line = |words: &[&str]| {
            let words = [&["verify", ZONE[0], ZONE[1]], words].concat();
            let run = dkim_reading(&words, &message).exits(0);
            run.stdout().lines().next().unwrap_or_default().to_owned()
        };
        let expected = doubt.map_or(String::new(), |doubt| format!("-: pass, but {doubt}"));
        assert_eq!(line(&["--failing"]), expected);
        let first = if doubt.is_some() {
            &expected
        } else {
            "-: pass"
        };
        assert_eq!(line(&[]), first);
        let is_green = line(&["--color", "always"]).contains("\u{1b}[1m\u{1b}[32m");
        assert_eq!(is_green, doubt.is_none(), "{first}");
    }
}

#[test]
fn a_from_without_a_domain_is_warned_of() {
    for (author, what) in [
        ("joe", "the From has no domain"),
        (
            "f: joe@firma.example;",
            "the From is a group, which has no author",
        ),
    ] {
        let message = message(author, &[LIST]);
        let run = verify(&[LIST], &["--json"], &message).exits(0);
        let warned = &run.json()[0]["warnings"][0];
        assert_eq!(warned["code"], "no-author-domain");
        let said = warned["message"].as_str().unwrap();
        assert!(said.starts_with(what), "{said}");
    }
}
