//! `dkim sign`: where messages come from and where they go.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use super::{Run, ZONE, command, dkim, dkim_reading, file, scratch, signed, word};
use crate::support::child::Child;
use crate::testdata;

const KEY: [&str; 5] = ["sign", "-s", "rsa2048", "-k", "testdata/keys/rsa2048.pem"];

fn sign(words: &[&str]) -> Run {
    dkim(&[&KEY[..], words].concat())
}

fn passes(message: &[u8]) {
    dkim_reading(&["verify", ZONE[0], ZONE[1], "--require", "all"], message).exits(0);
}

#[test]
fn every_octet_but_the_new_field_stays() {
    for name in ["message.eml", "message.lf.eml"] {
        let message = testdata::read(name);
        let signed = dkim_reading(&KEY, &message).exits(0).stdout;
        let field = signed.strip_suffix(&message[..]).unwrap();
        assert!(field.starts_with(b"DKIM-Signature: v=1; a=rsa-sha256;"));
        assert_eq!(
            field.windows(2).any(|two| two == b"\r\n"),
            name == "message.eml"
        );
        passes(&signed);
        let alone = dkim_reading(
            &[&KEY[..], &["--field-only", "--timestamp", "1"]].concat(),
            &message,
        );
        let whole = dkim_reading(&[&KEY[..], &["--timestamp", "1"]].concat(), &message);
        assert_eq!([&alone.stdout[..], &message].concat(), whole.stdout);
    }
}

#[test]
fn several_keys_make_several_signatures() {
    let both = [
        &KEY[..],
        &["-s", "ed25519", "-k", "testdata/keys/ed25519.pem"],
    ]
    .concat();
    let message = dkim_reading(&both, &testdata::read("message.eml"))
        .exits(0)
        .stdout;
    assert_eq!(
        memchr::memmem::find_iter(&message, b"DKIM-Signature:").count(),
        2
    );
    passes(&message);
    let lonely = [
        "sign",
        "-s",
        "ed25519",
        "-k",
        "testdata/keys/ed25519.seed",
        "testdata/message.eml",
    ];
    passes(
        &dkim(&lonely)
            .exits(0)
            .says("not every receiver verifies Ed25519")
            .stdout,
    );
}

#[test]
fn every_kind_of_key_file() {
    for name in ["rsa2048.pkcs1.pem", "rsa2048.der", "rsa2048.encrypted.pem"] {
        let path = format!("testdata/keys/{name}");
        let mut words = vec!["sign", "-s", "rsa2048", "-k", &path, "testdata/message.eml"];
        if name.contains("encrypted") {
            dkim(&words).exits(4).says(name);
            words.extend(["--passphrase-file", "testdata/keys/rsa2048.passphrase"]);
        }
        passes(&dkim(&words).exits(0).stdout);
    }
}

#[test]
fn options_reach_the_field() {
    let words = [
        "-d",
        "example.com",
        "-c",
        "simple/relaxed",
        "--headers",
        "From:Subject:X-None",
        "--oversign",
        "",
        "--identity",
        "joe@sub.example.com",
        "--timestamp",
        "2018-06-10T13:38:29Z",
        "--expires-in",
        "36h",
        "--body-length",
        "10",
        "--copy-headers",
        "--no-wrap",
        "testdata/message.eml",
    ];
    let message = sign(&words).exits(0).stdout;
    let field = String::from_utf8_lossy(&message)
        .lines()
        .next()
        .unwrap()
        .to_owned();
    for tag in [
        "c=simple/relaxed;",
        "d=example.com;",
        "i=joe@sub.example.com;",
        "t=1528637909;",
        "x=1528767509;",
        "l=10;",
        "h=From:Subject:X-None;",
        "z=From:=20",
    ] {
        assert!(field.contains(tag), "{tag} in {field}");
    }
    dkim_reading(
        &["verify", ZONE[0], ZONE[1], "--at", "1528637909"],
        &message,
    )
    .exits(0);
    let words = [
        "verify",
        ZONE[0],
        ZONE[1],
        "--at",
        "1528637909",
        "--reject-partial-body",
    ];
    dkim_reading(&words, &message)
        .exits(1)
        .prints("[partial-body]");
    let none = sign(&["--timestamp", "none", "testdata/message.eml"])
        .exits(0)
        .stdout;
    assert!(!String::from_utf8_lossy(&none).contains(" t="));
    let whole = sign(&["--body-length", "--", "testdata/message.eml"])
        .exits(0)
        .stdout;
    assert!(String::from_utf8_lossy(&whole).contains(" l="));
}

#[test]
fn a_fixed_time_gives_the_same_octets() {
    let words = ["--timestamp", "1700000000", "testdata/message.eml"];
    assert_eq!(sign(&words).stdout, sign(&words).stdout);
}

