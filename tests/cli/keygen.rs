//! `dkim keygen`.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tempfile::TempDir;

use super::{Run, command, command_of, dkim, dkim_reading, scratch, word};
use crate::support::child;

const NAME: &str = "s1._domainkey.example.com.pem";

/// Makes a key for `s1` at example.com in a folder.
fn keygen(folder: &TempDir, words: &[&str]) -> Run {
    let mut command = command(&["keygen", "-s", "s1", "-d", "example.com"]);
    Run::of(command.args(words).current_dir(folder.path()))
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

/// The names in a folder, sorted.
fn names(folder: &TempDir) -> Vec<String> {
    let entries = fs::read_dir(folder.path()).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// `p=` as `OpenSSL` has it of a key file; `None` if there is no `OpenSSL`.
fn openssl_public_key(path: &Path, ed25519: bool) -> Option<String> {
    let mut openssl = command_of("openssl", &["pkey", "-pubout", "-outform", "DER", "-in"]);
    let output = child::output(openssl.arg(path), &[]).ok()?;
    assert!(output.status.success(), "{output:?}");
    let key = output.stdout;
    Some(STANDARD.encode(if ed25519 {
        &key[key.len() - 32..]
    } else {
        &key
    }))
}

#[test]
fn keys_of_every_kind_are_written_and_published() {
    for (words, tags, bits) in [
        (&[][..], "k=rsa", 2048),
        (&["--bits", "3072"], "k=rsa", 3072),
        (&["-b", "1024", "--force-weak"], "k=rsa", 1024),
        (&["--type", "ed25519"], "k=ed25519", 256),
    ] {
        let folder = scratch();
        let run = keygen(&folder, words).exits(0);
        let start = format!("s1._domainkey.example.com. 3600 IN TXT \"v=DKIM1; {tags}; p=");
        assert!(run.stdout().starts_with(&start), "{}", run.stdout());
        assert_eq!(names(&folder), [NAME]);
        let path = folder.path().join(NAME);
        assert_eq!(mode(&path), 0o600);
        let pem = fs::read_to_string(&path).unwrap();
        assert!(pem.starts_with("-----BEGIN PRIVATE KEY-----\n"));

        let joined = run.stdout().replace("\" \"", "");
        if let Some(key) = openssl_public_key(&path, bits == 256) {
            assert!(joined.contains(&format!("; p={key}\"")), "{joined}");
        }
        // What was made signs, and what was printed is a zone that verifies it.
        let zone = word(folder.path().join("zone"));
        fs::write(&zone, run.stdout).unwrap();
        let key = word(path);
        let message = b"From: joe@example.com\r\nSubject: Hello\r\n\r\nHow are you?\r\n";
        let signed = dkim_reading(&["sign", "-s", "s1", "-k", &key], message).exits(0);
        let verified = dkim_reading(&["verify", "--zone", &zone, "--json"], &signed.stdout);
        let verified = &verified.exits(0).json()[0]["signatures"][0]["key"];
        assert_eq!(verified["bits"], bits);
    }
}

#[test]
fn json_says_what_was_made() {
    let folder = scratch();
    let run = keygen(
        &folder,
        &["--json", "-t", "ed25519", "--ttl", "60", "--format", "txt"],
    );
    let made = &run.exits(0).json()[0];
    assert_eq!(made["name"], "s1._domainkey.example.com.");
    assert_eq!(made["type"], "TXT");
    assert_eq!(made["ttl"], 60);
    assert_eq!(made["key"]["type"], "ed25519");
    assert_eq!(made["key"]["bits"], 256);
    assert_eq!(made["key_file"], NAME);
    assert_eq!(made["format"], "txt");
    let text = made["text"].as_str().unwrap();
    assert_eq!(made["formatted"], format!("{text}\n"));
    assert_eq!(made["strings"][0], text);
}

const RSA: &str = "rsa26._domainkey.example.com.pem";
const ED25519: &str = "ed26._domainkey.example.com.pem";

/// Makes an RSA key and an Ed25519 key in a folder.
fn keygen_two(folder: &TempDir, words: &[&str]) -> Run {
    let pairs = ["-s", "rsa26", "-t", "rsa", "-s", "ed26", "-t", "ed25519"];
    let mut command = command(&["keygen", "-d", "example.com"]);
    Run::of(command.args(pairs).args(words).current_dir(folder.path()))
}

#[test]
fn several_keys_are_made_at_once() {
    let folder = scratch();
    let run = keygen_two(&folder, &[]).exits(0);
    let lines: Vec<&str> = run.stdout().lines().collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].starts_with("rsa26._domainkey.example.com. 3600 IN TXT \"v=DKIM1; k=rsa; "));
    assert!(
        lines[1].starts_with("ed26._domainkey.example.com. 3600 IN TXT \"v=DKIM1; k=ed25519; ")
    );
    for (selector, file) in [("rsa26", RSA), ("ed26", ED25519)] {
        assert_eq!(mode(&folder.path().join(file)), 0o600);
        assert!(run.stderr.contains(&format!(
            "dkim lookup -s {selector} -d example.com --expect-key {file}"
        )));
    }
    // There is an RSA key as well.
    assert!(!run.stderr.contains("not every receiver verifies Ed25519"));
    assert_eq!(names(&folder), [ED25519, RSA]);

    let json = keygen_two(&folder, &["--json", "--overwrite"])
        .exits(0)
        .json();
    let files: Vec<&str> = json
        .iter()
        .filter_map(|made| made["key_file"].as_str())
        .collect();
    assert_eq!(files, [RSA, ED25519]);
    assert_eq!(json[0]["key"]["type"], "rsa");
    assert_eq!(json[1]["key"]["type"], "ed25519");
}

