//! `dkim record`.

use dkim_toolkit::publish::Format;

use super::{Run, dkim, dkim_reading, file, scratch};

const RSA: &str = "testdata/keys/rsa2048.pem";
const ED25519: &str = "testdata/keys/rfc8463-brisbane.seed";
const ED25519_RECORD: &str = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

fn record(words: &[&str]) -> Run {
    let words = [&["record", "-s", "s1", "-d", "example.com"], words].concat();
    dkim(&words)
}

/// The bare value for a key file.
fn text(words: &[&str]) -> String {
    let run = record(&[words, &["--format", "txt"]].concat()).exits(0);
    run.stdout().trim_end().to_owned()
}

#[test]
fn every_form_of_a_key_has_the_same_record() {
    let rsa = text(&["-k", RSA]);
    assert!(rsa.starts_with("v=DKIM1; k=rsa; p=MIIB"), "{rsa}");
    for other in ["rsa2048.der", "rsa2048.pkcs1.pem"] {
        assert_eq!(text(&["-k", &format!("testdata/keys/{other}")]), rsa);
    }
    let encrypted = "testdata/keys/rsa2048.encrypted.pem";
    let passphrase = "testdata/keys/rsa2048.passphrase";
    assert_eq!(
        text(&["-k", encrypted, "--passphrase-file", passphrase]),
        rsa
    );
    record(&["-k", encrypted])
        .exits(4)
        .says("no passphrase was given");

    let folder = scratch();
    let published = file(&folder, "record", format!("{rsa}\n").as_bytes());
    assert_eq!(text(&["-k", &published]), rsa);
    let (_, base64) = rsa.split_once("p=").unwrap();
    let bare = file(&folder, "bare", base64.as_bytes());
    assert_eq!(text(&["-k", &bare]), rsa);
    let pem = format!("-----BEGIN PUBLIC KEY-----\n{base64}\n-----END PUBLIC KEY-----\n");
    assert_eq!(text(&["-k", &file(&folder, "public", pem.as_bytes())]), rsa);

    assert_eq!(text(&["-k", ED25519]), ED25519_RECORD);
    let published = file(&folder, "record", ED25519_RECORD.as_bytes());
    assert_eq!(text(&["-k", &published]), ED25519_RECORD);
    let words = [
        "record",
        "-s",
        "a",
        "-d",
        "b.example",
        "-k",
        "-",
        "--format",
        "txt",
    ];
    let piped = dkim_reading(&words, ED25519_RECORD.as_bytes()).exits(0);
    assert_eq!(piped.stdout(), format!("{ED25519_RECORD}\n"));
}

#[test]
fn every_option_is_a_tag() {
    let words = ["-k", ED25519, "--strict", "--testing", "--hash", "sha256"];
    let words = [&words[..], &["--service", "*", "--note", "a; b"]].concat();
    let (_, key) = ED25519_RECORD.split_once("p=").unwrap();
    assert_eq!(
        text(&words),
        format!("v=DKIM1; k=ed25519; h=sha256; s=*; t=y:s; n=a=3B b; p={key}")
    );
}

#[test]
fn revoked_keys() {
    for (words, expected) in [
        (&["--revoke"][..], "v=DKIM1; p="),
        (&["--revoke", "-t", "rsa"], "v=DKIM1; k=rsa; p="),
        (&["--revoke", "-k", ED25519], "v=DKIM1; k=ed25519; p="),
        (&["--revoke", "--note", "lost"], "v=DKIM1; n=lost; p="),
        // However weak it was.
        (
            &["--revoke", "-k", "testdata/keys/rsa512.pem"],
            "v=DKIM1; k=rsa; p=",
        ),
    ] {
        assert_eq!(text(words), expected);
    }
    let revoked = &record(&["--revoke", "--json"]).exits(0).json()[0];
    assert_eq!(revoked["text"], "v=DKIM1; p=");
    assert!(revoked["key"].is_null() && revoked["key_file"].is_null());
}

#[test]
fn every_format_holds_the_record_and_its_revocation() {
    let whole = text(&["-k", RSA]);
    // Provided that no separator is in it.
    let joined = |printed: &str| {
        let separators = [
            "\\\" \\\"",
            "\" \"",
            "' '",
            "\",\"",
            "\\\"\\\"",
            "\",\n          \"",
        ];
        separators
            .iter()
            .fold(printed.replace("\\;", ";"), |text, separator| {
                text.replace(separator, "")
            })
    };
    for format in Format::ALL.iter().map(|format| format.name()) {
        let run = record(&["-k", RSA, "--format", format]).exits(0);
        assert!(joined(run.stdout()).contains(&whole), "{format}");
        assert!(run.stdout().ends_with('\n'));
        // What a body is sent to is not in it.
        let is_body = matches!(format, "ovh" | "hetzner" | "gandi" | "azure");
        assert_eq!(run.stderr.is_empty(), !is_body, "{format}");
        let revoked = record(&["--revoke", "--format", format]).exits(0);
        let text = joined(revoked.stdout());
        assert!(text.contains("v=DKIM1; p="), "{format}");
        assert!(!revoked.stdout().contains("MII"));
    }
}