#[test]
fn files_are_replaced_whole_and_keep_their_mode() {
    let folder = scratch();
    let message = testdata::read("message.eml");
    let one = file(&folder, "one.eml", &message);
    let two = file(&folder, "two.eml", &message);
    fs::set_permissions(&one, fs::Permissions::from_mode(0o640)).unwrap();
    let link = folder.path().join("link.eml");
    std::os::unix::fs::symlink(&two, &link).unwrap();
    sign(&["--in-place", &one, link.to_str().unwrap()]).exits(0);
    passes(&fs::read(&one).unwrap());
    passes(&fs::read(&two).unwrap());
    assert_eq!(
        fs::metadata(&one).unwrap().permissions().mode() & 0o7777,
        0o640
    );
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        3,
        "nothing is left behind"
    );
}

#[test]
fn a_bad_message_stays_as_it_was_and_stops_no_other() {
    let folder = scratch();
    let bad = file(&folder, "bad.eml", b"Subject: no author\n\nx\n");
    let good = file(&folder, "good.eml", &testdata::read("message.eml"));
    let run = sign(&["--in-place", &bad, "/nowhere.eml", &good]).exits(4);
    run.says("bad.eml: the message has no From field")
        .says("/nowhere.eml: no such file");
    assert_eq!(fs::read(&bad).unwrap(), b"Subject: no author\n\nx\n");
    passes(&fs::read(&good).unwrap());
}

#[test]
fn folders_and_files_to_write_to() {
    let folder = scratch();
    let message = testdata::read("message.eml");
    let one = file(&folder, "one.eml", &message);
    let out = word(folder.path().join("out"));
    sign(&["--output-dir", &out, &one])
        .exits(4)
        .says("out: not a folder");
    fs::create_dir(&out).unwrap();
    sign(&["--output-dir", &out, &one]).exits(0);
    passes(&fs::read(folder.path().join("out/one.eml")).unwrap());
    sign(&["--output-dir", &out, &one, &one])
        .exits(4)
        .says("another message of this name");
    let target = word(folder.path().join("signed.eml"));
    let run = sign(&["--output", &target, "--json", &one]).exits(0);
    let object = &run.json()[0];
    assert_eq!(
        (&object["output"], &object["error"]),
        (&target.clone().into(), &serde_json::Value::Null)
    );
    passes(&fs::read(&target).unwrap());
    let mode = fs::metadata(&target).unwrap().permissions().mode();
    assert_eq!(mode & 0o111, 0);
    sign(&["-o", "/nowhere/signed.eml", &one])
        .exits(4)
        .says("/nowhere/signed.eml: no such file");
    sign(&["-o", "/dev/full", &one])
        .exits(4)
        .says("/dev/full: no space left on device");
}

#[test]
fn the_domain_is_that_of_the_author() {
    let message = |from: &str| format!("From: {from}\nSubject: x\n\nx\n");
    let sign = |from: &str| dkim_reading(&KEY, message(from).as_bytes());
    let field = sign("Joe <joe@Mail.Example.ORG>").exits(0);
    assert!(field.prints("d=mail.example.org;").stderr.is_empty() || cfg!(unix));
    sign("a@example.com, b@example.com").exits(0);
    sign("a@example.com, b@example.org")
        .exits(4)
        .says("of several domains")
        .says("hint");
    sign("nobody").exits(4).says("the From field is malformed");
    sign("ceo@bank.example <evil@evil.example>")
        .exits(4)
        .says("the From field is malformed")
        .says("hint");
    sign("friends: a@example.com;").exits(4).says("has a group");
    sign("a@[192.0.2.1]").exits(4).says("has no domain name");
    sign("a@example.com\nFrom: a@example.com")
        .exits(4)
        .says("several From fields");
    let field = sign("<@relay.example:a @ (x) example.com>").exits(0);
    drop(field.prints("d=example.com;"));
    sign("a@localhost").exits(4).says("cannot sign");
}

#[test]
fn what_must_not_be_signed_is_refused() {
    let refused = |words: &[&str], why: &str| {
        sign(&[words, &["testdata/message.eml"]].concat())
            .exits(4)
            .says(why);
    };
    refused(
        &["--headers", "Subject", "--oversign", ""],
        "the From field must be signed",
    );
    refused(
        &["--headers", "From:Received"],
        "Received must not be signed",
    );
    refused(&["--oversign", "from:DKIM-Signature"], "must not be signed");
    refused(
        &["--identity", "a@example.org"],
        "not in the signing domain",
    );
    refused(
        &["--identity", "a@evilexample.com"],
        "not in the signing domain",
    );
    refused(&["--body-length", "100000"], "the body has only");
    let key = |name: &str, why: &str| {
        let path = format!("testdata/keys/{name}");
        let words = ["sign", "-s", "x", "-k", &path, "testdata/message.eml"];
        let run = dkim(&words).exits(4).says(why);
        assert!(run.stdout.is_empty());
    };
    key("rsa512.pem", "verifiers refuse fewer than 1024");
    key("rsa768.pem", "verifiers refuse fewer than 1024");
    key("../zone", "zone: ");
    key("nothing.pem", "nothing.pem: no such file");
}

