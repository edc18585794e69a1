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
