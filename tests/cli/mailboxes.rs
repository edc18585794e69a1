//! Folders and Maildirs, and what the tests of them share with those of mboxes.

use std::fs;
use std::os::unix::fs::symlink;

use serde_json::Value;

use super::{Run, ZONE, dkim, file, scratch, signed, word};

/// The first line of a message in an mbox.
pub const SEPARATOR: &str = "From joe@example.com Sat Jan  3 01:05:34 1996\n";

pub fn verify(words: &[&str]) -> Run {
    dkim(&[&["verify", ZONE[0], ZONE[1]], words].concat())
}

/// A message that nobody signed.
pub fn unsigned(subject: usize) -> Vec<u8> {
    format!("From: a@b.example\r\nSubject: {subject}\r\n\r\nBody\r\n").into_bytes()
}

pub fn lf(octets: &[u8]) -> Vec<u8> {
    let mut octets = octets.to_vec();
    octets.retain(|&octet| octet != b'\r');
    octets
}

/// An mbox with LF as its line end, its messages quoted or not.
pub fn mbox(messages: &[Vec<u8>], quoting: bool) -> Vec<u8> {
    let mut mbox = Vec::new();
    for message in messages {
        mbox.extend(SEPARATOR.as_bytes());
        let message = lf(message);
        for line in message.split_inclusive(|&octet| octet == b'\n') {
            let quotes = line.iter().take_while(|&&octet| octet == b'>').count();
            if quoting && line[quotes..].starts_with(b"From ") {
                mbox.push(b'>');
            }
            mbox.extend(line);
        }
        mbox.push(b'\n');
    }
    mbox
}

/// What JSON says of each message: the end of its source, its number and its result.
pub fn places(run: &Run) -> Vec<String> {
    let place = |object: &Value| {
        let source = object["source"].as_str().unwrap();
        let name = source.rsplit('/').next().unwrap();
        let index = object["index"]
            .as_u64()
            .map_or(String::new(), |index| format!("#{index}"));
        let result = object["result"].as_str().unwrap_or("unreadable");
        format!("{name}{index} {result}")
    };
    run.json().iter().map(place).collect()
}

pub fn results(run: &Run) -> Vec<String> {
    let result = |object: &Value| object["result"].as_str().unwrap_or("unreadable").to_owned();
    run.json().iter().map(result).collect()
}

#[test]
fn a_folder_is_read_in_the_order_of_its_names() {
    let folder = scratch();
    for name in ["b/inner", ".hidden", "c", "empty"] {
        fs::create_dir_all(folder.path().join(name)).unwrap();
    }
    let two = mbox(&[signed(), unsigned(1)], true);
    for (name, octets) in [
        ("z.eml", unsigned(1)),
        ("a.eml", signed()),
        ("b/2", signed()),
        ("b/10", signed()),
        ("b/inner/x", unsigned(1)),
        ("b/k.mbox", two),
        ("b/last", signed()),
        (".hidden/x", signed()),
        ("c/.x", signed()),
        ("B", signed()),
        ("m.mbox", mbox(&[unsigned(1), signed()], true)),
        ("n", signed()),
    ] {
        file(&folder, name, &octets);
    }
    let expected = [
        "B pass",
        "a.eml pass",
        "10 pass",
        "2 pass",
        "x none",
        "k.mbox#1 pass",
        "k.mbox#2 none",
        "last pass",
        "m.mbox#1 none",
        "m.mbox#2 pass",
        "n pass",
        "z.eml none",
    ];
    let path = word(folder.path().to_owned());
    for jobs in ["-j1", "-j8"] {
        let run = verify(&["--json", jobs, &path]).exits(1);
        assert_eq!(places(&run), expected);
        assert!(run.stderr.is_empty(), "{}", run.stderr);
        // Behind a folder the next argument follows, also where the folder ends in an mbox.
        let (inner, single) = (format!("{path}/b"), format!("{path}/z.eml"));
        fs::rename(folder.path().join("b/last"), folder.path().join("b/1")).unwrap();
        let run = verify(&["--json", jobs, &inner, &single]).exits(1);
        let in_b = [
            "1 pass",
            "10 pass",
            "2 pass",
            "x none",
            "k.mbox#1 pass",
            "k.mbox#2 none",
        ];
        assert_eq!(places(&run), [&in_b[..], &["z.eml none"]].concat());
        fs::rename(folder.path().join("b/1"), folder.path().join("b/last")).unwrap();
    }
}