#[test]
fn bodies_are_json() {
    let whole = text(&["-k", RSA]);
    for (format, pointer) in [
        ("json", "/text"),
        (
            "route53",
            "/Changes/0/ResourceRecordSet/ResourceRecords/0/Value",
        ),
        ("cloudflare", "/content"),
        ("ovh", "/target"),
        ("hetzner", "/records/0/value"),
        ("gandi", "/rrset_values/0"),
        ("azure", "/properties/TXTRecords/0/value"),
    ] {
        for (words, text) in [
            (&["-k", RSA][..], whole.as_str()),
            (&["--revoke"], "v=DKIM1; p="),
        ] {
            let run = record(&[words, &["--format", format]].concat()).exits(0);
            let body: serde_json::Value = serde_json::from_str(run.stdout()).unwrap();
            let value = body.pointer(pointer).unwrap();
            let strings = match value.as_array() {
                Some(strings) => strings.iter().map(|s| s.as_str().unwrap()).collect(),
                None => value.as_str().unwrap().replace("\" \"", ""),
            };
            assert_eq!(strings.trim_matches('"'), text, "{format}");
        }
    }
}

#[test]
fn every_format_is_in_the_documentation() {
    let page = include_str!("../../docs/formats.md");
    for format in Format::ALL {
        let row = format!("| `{}` | {} | [", format.name(), format.description());
        let row = page.lines().find(|line| line.starts_with(&row));
        let link = format!("]({}) |", format.page());
        assert!(row.is_some_and(|row| row.ends_with(&link)), "{format}");
    }
    let rows = page.lines().filter(|line| line.starts_with("| `"));
    assert_eq!(rows.count(), Format::ALL.len());
}

#[test]
fn a_revocation_never_adds_a_record() {
    let revoke = |format: &str| record(&["--revoke", "--format", format]).exits(0);
    let body = |format: &str| -> serde_json::Value {
        serde_json::from_str(revoke(format).stdout()).unwrap()
    };
    // A POST of these is refused: it wants name and type.
    assert_eq!(
        body("cloudflare"),
        serde_json::json!({"content": "\"v=DKIM1; p=\"", "ttl": 3600})
    );
    assert!(body("ovh").get("fieldType").is_none());
    assert!(body("hetzner").get("name").is_none());
    revoke("cloudflare")
        .says("dns_records?type=TXT&name=s1._domainkey.example.com, then PATCH /zones/");
    revoke("ovh").says("PUT /domain/zone/example.com/record/{id} with this");
    revoke("hetzner").says("/s1._domainkey/TXT/actions/set_records with this");
    revoke("gcloud").prints("gcloud dns record-sets update ");
    revoke("windows-dns").prints("dnscmd /RecordDelete example.com s1._domainkey TXT /f\n");
    revoke("zone").says("replace the TXT record at s1._domainkey.example.com with this");
    let quiet = record(&["--revoke", "--format", "ovh", "-q"]).exits(0);
    assert!(quiet.stderr.is_empty());
}

#[test]
fn names_are_relative_to_the_zone_that_is_said() {
    let words = ["record", "-s", "s1", "-d", "mail.example.com", "-k", RSA];
    let run = |more: &[&str]| dkim(&[&words, more].concat());
    run(&["--zone-name", "example.com."])
        .exits(0)
        .prints("s1._domainkey.mail 3600 IN TXT \"v=DKIM1; ");
    run(&["--format", "ovh", "--zone-name", "example.com"])
        .exits(0)
        .prints("\"subDomain\": \"s1._domainkey.mail\"")
        .says("dkim: hint: POST /domain/zone/example.com/record with this; then POST ")
        .says("/domain/zone/example.com/refresh");
    run(&["--format", "ovh"])
        .exits(0)
        .prints("\"subDomain\": \"s1._domainkey\"")
        .says("--zone-name");
    run(&["--zone-name", "example.org"])
        .exits(2)
        .says("--zone-name: the record is not in that zone")
        .says("dkim: hint: ");
}

