//! `dkim inspect` as people run it.

use std::fs;
use std::path::Path;

use dkim_toolkit::message::{LineEndings, parse};
use dkim_toolkit::verdict::Verdict;
use dkim_toolkit::verify::Verifier;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{Run, dkim_reading};

const NOW: u64 = 1_800_000_000;
const RFC8463: &str = "testdata/rfc/rfc8463-appendix-a.eml";

/// Runs `dkim inspect` with a message on its standard input.
fn inspect(arguments: &[&str], message: &[u8]) -> Run {
    dkim_reading(&[&["inspect"], arguments].concat(), message)
}

fn check_error(arguments: &[&str], message: &str, status: i32, expected: &str) {
    let output = inspect(arguments, message.as_bytes());
    let run = output.exits(status).says(expected);
    assert!(run.stdout.is_empty(), "{arguments:?}");
}

fn inspect_json(message: &str) -> (Value, i32) {
    let output = inspect(&["--json"], message.as_bytes());
    let object = serde_json::from_slice(&output.stdout).unwrap();
    (object, output.status)
}

fn verdicts(message: &[u8]) -> Vec<Verdict> {
    let (header, body) = parse(message, LineEndings::Lenient).unwrap();
    let mut verification = Verifier::default().begin(header, NOW);
    verification.body(body);
    verification.finish().verdicts
}

/// The hash of what `--canonical` writes is the one that verification takes; how often that was
/// the `bh=` of the message.
fn check_canonical(message: &[u8], name: &str) -> usize {
    let mut good = 0;
    for (place, verdict) in verdicts(message).iter().enumerate() {
        let number = (place + 1).to_string();
        let hash = |part| {
            let arguments = ["--canonical", part, "--signature", &number];
            let output = inspect(&arguments, message);
            (Sha256::digest(&output.stdout).to_vec(), output.status)
        };
        let Some(signature) = &verdict.signature else {
            assert_eq!(hash("body").1, 4, "{name}");
            continue;
        };
        let header_hash = verdict.header_hash.unwrap().to_vec();
        assert_eq!(hash("header"), (header_hash, 0), "{name}");
        let body = hash("body");
        match &verdict.computed_body_hash {
            Some(body_hash) => assert_eq!(body, (body_hash.to_vec(), 0), "{name}"),
            None => assert_eq!(body.1, 1, "{name}"),
        }
        good += usize::from(body.0 == *signature.body_hash);
    }
    good
}

#[test]
fn canonical_octets_are_those_that_are_hashed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let rfc = fs::read(root.join(RFC8463)).unwrap();
    assert_eq!(check_canonical(&rfc, RFC8463), 2);
    let mut good = 0;
    for entry in fs::read_dir(root.join("testdata/verify")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let prefixes = ["body-", "header-bare", "length-", "doubled-"];
        if !prefixes.iter().any(|prefix| name.starts_with(prefix)) {
            continue;
        }
        let vector = fs::read(&path).unwrap();
        let preamble = vector.windows(2).position(|pair| pair == b"\n\n").unwrap();
        good += check_canonical(&vector[preamble + 2..], name);
    }
    assert!(good > 50, "{good}");
}

#[test]
fn a_long_body_is_cut_where_the_signature_ends() {
    let field = "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com; s=s; h=From;\
                 l=20000001; b=AAAA;\r\n \
                 bh=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\nFrom: a@example.com\r\n\r\n";
    let mut message = field.as_bytes().to_vec();
    message.extend(b"0123456 \t\r\n".repeat(3_000_000));
    let output = inspect(&["--canonical", "body", "-"], &message);
    assert_eq!(output.status, 0);
    assert_eq!(output.stdout.len(), 20_000_001);
    // A canonical line has nine octets, and three more are left.
    assert!(output.stdout.ends_with(b"0123456\r\n012"));
}