#[test]
fn several_keys_are_all_written_or_none() {
    let folder = scratch();
    // The second file is in the way, and the first is not written.
    fs::write(folder.path().join(ED25519), "old").unwrap();
    keygen_two(&folder, &[])
        .exits(4)
        .says(ED25519)
        .says("already exists");
    assert_eq!(names(&folder), [ED25519]);
    // What shows only when the first is there takes that back: a link that leads to it.
    fs::remove_file(folder.path().join(ED25519)).unwrap();
    symlink(RSA, folder.path().join(ED25519)).unwrap();
    keygen_two(&folder, &[]).exits(4).says("already exists");
    assert_eq!(names(&folder), [ED25519]);
}

#[test]
fn keys_are_written_in_other_formats() {
    let folder = scratch();
    for (words, start, lines) in [
        (
            &["-t", "rsa", "--key-format", "pkcs1"][..],
            "-----BEGIN RSA PRIVATE KEY-----\n",
            27,
        ),
        (&["-t", "ed25519", "--key-format", "seed"], "", 1),
        (
            &["-t", "ed25519", "--key-format", "pkcs8"],
            "-----BEGIN PRIVATE KEY-----\n",
            3,
        ),
    ] {
        let run = keygen(&folder, &[words, &["--overwrite"]].concat()).exits(0);
        let text = fs::read_to_string(folder.path().join(NAME)).unwrap();
        assert!(
            text.starts_with(start) && text.lines().count() == lines,
            "{words:?}"
        );
        // It is the key whose record was printed.
        let mut command = command(&["record", "-k", NAME]);
        let record = Run::of(command.current_dir(folder.path())).exits(0);
        assert_eq!(record.stdout(), run.stdout());
    }
}

/// A new key under an old name is the replacement of a record.
#[test]
fn the_record_of_a_replaced_key_is_replaced() {
    let folder = scratch();
    let format = ["-t", "ed25519", "--format", "cloudflare", "--overwrite"];
    keygen(&folder, &format)
        .exits(0)
        .prints("\"type\": \"TXT\"");
    let run = keygen(&folder, &format).exits(0).says("then PATCH /zones/");
    assert!(!run.stdout().contains("\"type\""));
}

#[test]
fn what_comes_next_is_said_unless_quiet() {
    let folder = scratch();
    keygen(&folder, &["-t", "ed25519"])
        .exits(0)
        .says(&format!("dkim: hint: the private key is in {NAME}"))
        .says(&format!(
            "dkim lookup -s s1 -d example.com --expect-key {NAME}"
        ))
        .says("not every receiver verifies Ed25519");
    let quiet = keygen(&folder, &["-t", "ed25519", "-q", "--key-to", "other"]).exits(0);
    assert!(quiet.stderr.is_empty());
    // The record is what keygen is run for, and no report.
    quiet.prints("v=DKIM1; k=ed25519; p=");
    assert_eq!(names(&folder), ["other", NAME]);
}

#[test]
fn a_key_file_is_not_lost() {
    let folder = scratch();
    let path = folder.path().join(NAME);
    let written = || fs::read(&path).unwrap();
    keygen(&folder, &["-t", "ed25519"]).exits(0);
    let first = written();
    let refused = keygen(&folder, &["-t", "ed25519"]).exits(4);
    let refused = refused
        .says(NAME)
        .says("already exists")
        .says("--overwrite");
    assert!(refused.stdout.is_empty());
    assert_eq!(written(), first);

    // Replaced on demand, whatever mode the old one had.
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    keygen(&folder, &["-t", "ed25519", "--overwrite"]).exits(0);
    assert_ne!(written(), first);
    assert_eq!((mode(&path), names(&folder).len()), (0o600, 1));
}

