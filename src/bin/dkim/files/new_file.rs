//! Files that are there whole or not at all.

use std::error;
use std::fmt;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

use super::shown;
use crate::interrupt::Steps;
use crate::system::{FileState, folder_of, follow_links, keep_attributes, keep_rights, set_mode};

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
        self.replace_if(target, steps, &|| Ok(()))
    }

    /// Gives the file its name, unless `check` fails, which is called just before that.
    pub fn replace_if(
        self,
        target: &Path,
        steps: &Steps,
        check: &dyn Fn() -> io::Result<()>,
    ) -> io::Result<()> {
        self.name(target, Some(Replacing { steps, check }))
    }

    /// Gives the file its name; the error is [`io::ErrorKind::AlreadyExists`] if it is taken.
    pub fn create(self, target: &Path) -> io::Result<()> {
        self.name(target, None)
    }

    fn name(mut self, target: &Path, replacing: Option<Replacing<'_>>) -> io::Result<()> {
        self.file().sync_all()?;
        if let Some(replacing) = replacing {
            (replacing.check)()?;
        }
        let hidden = match self.state {
            #[cfg(target_os = "linux")]
            State::Nameless(mut file) => {
                match nameless::link(&file, &self.folder, target, replacing) {
                    Ok(()) => None,
                    Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                        return Err(error);
                    }
                    // There may be no /proc, or no links.
                    Err(_) => Some(nameless::copy(&mut file, &self.folder)?),
                }
            }
            State::Hidden(file) => Some(file),
        };
        if let Some(hidden) = hidden {
            let named = if let Some(replacing) = replacing {
                (replacing.check)()?;
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

/// A file whose name is taken over.
#[derive(Clone, Copy)]
struct Replacing<'a> {
    steps: &'a Steps,
    /// Whether it may be.
    check: &'a dyn Fn() -> io::Result<()>,
}

/// The error of replacing a file that is not as it was when it was read.
#[derive(Debug)]
pub struct Changed;

impl fmt::Display for Changed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it was changed meanwhile")
    }
}

impl error::Error for Changed {}

/// Writes a file whole or not at all: `write` fills a new one, which then takes its place, its
/// rights and its extended attributes. What is no regular file (a device, a pipe) is written to as
/// it is.
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
    write_file(&target, existing.as_ref(), steps, &|| Ok(()), write)
}

/// Writes a file anew that was read, like [`write_whole`], unless it has been changed since: the
/// error, of which [`Changed`] is the source, leaves it as it is.
///
/// That is checked just before the new file takes the old one's name, which no system does as one
/// step: what another program writes between the two is lost, and so is what a program writes later
/// that has the old file open.
pub fn write_anew<E: From<io::Error>>(
    path: &Path,
    as_read: &FileState,
    steps: &Steps,
    write: impl FnOnce(&mut dyn Write) -> Result<(), E>,
) -> Result<(), E> {
    let target = follow_links(path)?;
    let check = || match fs::metadata(&target) {
        Ok(now) if FileState::of(&now) == *as_read => Ok(()),
        _ => Err(io::Error::other(Changed)),
    };
    check()?;
    let existing = fs::metadata(&target)?;
    write_file(&target, Some(&existing), steps, &check, write)
}

fn write_file<E: From<io::Error>>(
    target: &Path,
    existing: Option<&Metadata>,
    steps: &Steps,
    check: &dyn Fn() -> io::Result<()>,
    write: impl FnOnce(&mut dyn Write) -> Result<(), E>,
) -> Result<(), E> {
    // Nobody reads of a message before its file has the rights of the one it replaces.
    let mode = if existing.is_some() { 0o600 } else { 0o666 };
    let mut file = NewFile::beside(target, mode).map_err(|error| match existing {
        Some(_) => of_folder(target, error),
        None => error,
    })?;
    write(file.file())?;
    if let Some(existing) = existing {
        // Those of a file that one may not read cannot be had.
        if let Ok(existing) = File::open(target) {
            keep_attributes(file.file(), &existing)?;
        }
        keep_rights(file.file(), existing)?;
    }
    file.replace_if(target, steps, check)?;
    Ok(())
}

/// Says that it is the folder which permits no new file in the place of one that may be writable.
fn of_folder(target: &Path, error: io::Error) -> io::Error {
    if error.kind() != io::ErrorKind::PermissionDenied {
        return error;
    }
    let folder = shown(&folder_of(target));
    let why = format!("you may not make a new file in its folder {folder}");
    io::Error::new(error.kind(), why)
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

    use super::{PREFIX, Replacing, hidden};
    use crate::system::{keep_attributes, keep_rights};

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
        replacing: Option<Replacing<'_>>,
    ) -> io::Result<()> {
        let open_file = format!("/proc/self/fd/{}", file.as_raw_fd());
        let link_as = |name: &Path| {
            let linked = linkat(CWD, &open_file, CWD, name, AtFlags::SYMLINK_FOLLOW);
            linked.map_err(io::Error::from)
        };
        let linked = link_as(target);
        let taken = |error: &io::Error| error.kind() == io::ErrorKind::AlreadyExists;
        let Some(replacing) = replacing.filter(|_| linked.as_ref().is_err_and(taken)) else {
            return linked;
        };
        let _step = replacing.steps.begin();
        let linked = Builder::new().prefix(PREFIX).make_in(folder, link_as)?;
        (replacing.check)()?;
        linked.into_temp_path().persist(target)?;
        Ok(())
    }

    /// The same bytes in a file with a hidden name and the same rights.
    pub(super) fn copy(file: &mut File, folder: &Path) -> io::Result<NamedTempFile> {
        let mut copy = hidden(folder, 0o600)?;
        file.rewind()?;
        io::copy(file, copy.as_file_mut())?;
        keep_attributes(copy.as_file(), file)?;
        keep_rights(copy.as_file(), &file.metadata()?)?;
        copy.as_file().sync_all()?;
        Ok(copy)
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests;
