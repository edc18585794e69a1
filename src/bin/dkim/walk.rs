//! The messages of a folder.

use std::collections::BinaryHeap;
use std::ffi::OsString;
use std::fs::{self, DirEntry};
use std::io;
use std::path::PathBuf;
use std::vec;

use dkim_toolkit::mailbox::{EntryKind, MailFolder, is_hidden};

/// How many names of a folder are kept at most.
const BATCH: usize = 64 * 1024;
/// How many times [`BATCH`] names are kept of all folders that are open.
const BATCHES: usize = 2;

/// The regular files in a folder and the folders in it, sorted by name (octet by octet); a folder
/// stands where its name does.
///
/// What is no message in a [`MailFolder`] is passed over, and so is what is neither a file nor a
/// folder. A link to a file counts as one; a link to a folder is not followed, except the folder
/// that was named: links can lead round in circles. A link that leads nowhere is an error, as a
/// message may be missing.
///
/// An error has the path that it is of, and the walk goes on behind it.
///
/// # Memory and time
///
/// Of a folder no more than the next 65,536 names are kept, and of all that are open twice as
/// many, so that a folder may have ten million. The price is that it is listed anew for each
/// 65,536 entries, to find the next: a folder of that many once, one of ten million 153 times.
/// A file that comes or goes meanwhile is given or not, but no file twice.
#[derive(Debug)]
pub struct Walk {
    /// The folders that lead to the one that is being given, the outermost first.
    open: Vec<Folder>,
    /// [`BATCH`], and less in tests.
    batch: usize,
}

#[derive(Debug)]
struct Folder {
    path: PathBuf,
    /// Which of the entries are messages.
    mail: MailFolder,
    /// The next entries.
    batch: vec::IntoIter<Entry>,
    /// Whether more may follow behind them.
    more: bool,
    /// The name that was given last.
    last: Option<OsString>,
}

/// What a folder has. Entries are ordered by name; no two have the same.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    name: OsString,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    File,
    Folder,
    /// What may be a file: a link, for one.
    Unclear,
}

impl Walk {
    /// Begins in a folder, which may be a link to one.
    pub fn new(folder: PathBuf) -> Self {
        Self::with_batch(folder, BATCH)
    }

    fn with_batch(folder: PathBuf, batch: usize) -> Self {
        Self {
            open: vec![Folder::new(folder)],
            batch,
        }
    }

    /// Forgets the names that are kept of outer folders if those of all are too many; they are
    /// listed anew when their turn has come.
    fn forget(&mut self) {
        let mut kept: usize = self.open.iter().map(|folder| folder.batch.len()).sum();
        for folder in &mut self.open {
            if kept <= BATCHES * self.batch {
                return;
            }
            if folder.batch.len() > 0 {
                kept -= folder.batch.len();
                folder.batch = vec::IntoIter::default();
                folder.more = true;
            }
        }
    }
}

impl Iterator for Walk {
    type Item = Result<PathBuf, (PathBuf, io::Error)>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let folder = self.open.last_mut()?;
            let Some(Entry { name, kind }) = folder.batch.next() else {
                if !folder.more {
                    self.open.pop();
                    continue;
                }
                let listed = folder.list(self.batch);
                let listed = listed.map_err(|error| (folder.path.clone(), error));
                self.forget();
                match listed {
                    Ok(()) => continue,
                    Err(error) => return Some(Err(error)),
                }
            };
            let entry = match kind {
                Kind::File | Kind::Unclear => EntryKind::File,
                Kind::Folder => EntryKind::Folder,
            };
            let has_messages = folder.mail.has_messages_in(name.as_encoded_bytes(), entry);
            let path = folder.path.join(&name);
            folder.last = Some(name);
            if !has_messages {
                continue;
            }
            match kind {
                Kind::File => return Some(Ok(path)),
                Kind::Folder => self.open.push(Folder::new(path)),
                Kind::Unclear => match fs::metadata(&path) {
                    Ok(metadata) if metadata.is_file() => return Some(Ok(path)),
                    Ok(_) => {}
                    Err(error) => return Some(Err((path, error))),
                },
            }
        }
    }
}

impl Folder {
    fn new(path: PathBuf) -> Self {
        Self {
            path,
            mail: MailFolder::default(),
            batch: vec::IntoIter::default(),
            more: true,
            last: None,
        }
    }