#[test]
fn a_private_key_never_shows() {
    let folder = scratch();
    let secret = "c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0";
    for contents in [
        format!("-----BEGIN PRIVATE KEY-----\n{secret}\n-----END PRIVATE KEY-----\n"),
        secret.to_owned(),
    ] {
        let key = file(&folder, "key", contents.as_bytes());
        let run = dkim(&["sign", "-s", "x", "-k", &key, "testdata/message.eml"]).exits(4);
        assert!(!run.stderr.contains(&secret[..8]), "{}", run.stderr);
    }
}

#[test]
fn readable_keys_are_warned_of() {
    let folder = scratch();
    let key = file(&folder, "key.pem", &testdata::read("keys/rsa2048.pem"));
    let mode = |mode| fs::set_permissions(&key, fs::Permissions::from_mode(mode)).unwrap();
    let words = ["sign", "-s", "x", "-k", &key, "testdata/message.eml"];
    mode(0o644);
    dkim(&words)
        .exits(0)
        .says("others may read this key (mode 0644)");
    mode(0o600);
    assert!(dkim(&words).exits(0).stderr.is_empty());
}

#[test]
fn a_separator_line_stays_on_top() {
    let message = [
        b"From joe Sat Jan  3 01:05:34 1996\n",
        &testdata::read("message.lf.eml")[..],
    ]
    .concat();
    let run = dkim_reading(&KEY, &message).exits(0);
    let signed = run
        .says("the envelope line above the header is not signed")
        .stdout;
    assert!(signed.starts_with(b"From joe Sat Jan  3 01:05:34 1996\nDKIM-Signature: "));
    passes(&signed);
}

#[test]
fn large_messages_from_files_and_pipes() {
    let mut message = testdata::read("message.eml");
    message.extend(b"All work and no play \t makes Jack a dull boy.\r\n".repeat(200_000));
    let folder = scratch();
    let path = file(&folder, "large.eml", &message);
    let from_file = sign(&["--timestamp", "1", &path]).exits(0).stdout;
    let from_pipe = dkim_reading(&[&KEY[..], &["--timestamp", "1"]].concat(), &message)
        .exits(0)
        .stdout;
    assert!(from_file == from_pipe && from_file.ends_with(&message));
    passes(&from_file);
    passes(&signed());
}

#[test]
fn malformed_headers_are_refused() {
    for (message, line, why) in [
        (
            " x\r\nFrom: a@example.com\r\n\r\nx",
            1,
            "begins with white space, but there is no field above it",
        ),
        (
            "From x Mon\n x\nFrom: a@example.com\n\n",
            2,
            "begins with white space, but there is no field above it",
        ),
        (
            "From: a@example.com\nPay here\n\nx",
            2,
            "is neither a field nor the continuation of one: \"Pay here\"",
        ),
        (
            "To: b\rFrom: c@example.net\r\nFrom: a@example.com\r\n\r\nx",
            1,
            "has a CR without LF behind it: \"To: b\\rFrom: c@example.net\"",
        ),
        (
            "To: b\nFrom\0: a@example.com\n\nx",
            2,
            "has a byte in its field name that no name may have: \"From\\u{0}: a@example.com\"",
        ),
    ] {
        let error = format!("-: the header is malformed: line {line} {why}");
        let run = dkim_reading(&KEY, message.as_bytes()).exits(4).says(&error);
        assert_eq!(run.stderr.matches("dkim: error:").count(), 1);
        assert!(run.stdout.is_empty());
    }
}

#[test]
fn a_byte_order_mark_stays_on_top() {
    let mark = "\u{feff}".as_bytes();
    let message = [mark, &testdata::read("message.eml")[..]].concat();
    let run = dkim_reading(&KEY, &message).exits(0);
    let run = run.says("the byte order mark above the header is not signed");
    assert!(
        run.stdout
            .starts_with("\u{feff}DKIM-Signature: ".as_bytes())
    );
    assert!(run.stdout.ends_with(&message[mark.len()..]));
    passes(&run.stdout);
}

#[test]
fn the_field_alone_never_replaces_a_message() {
    let folder = scratch();
    let message = testdata::read("message.eml");
    let path = file(&folder, "m.eml", &message);
    let itself = word(folder.path().join("./m.eml"));
    sign(&["--field-only", "-o", &itself, &path])
        .exits(4)
        .says("would replace the message");
    let out = word(folder.path().to_owned());
    sign(&["--field-only", "--output-dir", &out, &path]).exits(2);
    sign(&["--output-dir", &out, &path])
        .exits(4)
        .says("this is the message itself");
    assert_eq!(fs::read(&path).unwrap(), message);
}

