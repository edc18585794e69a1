//! Many messages at once: their order, the DNS, summaries.

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::Value;

use super::mailboxes::{lf, mbox, places, results, unsigned, verify};
use super::pipes::Running;
use super::{Run, dkim, dkim_reading, file, replaced, scratch, signed, word};
use crate::support::dns_server::{Answer, DnsServer, NXDOMAIN, Question, REFUSED, Reply};

/// A message that a domain signed with a key of testdata/, under this selector.
pub fn signed_by(domain: &str, selector: &str) -> Vec<u8> {
    let key = "testdata/keys/ed25519.pem";
    let words = ["sign", "-d", domain, "-s", selector, "-k", key, "-q"];
    let message = format!("From: joe@{domain}\r\nSubject: x\r\n\r\nBody\r\n");
    dkim_reading(&words, message.as_bytes()).exits(0).stdout
}

/// The record of that key.
const RECORD: &str = "v=DKIM1; k=ed25519; p=SEwq/J0GImxUzKbdbiIEtdkSd/p7Th5jRODv6wtv92U=";

pub fn has_key(question: &Question) -> Reply {
    Answer::default().txt(&question.name, RECORD).into()
}

#[test]
fn results_are_in_the_order_of_the_arguments() {
    let folder = scratch();
    let changed = replaced(&signed(), "\r\n\r\n", "\r\n\r\nx");
    // Some take longer than others.
    let long = [unsigned(1), b"x".repeat(300_000)].concat();
    let both = mbox(&[signed(), unsigned(1)], true);
    let paths = [
        ("pass", file(&folder, "pass", &signed())),
        ("fail", file(&folder, "fail", &changed)),
        ("none", file(&folder, "none", &unsigned(1))),
        ("none", file(&folder, "long", &long)),
        ("unreadable", word(folder.path().join("missing"))),
        ("both", file(&folder, "both", &both)),
    ];
    let mut words = Vec::new();
    let mut expected = Vec::new();
    let mut at = 7_usize;
    for _ in 0..300 {
        at = at * 75 % 65_537;
        let (result, path) = &paths[if at.is_multiple_of(40) {
            3
        } else {
            at % 3 + at % 2 * 3 % 5
        }];
        words.push(path.as_str());
        match *result {
            "both" => expected.extend(["pass", "none"]),
            result => expected.push(result),
        }
    }
    let run = |extra: &[&str], jobs| verify(&[extra, &[jobs], &words].concat()).exits(4);
    let first = run(&["--json"], "-j1");
    assert_eq!(results(&first), expected);
    let sources = first.json();
    let mut sources: Vec<&str> = sources
        .iter()
        .map(|o| o["source"].as_str().unwrap())
        .collect();
    // Both messages of an mbox have its name; here no mbox is named twice in a row.
    sources.dedup();
    let mut named = words.clone();
    named.dedup();
    assert_eq!(sources, named);
    let text = run(&[], "-j1");
    for jobs in ["-j2", "-j8"] {
        let again = run(&["--json"], jobs);
        assert_eq!(
            (first.stdout(), &first.stderr),
            (again.stdout(), &again.stderr)
        );
    }
    let again = run(&[], "-j8");
    assert_eq!(
        (text.stdout(), &text.stderr),
        (again.stdout(), &again.stderr)
    );
    let missing = expected.iter().filter(|result| **result == "unreadable");
    assert_eq!(text.stderr.lines().count(), missing.count());
}

#[test]
fn each_name_is_asked_for_once_however_slow_its_server() {
    let folder = scratch();
    for domain in 0..20 {
        let message = signed_by(&format!("d{domain}.example"), "s");
        for copy in 0..10 {
            file(&folder, &format!("{copy}-{domain:02}"), &message);
        }
    }
    let server = DnsServer::start(|question| {
        if question.name.contains("d13.") {
            return Answer::code(NXDOMAIN).into();
        }
        Reply::Late(Duration::from_millis(20), Box::new(has_key(question)))
    });
    let at = server.address().to_string();
    let path = word(folder.path().to_owned());
    let words = [
        "verify",
        "--json",
        "--nameserver",
        &at,
        "--dns-timeout",
        "60",
        "-j3",
        &path,
    ];
    let run = dkim(&words).exits(1);
    let results = places(&run);
    assert_eq!(results.len(), 200);
    for (number, result) in results.iter().enumerate() {
        let (copy, domain) = (number / 20, number % 20);
        let expected = if domain == 13 { "permerror" } else { "pass" };
        assert_eq!(*result, format!("{copy}-{domain:02} {expected}"));
    }
    let mut names: Vec<_> = server.questions().into_iter().map(|q| q.name).collect();
    names.sort();
    let asked = names.len();
    names.dedup();
    assert_eq!((names.len(), asked), (20, 20));
}

