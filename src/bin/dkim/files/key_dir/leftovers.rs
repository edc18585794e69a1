//! What runs that were cut short have left.

use std::fs::{self, DirEntry};
use std::io;
use std::path::Path;

use super::{KeyDir, LIST, Lock, SEED, UNFINISHED, UNKNOWN, number_of};
use crate::error::Error;
use crate::files::shown;

/// How many random characters follow [`UNFINISHED`] in a name.
const RANDOM: usize = 6;

impl KeyDir {
    /// Removes what runs that were cut short have left: unfinished files and folders, and generations
    /// that no state came to know. Nothing else is touched, whatever its name. The lock must be held.
    pub fn remove_leftovers(&self, known: impl Fn(u32) -> bool, _: &Lock) -> Result<(), Error> {
        let about = |path: &Path, error: io::Error| Error::from(error).about(shown(path));
        let active = self.active()?;
        let is_unknown = |number: u32| Some(number) != active && !known(number);
        let entries = fs::read_dir(&self.path).map_err(|error| about(&self.path, error))?;
        for entry in entries {
            let entry = entry.map_err(|error| about(&self.path, error))?;
            let path = entry.path();
            let name = entry.file_name();
            let number = name.to_str().and_then(number_of);
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            let removed = match number {
                Some(number) if is_folder && is_unknown(number) => {
                    if !path.join(UNKNOWN).exists() || !has_keys_alone(&path) {
                        continue;
                    }
                    fs::remove_dir_all(&path)
                }
                Some(_) => continue,
                None if !is_unfinished(&entry) => continue,
                None if is_folder && has_keys_alone(&path) => fs::remove_dir_all(&path),
                None if is_folder => continue,
                None => fs::remove_file(&path),
            };
            removed.map_err(|error| about(&path, error))?;
        }
        Ok(())
    }

    /// Notes that the state knows a generation, which is no leftover from now on.
    pub fn is_known(&self, number: u32) -> Result<(), Error> {
        let path = self.generation(number).join(UNKNOWN);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(Error::from(error).about(shown(&path)))
            }
            _ => Ok(()),
        }
    }
}

/// Whether an entry has a name that this program gives while it writes.
fn is_unfinished(entry: &DirEntry) -> bool {
    let name = entry.file_name();
    let rest = name.to_str().and_then(|name| name.strip_prefix(UNFINISHED));
    rest.is_some_and(|rest| {
        rest.len() == RANDOM && rest.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

/// Whether there is nothing in a folder but what a generation has.
fn has_keys_alone(folder: &Path) -> bool {
    let is_own = |entry: io::Result<DirEntry>| {
        let Ok(entry) = entry else {
            return false;
        };
        let name = entry.file_name();
        let ending = Path::new(&name).extension();
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        let is_key = ending.is_some_and(|ending| ending == "pem" || ending == SEED);
        is_file && (is_key || name == LIST || name == UNKNOWN || is_unfinished(&entry))
    };
    fs::read_dir(folder).is_ok_and(|mut entries| entries.all(is_own))
}
