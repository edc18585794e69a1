//! `dkim lookup`: what is said of every answer that the DNS can give, and of what it holds.

use super::{Run, ZONE, dkim, dkim_reading, file, scratch, signed};
use crate::support::dns_server::{
    Answer, DnsServer, NXDOMAIN, REFUSED, Record, Reply, SERVFAIL, closed_address,
};

pub(super) const NAME: &str = "s._domainkey.example.com";
pub(super) const TARGET: &str = "s1.domainkey.u123.wl.mailer.example";
pub(super) const KEY: &str = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

/// Looks a name up in a zone of these lines.
pub(super) fn in_zone(zone: &str, words: &[&str]) -> Run {
    let folder = scratch();
    let zone = file(&folder, "zone", zone.as_bytes());
    dkim(&[&["lookup", "--zone", &zone], words].concat())
}

/// Asks a server that always says the same.
pub(super) fn from_server(reply: impl Into<Reply>, words: &[&str]) -> Run {
    let reply = reply.into();
    let server = DnsServer::start(move |_| reply.clone());
    ask(&server.address().to_string(), words)
}

pub(super) fn ask(server: &str, words: &[&str]) -> Run {
    dkim(&[&["lookup", "--nameserver", server], words].concat())
}

pub(super) fn key() -> Answer {
    Answer::default().txt(NAME, KEY)
}

/// `status`, then the codes of the findings.
pub(super) fn summary(run: &Run) -> String {
    let object = &run.json()[0];
    let mut words = vec![object["status"].as_str().unwrap().to_owned()];
    for finding in object["findings"].as_array().unwrap() {
        words.push(finding["code"].as_str().unwrap().to_owned());
    }
    words.join(" ")
}

#[test]
fn a_good_key() {
    let name = "rsa2048._domainkey.example.com";
    let run = dkim(&["lookup", ZONE[0], ZONE[1], name]).exits(0);
    assert!(run.stderr.is_empty(), "{}", run.stderr);
    let run = run
        .prints("rsa2048._domainkey.example.com: found\n  a usable key\n")
        .prints("    v=DKIM1                a key record of DKIM, version 1\n")
        .prints("the public key: RSA, 2048 bits\n");
    assert!(!run.stdout().contains("remedy"));
}

#[test]
fn every_way_to_name_it() {
    let good = "rsa2048._domainkey.example.com";
    let ways: [&[&str]; 5] = [
        &[good],
        &["RSA2048._domainkey.Example.COM."],
        &["-s", "rsa2048", "-d", "example.com"],
        &["--selector", "rsa2048", "--domain", "example.com."],
        &[good, good],
    ];
    for way in ways {
        let run = dkim(&[&["lookup", "--json"], &ZONE[..], way].concat()).exits(0);
        let objects = run.json();
        assert_eq!(objects.len(), 1, "{way:?}");
        assert_eq!(objects[0]["name"], "rsa2048._domainkey.example.com.");
    }
    let two = ["lookup", "--json", ZONE[0], ZONE[1], "-d", "example.com"];
    let run = dkim(&[&two[..], &["-s", "nothing", "-s", "rsa2048"]].concat()).exits(1);
    let statuses: Vec<_> = run
        .json()
        .iter()
        .map(|object| object["status"].clone())
        .collect();
    assert_eq!(statuses, ["missing", "found"]);
}

#[test]
fn what_cannot_be_meant() {
    let long = "x".repeat(60);
    let too_long = [long.as_str(); 4].join(".");
    let wrong: [&[&str]; 10] = [
        &["--message", "-", "--expect-key", "-"],
        &[],
        &["a..b"],
        &["s._domainkey.ex\u{1b}ample.com"],
        &["-s", "s"],
        &["-d", "example.com"],
        &["-s", "s", "-d", "example.com", NAME],
        &["--message", "x.eml", NAME],
        &["-s", &too_long, "-d", "example.com"],
        &[NAME, "--dns-timeout", "0"],
    ];
    for words in wrong {
        let run = dkim(&[&["lookup"], words].concat())
            .exits(2)
            .says("dkim: hint: ");
        assert!(run.stdout.is_empty() && !run.stderr.contains('\u{1b}'));
    }
}