#[test]
fn links_stay_links_to_the_key() {
    let folder = scratch();
    let (link, real) = (folder.path().join("link"), folder.path().join("real"));
    symlink(&real, &link).unwrap();
    let to_link = ["-t", "ed25519", "--key-to", "link"];
    // No key is lost where the link leads to nothing yet.
    for words in [&[][..], &["--overwrite"]] {
        keygen(&folder, &[&to_link[..], words].concat()).exits(0);
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(mode(&real), 0o600);
        fs::remove_file(&real).unwrap();
    }
    fs::write(&real, "old").unwrap();
    keygen(&folder, &to_link).exits(4).says("already exists");
    keygen(&folder, &[&to_link[..], &["--overwrite"]].concat()).exits(0);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(mode(&real), 0o600);
    assert!(fs::read_to_string(&real).unwrap().starts_with("-----BEGIN"));
}

#[test]
fn a_key_on_standard_output_is_alone_there() {
    let folder = scratch();
    let run = keygen(&folder, &["-t", "ed25519", "--key-to", "-"]).exits(0);
    let pem = run.stdout();
    assert!(pem.starts_with("-----BEGIN PRIVATE KEY-----\n"));
    assert!(pem.ends_with("-----END PRIVATE KEY-----\n"));
    // The record, all of it and nothing else.
    let words = ["record", "-k", "-", "-s", "s1", "-d", "example.com"];
    let record = dkim_reading(&words, pem.as_bytes()).exits(0);
    assert_eq!(record.stdout(), run.stderr);
    assert!(names(&folder).is_empty());
    for word in ["--json", "--quiet"] {
        keygen(&folder, &["--key-to", "-", word])
            .exits(2)
            .says("--key-to -");
    }
}

#[test]
fn what_cannot_be_written_leaves_nothing_behind() {
    let folder = scratch();
    let words = |target: &str| keygen(&folder, &["-t", "ed25519", "--output-dir", target]);
    words("missing")
        .exits(4)
        .says("missing/s1._domainkey.example.com.pem: no file can be made in missing: no such")
        .says("dkim: hint: mkdir -p missing");
    keygen(&folder, &["-t", "ed25519", "--key-to", "."])
        .exits(4)
        .says("is a directory");
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o555)).unwrap();
    // Root may write anywhere.
    if fs::metadata(folder.path()).unwrap().uid() != 0 {
        words(".").exits(4).says("permission denied");
    }
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    if Path::new("/dev/full").exists() {
        keygen(&folder, &["-t", "ed25519", "--key-to", "/dev/full"])
            .exits(4)
            .says("/dev/full: no space left on device");
    }
    keygen(
        &folder,
        &[
            "-t",
            "ed25519",
            "--format",
            "dnsmasq",
            "--note",
            &"x".repeat(1000),
        ],
    )
    .exits(4)
    .says("dnsmasq reads at most 1023");
    assert!(names(&folder).is_empty());
}

#[test]
fn usage_errors() {
    let usage = |words: &[&str], why: &str| {
        let words = [&["keygen", "-s", "s1", "-d", "example.com"], words].concat();
        let run = dkim(&words).exits(2).says(why).says("dkim: hint: ");
        assert!(run.stdout.is_empty());
    };
    usage(&["-b", "1024"], "weak");
    usage(&["-b", "1000"], "expected 2048, 3072 or 4096");
    usage(&["-t", "ed25519", "-b", "2048"], "--bits is for RSA");
    usage(&["-t", "dsa"], "dsa");
    usage(&["--ttl", "1h"], "expected 0 to 2147483647 seconds");
    usage(&["--hash", "sha1"], "sha1");
    for (ttl, format, why) in [
        ("30", "cloudflare", "60 to 86400 seconds, or 1"),
        ("30", "ovh", "60 seconds or more"),
    ] {
        usage(&["--ttl", ttl, "--format", format], why);
    }
    usage(
        &["--key-format", "seed"],
        "--key-format seed is for Ed25519 keys",
    );
    usage(
        &["-t", "ed25519", "--key-format", "pkcs1"],
        "is for RSA keys",
    );
    usage(
        &["-t", "rsa", "-t", "rsa"],
        "--selector is given 1 times, and --type 2 times",
    );
    usage(
        &["-s", "s2", "-t", "rsa"],
        "--selector is given 2 times, and --type 1 times",
    );
    usage(&["-s", "S1"], "--selector S1 is given twice");
    usage(&["-s", "s2", "--key-to", "x"], "--key-to is for one key");
    usage(&["-s", "s2", "--key-to", "-"], "--key-to is for one key");
    usage(&["--service", "web"], "web");
    usage(&["--format", "xml"], "xml");
    usage(&["--note", &"é".repeat(400)], "more than 1024");
    usage(&["--key-to", "a", "--output-dir", "b"], "--output-dir");
    dkim(&["keygen", "-s", "s1"]).exits(2).says("--domain");
}