#[test]
fn canonical_takes_one_message_with_that_signature() {
    let signed = "DKIM-Signature: v=1; a=rsa-sha256; d=example.com; s=s; h=From; b=AA; l=9; \
                  bh=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\r\nHi\r\n";
    let body = ["--canonical", "body"];
    check_error(
        &["--canonical", "body", RFC8463, RFC8463],
        "",
        2,
        "one message",
    );
    check_error(&["--canonical", "body", "--json"], signed, 2, "--json");
    check_error(&["--signature", "2"], signed, 2, "--canonical");
    check_error(
        &["--canonical", "body", "--signature", "0"],
        signed,
        2,
        "--signature",
    );
    check_error(&body, "From: a\r\n\r\n", 4, "-: it has no signature");
    let second = ["--canonical", "header", "--signature", "2"];
    check_error(&second, signed, 4, "-: it has 1 signature, not 2");
    check_error(
        &body,
        "DKIM-Signature: v=1\r\n\r\n",
        4,
        "signature 1 covers nothing",
    );
    check_error(
        &["--canonical", "body", "missing.eml"],
        "",
        4,
        "missing.eml: no such file",
    );
    let output = inspect(&body, signed.as_bytes());
    assert_eq!((output.stdout, output.status), (b"Hi\r\n".to_vec(), 1));
    assert!(output.stderr.contains("l= is 9"));
}

#[test]
fn a_good_signature_is_told_tag_by_tag() {
    let output = inspect(&[RFC8463], b"");
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status, 0);
    assert!(
        text.lines().all(|line| line.chars().count() <= 80),
        "{text}"
    );
    for expected in [
        "rfc8463-appendix-a.eml: 2 signatures",
        "    a=   algorithm        ed25519-sha256: Ed25519 over SHA-256 (required)",
        "    t=   time of signing  2018-06-10T13:38:29Z, ",
        "oversigned, so none may be added: from, subject, date",
        "    bh=  body hash        32 octets, the hash of the body (required)",
        "brisbane._domainkey.football.example.com.",
        "128 octets, by an RSA key of 1024 bits (required)",
    ] {
        assert!(text.contains(expected), "{expected}: {text}");
    }
    let quiet = inspect(&["--quiet", RFC8463], b"");
    assert!(quiet.stdout.is_empty() && quiet.status == 0);
}

#[test]
fn json_has_every_key() {
    let message = "DKIM-Signature: v=1; a=rsa-sha256; d=example.com; s=s1; h=From:To; l=2;\r\n\
                   \tbh=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=; b=AAAA; x=1; foo=b\r\n\t ar\r\nFrom: a@example.com\r\n\r\nHello\r\n";
    let (object, status) = inspect_json(message);
    assert_eq!(status, 1);
    assert_eq!(
        (&object["source"], &object["error"]),
        (&json!("-"), &Value::Null)
    );
    let signature = &object["signatures"][0];
    assert_eq!(signature["index"], 1);
    assert_eq!(signature["key_name"], "s1._domainkey.example.com.");
    let reasons = [
        &signature["refused"][0]["reason"],
        &signature["refused"][1]["reason"],
    ];
    assert_eq!(reasons, ["expired", "body-hash-mismatch"]);
    assert_eq!(
        signature["body_hash"]["claimed"],
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
    );
    assert_eq!(signature["body_hash"]["matches"], false);
    assert_eq!(
        signature["defaults"][0],
        json!({"name": "c", "value": "simple/simple"})
    );
    assert_eq!(signature["missing"], json!([]));
    assert_eq!(signature["raw"], Value::Null);
    assert_eq!(signature["warnings"][0]["code"], "unsigned-body");
    let tag = |name: &str| {
        let tags = signature["tags"].as_array().unwrap();
        tags.iter().find(|tag| tag["name"] == name).unwrap().clone()
    };
    let length = json!({"name": "l", "value": "2", "meaning": "body length",
        "status": "discouraged", "decoded": {"length": 2, "body": 7, "unsigned": 5},
        "other_case": false, "problem": null});
    assert_eq!(tag("l"), length);
    let unknown = json!({"name": "foo", "value": "b\r\n\t ar", "meaning": null,
        "status": "unknown", "decoded": null, "other_case": false, "problem": null});
    assert_eq!(tag("foo"), unknown);
    assert_eq!(tag("x")["decoded"]["time"], "1970-01-01T00:00:01Z");
}