    /// Finds the entries that come next, `most` of them. After an error those that were seen
    /// before it are the last.
    fn list(&mut self, most: usize) -> io::Result<()> {
        self.more = false;
        let mut next = BinaryHeap::new();
        let (mut mail, mut more) = (MailFolder::default(), false);
        let mut outcome = Ok(());
        for entry in fs::read_dir(&self.path)? {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    outcome = Err(error);
                    break;
                }
            };
            let Some(entry) = Entry::new(&entry) else {
                continue;
            };
            if entry.kind == Kind::Folder {
                mail.add_folder(entry.name.as_encoded_bytes());
            }
            if self.last.as_ref().is_some_and(|last| entry.name <= *last) {
                continue;
            }
            if next.len() < most {
                next.push(entry);
            } else if let Some(mut largest) = next.peek_mut() {
                more = true;
                if entry < *largest {
                    *largest = entry;
                }
            }
        }
        self.more = more && outcome.is_ok();
        self.mail = mail;
        let mut next = next.into_sorted_vec();
        // A folder that changes while it is listed may list a name twice.
        next.dedup_by(|later, earlier| later.name == earlier.name);
        self.batch = next.into_iter();
        outcome
    }
}

impl Entry {
    /// An entry, unless it is hidden or surely neither a file nor a folder.
    fn new(entry: &DirEntry) -> Option<Self> {
        let name = entry.file_name();
        if is_hidden(name.as_encoded_bytes()) {
            return None;
        }
        // The folder itself tells what an entry is: no look at each of a million files.
        let kind = match entry.file_type() {
            Ok(kind) if kind.is_file() => Kind::File,
            Ok(kind) if kind.is_dir() => Kind::Folder,
            Ok(kind) if !kind.is_symlink() => return None,
            Ok(_) | Err(_) => Kind::Unclear,
        };
        Some(Self { name, kind })
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;
    use std::fs::File;
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;
    use std::path::Path;

    use tempfile::TempDir;

    use super::*;

    /// A folder with these files, and folders where a name ends in `/`.
    fn folder(entries: &[&str]) -> TempDir {
        let folder = TempDir::new().unwrap();
        for entry in entries {
            let path = folder.path().join(entry);
            if entry.ends_with('/') {
                fs::create_dir_all(path).unwrap();
            } else {
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                File::create(path).unwrap();
            }
        }
        folder
    }

    /// What a walk gives, from the folder on; an error has `!` before it.
    fn walked(walk: Walk, folder: &Path) -> Vec<String> {
        walk.map(|item| {
            let (sign, path) = match item {
                Ok(path) => ("", path),
                Err((path, _)) => ("!", path),
            };
            format!("{sign}{}", path.strip_prefix(folder).unwrap().display())
        })
        .collect()
    }

    /// The files of a folder, however many names are kept.
    fn check(folder: &TempDir, expected: &[&str]) {
        let folder = folder.path();
        for batch in [1, 2, 3, 4, 7, BATCH] {
            let walk = Walk::with_batch(folder.to_owned(), batch);
            assert_eq!(walked(walk, folder), expected, "{batch}");
        }
        assert_eq!(walked(Walk::new(folder.to_owned()), folder), expected);
    }

    #[test]
    fn files_are_sorted_and_folders_stand_among_them() {
        check(&folder(&[]), &[]);
        check(&folder(&["empty/empty/"]), &[]);
        check(
            &folder(&[
                "b", "a.eml", "a/z", "a/b/c", "a-/x", "B", "10", "9", "\u{e4}",
            ]),
            &[
                "10", "9", "B", "a/b/c", "a/z", "a-/x", "a.eml", "b", "\u{e4}",
            ],
        );
    }

    #[test]
    fn what_is_hidden_is_passed_over() {
        let folder = folder(&[".a", ".b/c", "d/.e", "d/f", "d/..g"]);
        check(&folder, &["d/f"]);
        // The folder that is named is walked whatever its name is.
        let hidden = folder.path().join(".b");
        assert_eq!(walked(Walk::new(hidden.clone()), &hidden), ["c"]);
    }

    #[test]
    fn a_maildir_has_messages_in_its_folders_alone() {
        let beside = ["dovecot.index", "maildirsize", "tmp/1", "zzz"];
        let maildir = [
            "cur/2:2,S",
            "cur/10:2,",
            "new/3",
            "sub/tmp/4",
            ".Sent/cur/5",
        ];
        check(
            &folder(&[&beside[..], &maildir[..]].concat()),
            &["cur/10:2,", "cur/2:2,S", "new/3", "sub/tmp/4"],
        );
        check(&folder(&["cur/1", "new/", "x"]), &["cur/1"]);
        check(
            &folder(&["m/cur/1", "m/new/2", "m/x", "x"]),
            &["m/cur/1", "m/new/2", "x"],
        );
        // No Maildirs.
        check(&folder(&["cur/1", "tmp/2", "x"]), &["cur/1", "tmp/2", "x"]);
        check(
            &folder(&["cur", "new/2", "tmp/3"]),
            &["cur", "new/2", "tmp/3"],
        );
        let linked = folder(&["cur/1", "x"]);
        symlink("cur", linked.path().join("new")).unwrap();
        check(&linked, &["cur/1", "x"]);
    }

    #[test]
    fn links_count_if_they_lead_to_files() {
        let elsewhere = folder(&["one", "two/three"]);
        let folder = folder(&["a", "z"]);
        let link = |target: &Path, name: &str| symlink(target, folder.path().join(name)).unwrap();
        link(&elsewhere.path().join("one"), "file");
        link(&elsewhere.path().join("two"), "folder");
        link(Path::new("file"), "link");
        link(Path::new("."), "loop");
        link(Path::new("knot"), "knot");
        link(Path::new("/dev/null"), "null");
        link(Path::new("missing"), "nowhere");
        link(Path::new("a"), ".hidden");
        check(&folder, &["a", "file", "!knot", "link", "!nowhere", "z"]);
        let named = folder.path().join("folder");
        assert_eq!(walked(Walk::new(named.clone()), &named), ["three"]);
    }

    #[test]
    fn what_is_no_file_is_passed_over() {
        let folder = folder(&["a", "z"]);
        let _socket = UnixListener::bind(folder.path().join("m")).unwrap();
        check(&folder, &["a", "z"]);
    }

    #[test]
    fn names_need_not_be_text() {
        let folder = folder(&["a", "b"]);
        let name = OsStr::from_bytes(b"a\xff\n");
        File::create(folder.path().join(name)).unwrap();
        for batch in [1, BATCH] {
            let paths: Vec<_> = Walk::with_batch(folder.path().to_owned(), batch)
                .map(Result::unwrap)
                .collect();
            let expected = [OsStr::new("a"), name, OsStr::new("b")];
            assert_eq!(paths, expected.map(|name| folder.path().join(name)));
        }
    }

    #[test]
    fn a_folder_that_cannot_be_read_is_an_error_once() {
        let missing = folder(&[]).path().join("x");
        assert_eq!(walked(Walk::new(missing.clone()), &missing), ["!"]);
        let folder = folder(&["a", "b/c", "d", "e"]);
        let file = folder.path().join("a");
        assert_eq!(walked(Walk::new(file.clone()), &file), ["!"]);
        // One that vanishes: before it is its turn, ...
        let mut walk = Walk::new(folder.path().to_owned());
        assert!(walk.next().unwrap().is_ok());
        fs::remove_dir_all(folder.path().join("b")).unwrap();
        assert_eq!(walked(walk, folder.path()), ["!b", "d", "e"]);
        // ... and when its next names are looked for.
        let mut walk = Walk::with_batch(folder.path().to_owned(), 2);
        assert!(walk.next().unwrap().is_ok());
        fs::remove_dir_all(folder.path()).unwrap();
        assert_eq!(walked(walk, folder.path()), ["d", "!"]);
    }

    #[test]
    fn a_path_that_is_too_long_is_an_error() {
        // A path is at most 4,096 octets, but a folder of a long one can be moved into another.
        let deep = |start: &str| {
            let name = start.repeat(200);
            folder(&["a", "z", &(vec![name; 12].join("/") + "/m")])
        };
        let (outer, inner) = (deep("f"), deep("g"));
        let bottom = outer.path().join(vec!["f".repeat(200); 12].join("/"));
        fs::rename(inner.path(), bottom.join("n")).unwrap();
        let all = walked(Walk::new(outer.path().to_owned()), outer.path());
        let ends: Vec<_> = all
            .iter()
            .map(|path| path.rsplit('/').next().unwrap())
            .collect();
        assert_eq!(ends, ["a", "m", "a", &"g".repeat(200), "z", "z"]);
        assert_eq!(all.iter().filter(|path| path.starts_with('!')).count(), 1);
    }

    #[test]
    fn outer_folders_are_forgotten_when_names_are_many() {
        let folders = (1..8).map(|depth| vec!["0"; depth].join("/"));
        let files: Vec<_> = folders
            .flat_map(|folder| ["1", "2", "3", "4"].map(|name| format!("{folder}/{name}")))
            .collect();
        let folder = folder(&files.iter().map(String::as_str).collect::<Vec<_>>());
        let mut expected = files.clone();
        expected.sort_unstable();
        check(
            &folder,
            &expected.iter().map(String::as_str).collect::<Vec<_>>(),
        );
        let mut walk = Walk::with_batch(folder.path().to_owned(), 3);
        while walk.next().is_some() {
            let kept: usize = walk.open.iter().map(|folder| folder.batch.len()).sum();
            assert!(kept <= BATCHES * 3, "{kept} names");
        }
    }
}
