//! What `dkim sign` warns of, and what it refuses.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use tempfile::TempDir;

use super::{Run, dkim, dkim_reading, file, scratch, word};
use crate::testdata;

/// A key that its owner alone may read, in a file of this name.
fn private_key(folder: &TempDir, name: &str) -> String {
    let key = file(folder, name, &testdata::read("keys/rsa2048.pem"));
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    key
}

fn sign(words: &[&str], message: &[u8]) -> Run {
    let folder = scratch();
    let key = private_key(&folder, "key.pem");
    let key = ["sign", "-s", "s1", "-k", &key];
    dkim_reading(&[&key[..], words].concat(), message)
}

/// The warnings that are about the message.
fn warnings(run: &Run) -> Vec<&str> {
    let lines = run.stderr.lines();
    lines
        .filter_map(|line| line.strip_prefix("dkim: warning: -: "))
        .collect()
}

#[test]
fn what_will_break_on_the_way_is_said() {
    let long = "x".repeat(999);
    let rows = [
        ("From: a@example.com\r\n\r\nx\r\n".to_owned(), ""),
        (
            format!("From: a@example.com\r\n\r\n{long}\r\n"),
            "a line is longer than 998 bytes: ",
        ),
        (
            format!("From: a@example.com\r\nX-A: {long}\r\n\r\n"),
            "a line is longer than 998 bytes: ",
        ),
        (
            "From: a@example.com\r\n\r\na\rb\r\n".to_owned(),
            "the body has a CR without LF behind it: ",
        ),
        (
            "From: a@example.com\r\nSubject: M\u{fc}ll\r\n\r\n".to_owned(),
            "the field Subject is not ASCII: ",
        ),
        (
            "From: a@example.com\r\nTo: b@example.net\n\r\nx\r\n".to_owned(),
            "some lines end in CRLF and some in LF alone: ",
        ),
        (
            "From: a@example.com\r\n\r\nx\n".to_owned(),
            "some lines end in CRLF and some in LF alone: ",
        ),
        ("From: a@example.com\n\nx\n".to_owned(), ""),
    ];
    for (message, expected) in rows {
        let run = sign(&[], message.as_bytes()).exits(0);
        let found = warnings(&run);
        assert_eq!(found.len(), usize::from(!expected.is_empty()), "{found:?}");
        assert!(
            found.iter().all(|found| found.starts_with(expected)),
            "{found:?}"
        );
        let status = i32::from(!expected.is_empty());
        drop(sign(&["--fail-on", "warning", "-q"], message.as_bytes()).exits(status));
    }
}

#[test]
fn a_signature_that_is_there_already_is_said() {
    let folder = scratch();
    let path = file(&folder, "m.eml", &testdata::read("message.eml"));
    let key = private_key(&folder, "key.pem");
    let words = |selector| ["sign", "-s", selector, "-k", &key, "--in-place", &path];
    assert_eq!(dkim(&words("s1")).exits(0).stderr, "");
    assert_eq!(dkim(&words("s2")).exits(0).stderr, "");
    let again = dkim(&words("S1")).exits(0);
    let said = "a signature by example.com with the selector S1 is there already, and stays";
    assert_eq!(again.stderr, format!("dkim: warning: {path}: {said}\n"));
    let of_another = ["-d", "example.net"];
    let signed = fs::read(&path).unwrap();
    assert_eq!(sign(&of_another, &signed).exits(0).stderr, "");
}

#[test]
fn a_key_that_is_named_by_another_name_is_said() {
    let folder = scratch();
    let key = private_key(&folder, "s1._domainkey.example.com.pem");
    let say = |words: &[&str], from: &str| {
        let message = format!("From: {from}\r\n\r\nx\r\n");
        let words = [&["sign", "-k", &key], words].concat();
        dkim_reading(&words, message.as_bytes()).exits(0).stderr
    };
    assert_eq!(say(&["-s", "S1"], "a@example.com"), "");
    assert_eq!(say(&["-s", "s1", "-d", "Example.com"], "a@b.example"), "");
    let selector = "the file is named by selector s1, and signs under s2";
    assert_eq!(
        say(&["-s", "s2"], "a@example.com"),
        format!("dkim: warning: {key}: {selector}\n")
    );
    let domain = format!("the key {key} is named as one of example.com, and signs for b.example");
    assert_eq!(
        say(&["-s", "s1"], "a@b.example"),
        format!("dkim: warning: -: {domain}\n")
    );
    assert_eq!(
        say(&["-s", "s1", "-d", "b.example"], "a@example.com"),
        format!("dkim: warning: b.example: {domain}\n")
    );
}

