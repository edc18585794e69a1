//! Whose files are, who may do what with them, and what belongs to a file beside its bytes.

use std::fs::{self, File, Metadata, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, fchown};
use std::path::{Path, PathBuf};

use rustix::process::geteuid;

use crate::system::folder_of;

/// The bits of a mode that are the rights of everybody.
const READ_BY_ALL: u32 = 0o004;
const WRITE_BY_ALL: u32 = 0o002;
const ANYTHING_BY_ALL: u32 = 0o007;
/// In a folder with this bit files are renamed and removed by their owners alone.
const STICKY: u32 = 0o1000;
/// So many links are followed, as by the kernel.
const MOST_LINKS: usize = 40;

/// What everybody may do with a file, and its mode; `None` where only its owner and its group may do
/// anything.
pub fn rights_of_everybody(path: &Path) -> Option<(&'static str, u32)> {
    let mode = fs::metadata(path).ok()?.mode() & 0o7777;
    let may = match (mode & READ_BY_ALL, mode & WRITE_BY_ALL) {
        (0, 0) if mode & ANYTHING_BY_ALL == 0 => return None,
        (0, 0) => "run",
        (0, _) => "change",
        (_, 0) => "read",
        _ => "read and change",
    };
    Some((may, mode))
}

/// The folder that a file is in, or a link on the way to it, if everybody may put another file into
/// its place there; with the folder's mode. What is no file (a pipe, say) has no such place.
pub fn open_folder(path: &Path) -> Option<(PathBuf, u32)> {
    if !fs::metadata(path).ok()?.is_file() {
        return None;
    }
    let mut place = path.to_owned();
    for _ in 0..MOST_LINKS {
        let folder = folder_of(&place);
        let mode = fs::metadata(&folder).ok()?.mode() & 0o7777;
        if mode & (WRITE_BY_ALL | STICKY) == WRITE_BY_ALL {
            return Some((folder, mode));
        }
        place = folder.join(fs::read_link(&place).ok()?);
    }
    None
}

/// Gives a file the owner and the group of another, if that is allowed.
pub fn keep_owner(file: &File, existing: &Metadata) {
    // To change the owner takes rights that whoever replaces a file need not have.
    let _ = fchown(file, Some(existing.uid()), Some(existing.gid()));
}

/// Gives a file the owner, the group and the mode of another. Refuses where one may not give it
/// this owner or this group: others would lose their rights.
pub fn keep_rights(file: &File, existing: &Metadata) -> io::Result<()> {
    let current = file.metadata()?;
    let mode = existing.mode() & 0o7777;
    let (owner, group) = (existing.uid(), existing.gid());
    if (current.uid(), current.gid()) != (owner, group)
        && fchown(file, Some(owner), Some(group)).is_err()
    {
        let whose = if current.uid() == owner {
            format!("its group ({group})")
        } else {
            format!("its owner (user {owner})")
        };
        return Err(io::Error::other(format!(
            "you cannot give a new file {whose}; write to a file of another name"
        )));
    }
    file.set_permissions(Permissions::from_mode(mode))
}

/// Gives a file the extended attributes of another, as far as one may: labels and access control
/// lists among them. [`keep_rights`] comes after it: the mode limits what a list allows.
#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
pub fn keep_attributes(file: &File, existing: &File) -> io::Result<()> {
    use rustix::fs::{XattrFlags, fsetxattr};
    use rustix::io::Errno;

    let may_not = |error: &Errno| matches!(*error, Errno::PERM | Errno::ACCESS | Errno::NOTSUP);
    for name in attributes::names(existing)? {
        let copied = attributes::value(existing, &name)
            .and_then(|value| fsetxattr(file, &name, &value, XattrFlags::empty()));
        match copied {
            Err(error) if !may_not(&error) => return Err(error.into()),
            _ => {}
        }
    }
    Ok(())
}

/// Nothing: this system has no extended attributes, or no call that reads them.
#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
pub fn keep_attributes(_: &File, _: &File) -> io::Result<()> {
    Ok(())
}

/// Extended attributes, which are read into room that is large enough.
#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
mod attributes {
    use std::ffi::{CStr, CString};
    use std::fs::File;
    use std::io;

    use rustix::buffer::spare_capacity;
    use rustix::fs::{fgetxattr, fgetxattr_query, flistxattr, flistxattr_query};
    use rustix::io::Errno;

    /// How often a list or a value is read that grows meanwhile.
    const ATTEMPTS: usize = 10;

    pub(super) fn names(file: &File) -> io::Result<Vec<CString>> {
        let names = read(
            || flistxattr_query(file),
            |room| flistxattr(file, spare_capacity(room)),
        );
        match names {
            Ok(names) => Ok(names
                .split_inclusive(|&byte| byte == 0)
                .filter_map(|name| Some(CStr::from_bytes_with_nul(name).ok()?.to_owned()))
                .collect()),
            Err(Errno::NOTSUP) => Ok(Vec::new()),
            Err(error) => Err(error.into()),
        }
    }

    pub(super) fn value(file: &File, name: &CStr) -> Result<Vec<u8>, Errno> {
        read(
            || fgetxattr_query(file, name),
            |room| fgetxattr(file, name, spare_capacity(room)),
        )
    }

    fn read(
        length: impl Fn() -> Result<usize, Errno>,
        read: impl Fn(&mut Vec<u8>) -> Result<usize, Errno>,
    ) -> Result<Vec<u8>, Errno> {
        for _ in 0..ATTEMPTS {
            // Room for nothing would be taken for a question about the length.
            let mut bytes = Vec::with_capacity(length()? + 1);
            match read(&mut bytes) {
                Err(Errno::RANGE) => {}
                Err(error) => return Err(error),
                Ok(_) => return Ok(bytes),
            }
        }
        Err(Errno::RANGE)
    }
}

/// What tells whether a file is the same and as it was: which file it is, its size, and the times of
/// the last changes of its bytes and of anything else about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileState {
    device: u64,
    inode: u64,
    size: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl FileState {
    pub fn of(metadata: &Metadata) -> Self {
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            size: metadata.size(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }
}

/// What is the same for all names of a file; `None` for a file with one name.
pub fn shared_identity(metadata: &Metadata) -> Option<(u64, u64)> {
    (other_names(metadata) > 0).then(|| (metadata.dev(), metadata.ino()))
}

/// How many other names (hard links) a file has.
pub fn other_names(metadata: &Metadata) -> u64 {
    metadata.nlink().saturating_sub(1)
}

/// What a path leads to: a link stays a link, also one to a file that is yet to be. Refuses the link
/// of another user in a folder that everybody may write: it may have been put there to have another
/// file overwritten.
pub fn follow_links(path: &Path) -> io::Result<PathBuf> {
    let mut target = path.to_owned();
    for _ in 0..MOST_LINKS {
        let Ok(link) = fs::read_link(&target) else {
            return Ok(target);
        };
        let folder = folder_of(&target);
        let owner = fs::symlink_metadata(&target)?.uid();
        let mode = fs::metadata(&folder)?.mode();
        if owner != geteuid().as_raw() && mode & WRITE_BY_ALL != 0 {
            return Err(io::Error::other(
                "is a link that another user put into a folder that everybody may write; name the \
                 file itself",
            ));
        }
        target = folder.join(link);
    }
    Err(io::Error::other("too many levels of symbolic links"))
}
