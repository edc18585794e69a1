use std::fs;

use dkim_toolkit::identifier::{Sdid, Selector};
use dkim_toolkit::key::{NewKey, PrivateKey};

use super::*;

fn domain() -> Sdid {
    "example.com".parse().unwrap()
}

/// Writes a generation of one key.
fn write(folder: &KeyDir, number: u32, selector: &str) {
    let selector: Selector = selector.parse().unwrap();
    let made = PrivateKey::generate(NewKey::Ed25519).unwrap();
    let key = KeyToWrite {
        selector: &selector,
        key: &made,
    };
    folder.write_generation(number, &domain(), &[key]).unwrap();
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    let mut names: Vec<String> = entries
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_generation_from_the_first_to_the_last_step() {
    let parent = tempfile::tempdir().unwrap();
    let path = parent.path().join("keys");
    KeyDir::open(&path).unwrap_err();
    let folder = KeyDir::create(&path).unwrap();
    let lock = folder.lock().unwrap();
    assert!(folder.active().unwrap().is_none());
    assert!(folder.read_active().unwrap().is_none());
    folder.switch(1).unwrap_err();
    for (number, selector) in [(1, "s1"), (2, "s2")] {
        write(&folder, number, selector);
        folder.is_known(number).unwrap();
    }
    assert!(folder.read_active().unwrap().is_none());
    folder.switch(1).unwrap();
    folder.switch(2).unwrap();
    let inside = [
        "s2._domainkey.example.com.pem",
        "s2._domainkey.example.com.seed",
        LIST,
    ];
    assert_eq!(names(&folder.generation(2)), inside);
    assert_eq!(folder.active().unwrap(), Some(2));
    let read = folder.read_active().unwrap().unwrap();
    assert_eq!(read.domain, domain());
    assert_eq!(read.keys.len(), 1);
    assert_eq!(read.keys[0].selector.to_ascii(), "s2");
    folder.destroy(2).unwrap_err();
    folder.destroy(1).unwrap();
    folder.destroy(1).unwrap();
    // What runs that were killed have left.
    write(&folder, 3, "s3");
    write(&folder, 4, "s4");
    fs::create_dir(path.join(".dkim-aB3dEf")).unwrap();
    fs::write(path.join(".dkim-aB3dEf/key.pem"), "x").unwrap();
    fs::write(path.join(".dkim-aB3dEg"), "x").unwrap();
    fs::write(path.join("state.json"), "x").unwrap();
    folder
        .remove_leftovers(|number| number == 3, &lock)
        .unwrap();
    assert_eq!(
        names(&path),
        ["0002", "0003", "active", "lock", "state.json"]
    );
}

#[test]
fn what_is_no_leftover_is_left_alone() {
    let parent = tempfile::tempdir().unwrap();
    let path = parent.path();
    let folder = KeyDir::create(path).unwrap();
    let lock = folder.lock().unwrap();
    // A generation that a state knew once, one with a file of somebody else, and one by hand.
    write(&folder, 1, "s1");
    folder.is_known(1).unwrap();
    folder.is_known(1).unwrap();
    write(&folder, 2, "s2");
    fs::write(path.join("0002/photo"), "x").unwrap();
    write(&folder, 3, "s3");
    fs::remove_file(path.join("0003").join(UNKNOWN)).unwrap();
    fs::remove_file(path.join("0003").join(LIST)).unwrap();
    // Names that look like those of this program.
    fs::create_dir(path.join("2025")).unwrap();
    fs::write(path.join("1999"), "x").unwrap();
    fs::write(path.join(".dkim-notes.txt"), "x").unwrap();
    fs::create_dir_all(path.join(".dkim-photos/more")).unwrap();
    let before = names(path);
    folder.remove_leftovers(|_| false, &lock).unwrap();
    assert_eq!(names(path), before);
    assert!(path.join("0002/photo").exists());
}

#[test]
fn one_process_at_a_time() {
    let parent = tempfile::tempdir().unwrap();
    let folder = KeyDir::create(parent.path()).unwrap();
    let lock = folder.lock().unwrap();
    let error = folder.lock().unwrap_err();
    assert_eq!(error.message, "another process works on it");
    drop(lock);
    folder.lock().unwrap();
}

#[test]
fn numbers_are_names_of_folders() {
    assert_eq!(number_of("0007"), Some(7));
    assert_eq!(number_of("12345"), Some(12345));
    for name in ["7", "00007", "+007", "", "active", "../0007"] {
        assert_eq!(number_of(name), None, "{name}");
    }
}

#[test]
fn keys_made_by_hand_need_no_list() {
    let parent = tempfile::tempdir().unwrap();
    let folder = KeyDir::create(parent.path()).unwrap();
    write(&folder, 1, "s1");
    fs::remove_file(folder.generation(1).join(LIST)).unwrap();
    folder.switch(1).unwrap();
    let read = folder.read_active().unwrap().unwrap();
    assert_eq!(read.keys[0].selector.to_ascii(), "s1");
}

#[test]
fn damage_is_an_error() {
    let parent = tempfile::tempdir().unwrap();
    let folder = KeyDir::create(parent.path()).unwrap();
    write(&folder, 1, "s1");
    folder.switch(1).unwrap();
    let list = folder.generation(1).join(LIST);
    for text in [
        "",
        "domain\n",
        "domain: example.com\ned25519: s9\n",
        "domain: example.com\n",
    ] {
        fs::write(&list, text).unwrap();
        assert!(folder.read_active().is_err(), "{text}");
    }
    fs::remove_dir_all(folder.generation(1)).unwrap();
    assert!(folder.read_active().is_err());
}
