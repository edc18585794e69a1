//! `--files-from`: paths from a list.

use std::ffi::OsStr;
use std::fs;
use std::io::Write as _;
use std::os::unix::ffi::OsStrExt as _;

use super::mailboxes::{mbox, places, unsigned, verify};
use super::pipes::Running;
use super::{Run, ZONE, dkim, dkim_reading, file, scratch, signed, word};

/// Verifies what a list on standard input names.
fn verify_listed(words: &[&str], list: &[u8]) -> Run {
    let start = ["verify", ZONE[0], ZONE[1], "--json", "--files-from", "-"];
    dkim_reading(&[&start, words].concat(), list)
}

#[test]
fn a_list_is_worth_its_paths() {
    let folder = scratch();
    let both = mbox(&[signed(), unsigned(1)], true);
    fs::create_dir(folder.path().join("folder")).unwrap();
    let paths = [
        file(&folder, "pass", &signed()),
        file(&folder, "both", &both),
        word(folder.path().join("missing")),
        file(&folder, "a b", &signed()),
        word(folder.path().join("folder")),
    ];
    file(&folder, "folder/2", &signed());
    file(&folder, "folder/1", &unsigned(1));
    let named: Vec<&str> = paths.iter().map(String::as_str).collect();
    let expected = verify(&[&["--json"], &named[..]].concat()).exits(4);
    let results = [
        "pass pass",
        "both#1 pass",
        "both#2 none",
        "missing unreadable",
        "a b pass",
        "1 none",
        "2 pass",
    ];
    assert_eq!(places(&expected), results);
    let lines = paths.join("\n");
    let zeros = paths.join("\0");
    for (words, list) in [
        (&["-j1"][..], lines.clone()),
        (&["-j8"], format!("\n{lines}\n\n")),
        (&["-0"], zeros.clone()),
        (&["--null"], zeros + "\0"),
    ] {
        let run = verify_listed(words, list.as_bytes()).exits(4);
        assert_eq!(
            (run.stdout(), &run.stderr),
            (expected.stdout(), &expected.stderr)
        );
    }
    let list = file(&folder, "list", lines.as_bytes());
    let run = verify(&["--json", "--files-from", &list]).exits(4);
    assert_eq!(run.stdout(), expected.stdout());
}

#[test]
fn names_in_a_list_need_not_be_text() {
    let folder = scratch();
    let name = folder.path().join(OsStr::from_bytes(b"\xff\n\xfe"));
    fs::write(&name, signed()).unwrap();
    verify_listed(&["-0"], name.as_os_str().as_bytes()).exits(0);
}

/// Nothing verified is no yes.
#[test]
fn an_empty_list_is_told() {
    for (words, list) in [(&[][..], ""), (&[], "\n\n"), (&["-0"], "")] {
        let run = verify_listed(words, list.as_bytes()).exits(1);
        assert!(run.stdout.is_empty());
        assert_eq!(
            run.stderr, "dkim: warning: -: there is no message in it\n",
            "{list:?}"
        );
    }
    let folder = scratch();
    let list = file(&folder, "list", b"");
    let run = verify(&["--files-from", &list]).exits(1);
    run.says("/list: there is no message in it");
    let key = ["sign", "-s", "s", "-k", "testdata/keys/ed25519.pem"];
    let run = dkim(&[&key[..], &["--in-place", "--files-from", &list]].concat()).exits(0);
    run.says("/list: there is no path in it: nothing was signed");
}

#[test]
fn standard_input_cannot_be_in_a_list() {
    let folder = scratch();
    let path = file(&folder, "pass", &signed());
    let run = verify_listed(&[], format!("-\n{path}\n").as_bytes()).exits(4);
    assert_eq!(places(&run), ["- unreadable", "pass pass"]);
    run.says("dkim: error: -: standard input cannot be in a list")
        .says("dkim: hint: a file of this name is ./-");
}

#[test]
fn misuse_of_a_list_is_told() {
    let sign = ["sign", "-s", "s", "-k", "testdata/keys/ed25519.pem"];
    for (words, why) in [
        (&["verify", "--files-from", "x", "y"][..], "and paths"),
        (&["verify", "--files-from", "-", "-"], "and paths"),
        (&["verify", "-0", "x"], "--files-from"),
        (
            &[&sign[..], &["--files-from", "Cargo.toml"]].concat(),
            "one place",
        ),
        (
            &[&sign[..], &["--in-place", "--files-from", "x", "y"]].concat(),
            "and paths",
        ),
    ] {
        dkim(words)
            .exits(2)
            .says("dkim: error: ")
            .says(why)
            .says("dkim: hint: ");
    }
    for command in [&["verify"][..], &[&sign[..], &["--in-place"]].concat()] {
        let words = [command, &["--files-from", "missing"]].concat();
        dkim(&words)
            .exits(4)
            .says("dkim: error: missing: no such file or directory");
    }
}

/// The program that writes the list may need hours to find the paths.
#[test]
fn a_message_is_told_of_before_the_next_path_is_there() {
    let folder = scratch();
    let path = file(&folder, "pass", &signed());
    for jobs in ["-j1", "-j4"] {
        let (go_on, wait) = std::sync::mpsc::channel::<()>();
        let line = format!("{path}\n");
        let words = [
            "verify",
            "--json",
            ZONE[0],
            ZONE[1],
            "--files-from",
            "-",
            jobs,
        ];
        let mut running = Running::start(&words, move |mut stdin| {
            let _ = stdin.write_all(line.as_bytes());
            // Until the test has read the first result, or has ended.
            let _ = wait.recv();
            let _ = stdin.write_all(line.as_bytes());
        });
        assert!(running.line().contains("\"result\":\"pass\""));
        drop(go_on);
        let (rest, said, status) = running.end();
        assert_eq!((status.code(), said.as_str()), (Some(0), ""));
        assert_eq!(rest.split_inclusive(|&byte| byte == b'\n').count(), 1);
    }
}

#[test]
fn listed_messages_are_signed() {
    let folder = scratch();
    let paths: Vec<String> = (0..20)
        .map(|number| file(&folder, &format!("{number:02}"), &unsigned(number)))
        .collect();
    let list = paths.join("\0");
    let words = [
        "sign",
        "-s",
        "ed25519",
        "-k",
        "testdata/keys/ed25519.pem",
        "--in-place",
        "--files-from",
        "-",
        "-0",
    ];
    dkim_reading(&words, list.as_bytes()).exits(0);
    for (number, path) in paths.iter().enumerate() {
        let signed = fs::read(path).unwrap();
        assert!(signed.starts_with(b"DKIM-Signature:") && signed.ends_with(&unsigned(number)));
    }
}
