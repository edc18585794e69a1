//! `dkim sign --key-dir`: the keys of a folder that `dkim rotate` keeps.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use super::{Run, dkim, scratch, word};
use crate::testdata;

/// Writes a generation as `dkim rotate` does: selectors `rsaN` and `edN`.
fn generation(folder: &Path, number: u32) {
    let inner = folder.join(format!("{number:04}"));
    fs::create_dir(&inner).unwrap();
    let mut list = "domain: example.com\n".to_owned();
    for (kind, selector, key) in [
        ("rsa", "rsa", "keys/rsa2048.pem"),
        ("ed25519", "ed", "keys/ed25519.pem"),
    ] {
        let path = inner.join(format!("{selector}{number}._domainkey.example.com.pem"));
        fs::write(&path, testdata::read(key)).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        list += &format!("{kind}: {selector}{number}\n");
    }
    fs::write(inner.join("selectors"), list).unwrap();
}

/// Signs with a generation from now on.
fn switch(folder: &Path, number: u32) {
    let link = folder.join(".new");
    symlink(format!("{number:04}"), &link).unwrap();
    fs::rename(&link, folder.join("active")).unwrap();
}

fn sign(folder: &Path, words: &[&str]) -> Run {
    let folder = word(folder.to_owned());
    let first = ["sign", "--key-dir", &folder, "testdata/message.eml"];
    dkim(&[&first[..], words].concat())
}

/// The selectors of the signatures.
fn selectors(run: &Run) -> Vec<String> {
    let unfolded = run.stdout().replace("\r\n", "").replace('\n', "");
    let tags = unfolded.split(" s=").skip(1);
    tags.map(|tag| tag.split(';').next().unwrap().to_owned())
        .collect()
}

#[test]
fn each_key_in_use_signs_for_its_domain() {
    let folder = scratch();
    generation(folder.path(), 6);
    generation(folder.path(), 7);
    switch(folder.path(), 7);
    let run = sign(folder.path(), &["--field-only"]).exits(0);
    assert_eq!(selectors(&run), ["rsa7", "ed7"]);
    assert!(run.stderr.is_empty(), "{}", run.stderr);
    drop(run.prints("d=example.com;"));
    sign(folder.path(), &["-d", "example.com"]).exits(0);
    sign(folder.path(), &["-d", "sub.example.com"])
        .exits(4)
        .says("its keys are those of example.com, not sub.example.com")
        .says("hint: --domain example.com");
    sign(folder.path(), &["-s", "x"]).exits(2);
    sign(folder.path(), &["-k", "testdata/keys/rsa2048.pem"]).exits(2);
    // Of keys that were put there by hand.
    fs::remove_file(folder.path().join("0007/selectors")).unwrap();
    let run = sign(folder.path(), &["--field-only"]).exits(0);
    assert_eq!(selectors(&run), ["ed7", "rsa7"]);
}

#[test]
fn what_cannot_sign_is_said() {
    let folder = scratch();
    let keys = folder.path().join("keys");
    let rotate = format!(
        "hint: dkim rotate --domain example.org --dir {}",
        keys.display()
    );
    let of_other = ["-d", "example.org"];
    sign(&keys, &of_other)
        .exits(4)
        .says("keys: no such file or directory")
        .says(&rotate);
    fs::write(&keys, "").unwrap();
    sign(&keys, &[]).exits(4).says("keys: not a folder");
    fs::remove_file(&keys).unwrap();
    fs::create_dir(&keys).unwrap();
    generation(&keys, 1);
    sign(&keys, &of_other)
        .exits(4)
        .says("keys: no key in it is in use yet")
        .says(&rotate);
    switch(&keys, 1);
    let key = keys.join("0001/ed1._domainkey.example.com.pem");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    sign(&keys, &[])
        .exits(0)
        .says("others may read this key (mode 0644)");
    fs::write(&key, "cut").unwrap();
    sign(&keys, &[]).exits(4).says("ed1._domainkey.example.com");
    fs::remove_file(&key).unwrap();
    sign(&keys, &[])
        .exits(4)
        .says("ed1._domainkey.example.com.pem: no such file");
    switch(&keys, 2);
    sign(&keys, &[]).exits(4).says("0002");
    fs::remove_file(keys.join("active")).unwrap();
    fs::create_dir(keys.join("active")).unwrap();
    sign(&keys, &[])
        .exits(4)
        .says("active: is not a link to a generation");
}

#[test]
fn no_signer_sees_two_generations() {
    const SWITCHES: u32 = 500;
    let folder = scratch();
    generation(folder.path(), 1);
    switch(folder.path(), 1);
    let ended = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            for number in 2..=SWITCHES {
                generation(folder.path(), number);
                switch(folder.path(), number);
                fs::remove_dir_all(folder.path().join(format!("{:04}", number - 1))).unwrap();
            }
            ended.store(true, Ordering::Relaxed);
        });
        let mut runs = 0;
        while runs < 10 || !ended.load(Ordering::Relaxed) {
            let run = sign(folder.path(), &["--field-only"]).exits(0);
            let used = selectors(&run);
            assert_eq!(used.len(), 2);
            assert_eq!(used[0][3..], used[1][2..], "{used:?}");
            runs += 1;
        }
    });
}
