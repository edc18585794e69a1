//! Who signs, from messages and from aggregate reports: each form that reporters write, packed in
//! each way.

mod forms;

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::mailboxes::mbox;
use super::{Run, dkim, file, scratch, word};
use forms::{BEGIN, DAY, gzip, mail, make_reports, report, zip};

/// A message of example.com with a signature of each of these selectors.
fn message(selectors: &[&str], time: u64) -> Vec<u8> {
    let signature = |selector: &&str| {
        format!(
            "DKIM-Signature: v=1; a=rsa-sha256; d=example.com; s={selector};\r\n t={time};\
             \r\n h=From:To; bh=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=; b=AA==\r\n"
        )
    };
    let signatures: String = selectors.iter().map(signature).collect();
    format!("{signatures}From: Joe <joe@mail.example.com>\r\nTo: a@b.test\r\n\r\nHello\r\n")
        .into_bytes()
}

/// Puts messages into a folder: a Maildir with 12, and an mbox with 5.
fn make_messages(folder: &Path) {
    for name in ["m/Maildir/cur", "m/Maildir/new", "m/Maildir/tmp"] {
        fs::create_dir_all(folder.join(name)).unwrap();
    }
    for number in 0..12 {
        let name = if number % 2 == 0 { "cur" } else { "new" };
        let selectors: &[&str] = if number < 8 {
            &["s2026"]
        } else {
            &["s2026", "S2025"]
        };
        let path = folder.join(format!("m/Maildir/{name}/{number}"));
        fs::write(path, message(selectors, BEGIN + number)).unwrap();
    }
    // One that is not delivered yet, and one that nobody signed.
    fs::write(folder.join("m/Maildir/tmp/1"), message(&["tmp"], BEGIN)).unwrap();
    fs::write(folder.join("m/Maildir/cur/x"), message(&[], BEGIN)).unwrap();
    let messages: Vec<_> = (0..5)
        .map(|number| message(&["old"], BEGIN - number * DAY))
        .collect();
    fs::write(folder.join("m/mbox"), mbox(&messages, true)).unwrap();
}

/// Audits example.com with these words, and tells of each selector: where it was seen, in how many
/// messages, how many passed and failed by reports, and from when to when.
fn audited(words: &[&str], status: i32) -> (Vec<String>, Run) {
    let folder = scratch();
    let key = |selector: &str| {
        format!(
            "{selector}._domainkey.example.com. TXT \"v=DKIM1; k=ed25519; \
             p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\"\n"
        )
    };
    let keys: String = ["old", "s2025", "s2026"].map(key).concat();
    let zone = file(&folder, "zone", keys.as_bytes());
    let audit = [
        "audit",
        "example.com",
        "--json",
        "--no-guess",
        "--at",
        "2026-02-20",
    ];
    let run = dkim(&[&audit[..], &["--zone", &zone], words].concat()).exits(status);
    let tell = |selector: &Value| {
        let sources = selector["source"].as_array().unwrap().iter();
        let sources: Vec<_> = sources.map(|source| source.as_str().unwrap()).collect();
        let date = |key: &str| {
            selector[key]
                .as_str()
                .map_or("-", |time| &time[..10])
                .to_owned()
        };
        format!(
            "{} {} {} +{} -{} {} {}",
            selector["selector"].as_str().unwrap(),
            sources.join(","),
            selector["messages"],
            selector["passed"],
            selector["failed"],
            date("first_seen"),
            date("last_seen"),
        )
    };
    let selectors = run.json()[0]["selectors"]
        .as_array()
        .unwrap()
        .iter()
        .map(tell)
        .collect();
    (selectors, run)
}

