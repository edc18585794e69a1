//! Key files of other programs, and as shells and editors leave them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tempfile::TempDir;

use super::{Run, dkim, dkim_reading, file, scratch};

/// Key files by `OpenSSL` and `OpenSSH`; a line `## name` begins each.
const KEYS: &str = include_str!("../../src/key/testdata/keys.txt");

fn key(name: &str) -> &'static str {
    let (_, after) = KEYS.split_once(&format!("\n## {name}\n")).unwrap();
    after.split("\n##").next().unwrap()
}

fn record(folder: &TempDir, contents: &[u8]) -> Run {
    let path = file(folder, "key", contents);
    dkim(&["record", "--format", "txt", "-k", &path])
}

fn utf16(text: &str) -> Vec<u8> {
    let marked = format!("\u{feff}{text}");
    marked.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// The record of the key in a PEM file of its public half.
fn expected() -> String {
    let body: String = key("rsa-public")
        .lines()
        .filter(|line| !line.contains('-'))
        .collect();
    format!("v=DKIM1; k=rsa; p={body}\n")
}

#[test]
fn one_key_in_every_form_has_one_record() {
    let folder = scratch();
    let expected = expected();
    let (_, base64) = expected.trim_end().split_once("p=").unwrap();
    let (start, end) = base64.split_at(236);
    let pem = key("rsa-pkcs8");
    for contents in [
        pem.replace('\n', "\\n").into_bytes(),
        format!("DKIM_KEY=\"{}\"\n", pem.replace('\n', "\\n")).into_bytes(),
        utf16(pem),
        utf16(&pem.replace('\n', "\r\n")),
        key("rsa-openssh").into(),
        key("openssh-line").into(),
        format!("\"v=DKIM1; p={start}\" \"{end}\"\n").into_bytes(),
        format!(
            "mail._domainkey\tIN\tTXT\t( \"v=DKIM1; h=sha256; k=rsa; \"\n\t  \"p={start}\"\n\t  \
             \"{end}\" )  ; ----- DKIM key mail for example.com\n"
        )
        .into_bytes(),
    ] {
        let run = record(&folder, &contents).exits(0);
        let what = String::from_utf8_lossy(&contents);
        assert_eq!(
            (run.stdout(), run.stderr.as_str()),
            (&*expected, ""),
            "{what}"
        );
    }
}

#[test]
fn the_line_that_keygen_prints_is_a_key_file() {
    let folder = scratch();
    let path = file(
        &folder,
        "s._domainkey.example.com.pem",
        key("openssh-ed25519").as_bytes(),
    );
    let zone = dkim(&["record", "-k", &path]).exits(0);
    let zone = file(&folder, "zone", &zone.stdout);
    let expect = |key: &str| {
        let name = "s._domainkey.example.com";
        dkim(&["lookup", "--zone", &zone, "--expect-key", key, name])
    };
    expect(&zone).exits(0);
    expect(&path).exits(0);
    expect(&file(&folder, "other", key("openssh-line").as_bytes())).exits(1);
}

#[test]
fn a_key_of_openssh_signs() {
    let folder = scratch();
    let message = b"From: joe@example.com\r\nSubject: Hello\r\n\r\nHow are you?\r\n";
    for name in ["rsa-openssh", "openssh-ed25519"] {
        let path = file(&folder, "key", key(name).as_bytes());
        let zone = dkim(&["record", "-s", "s", "-d", "example.com", "-k", &path]).exits(0);
        let zone = file(&folder, "zone", &zone.stdout);
        let signed = dkim_reading(&["sign", "-s", "s", "-k", &path], message).exits(0);
        dkim_reading(&["verify", "--zone", &zone], &signed.stdout).exits(0);
    }
}

#[test]
fn what_is_not_read_has_a_hint_that_works() {
    let folder = scratch();
    let public = STANDARD.encode(b"\0\0\0\x07ssh-dss");
    for (contents, why, hint) in [
        (
            key("openssh-encrypted"),
            "the private key is in the format of OpenSSH and encrypted",
            "take the passphrase off a copy of it with: ssh-keygen -p -N '' -f COPY",
        ),
        (
            key("openssh-ec"),
            "the key is neither RSA nor Ed25519 but ecdsa-sha2-nistp256",
            "make a key of a type that DKIM has: dkim keygen",
        ),
        (
            &format!("ssh-dss {public}"),
            "the key is neither RSA nor Ed25519 but ssh-dss",
            "make a key of a type that DKIM has: dkim keygen",
        ),
        (
            "PuTTY-User-Key-File-3: ssh-ed25519\n",
            "the private key is in the format of PuTTY",
            "convert it with: puttygen OLD.ppk -O private-openssh-new -o NEW",
        ),
    ] {
        record(&folder, contents.as_bytes())
            .exits(4)
            .says(why)
            .says(hint);
    }
}