#[test]
fn a_silent_server_delays_its_own_messages() {
    for jobs in ["-j1", "-j4"] {
        // It is silent until the messages before are told of.
        let told = Arc::new(AtomicBool::new(false));
        let is_told = told.clone();
        let server = DnsServer::start(move |question| {
            match (
                question.name.contains("silent"),
                is_told.load(Ordering::SeqCst),
            ) {
                (true, false) => Reply::Silence,
                (true, true) => Answer::code(REFUSED).into(),
                (false, _) => has_key(question),
            }
        });
        let mut messages: Vec<_> = (0..6)
            .map(|n| signed_by(&format!("d{n}.example"), "s"))
            .collect();
        messages.insert(3, signed_by("silent.example", "s"));
        messages.push(signed_by("silent.example", "s"));
        let input = mbox(&messages, true);
        let at = server.address().to_string();
        // Short tries, so that the next one comes soon, and enough of them for a busy machine.
        let options = ["--dns-timeout", "0.5", "--dns-tries", "100", jobs];
        let words = [&["verify", "--json", "--nameserver", &at], &options[..]].concat();
        let mut running = Running::start(&words, move |mut stdin| {
            let _ = stdin.write_all(&input);
        });
        for number in 1..=3_u64 {
            let line: Value = serde_json::from_str(&running.line()).unwrap();
            let expected: (Value, Value) = ("pass".into(), number.into());
            assert_eq!(
                (&line["result"], &line["index"]),
                (&expected.0, &expected.1)
            );
        }
        told.store(true, Ordering::SeqCst);
        let (rest, said, status) = running.end();
        assert_eq!((status.code(), said.as_str()), (Some(3), ""));
        let rest = Run {
            status: 3,
            stdout: rest,
            stderr: said,
        };
        assert_eq!(
            results(&rest),
            ["temperror", "pass", "pass", "pass", "temperror"]
        );
    }
}

/// What a summary says in JSON; its totals add up.
fn summary(run: &Run) -> Value {
    let summary = run.json().pop().unwrap()["summary"].take();
    let numbers = |value: &Value| -> u64 {
        let numbers = value.as_object().unwrap().values();
        numbers.map(|number| number.as_u64().unwrap()).sum()
    };
    assert_eq!(summary["results"].as_object().unwrap().len(), 7);
    assert_eq!(summary["messages"], numbers(&summary["results"]));
    let rows = summary["signatures"].as_array().unwrap().iter();
    for row in rows.chain([&summary["others"]]) {
        assert_eq!(row["fail"], numbers(&row["reasons"]), "{row}");
        let judged = row["pass"].as_u64().unwrap() + row["fail"].as_u64().unwrap();
        assert_eq!(row["messages"], judged, "{row}");
    }
    summary
}

