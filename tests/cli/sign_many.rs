//! Many messages signed at once, each into a file.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use tempfile::TempDir;

use super::mailboxes::{places, verify};
use super::{Run, command, dkim, file, scratch, word};
use crate::support::child::Child;

const KEY: [&str; 5] = ["sign", "-s", "rsa2048", "-k", "testdata/keys/rsa2048.pem"];
const FIXED: [&str; 2] = ["--timestamp", "1700000000"];

fn sign(words: &[&str]) -> Run {
    dkim(&[&KEY[..], &FIXED, words].concat())
}

fn message(number: usize) -> Vec<u8> {
    let body = "A line of the body.\r\n".repeat(number % 7 * 100);
    format!("From: joe@example.com\r\nSubject: {number}\r\n\r\n{body}").into_bytes()
}

/// So many messages in a folder, and their paths.
fn messages(folder: &TempDir, count: usize) -> Vec<String> {
    (0..count)
        .map(|number| file(folder, &format!("{number:03}.eml"), &message(number)))
        .collect()
}

fn words<'a>(options: &[&'a str], paths: &'a [String]) -> Vec<&'a str> {
    let paths = paths.iter().map(String::as_str);
    options.iter().copied().chain(paths).collect()
}

/// The files of a folder, hidden ones too, and what is in them.
fn contents(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, fs::read(path).unwrap())
        })
        .collect();
    files.sort();
    files
}

/// What JSON says of each file: the end of its source, and whether it was signed.
fn told(run: &Run) -> Vec<String> {
    let told = |object: &serde_json::Value| {
        let source = object["source"].as_str().unwrap();
        let name = source.rsplit('/').next().unwrap();
        let fields = object["fields"].as_array().unwrap().len();
        assert_eq!(object["error"].is_null(), fields == 1);
        assert_eq!(object["output"].is_string(), fields == 1);
        format!("{name} {fields}")
    };
    run.json().iter().map(told).collect()
}

#[test]
fn every_file_is_signed_however_many_at_once() {
    let (one, eight, apart) = (scratch(), scratch(), scratch());
    let out = scratch();
    let paths = [&one, &eight, &apart].map(|folder| messages(folder, 100));
    fs::set_permissions(&paths[1][3], fs::Permissions::from_mode(0o640)).unwrap();
    let expected: Vec<String> = (0..100)
        .map(|number| format!("{number:03}.eml 1"))
        .collect();
    let in_place = ["--in-place", "--json", "-j1"];
    let run = sign(&words(&in_place, &paths[0])).exits(0);
    assert_eq!(told(&run), expected);
    let run = sign(&words(&["--in-place", "--json", "-j8"], &paths[1])).exits(0);
    assert_eq!(told(&run), expected);
    let folder = out.path().to_str().unwrap();
    let to_folder = ["--output-dir", folder, "--json", "-j8"];
    let run = sign(&words(&to_folder, &paths[2])).exits(0);
    assert_eq!(told(&run), expected);

    let signed = contents(one.path());
    assert_eq!(signed.len(), 100);
    for (number, (_, octets)) in signed.iter().enumerate() {
        assert!(octets.starts_with(b"DKIM-Signature:"));
        assert!(octets.ends_with(&message(number)));
    }
    assert_eq!(signed, contents(eight.path()));
    assert_eq!(signed, contents(out.path()));
    let mode = fs::metadata(&paths[1][3]).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
    for (number, (_, octets)) in contents(apart.path()).into_iter().enumerate() {
        assert_eq!(octets, message(number));
    }
    let run = verify(&["--json", folder]).exits(0);
    let passes: Vec<String> = (0..100)
        .map(|number| format!("{number:03}.eml pass"))
        .collect();
    assert_eq!(places(&run), passes);
}

#[test]
fn a_file_that_is_named_twice_is_signed_once() {
    let folder = scratch();
    let paths = messages(&folder, 3);
    fs::create_dir(folder.path().join("links")).unwrap();
    let link = folder.path().join("links/link");
    symlink("../001.eml", &link).unwrap();
    let named = folder.path().to_str().unwrap();
    let again = [
        paths[0].clone(),
        format!("{named}/./000.eml"),
        format!("{named}/links/../000.eml"),
        paths[1].clone(),
        word(link.clone()),
        paths[2].clone(),
    ];
    for jobs in ["-j1", "-j8"] {
        let before = contents_of(&paths);
        let run = sign(&words(&["--in-place", "--json", jobs], &again)).exits(4);
        let expected = [
            "000.eml 1",
            "000.eml 0",
            "000.eml 0",
            "001.eml 1",
            "link 0",
            "002.eml 1",
        ];
        assert_eq!(told(&run), expected);
        assert_eq!(
            run.stderr
                .matches("named twice: it is signed already")
                .count(),
            3
        );
        for (path, before) in paths.iter().zip(before) {
            let now = fs::read(path).unwrap();
            let field = now.strip_suffix(&before[..]).unwrap();
            assert_eq!(
                memchr::memmem::find_iter(field, b"DKIM-Signature:").count(),
                1
            );
        }
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    }
}

