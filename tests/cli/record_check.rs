//! `dkim record --check`: what is wrong with a record, without the DNS.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;

use super::{Run, command, dkim, dkim_reading};
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
