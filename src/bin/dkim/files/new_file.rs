//! Files that are there whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

use crate::interrupt::Steps;
use crate::system::{follow_links, keep_rights, set_mode};

/// What the names of files begin with that are not finished.
const PREFIX: &str = ".dkim-";

/// A file that is being written.
///
/// Where the file system can do that it has no name before it is finished: whatever ends the
/// program on the way leaves nothing behind. Elsewhere it has a hidden name meanwhile.
pub struct NewFile {
    folder: PathBuf,
    state: State,
}

enum State {
    #[cfg(target_os = "linux")]
    Nameless(File),
    Hidden(NamedTempFile),
}

impl NewFile {
    /// An empty file in the folder of `target`, with the rights that `mode` and the umask allow.
    pub fn beside(target: &Path, mode: u32) -> io::Result<Self> {
        let folder = folder_of(target);
        #[cfg(target_os = "linux")]
        if let Some(file) = nameless::open(&folder, mode) {
            let state = State::Nameless(file);
            return Ok(Self { folder, state });
        }
        let state = State::Hidden(hidden(&folder, mode)?);
        Ok(Self { folder, state })
    }

    pub fn file(&mut self) -> &mut File {
        match &mut self.state {
            #[cfg(target_os = "linux")]
            State::Nameless(file) => file,
            State::Hidden(file) => file.as_file_mut(),
        }
    }

    /// Gives the file its name, whatever has that name now. That may take two steps, which no
    /// signal comes between.
    pub fn replace(self, target: &Path, steps: &Steps) -> io::Result<()> {
        self.name(target, Some(steps))
    }

    /// Gives the file its name; the error is [`io::ErrorKind::AlreadyExists`] if it is taken.
    pub fn create(self, target: &Path) -> io::Result<()> {
        self.name(target, None)
    }

    fn name(mut self, target: &Path, replace: Option<&Steps>) -> io::Result<()> {
        self.file().sync_all()?;
        let hidden = match self.state {
            #[cfg(target_os = "linux")]
            State::Nameless(mut file) => match nameless::link(&file, &self.folder, target, replace)
            {
                Ok(()) => None,
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(error),
                // There may be no /proc, or no links.
                Err(_) => Some(nameless::copy(&mut file, &self.folder)?),
            },
            State::Hidden(file) => Some(file),
        };
        if let Some(hidden) = hidden {
            let named = if replace.is_some() {
                hidden.persist(target)
            } else {
                hidden.persist_noclobber(target)
            };
            named.map_err(|error| error.error)?;
        }
        // The name lasts only when the folder is on the disk; not every file system can be asked.
        let _ = File::open(&self.folder).and_then(|folder| folder.sync_all());
        Ok(())
    }
}

/// Writes a file whole or not at all: `write` fills a new one, which then takes its place and its
/// mode. What is no regular file (a device, a pipe) is written to as it is.
pub fn write_whole<E: From<io::Error>>(
    path: &Path,
    steps: &Steps,
    write: impl FnOnce(&mut dyn Write) -> Result<(), E>,
) -> Result<(), E> {
    let target = follow_links(path)?;
    let existing = fs::metadata(&target).ok();
    if existing
        .as_ref()
        .is_some_and(|existing| !existing.is_file())
    {
        return write(&mut OpenOptions::new().write(true).open(&target)?);
    }
    // Nobody reads of a message before its file has the rights of the one it replaces.
    let mode = if existing.is_some() { 0o600 } else { 0o666 };
    let mut file = NewFile::beside(&target, mode)?;
    write(file.file())?;
    if let Some(existing) = existing {
        keep_rights(file.file(), &existing)?;
    }
    file.replace(&target, steps)?;
    Ok(())
}

/// The folder that a file is in.
pub fn folder_of(target: &Path) -> PathBuf {
    match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

fn hidden(folder: &Path, mode: u32) -> io::Result<NamedTempFile> {
    let mut builder = Builder::new();
    set_mode(builder.prefix(PREFIX), mode);
    builder.tempfile_in(folder)
}

/// Files without a name (`O_TMPFILE`).
#[cfg(target_os = "linux")]
mod nameless {
    use std::fs::File;
    use std::io::{self, Seek as _};
    use std::os::fd::AsRawFd as _;
    use std::path::Path;

    use rustix::fs::{AtFlags, CWD, Mode, OFlags, linkat};
    use tempfile::{Builder, NamedTempFile};

    use super::{PREFIX, hidden};
    use crate::interrupt::Steps;
    use crate::system::keep_rights;

    /// `None` where there are none, or where nothing can be written at all.
    pub(super) fn open(folder: &Path, mode: u32) -> Option<File> {
        let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
        let file = rustix::fs::open(folder, flags, Mode::from_raw_mode(mode)).ok()?;
        Some(file.into())
    }

    /// Gives the file its name. A name that is taken can only be taken over by another name, which
    /// the file has for that moment.
    pub(super) fn link(
        file: &File,
        folder: &Path,
        target: &Path,
        replace: Option<&Steps>,
    ) -> io::Result<()> {
        let open_file = format!("/proc/self/fd/{}", file.as_raw_fd());
        let link_as = |name: &Path| {
            let linked = linkat(CWD, &open_file, CWD, name, AtFlags::SYMLINK_FOLLOW);
            linked.map_err(io::Error::from)
        };
        let linked = link_as(target);
        let taken = |error: &io::Error| error.kind() == io::ErrorKind::AlreadyExists;
        let Some(steps) = replace.filter(|_| linked.as_ref().is_err_and(taken)) else {
            return linked;
        };
        let _step = steps.begin();
        let linked = Builder::new().prefix(PREFIX).make_in(folder, link_as)?;
        linked.into_temp_path().persist(target)?;
        Ok(())
    }

    /// The same bytes in a file with a hidden name and the same rights.
    pub(super) fn copy(file: &mut File, folder: &Path) -> io::Result<NamedTempFile> {
        let mut copy = hidden(folder, 0o600)?;
        file.rewind()?;
        io::copy(file, copy.as_file_mut())?;
        keep_rights(copy.as_file(), &file.metadata()?)?;
        copy.as_file().sync_all()?;
        Ok(copy)
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::fs;
    use std::io::Write as _;
    use std::os::unix::fs::MetadataExt as _;

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
}