fn contents_of(paths: &[String]) -> Vec<Vec<u8>> {
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

#[test]
fn two_messages_of_one_name_do_not_share_a_place() {
    let (one, two, out) = (scratch(), scratch(), scratch());
    let first = file(&one, "x.eml", &message(1));
    let second = file(&two, "x.eml", &message(2));
    let third = file(&two, "y.eml", &message(3));
    let folder = out.path().to_str().unwrap();
    for jobs in ["-j1", "-j8"] {
        let words = [
            "--output-dir",
            folder,
            "--json",
            jobs,
            &first,
            &second,
            &third,
        ];
        let run = sign(&words).exits(4);
        assert_eq!(told(&run), ["x.eml 1", "x.eml 0", "y.eml 1"]);
        let written = contents(out.path());
        assert_eq!(written.len(), 2);
        assert!(written[0].1.ends_with(&message(1)));
        run.says("/x.eml: another message of this name goes there");
    }
}

#[test]
fn what_cannot_be_signed_stops_nobody() {
    let folder = scratch();
    let mut paths = messages(&folder, 20);
    paths.insert(5, word(folder.path().join("missing.eml")));
    paths.insert(11, file(&folder, "no-from.eml", b"Subject: x\r\n\r\n"));
    paths.insert(12, word(folder.path().to_owned()));
    let run = sign(&words(&["--in-place", "--json", "-j8"], &paths)).exits(4);
    let failed: Vec<usize> = (0..paths.len())
        .filter(|&number| !run.json()[number]["error"].is_null())
        .collect();
    assert_eq!(failed, [5, 11, 12]);
    let errors: Vec<&str> = run
        .stderr
        .lines()
        .filter(|line| line.contains("error"))
        .collect();
    assert_eq!(errors.len(), 3);
    assert!(errors[0].ends_with("/missing.eml: no such file or directory"));
    assert!(errors[1].contains("/no-from.eml: "));
    let left = contents(folder.path());
    assert_eq!(left.len(), 21);
    let is_signed = |(_, octets): &&(String, Vec<u8>)| octets.starts_with(b"DKIM-Signature:");
    assert_eq!(left.iter().filter(is_signed).count(), 20);
}

/// Files are signed whether or not anybody reads which.
#[test]
fn nobody_has_to_read_what_was_signed() {
    let folder = scratch();
    let paths = messages(&folder, 100);
    for (round, jobs) in [(1, "-j1"), (2, "-j8")] {
        let line = [&KEY[..], &words(&["--in-place", "--json", jobs], &paths)].concat();
        let (said, status) = Child::start(&mut command(&line)).unwrap().close();
        let warnings = ["others may read this key", "chmod", "is there already"];
        let is_warning = |line: &str| warnings.iter().any(|warning| line.contains(warning));
        assert!(said.lines().all(is_warning), "{said}");
        assert_eq!(status.code(), Some(0));
        for (_, octets) in contents(folder.path()) {
            assert_eq!(
                memchr::memmem::find_iter(&octets, b"DKIM-Signature:").count(),
                round
            );
        }
    }
}

/// A full disk under the report is an error, and no reason to leave a file unsigned.
#[cfg(target_os = "linux")]
#[test]
fn a_report_that_cannot_be_written_stops_nobody() {
    let folder = scratch();
    let paths = messages(&folder, 50);
    let line = [&KEY[..], &words(&["--in-place", "--json", "-j2"], &paths)].concat();
    let full = fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let run = Run::of(command(&line).stdout(full))
        .exits(4)
        .says("dkim: error: standard output: no space left on device");
    assert_eq!(run.stderr.matches("standard output").count(), 1);
    let signed = contents(folder.path());
    assert!(
        signed
            .iter()
            .all(|(_, octets)| octets.starts_with(b"DKIM-Signature:"))
    );
}

#[test]
fn an_mbox_of_several_messages_is_refused() {
    let folder = scratch();
    let message = b"From joe Sat Jan  3 01:05:34 1996\nFrom: joe@example.com\n\nHello\n\n";
    let one = file(&folder, "one", message);
    let two = file(&folder, "two", &message.repeat(2));
    sign(&[&one]).exits(0);
    sign(&["--in-place", &two])
        .exits(4)
        .says("two: an mbox of several messages");
    assert_eq!(fs::read(&two).unwrap(), message.repeat(2));
}