#[test]
fn the_keys_of_json_are_always_there() {
    for answer in [key(), Answer::code(NXDOMAIN), Answer::code(SERVFAIL)] {
        let run = from_server(answer, &["--json", NAME]);
        let object = &run.json()[0];
        let mut keys: Vec<&str> = object
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        keys.sort_unstable();
        assert_eq!(
            keys,
            [
                "chain",
                "detail",
                "dnssec",
                "expectations",
                "findings",
                "fixed",
                "name",
                "provider",
                "records",
                "status",
                "ttl"
            ]
        );
    }
    let object = &from_server(key(), &["--json", NAME]).exits(0).json()[0];
    assert_eq!(object["ttl"], 300);
    assert_eq!(object["records"][0]["text"], KEY);
    assert_eq!(object["records"][0]["tags"]["k"], "ed25519");
    assert_eq!(object["records"][0]["key"]["type"], "ed25519");
    assert_eq!(object["records"][0]["key"]["bits"], 256);
    assert!(object["fixed"].is_null() && object["dnssec"].is_null());
}

/// Each in its own words, and the status says which of them may pass.
#[test]
fn seven_sentences() {
    let foreign = Answer::default().txt(NAME, "v=spf1 -all");
    let rows: [(Answer, i32, &str, &str); 5] = [
        (
            Answer::code(NXDOMAIN),
            1,
            "missing",
            "no key: the name does not exist in the DNS (NXDOMAIN)",
        ),
        (
            Answer::default(),
            1,
            "missing",
            "no key: the name exists and has no TXT record",
        ),
        (
            foreign,
            1,
            "missing",
            "no key: the name has TXT records, and none of them is a key record",
        ),
        (
            Answer::code(SERVFAIL),
            3,
            "temporary",
            "the name server cannot find out: ",
        ),
        (
            Answer::code(REFUSED),
            3,
            "temporary",
            "the name server refuses to answer: ",
        ),
    ];
    for (reply, status, word, sentence) in rows {
        let heading = format!("{NAME}: {word}\n  {sentence}");
        from_server(reply, &[NAME]).exits(status).prints(&heading);
    }
    from_server(Reply::Silence, &[NAME, "--dns-timeout", "0.3"])
        .exits(3)
        .prints("temporary\n  the name servers do not answer: ");
    ask(&closed_address().to_string(), &[NAME])
        .exits(3)
        .prints("temporary\n  no name server can be reached: ");
}

#[test]
fn delegated_to_a_provider() {
    let answer = Answer::default().cname(NAME, TARGET).txt(TARGET, KEY);
    let run = from_server(answer.clone(), &[NAME]).exits(0);
    run.prints(&format!(
        "  alias of: {TARGET}\n  TTL: 300 s (5 min); DNSSEC: not validated\n"
    ));
    let run = from_server(answer.clone(), &["--json", NAME, "--expect-cname", TARGET]).exits(0);
    assert_eq!(
        run.json()[0]["chain"],
        serde_json::json!([format!("{TARGET}.")])
    );
    let other = ["--json", NAME, "--expect-cname", "other.example.net."];
    let run = from_server(answer, &other).exits(1);
    assert_eq!(summary(&run), "mismatch cname-mismatch");
    let run = from_server(key(), &other).exits(1);
    assert_eq!(summary(&run), "mismatch cname-mismatch");
}

/// A server that answers one alias at a time, as authoritative servers do.
#[test]
fn chains_that_lead_nowhere() {
    let aliases = |pairs: &'static [(&str, &str)]| {
        let server = DnsServer::start(move |question| {
            let name = question.name.trim_end_matches('.');
            match pairs.iter().find(|(from, _)| *from == name) {
                Some((from, to)) => Answer::default().cname(from, to).into(),
                None => Answer::code(NXDOMAIN).into(),
            }
        });
        let run = ask(&server.address().to_string(), &["--json", NAME]).exits(1);
        (
            summary(&run),
            run.json()[0]["chain"].as_array().unwrap().len(),
        )
    };
    let dangling = aliases(&[(NAME, "b.example.net"), ("b.example.net", TARGET)]);
    assert_eq!(dangling, ("missing cname-dangling".to_owned(), 2));
    let circle = aliases(&[(NAME, "b.example.net"), ("b.example.net", NAME)]);
    assert_eq!(circle, ("missing cname-loop".to_owned(), 2));
    let itself = aliases(&[(NAME, NAME)]);
    assert_eq!(itself, ("missing cname-loop".to_owned(), 1));
}

#[test]
fn several_records() {
    let spf = key().txt(NAME, "v=spf1 -all");
    let run = from_server(spf, &["--json", NAME]).exits(0);
    assert_eq!(summary(&run), "found second-txt");
    assert_eq!(run.json()[0]["findings"][0]["record"], 1);
    let two = key().txt(NAME, "v=DKIM1; p=");
    let run = from_server(two.clone(), &["--json", NAME]).exits(1);
    assert_eq!(summary(&run), "invalid revoked several-records");
    from_server(two, &[NAME]).prints("record 2: p= is empty");
}

