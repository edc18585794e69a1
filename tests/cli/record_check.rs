//! `dkim record --check`: what is wrong with a record, without the DNS.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;

use super::{Run, command, dkim, dkim_reading, file, scratch};
use crate::testdata;

const KEY: &str = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

fn codes(run: &Run) -> Vec<String> {
    let object = &run.json()[0];
    let findings = object["findings"].as_array().unwrap().iter();
    findings
        .map(|finding| finding["code"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_good_record() {
    dkim(&["record", "--check", KEY])
        .exits(0)
        .prints("record: usable\n");
    for input in [KEY.to_owned(), format!("{KEY}\n"), format!("{KEY}\r\n")] {
        let run = dkim_reading(&["record", "--check", "-", "--json"], input.as_bytes()).exits(0);
        let object = &run.json()[0];
        assert!(object["name"].is_null() && object["findings"].as_array().unwrap().is_empty());
        assert_eq!(object["status"], "found");
        assert_eq!(object["records"][0]["text"], KEY);
    }
}

#[test]
fn bad_records() {
    let quoted = KEY.replace("p=", "p=\"") + "\"";
    dkim(&["record", "--check", &quoted])
        .exits(1)
        .prints("record: invalid\n")
        .prints(&format!("  corrected record:\n{KEY}\n"));
    dkim(&["record", "--check", "v=spf1 -all"])
        .exits(1)
        .prints("this is not a key record");
    dkim(&["record", "--check", "v=DKIM1; p="])
        .exits(1)
        .prints("record: revoked\n");
    let run = dkim(&["record", "--check", "", "--json"]).exits(1);
    assert_eq!(codes(&run), ["not-a-key-record"]);
    let long = format!("{KEY}; n={}", "x".repeat(100_000));
    let run = dkim_reading(&["record", "--check", "-", "--json"], long.as_bytes()).exits(1);
    assert_eq!(codes(&run), ["record-too-large"]);
}

#[test]
fn what_dig_prints() {
    for line in [
        format!("\"{KEY}\"\n"),
        format!(
            "s._domainkey.example.com. 3600 IN TXT \"{}\" \"{}\"\n",
            &KEY[..40],
            &KEY[40..]
        ),
    ] {
        let arguments = ["record", "--check", "-", "--json"];
        let run = dkim_reading(&arguments, line.as_bytes()).exits(0);
        assert_eq!(codes(&run), ["presentation-form"], "{line}");
        assert_eq!(run.json()[0]["records"][0]["text"], KEY, "{line}");
    }
}

#[test]
fn pem_is_no_option() {
    dkim(&[
        "record",
        "--check",
        "-----BEGIN PUBLIC KEY----- MIGfMA0GCSqG",
    ])
    .exits(1)
    .prints("key-damaged");
}

#[test]
fn what_makes_a_record_has_no_say() {
    for words in [
        &["-s", "s"][..],
        &["-k", "key.pem"],
        &["--revoke"],
        &["--ttl", "60"],
        &["--format", "txt"],
    ] {
        dkim(&[&["record", "--check", KEY], words].concat()).exits(2);
    }
    dkim(&["record", "--revoke"]).exits(2);
}

/// The command says of each vector what the library says.
#[test]
fn the_vectors() {
    for (name, octets) in testdata::files("records", ".txt") {
        let (preamble, record) = testdata::split_preamble(&octets).unwrap();
        let preamble = testdata::pairs(preamble).unwrap();
        let only_record = ["comment", "status", "finding", "fixed"];
        if preamble.iter().any(|(key, _)| !only_record.contains(key)) {
            continue;
        }
        // Here the quotes are those of a program that printed the record.
        if preamble.contains(&("finding", "quotes-in-value")) {
            continue;
        }
        let mut command = command(&["record", "--json", "--check"]);
        let run = Run::of(command.arg(OsStr::from_bytes(record)));
        let all = |wanted: &str| -> Vec<&str> {
            let of_key = preamble.iter().filter(|(key, _)| *key == wanted);
            of_key.map(|(_, value)| *value).collect()
        };
        let code = |finding: &'_ str| finding.split('/').next().unwrap_or_default().to_owned();
        let expected: Vec<String> = all("finding").into_iter().map(code).collect();
        assert_eq!(codes(&run), expected, "{name}");
        let fixed = all("fixed")
            .first()
            .map(|text| testdata::quoted(text).unwrap());
        let found = run.json()[0]["fixed"]
            .as_str()
            .map(|text| text.as_bytes().to_vec());
        assert_eq!(found, fixed, "{name}");
        assert_eq!(run.status, i32::from(all("status") != ["found"]), "{name}");
    }
}

#[test]
fn what_is_no_record_is_not_judged_as_one() {
    let nothing = dkim_reading(&["record", "--check", "-"], b"\n").exits(1);
    nothing.says("dkim: error: -: nothing was read");
    let folder = scratch();
    let path = file(&folder, "record", b"v=DKIM1; p=");
    let run = dkim(&["record", "--check", &path]).exits(2);
    run.says(&format!("dkim: hint: dkim record --check - < {path}"));
}

#[test]
fn a_private_key_is_known_by_its_label_alone() {
    for text in [
        "-----BEGIN RSA PRIVATE KEY-----",
        "-----END PRIVATE KEY-----",
        "-----BEGIN DSA PRIVATE KEY----- Proc-Type: 4,ENCRYPTED",
        "-----BEGIN PGP PRIVATE KEY BLOCK-----",
        "Private-key-format: v1.3 Algorithm: 15 (ED25519)",
        "privateExponent: 00:a1:b2",
    ] {
        let words = ["record", "--check", "-", "--json"];
        let run = dkim_reading(&words, text.as_bytes()).exits(1);
        let report = &run.json()[0];
        assert_eq!(
            report["findings"][0]["code"], "private-key-published",
            "{text}"
        );
        assert!(report["fixed"].is_null(), "{text}");
    }
}

#[test]
fn no_record_is_offered_with_a_private_key_or_its_public_half() {
    let pem = std::fs::read_to_string("testdata/keys/rsa2048.pem").unwrap();
    let private: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let record = |key: &str| {
        let key = format!("testdata/keys/{key}");
        let run = dkim(&["record", "-k", &key, "--format", "txt"]).exits(0);
        run.stdout().trim_end().to_owned()
    };
    let wrong_hash = |record: String| record.replace("DKIM1;", "DKIM1; h=rsa-sha256;");
    let public = wrong_hash(record("rsa2048.pem"));
    let beside = [public.clone(), private.clone()];
    let within = [wrong_hash(record("ed25519.pem")).replace("; p=", &format!("; n={private}; p="))];
    let folder = scratch();
    for (name, records) in [("beside", &beside[..]), ("within", &within)] {
        let lines = records
            .iter()
            .map(|text| format!("s._domainkey.a.example. TXT {}\n", quoted(text)));
        let zone = file(&folder, name, lines.collect::<String>().as_bytes());
        for expected in [None, Some("rsa4096.pem"), Some("rsa2048.pem")] {
            let mut words = vec![
                "lookup",
                "--json",
                "--zone",
                &zone,
                "s._domainkey.a.example",
            ];
            let path = expected.map(|key| format!("testdata/keys/{key}"));
            if let Some(path) = &path {
                words.extend(["--expect-key", path]);
            }
            let run = dkim(&words).exits(1);
            let report = &run.json()[0];
            let codes = report["findings"].to_string();
            assert!(codes.contains("private-key-published"), "{name}: {codes}");
            let fixed = report["fixed"].as_str().unwrap_or_default();
            for secret in [&private[..200], &public[public.len() - 80..]] {
                assert!(!fixed.contains(secret), "{name}, {expected:?}: {fixed}");
            }
        }
    }
}

/// Text as strings of a master file.
fn quoted(text: &str) -> String {
    let pieces = text.as_bytes().chunks(250);
    let pieces = pieces.map(|piece| format!("\"{}\"", String::from_utf8_lossy(piece)));
    pieces.collect::<Vec<_>>().join(" ")
}
