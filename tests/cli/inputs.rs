//! What `inspect` and `lookup --message` read: the same as `verify`.

use std::fs;
use std::os::unix::fs::symlink;

use super::mailboxes::{mbox, unsigned, verify};
use super::{Run, ZONE, dkim, dkim_reading, file, replaced, scratch, signed, word};

fn inspect(words: &[&str]) -> Run {
    dkim(&[&["inspect"], words].concat())
}

/// The end of each source with its number, how many signatures there are, and how many of them
/// are refused.
fn inspected(run: &Run) -> Vec<String> {
    let one = |object: serde_json::Value| {
        let name = object["source"].as_str().unwrap().rsplit('/').next();
        let name = name.unwrap().to_owned();
        let index = object["index"].as_u64();
        let index = index.map_or(String::new(), |index| format!("#{index}"));
        let signatures = object["signatures"].as_array().unwrap();
        let refused = signatures.iter().filter(|each| !each["refused"].is_null());
        format!("{name}{index} {} {}", signatures.len(), refused.count())
    };
    run.json().into_iter().map(one).collect()
}

/// A message with a line that begins with From, signed with a body length.
fn signed_in_part() -> Vec<u8> {
    let message = b"From: joe@example.com\r\nSubject: x\r\n\r\na\r\nFrom b\r\n";
    let words = ["sign", "-s", "rsa2048", "-k", "testdata/keys/rsa2048.pem"];
    let words = [&words[..], &["--body-length"]].concat();
    dkim_reading(&words, message).exits(0).stdout
}

#[test]
fn inspect_reads_mailboxes() {
    let folder = scratch();
    for name in ["m/cur", "m/new", "m/.Sent/cur", "m/.Sent/new"] {
        fs::create_dir_all(folder.path().join(name)).unwrap();
    }
    let bad = replaced(&signed(), "rsa-sha256", "rsa-sha666");
    let two = mbox(
        &[signed_in_part(), signed_in_part(), bad, unsigned(1)],
        true,
    );
    let path = file(&folder, "box", &two);
    file(&folder, "m/cur/1:2,S", &signed());
    file(&folder, "m/.Sent/cur/2:2,S", &signed());
    let run = inspect(&["--json", &path]).exits(1);
    assert_eq!(
        inspected(&run),
        ["box#1 1 0", "box#2 1 0", "box#3 1 1", "box#4 0 0"]
    );
    inspect(&[&path])
        .exits(1)
        .prints("box#1: 1 signature\n  signature 1: nothing to refuse before its key is known\n")
        .prints("box#4: no signature\n");
    let maildir = word(folder.path().join("m"));
    let run = inspect(&["--json", &maildir]).exits(0);
    assert_eq!(inspected(&run), ["2:2,S 1 0", "1:2,S 1 0"]);
    // One of them, counted over all.
    let run = inspect(&["--json", "--message", "2", &path]).exits(0);
    assert_eq!(inspected(&run), ["box#2 1 0"]);
    let run = inspect(&["--json", "--message", "6", &path, &maildir]).exits(0);
    assert_eq!(inspected(&run), ["1:2,S 1 0"]);
    inspect(&["--message", "5", &path])
        .exits(4)
        .says("dkim: error: no message 5: there are 4 messages\n");
    inspect(&["--message", "0", &path])
        .exits(2)
        .says("'--message <N>'");
    // From a list.
    let list = format!("{maildir}/cur/1:2,S\0{path}\0");
    let run = dkim_reading(
        &["inspect", "--json", "--files-from", "-", "-0"],
        list.as_bytes(),
    );
    assert_eq!(inspected(&run)[..2], ["1:2,S 1 0", "box#1 1 0"]);
    dkim_reading(&["inspect", "--json", "-"], &two)
        .exits(1)
        .prints("\"index\":4");
}