#[test]
fn a_value_alone_needs_no_name() {
    for (format, expected) in [
        ("txt", format!("{ED25519_RECORD}\n")),
        ("quoted", format!("\"{ED25519_RECORD}\"\n")),
    ] {
        let words = ["record", "-k", ED25519, "--format", format];
        let run = dkim(&words).exits(0);
        assert_eq!(run.stdout(), expected);
        let json = &dkim(&[&words[..], &["--json"]].concat()).exits(0).json()[0];
        assert!(json["name"].is_null());
        assert_eq!(json["formatted"], expected);
    }
    for (words, missing) in [
        (&[][..], "--selector and --domain missing"),
        (&["-s", "s1"], "--domain missing"),
        (&["-d", "example.com"], "--selector missing"),
    ] {
        let words = [&["record", "-k", ED25519], words].concat();
        let run = dkim(&words).exits(2).says(missing);
        assert!(run.says("dkim: hint: ").stdout.is_empty());
    }
}

#[test]
fn the_name_is_that_of_the_key_file() {
    let folder = scratch();
    let seed = std::fs::read(ED25519).unwrap();
    let key = file(&folder, "S1._domainkey.mail.example.com.pem", &seed);
    let first_word = |words: &[&str]| {
        let run = dkim(&[&["record", "-k", &key], words].concat()).exits(0);
        let (name, _) = run.stdout().split_once(' ').unwrap();
        name.to_owned()
    };
    assert_eq!(first_word(&[]), "s1._domainkey.mail.example.com.");
    assert_eq!(
        first_word(&["-s", "s2", "--revoke"]),
        "s2._domainkey.mail.example.com."
    );
    assert_eq!(
        first_word(&["-d", "example.com"]),
        "s1._domainkey.example.com."
    );
    let other = file(&folder, "s1.example.com.pem", &seed);
    dkim(&["record", "-k", &other])
        .exits(2)
        .says("--selector and --domain missing");
}

#[test]
fn a_public_key_may_be_taken_for_a_seed() {
    let folder = scratch();
    // The public key of RFC 8463 §A.2.
    let key = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
    let bare = file(&folder, "bare", format!("{key}\n").as_bytes());
    let run = record(&["-k", &bare]).exits(0).says(&format!(
        "dkim: warning: {bare}: read as a private Ed25519 seed; \
         for a public key give k=ed25519; p="
    ));
    assert!(!run.stdout().contains(key));
    let tags = file(&folder, "tags", format!("k=ed25519; p={key}").as_bytes());
    let run = record(&["-k", &tags]).exits(0).prints(key);
    assert!(run.stderr.is_empty());
}

#[test]
fn weak_keys_are_warned_of_and_refused() {
    record(&["-k", "testdata/keys/rsa1024.pem"])
        .exits(0)
        .prints("v=DKIM1; k=rsa; p=")
        .says("dkim: warning: testdata/keys/rsa1024.pem: an RSA key of 1024 bits is weak");
    record(&["-k", "testdata/keys/rsa1023.pem"])
        .exits(4)
        .says("an RSA key of 1023 bits: verifiers accept no fewer than 1024")
        .says("dkim: hint: ");
}

#[test]
fn what_is_no_key_is_refused() {
    let folder = scratch();
    let refused = |contents: &[u8], why: &str| {
        let path = file(&folder, "key", contents);
        let run = record(&["-k", &path]).exits(4).says(&path).says(why);
        assert!(run.stdout.is_empty());
    };
    refused(b"", "no key, no certificate and no key record");
    refused(b"hello", "no key, no certificate and no key record");
    refused(b"v=DKIM1; p=", "key revoked");
    refused(b"-----BEGIN PUBLIC KEY-----\nMIIB", "the PEM is damaged");
    record(&["-k", "missing"])
        .exits(4)
        .says("missing: no such file or directory");
    record(&["-k", "testdata"]).exits(4).says("is a directory");
    let usage = |words: &[&str], why: &str| {
        record(words).exits(2).says(why).says("dkim: hint: ");
    };
    usage(&[], "--revoke");
    usage(&["-t", "rsa"], "--revoke");
    usage(&["-t", "rsa", "-k", RSA, "--revoke"], "--key");
    usage(&["--passphrase-file", "x", "--revoke"], "--key");
}

#[test]
fn names_are_those_of_the_dns() {
    let words = ["record", "--revoke", "-s", "S1", "-d", "Bücher.example."];
    dkim(&words)
        .exits(0)
        .prints("s1._domainkey.xn--bcher-kva.example. 3600 IN TXT");
    let label = "a".repeat(60);
    let long = format!("{label}.{label}.{label}.{label}.example");
    dkim(&["record", "--revoke", "-s", "s1", "-d", &long])
        .exits(4)
        .says("longer than 253 bytes")
        .says("shorter selector");
}
