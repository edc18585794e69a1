//! `dkim sign --in-place`, and files that are written over others.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};

use super::{Run, dkim, file, scratch, word};
use crate::testdata;

const KEY: [&str; 5] = ["sign", "-s", "rsa2048", "-k", "testdata/keys/rsa2048.pem"];

fn sign(words: &[&str]) -> Run {
    dkim(&[&KEY[..], words].concat())
}

#[test]
fn a_hard_link_is_split_and_said() {
    let folder = scratch();
    let message = testdata::read("message.eml");
    let path = file(&folder, "m.eml", &message);
    let others = ["one.eml", "two.eml"].map(|name| word(folder.path().join(name)));
    fs::hard_link(&path, &others[0]).unwrap();
    let run = sign(&["--in-place", &path]).exits(0);
    run.says("its other name (a hard link) keeps the message as it was");
    assert_eq!(fs::read(&others[0]).unwrap(), message);
    assert!(fs::read(&path).unwrap().ends_with(&message));
    assert_eq!(fs::metadata(&path).unwrap().nlink(), 1);

    for other in &others {
        let _ = fs::remove_file(other);
        fs::hard_link(&path, other).unwrap();
    }
    let run = sign(&["--in-place", &path]).exits(0);
    run.says("its 2 other names (hard links) keep the message as it was");
}

/// Extended attributes need a file system that has them; where there is none, nothing is tested.
#[cfg(target_os = "linux")]
#[test]
fn extended_attributes_stay() {
    use rustix::fs::{XattrFlags, getxattr, setxattr};

    let folder = scratch();
    let path = file(&folder, "m.eml", &testdata::read("message.eml"));
    for (name, value) in [("user.tag", &b"urgent"[..]), ("user.empty", b"")] {
        if setxattr(&*path, name, value, XattrFlags::empty()).is_err() {
            return;
        }
    }
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    sign(&["--in-place", &path]).exits(0);
    assert!(fs::read(&path).unwrap().starts_with(b"DKIM-Signature:"));
    let value = |name: &str| {
        let mut room = [0; 16];
        let length = getxattr(&*path, name, &mut room).unwrap();
        room[..length].to_vec()
    };
    assert_eq!(value("user.tag"), b"urgent");
    assert_eq!(value("user.empty"), b"");
    let mode = fs::metadata(&path).unwrap().mode();
    assert_eq!(mode & 0o7777, 0o640);
}

/// The link of another user takes a test that runs as root.
#[test]
fn a_link_of_another_user_is_not_followed_where_everybody_may_write() {
    let folder = scratch();
    let open = folder.path().join("open");
    fs::create_dir(&open).unwrap();
    fs::set_permissions(&open, fs::Permissions::from_mode(0o1777)).unwrap();
    let target = file(&folder, "target.eml", b"precious");
    let link = open.join("out.eml");
    symlink(&target, &link).unwrap();
    let path = word(link.clone());
    sign(&["-o", &path, "testdata/message.eml"]).exits(0);
    fs::write(&target, "precious").unwrap();
    if std::os::unix::fs::lchown(&link, Some(65534), None).is_err() {
        return;
    }
    let why = "is a link that another user put into a folder that everybody may write";
    let run = sign(&["-o", &path, "testdata/message.eml"]).exits(4);
    run.says(&format!("dkim: error: {path}: {why}"));
    assert_eq!(fs::read(&target).unwrap(), b"precious");
    fs::write(&target, testdata::read("message.eml")).unwrap();
    sign(&["--in-place", &path]).exits(4).says(why);
    assert_eq!(fs::read(&target).unwrap(), testdata::read("message.eml"));
    // Where only the owner may write, the link is the owner's doing.
    fs::set_permissions(&open, fs::Permissions::from_mode(0o755)).unwrap();
    sign(&["-o", &path, "testdata/message.eml"]).exits(0);
}

/// Which name is replaced does not depend on which of the jobs is done first.
#[test]
fn two_names_of_one_file_are_signed_once() {
    for _ in 0..8 {
        let folder = scratch();
        let message = testdata::read("message.eml");
        let first = file(&folder, "a.eml", &message);
        let second = word(folder.path().join("b.eml"));
        fs::hard_link(&first, &second).unwrap();
        let run = sign(&["--in-place", "--jobs", "2", &first, &second]).exits(4);
        run.says(&format!(
            "{second}: another name (a hard link) of a file that was named"
        ))
        .says(&format!("ln -f {first} {second}"));
        assert!(fs::read(&first).unwrap().starts_with(b"DKIM-Signature:"));
        assert_eq!(fs::read(&second).unwrap(), message);
    }
}

/// Runs the command as another user; `None` where the test may not do that.
fn as_nobody(words: &[&str]) -> Option<std::process::Output> {
    use std::os::unix::process::CommandExt as _;

    let key = testdata::read("keys/rsa2048.pem");
    let folder = scratch();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let key = file(&folder, "k.pem", &key);
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    let program = folder.path().join("dkim");
    fs::copy(env!("CARGO_BIN_EXE_dkim"), &program).unwrap();
    let mut command = std::process::Command::new(program);
    command
        .current_dir("/")
        .args(["sign", "-s", "s", "-k", &key]);
    command.args(words).uid(65534).gid(65534);
    command.output().ok()
}

#[test]
fn a_file_keeps_its_owner_or_stays_as_it_is() {
    let folder = scratch();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).unwrap();
    let message = testdata::read("message.eml");
    let path = file(&folder, "m.eml", &message);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o664)).unwrap();
    let Some(output) = as_nobody(&["--in-place", &path]) else {
        return;
    };
    let error = String::from_utf8(output.stderr).unwrap();
    let owner = fs::metadata(&path).unwrap().uid();
    let expected = format!("{path}: you cannot give a new file its owner (user {owner})");
    assert!(error.contains(&expected), "{error}");
    assert_eq!(output.status.code(), Some(4));
    assert_eq!(fs::read(&path).unwrap(), message);
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o7777, 0o664);
}

#[test]
fn a_folder_that_permits_no_new_file_is_named() {
    let folder = scratch();
    let message = testdata::read("message.eml");
    let path = file(&folder, "m.eml", &message);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o666)).unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let Some(output) = as_nobody(&["--in-place", &path]) else {
        return;
    };
    let error = String::from_utf8(output.stderr).unwrap();
    let shown = folder.path().display();
    let expected = format!("{path}: you may not make a new file in its folder {shown}");
    assert!(error.contains(&expected), "{error}");
    assert_eq!(fs::read(&path).unwrap(), message);
}