#[test]
fn a_file_named_twice_is_signed_once() {
    let folder = scratch();
    let path = file(&folder, "m.eml", &testdata::read("message.eml"));
    let again = word(folder.path().join("./m.eml"));
    sign(&["--in-place", &path, &again])
        .exits(4)
        .says("named twice");
    let signed = fs::read(&path).unwrap();
    assert_eq!(
        memchr::memmem::find_iter(&signed, b"DKIM-Signature:").count(),
        1
    );
}

#[test]
fn a_closed_pipe_stops_no_file_from_being_signed() {
    let folder = scratch();
    let message = testdata::read("message.eml");
    let paths: Vec<String> = (0..60)
        .map(|n| file(&folder, &format!("{n}.eml"), &message))
        .collect();
    let mut words = [&KEY[..], &["--in-place", "--json"]].concat();
    words.extend(paths.iter().map(String::as_str));
    let (_, status) = Child::start(&mut command(&words)).unwrap().close();
    assert!(status.success());
    for path in &paths {
        assert!(
            fs::read(path).unwrap().starts_with(b"DKIM-Signature"),
            "{path}"
        );
    }
}

#[test]
fn a_link_stays_a_link_also_one_to_nowhere() {
    let folder = scratch();
    let path = file(&folder, "m.eml", &testdata::read("message.eml"));
    let link = folder.path().join("link.eml");
    std::os::unix::fs::symlink("later.eml", &link).unwrap();
    sign(&["-o", link.to_str().unwrap(), &path]).exits(0);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    passes(&fs::read(folder.path().join("later.eml")).unwrap());
}

#[test]
fn quiet_loses_no_message() {
    let run = sign(&["-q", "testdata/message.eml"]).exits(0);
    assert!(run.stderr.is_empty());
    passes(&run.stdout);
}

/// A message without MIME fields, and one that a mail program takes for a multipart once it has some.
const PLAIN: &str = "From: joe@example.com\r\n\
    To: sue@example.net\r\n\
    Subject: Our terms\r\n\
    Date: Sat, 28 Nov 2026 10:00:00 +0000\r\n\r\n\
    The price is 100 EUR.\r\n\r\n\
    --old\r\n\r\n\
    The price is 900 EUR.\r\n\
    --old--\r\n";

#[test]
fn fields_that_change_what_a_reader_sees_cannot_be_added() {
    let words = ["-d", "example.com"];
    let signed = |more: &[&str]| {
        let words = [&KEY[..], &words, more].concat();
        dkim_reading(&words, PLAIN.as_bytes()).exits(0).stdout
    };
    let verify = |added: &str, message: &[u8]| {
        let message = [added.as_bytes(), message].concat();
        dkim_reading(&["verify", ZONE[0], ZONE[1]], &message)
    };
    for added in [
        "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=old\r\n",
        "Content-Type: text/html\r\n",
        "Content-Transfer-Encoding: base64\r\n",
        "Subject: Other terms\r\n",
        "From: eve@example.com\r\n",
        "To: eve@example.net\r\n",
        "Date: Sun, 29 Nov 2026 10:00:00 +0000\r\n",
    ] {
        verify(added, &signed(&[])).exits(1);
    }
    verify("Content-Type: text/html\r\n", &signed(&["--oversign", ""])).exits(0);
    // What mail servers add to messages that lack it.
    verify("Message-ID: <1@mx.example.com>\r\n", &signed(&[])).exits(0);
}

#[test]
fn with_chosen_fields_those_alone_are_oversigned() {
    let names = |words: &[&str]| {
        let words = [
            &KEY[..],
            &["-d", "example.com", "--field-only", "--no-wrap"],
            words,
        ]
        .concat();
        let field = dkim_reading(&words, PLAIN.as_bytes()).exits(0).stdout;
        let field = String::from_utf8(field).unwrap();
        let names = field
            .split(';')
            .find_map(|tag| tag.trim().strip_prefix("h="));
        names.unwrap().to_owned()
    };
    assert_eq!(
        names(&[]),
        "From:From:To:To:Subject:Subject:Date:Date:MIME-Version:Content-Type:\
         Content-Transfer-Encoding"
    );
    assert_eq!(
        names(&["--headers", "to:date"]),
        "to:to:date:date:From:From"
    );
    assert_eq!(
        names(&["--headers", "from:to", "--oversign", ""]),
        "from:to"
    );
    assert_eq!(
        names(&["--headers", "from:to", "--oversign", "from"]),
        "from:from:to"
    );
}