#[test]
fn inspect_goes_on_after_what_cannot_be_read() {
    let folder = scratch();
    file(&folder, "a", &signed());
    file(&folder, "z", &signed());
    fs::create_dir(folder.path().join("empty")).unwrap();
    symlink("nowhere", folder.path().join("link")).unwrap();
    let path = |name: &str| word(folder.path().join(name));
    let run = inspect(&["--json", &path("a"), &path("missing"), &path("z")]).exits(4);
    assert_eq!(inspected(&run), ["a 1 0", "missing 0 0", "z 1 0"]);
    run.says("missing: no such file or directory");
    let run = inspect(&["--json", &path("empty"), &path("a")]).exits(1);
    assert_eq!(inspected(&run), ["a 1 0"]);
    run.says("empty: there is no message in it");
    let run = inspect(&["--json", &path("")]).exits(0);
    assert_eq!(inspected(&run), ["a 1 0", "z 1 0"]);
    run.says("link: the link leads to nothing");
}

#[test]
fn canonical_takes_a_message_of_an_mbox() {
    let folder = scratch();
    let canonical = |words: &[&str]| inspect(&[&["--canonical", "body"], words].concat());
    for quoting in [true, false] {
        let one = file(&folder, "one", &mbox(&[signed_in_part()], quoting));
        let body = canonical(&[&one]).exits(0).stdout;
        assert_eq!(body, b"a\r\nFrom b\r\n");
    }
    // The quote is the author's own.
    let own = b"From: joe@example.com\r\nSubject: x\r\n\r\na\r\n>From b\r\n";
    let words = ["sign", "-s", "rsa2048", "-k", "testdata/keys/rsa2048.pem"];
    let own = dkim_reading(&words, own).exits(0).stdout;
    let two = file(&folder, "two", &mbox(&[signed(), own], false));
    let body = canonical(&["--message", "2", &two]).exits(0).stdout;
    assert_eq!(body, b"a\r\n>From b\r\n");
    canonical(&[&two])
        .exits(2)
        .says("--canonical takes one message, and there are more\n")
        .says("dkim: hint: say which, counted over all of them: --message 1\n");
    let empty = scratch();
    canonical(&[&word(empty.path().to_owned())])
        .exits(4)
        .says("there is no message in it");
}

#[test]
fn lookup_takes_the_keys_of_a_mailbox() {
    let folder = scratch();
    let lookup = |path: &str| dkim(&["lookup", "--json", ZONE[0], ZONE[1], "--message", path]);
    let names = |run: &Run| -> Vec<String> {
        let objects = run.json().into_iter();
        objects
            .map(|object| object["name"].as_str().unwrap().to_owned())
            .collect()
    };
    let other = replaced(&signed(), "s=rsa2048", "s=nothing");
    let path = file(
        &folder,
        "box",
        &mbox(&[unsigned(1), signed(), other, signed()], true),
    );
    let expected = [
        "rsa2048._domainkey.example.com.",
        "nothing._domainkey.example.com.",
    ];
    assert_eq!(names(&lookup(&path).exits(1)), expected);
    symlink("nowhere", folder.path().join("link")).unwrap();
    let root = word(folder.path().to_owned());
    let run = lookup(&root)
        .exits(1)
        .says("link: the link leads to nothing");
    assert_eq!(names(&run), expected);
    let nobody = file(&folder, "nobody", &mbox(&[unsigned(1), unsigned(2)], true));
    lookup(&nobody)
        .exits(1)
        .says("nobody: there is no DKIM-Signature field");
    let empty = scratch();
    lookup(&word(empty.path().to_owned()))
        .exits(1)
        .says("there is no message in it");
}

#[test]
fn subfolders_of_a_maildir_are_read() {
    let folder = scratch();
    for name in [
        "cur",
        "new",
        "tmp",
        ".Sent/cur",
        ".Sent/new",
        ".Sent/tmp",
        ".Sent.2026/cur",
        ".Sent.2026/new",
        ".git/objects",
        ".half/cur",
    ] {
        fs::create_dir_all(folder.path().join(name)).unwrap();
    }
    for name in ["cur/1", ".Sent/cur/2", ".Sent/new/3", ".Sent.2026/cur/4"] {
        file(&folder, name, &signed());
    }
    for name in [
        ".Sent/tmp/5",
        ".Sent/dovecot.index",
        ".git/objects/6",
        ".half/cur/7",
    ] {
        file(&folder, name, &unsigned(1));
    }
    let root = word(folder.path().to_owned());
    let run = verify(&["--json", &root]).exits(0);
    assert_eq!(
        super::mailboxes::places(&run),
        ["2 pass", "3 pass", "4 pass", "1 pass"]
    );
}