#[test]
fn a_summary_has_the_totals() {
    let folder = scratch();
    let changed = replaced(&signed(), "\r\n\r\n", "\r\n\r\nx");
    let twice = signed_by("example.com", "ed25519");
    let twice = [&twice[..twice.len() - 4], b"x\r\n"].concat();
    let messages = [signed(), changed, signed(), unsigned(1), twice];
    let octets: usize = messages.iter().map(|message| lf(message).len()).sum();
    let path = file(&folder, "box", &mbox(&messages, true));
    let missing = word(folder.path().join("missing"));
    for jobs in ["-j1", "-j8"] {
        let words = [&path, &missing, jobs, "--summary"];
        let run = verify(&[&["--json"], &words[..]].concat()).exits(4);
        assert_eq!(run.json().len(), 7);
        let summary = summary(&run);
        assert_eq!(
            (&summary["messages"], &summary["unreadable"]),
            (&5.into(), &1.into())
        );
        assert_eq!(summary["octets"], octets);
        let expected = serde_json::json!({"pass": 2, "fail": 2, "none": 1, "policy": 0,
            "neutral": 0, "permerror": 0, "temperror": 0});
        assert_eq!(summary["results"], expected);
        let expected = serde_json::json!([
            {"domain": "example.com", "selector": "rsa2048", "messages": 3, "pass": 2, "fail": 1,
             "reasons": {"body-hash-mismatch": 1}, "keys": [{"type": "rsa", "bits": 2048}]},
            {"domain": "example.com", "selector": "ed25519", "messages": 1, "pass": 0, "fail": 1,
             "reasons": {"body-hash-mismatch": 1}, "keys": [{"type": "ed25519", "bits": 256}]}]);
        assert_eq!(summary["signatures"], expected);

        assert_eq!(
            summary["alignment"],
            serde_json::json!({"aligned": 2, "not_aligned": 0})
        );
        assert_eq!(summary["warnings"], serde_json::json!({}));

        let text = "5 messages: 2 fail, 1 none, 2 pass; 1 unreadable\n\
            of 2 that pass, 2 are signed for the From domain, 0 by others alone\n\n\
            messages     pass     fail  key           domain, selector\n       \
            3        2        1  rsa 2048      example.com  rsa2048\n                           \
            body-hash-mismatch 1\n       \
            1        0        1  ed25519       example.com  ed25519\n                           \
            body-hash-mismatch 1\n";
        let run = verify(&words).exits(4);
        assert!(
            run.stdout().ends_with(&format!("\n\n{text}")),
            "{}",
            run.stdout()
        );
        let quiet = verify(&[&["-q"], &words[..]].concat()).exits(4);
        assert_eq!(quiet.stdout(), text);
        assert_eq!(quiet.stderr, run.stderr);
        let quiet = verify(&[&["-q", "--json"], &words[..]].concat()).exits(4);
        assert_eq!(quiet.json().len(), 1);
    }
    let none = verify(&["--summary", &missing]).exits(4);
    assert_eq!(none.stdout(), "0 messages; 1 unreadable\n");
    let none = verify(&["--summary", "--json", &missing]).exits(4);
    assert_eq!(summary(&none)["messages"], 0);
}

#[test]
fn a_summary_of_hostile_domains_is_harmless() {
    let hostile = [
        "a\x1b[2Jb",
        "\u{202e}x",
        "a\tb",
        "a b",
        "\0",
        "x\u{9b}2J",
        "ü",
        "p,q",
        "*",
    ];
    let mut messages = Vec::new();
    for text in hostile {
        for (domain, selector) in [(format!("{text}.example"), "s"), ("d.example".into(), text)] {
            let message = format!(
                "From: a@b.example\nDKIM-Signature: v=1; a=rsa-sha256; d={domain}; s={selector};\n \
                 h=from; bh=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=; b=AAAA\n\n"
            );
            messages.push(message.into_bytes());
        }
    }
    let folder = scratch();
    let path = file(&folder, "box", &mbox(&messages, true));
    for words in [&["--json"][..], &[], &["-q"]] {
        let run = verify(&[&["--summary", &path], words].concat()).exits(1);
        let is_plain = |character: char| !character.is_control() && character != '\u{202e}';
        assert!(
            run.stdout().lines().all(|line| line.chars().all(is_plain)),
            "{}",
            run.stdout()
        );
        if words == ["--json"] {
            assert_eq!(summary(&run)["messages"], messages.len());
        }
    }
}

#[test]
fn no_bar_is_drawn_where_nobody_sees_it() {
    let server = DnsServer::start(|question| {
        Reply::Late(Duration::from_millis(900), Box::new(has_key(question)))
    });
    let at = server.address().to_string();
    let words = ["verify", "--nameserver", &at, "--dns-timeout", "60", "-j2"];
    let run = dkim_reading(&words, &mbox(&[signed_by("d.example", "s")], true)).exits(0);
    assert_eq!(run.stderr, "");
    assert!(!run.stdout().contains('\u{1b}'));
}