#[test]
fn how_long_caches_keep_it() {
    let with_ttl = |ttl| {
        let record = Record {
            ttl,
            ..Record::txt(NAME, &[KEY.as_bytes()])
        };
        let answer = Answer {
            answers: vec![record],
            ..Answer::default()
        };
        summary(&from_server(answer, &["--json", NAME]).exits(0))
    };
    assert_eq!(with_ttl(5), "found short-ttl");
    assert_eq!(with_ttl(3600), "found");
    assert_eq!(with_ttl(604_800), "found long-ttl");
}

#[test]
fn the_expected_key() {
    let with = |file: &str| {
        let name = "rsa2048._domainkey.example.com";
        dkim(&[
            "lookup",
            "--json",
            ZONE[0],
            ZONE[1],
            name,
            "--expect-key",
            file,
        ])
    };
    for same in ["rsa2048.pem", "rsa2048.pkcs1.pem", "rsa2048.der"] {
        let run = with(&format!("testdata/keys/{same}")).exits(0);
        assert_eq!(summary(&run), "found");
    }
    let run = with("testdata/keys/rsa4096.pem").exits(1);
    assert_eq!(summary(&run), "mismatch key-mismatch");
    assert!(
        run.json()[0]["fixed"]
            .as_str()
            .unwrap()
            .starts_with("v=DKIM1; k=rsa; p=MIICI")
    );
    with("testdata/keys/missing.pem")
        .exits(4)
        .says("missing.pem: no such file or directory");
    with("testdata/README.md")
        .exits(4)
        .says("dkim: error: testdata/README.md: ");
    let public = scratch();
    let pem = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PUBLIC KEY-----\n";
    let pem = file(&public, "public.pem", pem.as_bytes());
    from_server(key(), &[NAME, "--expect-key", &pem]).exits(0);
}

#[test]
fn the_selectors_of_a_message() {
    let message = signed();
    let words = ["lookup", "--json", ZONE[0], ZONE[1], "--message", "-"];
    let run = dkim_reading(&words, &message).exits(0);
    assert_eq!(run.json()[0]["name"], "rsa2048._domainkey.example.com.");
    let other = b"DKIM-Signature: v=1; d=example.com; s=nothing\r\nDKIM-Signature: v=1\r\n";
    let run = dkim_reading(&words, &[&other[..], &message, b"\r\n"].concat()).exits(1);
    let names: Vec<_> = run
        .json()
        .iter()
        .map(|object| object["name"].clone())
        .collect();
    let expected = [
        "nothing._domainkey.example.com.",
        "rsa2048._domainkey.example.com.",
    ];
    assert_eq!(names, expected);
    run.says("dkim: warning: -: signature 2 names no domain and selector");
    dkim_reading(&words, b"From: a@example.com\r\n\r\n")
        .exits(1)
        .says("dkim: error: -: there is no DKIM-Signature field");
    dkim(&["lookup", "--message", "missing.eml"])
        .exits(4)
        .says("missing.eml: ");
}

#[test]
fn nothing_that_strangers_write_acts_on_a_terminal() {
    let evil = "v=DKIM1; k=\u{1b}[31m; n=\u{9b}2J; \u{202e}x=\u{7}; p=\u{1b}]0;";
    let both = Answer::default()
        .txt(NAME, evil)
        .txt(NAME, "\u{1b}[2Jhello\r\n\u{85}");
    for words in [&[NAME][..], &["--json", NAME]] {
        let run = from_server(both.clone(), words).exits(1);
        let harmless =
            |character: char| character == '\n' || dkim_toolkit::escape::is_printable(character);
        assert!(run.stdout().chars().all(harmless), "{}", run.stdout());
    }
}

#[test]
fn the_report_fits_into_80_columns() {
    let record = crate::testdata::read("records/everything-at-once.txt");
    let (_, record) = crate::testdata::split_preamble(&record).unwrap();
    let answer = Answer::default().cname(NAME, TARGET).txt(TARGET, record);
    let run = from_server(answer, &[NAME, "--expect-cname", "other.example.net"]).exits(1);
    let (report, corrected) = run.stdout().split_once("  corrected record:\n").unwrap();
    for line in report.lines() {
        assert!(
            line.chars().count() <= 80 && line == line.trim_end(),
            "{line}"
        );
    }
    assert!(corrected.starts_with("v=DKIM1; ") && corrected.lines().count() == 1);
}

#[test]
fn quiet_says_it_by_the_status_alone() {
    let run = from_server(key(), &["--quiet", NAME]).exits(0);
    assert!(run.stdout.is_empty() && run.stderr.is_empty());
    assert!(
        from_server(Answer::code(NXDOMAIN), &["-q", NAME])
            .exits(1)
            .stdout
            .is_empty()
    );
}