#[test]
fn reports_are_counted_in_every_form_and_packing() {
    let folder = scratch();
    make_reports(folder.path());
    let reports = word(folder.path().join("reports"));
    let (selectors, run) = audited(&["--from-reports", &reports], 0);
    // 1 + 2 + … + 50 messages, and twice 50.
    let expected = [
        "s2025 reports 0 +0 -100 2026-01-01 2026-02-19",
        "s2026 reports 0 +1275 -0 2026-01-01 2026-02-19",
    ];
    assert_eq!(selectors, expected);
    assert_eq!(run.stderr, "");

    // The same reports again are none more.
    let again = ["--from-reports", &reports, "--from-reports", &reports];
    assert_eq!(audited(&again, 0).0, expected);

    // Each form alone.
    for form in 0..10 {
        let path = file(&folder, "report", &report(form, 6));
        let (selectors, _) = audited(&["--from-reports", &path], 0);
        let expected = [
            "s2025 reports 0 +0 -2 2026-01-07 2026-01-07",
            "s2026 reports 0 +7 -0 2026-01-07 2026-01-07",
        ];
        assert_eq!(selectors, expected, "{form}");
    }
}

#[test]
fn messages_are_counted_in_maildirs_and_mboxes() {
    let folder = scratch();
    make_messages(folder.path());
    make_reports(folder.path());
    let [messages, reports] = ["m", "reports"].map(|name| word(folder.path().join(name)));
    let (selectors, _) = audited(&["--from-messages", &messages], 0);
    let expected = [
        "old messages 5 +0 -0 2025-12-28 2026-01-01",
        "s2025 messages 4 +0 -0 2026-01-01 2026-01-01",
        "s2026 messages 12 +0 -0 2026-01-01 2026-01-01",
    ];
    assert_eq!(selectors, expected);

    let both = ["--from-messages", &messages, "--from-reports", &reports];
    let expected = [
        "old messages 5 +0 -0 2025-12-28 2026-01-01",
        "s2025 messages,reports 4 +0 -100 2026-01-01 2026-02-19",
        "s2026 messages,reports 12 +1275 -0 2026-01-01 2026-02-19",
    ];
    assert_eq!(audited(&both, 0).0, expected);
}

#[test]
fn what_cannot_be_read_stops_nothing() {
    let folder = scratch();
    make_reports(folder.path());
    let add = |name: &str, bytes: &[u8]| {
        fs::write(folder.path().join("reports").join(name), bytes).unwrap();
    };
    add("cut.xml", &report(0, 60)[..600]);
    add("cut.xml.gz", &gzip(&report(0, 61))[..300]);
    add("cut.zip", &zip("a", &report(0, 62))[..300]);
    add("page.xml", b"<html>\n</html>");
    add("note.txt", b"Reports of this year\n");
    add("other.eml", &message(&["x"], BEGIN));
    let other = mail(
        "tls.json.gz",
        "application/tlsrpt+gzip",
        &gzip(b"{\"policies\": []}"),
    );
    add("tls.eml", &other);
    let reports = word(folder.path().join("reports"));
    let (selectors, run) = audited(&["--from-reports", &reports], 4);
    assert_eq!(selectors.len(), 2);
    assert!(selectors[1].contains("+1275 -0"), "{selectors:?}");
    for said in [
        "cut.xml: the report is cut short in record 1",
        "cut.xml.gz: the gzip file is cut short",
        "cut.zip: the zip archive is damaged or cut short",
        "page.xml: it is not an aggregate report: its root element is \"html\", not \"feedback\"",
        "note.txt: there is no aggregate report in it; files and messages without one: 3 of 56",
    ] {
        assert!(run.stderr.contains(said), "{said}\n{}", run.stderr);
    }

    // What is named by itself has to be a report, or a message.
    let missing = word(folder.path().join("missing"));
    let (_, run) = audited(&["--from-reports", &format!("{reports}/note.txt")], 4);
    run.says("note.txt: it is neither an aggregate report nor a message with one attached");
    let (_, run) = audited(
        &["--from-reports", &missing, "--from-messages", &missing],
        4,
    );
    assert_eq!(
        run.stderr
            .matches("missing: no such file or directory")
            .count(),
        2
    );
    let (_, run) = audited(&["--from-messages", &format!("{reports}/note.txt")], 4);
    run.says("note.txt: not a message: there is no header field");
}

#[test]
fn standard_input_is_read_once() {
    let words = [
        "audit",
        "example.com",
        "--from-messages",
        "-",
        "--from-reports",
        "-",
    ];
    dkim(&words)
        .exits(2)
        .says("standard input can be read only once");
}