#[test]
fn keys_of_a_group_are_fine_and_those_of_everybody_are_not() {
    let folder = scratch();
    let key = private_key(&folder, "key.pem");
    let say = |mode| {
        fs::set_permissions(&key, fs::Permissions::from_mode(mode)).unwrap();
        let words = ["sign", "-s", "s1", "-k", &key, "testdata/message.eml"];
        dkim(&words).exits(0).stderr
    };
    assert_eq!(say(0o600), "");
    assert_eq!(say(0o640), "");
    for (mode, may) in [
        (0o644, "read"),
        (0o604, "read"),
        (0o646, "read and change"),
        (0o642, "change"),
    ] {
        let said = say(mode);
        let warning = format!("{key}: others may {may} this key (mode {mode:04o})\n");
        let hint = format!("dkim: hint: chmod o-rwx {key}\n");
        assert_eq!(said, format!("dkim: warning: {warning}{hint}"));
    }
}

#[test]
fn a_key_that_everybody_may_replace_is_refused() {
    let folder = scratch();
    let open = folder.path().join("open");
    fs::create_dir(&open).unwrap();
    let key = word(open.join("key.pem"));
    fs::write(&key, testdata::read("keys/rsa2048.pem")).unwrap();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    let mode = |mode| fs::set_permissions(&open, fs::Permissions::from_mode(mode)).unwrap();
    let link = folder.path().join("link.pem");
    symlink(&key, &link).unwrap();
    let link = word(link);
    let sign = |key: &str| dkim(&["sign", "-s", "s1", "-k", key, "testdata/message.eml"]);
    for key in [&key, &link] {
        mode(0o777);
        let place = open.display();
        let run = sign(key).exits(4);
        let error =
            format!("{key}: everybody may replace this key: its folder {place} has mode 0777");
        let hint = format!("chmod o-w {place}");
        assert_eq!(
            run.stderr,
            format!("dkim: error: {error}\ndkim: hint: {hint}\n")
        );
        assert!(run.stdout.is_empty());
        mode(0o1777);
        assert_eq!(sign(key).exits(0).stderr, "");
        mode(0o775);
        assert_eq!(sign(key).exits(0).stderr, "");
    }
    // A pipe is no file that could be replaced.
    mode(0o777);
    let words = [
        "sign",
        "-s",
        "s1",
        "-k",
        "/dev/stdin",
        "testdata/message.eml",
    ];
    let run = dkim_reading(&words, &testdata::read("keys/rsa2048.pem")).exits(0);
    assert_eq!(run.stderr, "");
}

#[test]
fn a_domain_is_written_in_the_letters_that_the_header_has() {
    let domain = |header: &[u8]| {
        let message = [header, b"From: a@xn--bcher-kva.example\r\n\r\nx\r\n"].concat();
        let run = sign(&["-d", "b\u{fc}cher.example"], &message).exits(0);
        let text = String::from_utf8_lossy(&run.stdout).into_owned();
        let field = text.split("s=s1;").next().unwrap_or_default();
        field
            .rsplit("d=")
            .next()
            .unwrap_or_default()
            .trim()
            .to_owned()
    };
    assert_eq!(domain(b""), "xn--bcher-kva.example;");
    assert_eq!(
        domain("Subject: \u{fc}\r\n".as_bytes()),
        "b\u{fc}cher.example;"
    );
    assert_eq!(domain(b"Subject: \xfc\r\n"), "xn--bcher-kva.example;");
    assert_eq!(
        domain(b"X-A: \xc3\xbc\r\nX-B: \xff\r\n"),
        "xn--bcher-kva.example;"
    );
}