#[test]
fn other_letter_case_is_said() {
    let message = "DKIM-Signature: v=1; a=RSA-SHA256; d=example.com; s=s1; h=From; q=DNS/TXT;\r\n\
                   \tc=simple; b=AAAA; bh=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\nFrom: a@example.com\r\n\r\n";
    let (object, _) = inspect_json(message);
    let tags = object["signatures"][0]["tags"].as_array().unwrap();
    let others = tags.iter().filter(|tag| tag["other_case"] == true);
    let names: Vec<&Value> = others.map(|tag| &tag["name"]).collect();
    assert_eq!(names, ["a", "q"]);
    let text = inspect(&["-"], message.as_bytes());
    let text = String::from_utf8(text.stdout).unwrap();
    let said = "accepted in this letter case, which is not that of RFC 6376";
    let words: Vec<&str> = text.split_whitespace().collect();
    assert_eq!(words.join(" ").matches(said).count(), 2, "{text}");
}

#[test]
fn what_is_in_the_place_of_a_body_hash_is_said() {
    let digits = "00112233445566778899aabbccddeeff".repeat(2);
    let message = format!(
        "DKIM-Signature: v=1; a=rsa-sha256; d=example.com; s=s1; h=From; b=AAAA;\r\n bh={digits}\
         \r\nFrom: a@example.com\r\n\r\n"
    );
    let (object, status) = inspect_json(&message);
    assert_eq!(status, 1);
    let signature = &object["signatures"][0];
    let what = "it is the hexadecimal text of a SHA-256 hash, and not base64 of its bytes";
    assert_eq!(signature["refused"][0]["reason"], "signature-syntax");
    assert_eq!(
        signature["refused"][0]["detail"],
        format!("signature syntax error: bh= is no body hash: {what}")
    );
    assert_eq!(signature["refused"].as_array().unwrap().len(), 1);
    let tags = signature["tags"].as_array().unwrap();
    let tag = tags.iter().find(|tag| tag["name"] == "bh").unwrap();
    assert_eq!(
        (&tag["decoded"], &tag["problem"]),
        (&Value::Null, &json!(what))
    );
}

#[test]
fn a_broken_signature_is_read_as_far_as_it_goes() {
    let message = "DKIM-Signature: v=1; a=rsa-sha256; d=example.com; d=example.org;; h=a::b; q\r\n\
                   From: a@example.com\r\n\r\n";
    let (object, status) = inspect_json(message);
    assert_eq!(status, 1);
    let signature = &object["signatures"][0];
    assert_eq!(signature["refused"][0]["reason"], "signature-syntax");
    assert_eq!(signature["key_name"], Value::Null);
    assert!(
        signature["raw"]
            .as_str()
            .unwrap()
            .contains("d=example.org;;")
    );
    let tags = signature["tags"].as_array().unwrap();
    let names: Vec<&Value> = tags.iter().map(|tag| &tag["name"]).collect();
    assert_eq!(names, ["v", "a", "d", "d", "h"]);
    assert_eq!(tags[4]["problem"], "\"\" is not the name of a header field");
}

#[test]
fn what_strangers_wrote_acts_on_nothing() {
    let message = "DKIM-Signature: v=1; z=Subject:=1B[31m|X=1B:=E2=80=AE; a=\u{202e}; \u{1b}=1\r\n\
                   DKIM-Signature: z=Subject:=1B[31m|X=1B:=E2=80=AE; a=\u{202e}; h=\u{9b}\r\n\r\n";
    for arguments in [&["--color", "never"][..], &["--json"]] {
        let output = inspect(arguments, message.as_bytes());
        let text = String::from_utf8(output.stdout).unwrap();
        let acts =
            |character: char| character != '\n' && !dkim_toolkit::escape::is_printable(character);
        assert!(!text.contains(acts), "{text:?}");
        assert!(text.contains("[31m"));
    }
}

#[test]
fn the_worst_of_many_stands() {
    let output = inspect(&["missing.eml", RFC8463, "-"], b"From: a\r\n\r\n");
    assert_eq!(output.status, 4);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("2 signatures") && text.contains("-: no signature"));
    let output = inspect(&[RFC8463, "-"], b"From: a\r\n\r\n");
    assert_eq!(output.status, 1);
    let output = inspect(&["--json", "missing.eml"], b"");
    let object: Value = serde_json::from_slice(&output.stdout).unwrap();
    let expected = json!({"source": "missing.eml", "index": null, "signatures": [], "claims": null, "warnings": [],
        "error": "no such file or directory"});
    assert_eq!(object, expected);
}
