//! Files that are made, replaced, and left alone.

use std::os::unix::fs::MetadataExt as _;
use std::time::UNIX_EPOCH;

use super::*;

/// What is in a folder: the names and what is in the files, sorted.
fn contents(folder: &Path) -> Vec<(String, String)> {
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    let mut contents: Vec<_> = entries
        .map(|entry| {
            let text = fs::read_to_string(entry.path()).unwrap();
            (entry.file_name().into_string().unwrap(), text)
        })
        .collect();
    contents.sort();
    contents
}

fn one(text: &str) -> Vec<(String, String)> {
    vec![("key".to_owned(), text.to_owned())]
}

/// Goes through the life of a file with what makes files here.
fn check(begin: impl Fn(&Path) -> NewFile) {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("key");
    let written = |text: &str| {
        let mut file = begin(&target);
        file.file().write_all(text.as_bytes()).unwrap();
        file
    };
    drop(written("given up"));
    assert_eq!(contents(folder.path()), []);
    written("first").create(&target).unwrap();
    assert_eq!(contents(folder.path()), one("first"));
    assert_eq!(fs::metadata(&target).unwrap().mode() & 0o7777, 0o600);
    let refused = written("second").create(&target).unwrap_err();
    assert_eq!(refused.kind(), io::ErrorKind::AlreadyExists);
    assert_eq!(contents(folder.path()), one("first"));
    written("third, which is longer")
        .replace(&target, &Steps::default())
        .unwrap();
    assert_eq!(contents(folder.path()), one("third, which is longer"));
    fs::remove_file(&target).unwrap();
    written("fourth")
        .replace(&target, &Steps::default())
        .unwrap();
    assert_eq!(contents(folder.path()), one("fourth"));
}

#[test]
fn files_are_whole_or_not_there() {
    check(|target| NewFile::beside(target, 0o600).unwrap());
    check(|target| {
        let folder = folder_of(target);
        let state = State::Hidden(hidden(&folder, 0o600).unwrap());
        NewFile { folder, state }
    });
}

#[cfg(target_os = "linux")]
#[test]
fn what_is_not_finished_has_no_name() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("key");
    let mut file = NewFile::beside(&target, 0o600).unwrap();
    file.file().write_all(b"secret").unwrap();
    let names = contents(folder.path());
    match &mut file.state {
        State::Nameless(file) => {
            assert_eq!(names, []);
            // Where it can get no name, its copy can.
            let copy = nameless::copy(file, folder.path()).unwrap();
            copy.persist(&target).unwrap();
            assert_eq!(contents(folder.path()), one("secret"));
            assert_eq!(fs::metadata(&target).unwrap().mode() & 0o7777, 0o600);
        }
        // Not every file system has such files.
        State::Hidden(_) => assert_eq!(names.len(), 1),
    }
}

/// Writes a file anew; `meanwhile` happens after it was read.
fn write_over(path: &Path, meanwhile: impl FnOnce()) -> io::Result<()> {
    let as_read = FileState::of(&fs::metadata(path)?);
    write_anew(path, &as_read, &Steps::default(), |out| {
        out.write_all(b"signed")?;
        meanwhile();
        Ok(())
    })
}

fn is_changed(result: io::Result<()>) -> bool {
    result.is_err_and(|error| {
        let source = error.get_ref();
        source
            .and_then(|source| source.downcast_ref::<Changed>())
            .is_some()
    })
}

#[test]
fn a_file_that_was_changed_meanwhile_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("key");
    let append = || {
        let mut file = OpenOptions::new().append(true).open(&target).unwrap();
        file.write_all(b", more").unwrap();
    };
    let write_same_length = || {
        fs::write(&target, "other").unwrap();
        let file = File::options().write(true).open(&target).unwrap();
        file.set_modified(UNIX_EPOCH).unwrap();
    };
    let replace = || {
        let other = folder.path().join("other");
        fs::write(&other, "first").unwrap();
        fs::rename(&other, &target).unwrap();
    };
    let changes: [(&dyn Fn(), &str); 3] = [
        (&append, "first, more"),
        (&write_same_length, "other"),
        (&replace, "first"),
    ];
    for (change, left) in changes {
        fs::write(&target, "first").unwrap();
        assert!(is_changed(write_over(&target, change)), "{left}");
        assert_eq!(contents(folder.path()), one(left));
    }
    fs::write(&target, "first").unwrap();
    let removed = write_over(&target, || fs::remove_file(&target).unwrap());
    assert!(is_changed(removed));
    assert_eq!(contents(folder.path()), []);
    fs::write(&target, "first").unwrap();
    write_over(&target, || {}).unwrap();
    assert_eq!(contents(folder.path()), one("signed"));
}

#[test]
fn the_check_is_the_last_thing_before_the_name() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("key");
    fs::write(&target, "first").unwrap();
    let with_a_name = |target: &Path| {
        let folder = folder_of(target);
        let state = State::Hidden(hidden(&folder, 0o600).unwrap());
        NewFile { folder, state }
    };
    let begins: [&dyn Fn(&Path) -> NewFile; 2] = [&with_a_name, &|target| {
        NewFile::beside(target, 0o600).unwrap()
    }];
    for begin in begins {
        let file = begin(&target);
        let refused = file.replace_if(&target, &Steps::default(), &|| {
            Err(io::Error::other(Changed))
        });
        assert!(is_changed(refused));
        assert_eq!(contents(folder.path()), one("first"));
    }
}
