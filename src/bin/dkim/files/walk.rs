//! The messages of a folder.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use dkim_toolkit::mailbox::{EntryKind, MailFolder};
use walkdir::{DirEntry, WalkDir};

use crate::system;

/// The regular files in a folder and its subfolders, sorted by name (byte by byte). A subfolder's
/// files come where its name is in the order.
///
/// Entries that are no messages of a [`MailFolder`] are skipped, and so are entries that are
/// neither files nor folders. A link to a file counts as a file. A link to a folder is not
/// followed, because links can form loops; only the folder that was named may be a link.
///
/// The walk continues after what cannot be read.
///
/// The names in one folder, and in the folders above it, are in memory at the same time.
#[derive(Debug)]
pub struct Walk {
    root: PathBuf,
    entries: walkdir::IntoIter,
    /// The folders that lead to the current entry, the outermost first.
    folders: Vec<MailFolder>,
}

/// What a walk cannot read, with its path.
#[derive(Debug)]
pub enum Missed {
    /// A link that leads to nothing. It tells of no message: programs use such links as locks, and
    /// leave them behind.
    BrokenLink(PathBuf),
    /// A file or a folder: a message may be missing.
    Unreadable(PathBuf, io::Error),
}

impl Walk {
    /// Begins in a folder, which may be a link to one.
    pub fn new(root: PathBuf) -> Self {
        let walk = WalkDir::new(&root).min_depth(1).sort_by_file_name();
        Self {
            entries: walk.into_iter(),
            folders: vec![mail_folder(&root)],
            root,
        }
    }

    /// The path of an entry that is a message, or that may be one; `None` otherwise.
    fn message(&mut self, entry: DirEntry) -> Option<Result<PathBuf, Missed>> {
        let kind = if entry.file_type().is_dir() {
            EntryKind::Folder
        } else {
            EntryKind::File
        };
        self.folders.truncate(entry.depth());
        let name = entry.file_name().as_encoded_bytes();
        let folder = self.folders.last().copied().unwrap_or_default();
        if kind == EntryKind::Folder {
            let inner = mail_folder(entry.path());
            if folder.has_messages_in(name, kind) || folder.is_subfolder(name, inner) {
                self.folders.push(inner);
            } else {
                self.entries.skip_current_dir();
            }
            return None;
        }
        if !folder.has_messages_in(name, kind) {
            return None;
        }
        let is_file = if entry.path_is_symlink() {
            fs::metadata(entry.path()).map(|metadata| metadata.is_file())
        } else {
            Ok(entry.file_type().is_file())
        };
        match is_file {
            Ok(true) => Some(Ok(entry.into_path())),
            Ok(false) => None,
            Err(error) if system::leads_nowhere(&error) => {
                Some(Err(Missed::BrokenLink(entry.into_path())))
            }
            Err(error) => Some(Err(Missed::Unreadable(entry.into_path(), error))),
        }
    }
}

impl Iterator for Walk {
    type Item = Result<PathBuf, Missed>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.entries.next()? {
                Ok(entry) => {
                    let message = self.message(entry);
                    if message.is_some() {
                        return message;
                    }
                }
                Err(error) => {
                    let path = error.path().unwrap_or(&self.root).to_owned();
                    let error = error.into_io_error();
                    // Other errors are loops of links, which only a walk along links meets.
                    let error = error.unwrap_or_else(|| io::Error::other("a loop of links"));
                    return Some(Err(Missed::Unreadable(path, error)));
                }
            }
        }
    }
}

/// Whether a folder is a Maildir.
fn mail_folder(path: &Path) -> MailFolder {
    let mut folder = MailFolder::default();
    for name in ["cur", "new"] {
        if fs::symlink_metadata(path.join(name)).is_ok_and(|metadata| metadata.is_dir()) {
            folder.add_folder(name.as_bytes());
        }
    }
    folder
}

#[cfg(test)]
#[cfg(unix)]
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

    /// What a walk gives, from the folder on; a broken link has `?` before it, an error `!`.
    fn walked(walk: Walk, folder: &Path) -> Vec<String> {
        walk.map(|item| {
            let (sign, path) = match item {
                Ok(path) => ("", path),
                Err(Missed::BrokenLink(path)) => ("?", path),
                Err(Missed::Unreadable(path, _)) => ("!", path),
            };
            format!("{sign}{}", path.strip_prefix(folder).unwrap().display())
        })
        .collect()
    }

    /// The files of a folder.
    fn check(folder: &TempDir, expected: &[&str]) {
        let folder = folder.path();
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
            ".Sent/new/",
            ".Sent/tmp/6",
            ".Trash/cur/7",
            ".git/8",
        ];
        check(
            &folder(&[&beside[..], &maildir[..]].concat()),
            &[
                ".Sent/cur/5",
                "cur/10:2,",
                "cur/2:2,S",
                "new/3",
                "sub/tmp/4",
            ],
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
        link(Path::new("a/b"), "through");
        let expected = ["a", "file", "?knot", "link", "?nowhere", "?through", "z"];
        check(&folder, &expected);
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
        let paths: Vec<_> = Walk::new(folder.path().to_owned())
            .map(Result::unwrap)
            .collect();
        let expected = [OsStr::new("a"), name, OsStr::new("b")];
        assert_eq!(paths, expected.map(|name| folder.path().join(name)));
    }

    #[test]
    fn a_folder_that_cannot_be_read_is_an_error_once() {
        let missing = folder(&[]).path().join("x");
        assert_eq!(walked(Walk::new(missing.clone()), &missing), ["!"]);
        let folder = folder(&["a", "b/c", "d", "e"]);
        // One that vanishes before its turn.
        let mut walk = Walk::new(folder.path().to_owned());
        assert!(walk.next().unwrap().is_ok());
        fs::remove_dir_all(folder.path().join("b")).unwrap();
        assert_eq!(walked(walk, folder.path()), ["!b", "d", "e"]);
    }

    #[test]
    fn a_path_that_is_too_long_is_an_error() {
        // A path is at most 4,096 bytes, but a folder of a long one can be moved into another.
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
}
