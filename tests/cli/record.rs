//! `dkim record`.

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
    let formats = [
        "zone",
        "txt",
        "json",
        "nsupdate",
        "tinydns",
        "dnsmasq",
        "route53",
        "cloudflare",
        "ovh",
        "terraform",
    ];
    let whole = text(&["-k", RSA]);
    // Provided that no separator is in it.
    let joined = |printed: &str| {
        ["\\\" \\\"", "\" \"", "\",\"", "\\\"\\\""]
            .iter()
            .fold(printed.to_owned(), |text, separator| {
                text.replace(separator, "")
            })
    };
    for format in formats {
        let run = record(&["-k", RSA, "--format", format]).exits(0);
        assert!(joined(run.stdout()).contains(&whole), "{format}");
        assert!(run.stdout().ends_with('\n'));
        assert_eq!(run.stderr.is_empty(), format != "ovh");
        let revoked = record(&["--revoke", "--format", format]).exits(0);
        assert!(revoked.stdout().contains("v=DKIM1; p="), "{format}");
        assert!(!revoked.stdout().contains("MII"));
        if matches!(format, "json" | "route53" | "cloudflare" | "ovh") {
            let parsed: serde_json::Value = serde_json::from_str(run.stdout()).unwrap();
            let strings = match format {
                "json" => format!("\"{}\"", parsed["text"].as_str().unwrap()),
                "route53" => {
                    parsed["Changes"][0]["ResourceRecordSet"]["ResourceRecords"][0]["Value"]
                        .as_str()
                        .unwrap()
                        .to_owned()
                }
                "cloudflare" => parsed["content"].as_str().unwrap().to_owned(),
                _ => parsed["target"].as_str().unwrap().to_owned(),
            };
            assert_eq!(
                strings.replace("\" \"", ""),
                format!("\"{whole}\""),
                "{format}"
            );
        }
    }
}

#[test]
fn the_zone_of_a_provider_is_said() {
    record(&["-k", RSA, "--format", "ovh"])
        .exits(0)
        .says("dkim: hint: this is for a zone named example.com: ")
        .says("POST /domain/zone/example.com/refresh");
    let quiet = record(&["-k", RSA, "--format", "ovh", "-q"]).exits(0);
    assert!(quiet.stderr.is_empty());
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
        .says("longer than 253 octets")
        .says("shorter selector");
}