#[test]
fn a_maildir_has_messages_in_cur_and_new() {
    let folder = scratch();
    for name in ["cur", "new", "tmp", ".Sent/cur", ".Sent/new", ".Sent/tmp"] {
        fs::create_dir_all(folder.path().join(name)).unwrap();
    }
    for name in [
        "cur/2.host:2,S",
        "cur/1.host:2,RS",
        "new/3.host",
        ".Sent/cur/5:2,S",
    ] {
        file(&folder, name, &signed());
    }
    for name in [
        "tmp/4.host",
        "dovecot.index",
        "maildirfolder",
        "subscriptions",
    ] {
        file(&folder, name, &unsigned(1));
    }
    let path = word(folder.path().to_owned());
    let run = verify(&["--json", &path]).exits(0);
    let expected = [
        "5:2,S pass",
        "1.host:2,RS pass",
        "2.host:2,S pass",
        "3.host pass",
    ];
    assert_eq!(places(&run), expected);
    let run = verify(&["--json", &format!("{path}/.Sent")]).exits(0);
    assert_eq!(places(&run), ["5:2,S pass"]);
    let run = verify(&["--json", &format!("{path}/tmp")]).exits(1);
    assert_eq!(places(&run), ["4.host none"]);
}

#[test]
fn a_folder_without_messages_is_told() {
    let folder = scratch();
    let path = word(folder.path().to_owned());
    let warning = format!("dkim: warning: {path}: there is no message in it\n");
    let run = verify(&[&path]).exits(1);
    assert_eq!((run.stdout(), &run.stderr), ("", &warning));
    let run = verify(&["--json", &path]).exits(1);
    assert_eq!((run.stdout(), &run.stderr), ("", &warning));
    let run = verify(&["-q", &path]).exits(1);
    assert_eq!((run.stdout(), run.stderr.as_str()), ("", ""));
    fs::create_dir_all(folder.path().join("inner/.x")).unwrap();
    let message = file(&scratch_in(&folder), "m.eml", &signed());
    let run = verify(&[&format!("{path}/inner"), &message]).exits(1);
    assert!(run.stdout().starts_with(&message), "{}", run.stdout());
}

/// A folder in a folder, which is left for that one to remove.
fn scratch_in(folder: &tempfile::TempDir) -> tempfile::TempDir {
    tempfile::Builder::new()
        .disable_cleanup(true)
        .tempdir_in(folder.path())
        .unwrap()
}

#[test]
fn what_leads_nowhere_stops_nobody() {
    let folder = scratch();
    for name in ["a", "c", "e"] {
        file(&folder, name, &signed());
    }
    symlink("nowhere", folder.path().join("b")).unwrap();
    symlink("d", folder.path().join("d")).unwrap();
    symlink("a", folder.path().join("f")).unwrap();
    symlink(".", folder.path().join("g")).unwrap();
    let path = word(folder.path().to_owned());
    let named: Vec<String> = ["a", "b", "c", "d", "e", "f"]
        .map(|name| format!("{path}/{name}"))
        .to_vec();
    let named: Vec<&str> = named.iter().map(String::as_str).collect();
    let run = verify(&[&["--json"], &named[..]].concat()).exits(4);
    let expected = [
        "a pass",
        "b unreadable",
        "c pass",
        "d unreadable",
        "e pass",
        "f pass",
    ];
    assert_eq!(places(&run), expected);
    let errors: Vec<&str> = run.stderr.lines().collect();
    assert_eq!(errors.len(), 2);
    assert!(errors[0].ends_with("/b: no such file or directory"));
    assert!(errors[1].contains("/d: too many levels of symbolic links"));
    verify(&named).exits(4).prints("/f: pass").says("/b: ");
    // In a folder, no message is missing.
    let run = verify(&["--json", &path]).exits(0);
    assert_eq!(places(&run), ["a pass", "c pass", "e pass", "f pass"]);
    let warned =
        ["b", "d"].map(|name| format!("dkim: warning: {path}/{name}: the link leads to nothing\n"));
    assert_eq!(run.stderr, warned.concat());
    verify(&["--fail-on", "warning", "-q", &path]).exits(1);
}
